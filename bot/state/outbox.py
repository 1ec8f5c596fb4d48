"""Calls that the bot is going to make, from their plan until it is known what became of them.

    planned ──▶ sending ──▶ sent      Telegram has done it
       ▲           │──────▶ refused   Telegram will not do it
       └───────────┤                  it is certain that nothing was done
                   └──────▶ unknown   nobody can tell; it is not made again

A call that is found in `sending` was interrupted. Functions over a connection of
`bot.state.database`; those that write belong into a transaction.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.state.message_ids import highest_message_id, kind_of, saw_message
from index.sql import Connection


class PlannedCall(Protocol):
    """A call of the Bot API, as whoever plans it describes it."""

    @property
    def method(self) -> str:
        """As the Bot API names it."""
        ...

    @property
    def parameters(self) -> dict[str, Any]:
        """As the Bot API names them; JSON-ready."""
        ...

    @property
    def answer_id(self) -> int | None:
        """The answer that it shows."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A call in the outbox.

    Attributes:
        status: See above.
        floor: The highest message number that was known when sending began.
        attempts: How many tries may have made it.
        message_id: The message that it made or changed.
    """

    id: int
    update_id: int | None
    chat_id: int | None
    method: str
    parameters: dict[str, Any]
    answer_id: int | None
    status: str
    floor: int | None
    attempts: int
    message_id: int | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.status in ("planned", "sending")


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call that is not made yet, without its contents."""

    id: int
    update_id: int | None
    lane: str
    interrupted: bool
    created: float


def plan_reply(
    connection: Connection, update_id: int, calls: Iterable[PlannedCall], now: float
) -> list[int] | None:
    """Store what an update leads to.

    Returns:
        The ids of the calls; None if the update has a plan already, or is done with.
    """
    rows = connection.execute(
        "UPDATE updates SET status = 'planned' WHERE update_id = ? AND status = 'new' "
        "RETURNING lane, user_id",
        (update_id,),
    ).fetchall()
    if not rows:
        return None
    ((lane, user_id),) = rows
    return [_add(connection, call, update_id, lane, user_id, now) for call in calls]


def plan_notice(
    connection: Connection, lane: str, calls: Iterable[PlannedCall], now: float
) -> list[int]:
    """Store calls that no update has asked for; their ids."""
    return [_add(connection, call, None, lane, None, now) for call in calls]


def calls_of(connection: Connection, update_id: int) -> list[int]:
    """The ids of the calls that an update led to, in order."""
    sql = "SELECT id FROM outbox WHERE update_id = ? ORDER BY id"
    return [call_id for (call_id,) in connection.execute(sql, (update_id,))]


def open_calls(connection: Connection) -> list[OpenCall]:
    """All calls that are not made yet, in order."""
    sql = (
        "SELECT id, update_id, lane, status = 'sending', created FROM outbox "
        "WHERE status IN ('planned', 'sending') ORDER BY id"
    )
    return [
        OpenCall(call_id, update_id, lane, bool(interrupted), created)
        for call_id, update_id, lane, interrupted, created in connection.execute(sql)
    ]


def open_calls_in(connection: Connection, lanes: Sequence[str]) -> list[OpenCall]:
    """The notices of some lanes that are not made yet, in order."""
    found = connection.execute(
        "SELECT id, update_id, lane, status = 'sending', created FROM outbox "  # noqa: S608
        "WHERE status IN ('planned', 'sending') AND update_id IS NULL "
        f"AND lane {connection.among} ORDER BY id",
        (connection.listed(lanes),),
    )
    return [OpenCall(one, update, lane, bool(cut), at) for one, update, lane, cut, at in found]


def call(connection: Connection, call_id: int) -> Call | None:
    """A call by its id, unless all about it was forgotten."""
    row = connection.execute(
        "SELECT id, update_id, chat_id, method, parameters, answer_id, status, floor, attempts, "
        "message_id FROM outbox WHERE id = ?",
        (call_id,),
    ).fetchone()
    if row is None:
        return None
    values: list[Any] = list(row)
    values[4] = json.loads(values[4])
    return Call(*values)


