"""What became of a call, noted in the state, and in log and metrics where somebody must look.

Knows nothing of how it was made.
"""

import logging
import time
from collections.abc import Callable

from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.refusals import without
from bot.messenger.plan import Delivered, Json
from bot.messenger.services import Metrics
from bot.state import outbox
from bot.state.outbox import Call
from index.sql import Connection

Change = Callable[[Connection], None]
Moved = Callable[[Connection, int, int], None]

logger = logging.getLogger(__name__)


class Outcomes:
    """Notes what became of calls."""

    def __init__(self, state: PatientState, metrics: Metrics, moved: Moved) -> None:
        """Note it in `state`.

        Args:
            state: Holds the outbox.
            metrics: Count what is refused or unknown.
            moved: Notes that a group has become a supergroup, with the old and the new id.
        """
        self._state, self._metrics, self._moved = state, metrics, moved

    async def sent(self, call: Call, message_id: int | None, kind: str | None) -> Delivered:
        """It was made, and made or changed a message in a chat of a kind."""
        now = time.time()
        await self._state.write(
            lambda connection: outbox.end_sent(connection, call, now, message_id, kind)
        )
        return Delivered("sent", message_id)

    async def refused(self, call: Call, reason: str, *, expected: bool = False) -> Delivered:
        """Telegram will not do it."""
        return await self._failed(call, "refused", reason, expected)

    async def unknown(self, call: Call, reason: str) -> Delivered:
        """Nobody can tell whether it was done."""
        return await self._failed(call, "unknown", reason, expected=False)

    async def shut_out(self, call: Call, reason: str, *, gone: bool) -> Delivered:
        """The chat takes nothing from the bot: the rest of the plan is not even tried."""

        def refuse_rest(connection: Connection) -> None:
            outbox.refuse_rest(connection, call, time.time(), gone=gone)

        return await self._failed(call, "refused", reason, expected=True, also=refuse_rest)

    async def put_back(self, call: Call, *, in_doubt: bool) -> None:
        """It was not made."""
        await self._state.write(
            lambda connection: outbox.put_back(connection, call.id, in_doubt=in_doubt)
        )

    async def amended(self, call: Call, parameters: Json, reason: str) -> None:
        """It was not made, and is to be made in another form."""
        logger.error("%s for chat %s is changed: %s", call.method, call.chat_id, reason)
        self._metrics.error("amended")
        await self._state.write(lambda connection: outbox.amend(connection, call.id, parameters))

    async def moved(self, call: Call, old: int, new: int) -> Delivered | None:
        """It was not made, because its group is a supergroup now; None if it is to be made there.

        Messages are numbered afresh there: under the number of the one that was to be replied to,
        changed or deleted, there is another.
        """
        parameters = {**without("reply_parameters")(call.parameters), "chat_id": new}
        is_past, now = "message_id" in parameters, time.time()
        reason = f"its message stays in group {old}, which is supergroup {new} now"

        def move(connection: Connection) -> None:
            if is_past:
                outbox.end_failed(connection, call.id, "refused", reason, now)
            else:
                outbox.amend(connection, call.id, parameters)
            self._moved(connection, old, new)

        logger.info("Group %s is supergroup %s now", old, new)
        await self._state.write(move)
        return Delivered("refused") if is_past else None

    async def _failed(
        self, call: Call, status: str, reason: str, expected: bool, also: Change | None = None
    ) -> Delivered:
        level = logging.INFO if expected else logging.ERROR
        logger.log(level, "%s for chat %s is %s: %s", call.method, call.chat_id, status, reason)
        if not expected:
            self._metrics.error(status)

        def end(connection: Connection) -> None:
            outbox.end_failed(connection, call.id, status, reason, time.time())
            if also is not None:
                also(connection)

        await self._state.write(end)
        return Delivered(status)
