"""Answers as they were given: for their buttons, for what is asked next, for edited questions.

Functions over a connection of `bot.state.database`; those that write belong into a transaction.
Knows nothing of how an answer is found or shown.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.state.citations import rest_on
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer, Turn

_COLUMNS = "answer_id, chat_id, thread_id, user_id, question_message_id, question, answer, given"


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer, and to whom it was given.

    Attributes:
        answer_id: As in its buttons.
        chat_id: Where it was given; None for inline.
        thread_id: The topic of a forum.
        user_id: Who asked; a chat, if it was in the name of one.
        question_message_id: The message that asked.
        question: As it was asked, without what addressed the bot.
        answer: The answer.
        given: When, in seconds since 1970.
        filters: Which articles it may have come from.
        language: The language of the words around it.
    """

    answer_id: int
    chat_id: int | None
    thread_id: int | None
    user_id: int
    question_message_id: int | None
    question: str
    answer: Answer
    given: float
    filters: Filters = field(default_factory=Filters)
    language: str = "en"

    @property
    def turn(self) -> Turn:
        """What was said, for what is asked next."""
        return replace(self.answer.turn, question=self.question)

    @property
    def standalone(self) -> str:
        """The question as it was searched, as far as that is known."""
        return self.turn.standalone or self.question

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles that a chat was quoted, by their ids; none where no chat was."""
        if self.chat_id is None:
            return ()
        quoted = [self.answer.citations, *(one.citations for one in self.answer.variants)]
        return tuple(dict.fromkeys(one.article_id for many in quoted for one in many))


def remember_answer(connection: Connection, given: GivenAnswer) -> None:
    """Keep an answer; in the place of the earlier one of that id, if there is one.

    What readers thought of the earlier one is forgotten: they did not say it of this. Which
    articles it rests on is noted, for whoever must hear of their changes.
    """
    kept = {
        "answer": given.answer.to_json(),
        **asdict(given.filters),
        "language": given.language,
    }
    connection.execute("DELETE FROM feedback WHERE answer_id = ?", (given.answer_id,))
    connection.execute(
        f"INSERT INTO answers ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608 - own
        "ON CONFLICT (answer_id) DO UPDATE SET "
        "question = excluded.question, answer = excluded.answer, given = excluded.given",
        (
            given.answer_id,
            given.chat_id,
            given.thread_id,
            given.user_id,
            given.question_message_id,
            given.question,
            json.dumps(kept),
            given.given,
        ),
    )
    rest_on(connection, given.answer_id, given.articles)


def given_answer(connection: Connection, answer_id: int) -> GivenAnswer | None:
    """An answer by its id; None if it is not kept any more."""
    return _one(connection, "answer_id = ?", answer_id)


def answer_shown_by(connection: Connection, chat_id: int, message_id: int) -> GivenAnswer | None:
    """The answer that a message of the bot shows, if it shows one."""
    where = (
        "answer_id = (SELECT answer_id FROM answer_messages WHERE chat_id = ? AND message_id = ?)"
    )
    return _one(connection, where, chat_id, message_id)


def answer_to(connection: Connection, chat_id: int, question_message_id: int) -> GivenAnswer | None:
    """The answer to the question that a message asks, if it was answered."""
    where = "chat_id = ? AND question_message_id = ? ORDER BY given DESC LIMIT 1"
    return _one(connection, where, chat_id, question_message_id)


def recent_turns(
    connection: Connection,
    chat_id: int,
    thread_id: int | None,
    limit: int,
    before: float | None = None,
) -> list[Turn]:
    """The last turns of a conversation, oldest first.

    Args:
        connection: Any.
        chat_id: The chat.
        thread_id: The topic of a forum; each is a conversation of its own.
        limit: Most turns.
        before: Only what was said before this time.
    """
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM answers "  # noqa: S608 - own words
        "WHERE chat_id = ? AND thread_id IS NOT DISTINCT FROM ? AND in_conversation AND given < ? "
        "ORDER BY given DESC LIMIT ?",
        (chat_id, thread_id, float("inf") if before is None else before, limit),
    )
    return [_given(row).turn for row in found][::-1]


def forget_conversation(connection: Connection, chat_id: int, thread_id: int | None) -> None:
    """Begin a conversation anew; the buttons of its answers go on working."""
    connection.execute(
        "UPDATE answers SET in_conversation = FALSE "
        "WHERE chat_id = ? AND thread_id IS NOT DISTINCT FROM ? AND in_conversation",
        (chat_id, thread_id),
    )


def messages_of(connection: Connection, answer_id: int) -> list[int]:
    """The messages that show an answer, in order."""
    found = connection.execute(
        "SELECT message_id FROM answer_messages WHERE answer_id = ? ORDER BY message_id",
        (answer_id,),
    )
    return [int(message_id) for (message_id,) in found]


def put_feedback(
    connection: Connection, answer_id: int, user_id: int, helpful: bool, given: float
) -> None:
    """Keep what a reader thinks of an answer, in the place of what they thought before."""
    connection.execute(
        "INSERT INTO feedback (answer_id, user_id, helpful, given) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (answer_id, user_id) DO UPDATE SET "
        "helpful = excluded.helpful, given = excluded.given",
        (answer_id, user_id, int(helpful), given),
    )


def feedback_of(connection: Connection, answer_id: int, user_id: int) -> bool | None:
    """What a reader has said of an answer, if anything."""
    row = connection.execute(
        "SELECT helpful FROM feedback WHERE answer_id = ? AND user_id = ?", (answer_id, user_id)
    ).fetchone()
    return None if row is None else bool(row[0])


def shown_in(connection: Connection, answer_id: int, chat_id: int) -> int | None:
    """The first message of a chat that shows an answer; None if none is known."""
    (first,) = connection.execute(
        "SELECT min(message_id) FROM answer_messages WHERE answer_id = ? AND chat_id = ?",
        (answer_id, chat_id),
    ).fetchone()
    return None if first is None else int(first)


def kept_filters(known: Mapping[str, Any]) -> Filters:
    """Filters as they are kept among other facts; some are missing in what was kept long ago."""
    return Filters(**{name: known.get(name) for name in Filters.__slots__})


def _one(connection: Connection, where: str, *parameters: object) -> GivenAnswer | None:
    sql = f"SELECT {_COLUMNS} FROM answers WHERE {where}"  # noqa: S608 - own words
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else _given(row)


def _given(row: tuple[Any, ...]) -> GivenAnswer:
    answer_id, chat_id, thread_id, user_id, question_message_id, question, kept, given = row
    known = json.loads(kept)
    return GivenAnswer(
        answer_id=answer_id,
        chat_id=chat_id,
        thread_id=thread_id,
        user_id=user_id,
        question_message_id=question_message_id,
        question=question,
        answer=Answer.from_json(known["answer"]),
        given=given,
        filters=kept_filters(known),
        language=known["language"],
    )
