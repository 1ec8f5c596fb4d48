"""A bot with editors over a small real index, for the tests of what editors do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

from telegram.error import BadRequest

from bot.messenger.editing import editing
from bot.messenger.editing.desk import IndexDesk
from bot.messenger.editing.editorial import Desk
from bot.messenger.editing.newsroom import Newsroom, Role
from bot.messenger.plan import Delivered, Outgoing
from bot.messenger.reading import asking, pressing
from bot.messenger.services import Services
from bot.state.database import State
from index.intake import BuildReport, Progress
from index.writer import IndexWriter
from tests.messenger.support import (
    AnyApplication,
    PlainDelivery,
    ScriptedAnswerer,
    bot_settings,
    serving,
)
from tests.support import build, index_writer, open_library, write_files
from tests.telegram_server import BotApiServer
from tests.telegram_server.server import ANN
from tests.web.web_server import eager_fetcher

EDITOR, READER = 1, 2
"""Ann is the only editor."""
NEWS = {"old.txt": "Mayor resigns\n\nThe mayor of Norvik resigned.", "ship.txt": "A ship sank."}


def small_desk(folder: Path) -> IndexDesk:
    """A desk for an index of two articles, made without a model."""
    index = folder / "index"
    build(write_files(folder / "articles", NEWS), index)
    return desk_for(index)


def desk_for(index: Path) -> IndexDesk:
    """A desk for an index that was made without a model."""
    return IndexDesk(
        index,
        lambda progress, rebuilds: IndexWriter(index, index_writer(index).recipe, progress),
        eager_fetcher,
    )


def live(desk: IndexDesk) -> dict[str, str]:
    """Texts of the articles that can be quoted, by path."""
    return {article.path: article.text for article in open_library(desk.location).latest(100)}


@dataclass
class HeldDesk:
    """A desk whose rebuild goes on until it is let go, told stage by stage.

    Attributes:
        desk: Does everything else.
        stages: What is told of the rebuild, in order, before it waits.
        begun: Set when all of that has been told.
        go: Lets it end.
        error: What it ends with.
    """

    desk: Desk
    stages: list[tuple[str, int | None, int]] = field(default_factory=list)
    begun: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)
    error: Exception | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a desk does
        return getattr(self.desk, name)

    def rebuild(self, progress: Progress) -> BuildReport:
        """Tell what is to be told, wait, and fail or succeed."""
        for name, total, done in self.stages:
            progress.stage(name, total)
            progress.advance(done)
        self.begun.set()
        while not self.go.wait(0.01):
            progress.advance(0)
        if self.error:
            raise self.error
        return BuildReport(added=["new.txt"], unchanged=2, failed=[("bad.txt", "holds no text")])


class CarefulDelivery(PlainDelivery):
    """Tells, as the real one does, that Telegram has refused a call."""

    async def _call(self, call: Outgoing) -> Delivered:
        try:
            return await super()._call(call)
        except BadRequest:
            return Delivered("refused")


@asynccontextmanager
async def newsroom(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    desk: Desk,
    *,
    starts: bool = True,
    role: Role | None = None,
) -> AsyncIterator[Newsroom]:
    """A bot that polls, with all that editors, and people who ask, can do."""
    rooms: list[Newsroom] = []

    def wire(services: Services, application: AnyApplication) -> None:
        services = replace(services, delivery=CarefulDelivery(application.bot, state))
        room = Newsroom(services, desk, role)
        rooms.append(room)
        application.add_handlers(editing.handlers(services, room))
        application.add_handlers([*asking.handlers(services), *pressing.handlers(services)])

    settings = bot_settings(server.url, editors=str(EDITOR))
    async with serving(settings, answerer, state, wire):
        if starts:
            rooms[0].start()
        try:
            yield rooms[0]
        finally:
            await rooms[0].stop()


async def kill(room: Newsroom) -> None:
    """End what a bot does in the background without another word, as a crash does."""
    for task in list(room._tasks):
        task.cancel()
    await asyncio.gather(*room._tasks, return_exceptions=True)


def forwarded(number: int = 42, username: str | None = "harbour", **more: object) -> dict[str, Any]:
    """Where a post of a channel comes from, as a message that forwards it says."""
    channel = {"id": -1001234, "type": "channel", "title": "Harbour News"}
    return {
        "forward_origin": {
            "type": "channel",
            "date": 1714730400,
            "chat": {**channel, **({"username": username} if username else {})},
            "message_id": number,
            **more,
        }
    }


def speaking(language: str) -> dict[str, Any]:
    """Ann with another language."""
    return {"from": {**ANN, "language_code": language}}
