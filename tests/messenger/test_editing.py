"""Editors bring articles and ask how things stand, over a small real index."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import bot.messenger.editing.editing as module
import index.adding
from bot.messenger import wiring
from bot.messenger.editing.desk import IndexDesk
from bot.messenger.editing.newsroom import Newsroom
from bot.state.database import State
from bot.state.figures import count_question
from tests.messenger.newsrooms import (
    EDITOR,
    READER,
    HeldDesk,
    forwarded,
    live,
    newsroom,
    speaking,
)
from tests.messenger.support import ScriptedAnswerer, bot_settings, rows, until
from tests.messenger.test_app import at_work
from tests.support import index_writer
from tests.telegram_server import BOT, GROUP_ID, BotApiServer
from tests.web.web_server import WebServer, response

pytestmark = pytest.mark.anyio

FERRY = "Ferry sails\n\nBy Ada Lind\n\n3 May 2024\n\nThe ferry sailed at noon."
FERRY_LINE = "Ferry sails · 2024-05-03\nadded/ferry.txt"
POST = "Bridge opened\n\nAda Lind opened the bridge on 3 May."
POST_PATH = "added/telegram/1001234-42.txt"


@pytest.fixture
def site() -> Iterator[WebServer]:
    """A site of two pages."""
    with WebServer() as running:
        for n in (1, 2):
            body = f"The ferry of pier {n} sailed at noon, said the harbour master on Monday. " * 3
            running.pages[f"/{n}"] = response(
                f"<html><head><title>Pier {n}</title></head><body><p>{body}</p></body></html>"
            )
        yield running


# ---- files


async def test_a_file_is_indexed_replaced_and_told(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """The reply names title, date and what it replaced; sent twice, it says what is so."""
    await server.send_file("ferry.txt", FERRY.encode())
    await server.sent(1)
    await server.send_file("ferry.txt", FERRY.replace("noon", "one").encode())
    await server.sent(2)
    await server.send_file("ferry.txt", FERRY.replace("noon", "one").encode())
    first, second, third = (call.shown for call in await server.sent(3))
    day = time.strftime("%Y-%m-%d", time.gmtime())
    assert first == f"✅ Indexed\n{FERRY_LINE}"
    assert second == (
        f"✅ New version indexed\n{FERRY_LINE}\nIt replaces “Ferry sails”, which came in on {day}."
    )
    assert third == f"✅ In the index in this very wording\n{FERRY_LINE}"
    assert live(desk)["added/ferry.txt"] == FERRY.replace("noon", "one")


async def test_a_file_that_came_in_before_a_crash_is_told_as_it_is(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """Handled anew, an update leads to the same index and to a reply that is true."""
    desk.add_file("ferry.txt", FERRY.encode())
    await server.send_file("ferry.txt", FERRY.encode())
    [told] = await server.sent(1)
    assert told.shown == f"✅ In the index in this very wording\n{FERRY_LINE}"


async def test_each_file_of_an_album_is_indexed(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """And each is told; a bad one stops no other."""
    for name, text in (("a.txt", "One ran."), ("b.txt", " "), ("c.md", "# Three\n\nThree ran.")):
        await server.send_file(name, text.encode(), media_group_id="7")
    told = [call.shown for call in await server.sent(3)]
    assert told == [
        "✅ Indexed\nadded/a.txt",
        "⚠️ Not indexed\nadded/b.txt: holds no text",
        "✅ Indexed\nThree\nadded/c.md",
    ]
    assert {"added/a.txt", "added/c.md"} < set(live(desk))


@pytest.mark.parametrize("name", ["clip.mp4", "table.xlsx", "noname", ""])
async def test_a_file_of_another_kind_is_declined_with_the_kinds(
    server: BotApiServer, room: Newsroom, name: str
) -> None:
    """One sentence says what can be read."""
    await server.send_file(name, b"\0\1")
    [told] = await server.sent(1)
    assert told.shown.startswith("I cannot index files of this kind. I read .txt .text .md ")
    assert ".pdf" in told.shown
    assert server.made("getFile") == []


async def test_a_file_that_is_too_large_is_not_fetched(
    server: BotApiServer, room: Newsroom
) -> None:
    """Neither if its size is told, nor if only Telegram knows it."""
    document = {"file_id": "x", "file_unique_id": "x", "file_name": "a.pdf"}
    await server.say(None, document={**document, "file_size": 20_000_001})
    await server.sent(1)
    assert server.made("getFile") == []
    server.fail_next("getFile", 400, "Bad Request: file is too big")
    await server.say(None, document=document)
    one, other = (call.shown for call in await server.sent(2))
    assert one == other
    assert one.startswith("This file is too large: Telegram lets a bot fetch 20 MB at most.")


async def test_a_file_is_asked_for_again_while_telegram_fails(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """A file that Telegram does not have any more is told at once."""
    server.fail_next("getFile", 502, "Bad Gateway")
    server.fail_next("getFile", 500, "Internal Server Error")
    await server.send_file("ferry.txt", FERRY.encode())
    [told] = await server.sent(1)
    assert told.shown.startswith("✅ Indexed")
    server.fail_next("getFile", 400, "Bad Request: wrong file_id or the file is unavailable")
    await server.send_file("ferry.txt", FERRY.encode())
    _, told = await server.sent(2)
    assert told.shown == "I could not fetch this file from Telegram. Please send it again."


async def test_telegram_is_not_asked_for_ever(
    server: BotApiServer, room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The editor hears that it did not work."""
    monkeypatch.setattr(module, "FETCH_FOR_S", 0.3)
    for _ in range(9):
        server.fail_next("getFile", 502, "Bad Gateway")
    await server.send_file("ferry.txt", FERRY.encode())
    [told] = await server.sent(1)
    assert told.shown == "I could not fetch this file from Telegram. Please send it again."


