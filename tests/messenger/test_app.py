"""The bot as a process: at work from its start to its end, whatever happens around it."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import stamina
from pydantic import SecretStr

from bot.messenger.app import serve
from bot.messenger.delivery.limits import Rates
from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.reading.commands import editors_menu, menu
from bot.messenger.reception import polling as receiving
from bot.messenger.wiring import Tempo
from bot.settings import Settings
from bot.state.database import State
from index.errors import ServiceError, UsageError
from tests.messenger.support import QUOTE, ScriptedAnswerer, bot_settings, free_address, rows, until
from tests.telegram_server import GROUP_ID, LOST_AFTER, BotApiServer, Fault

pytestmark = pytest.mark.anyio

BRISK = Tempo(
    Rates(*[(10_000.0, 1.0)] * 3),
    stamina.AsyncRetryingCaller(attempts=None, timeout=None, wait_initial=0.01, wait_max=0.1),
)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits after failures are those of a test."""
    monkeypatch.setattr(receiving, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(receiving, "MAX_WAIT_S", 0.2)


@asynccontextmanager
async def at_work(
    settings: Settings, answerer: ScriptedAnswerer, state: State
) -> AsyncIterator[None]:
    """A bot at work; leaving stops it as a signal would."""
    stop = asyncio.Event()
    task = asyncio.create_task(serve(settings, answerer, state, stop, BRISK))
    try:
        yield
    finally:
        answerer.gate.set()
        stop.set()
        await asyncio.wait({task}, timeout=8)
        if not task.done():
            task.cancel()
            pytest.fail("it does not stop")
    await task


def shown(server: BotApiServer, chat: int = 1) -> list[str]:
    """The first lines of the bot's messages in a chat."""
    return [message["text"].splitlines()[0] for message in server.shown(chat)]


async def found(state: State, sql: str) -> None:
    """Wait until a query finds something."""
    async with asyncio.timeout(8):
        while not await rows(state, sql):
            await asyncio.sleep(0.02)


async def test_a_question_is_answered_with_its_quotation(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """From the poll to the reply, with nothing left to be done."""
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("Who opened it?")
        (reply,) = await server.sent(1)
        assert reply.shown.splitlines()[:2] == ["Re: Who opened it?", QUOTE]
    assert await rows(state, "SELECT status FROM updates") == [("done",)]
    assert await rows(state, "SELECT status FROM outbox") == [("sent",)]


async def test_commands_are_published_in_each_language(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """English is for whoever has no other; editors see what only they can do, where they do it."""
    async with at_work(bot_settings(server.url, editors="1 5"), answerer, state):
        await server.wait_for(lambda: len(server.made("setMyCommands")) == 3 * len(LANGUAGES))
    published = {
        (
            call.params.get("language_code", "en"),
            json.loads(call.params.get("scope", "{}")).get("chat_id"),
        ): [(one["command"], one["description"]) for one in json.loads(call.params["commands"])]
        for call in server.made("setMyCommands")
    }
    for language in LANGUAGES:
        say = phrases(language)
        assert published[language, None] == menu(say)
        assert published[language, 1] == published[language, 5] == menu(say) + editors_menu(say)


async def test_a_menu_that_cannot_be_set_does_not_stop_the_bot(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """A server without command menus is good enough."""
    server.disturb = lambda method: Fault(400, "no") if method == "setMyCommands" else None
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("Who?")
        await server.sent(1)


async def test_a_slow_chat_does_not_delay_another(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """While one chat waits for its answer, another is answered; its own questions wait."""
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("slow question", chat=1)
        await server.say("quick question", chat=1)
        await until(lambda: bool(answerer.asked))
        await server.say("quick question", chat=2)
        await server.sent(1, chat=2)
        assert shown(server) == []
        answerer.gate.set()
        await server.sent(2, chat=1)
    assert shown(server) == ["Re: slow question", "Re: quick question"]


async def test_a_question_too_many_is_turned_away(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """The chat hears of it at once and once; commands and other chats are not concerned."""
    settings = bot_settings(server.url, max_waiting_per_chat=2, max_waiting_per_user=3)
    async with at_work(settings, answerer, state):
        await server.say("slow question 0")
        await until(lambda: bool(answerer.asked))  # what waits at the start is not turned away
        for n in range(1, 5):
            await server.say(f"slow question {n}")
        await found(state, "SELECT 1 FROM updates WHERE status = 'done' LIMIT 1 OFFSET 2")
        await server.say("Somebody else?", chat=2)
        await server.sent(1, chat=2)
        answerer.gate.set()
        await server.say("/help")
        await server.sent(4, chat=1)
    assert shown(server)[0].startswith("2 questions are waiting already.")
    assert shown(server)[1:3] == ["Re: slow question 0", "Re: slow question 1"]
    assert len(shown(server)) == 4


async def test_what_people_say_to_each_other_is_no_question_too_many(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """In a group only what is meant for the bot counts."""
    settings = bot_settings(server.url, max_waiting_per_chat=2)
    async with at_work(settings, answerer, state):
        await server.say("/ask slow question", chat=GROUP_ID)
        await until(lambda: bool(answerer.asked))
        for _ in range(5):
            await server.say("people talking", chat=GROUP_ID)
        await server.say("@dateline_bot and then?", chat=GROUP_ID)
        await asyncio.sleep(0.2)
        answerer.gate.set()
        await server.sent(2)
    assert shown(server, GROUP_ID) == ["Re: slow question", "Re: and then?"]


async def test_a_restart_neither_loses_nor_repeats_a_question(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """What is asked while the bot is down is answered later; what was answered is not again."""
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("before")
        await server.sent(1)
    await server.say("while down")
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("after")
        await server.sent(3)
    assert [question for question, _ in answerer.asked] == ["before", "while down", "after"]


async def test_a_reply_whose_delivery_is_unknown_is_not_repeated(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """A connection that is lost after sending leaves one message in the chat."""
    server.disturb_next("sendMessage", LOST_AFTER)
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("first")
        await server.say("second")
        await server.sent(2)
    assert shown(server) == ["Re: first", "Re: second"]


@pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning")  # on the library's own use
async def test_a_rate_limit_is_waited_out(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """After 429 the bot waits as told, and sends the same message again."""
    server.fail_next("sendMessage", 429, "Too Many Requests", {"retry_after": 1})
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("Who?")
        (reply,) = await server.sent(1)
    refused, sent = [call for call in server.calls if call.method == "sendMessage"]
    assert reply is sent
    assert sent.began - refused.began >= 1
    assert sent.params == refused.params


async def test_an_unreachable_server_is_told_at_once_and_tried_again(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One line names the address, for it may be misspelt; the bot begins when it is there."""
    caplog.set_level(logging.WARNING)
    await server.close()
    await server.say("Who?")
    async with at_work(bot_settings(server.url), answerer, state):
        told = f"The Bot API at '{server.url}' cannot be reached (check the network and TELEGRAM_"
        await until(lambda: told in caplog.text)
        await server.open()
        await server.sent(1)


async def test_a_bot_that_reaches_nobody_stops_when_told(
    answerer: ScriptedAnswerer, state: State
) -> None:
    """Nothing holds up its end: neither a wait, nor a connection that nobody accepts."""
    async with at_work(bot_settings(f"http://{free_address()}"), answerer, state):
        await asyncio.sleep(0.3)


async def test_a_refused_token_is_a_service_error(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """A wrong token ends the start with one sentence that tells what to check, not the token."""
    wrong = "7:a_wrong_token"
    with pytest.raises(ServiceError, match="Check TELEGRAM_BOT_TOKEN") as caught:
        await serve(bot_settings(server.url, wrong), answerer, state, asyncio.Event())
    assert wrong not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("seen_by", ["polling", "sending"])
async def test_a_revoked_token_ends_the_bot(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, seen_by: str
) -> None:
    """A token that is revoked while the bot runs does not leave an idle process behind."""
    task = asyncio.create_task(
        serve(bot_settings(server.url), answerer, state, asyncio.Event(), BRISK)
    )
    await server.say("Who?")
    await server.sent(1)
    if seen_by == "polling":
        server.token = "7:another"
    else:
        refused = Fault(401, "Unauthorized")
        server.disturb = lambda method: refused if method == "sendMessage" else None
    await server.say("Who now?")
    with pytest.raises(ServiceError, match="refuses the token"):
        await asyncio.wait_for(task, 8)


async def test_polling_is_watched_over(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """With an address for metrics, health and metrics are told there while the bot is at work."""
    where = free_address()
    settings = bot_settings(server.url, metrics_listen=where)
    async with (
        at_work(settings, answerer, state),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        await server.say("Who?")
        await server.sent(1)
        assert (await client.get(f"http://{where}/healthz")).json()["status"] == "ok"
        told = (await client.get(f"http://{where}/metrics")).text
        assert 'dateline_questions_total{outcome="answered"} 1.0' in told


async def test_a_webhook_takes_the_place_of_polling(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """What waited and what is posted is answered, health is told at the same address."""
    where = free_address()
    settings = bot_settings(
        server.url,
        webhook_url=f"http://{where}/updates",
        webhook_listen=where,
        webhook_secret=SecretStr("a-secret_of_sixteen"),
    )
    await server.say("before")
    async with (
        at_work(settings, answerer, state),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        await server.sent(1)
        await server.say("after")
        await server.sent(2)
        assert (await client.get(f"http://{where}/healthz")).json()["status"] == "ok"
    assert shown(server) == ["Re: before", "Re: after"]


async def test_old_messages_are_forgotten(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """What people wrote goes when the settings say so, not when somebody thinks of it."""
    async with at_work(bot_settings(server.url), answerer, state):
        await server.say("Who?")
        await server.sent(1)
    assert await rows(state, "SELECT count(*) FROM updates WHERE raw LIKE '%Who?%'") == [(1,)]
    async with at_work(bot_settings(server.url, keep_updates_days=1e-9), answerer, state):
        await found(state, "SELECT 1 FROM updates WHERE raw IS NULL")


@pytest.mark.parametrize("setting", ["editors", "allowed"])
async def test_a_setting_that_cannot_be_read_is_told_before_the_start(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, setting: str
) -> None:
    """Nobody is called with half of the settings."""
    settings = bot_settings(server.url, **{setting: "Ann"})
    with pytest.raises(UsageError, match=f"DATELINE_{setting.upper()}: 'Ann' is no id"):
        await serve(settings, answerer, state, asyncio.Event())
    assert server.calls == []


async def test_an_address_in_use_is_told_before_the_start(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Nobody is called before whoever watches over the bot can do so."""
    settings = bot_settings(server.url, metrics_listen=server.url.removeprefix("http://"))
    with pytest.raises(UsageError, match=r"METRICS_LISTEN .* cannot be listened on"):
        await serve(settings, answerer, state, asyncio.Event())
    assert server.calls == []
