"""What Telegram posts is stored before it is answered, and nobody else can post anything."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx
import pytest
from pydantic import SecretStr
from telegram.ext import ExtBot

from bot.messenger.reception import polling as receiving
from bot.messenger.reception import webhook
from bot.messenger.reception.health import Health
from bot.messenger.reception.listening import Server, serve_http
from bot.messenger.reception.polling import Inbox, Intake
from bot.messenger.reception.webhook import MAX_UPDATE_BYTES, SECRET_HEADER, Door, Webhook, door
from bot.state.database import State
from bot.state.inbox import StoredInbox
from index.errors import ServiceError, UsageError
from tests.messenger.support import bot_settings, free_address, rows, until
from tests.messenger.test_health import Clock
from tests.messenger.test_receiving import FullDisk, Woken, pending, stored
from tests.telegram_server import TOKEN, BotApiServer, Fault

pytestmark = pytest.mark.anyio

SECRET = "a-secret_of_sixteen"


@dataclass
class Entrance:
    """A webhook that is served, and what comes in by it."""

    url: str
    webhook: Webhook
    woken: Woken
    client: httpx.AsyncClient

    async def post(self, body: bytes | str, secret: bytes | None = SECRET.encode()) -> int:
        """Post something; the status of the answer."""
        headers = {} if secret is None else {SECRET_HEADER.encode(): secret}
        return (await self.client.post(self.url, content=body, headers=headers)).status_code


@asynccontextmanager
async def entrance(
    server: BotApiServer, inbox: Inbox, health: Health | None = None, path: str = "/hook"
) -> AsyncIterator[Entrance]:
    """A webhook at a free port, not announced yet."""
    bot: ExtBot[None] = ExtBot(TOKEN, base_url=f"{server.url}/bot")
    where = free_address()
    known, woken = health or Health(), Woken()
    url = f"http://{where}{path}"
    hook = Webhook(bot, Door(url, SECRET), Intake(inbox, woken, known), known)
    await bot.initialize()
    served = Server(where, "SETTING", [hook.route()], MAX_UPDATE_BYTES)
    async with serve_http(served), httpx.AsyncClient(trust_env=False) as client:
        yield Entrance(url, hook, woken, client)
    await bot.shutdown()


@asynccontextmanager
async def announced(hook: Webhook) -> AsyncIterator[None]:
    """A webhook that Telegram posts to."""
    task = asyncio.create_task(hook.run())
    try:
        await asyncio.wait_for(hook.caught_up.wait(), 8)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def update(number: int) -> str:
    """An update as Telegram posts it."""
    return f'{{"update_id": {number}, "message": {{"text": "Who?"}}}}'


async def test_telegram_posts_what_waited_and_what_comes(
    server: BotApiServer, state: State
) -> None:
    """The address is announced with its secret; each update is stored, told and acknowledged."""
    await server.say("waiting")
    async with entrance(server, StoredInbox(state)) as way, announced(way.webhook):
        await server.say("later")
        await until(lambda: len(way.woken.ids) == 2)
        assert pending(server) == 0
    assert await stored(state) == way.woken.ids
    (call,) = server.made("setWebhook")
    assert (call.params["url"], call.params["secret_token"]) == (way.url, SECRET)
    assert "drop_pending_updates" not in call.params


@pytest.mark.parametrize(
    "secret", [None, b"", b"a-secret_of_seventeen", b"a-secret_of_sixteen9", b"\xff\xfe"]
)
async def test_who_has_no_secret_is_refused(
    server: BotApiServer, state: State, secret: bytes | None
) -> None:
    """403, and nothing is stored."""
    async with entrance(server, StoredInbox(state)) as way:
        assert await way.post(update(1), secret) == 403
    assert await rows(state, "SELECT * FROM updates") == []


async def test_what_is_posted_twice_is_taken_once(server: BotApiServer, state: State) -> None:
    """Telegram repeats what it does not know to have arrived; that is fine, and nothing new."""
    async with entrance(server, StoredInbox(state)) as way:
        assert [await way.post(update(n)) for n in (8, 9, 8)] == [200, 200, 200]
    assert way.woken.ids == [8, 9]


@pytest.mark.parametrize("body", ["", "Who?", "{", b"\xff{}", "[" * 100_000, '{"update_id": "x"}'])
async def test_what_is_no_update_is_set_aside(
    server: BotApiServer, state: State, body: bytes | str
) -> None:
    """It is kept as it came and answered with 200, or Telegram would send it for ever."""
    async with entrance(server, StoredInbox(state)) as way:
        assert [await way.post(body), await way.post(update(1))] == [200, 200]
    assert await rows(state, "SELECT status FROM updates ORDER BY 1") == [("aside",), ("new",)]
    assert way.woken.ids == [1]


async def test_a_body_beyond_all_bounds_is_refused(server: BotApiServer, state: State) -> None:
    """Memory is not for everybody to fill."""
    async with entrance(server, StoredInbox(state)) as way:
        assert await way.post(b" " * (MAX_UPDATE_BYTES + 1)) == 413
    assert await rows(state, "SELECT * FROM updates") == []


async def test_what_cannot_be_stored_comes_again(server: BotApiServer, state: State) -> None:
    """500 while the disk is full: Telegram keeps the update and posts it later."""
    inbox = FullDisk(StoredInbox(state), 0)
    async with entrance(server, inbox) as way, announced(way.webhook):
        inbox.refusals = 1
        await server.say("keep me")
        assert (pending(server), way.woken.ids) == (1, [])
        await server.deliver_updates(token=TOKEN)
        assert pending(server) == 0
    assert await stored(state) == way.woken.ids != []


async def test_the_path_of_the_address_is_served(server: BotApiServer, state: State) -> None:
    """With whatever characters it has; every other path is not found."""
    async with entrance(server, StoredInbox(state), path="/a b/{c}/%C3%A4") as way:
        assert await way.post(update(1)) == 200
        way.url = way.url.replace("a b", "a")
        assert await way.post(update(2)) == 404


async def test_a_refused_address_ends_the_bot(server: BotApiServer, state: State) -> None:
    """Telegram's own words are passed on, with what to do."""
    server.disturb_next("setWebhook", Fault(400, "Bad Request: bad webhook: HTTPS url must be"))
    async with entrance(server, StoredInbox(state)) as way:
        with pytest.raises(ServiceError, match=r"'http:.*/hook' \(Bad webhook: https url"):
            await way.webhook.run()


