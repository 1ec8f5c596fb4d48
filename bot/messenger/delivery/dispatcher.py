"""The inbox is worked off, in order within each chat, chats side by side.

What was interrupted when the bot last stopped can be settled only when the inbox holds all that
waited at Telegram: `start` comes after that. Knows nothing, beyond its ids, of what waits.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakValueDictionary

from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.messenger.delivery.crowding import Crowd, Crowded
from bot.messenger.delivery.lanes import Lanes
from bot.messenger.delivery.ownership import Ownership, work_for
from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.sending import Sender
from bot.messenger.delivery.turns import Handling, Inbox, Turns
from bot.messenger.plan import Delivered, Plan
from bot.messenger.services import Metrics
from bot.state import outbox
from bot.state.claims import Open
from bot.state.inbox import Waiting
from bot.state.outbox import OpenCall
from index.sql import Connection

ALONE_S = 30.0
"""How long others wait for the handling of what may have ended the process."""
NOTICED_EVERY_S = 0.2
"""How often it is looked whether another bot has made the calls of a notice."""
GRACE_S = 20.0
"""How long what is under way may take when the bot is stopped."""


Key = int | tuple[int, ...]
"""An update, or the calls of a notice."""


@dataclass(slots=True)
class _Job:
    """What has a turn in a lane: an update, or the calls of a notice."""

    lane: str
    update_id: int | None = None
    user_id: int | None = None
    question: bool = False
    crowded: Crowded | None = None
    calls: tuple[int, ...] = ()
    results: asyncio.Future[list[Delivered]] | None = None

    @property
    def key(self) -> Key:
        """What is done by it."""
        return self.calls if self.update_id is None else self.update_id

    def tell(self, results: list[Delivered]) -> None:
        """Tell whoever waits for a notice what became of its calls."""
        rest = len(self.calls) - len(results)
        if self.results is not None and not self.results.done():
            self.results.set_result([*results, *(Delivered("planned") for _ in range(rest))])


class Dispatcher:
    """Works off what is in inbox and outbox; the `Delivery` of `bot.messenger.plan`."""

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        state: PatientState,
        sender: Sender,
        handling: Handling,
        crowd: Crowd,
        metrics: Metrics,
        ownership: Ownership,
    ) -> None:
        """Nothing is begun before `start`.

        Args:
            bot: What updates belong to.
            inbox: Waits until it can be used, as `state` does.
            state: Holds the outbox.
            sender: Makes the calls.
            handling: What is done about updates.
            crowd: How many questions may wait.
            metrics: Count what cannot be read or handled.
            ownership: Which lanes are worked off here.
        """
        self._ownership, self._known = ownership, set[Key]()
        self._taking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._inbox, self._state, self._sender, self._crowd = inbox, state, sender, crowd
        self._turns = Turns(bot, inbox, state, sender, handling, metrics)
        self._lanes: Lanes[_Job] = Lanes(self._work)
        self._woken: deque[int] = deque()
        self._held: list[_Job] = []
        self._bell = asyncio.Event()
        self._placing: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._failure: asyncio.Future[TelegramError] = loop.create_future()

    async def start(self) -> None:
        """Go on with whatever is unfinished, then with what `wake` has told of and will.

        In a fleet, what is unfinished is told by `look`.
        """
        if self._ownership.shared:
            self._placing = asyncio.create_task(self._place_woken())
            return
        calls = await self._state.read(outbox.open_calls)
        unfinished, new = await self._inbox.unfinished(), set(self._woken)
        jobs = _resumed([one for one in unfinished if one.update_id not in new], calls)
        suspects = [one for one in unfinished if _is_suspect(one)]
        self._held = jobs
        if not suspects:
            self._place_held()
        self._placing = asyncio.create_task(self._place_all(suspects))

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Finish what is under way, for so long; the rest waits for the next start."""
        if self._placing is not None:
            self._placing.cancel()
            await asyncio.gather(self._placing, return_exceptions=True)
        for job in await self._lanes.drain(grace_s):
            job.tell([])

    async def failure(self) -> TelegramError:
        """Wait for what ends all sending: Telegram refuses the token."""
        return await asyncio.shield(self._failure)

    def wake(self, update_ids: Iterable[int]) -> None:
        """Take on updates that have been stored."""
        self._woken.extend(update_ids)
        self._bell.set()

    def waiting(self) -> int:
        """How many updates and notices wait or are under way."""
        return len(self._lanes) + len(self._woken) + len(self._held)

    async def carry_out(self, update_id: int, plan: Plan) -> list[Delivered]:
        """See `bot.messenger.plan.Delivery`."""
        return await self._turns.carry_out(update_id, plan)

    async def notify(self, chat_id: int, plan: Plan) -> list[Delivered]:
        """See `bot.messenger.plan.Delivery`; a handler that awaits it would wait for itself."""
        lane, now = f"chat {chat_id}", time.time()

        def store(connection: Connection) -> list[int]:
            calls = outbox.plan_notice(connection, lane, plan.calls, now)
            plan.remember(connection)
            return calls

        calls = await self._state.write(store)
        if self._ownership.shared:
            return await self._told_by_whoever(lane, calls)
        results: asyncio.Future[list[Delivered]] = asyncio.get_running_loop().create_future()
        self._place(_Job(lane, calls=tuple(calls), results=results))
        return await results

    async def look(self, deserted: Sequence[str], mine: Open) -> None:
        """Take over lanes that nobody works off, and what others have stored in those of this bot.

        Args:
            deserted: Lanes.
            mine: What is open in lanes of this bot.
        """
        new = [one.lane for one in mine.updates if one.update_id not in self._known]
        new += [one.lane for one in mine.calls if (one.id,) not in self._known]
        for lane in dict.fromkeys([*deserted, *new]):
            await self._take(lane)

    async def _take(self, lane: str, fresh: int | None = None) -> None:
        """Place all that is open in a lane, in order, if it is this bot's or can be.

        Args:
            lane: The lane.
            fresh: An update that has just come in, and may be one too many.
        """
        async with self._taking.setdefault(lane, asyncio.Lock()):
            if not await self._ownership.claim(lane):
                return  # its owner will see what is open in it
            there = await self._ownership.open_in(lane)
            for job in _resumed(there.updates, there.calls):
                if job.key in self._known:
                    continue
                if job.update_id is not None and job.update_id == fresh:
                    waiting = await self._inbox.waiting(fresh)
                    job = self._admitted(waiting) if waiting else job
                self._place(job)

    async def _give_back(self, lane: str) -> None:
        """Give back a lane whose work is done, or go on with what has come in meanwhile."""
        async with self._taking.setdefault(lane, asyncio.Lock()):
            done = not self._lanes.is_idle(lane) or await self._ownership.give_back(lane)
        if not done:
            await self._take(lane)

    async def _told_by_whoever(self, lane: str, calls: Sequence[int]) -> list[Delivered]:
        """Wait until the calls of a notice are made, by this bot or the owner of their lane."""
        await self._take(lane)
        while True:
            found = await self._state.read(
                lambda connection: [outbox.call(connection, one) for one in calls]
            )
            if not any(one and one.is_open for one in found):
                return [Delivered(one.status, one.message_id) for one in found if one]
            await asyncio.sleep(NOTICED_EVERY_S)

    async def _place_all(self, suspects: list[Waiting]) -> None:
        """Place what is left from before, then all that comes.

        What may have ended the process is handled before all else, and alone: should it do so
        again, it is known what did.
        """
        for suspect in suspects:
            self._place_held(suspect)
            await self._handled(suspect)
        self._place_held()
        await self._place_woken()

    def _place_held(self, until: Waiting | None = None) -> None:
        """Place what is left from before: all of it, or what its lane has up to an update."""
        for job in [one for one in self._held if until is None or one.lane == until.lane]:
            self._held.remove(job)
            self._place(job)
            if until and job.update_id == until.update_id:
                break

    async def _handled(self, suspect: Waiting) -> None:
        """Wait until it is known what an update leads to, but not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ALONE_S):
                while (now := await self._inbox.waiting(suspect.update_id)) and not now.planned:
                    await asyncio.sleep(0.02)

    async def _place_woken(self) -> None:
        """Give each stored update its place, in the order in which they were stored."""
        while await self._bell.wait():
            self._bell.clear()
            while self._woken:
                waiting = await self._inbox.waiting(self._woken[0])
                if waiting is not None and self._ownership.shared:
                    await self._take(waiting.lane, waiting.update_id)
                elif waiting is not None:
                    self._place(self._admitted(waiting))
                self._woken.popleft()

    def _admitted(self, waiting: Waiting) -> _Job:
        """What is to be done about an update: answer it, or turn it away."""
        job = _Job(waiting.lane, waiting.update_id, waiting.user_id)
        if self._turns.is_question(waiting):
            job.crowded = self._crowd.turns_away(job.lane, job.user_id)
            job.question = job.crowded is None
        return job

    def _place(self, job: _Job) -> None:
        self._known.add(job.key)
        if job.question:
            self._crowd.enter(job.lane, job.user_id)
        # Who is turned away hears of it now, not after all those who wait.
        self._lanes.put(f"turned away from {job.lane}" if job.crowded else job.lane, job)

    async def _work(self, job: _Job) -> None:
        delivered: list[Delivered] = []
        work_for(job.lane)
        try:
            for call_id in job.calls:
                delivered.append(await self._sender.deliver(call_id))
            if job.update_id is not None:
                await self._turns.take(job.update_id, job.crowded)
        except (InvalidToken, Conflict) as exc:
            self._lanes.close()
            if not self._failure.done():
                self._failure.set_result(exc)
        finally:
            self._known.discard(job.key)
            if job.question:
                self._crowd.leave(job.lane, job.user_id)
            job.tell(delivered)
        if self._ownership.shared and self._lanes.is_idle(job.lane):
            await self._give_back(job.lane)


def _is_suspect(waiting: Waiting) -> bool:
    """Whether the process has ended more than once while it was handled."""
    return not waiting.planned and waiting.attempts > 1


def _resumed(unfinished: list[Waiting], calls: list[OpenCall]) -> list[_Job]:
    """What is left from before, in order."""
    replies = ((one.received, _Job(one.lane, one.update_id, one.user_id)) for one in unfinished)
    notices = (
        (one.created, _Job(one.lane, calls=(one.id,))) for one in calls if one.update_id is None
    )
    jobs = [job for _, job in heapq.merge(replies, notices, key=lambda dated: dated[0])]
    # What may have been sent already is settled before anything else is sent to its chat.
    interrupted = {call.update_id or (call.id,) for call in calls if call.interrupted}
    return sorted(jobs, key=lambda job: (job.update_id or job.calls) not in interrupted)
