"""An event loop for tests of waiting: its clock jumps to the next timer instead of waiting."""

import asyncio
import selectors
from typing import Any

_A_MOMENT = 1e-9
"""Whoever waits for less than a float can tell would else wait for ever."""


class _Hasty(selectors.DefaultSelector):
    """Lets time pass wherever it would have waited."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready now; only without any timer is it waited for."""
        ready = super().select(timeout if timeout is None else 0)
        self.now += _A_MOMENT if ready or not timeout else timeout
        return ready


class HastyLoop(asyncio.SelectorEventLoop):
    """Runs an hour of waiting in no time."""

    def __init__(self) -> None:
        """Begin at some time."""
        self._hasty = _Hasty()
        super().__init__(self._hasty)

    def time(self) -> float:
        """The time that would have passed."""
        return self._hasty.now
