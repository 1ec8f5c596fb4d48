"""Jobs in lanes: those of a lane one after the other, lanes side by side.

A lane that waits costs its jobs and no task, so there may be very many. Knows nothing of what a
job is.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

LANES_AT_ONCE = 500

Job = TypeVar("Job")

logger = logging.getLogger(__name__)


class Lanes(Generic[Job]):
    """Works off jobs; `work` must cope with its own errors."""

    def __init__(
        self, work: Callable[[Job], Awaitable[None]], at_once: int = LANES_AT_ONCE
    ) -> None:
        """Do `work` for each job, in `at_once` lanes at a time."""
        self._work, self._at_once = work, at_once
        self._waiting: dict[str, deque[Job]] = {}
        self._ready: deque[str] = deque()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def __len__(self) -> int:
        """How many jobs wait or are under way."""
        return len(self._tasks) + sum(map(len, self._waiting.values()))

    def is_idle(self, lane: str) -> bool:
        """Whether nothing of a lane waits; what is under way does not count."""
        return lane not in self._waiting

    def put(self, lane: str, job: Job) -> None:
        """Add a job at the end of a lane."""
        if lane in self._waiting:
            self._waiting[lane].append(job)
            return
        self._waiting[lane] = deque([job])
        if lane not in self._tasks:
            self._ready.append(lane)
            self._begin()

    def close(self) -> None:
        """Begin nothing more."""
        self._closed = True

    async def drain(self, grace_s: float) -> list[Job]:
        """Begin nothing more, and wait for what is under way, but not for longer than `grace_s`.

        Returns:
            The jobs that were not begun.
        """
        self.close()
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return [job for jobs in self._waiting.values() for job in jobs]

    def _begin(self) -> None:
        """Begin the next job of each lane whose turn it is."""
        while self._ready and len(self._tasks) < self._at_once and not self._closed:
            lane = self._ready.popleft()
            jobs = self._waiting[lane]
            self._tasks[lane] = asyncio.create_task(self._one(lane, jobs.popleft()))
            if not jobs:
                del self._waiting[lane]

    async def _one(self, lane: str, job: Job) -> None:
        try:
            await self._work(job)
        except Exception:
            logger.exception("A job in lane %r failed", lane)
        finally:
            del self._tasks[lane]
            if lane in self._waiting:
                self._ready.append(lane)
            self._begin()
