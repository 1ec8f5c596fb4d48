"""How far a rebuild is reaches its message, as well as it goes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest
from telegram import Bot, LinkPreviewOptions
from telegram.ext import ExtBot

from bot.messenger.display.language import phrases
from bot.messenger.editing import progress as module
from bot.messenger.editing.bulletins import Stage
from bot.messenger.editing.progress import Interrupted, RebuildProgress, show_progress
from bot.state.rebuilds import Rebuild
from tests.telegram_server import TOKEN, BotApiServer

pytestmark = pytest.mark.anyio

SAY = phrases("en")


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    """A bot that calls the server."""
    calling: ExtBot[None] = ExtBot(TOKEN, f"{server.url}/bot")
    async with calling:
        yield calling


def test_steps_are_added_up_within_a_stage() -> None:
    """Steps before the first stage belong to none."""
    told = RebuildProgress(threading.Event())
    told.advance(3)
    assert told.now is None
    told.stage("Reading", 9)
    told.advance(2)
    told.advance(2)
    assert told.now == Stage("Reading", 9, 4)
    told.stage("Encoding")
    assert told.now == Stage("Encoding", None, 0)


@pytest.mark.parametrize("step", [lambda told: told.stage("x"), lambda told: told.advance(1)])
def test_a_rebuild_ends_at_its_next_step_once_the_bot_stops(
    step: Callable[[RebuildProgress], None],
) -> None:
    """And not before: what it is doing may not be cut off in the middle."""
    stopping = threading.Event()
    told, early = RebuildProgress(stopping), RebuildProgress(stopping)
    told.stage("Reading", 9)
    stopping.set()
    for one in (told, early):
        with pytest.raises(Interrupted):
            step(one)


async def test_a_message_that_is_not_known_is_not_edited(server: BotApiServer, bot: Bot) -> None:
    """There is nothing to show the progress in."""
    told = RebuildProgress(threading.Event())
    told.stage("Reading", 9)
    await show_progress(told, asyncio.Event(), Rebuild(1, None, "en", 1.0), bot, SAY)
    assert server.made("editMessageText") == []


async def test_the_less_it_succeeds_the_less_it_is_tried(
    server: BotApiServer, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it succeeds; nothing is shown once the rebuild is done."""
    monkeypatch.setattr(module, "SHOW_EVERY_S", 0.05)
    plain = LinkPreviewOptions(is_disabled=True)
    sent = await bot.send_message(1, "x", parse_mode="HTML", link_preview_options=plain)
    for _ in range(3):
        server.fail_next("editMessageText", 500, "Internal Server Error")
    told, done = RebuildProgress(threading.Event()), asyncio.Event()
    told.stage("Encoding articles", 9)
    rebuild = Rebuild(1, None, "en", 1.0, sent.message_id)
    showing = asyncio.create_task(show_progress(told, done, rebuild, bot, SAY))
    await server.wait_for(lambda: len(server.made("editMessageText")) == 1)
    edits = [call for call in server.calls if call.method == "editMessageText"]
    pauses = [later.began - call.began for call, later in pairwise(edits)]
    assert len(pauses) == 3
    assert all(pause >= least for pause, least in zip(pauses, (0.1, 0.2, 0.4), strict=True))
    told.stage("Reading", 9)
    done.set()
    await showing
    assert len(server.made("editMessageText")) == 1
