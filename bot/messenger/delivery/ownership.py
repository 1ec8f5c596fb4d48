"""Who works off a lane, where several bots share an inbox.

A bot alone owns every lane. In a fleet a lane is claimed (`bot.state.claims`), by whoever stored
an update of it or, where its owner has died, by whoever sees that first. What a bot does for a lane
is fenced: each change that it makes tells in its own transaction whether the lane is still its own,
and no call is made by one that has not been heard for too long. So a bot that was stopped for a
while does nothing that another has done in its place.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Protocol, TypeVar
from uuid import uuid4

from bot.state import claims
from bot.state.claims import BEAT_S, DEAD_AFTER_S, Open
from bot.state.database import State
from bot.state.inbox import Transactions
from index.errors import StateError
from index.sql import Connection

TAKEN_AT_ONCE = 50
"""Lanes that are taken over at a look: the rest is for others."""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)

_lane: ContextVar[str | None] = ContextVar("lane", default=None)


class LaneLost(asyncio.CancelledError):
    """Another bot has taken over the lane of this task, which must do nothing more."""


class _NotMineError(Exception):
    """Ends a transaction of a lane that another bot has."""


def work_for(lane: str) -> None:
    """What this task and those that it begins do from now on is done for a lane."""
    _lane.set(lane)


class Ownership(Protocol):
    """Says which lanes this bot works off.

    Attributes:
        shared: Whether there may be other bots.
        state: Where changes are made, fenced by the lane of the task.
    """

    @property
    def shared(self) -> bool:
        """See above."""
        ...

    @property
    def state(self) -> Transactions:
        """See above."""
        ...

    async def claim(self, lane: str) -> bool:
        """Take a lane, if no other living bot has it; whether this one has it now."""
        ...

    async def give_back(self, lane: str) -> bool:
        """Give a lane back if nothing is open in it; whether it was given back."""
        ...

    async def open_in(self, lane: str) -> Open:
        """What is open in a lane."""
        ...

    def check(self) -> None:
        """Tell, just before a call is made, whether this bot may still make it.

        Raises:
            LaneLost: It was not heard for so long that others may have taken over.
        """
        ...


class Alone:
    """The one bot of a state: every lane is its own."""

    shared = False

    def __init__(self, state: State) -> None:
        """Change `state` as it is."""
        self.state: Transactions = state

    async def claim(self, lane: str) -> bool:
        return True

    async def give_back(self, lane: str) -> bool:
        return True

    async def open_in(self, lane: str) -> Open:
        return Open([], [])  # whoever is alone knows of all that is open

    def check(self) -> None:
        """Nothing: nobody else can have taken over."""


class Fleet:
    """One of several bots of a state."""

    shared = True

    def __init__(self, state: State, clock: Callable[[], float] = time.monotonic) -> None:
        """Be a bot that nobody has heard of yet; `clock` goes on while the process is stopped."""
        self.owner = uuid4().hex
        self.state: Transactions = _Fenced(state, self.owner)
        self._state, self._clock = state, clock
        self._heard = clock()
        self._following: asyncio.Task[None] | None = None

    async def start(self, look: Callable[[list[str], Open], Awaitable[None]]) -> None:
        """Be heard, and from now on look around at every beat.

        Args:
            look: Told which lanes nobody works off, and what is open in those of this bot.
        """
        await self._beat()
        self._following = asyncio.create_task(self._follow(look))

    async def stop(self) -> None:
        """Give all back."""
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        try:
            await self._state.write(lambda connection: claims.leave(connection, self.owner))
        except StateError as exc:  # then others see it by its silence
            logger.warning("The lanes could not be given back: %s", exc)

    @property
    def silent_s(self) -> float:
        """Seconds since this bot was last heard by the others."""
        return self._clock() - self._heard

    def is_seen(self) -> bool:
        """Whether the others take this bot for living."""
        return self.silent_s < DEAD_AFTER_S

    async def claim(self, lane: str) -> bool:
        return await self._state.write(
            lambda connection: claims.claim(connection, self.owner, lane)
        )

    async def give_back(self, lane: str) -> bool:
        return await self._state.write(
            lambda connection: claims.give_back(connection, self.owner, lane)
        )

    async def open_in(self, lane: str) -> Open:
        return await self._state.read(lambda connection: claims.open_in(connection, [lane]))

    def check(self) -> None:
        if _lane.get() is not None and self.silent_s > DEAD_AFTER_S - 2 * BEAT_S:
            raise LaneLost

    async def _beat(self) -> None:
        began = self._clock()  # what the server has noted is not older than this
        await self._state.write(lambda connection: claims.beat(connection, self.owner))
        self._heard = began

    async def _follow(self, look: Callable[[list[str], Open], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self._beat()
                left = await self._state.read(
                    lambda connection: claims.deserted(connection, TAKEN_AT_ONCE)
                )
                mine = await self._state.read(
                    lambda connection: claims.open_of(connection, self.owner)
                )
                await look(left, mine)
            except StateError as exc:
                logger.warning("The fleet cannot be seen: %s", exc)
            except Exception:
                logger.exception("What others have left could not be taken over")


class _Fenced:
    """A state whose changes happen only while the lane of the task belongs to this bot."""

    def __init__(self, state: State, owner: str) -> None:
        self._state, self._owner = state, owner

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        lane = _lane.get()
        if lane is None:
            return await self._state.write(change)

        def fenced(connection: Connection) -> Result:
            if not claims.holds(connection, self._owner, lane):
                raise _NotMineError
            return change(connection)

        try:
            return await self._state.write(fenced)
        except _NotMineError:
            raise LaneLost from None

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        return await self._state.read(query)
