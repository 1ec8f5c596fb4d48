"""Which numbers messages have: the highest that is known, and those that are taken.

Telegram numbers messages upward. Private chats and basic groups share one counter, supergroups
and channels have one each; so a number above all that are known is either new or was given
unseen. Functions over a connection of `bot.state.database`.
"""

from dataclasses import dataclass

from index.sql import Connection

_SHARED = ("private", "group")
_FIRST_SUPERGROUP = -1_000_000_000_000
"""Ids of supergroups and channels lie below; seen only where the kind was not told."""

_THEY_SHARE = "kind IN ('private', 'group')"
_SHARES = f"chat_id IN (SELECT chat_id FROM chats WHERE {_THEY_SHARE})"  # noqa: S608 - own words
_IS_IT = "chat_id = :chat"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of messages from the counter of one chat.

    Attributes:
        highest: The highest that is known; None if none is.
        taken: Those above a given one that are known to be other messages.
    """

    highest: int | None
    taken: frozenset[int]


def saw_message(connection: Connection, chat_id: int, kind: str, message_id: int) -> None:
    """Note that a chat has a message of this number."""
    connection.execute(
        "INSERT INTO chats (chat_id, kind, last_message_id) VALUES (?, ?, ?) ON CONFLICT (chat_id)"
        " DO UPDATE SET last_message_id = excluded.last_message_id "
        "WHERE coalesce(chats.last_message_id, 0) < excluded.last_message_id",
        (chat_id, kind, message_id),
    )


def kind_of(connection: Connection, chat_id: int) -> str:
    """The kind of a chat, guessed from its id if no update has told it."""
    row = connection.execute("SELECT kind FROM chats WHERE chat_id = ?", (chat_id,)).fetchone()
    if row is not None:
        return str(row[0])
    if chat_id > 0:
        return "private"
    return "group" if chat_id > _FIRST_SUPERGROUP else "supergroup"


def highest_message_id(connection: Connection, chat_id: int) -> int | None:
    """The highest number known of the counter of a chat."""
    same = _THEY_SHARE if kind_of(connection, chat_id) in _SHARED else _IS_IT
    sql = f"SELECT max(last_message_id) FROM chats WHERE {same}"  # noqa: S608 - own words
    (highest,) = connection.execute(sql, {"chat": chat_id}).fetchone()
    return None if highest is None else int(highest)


def numbers_above(connection: Connection, chat_id: int, floor: int) -> Numbers:
    """What is known of the numbers above `floor` that a message of a chat may have."""
    same = _SHARES if kind_of(connection, chat_id) in _SHARED else _IS_IT
    sql = " UNION ".join(
        f"SELECT message_id FROM {table} WHERE message_id > :floor AND {same}"  # noqa: S608
        for table in ("updates", "outbox", "answer_messages")
    )
    taken = frozenset(
        number for (number,) in connection.execute(sql, {"chat": chat_id, "floor": floor})
    )
    return Numbers(highest_message_id(connection, chat_id), taken)
