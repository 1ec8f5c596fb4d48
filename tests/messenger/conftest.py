"""What all tests of the bot share: a Bot API server, a state, and the bot with all its handlers.

A phrase that is missing or lacks an argument fails the test.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.messenger.display import language
from bot.messenger.editing.desk import IndexDesk
from bot.messenger.editing.newsroom import Newsroom
from bot.messenger.handlers import register
from bot.state.database import State
from tests.messenger.newsrooms import newsroom, small_desk
from tests.messenger.support import ScriptedAnswerer, bot_settings, serving, temporary_state
from tests.telegram_server import BotApiServer, lint


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
def state(tmp_path: Path) -> Iterator[State]:
    """A new state."""
    opened = temporary_state(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    """The Bot API server; every message a test provokes must be one Telegram takes."""
    async with BotApiServer() as running:
        yield running
        assert lint(running.calls) == []


@pytest.fixture
async def chat(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> AsyncIterator[BotApiServer]:
    """The server, with the bot and all its handlers behind it, open to everybody."""
    async with serving(bot_settings(server.url), answerer, state, register):
        yield server


class Complaints(logging.Handler):
    """What the phrases complain about; a test that makes them complain clears it."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())


@pytest.fixture(autouse=True)
def complaints() -> Iterator[Complaints]:
    """Nothing is said in words that are not there."""
    handler = Complaints()
    language.logger.addHandler(handler)
    yield handler
    language.logger.removeHandler(handler)
    assert handler.messages == []


@pytest.fixture
def desk(tmp_path: Path) -> IndexDesk:
    """A desk for a small index."""
    return small_desk(tmp_path)


@pytest.fixture
async def room(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, desk: IndexDesk
) -> AsyncIterator[Newsroom]:
    """The bot with its editors."""
    async with newsroom(server, answerer, state, desk) as running:
        yield running
