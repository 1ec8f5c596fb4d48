"""Updates of Telegram, from the moment they are stored until they are done with.

Whatever Telegram sends can be stored, however odd: what it is about is looked for in the raw
JSON and may be missing. Functions over a connection of `bot.state.database`, and `StoredInbox`,
which the bot uses through the protocols of `receiving` and `delivery`.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.state.message_ids import saw_message
from index.sql import Connection

NO_LANE = "none"
_KINDS = frozenset({"private", "group", "supergroup", "channel"})
_OTHERS_MESSAGES = frozenset({"message", "edited_message", "channel_post", "edited_channel_post"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that is not done with.

    Attributes:
        planned: Its calls are in the outbox; it must not be handled again.
        attempts: How often its handling was begun, and ended with the process.
        raw: The update as Telegram sent it.
    """

    update_id: int
    lane: str
    chat_id: int | None
    user_id: int | None
    planned: bool
    received: float
    attempts: int
    raw: str


def store(connection: Connection, raws: Sequence[object], now: float) -> list[int]:
    """Store updates as they came; those that are there already are dropped.

    One that has no usable id is set aside at once, so that it cannot hold up the others.

    Returns:
        The ids of those that are new, in order.
    """
    new = []
    for raw in raws:
        update_id = _integer(raw.get("update_id")) if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or update_id is None or update_id <= 0:
            _store_without_id(connection, raw, now)
        elif _store_one(connection, update_id, raw, now):
            new.append(update_id)
    return new


def unfinished(connection: Connection) -> list[Waiting]:
    """All updates that are not done with, in order; without their texts."""
    sql = "SELECT {} FROM updates WHERE status IN ('new', 'planned') ORDER BY update_id"
    rows = connection.execute(sql.format(_COLUMNS.format("''")))
    return [_waiting(row) for row in rows]


def unfinished_in(connection: Connection, lanes: Sequence[str]) -> list[Waiting]:
    """Those of some lanes; else as `unfinished`."""
    sql = "SELECT {} FROM updates WHERE status IN ('new', 'planned') AND lane {} ORDER BY update_id"
    told = sql.format(_COLUMNS.format("''"), connection.among)
    return [_waiting(row) for row in connection.execute(told, (connection.listed(lanes),))]


def waiting(connection: Connection, update_id: int) -> Waiting | None:
    """An update with its text, unless it is done with."""
    sql = "SELECT {} FROM updates WHERE update_id = ? AND status IN ('new', 'planned')"
    row = connection.execute(sql.format(_COLUMNS.format("raw")), (update_id,)).fetchone()
    return None if row is None else _waiting(row)


def begin(connection: Connection, update_id: int) -> None:
    """Note that the handling of an update begins, which may be the end of the process."""
    sql = "UPDATE updates SET attempts = attempts + 1 WHERE update_id = ?"
    connection.execute(sql, (update_id,))


def spare(connection: Connection, update_id: int) -> None:
    """Note that the handling of an update was broken off for no fault of its own."""
    sql = "UPDATE updates SET attempts = attempts - 1 WHERE update_id = ? AND attempts > 0"
    connection.execute(sql, (update_id,))


def finish(connection: Connection, update_id: int, now: float, reason: str | None = None) -> None:
    """Note that an update is done with; `reason` says why if nothing came of it."""
    _end(connection, update_id, "done", reason, now)


def set_aside(connection: Connection, update_id: int, now: float, reason: str) -> None:
    """Note that an update cannot be read or handled; its text is kept."""
    _end(connection, update_id, "aside", reason, now)


Result = TypeVar("Result")


