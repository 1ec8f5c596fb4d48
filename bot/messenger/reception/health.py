"""Whether messages still come in, for whoever watches over the bot.

Knows when Telegram was last heard, and nothing of what it said.
"""

import time
from collections.abc import Callable

UNWELL_AFTER_S = 120.0
"""A bot that polls hears from Telegram every few seconds, one with a webhook every minute."""


class Health:
    """When the bot last heard from Telegram and could keep what it heard."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        is_seen: Callable[[], bool] = lambda: True,
    ) -> None:
        """Begin as if something had been heard now; `is_seen` tells whether the fleet sees us."""
        self._clock, self._is_seen = clock, is_seen
        self._heard = clock()

    def heard(self) -> None:
        """Telegram has answered or sent something, and it is stored."""
        self._heard = self._clock()

    @property
    def silent_s(self) -> float:
        """Seconds since something was heard."""
        return self._clock() - self._heard

    @property
    def is_well(self) -> bool:
        """Whether messages come in, as far as anybody can tell."""
        return self.trouble is None

    @property
    def trouble(self) -> str | None:
        """What is the matter, if anything is."""
        if not self._is_seen():
            return "the state cannot be reached"
        return None if self.silent_s < UNWELL_AFTER_S else "nothing is heard from Telegram"
