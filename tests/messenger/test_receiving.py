"""Updates are stored before they are acknowledged, whatever happens on the way."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.messenger.reception import polling as receiving
from bot.messenger.reception.health import Health
from bot.messenger.reception.polling import FULL, Conflicts, Inbox, Intake, Polling, keep_trying
from bot.state.database import State
from bot.state.inbox import StoredInbox
from index.errors import ServiceError, StateError
from tests.messenger.support import rows, until
from tests.messenger.test_health import Clock
from tests.telegram_server import LOST_AFTER, TOKEN, BotApiServer, Fault

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits after failures are those of a test."""
    for name in ("FIRST_WAIT_S", "MAX_WAIT_S", "CONFLICT_WAIT_S"):
        monkeypatch.setattr(receiving, name, 0.01)


@dataclass
class Woken:
    """What delivery was told of."""

    ids: list[int] = field(default_factory=list)

    def __call__(self, ids: list[int]) -> None:
        """Delivery is told."""
        self.ids += ids


class FullDisk:
    """An inbox that has room only after some tries."""

    def __init__(self, inbox: StoredInbox, refusals: int) -> None:
        """Refuse so many times."""
        self._inbox, self.refusals = inbox, refusals

    async def store(self, raws: Sequence[object]) -> list[int]:
        """Refuse or store."""
        if self.refusals:
            self.refusals -= 1
            raise StateError("The state 'bot.sqlite3' cannot be used: database or disk is full.")
        return await self._inbox.store(raws)


def pending(server: BotApiServer) -> int:
    """How many updates the server holds that were not acknowledged."""
    return int(server._update_queues.info(TOKEN)["pending_update_count"])


@asynccontextmanager
async def polling(server: BotApiServer, inbox: Inbox) -> AsyncIterator[tuple[Polling, Woken]]:
    """A bot that polls, and what it tells delivery."""
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{server.url}/bot")
    woken = Woken()
    await bot.initialize()
    receiver = Polling(bot, Intake(inbox, woken, Health()))
    task = asyncio.create_task(receiver.run())
    try:
        yield receiver, woken
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bot.shutdown()


async def stored(state: State) -> list[int]:
    """The ids of the updates in the inbox."""
    found = await rows(state, "SELECT update_id FROM updates WHERE update_id > 0 ORDER BY 1")
    return [number for (number,) in found]


async def test_updates_are_stored_told_and_acknowledged(server: BotApiServer, state: State) -> None:
    """What waited and what comes later is stored in order; Telegram need not keep it then."""
    for n in range(FULL + 5):
        await server.say(f"waiting {n}")
    async with polling(server, StoredInbox(state)) as (receiver, woken):
        await asyncio.wait_for(receiver.caught_up.wait(), 8)
        assert len(await stored(state)) == FULL + 5
        await server.say("later")
        await until(lambda: len(woken.ids) == FULL + 6)
        await until(lambda: pending(server) == 0)
    assert woken.ids == await stored(state) == sorted(woken.ids)
    (call,) = server.made("deleteWebhook")
    assert "drop_pending_updates" not in call.params


