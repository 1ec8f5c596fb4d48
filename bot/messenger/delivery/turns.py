"""The turn of one update: it is read, handled and planned for once, and its calls are made.

An update is `new` until its plan is stored, together with all that is remembered of it and before
any of it is done. So after a crash a new update is handled anew, while of a planned one only the
calls that are left are made. Knows nothing of other updates.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from telegram import Bot, Update

from bot.messenger.delivery.crowding import Crowded
from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.sending import Sender
from bot.messenger.plan import Delivered, Plan
from bot.messenger.services import Metrics
from bot.state import outbox
from bot.state.inbox import Waiting
from index.sql import Connection

MAX_ATTEMPTS = 3
"""How often an update may end the process before it is put aside."""

logger = logging.getLogger(__name__)


class Inbox(Protocol):
    """What is needed of the inbox, however it is kept; see `bot.state.inbox`."""

    async def unfinished(self) -> list[Waiting]:
        """All updates that are not done with, in order; without their texts."""
        ...

    async def waiting(self, update_id: int) -> Waiting | None:
        """An update with its text, unless it is done with."""
        ...

    async def begin(self, update_id: int) -> None:
        """Note that the handling of an update begins."""
        ...

    async def spare(self, update_id: int) -> None:
        """Note that it was broken off for no fault of the update."""
        ...

    async def finish(self, update_id: int, reason: str | None = None) -> None:
        """Note that an update is done with."""
        ...

    async def set_aside(self, update_id: int, reason: str) -> None:
        """Note that an update cannot be read or handled."""
        ...


@dataclass(frozen=True, slots=True)
class Handling:
    """What the bot does about updates.

    Attributes:
        handle: Handles one, and plans what comes of it; `Application.process_update`.
        is_question: Whether an update counts against the limits of what may wait.
        turn_away: What to do about a question too many, with the number that wait.
        give_up: What to do about one that has ended the process again and again.
    """

    handle: Callable[[Update], Awaitable[None]]
    is_question: Callable[[Update], bool]
    turn_away: Callable[[Update, int], Plan]
    give_up: Callable[[Update], Plan]


class Turns:
    """Takes the turns of updates."""

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        state: PatientState,
        sender: Sender,
        handling: Handling,
        metrics: Metrics,
    ) -> None:
        """Keep what is needed for a turn."""
        self._bot, self._inbox, self._state, self._sender = bot, inbox, state, sender
        self._handling, self._metrics = handling, metrics

    async def take(self, update_id: int, crowded: Crowded | None) -> None:
        """Do all that is left to do about an update.

        Raises:
            InvalidToken: The token was revoked; the update is not done with.
        """
        waiting = await self._inbox.waiting(update_id)
        if waiting is not None and not waiting.planned:
            try:
                update = self._parsed(waiting)
            except Exception:
                logger.exception("Update %s cannot be read", update_id)
                await self._inbox.set_aside(update_id, "it cannot be read")
                self._metrics.error("aside")
                return
            if waiting.attempts >= MAX_ATTEMPTS:
                await self._put_aside(update)
                return
            await self._handle(update, crowded)
            waiting = await self._inbox.waiting(update_id)
        if waiting is None:
            return
        if waiting.planned:  # before, or by a handler that was broken off: what is left is done
            calls = await self._state.read(
                lambda connection: outbox.calls_of(connection, update_id)
            )
            await self._make(update_id, calls)
        else:
            await self._inbox.finish(update_id, "nothing was planned")

    async def carry_out(self, update_id: int, plan: Plan) -> list[Delivered]:
        """See `bot.messenger.plan.Delivery`."""
        calls = await self._store(update_id, plan)
        return [] if calls is None else await self._make(update_id, calls)

    async def _store(self, update_id: int, plan: Plan) -> list[int] | None:
        """Store what an update leads to; None if that was done before."""
        now = time.time()

        def store(connection: Connection) -> list[int] | None:
            calls = outbox.plan_reply(connection, update_id, plan.calls, now)
            if calls is not None:
                plan.remember(connection)
            return calls

        return await self._state.write(store)

    def is_question(self, waiting: Waiting) -> bool:
        """Whether an update counts against the limits of what may wait."""
        try:
            update = self._parsed(waiting)
        except Exception:  # its turn tells what is wrong with it
            return False
        try:
            return self._handling.is_question(update)
        except Exception:
            logger.exception("Nobody can tell what update %s is", waiting.update_id)
            return False

    def _parsed(self, waiting: Waiting) -> Update:
        update = Update.de_json(json.loads(waiting.raw), self._bot)
        if update is None:
            raise ValueError("it is empty")
        return update

    async def _put_aside(self, update: Update) -> None:
        """Apologise for an update that has ended the process again and again, and let it lie."""
        logger.error("Update %s has ended the process %s times", update.update_id, MAX_ATTEMPTS)
        self._metrics.error("aside")
        for call_id in await self._store(update.update_id, self._handling.give_up(update)) or ():
            await self._sender.deliver(call_id)
        await self._inbox.set_aside(update.update_id, "it ends the process")

    async def _handle(self, update: Update, crowded: Crowded | None) -> None:
        await self._inbox.begin(update.update_id)
        try:
            if crowded is None:
                await self._handling.handle(update)
            elif not crowded.told:
                plan = self._handling.turn_away(update, crowded.waiting)
                await self.carry_out(update.update_id, plan)
        except asyncio.CancelledError:
            await self._inbox.spare(update.update_id)  # the bot is stopped, and did not fall
            raise
        except Exception:
            logger.exception("Update %s failed", update.update_id)
            self._metrics.error("update")

    async def _make(self, update_id: int, calls: list[int]) -> list[Delivered]:
        """Make the calls of an update, then it is done with."""
        delivered = [await self._sender.deliver(call_id) for call_id in calls]
        await self._inbox.finish(update_id)
        return delivered
