"""A rebuild goes on in the background, in one message, and its end is told whatever happens."""

import asyncio
import logging
import os
import re
import sys
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.messenger.editing import progress
from bot.messenger.editing.desk import IndexDesk
from bot.messenger.editing.newsroom import Newsroom
from bot.state.database import State
from bot.state.rebuilds import Rebuild, open_rebuild, put_rebuild
from index.errors import GoldenRefusedError
from index.intake import BuildReport, Progress
from tests.messenger.delivering import Counted
from tests.messenger.newsrooms import (
    READER,
    HeldDesk,
    kill,
    live,
    newsroom,
    small_desk,
    speaking,
)
from tests.messenger.support import ScriptedAnswerer, until
from tests.support import open_library, write_files
from tests.telegram_server import BotApiServer

pytestmark = pytest.mark.anyio

BEGUN = "🔄 The index is being rebuilt. Questions are answered meanwhile."
STAGE = ("Reading and encoding articles", 900, 120)
SHOWN = f"{BEGUN}\nReading articles: 120 of 900"
DONE = (
    "✅ The index was rebuilt in 0 seconds.\n"
    "New: 1, changed: 0, withdrawn: 0, as before: 2\n\n"
    "⚠️ Not indexed\nbad.txt: holds no text"
)
INTERRUPTED = "⚠️ The rebuild was interrupted, because the bot was stopped."


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is shown without much waiting."""
    monkeypatch.setattr(progress, "SHOW_EVERY_S", 0.05)


@pytest.fixture
def held(tmp_path: Path) -> HeldDesk:
    """A desk whose rebuild waits."""
    return HeldDesk(small_desk(tmp_path), [STAGE])


def now_shown(server: BotApiServer, chat: int = 1) -> list[str]:
    """The messages of the bot in a chat as they stand, as if no time had passed."""
    texts = [message["text"] for message in server.shown(chat)]
    return [re.sub(r"in \d+ seconds?", "in 0 seconds", text) for text in texts]


async def until_shown(server: BotApiServer, text: str, chat: int = 1) -> None:
    """Wait until the last message of the bot begins with a text."""
    await server.wait_for(lambda: any(one.startswith(text) for one in now_shown(server, chat)[-1:]))


async def test_a_rebuild_is_one_message_from_beginning_to_end(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """How far it is, then what it has come to; what could not be read is named."""
    async with newsroom(server, answerer, state, held) as room:
        asked = await server.say("/rebuild")
        [begun] = await server.sent(1)
        assert begun.shown == BEGUN
        assert f'"message_id": {asked["message_id"]}' in begun.params["reply_parameters"]
        await until_shown(server, SHOWN)
        assert room.is_rebuilding
        held.go.set()
        await until_shown(server, DONE)
        assert now_shown(server) == [DONE]
        assert not room.is_rebuilding
        assert await state.read(open_rebuild) is None


async def test_a_rebuild_makes_the_index_anew(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, tmp_path: Path
) -> None:
    """From the folders that it mirrors, in a new generation."""
    desk = small_desk(tmp_path)
    write_files(tmp_path / "articles", {"new.txt": "A zebra ran."})
    before = open_library(desk.location).generation.name
    async with newsroom(server, answerer, state, desk):
        await server.say("/rebuild", **speaking("ru"))
        await until_shown(server, "✅ Индекс построен заново за ")
        assert "Новых: 1, изменённых: 0, отозванных: 0, прежних: 2" in now_shown(server)[0]
    assert "new.txt" in live(desk)
    assert open_library(desk.location).generation.name > before


async def test_progress_is_shown_when_it_has_changed_and_not_more_often(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many steps there are; and Telegram is not asked to change what has not."""
    monkeypatch.setattr(progress, "SHOW_EVERY_S", 0.2)
    held = HeldDesk(small_desk(tmp_path), [("Encoding articles", 5000, n) for n in range(5000)])
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild")
        await until_shown(server, f"{BEGUN}\nEncoding articles: 4,999 of 5,000")
        await asyncio.sleep(0.7)
        edits = [call.status for call in server.calls if call.method == "editMessageText"]
        assert len(edits) <= 3
        assert set(edits) == {200}
        held.go.set()
        await until_shown(server, DONE)


