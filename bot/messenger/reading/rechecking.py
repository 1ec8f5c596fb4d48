"""Questions are asked again whenever the index changes, and whoever should know is told.

What is to be asked again, and what to do about it, comes from sources:
`bot.messenger.reading.watched` and `bot.messenger.reading.cited`. Readers come first: one question
at a time, in the background, and one chat is told one thing at a time.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from bot.messenger.plan import Plan
from bot.messenger.services import Services
from bot.state.figures import anybody_waits
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer, Turn

LOOK_EVERY_S = 1.0
PATIENCE_S = 5.0
"""How long a question that is asked again waits for those of readers, at most."""
AGAIN_AFTER_S = 60.0
"""When a question is asked again after it has failed."""

logger = logging.getLogger(__name__)


class OutdatedError(Exception):
    """Raised by `Recheck.changed` when its plan is stored: nobody need be told any more."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """A question that is to be asked again, because the index is another one than it was.

    Attributes:
        key: Its source and its id there; the same each time that it is due.
        chat_id: The chat that is told.
        question: As it was asked.
        history: What it follows on.
        filters: Which articles may answer.
        needless: Whether nobody need be told of an answer.
        unchanged: Notes, in a transaction, that nobody need be told.
        changed: What to do about any other answer. Its `remember` notes that it was told; if that
            has become needless it raises `OutdatedError`.
    """

    key: tuple[str, int]
    chat_id: int
    question: str
    history: tuple[Turn, ...]
    filters: Filters
    needless: Callable[[Answer], bool]
    unchanged: Callable[[Connection], None]
    changed: Callable[[Answer], Plan]


Source = Callable[[str, int], Awaitable[Sequence[Recheck]]]
"""What is to be asked again of this version of the index, with ids above the given one: the lowest
few of them, in order; none if there are none."""


class Rechecking:
    """Looks at the index every second; the application starts and stops it."""

    def __init__(self, services: Services, sources: Sequence[Source]) -> None:
        """Nothing is asked before `start`."""
        self._services, self._sources = services, sources
        self._following: asyncio.Task[None] | None = None
        self._telling: dict[int, asyncio.Task[None]] = {}
        self._not_before: dict[tuple[str, int], float] = {}

    def start(self) -> None:
        """Begin; delivery must have begun."""
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End; what is not told yet is told after the next start."""
        tasks = [*self._telling.values(), *([self._following] if self._following else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:
                logger.exception("The index could not be looked at")
                self._services.metrics.error("recheck")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        """Ask again all that is due for the index as it is."""
        for source in self._sources:
            reached = 0
            while due := await self._due(source, reached):
                for recheck in filter(self._may_begin, due):
                    await self._ask_again(recheck)
                *_, reached = due[-1].key

    async def _due(self, source: Source, above: int) -> Sequence[Recheck]:
        return await source(await self._services.in_thread(self._version), above)

    async def _ask_again(self, recheck: Recheck) -> None:
        await self._let_readers_go_first()
        began = time.monotonic()
        try:
            answer = await self._services.in_thread(partial(self._answer, recheck))
            if recheck.needless(answer):
                await self._services.state.write(recheck.unchanged)
            else:
                self._tell(recheck, answer)
            self._not_before.pop(recheck.key, None)
        except Exception:
            self._failed(recheck, "could not be asked again")
        await asyncio.sleep(time.monotonic() - began)  # half of the time is for others

    def _tell(self, recheck: Recheck, answer: Answer) -> None:
        """Tell a chat, which may take a while: the next question need not wait for that."""
        task = asyncio.create_task(self._notify(recheck, answer))
        self._telling[recheck.chat_id] = task
        task.add_done_callback(lambda _: self._telling.pop(recheck.chat_id))

    async def _notify(self, recheck: Recheck, answer: Answer) -> None:
        try:
            plan = recheck.changed(answer)
            logger.info("The answer to %s %s has changed", *recheck.key)
            await self._services.delivery.notify(recheck.chat_id, plan)
        except OutdatedError:
            logger.debug("Recheck %s %s is outdated", *recheck.key)
        except Exception:
            self._failed(recheck, "has changed, and its chat could not be told")

    def _may_begin(self, recheck: Recheck) -> bool:
        waited = time.monotonic() >= self._not_before.get(recheck.key, 0)
        return waited and recheck.chat_id not in self._telling

    def _failed(self, recheck: Recheck, how: str) -> None:
        self._not_before[recheck.key] = time.monotonic() + AGAIN_AFTER_S
        logger.exception("The answer to %s %s %s", *recheck.key, how)
        self._services.metrics.error("recheck")

    async def _let_readers_go_first(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while await self._services.state.read(anybody_waits):
                    await asyncio.sleep(0.1)

    def _version(self) -> str:
        return self._services.answerer.library.version()

    def _answer(self, recheck: Recheck) -> Answer:
        answerer = self._services.answerer
        return answerer.answer(recheck.question, recheck.history, recheck.filters)
