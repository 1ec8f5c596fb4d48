"""The bot as its users meet it: the real application against a Bot API server on loopback."""

import asyncio
import io
import json
import logging
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

import bot.messenger.chats
from bot.messenger import pages as say
from bot.messenger.app import build_application, serve
from bot.messenger.logs import TokenScrubber
from bot.settings import Settings
from index.articles import Article
from index.errors import QuestionError, ServiceError, UsageError
from retrieval.answer import Answer, Turn
from tests.retrieval_support import bridge_citation
from tests.telegram_server import BOT, GROUP_ID, TOKEN, BotApiServer, lint

pytestmark = pytest.mark.anyio

QUOTE = "Ada Lind <opened> the bridge on 3 May & went home."
CITATION = bridge_citation(QUOTE, 10, "bridge.txt", "https://news.example/bridge?a=1&b=2")
NEWS = Article("0123456789abcdef", QUOTE, "bridge.txt", title="Bridge opened")


class Shelf:
    """Three articles, of which one is newest."""

    def latest(self, limit: int) -> list[Article]:
        """The newest article."""
        return [NEWS][:limit]

    def count(self) -> int:
        """Three."""
        return 3


@dataclass
class ScriptedAnswerer:
    """Answers by fixed rules, and remembers what it was asked."""

    library: Shelf = field(default_factory=Shelf)
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer, abstain, wait at the gate, refuse or fail, as the question says."""
        self.asked.append((question, tuple(history)))
        if not question:
            raise QuestionError("Ask a question of 1 to <1000> characters.")
        if question == "fail":
            raise RuntimeError(f"a secret {TOKEN} in an error")
        if question == "nobody knows":
            return Answer(question, False, None, 0.1, (), (), (CITATION,))
        if question.startswith("slow"):
            self.gate.wait(5)
        return Answer(question, True, f"Re: {question}", 0.9, (CITATION,), ())


@pytest.fixture
def anyio_backend() -> str:
    """python-telegram-bot runs on asyncio only."""
    return "asyncio"


@pytest.fixture(autouse=True)
def direct_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment cannot reach the loopback of this machine."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def answerer() -> Iterator[ScriptedAnswerer]:
    """An answerer whose gate opens at the end, lest a failed test wait for it."""
    scripted = ScriptedAnswerer()
    yield scripted
    scripted.gate.set()


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    """The Bot API server; every message a test provokes must be one Telegram takes."""
    async with BotApiServer() as running:
        yield running
        assert lint(running.calls) == []


@pytest.fixture
async def running_bot(
    server: BotApiServer, answerer: ScriptedAnswerer
) -> AsyncIterator[BotApiServer]:
    """The server, with the bot polling it."""
    async with serving(server.url, answerer):
        yield server


def bot_settings(url: str, token: str = TOKEN) -> Settings:
    """Settings for the server at `url`."""
    secret = SecretStr(token)
    return Settings(TELEGRAM_BOT_TOKEN=secret, TELEGRAM_API_BASE_URL=url, _env_file=None)


@asynccontextmanager
async def serving(url: str, answerer: ScriptedAnswerer) -> AsyncIterator[None]:
    """The bot polling the server at `url`; leaving stops it as a signal would."""
    stop = asyncio.Event()
    task = asyncio.create_task(serve(build_application(bot_settings(url), answerer), stop))
    try:
        yield
    finally:
        answerer.gate.set()
        stop.set()
        await task


async def test_commands_are_published(running_bot: BotApiServer) -> None:
    """The command menu of the bot holds its commands, and nothing else is announced."""
    await running_bot.wait_for(lambda: bool(running_bot.made("setMyCommands")))
    (call,) = running_bot.made("setMyCommands")
    published = [
        (entry["command"], entry["description"]) for entry in json.loads(call.params["commands"])
    ]
    assert published == list(say.COMMANDS)


@pytest.mark.parametrize(
    ("command", "beginning"),
    [
        ("/start", "Ask me a question."),
        ("/help", "Write a question"),
        ("/sources", "3 articles are indexed, newest first:\n1. Bridge opened\n… and 2 more."),
        ("/reset", "Forgotten."),
        ("/nonsense", "Write a question"),
    ],
)
async def test_commands_are_answered(
    running_bot: BotApiServer, command: str, beginning: str
) -> None:
    """Each command has its reply; an unknown one is answered with the help."""
    await running_bot.say(command)
    (reply,) = await running_bot.sent(1)
    assert reply.shown.startswith(beginning)


async def test_a_question_is_answered_with_its_quotation(running_bot: BotApiServer) -> None:
    """Any text in a private chat is a question; the reply quotes it and shows no preview."""
    question = await running_bot.say("Who opened it?")
    (reply,) = await running_bot.sent(1)
    assert (
        reply.shown == f"Re: Who opened it?\n{QUOTE}\nBridge opened · Harbour Gazette · 2024-05-04"
    )
    quoting = json.loads(reply.params["reply_parameters"])
    assert quoting["message_id"] == question["message_id"]
    assert reply.params["chat_id"] == "1"


async def test_an_abstention_says_so(running_bot: BotApiServer) -> None:
    """What the articles do not tell is said in so many words."""
    await running_bot.say("nobody knows")
    (reply,) = await running_bot.sent(1)
    assert reply.shown.startswith("The articles do not tell.")


async def test_a_deleted_question_is_still_answered(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A question that is gone when its answer is ready does not lose the answer."""
    await running_bot.say("slow question")
    await running_bot.wait_for(lambda: bool(running_bot.made("sendChatAction")))
    running_bot.delete_everything()
    answerer.gate.set()
    (reply,) = await running_bot.sent(1)
    assert reply.shown.startswith("Re: slow question")


