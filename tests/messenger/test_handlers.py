"""What happens when a handler fails: the user is told, the log has it all, the rest goes on."""

import io
import logging

import pytest
from telegram.error import InvalidToken

from bot.messenger.display.language import phrases
from bot.messenger.handlers import register
from bot.messenger.operating.logs import TokenScrubber
from bot.messenger.plan import Plan
from bot.messenger.services import Uncounted
from bot.state.database import State
from index.errors import UsageError
from tests.messenger.support import ScriptedAnswerer, bot_settings, serving
from tests.telegram_server import GROUP_ID, TOKEN, BotApiServer

pytestmark = pytest.mark.anyio

SAY = phrases("en")


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the metrics hear of errors."""
    heard: list[str] = []
    monkeypatch.setattr(Uncounted, "error", lambda self, kind: heard.append(kind))
    return heard


@pytest.mark.parametrize("texts", [False, True])
async def test_a_failure_is_apologised_for_and_logged(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    errors: list[str],
    texts: bool,
) -> None:
    """The chat gets one plain sentence, the log the traceback; the text only if it is wanted."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(TokenScrubber(TOKEN))
    logging.getLogger("bot").addHandler(handler)
    try:
        settings = bot_settings(server.url, log_texts=texts)
        async with serving(settings, answerer, state, register):
            await server.say("/ask fail", chat=GROUP_ID)
            await server.say("and now?")
            reply, _ = await server.sent(2)
    finally:
        logging.getLogger("bot").removeHandler(handler)
    assert reply.shown == SAY("handlers-failed")
    assert reply.params["chat_id"] == str(GROUP_ID)
    assert "RuntimeError: a secret" in log.getvalue()
    assert ("/ask fail" in log.getvalue()) == texts
    assert TOKEN not in log.getvalue()
    assert errors == ["handler"]


async def test_a_press_that_fails_ends_with_a_toast(
    chat: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The button stops spinning, and the message stays as it was."""
    await chat.say("who?")
    await chat.sent(1)
    (answer,) = chat.shown(1)

    def fail(article_id: str) -> None:
        raise RuntimeError("damaged")

    monkeypatch.setattr(answerer.library, "article", fail)
    button = answer["reply_markup"]["inline_keyboard"][0][0]
    await chat.press(answer, button["callback_data"])
    await chat.wait_for(lambda: bool(chat.made("answerCallbackQuery")))
    assert chat.made("answerCallbackQuery")[0].params["text"] == SAY("handlers-failed")
    assert chat.shown(1) == [answer]


async def test_what_nobody_waits_for_is_only_logged(
    chat: BotApiServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure while a chat is left needs no apology, and disturbs nothing after it."""

    def fail(*arguments: object) -> None:
        raise RuntimeError("not noted")

    monkeypatch.setattr("bot.messenger.reading.membership.set_gone", fail)
    member = {"user": {"id": 7, "is_bot": True, "first_name": "Dateline"}}
    await chat.push(
        my_chat_member={
            "chat": {"id": 5, "type": "private", "first_name": "Five"},
            "from": {"id": 5, "is_bot": False, "first_name": "Five"},
            "date": 1_700_000_000,
            "old_chat_member": {**member, "status": "member"},
            "new_chat_member": {**member, "status": "kicked", "until_date": 0},
        }
    )
    await chat.say("who?")
    await chat.sent(1)
    assert "RuntimeError: not noted" in caplog.text
    assert len(chat.made("sendMessage")) == 1


async def test_an_apology_that_fails_does_not_stop_the_bot(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where not even that can be stored, the log has both failures and the next one is answered."""
    async with serving(bot_settings(server.url), answerer, state, register) as services:
        carry_out = services.delivery.carry_out

        async def fail_once(update_id: int, plan: Plan) -> object:
            monkeypatch.setattr(services.delivery, "carry_out", carry_out)
            raise OSError("disk full")

        monkeypatch.setattr(services.delivery, "carry_out", fail_once)
        await server.say("fail")
        await server.say("and now?")
        await server.sent(1)
    assert "Nobody could be told" in caplog.text
    assert "a secret" in caplog.text


async def test_a_refused_token_is_left_to_whoever_sends(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That ends the bot, with one sentence of its own: it is no failure of a handler."""
    async with serving(bot_settings(server.url), answerer, state, register) as services:
        carry_out = services.delivery.carry_out

        async def refuse_once(update_id: int, plan: Plan) -> object:
            monkeypatch.setattr(services.delivery, "carry_out", carry_out)
            raise InvalidToken

        monkeypatch.setattr(services.delivery, "carry_out", refuse_once)
        await server.say("first")
        await server.say("second")
        (reply,) = await server.sent(1)
    assert reply.shown.startswith("Re: second")
    assert "failed" not in caplog.text


async def test_a_slip_in_the_settings_stops_the_start(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Ids are read when the handlers are made, not when the first stranger comes."""
    for slip in ({"allowed": "ann"}, {"editors": "ann"}):
        with pytest.raises(UsageError):
            async with serving(bot_settings(server.url, **slip), answerer, state, register):
                pass
