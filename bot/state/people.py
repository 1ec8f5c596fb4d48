"""Chats, what was set in them, where they moved to; and all that is held about one user.

Functions over a connection of `bot.state.database`; those that write belong into a transaction.
"""

import json
from dataclasses import dataclass, field

from bot.state.schema import put_meta
from index.filters import Filters
from index.sql import Connection

# A private chat has the id of its user. What is still to be done or sent stays: it is waited for.
_HELD = {
    "questions": "SELECT count(*) FROM answers WHERE user_id = :user OR chat_id = :user",
    "messages": "SELECT count(*) FROM updates WHERE status IN ('done', 'aside') "
    "AND raw IS NOT NULL AND (user_id = :user OR chat_id = :user)",
    "feedback": "SELECT count(*) FROM feedback WHERE user_id = :user",
    "watches": "SELECT count(*) FROM watches WHERE user_id = :user OR chat_id = :user",
    "settings": "SELECT count(*) FROM chats WHERE chat_id = :user",
}
_FORGET = (
    """DELETE FROM outbox WHERE status NOT IN ('planned', 'sending') AND (
        user_id = :user OR chat_id = :user
        OR update_id IN (SELECT update_id FROM updates WHERE user_id = :user)
        OR answer_id IN
            (SELECT answer_id FROM answers WHERE user_id = :user OR chat_id = :user))""",
    """DELETE FROM feedback WHERE user_id = :user OR answer_id IN
        (SELECT answer_id FROM answers WHERE user_id = :user OR chat_id = :user)""",
    """DELETE FROM answer_messages WHERE chat_id = :user OR answer_id IN
        (SELECT answer_id FROM answers WHERE user_id = :user OR chat_id = :user)""",
    """DELETE FROM cited WHERE answer_id IN
        (SELECT answer_id FROM answers WHERE user_id = :user OR chat_id = :user)""",
    "DELETE FROM answers WHERE user_id = :user OR chat_id = :user",
    "DELETE FROM watches WHERE user_id = :user OR chat_id = :user",
    "DELETE FROM chats WHERE chat_id = :user",
    # The id of an update stays, for Telegram may offer it again.
    """UPDATE updates SET raw = NULL, reason = NULL, lane = '', chat_id = NULL, user_id = NULL
        WHERE status IN ('done', 'aside') AND (user_id = :user OR chat_id = :user)""",
    "UPDATE updates SET raw = NULL, user_id = NULL WHERE update_id = :asked_by",
)
_FORGET_REQUEST = (
    "DELETE FROM outbox WHERE update_id = :asked_by AND status NOT IN ('planned', 'sending')",
    """UPDATE updates SET raw = NULL, reason = NULL, lane = '', chat_id = NULL, user_id = NULL
        WHERE update_id = :asked_by""",
    "DELETE FROM chats WHERE chat_id = :user",
)


