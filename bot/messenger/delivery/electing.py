"""What only one bot of a fleet does: whoever has the role, and another once that one is gone."""

import asyncio
import logging

from bot.messenger.delivery.ownership import Fleet
from bot.messenger.services import Companion
from index.errors import StateError

ASK_EVERY_S = 2.0

logger = logging.getLogger(__name__)


class Elected:
    """A companion that is at work while this bot has its role; a companion itself."""

    def __init__(self, companion: Companion, fleet: Fleet, role: str) -> None:
        """Have `companion` work as soon as the role is this bot's."""
        self._companion, self._fleet, self._role = companion, fleet, f"role {role}"
        self._asking: asyncio.Task[None] | None = None
        self._at_work = False

    def start(self) -> None:
        """Begin to ask for the role."""
        self._asking = asyncio.create_task(self._ask())

    async def stop(self) -> None:
        """End; the role goes with the bot."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        if self._at_work:
            await self._companion.stop()

    async def _ask(self) -> None:
        while True:
            try:
                mine = await self._fleet.claim(self._role)
            except StateError as exc:
                logger.warning("Nobody can tell who has the %s: %s", self._role, exc)
                mine = False
            if mine and not self._at_work:
                logger.info("This bot has the %s", self._role)
                self._companion.start()
            elif self._at_work and not mine:
                await self._companion.stop()
            self._at_work = mine
            await asyncio.sleep(ASK_EVERY_S)
