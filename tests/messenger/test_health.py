"""A bot is well for as long as it hears from Telegram."""

from dataclasses import dataclass

from bot.messenger.reception.health import UNWELL_AFTER_S, Health


@dataclass
class Clock:
    """Time as the test wants it."""

    now: float = 1000

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_silence_makes_a_bot_unwell_until_something_is_heard() -> None:
    """It begins well, is unwell after long silence, and well again with the first thing heard."""
    clock = Clock()
    health = Health(clock)
    clock.now += UNWELL_AFTER_S - 1
    assert (health.is_well, health.silent_s) == (True, UNWELL_AFTER_S - 1)
    clock.now += 1
    assert not health.is_well
    health.heard()
    assert (health.is_well, health.silent_s) == (True, 0)
