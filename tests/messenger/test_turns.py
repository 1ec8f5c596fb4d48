"""The turn of one update."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from telegram import Update
from telegram.ext import Application, MessageHandler, filters

from bot.messenger.plan import Delivered, Plan
from index.sql import Connection
from tests.messenger.delivering import Desk, at_desk, echo, text
from tests.messenger.support import AnyApplication, rows
from tests.telegram_server import LOST_AFTER, BotApiServer

pytestmark = pytest.mark.anyio

STATUS = "SELECT status, reason FROM updates"
Handle = Callable[[Desk, Update], Awaitable[None]]


@pytest.fixture
async def behave(server: BotApiServer, tmp_path: Path) -> AsyncIterator[Callable[[Handle], Desk]]:
    """The bot, once its one handler is known; one message of Ann's waits in its inbox."""
    chosen: list[Handle] = []

    async def handle(desk: Desk, update: Update) -> None:
        await chosen[-1](desk, update)

    async with at_desk(server, tmp_path, handle) as desk:
        await desk.store(await server.say("Hi"))

        def use(handler: Handle) -> Desk:
            chosen.append(handler)
            return desk

        yield use


async def take(desk: Desk) -> None:
    """Work off what waits."""
    await desk.dispatcher.start()
    await desk.idle()


async def test_a_plan_is_stored_and_done(behave: Callable[[Handle], Desk]) -> None:
    """What is remembered is written with the calls, which are made; then the update is done."""

    async def handle(desk: Desk, update: Update) -> None:
        def remember(db: Connection) -> None:
            (count,) = db.execute("SELECT count(*) FROM outbox").fetchone()
            db.execute("INSERT INTO questions VALUES (?, 1, 1)", (float(count),))

        results = await desk.dispatcher.carry_out(
            update.update_id, Plan((text("One"), text("Two")), remember)
        )
        assert results == [Delivered("sent", 1002), Delivered("sent", 1003)]

    desk = behave(handle)
    await take(desk)
    assert desk.shown() == ["One", "Two"]
    assert await rows(desk.state, STATUS) == [("done", None)]
    assert await rows(desk.state, "SELECT asked FROM questions") == [(2.0,)]


async def test_an_update_is_planned_for_once(behave: Callable[[Handle], Desk]) -> None:
    """A second plan does nothing, neither while the first is carried out nor after it."""

    async def handle(desk: Desk, update: Update) -> None:
        await echo(desk, update)
        assert await desk.dispatcher.carry_out(update.update_id, Plan((text("Two"),))) == []

    desk = behave(handle)
    await take(desk)
    assert desk.shown() == ["Re: Hi", "Hi, too"]
    assert await desk.dispatcher.carry_out(1, Plan((text("Late"),))) == []
    assert desk.made("sendMessage") == 2


async def test_a_plan_that_cannot_be_remembered_is_not_begun(
    behave: Callable[[Handle], Desk],
) -> None:
    """If what is to be remembered fails, the handler hears of it and may plan otherwise."""

    def fail(db: Connection) -> None:
        raise ValueError("no")

    async def handle(desk: Desk, update: Update) -> None:
        with pytest.raises(ValueError, match="no"):
            await desk.dispatcher.carry_out(update.update_id, Plan((text("One"),), fail))
        await desk.dispatcher.carry_out(update.update_id, Plan((text("Sorry"),)))

    desk = behave(handle)
    await take(desk)
    assert desk.shown() == ["Sorry"]


async def test_nothing_may_be_planned(behave: Callable[[Handle], Desk]) -> None:
    """An update that is not for the bot is done with, and says so."""

    async def handle(desk: Desk, update: Update) -> None:
        """Nothing."""

    desk = behave(handle)
    await take(desk)
    assert await rows(desk.state, STATUS) == [("done", "nothing was planned")]


async def test_an_error_reaches_the_error_handler_of_the_application(
    behave: Callable[[Handle], Desk],
) -> None:
    """Behind python-telegram-bot, a handler that fails is followed by an apology."""
    errors: list[BaseException | None] = []

    async def fail(update: Update, context: object) -> None:
        raise RuntimeError("no")

    async def handle(desk: Desk, update: Update) -> None:
        application: AnyApplication = Application.builder().bot(desk.bot).job_queue(None).build()

        async def apologise(update: object, context: object) -> None:
            assert isinstance(update, Update)
            errors.append(getattr(context, "error", None))
            await desk.dispatcher.carry_out(update.update_id, Plan((text("Sorry"),)))

        application.add_handler(MessageHandler(filters.TEXT, fail))
        application.add_error_handler(apologise)
        application._initialized = True
        await application.process_update(update)

    desk = behave(handle)
    await take(desk)
    assert desk.shown() == ["Sorry"]
    assert [str(error) for error in errors] == ["no"]
    assert await rows(desk.state, STATUS) == [("done", None)]