async def test_what_cannot_be_stored_is_not_acknowledged(
    server: BotApiServer, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk loses nothing: Telegram keeps the updates until they could be stored."""
    inbox = FullDisk(StoredInbox(state), 3)
    await server.say("keep me")
    async with polling(server, inbox) as (receiver, woken):
        await until(lambda: inbox.refusals < 3)
        assert pending(server) == 1
        assert not receiver.caught_up.is_set()
        await until(lambda: bool(woken.ids))
        await until(lambda: pending(server) == 0)
    assert await stored(state) == woken.ids
    assert "Polling failed, trying again in 0 s: The state" in caplog.text


async def test_what_comes_again_is_dropped(server: BotApiServer, state: State) -> None:
    """A poll whose answer is lost brings its updates again, and delivery hears of them once."""
    server.disturb_next("getUpdates", LOST_AFTER)
    await server.say("once")
    inbox = StoredInbox(state)
    async with polling(server, inbox) as (_, woken):
        await until(lambda: pending(server) == 0)
    assert len(woken.ids) == 1
    ((raw,),) = await rows(state, "SELECT raw FROM updates")
    assert '"text": "once"' in raw


async def test_odd_updates_do_not_hold_up_others(server: BotApiServer, state: State) -> None:
    """Whatever the contents of an update, it is stored, and the next one is, too."""
    await server.push(message={"chat": {"id": "x" * 100}, "text": "\ud800 alone"})
    await server.say("next")
    async with polling(server, StoredInbox(state)) as (_, woken):
        await until(lambda: len(woken.ids) == 2)


@pytest.mark.parametrize("answer", ["nonsense", {"ok": "yes"}, [{"no": "id"}], [5], None])
async def test_what_is_no_answer_of_telegram_is_survived(
    server: BotApiServer, state: State, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """Whatever a proxy or a login page says in place of Telegram, the next poll is made."""
    answers = [json.dumps({"ok": True, "result": answer}).encode(), b'{"ok": true}', b"<html>"]
    real = HTTPXRequest.do_request

    async def do_request(request: HTTPXRequest, url: str, *args: Any, **more: Any) -> Any:  # noqa: ANN401
        if url.endswith("/getUpdates") and answers:
            return 200, answers.pop()
        return await real(request, url, *args, **more)

    monkeypatch.setattr(HTTPXRequest, "do_request", do_request)
    await server.say("Who?")
    async with polling(server, StoredInbox(state)) as (_, woken):
        await until(lambda: len(woken.ids) == 1)
    assert not answers


async def test_numbers_that_begin_anew_are_received(server: BotApiServer, state: State) -> None:
    """After a week without updates Telegram numbers from anywhere, also lower than before."""
    await server.push(1_000_000, message=await server.say("high"))
    async with polling(server, StoredInbox(state)) as (_, woken):
        await until(lambda: pending(server) == 0 and 1_000_000 in woken.ids)
        await asyncio.sleep(0.1)  # for the poll that waits for more
        await server.push_again({"update_id": 500, "message": {"text": "low"}})
        await until(lambda: 500 in woken.ids, 15)


async def test_a_refused_token_ends_polling(server: BotApiServer, state: State) -> None:
    """Nothing would come in any more."""
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{server.url}/bot")
    await bot.initialize()
    server.token = "7:another"
    with pytest.raises(InvalidToken):
        await asyncio.wait_for(Polling(bot, Intake(StoredInbox(state), Woken(), Health())).run(), 8)
    await bot.shutdown()


def test_a_newcomer_gives_way_and_a_settled_bot_does_not() -> None:
    """Whoever finds only conflicts for longer than a poll lasts came later, and stops."""
    clock = Clock()
    newcomer = Conflicts(15, clock)
    clock.now += 14
    assert not newcomer.gives_way()
    newcomer.polled()  # between two polls of the other
    clock.now += 1
    assert newcomer.gives_way()
    settled = Conflicts(15, clock)
    assert not settled.gives_way()  # the last poll of a process before it
    clock.now += 15
    settled.polled()
    clock.now += 15
    assert not settled.gives_way()


async def test_a_newcomer_says_why_it_stops(server: BotApiServer, state: State) -> None:
    """The message says what to do, in words of ours and of Telegram's."""
    server.disturb = lambda method: (
        Fault(409, "Conflict: terminated by other getUpdates request")
        if method == "getUpdates"
        else None
    )
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{server.url}/bot")
    await bot.initialize()
    receiver = Polling(bot, Intake(StoredInbox(state), Woken(), Health()))
    receiver._conflicts = Conflicts(0)
    with pytest.raises(ServiceError, match=r"Another process is polling .*terminated.*stop it"):
        await asyncio.wait_for(receiver.run(), 8)
    await bot.shutdown()


class Failing:
    """An attempt that fails a few times, in given ways."""

    def __init__(self, *errors: Exception) -> None:
        """Fail so."""
        self.errors = list(errors)

    async def __call__(self) -> str:
        """Fail or succeed."""
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@pytest.mark.parametrize("error", [NetworkError("down"), TimedOut(), StateError("full"), OSError()])
async def test_whatever_fails_is_tried_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged each time, with a traceback where nobody expected it."""
    caplog.set_level(logging.WARNING)
    assert await keep_trying(Failing(error, error), "It failed") == "done"
    assert [record.message.partition(",")[0] for record in caplog.records] == ["It failed"] * 2
    assert all(bool(one.exc_info) == isinstance(error, OSError) for one in caplog.records)


@pytest.mark.parametrize("error", [InvalidToken(), ServiceError("useless")])
async def test_what_cannot_succeed_is_not_tried_again(error: Exception) -> None:
    """A revoked token stays revoked."""
    with pytest.raises(type(error)):
        await keep_trying(Failing(error), "It failed")


@pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning")  # on the library's own use
async def test_telegram_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits grow up to a bound; one that Telegram names is kept, and so is one after a conflict."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(receiving, "FIRST_WAIT_S", 1.0)
    monkeypatch.setattr(receiving, "MAX_WAIT_S", 2.0)
    monkeypatch.setattr(receiving, "CONFLICT_WAIT_S", 0.5)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    down = NetworkError("down")
    await keep_trying(Failing(down, down, RetryAfter(7), down, Conflict("two"), down), "It failed")
    assert waits == [1, 1.5, 7, 2, 0.5, 2]
