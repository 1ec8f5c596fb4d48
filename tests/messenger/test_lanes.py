"""Jobs in lanes."""

import asyncio
import logging

import pytest

from bot.messenger.delivery.lanes import Lanes

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Lanes are tasks of asyncio."""
    return "asyncio"


class Worker:
    """Works on jobs until a test lets it end them."""

    def __init__(self) -> None:
        """Nothing is done yet."""
        self.begun: list[str] = []
        self.done: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def work(self, job: str) -> None:
        """Wait for the gate of a job, if it has one; fail if it is called so."""
        self.begun.append(job)
        if job == "fail":
            raise RuntimeError("no")
        if job in self.gates:
            await self.gates[job].wait()
        self.done.append(job)


async def until_still(lanes: Lanes[str]) -> None:
    """Let everything happen that happens by itself."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_lane_is_worked_off_in_order() -> None:
    """A job begins when the one before it has ended; other lanes do not wait for that."""
    worker = Worker()
    worker.gates["a1"] = asyncio.Event()
    lanes = Lanes(worker.work)
    for job in ("a1", "a2", "b1", "b2", "a3"):
        lanes.put(job[0], job)
    await until_still(lanes)
    assert worker.begun == ["a1", "b1", "b2"]
    assert len(lanes) == 3
    worker.gates["a1"].set()
    await until_still(lanes)
    assert worker.begun == ["a1", "b1", "b2", "a2", "a3"]
    assert len(lanes) == 0


async def test_a_job_that_fails_does_not_end_its_lane(caplog: pytest.LogCaptureFixture) -> None:
    """What nobody expected is logged, and the next job has its turn."""
    worker = Worker()
    lanes = Lanes(worker.work)
    with caplog.at_level(logging.ERROR):
        for job in ("fail", "next"):
            lanes.put("a", job)
        await until_still(lanes)
    assert worker.done == ["next"]
    assert "A job in lane 'a' failed" in caplog.text


async def test_lanes_that_wait_cost_no_tasks() -> None:
    """However many lanes there are, only so many are worked on; each gets its turn."""
    worker = Worker()
    worker.gates = {f"job {n}": asyncio.Event() for n in range(10_000)}
    lanes = Lanes(worker.work, at_once=10)
    before = len(asyncio.all_tasks())
    for n in range(10_000):
        lanes.put(str(n), f"job {n}")
    await until_still(lanes)
    assert len(asyncio.all_tasks()) - before == 10
    assert len(worker.begun) == 10
    for gate in worker.gates.values():
        gate.set()
    while len(lanes):
        await asyncio.sleep(0)
    assert worker.done == [f"job {n}" for n in range(10_000)]


async def test_a_busy_lane_lets_others_in_between() -> None:
    """A lane that always has another job does not keep its place."""
    worker = Worker()
    lanes = Lanes(worker.work, at_once=1)
    for job in ("a1", "a2", "a3", "b1"):
        lanes.put(job[0], job)
    await until_still(lanes)
    assert worker.done == ["a1", "b1", "a2", "a3"]


async def test_draining_ends_what_was_begun_and_begins_nothing() -> None:
    """The rest comes back, in order within each lane; so does what is put in later."""
    worker = Worker()
    worker.gates["a1"] = asyncio.Event()
    lanes = Lanes(worker.work)
    for job in ("a1", "a2", "a3"):
        lanes.put("a", job)
    await until_still(lanes)
    asyncio.get_running_loop().call_later(0.01, worker.gates["a1"].set)
    draining = asyncio.create_task(lanes.drain(5))
    await asyncio.sleep(0)
    lanes.put("b", "b1")
    assert await draining == ["a2", "a3", "b1"]
    assert worker.done == ["a1"]


async def test_draining_does_not_wait_for_ever() -> None:
    """What takes longer than the grace is broken off."""
    worker = Worker()
    worker.gates["a1"] = asyncio.Event()
    lanes = Lanes(worker.work)
    lanes.put("a", "a1")
    await until_still(lanes)
    assert await lanes.drain(0.01) == []
    assert (worker.begun, worker.done, len(lanes)) == (["a1"], [], 0)