async def test_an_error_that_nobody_handles_ends_the_turn(
    behave: Callable[[Handle], Desk], caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and counted, and the update is not tried for ever."""

    async def handle(desk: Desk, update: Update) -> None:
        raise RuntimeError("no")

    desk = behave(handle)
    await take(desk)
    assert await rows(desk.state, STATUS) == [("done", "nothing was planned")]
    assert desk.metrics.errors == ["update"]
    assert "Update 1 failed" in caplog.text


async def test_an_error_after_the_plan_does_not_stop_it(behave: Callable[[Handle], Desk]) -> None:
    """What is planned is done, although the handler was broken off in between."""

    async def handle(desk: Desk, update: Update) -> None:
        desk.sender.deliver = broken  # type: ignore[method-assign]
        await echo(desk, update)

    async def broken(call_id: int) -> Delivered:
        del desk.sender.deliver
        raise RuntimeError("no")

    desk = behave(handle)
    await take(desk)
    assert desk.shown() == ["Re: Hi", "Hi, too"]
    assert await rows(desk.state, STATUS) == [("done", None)]


@pytest.mark.parametrize(
    "raw", ['{"update_id": 2, "message": 7}', '{"update_id": 2, "message": {"chat": []}}', "{", "7"]
)
async def test_an_update_that_cannot_be_read_is_set_aside(
    behave: Callable[[Handle], Desk], raw: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its text is kept, it is logged and counted, and the one after it is answered."""
    desk = behave(echo)
    await desk.store(await desk.server.say("Odd"), await desk.server.say("Next"))
    await desk.state.write(
        lambda db: db.execute("UPDATE updates SET raw = ? WHERE update_id = 2", (raw,))
    )
    await take(desk)
    assert desk.shown() == ["Re: Hi", "Hi, too", "Re: Next", "Next, too"]
    assert await rows(
        desk.state, "SELECT status, reason, raw FROM updates WHERE update_id = 2"
    ) == [("aside", "it cannot be read", raw)]
    assert desk.metrics.errors == ["aside"]
    assert "Update 2 cannot be read" in caplog.text


async def test_a_state_that_cannot_be_written_loses_nothing(
    behave: Callable[[Handle], Desk],
) -> None:
    """The plan waits until there is room for it; the handler hears nothing of that."""
    handled = 0

    async def handle(desk: Desk, update: Update) -> None:
        nonlocal handled
        handled += 1
        await echo(desk, update)

    desk = behave(handle)
    backup = sqlite3.connect(desk.file, isolation_level=None)
    backup.execute("BEGIN IMMEDIATE")
    await desk.state.read(lambda db: db.execute("PRAGMA busy_timeout = 1"))
    await desk.dispatcher.start()
    while len(desk.metrics.errors) < 3:
        await asyncio.sleep(0.01)
    assert desk.shown() == []
    backup.execute("COMMIT")
    backup.close()
    await desk.idle()
    assert desk.shown() == ["Re: Hi", "Hi, too"]
    assert handled == 1


async def test_a_lost_connection_is_none_of_the_handler(behave: Callable[[Handle], Desk]) -> None:
    """The handler gets its results when they are known."""
    desk = behave(echo)
    desk.server.disturb_next("sendMessage", LOST_AFTER)
    await take(desk)
    assert desk.shown() == ["Re: Hi", "Hi, too"]


async def test_what_a_stop_breaks_off_is_not_suspected(behave: Callable[[Handle], Desk]) -> None:
    """A handler that is cancelled has not ended the process; the update waits for the next."""

    async def handle(desk: Desk, update: Update) -> None:
        await asyncio.sleep(60)

    desk = behave(handle)
    await desk.dispatcher.start()
    sql = "SELECT attempts FROM updates WHERE status = 'new'"
    async with asyncio.timeout(8):
        while await rows(desk.state, sql) != [(1,)]:
            await asyncio.sleep(0.01)
    await desk.dispatcher.stop(grace_s=0.05)
    assert await rows(desk.state, sql) == [(0,)]


async def test_what_has_ended_the_process_too_often_is_put_aside(
    behave: Callable[[Handle], Desk],
) -> None:
    """It is not handled again; its chat is told, and its text stays."""

    async def handle(desk: Desk, update: Update) -> None:
        raise AssertionError("it was handled")

    desk = behave(handle)
    await desk.state.write(lambda db: db.execute("UPDATE updates SET attempts = 3"))
    await take(desk)
    (told,) = desk.shown()
    assert told.startswith("Sorry, I cannot work on this message")
    assert await rows(desk.state, STATUS) == [("aside", "it ends the process")]
    assert await rows(desk.state, "SELECT raw LIKE '%Hi%' FROM updates") == [(1,)]
    assert desk.metrics.errors == ["aside"]