def begin(connection: Connection, call_id: int) -> Call:
    """Note that a call is about to be made.

    Returns:
        The call as it is now.
    """
    before = call(connection, call_id)
    if before is None:
        raise LookupError(f"there is no call {call_id}")
    chat_id = before.chat_id
    floor = None if chat_id is None else highest_message_id(connection, chat_id)
    # A try in doubt may have made the message, which then lies above what was known before it.
    floor = before.floor if before.attempts else floor
    attempts = before.attempts + 1
    connection.execute(
        "UPDATE outbox SET status = 'sending', floor = ?, attempts = ? WHERE id = ?",
        (floor, attempts, call_id),
    )
    return replace(before, status="sending", floor=floor, attempts=attempts)


def put_back(connection: Connection, call_id: int, *, in_doubt: bool) -> None:
    """Note that a call was not made, so that it can be made again.

    Args:
        connection: In a transaction.
        call_id: The call.
        in_doubt: It was not found, but may still come through; else it is sure that it was not
            made.
    """
    connection.execute(
        "UPDATE outbox SET status = 'planned', attempts = attempts - ? WHERE id = ?",
        (0 if in_doubt else 1, call_id),
    )


def amend(connection: Connection, call_id: int, parameters: dict[str, Any]) -> None:
    """Change a call that was not made, before it is made again."""
    connection.execute(
        "UPDATE outbox SET status = 'planned', attempts = 0, parameters = ?, chat_id = ? "
        "WHERE id = ?",
        (json.dumps(parameters), _chat_of(parameters), call_id),
    )


def end_sent(
    connection: Connection, done: Call, now: float, message_id: int | None, kind: str | None
) -> None:
    """Note that a call was made, and which message it made or changed.

    Args:
        connection: In a transaction.
        done: The call.
        now: The time.
        message_id: The message, if there is one.
        kind: The kind of its chat, if Telegram has told it.
    """
    connection.execute(
        "UPDATE outbox SET status = 'sent', message_id = ?, finished = ? WHERE id = ?",
        (message_id, now, done.id),
    )
    if done.chat_id is None or message_id is None:
        return
    shown = (done.chat_id, message_id)
    if done.method == "deleteMessage":
        connection.execute(
            "DELETE FROM answer_messages WHERE chat_id = ? AND message_id = ?", shown
        )
        return
    if done.answer_id is not None:
        connection.execute(
            "INSERT INTO answer_messages (chat_id, message_id, answer_id) VALUES (?, ?, ?) "
            "ON CONFLICT (chat_id, message_id) DO UPDATE SET answer_id = excluded.answer_id",
            (*shown, done.answer_id),
        )
    kind = kind or kind_of(connection, done.chat_id)
    saw_message(connection, done.chat_id, kind, message_id)


def end_failed(connection: Connection, call_id: int, status: str, reason: str, now: float) -> None:
    """Note that a call was refused, or that nobody can tell whether it was made."""
    connection.execute(
        "UPDATE outbox SET status = ?, reason = ?, finished = ? WHERE id = ?",
        (status, reason, now, call_id),
    )


def refuse_rest(connection: Connection, refused: Call, now: float, *, gone: bool) -> None:
    """Refuse what is left of a plan, because its chat takes nothing from the bot.

    Args:
        connection: In a transaction.
        refused: The call that was refused.
        now: The time.
        gone: Whether the chat has blocked or removed the bot.
    """
    connection.execute(
        "UPDATE outbox SET status = 'refused', reason = 'as the call before', finished = :now "
        "WHERE status = 'planned' AND id > :id AND chat_id = :chat "
        "AND update_id IS NOT DISTINCT FROM :update "
        "AND created = (SELECT created FROM outbox WHERE id = :id)",
        {
            "now": now,
            "id": refused.id,
            "chat": refused.chat_id,
            "update": refused.update_id,
        },
    )
    if gone:
        connection.execute("UPDATE chats SET gone = ? WHERE chat_id = ?", (now, refused.chat_id))


def _add(
    connection: Connection,
    planned: PlannedCall,
    update_id: int | None,
    lane: str,
    user_id: int | None,
    now: float,
) -> int:
    rows = connection.execute(
        "INSERT INTO outbox (update_id, lane, chat_id, user_id, method, parameters, answer_id, "
        "status, created) VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', ?) RETURNING id",
        (
            update_id,
            lane,
            _chat_of(planned.parameters),
            user_id,
            planned.method,
            json.dumps(planned.parameters),
            planned.answer_id,
            now,
        ),
    )
    return int(rows.fetchall()[0][0])


def _chat_of(parameters: dict[str, Any]) -> int | None:
    chat_id = parameters.get("chat_id")
    return chat_id if isinstance(chat_id, int) else None