@pytest.fixture
def look_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram is asked about the webhook all the time."""
    monkeypatch.setattr(webhook, "CHECK_EVERY_S", 0.02)
    monkeypatch.setattr(receiving, "FIRST_WAIT_S", 0.02)


@pytest.mark.usefixtures("look_often")
async def test_an_address_that_is_taken_away_is_set_again(
    server: BotApiServer, state: State, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody else who polls for a moment must not leave the bot deaf for good."""
    async with entrance(server, StoredInbox(state)) as way, announced(way.webhook):
        await way.client.post(f"{server.url}/bot{TOKEN}/deleteWebhook")
        await server.say("Who?")
        await until(lambda: len(way.woken.ids) == 1)
    assert "Somebody else has set or deleted the webhook" in caplog.text


@pytest.mark.usefixtures("look_often")
async def test_what_keeps_telegram_out_is_logged_and_makes_unwell(
    server: BotApiServer,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Errors that Telegram met before this start are old; each new one is told once."""
    clock, info = Clock(), server._update_queues.info
    health = Health(clock)
    error = {"last_error_date": int(time.time()) - 60, "last_error_message": "Connection refused"}
    monkeypatch.setattr(server._update_queues, "info", lambda token: {**info(token), **error})
    caplog.set_level(logging.ERROR)

    async def looked(times: int) -> None:
        await server.wait_for(_more(server, "getWebhookInfo", times))

    async with entrance(server, StoredInbox(state), health) as way, announced(way.webhook):
        clock.now += 30
        await looked(2)
        assert (health.silent_s, caplog.records) == (0, [])
        error["last_error_date"] = int(time.time()) + 1
        await looked(3)
    (record,) = caplog.records
    assert record.getMessage() == "Telegram cannot get through to the webhook: Connection refused"


def _more(server: BotApiServer, method: str, times: int) -> Callable[[], bool]:
    """Whether a method was called so many times more than now."""
    wanted = len(server.made(method)) + times
    return lambda: len(server.made(method)) >= wanted


def test_a_webhook_needs_a_secret() -> None:
    """The message tells what to set, and never shows what was set."""
    settings = bot_settings("http://127.0.0.1:9", webhook_url="https://bot.example/hook")
    with pytest.raises(UsageError, match="without DATELINE_WEBHOOK_SECRET; set it to"):
        door(settings)
    for secret in ("one that has blanks", "a-short-one", "ж" * 20):
        odd = settings.model_copy(update={"webhook_secret": SecretStr(secret)})
        with pytest.raises(UsageError, match="SECRET cannot be one") as caught:
            door(odd)
        assert secret not in str(caught.value)
    good = settings.model_copy(update={"webhook_secret": SecretStr(SECRET)})
    assert door(good) == Door("https://bot.example/hook", SECRET)