async def test_a_group_is_told_less_often(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    held: HeldDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may get so few messages that its answers need them."""
    monkeypatch.setattr(progress, "SHOW_EVERY_IN_GROUPS_S", 0.3)
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild", -1001)
        await server.sent(1)
        await asyncio.sleep(0.15)
        assert now_shown(server, -1001) == [BEGUN]
        await until_shown(server, SHOWN, -1001)
        held.go.set()
        await until_shown(server, DONE, -1001)


async def test_questions_are_answered_meanwhile(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """In every chat, also in that of the rebuild."""
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild")
        await until(held.begun.is_set)
        await server.say("who flew?")
        await server.say("who ran?", READER)
        await server.sent(2, 1)
        await server.sent(1, READER)
        held.go.set()
        await server.wait_for(lambda: now_shown(server)[0] == DONE)


async def test_there_is_one_rebuild_at_a_time(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """The second is refused politely; after the end, there may be another."""
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild")
        await server.say("/rebuild")
        _, refused = await server.sent(2)
        assert refused.shown == ("The index is being rebuilt. Please wait until that has ended.")
        held.go.set()
        await server.wait_for(lambda: now_shown(server)[0] == DONE)
        await server.say("/rebuild")
        await until_shown(server, DONE)
        assert len(now_shown(server)) == 3


class SharedRole:
    """The role of rebuilding, which another bot may have."""

    def __init__(self) -> None:
        self.elsewhere, self.here = True, False

    async def claim(self) -> bool:
        self.here = not self.elsewhere
        return self.here

    async def give_back(self) -> None:
        self.here = False


async def test_a_rebuild_of_another_bot_is_not_begun_again(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, tmp_path: Path
) -> None:
    """Nor is it told as interrupted; once that bot has ended or died, this one may rebuild."""
    await state.write(lambda connection: put_rebuild(connection, Rebuild(1, None, "en", 1.0)))
    role, desk = SharedRole(), small_desk(tmp_path)
    async with newsroom(server, answerer, state, desk, role=role) as room:
        await server.say("/rebuild")
        (told,) = await server.sent(1)
        assert told.shown == "The index is being rebuilt. Please wait until that has ended."
        assert await state.read(open_rebuild)
        role.elsewhere = False
        await server.say("/rebuild")
        await server.wait_for(lambda: any("✅ " in one for one in now_shown(server)))
        assert any(one.startswith(INTERRUPTED) for one in now_shown(server))  # that of the other
        while role.here:
            await asyncio.sleep(0.02)
        assert not room.is_rebuilding


@pytest.mark.parametrize(
    ("error", "told", "counted"),
    [
        (GoldenRefusedError("it answers <2> questions fewer."), "it answers <2> questions", []),
        (ZeroDivisionError("a secret"), "The reason is a fault of mine", ["rebuild"]),
    ],
)
async def test_a_rebuild_that_fails_says_so(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    held: HeldDesk,
    error: Exception,
    told: str,
    counted: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The reason, if it is one that is meant for people; else the log has it."""
    held.error = error
    held.go.set()
    metrics = Counted()
    with caplog.at_level(logging.WARNING):
        async with newsroom(server, answerer, state, held) as room:
            room._services = replace(room._services, metrics=metrics)
            await server.say("/rebuild")
            await until_shown(server, "⚠️ The index was not rebuilt, and is as it was")
            [shown] = now_shown(server)
            assert told in shown
            assert "secret" not in shown
            assert not room.is_rebuilding
    assert str(error) in caplog.text
    assert metrics.errors == counted


async def test_the_end_is_told_even_if_no_progress_could_be(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """What is shown on the way is worth no more than a try."""
    held.stages = [("Encoding articles", 9, n) for n in range(3)]
    async with newsroom(server, answerer, state, held):
        server.fail_next("editMessageText", 500, "Internal Server Error")
        await server.say("/rebuild")
        await server.wait_for(
            lambda: any(call.method == "editMessageText" for call in server.calls)
        )
        assert now_shown(server) == [BEGUN]
        held.go.set()
        await until_shown(server, DONE)


async def test_an_end_that_has_no_message_any_more_is_sent(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """Whoever has deleted the progress still wants to know."""
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild")
        await until_shown(server, SHOWN)
        server.delete_everything()
        held.go.set()
        _, told = await server.sent(2)
        assert told.shown == DONE


async def test_a_rebuild_ends_with_the_bot_and_says_so(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """Soon, and once: the next start has nothing to add."""
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild")
        await until_shown(server, SHOWN)
    [told] = now_shown(server)
    assert told.startswith(INTERRUPTED)
    calls = len(server.calls)
    async with newsroom(server, answerer, state, held) as room:
        await room._look_back()
        await asyncio.sleep(0.1)
    assert [call.method for call in server.calls[calls:] if "Message" in call.method] == []


async def test_what_the_process_did_not_survive_is_told_by_the_next(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk
) -> None:
    """In the message that showed the progress, in the language of the editor, and once."""
    async with newsroom(server, answerer, state, held) as room:
        await server.say("/rebuild", **speaking("tr"))
        await until_shown(server, "🔄 Dizin yeniden oluşturuluyor. Bu sırada sorular yanıtlanmaya")
        await until(lambda: server.shown(1)[0].get("edit_date") is not None)
        await kill(room)
        held.go.set()
    for _ in range(2):
        async with newsroom(server, answerer, state, held):
            await until_shown(server, "⚠️ Bot durdurulduğu için yeniden oluşturma yarıda kaldı.")
            assert len(now_shown(server)) == 1
    assert await state.read(open_rebuild) is None


@pytest.mark.parametrize("starts", [True, False])
async def test_a_progress_that_was_never_sent_gets_its_end_all_the_same(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, held: HeldDesk, starts: bool
) -> None:
    """As a message of its own; and a new rebuild, however early, is not taken for the old one."""
    await state.write(lambda connection: put_rebuild(connection, Rebuild(1, None, "en", 17.5)))
    async with newsroom(server, answerer, state, held, starts=starts):
        await server.say("/rebuild")
        await server.wait_for(lambda: len(now_shown(server)) == 2)
        assert any(text.startswith(INTERRUPTED) for text in now_shown(server))
        remembered = await state.read(open_rebuild)
        assert remembered is not None
        assert remembered.began != 17.5
        held.go.set()
        await server.wait_for(lambda: DONE in now_shown(server))


async def test_answers_have_the_processor_first(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, tmp_path: Path
) -> None:
    """The thread that rebuilds steps back, and no other does."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux lets a thread step back alone")
    seen: list[tuple[str, int]] = []

    class Looking(HeldDesk):
        def rebuild(self, progress: Progress) -> BuildReport:
            here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
            seen.append((threading.current_thread().name, here))
            return super().rebuild(progress)

    held = Looking(small_desk(tmp_path))
    held.go.set()
    usual = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    async with newsroom(server, answerer, state, held) as room:
        await server.say("/rebuild")
        await until_shown(server, DONE)
        worker = await room.have_done(
            lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        )
    [(name, nice)] = seen
    assert name.startswith("rebuild")
    assert nice > usual == worker


async def test_work_is_done_one_piece_at_a_time(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, tmp_path: Path
) -> None:
    """In the order in which it came, and in no thread of the answers."""
    desk: IndexDesk = small_desk(tmp_path)
    done: list[int] = []

    def work(n: int) -> str:
        before = len(done)
        threading.Event().wait(0.02)
        assert len(done) == before
        done.append(n)
        return threading.current_thread().name

    async with newsroom(server, answerer, state, desk) as room:
        assert isinstance(room, Newsroom)
        names = await asyncio.gather(*(room.have_done(partial(work, n)) for n in range(5)))
    assert done == list(range(5))
    assert set(names) == {"editing_0"}
