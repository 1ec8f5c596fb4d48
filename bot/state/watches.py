"""Questions that a chat wants to hear of again, with the answer it was last told.

Functions over a connection of `bot.state.database`; those that write belong into a transaction.
Knows nothing of how a question is asked again.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.state.conversations import kept_filters
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer, Turn

_COLUMNS = "watch_id, chat_id, thread_id, user_id, language, question, answer, created, checked"


@dataclass(frozen=True, slots=True)
class Watch:
    """A watched question.

    Attributes:
        watch_id: Random, so that an old button cannot mean a newer watch.
        chat_id: Where it is told.
        thread_id: The topic of a forum.
        user_id: Who set it, and may end it; a chat, if it was in the name of one.
        language: In which it is told.
        question: As it was asked.
        after: The turn that it follows on, if it did.
        filters: Which articles may answer.
        answer: The last that was told.
        told: When, in seconds since 1970.
        created: When it was set.
        checked: Version of the index when it was last asked.
    """

    watch_id: int
    chat_id: int
    thread_id: int | None
    user_id: int
    language: str
    question: str
    after: Turn | None
    filters: Filters
    answer: Answer
    told: float
    created: float
    checked: str

    @property
    def standalone(self) -> str:
        """The question as it was searched, as far as that is known."""
        return self.answer.turn.standalone or self.question


def put_watch(connection: Connection, watch: Watch) -> None:
    """Keep a watch."""
    connection.execute(
        f"INSERT INTO watches ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - own
        (
            watch.watch_id,
            watch.chat_id,
            watch.thread_id,
            watch.user_id,
            watch.language,
            watch.question,
            _kept(watch, watch.answer, watch.told),
            watch.created,
            watch.checked,
        ),
    )


def watches_of(connection: Connection, chat_id: int) -> list[Watch]:
    """The watches of a chat, the oldest first."""
    return _found(connection, "chat_id = ? ORDER BY created, watch_id", chat_id)


def watch_by_id(connection: Connection, watch_id: int) -> Watch | None:
    """A watch; None if it has been ended."""
    return next(iter(_found(connection, "watch_id = ?", watch_id)), None)


def due_watches(connection: Connection, version: str, above: int, limit: int) -> list[Watch]:
    """Watches that were last asked of another version of the index, by id.

    Not those of chats that have blocked the bot: they are due once they take it back.

    Args:
        connection: Any.
        version: The version of the index.
        above: Only those with a higher id.
        limit: Most watches.
    """
    gone = "SELECT chat_id FROM chats WHERE gone IS NOT NULL"
    # As two ranges of an index, for this is asked every second.
    ids = "SELECT watch_id FROM watches WHERE checked"
    other = f"{ids} < ? UNION ALL {ids} > ?"
    where = (
        f"watch_id IN ({other}) AND watch_id > ? AND chat_id NOT IN ({gone}) "
        "ORDER BY watch_id LIMIT ?"
    )
    return _found(connection, where, version, version, above, limit)


def end_watch(connection: Connection, watch_id: int) -> None:
    """End a watch; one that has ended stays so."""
    connection.execute("DELETE FROM watches WHERE watch_id = ?", (watch_id,))


def note_unchanged(connection: Connection, watch: Watch, version: str) -> None:
    """Note that this version of the index answers as before."""
    connection.execute(
        "UPDATE watches SET checked = ? WHERE watch_id = ?", (version, watch.watch_id)
    )


def note_told(
    connection: Connection, watch: Watch, answer: Answer, told: float, version: str
) -> bool:
    """Note that a chat is told of another answer; belongs where the telling is stored.

    Returns:
        False if the watch has ended, or is not as it was: then nobody must be told.
    """
    present = watch_by_id(connection, watch.watch_id)
    if present is None or (present.chat_id, present.told) != (watch.chat_id, watch.told):
        return False
    connection.execute(
        "UPDATE watches SET answer = ?, checked = ? WHERE watch_id = ?",
        (_kept(watch, answer, told), version, watch.watch_id),
    )
    return True


def keep_apart(connection: Connection, answer_id: int) -> None:
    """Keep an answer that nobody has just asked for out of the conversation of its chat."""
    connection.execute(
        "UPDATE answers SET in_conversation = FALSE WHERE answer_id = ?", (answer_id,)
    )


def _kept(watch: Watch, answer: Answer, told: float) -> str:
    """What is kept as JSON: the answer, when it was told, and what it depends on."""
    after = watch.after and asdict(watch.after)
    kept = {"answer": answer.to_json(), "told": told, "after": after, **asdict(watch.filters)}
    return json.dumps(kept)


def _found(connection: Connection, where: str, *parameters: object) -> list[Watch]:
    sql = f"SELECT {_COLUMNS} FROM watches WHERE {where}"  # noqa: S608 - own words
    return [_watch(*row) for row in connection.execute(sql, parameters)]


def _watch(
    watch_id: int,
    chat_id: int,
    thread_id: int | None,
    user_id: int,
    language: str,
    question: str,
    kept: str,
    created: float,
    checked: str,
) -> Watch:
    known: dict[str, Any] = json.loads(kept)
    return Watch(
        watch_id,
        chat_id,
        thread_id,
        user_id,
        language,
        question,
        known["after"] and _turn(known["after"]),
        kept_filters(known),
        Answer.from_json(known["answer"]),
        known["told"],
        created,
        checked,
    )


def _turn(known: dict[str, Any]) -> Turn:
    """A turn as it is kept; an earlier Dateline kept only the question and the answer."""
    return Turn(**{**known, "quotes": tuple(known.get("quotes", ()))})