@dataclass(frozen=True, slots=True)
class Chat:
    """What is known of a chat.

    Attributes:
        filters: Which articles answers may come from, as /since and /until have set it.
        noticed: Whether it was told what is stored.
        gone: Whether it has blocked or removed the bot.
    """

    filters: Filters = field(default_factory=Filters)
    noticed: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was held about a user, of each kind."""

    questions: int
    messages: int
    feedback: int
    watches: int
    settings: int


def known_chat(connection: Connection, chat_id: int) -> Chat:
    """A chat; one that was never seen is as if it were new."""
    row = connection.execute(
        "SELECT since, until, noticed, gone FROM chats WHERE chat_id = ?", (chat_id,)
    ).fetchone()
    if row is None:
        return Chat()
    since, until, noticed, gone = row
    return Chat(Filters(since, until), noticed is not None, gone is not None)


def see_chat(connection: Connection, chat_id: int, kind: str, language: str | None) -> None:
    """Note that a chat is there and which language it speaks; what was set in it stays.

    Args:
        connection: In a transaction.
        chat_id: The chat.
        kind: As the Bot API calls it.
        language: Of its user; None for a group.
    """
    connection.execute(
        "INSERT INTO chats (chat_id, kind, language) VALUES (?, ?, ?) ON CONFLICT (chat_id) "
        "DO UPDATE SET kind = excluded.kind, language = excluded.language, gone = NULL",
        (chat_id, kind, language),
    )


def set_range(connection: Connection, chat_id: int, filters: Filters) -> None:
    """Set which articles the answers of a chat that was seen may come from."""
    connection.execute(
        "UPDATE chats SET since = ?, until = ? WHERE chat_id = ?",
        (filters.since, filters.until, chat_id),
    )


def set_noticed(connection: Connection, chat_id: int, when: float) -> None:
    """Note that a chat that was seen has been told what is stored."""
    connection.execute("UPDATE chats SET noticed = ? WHERE chat_id = ?", (when, chat_id))


def set_gone(connection: Connection, chat_id: int, kind: str, when: float | None) -> None:
    """Note that a chat has blocked or removed the bot, or (None) taken it back."""
    connection.execute(
        "INSERT INTO chats (chat_id, kind, gone) VALUES (?, ?, ?) "
        "ON CONFLICT (chat_id) DO UPDATE SET gone = excluded.gone",
        (chat_id, kind, when),
    )


def move_chat(connection: Connection, old: int, new: int) -> None:
    """Follow a group that has become a supergroup; done twice, it is done once.

    Its messages are numbered afresh, so a number of the old chat names nothing in the new one:
    which message asked is forgotten, and `answer_messages` stay with the old chat.
    """
    if old == new:
        return
    connection.execute(
        "INSERT INTO chats (chat_id, kind, since, until, noticed) "
        "SELECT CAST(? AS BIGINT), 'supergroup', since, until, noticed "
        "FROM chats WHERE chat_id = ? "
        "ON CONFLICT (chat_id) DO UPDATE SET since = coalesce(chats.since, excluded.since), "
        "until = coalesce(chats.until, excluded.until), "
        "noticed = coalesce(chats.noticed, excluded.noticed)",
        (new, old),
    )
    connection.execute("DELETE FROM chats WHERE chat_id = ?", (old,))
    connection.execute(
        "UPDATE answers SET chat_id = ?, question_message_id = NULL WHERE chat_id = ?", (new, old)
    )
    connection.execute("UPDATE watches SET chat_id = ? WHERE chat_id = ?", (new, old))
    waiting = connection.execute(
        "SELECT id, parameters FROM outbox "
        "WHERE chat_id = ? AND status = 'planned' AND method = 'sendMessage'",
        (old,),
    ).fetchall()
    for call_id, told in waiting:
        parameters = {**json.loads(told), "chat_id": new}
        parameters.pop("reply_parameters", None)
        sql = "UPDATE outbox SET chat_id = ?, parameters = ? WHERE id = ?"
        connection.execute(sql, (new, json.dumps(parameters), call_id))
    put_meta(connection, _moved_key(new), str(old))


def former_id(connection: Connection, chat_id: int) -> int | None:
    """The id that a supergroup had as a group, if it was one."""
    row = connection.execute(
        "SELECT value FROM meta WHERE key = ?", (_moved_key(chat_id),)
    ).fetchone()
    return None if row is None else int(row[0])


def asks_again_inline(connection: Connection, user_id: int, after: int) -> bool:
    """Whether a newer inline query of a user than the update `after` waits to be answered."""
    found = connection.execute(
        "SELECT raw FROM updates WHERE status IN ('new', 'planned') "
        "AND status = 'new' AND update_id > ? AND user_id = ?",
        (after, user_id),
    )
    return any(_asks_inline(raw) for (raw,) in found.fetchall())


def held_about(connection: Connection, user_id: int) -> Forgotten:
    """How much `forget_user` would delete."""
    counts = {
        kind: connection.execute(sql, {"user": user_id}).fetchone()[0]
        for kind, sql in _HELD.items()
    }
    return Forgotten(**counts)


def forget_user(connection: Connection, user_id: int, asked_by: int | None = None) -> Forgotten:
    """Delete everything that is held about a user, in every table.

    Args:
        connection: In a transaction.
        user_id: The user.
        asked_by: The update that asks for it; its content goes, too.

    Returns:
        How much was held.
    """
    held = held_about(connection, user_id)
    for sql in _FORGET:
        connection.execute(sql, {"user": user_id, "asked_by": asked_by})
    _forget_replies(connection, user_id)
    return held


def forget_request(connection: Connection, user_id: int, asked_by: int) -> None:
    """Delete what telling a user that all is forgotten has left behind, once it was told."""
    for sql in _FORGET_REQUEST:
        connection.execute(sql, {"user": user_id, "asked_by": asked_by})


def _forget_replies(connection: Connection, user_id: int) -> None:
    """Forget updates of others that hold what a user wrote, too: those that reply to it."""
    found = connection.execute(
        "SELECT update_id, raw FROM updates WHERE status IN ('done', 'aside') AND raw LIKE ?",
        (f"%{user_id}%",),
    ).fetchall()
    for update_id, raw in found:
        if _names(raw, user_id):
            connection.execute("UPDATE updates SET raw = NULL WHERE update_id = ?", (update_id,))


def _names(raw: str, user_id: int) -> bool:
    """Whether an update names a user as anybody in it; one that cannot be read may."""
    try:
        waiting = [json.loads(raw)]
    except (ValueError, RecursionError):
        return True
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if user_id in (value.get("id"), value.get("user_id")):
                return True
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False


def _asks_inline(raw: str | None) -> bool:
    """Whether an update is an inline query."""
    try:
        told = json.loads(raw or "")
    except (ValueError, RecursionError):
        return False
    query = told.get("inline_query") if isinstance(told, dict) else None
    return isinstance(query, dict) and query.get("id") is not None


def _moved_key(chat_id: int) -> str:
    return f"chat {chat_id} was"