async def test_typing_is_shown_before_and_until_the_reply(
    running_bot: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chat sees "typing", again and again, while the bot works; never after the reply."""
    monkeypatch.setattr(bot.messenger.chats, "TYPING_EVERY_S", 0.05)
    await running_bot.say("slow question")
    await running_bot.wait_for(lambda: len(running_bot.made("sendChatAction")) >= 3)
    answerer.gate.set()
    await running_bot.sent(1)
    await asyncio.sleep(0.2)
    assert running_bot.calls[-1].method == "sendMessage"
    assert {call.params["action"] for call in running_bot.made("sendChatAction")} == {"typing"}


async def test_a_slow_chat_does_not_delay_another(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """While one chat waits for its answer, another is answered."""
    await running_bot.say("slow question", chat=1)
    await running_bot.wait_for(lambda: bool(running_bot.made("sendChatAction", chat=1)))
    await running_bot.say("quick question", chat=2)
    (reply,) = await running_bot.sent(1, chat=2)
    assert reply.shown.startswith("Re: quick question")
    assert not running_bot.made("sendMessage", chat=1)


async def test_a_chat_is_answered_in_order(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A quick question waits for the slow one before it."""
    await running_bot.say("slow question")
    for n in range(5):
        await running_bot.say(f"quick {n}")
    await running_bot.wait_for(lambda: bool(running_bot.made("sendChatAction")))
    answerer.gate.set()
    replies = [call.shown.splitlines()[0] for call in await running_bot.sent(6)]
    assert replies == ["Re: slow question", *(f"Re: quick {n}" for n in range(5))]


async def test_history_holds_the_last_six_turns_until_reset(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Each question comes with up to six turns of its own chat; /reset forgets them."""
    texts = ["nobody knows", *(f"question {n}" for n in range(7)), "/reset", "afresh"]
    for text in texts:
        await running_bot.say(text)
    await running_bot.sent(len(texts))
    histories = dict(answerer.asked)
    assert histories["question 0"] == (Turn("nobody knows", None),)
    assert histories["question 6"] == tuple(
        Turn(f"question {n}", f"Re: question {n}") for n in range(6)
    )
    assert histories["afresh"] == ()


async def test_chats_do_not_share_history(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Nobody's questions come up in another chat."""
    await running_bot.say("mine", chat=1)
    await running_bot.sent(1)
    await running_bot.say("yours", chat=2)
    await running_bot.sent(2)
    assert dict(answerer.asked)["yours"] == ()


async def test_a_failure_is_apologised_for_and_logged(
    server: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """The chat gets one plain sentence, the log the traceback, and neither gets the token."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(TokenScrubber(TOKEN))
    logging.getLogger("bot").addHandler(handler)
    try:
        async with serving(server.url, answerer):
            await server.say("fail")
            (reply,) = await server.sent(1)
            await server.say("and now?")
            await server.sent(2)
    finally:
        logging.getLogger("bot").removeHandler(handler)
    assert reply.shown == "Something went wrong here; please ask again."
    assert "RuntimeError: a secret <token> in an error" in log.getvalue()
    assert TOKEN not in log.getvalue()


async def test_a_refused_question_is_explained(
    running_bot: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The message of a `QuestionError` is for the user, and is not a failure to log."""
    await running_bot.say(f"@{BOT['username']}", chat=GROUP_ID)
    (reply,) = await running_bot.sent(1)
    assert reply.shown == "Ask a question of 1 to <1000> characters."
    assert "failed" not in caplog.text


async def test_what_is_not_text_is_declined_once(running_bot: BotApiServer) -> None:
    """A picture gets one sentence, and so does a whole album."""
    picture = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]
    await running_bot.say(None, photo=picture)
    for _ in range(3):
        await running_bot.say(None, photo=picture, media_group_id="album")
    await running_bot.say("done?")
    replies = [call.shown for call in await running_bot.sent(3)]
    assert replies[:2] == [say.TEXT_ONLY] * 2
    assert replies[2].startswith("Re: done?")


async def test_a_group_is_answered_only_when_it_asks(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """In a group: mentions, replies to the bot and commands, but nothing else."""
    from_bot = {"message_id": 5, "date": 1, "chat": {"id": GROUP_ID, "type": "supergroup"}}
    await running_bot.say("people talking", chat=GROUP_ID)
    await running_bot.say("ask @someone_else_bot", chat=GROUP_ID)
    await running_bot.say("/weather", chat=GROUP_ID)
    await running_bot.say("/help@another_bot", chat=GROUP_ID)
    await running_bot.say(None, chat=GROUP_ID, new_chat_title="News")
    await running_bot.say("@DateLine_Bot who opened it?", chat=GROUP_ID)
    await running_bot.say("and then?", chat=GROUP_ID, reply_to_message={**from_bot, "from": BOT})
    await running_bot.say(f"/reset@{BOT['username']}", chat=GROUP_ID)
    replies = [call.shown.splitlines()[0] for call in await running_bot.sent(3)]
    assert replies == ["Re: who opened it?", "Re: and then?", say.RESET]
    assert [question for question, _ in answerer.asked] == ["who opened it?", "and then?"]


async def test_a_forum_topic_is_answered_in_the_topic(running_bot: BotApiServer) -> None:
    """Typing and reply go to the topic of the question, not to the general one."""
    text = f"@{BOT['username']} who?"
    await running_bot.say(text, chat=GROUP_ID, message_thread_id=9, is_topic_message=True)
    await running_bot.sent(1)
    calls = running_bot.made("sendChatAction") + running_bot.made("sendMessage")
    assert [call.params.get("message_thread_id") for call in calls] == ["9", "9"]


async def test_a_restart_neither_loses_nor_repeats_a_question(
    server: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """What is asked while the bot is down is answered later; what was answered is not again."""
    async with serving(server.url, answerer):
        await server.say("before")
        await server.sent(1)
    await server.say("while down")
    async with serving(server.url, answerer):
        await server.say("after")
        await server.sent(3)
    assert [question for question, _ in answerer.asked] == ["before", "while down", "after"]


async def test_a_second_process_is_noticed(
    running_bot: BotApiServer, answerer: ScriptedAnswerer, caplog: pytest.LogCaptureFixture
) -> None:
    """Two processes with one token disturb each other; the log says so in plain words."""
    await running_bot.wait_for(lambda: bool(running_bot.made("deleteWebhook")))
    async with serving(running_bot.url, answerer):
        async with asyncio.timeout(8):
            while "Another process polls with the same token" not in caplog.text:
                await asyncio.sleep(0.05)


async def test_a_long_answer_is_sent_in_order(
    running_bot: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """All parts of a long reply arrive, in order, and only the first quotes the question."""
    question = "word " * 900
    await running_bot.say(question)
    first, second = await running_bot.sent(2)
    assert "reply_parameters" in first.params
    assert "reply_parameters" not in second.params
    assert (first.shown + " " + second.shown).startswith(f"Re: {question.strip()}")


@pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning")  # on the library's own use
async def test_a_rate_limit_is_waited_out(running_bot: BotApiServer) -> None:
    """After 429 the bot waits as told, and sends the same message again."""
    running_bot.fail_next("sendMessage", 429, "Too Many Requests", {"retry_after": 1})
    await running_bot.say("Who?")
    (reply,) = await running_bot.sent(1)
    refused, sent = [call for call in running_bot.calls if call.method == "sendMessage"]
    assert reply is sent
    assert sent.began - refused.began >= 1
    assert sent.params == refused.params


async def test_polling_goes_on_after_server_errors(running_bot: BotApiServer) -> None:
    """A server error while polling is survived."""
    running_bot.fail_next("getUpdates", 502, "Bad Gateway")
    await running_bot.say("Who?")
    await running_bot.sent(1)


async def test_a_menu_that_cannot_be_set_does_not_stop_the_bot(
    server: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A server without command menus is good enough."""
    server.fail_next("setMyCommands", 400, "Bad Request: no such thing")
    async with serving(server.url, answerer):
        await server.say("Who?")
        await server.sent(1)


async def test_a_refused_token_is_a_service_error(
    server: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A wrong token ends the start with one sentence that tells what to check, not the token."""
    wrong = "7:a_wrong_token"
    application = build_application(bot_settings(server.url, wrong), answerer)
    with pytest.raises(ServiceError, match="Check TELEGRAM_BOT_TOKEN") as caught:
        await serve(application, asyncio.Event())
    assert wrong not in "".join(traceback.format_exception(caught.value))


async def test_an_unreachable_server_is_a_service_error(
    answerer: ScriptedAnswerer,
) -> None:
    """A server that is not there ends the start with one sentence that names its address."""
    with socket.socket() as taken:  # bound but not listening, so nobody answers there
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        application = build_application(bot_settings(url), answerer)
        with pytest.raises(ServiceError, match=f"'{url}' cannot be reached"):
            await serve(application, asyncio.Event())


async def test_a_revoked_token_ends_the_bot(
    server: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A token that is revoked while the bot runs does not leave an idle process behind."""
    task = asyncio.create_task(
        serve(build_application(bot_settings(server.url), answerer), asyncio.Event())
    )
    await server.say("Who?")
    await server.sent(1)
    server.token = "7:another"
    await server.say("Who now?")
    with pytest.raises(ServiceError, match="refuses the token"):
        await asyncio.wait_for(task, 8)


@pytest.mark.parametrize("token", ["", "nonsense", "7:with space", f"bot{TOKEN}"])
def test_what_cannot_be_a_token_is_refused_unshown(token: str, answerer: ScriptedAnswerer) -> None:
    """A slip of the hand is noticed before anything is sent anywhere."""
    with pytest.raises(ServiceError, match="TELEGRAM_BOT_TOKEN is not a token") as caught:
        build_application(bot_settings("http://127.0.0.1:9", token), answerer)
    assert not token or token not in str(caught.value)


def test_a_missing_token_is_a_usage_error(answerer: ScriptedAnswerer) -> None:
    """Without a token the message says where to get one."""
    with pytest.raises(UsageError, match="@BotFather"):
        build_application(Settings(TELEGRAM_BOT_TOKEN=None, _env_file=None), answerer)


PROGRAM = """
import sys, time
from pydantic import SecretStr
from bot.settings import Settings
from bot.messenger.app import run_bot
from retrieval.answer import Answer, Citation

class SlowAnswerer:
    library = None
    def answer(self, question, history=()):
        time.sleep(1)
        citation = Citation(1, "id", "T", None, None, None, "t.txt", None, 0, 5, "Late.")
        return Answer(question, True, "late but here", 0.9, (citation,), ())

run_bot(
    Settings(
        TELEGRAM_API_BASE_URL=sys.argv[1],
        TELEGRAM_BOT_TOKEN=SecretStr(sys.argv[2]),
        log_level="DEBUG",
        _env_file=None,
    ),
    SlowAnswerer(),
)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_process_cleanly(
    server: BotApiServer, number: signal.Signals
) -> None:
    """A signal lets the question under way be answered; no log level shows the token."""
    root = str(Path(bot.messenger.chats.__file__).parents[1])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", PROGRAM, server.url, TOKEN),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    await server.say("Who?")
    await server.wait_for(lambda: bool(server.made("sendChatAction")), timeout_s=20)
    process.send_signal(number)
    _, log = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0, log.decode()
    assert [call.shown for call in server.made("sendMessage")] == ["late but here\nLate.\nT"]
    assert b"Answering as @dateline_bot" in log
    assert b"<token>" in log
    assert TOKEN.encode() not in log
    assert b"httpx" not in log
    assert b"Traceback" not in log