# ---- posts


async def test_a_forwarded_post_is_an_article_of_its_channel(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """With title, source, date and address; forwarded after an edit, it is a new version."""
    await server.say(POST, **forwarded())
    [told] = await server.sent(1)
    assert told.shown == (f"✅ Indexed\nBridge opened · Harbour News · 2024-05-03\n{POST_PATH}")
    assert told.result["entities"][1] == {
        "type": "text_link",
        "offset": 10,
        "length": 13,
        "url": "https://t.me/harbour/42",
    }
    assert live(desk)[POST_PATH] == POST
    await server.say(POST.replace("3 May", "4 May"), **forwarded())
    _, told = await server.sent(2)
    assert told.shown.startswith("✅ New version indexed\nBridge opened")
    assert live(desk)[POST_PATH] == POST.replace("3 May", "4 May")


async def test_a_post_may_be_the_words_below_a_picture(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """The other pictures of its album are passed over; one without words is told."""
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]
    await server.say(None, photo=photo, media_group_id="9", **forwarded(41))
    await server.say(None, photo=photo, media_group_id="9", caption=POST, **forwarded())
    await server.say(None, photo=photo, **forwarded(43, username=None))
    indexed, wordless = (call.shown for call in await server.sent(2))
    assert indexed.startswith("✅ Indexed\nBridge opened")
    assert wordless == "This post holds no text that I could index."
    assert live(desk)[POST_PATH] == POST


async def test_what_a_person_wrote_is_no_post(
    server: BotApiServer, room: Newsroom, answerer: ScriptedAnswerer
) -> None:
    """A forwarded message of somebody is a question, as it was."""
    origin = {"type": "hidden_user", "date": 1714730400, "sender_user_name": "Somebody"}
    await server.say("who flew?", forward_origin=origin)
    await server.sent(1)
    assert [question for question, _ in answerer.asked] == ["who flew?"]


# ---- links


async def test_links_are_fetched_and_told(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, site: WebServer
) -> None:
    """Each once, however often it is named; one that cannot be had is told with the reason."""
    one, other = f"{site.url}/1", f"{site.url}/2"
    await server.say(f"{one}\n{other} {one} {site.url}/9")
    [told] = await server.sent(1)
    assert told.shown == (
        f"⚠️ Not indexed\n{site.url}/9: is not there (404)\n\n"
        "✅ Indexed\nPier 1 · 127.0.0.1\n\n✅ Indexed\nPier 2 · 127.0.0.1"
    )
    assert {one, other} < set(live(desk))


async def test_more_links_than_a_few_are_left(
    server: BotApiServer, room: Newsroom, site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the editor hears of it."""
    monkeypatch.setattr(module, "MAX_LINKS", 1)
    await server.say(f"{site.url}/1 {site.url}/2")
    indexed, left = (call.shown for call in await server.sent(2))
    assert indexed == "✅ Indexed\nPier 1 · 127.0.0.1"
    assert left == "I take one link at a time. Please send the others again."


async def test_a_question_of_an_editor_is_a_question(
    server: BotApiServer, room: Newsroom, answerer: ScriptedAnswerer, desk: IndexDesk
) -> None:
    """Also if it holds a link, or what may look like one."""
    questions = ["who flew?", "is https://news.example/1 true?", "news.example/1", "https:// ?"]
    for question in questions:
        await server.say(question)
    await server.sent(4)
    assert [question for question, _ in answerer.asked] == questions
    assert len(live(desk)) == 2


async def test_an_edited_message_is_indexed_and_told_if_that_changed_anything(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, site: WebServer
) -> None:
    """Telegram tells of edits also where nobody has edited anything that is seen."""
    said = await server.say(f"{site.url}/1")
    await server.sent(1)
    await server.reword(said, f"{site.url}/1")
    await server.reword(said, f"{site.url}/2")
    _, told = await server.sent(2)
    assert told.shown == "✅ Indexed\nPier 2 · 127.0.0.1"
    assert site.asked.count("/1") == 2


# ---- groups


async def test_in_a_group_only_what_is_meant_for_the_bot_is_indexed(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """A mention below the file, a reply to the bot, a mention in reply to the file."""
    mention = [{"type": "mention", "offset": 0, "length": 13}]
    await server.send_file("a.txt", b"A ran.", GROUP_ID)
    await server.send_file(
        "b.txt", b"B ran.", GROUP_ID, caption="@dateline_bot", caption_entities=mention
    )
    bots = {"message_id": 5, "date": 1, "chat": {"id": GROUP_ID, "type": "supergroup"}, "from": BOT}
    await server.send_file("c.txt", b"C ran.", GROUP_ID, reply_to_message=bots)
    somebody = await server.send_file(
        "d.txt", b"D ran.", GROUP_ID, **{"from": {"id": READER, "is_bot": False, "first_name": "B"}}
    )
    await server.say("@dateline_bot", GROUP_ID, reply_to_message=somebody)
    told = [call.shown for call in await server.sent(3, GROUP_ID)]
    assert told == [f"✅ Indexed\nadded/{name}.txt" for name in "bcd"]
    assert "added/a.txt" not in live(desk)


async def test_the_reply_goes_to_the_topic(server: BotApiServer, room: Newsroom) -> None:
    """As every reply does."""
    bots = {"message_id": 5, "date": 1, "chat": {"id": GROUP_ID, "type": "supergroup"}, "from": BOT}
    topic = {"message_thread_id": 77, "is_topic_message": True}
    await server.send_file("c.txt", b"C ran.", GROUP_ID, reply_to_message=bots, **topic)
    [told] = await server.sent(1)
    assert told.params["message_thread_id"] == "77"


# ---- the index, and time


async def test_an_index_that_is_being_changed_is_told(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After waiting for it; what was sent can be sent again."""
    monkeypatch.setattr(index.adding, "WAIT_S", 0.1)
    with index_writer(desk.location).changing():
        await server.send_file("ferry.txt", FERRY.encode())
        [told] = await server.sent(1)
    assert told.shown.startswith("Something else is changing the index at the moment.")
    await server.send_file("ferry.txt", FERRY.encode())
    _, told = await server.sent(2)
    assert told.shown.startswith("✅ Indexed")


async def test_what_goes_wrong_is_told_in_one_sentence(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """In the words of the error."""
    assert isinstance(desk.location, Path)
    (desk.location / "current").write_text("generation-9999")
    await server.send_file("ferry.txt", FERRY.encode())
    await server.say("/status")
    one, other = (call.shown for call in await server.sent(2))
    assert one == other
    assert one.startswith("That did not work: ")
    assert "'generation-9999'" in one


async def test_slow_work_delays_no_other_chat(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    desk: IndexDesk,
    site: WebServer,
) -> None:
    """Neither questions, nor the loop; the editor's own later messages wait their turn."""
    came, go = threading.Event(), threading.Event()

    def wait(request: object, connection: object) -> None:
        came.set()
        go.wait(20)

    site.pages["/slow"] = wait
    async with newsroom(server, answerer, state, desk) as room:
        fetch = partial(desk.add_links, [f"{site.url}/slow"], room.stopping)
        task = asyncio.create_task(room.have_done(fetch))
        await until(came.is_set)
        await server.say("who flew?", READER)
        [told] = await server.sent(1, READER)
        assert "Re: who flew?" in told.shown
        await server.say("/status")
        [told] = await server.sent(1, EDITOR)
        assert told.shown.startswith("How things stand")
        go.set()
        await task


async def test_nothing_is_begun_that_would_have_to_wait_for_a_rebuild(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, desk: IndexDesk
) -> None:
    """The editor is asked to wait, instead of the chat."""
    held = HeldDesk(desk)
    async with newsroom(server, answerer, state, held):
        await server.say("/rebuild")
        await until(held.begun.is_set)
        await server.send_file("ferry.txt", FERRY.encode())
        _, told = await server.sent(2)
        assert told.shown.startswith("The index is being rebuilt. Please wait")
        held.go.set()


# ---- status


async def test_the_status_tells_of_index_questions_and_time(
    server: BotApiServer, room: Newsroom, state: State, desk: IndexDesk
) -> None:
    """In one message."""
    now = time.time()
    room.began = now - 7300
    for age_s, answered, took_ms in ((60, True, 400), (90, False, 800), (200_000, True, 6400)):
        count = partial(count_question, asked=now - age_s, answered=answered, took_ms=took_ms)
        await state.write(count)
    await server.say("/status")
    [told] = await server.sent(1)
    lines = told.shown.splitlines()
    assert lines[:3] == [
        "How things stand",
        "Articles: 2, passages: 2, stories: 2",
        "Newest article: –",
    ]
    assert lines[3].startswith("Index changed ")
    assert lines[4:] == [
        "Model: tests/hashed-words",
        "Last 24 hours: 2 questions, 50 % without an answer, 95 of 100 within 0.8 s",
        "Last 7 days: 3 questions, 33 % without an answer, 95 of 100 within 6.4 s",
        "Messages waiting: 0",
        "Running for 2 hours",
    ]


async def test_editors_are_told_in_their_language(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """Names, quotations and paths stay as they are."""
    await server.send_file("ferry.txt", FERRY.encode(), **speaking("ru"))
    await server.say("/status", **speaking("tr"))
    one, other = (call.shown for call in await server.sent(2))
    assert one == f"✅ Добавлено в индекс\n{FERRY_LINE}"
    assert other.startswith("Durum\nMakale: 3, ")


# ---- the whole bot


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch, desk: IndexDesk) -> HeldDesk:
    """The bot as it runs, but for the model of its index."""
    held = HeldDesk(desk)
    monkeypatch.setattr(wiring, "index_desk", lambda settings: held)
    return held


async def test_the_whole_bot_serves_editors_before_it_takes_anything_for_a_question(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    whole: HeldDesk,
    site: WebServer,
) -> None:
    """Files, links, posts, commands and buttons; what is left is asked."""
    settings = bot_settings(server.url, editors=str(EDITOR))
    async with at_work(settings, answerer, state):
        await server.send_file("ferry.txt", FERRY.encode())
        await server.say(f"{site.url}/1")
        await server.say(POST, **forwarded())
        await server.say("/status")
        await server.say("/withdraw ferry.txt")
        await server.say("who flew?")
        told = [call.shown.splitlines()[0] for call in await server.sent(6)]
        assert told == [
            *["✅ Indexed"] * 3,
            "How things stand",
            "Withdraw this article? It will no longer be quoted.",
            "Re: who flew?",
        ]
        asked = server.shown(1)[4]
        await server.press(asked, asked["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
        await server.wait_for(lambda: server.shown(1)[4]["text"].startswith("Withdrawn:"))
    assert [question for question, _ in answerer.asked] == ["who flew?"]


async def test_editors_may_bring_more_than_anybody_may_ask(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, whole: HeldDesk
) -> None:
    """Whoever forwards posts forwards many at once."""
    settings = bot_settings(
        server.url, editors=str(EDITOR), max_waiting_per_chat=1, max_waiting_per_user=1
    )
    for n in range(5):
        await server.say(f"Post {n} of the day.", **forwarded(n))
    async with at_work(settings, answerer, state):
        told = [call.shown.splitlines()[0] for call in await server.sent(5)]
    assert told == ["✅ Indexed"] * 5


async def test_a_bot_that_is_stopped_tells_of_its_rebuild_first(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, whole: HeldDesk
) -> None:
    """As the last thing it does."""
    async with at_work(bot_settings(server.url, editors=str(EDITOR)), answerer, state):
        await server.say("/rebuild")
        await until(whole.begun.is_set)
    [shown] = server.shown(1)
    assert shown["text"].startswith("⚠️ The rebuild was interrupted, because the bot was stopped.")
    assert await rows(state, "SELECT key FROM meta") == [("schema",)]
