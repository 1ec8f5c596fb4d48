"""How many questions may wait, in one chat and of one user; who asks more is told so, once.

Counts; knows nothing of what is asked.
"""

from collections import Counter
from dataclasses import dataclass

Key = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class Crowded:
    """A question too many.

    Attributes:
        waiting: How many wait already.
        told: Whether its chat has heard of that since there was room.
    """

    waiting: int
    told: bool


class Crowd:
    """The questions that wait."""

    def __init__(self, per_lane: int, per_user: int) -> None:
        """Let so many wait."""
        self._limits = {"lane": per_lane, "user": per_user}
        self._waiting: Counter[Key] = Counter()
        self._told: dict[Key, set[str]] = {}

    def enter(self, lane: str, user_id: int | None) -> None:
        """Count a question."""
        self._waiting.update(_keys(lane, user_id))

    def leave(self, lane: str, user_id: int | None) -> None:
        """Count a question no more."""
        for key in _keys(lane, user_id):
            self._waiting[key] -= 1
            if self._waiting[key] <= self._limits[key[0]] // 2:
                self._told.pop(key, None)
            if not self._waiting[key]:
                del self._waiting[key]

    def turns_away(self, lane: str, user_id: int | None) -> Crowded | None:
        """Whether there is no room for one more question."""
        for key in _keys(lane, user_id):
            if self._waiting[key] >= self._limits[key[0]]:
                lanes = self._told.setdefault(key, set())
                told = lane in lanes
                lanes.add(lane)
                return Crowded(self._waiting[key], told)
        return None


def _keys(lane: str, user_id: int | None) -> list[Key]:
    return [("lane", lane), *([] if user_id is None else [("user", user_id)])]
