"""What the tests of the bot share: answers by fixed rules, and the bot running for real.

The Bot API server, the state and python-telegram-bot are the real ones; only the answers are
made up.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from telegram import Bot, Update
from telegram.ext import Application, BaseHandler

from bot.messenger.plan import Delivered, Outgoing, Plan
from bot.messenger.services import Services, Uncounted
from bot.settings import Settings
from bot.state.database import FileState, State
from index.articles import Article
from index.errors import QuestionError
from index.filters import Filters
from index.library import Freshness
from index.sql import Connection
from retrieval.answer import Answer, Turn
from tests.retrieval_support import bridge_citation
from tests.telegram_server import TOKEN

QUOTE = "Ada Lind <opened> the bridge on 3 May & went home."
CITATION = bridge_citation(QUOTE, 10, "bridge.txt", "https://news.example/bridge?a=1&b=2")
NEWS = Article(CITATION.article_id, f"Bridges. {QUOTE}", "bridge.txt", title="Bridge opened")


def turn(question: str, answer: str | None = None) -> Turn:
    """What is remembered of a question that `ScriptedAnswerer` has answered."""
    return Turn(question, answer or f"Re: {question}", None, (QUOTE,))


@dataclass
class Shelf:
    """Three articles, of which one is newest; a test may withdraw it or make it new."""

    live: bool = True
    revision: int = 1

    def latest(self, limit: int) -> list[Article]:
        """The newest article."""
        return [NEWS][:limit]

    def count(self) -> int:
        """Three."""
        return 3

    def article(self, article_id: str) -> Article | None:
        """The newest article, by its id."""
        return NEWS if article_id == NEWS.id else None

    def is_live(self, article_id: str) -> bool:
        """Whether the test has not withdrawn it."""
        return self.live and article_id == NEWS.id

    def live_among(self, article_ids: Sequence[str]) -> set[str]:
        """Those that may be quoted."""
        return {one for one in article_ids if self.is_live(one)}

    def successors(self, article_id: str, path: str) -> list[Article]:
        """None: a test withdraws it."""
        return [NEWS] if self.live else []

    def version(self) -> str:
        """What the test says."""
        return str(self.revision)

    def freshness(self) -> Freshness:
        """A few days ago."""
        return Freshness("2024-05-05T00:00:00+00:00", "2024-05-04")


@dataclass
class ScriptedAnswerer:
    """Answers by fixed rules, and remembers what it was asked."""

    library: Shelf = field(default_factory=Shelf)
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    filters: list[Filters | None] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer, abstain, wait at the gate, refuse or fail, as the question says."""
        self.asked.append((question, tuple(history)))
        self.filters.append(filters)
        if not question:
            raise QuestionError("Ask a question of 1 to <1000> characters.")
        if question == "fail":
            raise RuntimeError(f"a secret {TOKEN} in an error")
        if question == "nobody knows":
            return Answer(question, False, None, 0.1, (), (), (CITATION,))
        if question.startswith("slow"):
            self.gate.wait(5)
        return Answer(question, True, f"Re: {question}", 0.9, (CITATION,), ())


def bot_settings(url: str, token: str = TOKEN, **more: Any) -> Settings:  # noqa: ANN401
    """Settings for the server at `url`."""
    known: dict[str, Any] = {"TELEGRAM_BOT_TOKEN": SecretStr(token), "TELEGRAM_API_BASE_URL": url}
    return Settings(**known, **more, _env_file=None)


class PlainDelivery:
    """Does at once what is planned: for tests of handlers, where nothing goes wrong."""

    def __init__(self, bot: Bot, state: State) -> None:
        """Call `bot`; remember in `state`."""
        self._bot, self._state = bot, state
        self._planned: set[int] = set()

    async def carry_out(self, update_id: int, plan: Plan) -> list[Delivered]:
        """See `Delivery`."""
        if update_id in self._planned:
            return []
        self._planned.add(update_id)
        return await self._do(plan)

    async def notify(self, chat_id: int, plan: Plan) -> list[Delivered]:
        """See `Delivery`."""
        return await self._do(plan)

    async def _do(self, plan: Plan) -> list[Delivered]:
        await self._state.write(plan.remember)
        return [await self._call(call) for call in plan.calls]

    async def _call(self, call: Outgoing) -> Delivered:
        result = await self._bot._post(call.method, dict(call.parameters))
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if call.answer_id is not None and message_id is not None:
            row = (call.parameters["chat_id"], message_id, call.answer_id)
            sql = "INSERT OR REPLACE INTO answer_messages VALUES (?, ?, ?)"
            await self._state.write(lambda connection: connection.execute(sql, row))
        if call.method == "deleteMessage":
            gone = (call.parameters["chat_id"], call.parameters["message_id"])
            sql = "DELETE FROM answer_messages WHERE chat_id = ? AND message_id = ?"
            await self._state.write(lambda connection: connection.execute(sql, gone))
        return Delivered("sent", message_id)


AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Wiring = Callable[[Services, AnyApplication], None]


@asynccontextmanager
async def serving(
    settings: Settings, answerer: ScriptedAnswerer, state: State, wire: Wiring
) -> AsyncIterator[Services]:
    """A bot that polls, with the handlers that `wire` adds to its application."""
    root = settings.telegram_api_base_url
    application: AnyApplication = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .concurrent_updates(False)
        .job_queue(None)
        .build()
    )
    delivery = PlainDelivery(application.bot, state)
    with ThreadPoolExecutor(4) as threads:
        services = Services(settings, answerer, state, delivery, threads, Uncounted())
        wire(services, application)
        await application.initialize()
        await application.start()
        assert application.updater
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        try:
            yield services
        finally:
            answerer.gate.set()
            await application.updater.stop()
            await application.stop()
            await application.shutdown()


def adds(*handlers: Callable[[Services], Sequence[BaseHandler[Any, Any, Any]]]) -> Wiring:
    """Wiring that adds what the functions make of the services, in order."""

    def wire(services: Services, application: AnyApplication) -> None:
        for make in handlers:
            application.add_handlers(list(make(services)))

    return wire


async def rows(state: State, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """What a query finds in the state."""

    def query(connection: Connection) -> list[tuple[Any, ...]]:
        return connection.execute(sql, parameters).fetchall()

    return await state.read(query)


async def until(condition: Callable[[], bool], timeout_s: float = 8) -> None:
    """Wait for something that no call of the Bot API tells."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def temporary_state(folder: Path) -> FileState:
    """A new state in a folder."""
    return FileState.open_file(folder / "bot.sqlite3")


def free_address() -> str:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"
