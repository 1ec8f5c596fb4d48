"""Trying again for as long as it takes: what is due is done late rather than not at all.

Knows how long to wait, and nothing of what is tried.
"""

from collections.abc import Callable
from typing import TypeVar

import stamina

from bot.messenger.services import Metrics
from bot.state.inbox import Transactions
from index.errors import StateError
from index.sql import Connection

BACK_OFF = stamina.AsyncRetryingCaller(
    attempts=None, timeout=None, wait_initial=1.0, wait_max=60.0, wait_jitter=1.0
)
"""One second, then twice as long each time, up to a minute."""

Result = TypeVar("Result")


class PatientState:
    """A state whose changes wait until they can be made, for example for room on the disk."""

    def __init__(
        self,
        state: Transactions,
        metrics: Metrics,
        back_off: stamina.AsyncRetryingCaller = BACK_OFF,
    ) -> None:
        """Wait as `back_off` says; each failure is counted, and logged by stamina."""
        self._state, self._metrics, self._back_off = state, metrics, back_off

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """See `State.write`."""
        return await self._back_off(self._count, self._state.write, change)

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """See `State.read`."""
        return await self._back_off(self._count, self._state.read, query)

    def _count(self, error: Exception) -> bool:
        """Whether to try again."""
        if not isinstance(error, StateError):
            return False
        self._metrics.error("state")
        return True
