"""What only one bot of a fleet does: whoever has the role, and another once that one is gone."""

import asyncio
import logging

from bot.messenger.delivery.ownership import Fleet
from bot.messenger.services import Companion
from index.errors import StateError

ASK_EVERY_S = 2.0

logger = logging.getLogger(__name__)


class FleetRole:
    """A role that a bot of a fleet takes for some time."""

    def __init__(self, fleet: Fleet, name: str) -> None:
        """Know it by its name."""
        self._fleet, self._lane = fleet, f"role {name}"

    async def claim(self) -> bool:
        """Take it, if no other living bot has it; whether this one has it now."""
        return await self._fleet.claim(self._lane)

    async def give_back(self) -> None:
        """Let others take it."""
        await self._fleet.give_back(self._lane)


class Elected:
    """A companion that is at work while this bot has its role; a companion itself."""

    def __init__(self, companion: Companion, role: FleetRole, name: str) -> None:
        """Have `companion` work as soon as the role is this bot's; `name` is for the log."""
        self._companion, self._role, self._name = companion, role, name
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
                mine = await self._role.claim()
            except StateError as exc:
                logger.warning("Nobody can tell who is %s: %s", self._name, exc)
                mine = False
            if mine and not self._at_work:
                logger.info("This bot is %s", self._name)
                self._companion.start()
            elif self._at_work and not mine:
                await self._companion.stop()
            self._at_work = mine
            await asyncio.sleep(ASK_EVERY_S)
