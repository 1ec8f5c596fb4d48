"""Where editorial work is done: in threads of its own, so that it keeps nobody else waiting.

One piece at a time, and beside it one rebuild of the index, which goes on after the message that
asked for it is done with. How far it is stands in one message, and so does its end, whatever
happens to the process meanwhile.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from telegram import Bot

from bot.messenger.display.language import Phrases, phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.editing.bulletins import progress_page, rebuilt_pages
from bot.messenger.editing.editorial import Desk
from bot.messenger.editing.progress import Interrupted, RebuildProgress, show_progress
from bot.messenger.plan import Page, Place, Plan, edit, send
from bot.messenger.services import Services
from bot.state.rebuilds import Rebuild, end_rebuild, open_rebuild, put_rebuild
from index.errors import DatelineError

STOP_S = 10.0
SHOWN_IN_S = 10.0
"""How long the last progress may take to be shown; its end waits for that."""
_NICENESS = 10

LOOK_S = 3.0
"""How often it is looked whether the bot that had begun a rebuild is gone."""

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


class Role(Protocol):
    """What only one bot of several may do at a time."""

    async def claim(self) -> bool:
        """Whether this bot may do it now."""
        ...

    async def give_back(self) -> None:
        """Let others do it."""
        ...


class Newsroom:
    """The editorial work of one bot.

    Attributes:
        desk: Does it.
        stopping: Set once the bot stops; whoever can end early looks at it.
        began: When the bot began, in seconds since 1970.
    """

    def __init__(self, services: Services, desk: Desk, role: Role | None = None) -> None:
        """Nothing begins before `start`.

        Args:
            services: Of the bot.
            desk: Does the work.
            role: That of rebuilding, where other bots might have it; None where there are none.
        """
        self._role = role
        self.desk, self.stopping, self.began = desk, threading.Event(), time.time()
        self._services = services
        self._worker = ThreadPoolExecutor(1, "editing")
        self._rebuilder = ThreadPoolExecutor(1, "rebuild", initializer=_give_way)
        self._rebuild: Rebuild | None = None
        self._looking, self._looked_back = asyncio.Lock(), False
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Tell of the rebuild, if there is one, that the last process did not end."""
        self._go_on(self._look_back_in_time())

    async def stop(self) -> None:
        """End a rebuild as soon as it can be, and tell so, while the delivery still runs.

        Other work is not cut off, for whoever sent it waits for a reply; only links that have not
        been fetched are left. What cannot be told in time is told by the next `start`.
        """
        self.stopping.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_rebuilding(self) -> bool:
        """Whether the index is being made anew."""
        return self._rebuild is not None

    async def have_done(self, work: Callable[[], Result]) -> Result:
        """Have a piece of work done, after those that wait already."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    async def begin_rebuild(self, update_id: int, place: Place, bot: Bot, say: Phrases) -> None:
        """Begin to make the index anew, unless that has begun already, and say so.

        When that has been said this returns, and the rebuild goes on.
        """
        await self._look_back()  # or that of the last process would be taken for this one
        if self._rebuild is not None or not await self._is_ours():
            calls = send(place, plain_pages(say("editing-rebuild-running")))
            await self._services.delivery.carry_out(update_id, Plan(tuple(calls)))
            return
        self._rebuild = rebuild = Rebuild(place.chat_id, place.thread_id, say.language, time.time())
        plan = Plan(
            tuple(send(place, [progress_page(None, say)])),
            lambda connection: put_rebuild(connection, rebuild),
        )
        try:
            delivered = await self._services.delivery.carry_out(update_id, plan)
        except BaseException:
            self._rebuild = None
            raise
        shown = replace(rebuild, message_id=delivered[0].message_id if delivered else None)
        self._go_on(self._see_through(shown, bot, say))

    async def _is_ours(self) -> bool:
        """Whether no other living bot rebuilds; none begins to before `_leave_it`."""
        return self._role is None or await self._role.claim()

    async def _leave_it(self) -> None:
        if self._role is not None and self._rebuild is None:
            await self._role.give_back()

    async def _look_back_in_time(self) -> None:
        """Look back as soon as nobody can be at the rebuild that was begun."""
        while not self._looked_back:
            await self._look_back()
            if self._looked_back or not await self._services.state.read(open_rebuild):
                return
            await asyncio.sleep(LOOK_S)

    async def _look_back(self) -> None:
        async with self._looking:
            if self._looked_back or not await self._is_ours():
                return
            rebuild = await self._services.state.read(open_rebuild)
            self._looked_back = True
        if rebuild:
            say = phrases(rebuild.language)
            self._go_on(self._tell_end(rebuild, plain_pages(say("editing-rebuild-interrupted"))))
        else:
            await self._leave_it()

    async def _see_through(self, rebuild: Rebuild, bot: Bot, say: Phrases) -> None:
        """Rebuild, show how far it is, and tell how it ended."""
        progress, done = RebuildProgress(self.stopping), asyncio.Event()
        showing = asyncio.create_task(show_progress(progress, done, rebuild, bot, say))
        try:
            pages = await self._rebuilt(rebuild, progress, say)
        finally:
            self._rebuild = None
            done.set()
            # A progress that arrived after the end would stand there for good.
            await asyncio.wait({showing}, timeout=SHOWN_IN_S)
            showing.cancel()
        await self._tell_end(rebuild, pages)

    async def _rebuilt(
        self, rebuild: Rebuild, progress: RebuildProgress, say: Phrases
    ) -> list[Page]:
        """Rebuild; what is to be said of it, however it ends."""
        began, loop = time.monotonic(), asyncio.get_running_loop()
        try:
            await self._services.state.write(partial(put_rebuild, rebuild=rebuild))
            report = await loop.run_in_executor(self._rebuilder, self.desk.rebuild, progress)
        except Interrupted:
            return plain_pages(say("editing-rebuild-interrupted"))
        except DatelineError as exc:
            logger.warning("The index was not rebuilt: %s", exc)
            return plain_pages(say("editing-rebuild-failed", reason=str(exc)))
        except Exception:  # a bug must not leave the message as if the rebuild went on
            logger.exception("The rebuild has failed")
            self._services.metrics.error("rebuild")
            return plain_pages(say("editing-rebuild-broken"))
        return rebuilt_pages(report, time.monotonic() - began, say)

    async def _tell_end(self, rebuild: Rebuild, pages: list[Page]) -> None:
        """Put the end in the place of the progress; where that is gone, below it."""
        notify, chat_id = self._services.delivery.notify, rebuild.chat_id
        place = Place(chat_id, rebuild.thread_id)
        calls = send(place, pages)
        if rebuild.message_id is not None:
            calls = [edit(chat_id, rebuild.message_id, pages[0]), *send(place, pages[1:])]
        remember = partial(end_rebuild, rebuild=rebuild)
        delivered = await notify(chat_id, Plan(tuple(calls), remember))
        if rebuild.message_id is not None and delivered and delivered[0].status == "refused":
            await notify(chat_id, Plan(tuple(send(place, pages[:1]))))
        await self._leave_it()

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Go on with something in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("A rebuild, or its end, could not be told of", exc_info=error)


def _give_way() -> None:
    """Let the answers have the processor first, where the system lets a thread step back."""
    with suppress(OSError, AttributeError):
        here = threading.get_native_id()
        usual = os.getpriority(os.PRIO_PROCESS, here)
        os.setpriority(os.PRIO_PROCESS, here, usual + _NICENESS)