class Transactions(Protocol):
    """A `bot.state.database.State`, or what stands before one."""

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """Run a change as one transaction."""
        ...

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query."""
        ...


class StoredInbox:
    """The inbox of one bot, in its state."""

    def __init__(self, state: Transactions) -> None:
        """Keep everything in `state`, and raise what it raises."""
        self._state = state

    async def store(self, raws: Sequence[object]) -> list[int]:
        """See `store`; when this returns, a power cut cannot undo it."""
        return await self._state.write(lambda connection: store(connection, raws, time.time()))

    async def unfinished(self) -> list[Waiting]:
        """See `unfinished`."""
        return await self._state.read(unfinished)

    async def waiting(self, update_id: int) -> Waiting | None:
        """See `waiting`."""
        return await self._state.read(lambda connection: waiting(connection, update_id))

    async def begin(self, update_id: int) -> None:
        """See `begin`."""
        await self._state.write(lambda connection: begin(connection, update_id))

    async def spare(self, update_id: int) -> None:
        """See `spare`."""
        await self._state.write(lambda connection: spare(connection, update_id))

    async def finish(self, update_id: int, reason: str | None = None) -> None:
        """See `finish`."""
        await self._state.write(
            lambda connection: finish(connection, update_id, time.time(), reason)
        )

    async def set_aside(self, update_id: int, reason: str) -> None:
        """See `set_aside`."""
        await self._state.write(
            lambda connection: set_aside(connection, update_id, time.time(), reason)
        )


_COLUMNS = "update_id, lane, chat_id, user_id, status = 'planned', received, attempts, {}"


def _waiting(row: tuple[Any, ...]) -> Waiting:
    update_id, lane, chat_id, user_id, planned, received, attempts, raw = row
    planned = bool(planned)
    return Waiting(update_id, lane, chat_id, user_id, planned, received, attempts, raw or "")


def _end(
    connection: Connection, update_id: int, status: str, reason: str | None, now: float
) -> None:
    connection.execute(
        "UPDATE updates SET status = ?, reason = ?, finished = ? "
        "WHERE update_id = ? AND status IN ('new', 'planned')",
        (status, reason, now, update_id),
    )


def _store_one(connection: Connection, update_id: int, raw: dict[str, Any], now: float) -> bool:
    kind, payload = next(
        ((key, value) for key, value in raw.items() if key != "update_id"), ("", None)
    )
    content = _dict(payload)
    # A press tells of the message with the button, which is the bot's.
    message = _dict(content.get("message")) if kind == "callback_query" else content
    chat = _dict(message.get("chat"))
    chat_id, message_id = _integer(chat.get("id")), _integer(message.get("message_id"))
    user_id = next(
        (
            number
            for person in ("from", "user")
            if (number := _integer(_dict(content.get(person)).get("id"))) is not None
        ),
        None,
    )
    brought = message_id if kind in _OTHERS_MESSAGES else None
    added = connection.execute(
        "INSERT INTO updates "
        "(update_id, raw, lane, chat_id, user_id, message_id, received, status) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'new') ON CONFLICT (update_id) DO NOTHING RETURNING 1",
        (update_id, json.dumps(raw), _lane(chat_id, user_id), chat_id, user_id, brought, now),
    ).fetchall()
    if added and chat_id is not None:
        _note_chat(connection, chat_id, chat.get("type"), message_id, written=brought is not None)
    return bool(added)


def _note_chat(
    connection: Connection,
    chat_id: int,
    kind: object,
    message_id: int | None,
    *,
    written: bool,
) -> None:
    """Keep the row of a chat up to date; one in which somebody writes is not gone."""
    if kind not in _KINDS:
        return
    connection.execute(
        "INSERT INTO chats (chat_id, kind) VALUES (?, ?) "
        "ON CONFLICT (chat_id) DO UPDATE SET kind = excluded.kind",
        (chat_id, kind),
    )
    if written:
        sql = "UPDATE chats SET gone = NULL WHERE chat_id = ? AND gone IS NOT NULL"
        connection.execute(sql, (chat_id,))
    if message_id is not None:
        saw_message(connection, chat_id, str(kind), message_id)


def _store_without_id(connection: Connection, raw: object, now: float) -> None:
    """Set aside, under an id of our own, what Telegram may send again until it is acknowledged."""
    text = json.dumps(raw)
    same = "SELECT 1 FROM updates WHERE update_id < 0 AND raw = ?"
    if connection.execute(same, (text,)).fetchone():
        return
    (lowest,) = connection.execute("SELECT min(update_id) FROM updates").fetchone()
    own_id = min(lowest or 0, 0) - 1
    connection.execute(
        "INSERT INTO updates (update_id, raw, lane, received, status, reason, finished) "
        "VALUES (?, ?, ?, ?, 'aside', 'no usable update_id', ?)",
        (own_id, text, NO_LANE, now, now),
    )
    logger.error("An update without a usable id was set aside as %s", own_id)


def _lane(chat_id: int | None, user_id: int | None) -> str:
    if chat_id is not None:
        return f"chat {chat_id}"
    return NO_LANE if user_id is None else f"user {user_id}"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _integer(value: object) -> int | None:
    """A number that SQLite can hold, or None."""
    usable = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return value if isinstance(value, int) and usable else None
