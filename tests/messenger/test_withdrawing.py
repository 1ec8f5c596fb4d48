"""An article is withdrawn once an editor has confirmed that it is meant, and can come back."""

import logging
import time
from dataclasses import replace

import pytest

import index.adding
from bot.messenger.editing.desk import IndexDesk
from bot.messenger.editing.newsroom import Newsroom
from bot.state.conversations import GivenAnswer, remember_answer
from bot.state.database import State
from index.articles import Article
from retrieval.answer import Answer
from tests.messenger.newsrooms import EDITOR, READER, HeldDesk, live, newsroom
from tests.messenger.support import CITATION, ScriptedAnswerer, until
from tests.support import index_writer
from tests.telegram_server import GROUP_ID, BotApiServer, Call
from tests.telegram_server.server import user

pytestmark = pytest.mark.anyio

ASKED = "Withdraw this article? It will no longer be quoted.\nMayor resigns\nold.txt"
WITHDRAWN = (
    "Withdrawn: it is no longer quoted.\nMayor resigns\nold.txt\n"
    "To bring it back, edit its file in its folder, and it is indexed anew."
)


def named(desk: IndexDesk, name: str) -> Article:
    """The article that a name stands for."""
    [article] = desk.find(name)
    return article


def buttons(call: Call) -> list[tuple[str, str]]:
    """The buttons below a message, with what they carry."""
    rows = call.result["reply_markup"]["inline_keyboard"]
    return [(button["text"], button["callback_data"]) for row in rows for button in row]


async def test_an_article_is_named_shown_and_withdrawn(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """Nothing happens before the button; then the question becomes what was done."""
    await server.say("/withdraw  old.txt ")
    [asked] = await server.sent(1)
    assert asked.shown == ASKED
    (_, withdraw), (_, keep) = buttons(asked)
    assert [text for text, _ in buttons(asked)] == ["Withdraw", "Keep"]
    assert max(len(data.encode()) for data in (withdraw, keep)) <= 64
    assert "old.txt" in live(desk)
    await server.press(asked.result, withdraw)
    await server.wait_for(lambda: server.shown(1)[0]["text"] == WITHDRAWN)
    assert "reply_markup" not in server.shown(1)[0]
    assert "old.txt" not in live(desk)
    assert len(server.made("sendMessage")) == 1


async def test_what_was_sent_comes_back_when_it_is_sent_again(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """As the reply says, word for word the same."""
    await server.send_file("ferry.txt", b"The ferry sailed.")
    await server.say("/withdraw ferry.txt")
    _, asked = await server.sent(2)
    await server.press(asked.result, buttons(asked)[0][1])
    await server.wait_for(
        lambda: (
            server.shown(1)[1]["text"] == "Withdrawn: it is no longer quoted.\nadded/ferry.txt\n"
            "To bring it back, send it to me again."
        )
    )
    await server.send_file("ferry.txt", b"The ferry sailed.")
    *_, told = await server.sent(3)
    assert told.shown == "✅ Indexed\nadded/ferry.txt"
    assert "added/ferry.txt" in live(desk)


async def test_keeping_changes_nothing(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """And says so."""
    await server.say("/withdraw old.txt")
    [asked] = await server.sent(1)
    await server.press(asked.result, buttons(asked)[1][1])
    await server.wait_for(lambda: server.shown(1)[0]["text"] == "Nothing was withdrawn.")
    assert "old.txt" in live(desk)


async def test_a_press_that_was_carried_out_before_a_crash_says_the_same(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """The article is withdrawn already; what is told is what is so."""
    await server.say("/withdraw old.txt")
    [asked] = await server.sent(1)
    desk.withdraw(named(desk, "old.txt").id)
    await server.press(asked.result, buttons(asked)[0][1])
    await server.wait_for(lambda: server.shown(1)[0]["text"] == WITHDRAWN)


async def test_what_was_edited_before_the_press_stays(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """The editor has not seen that version."""
    desk.add_file("ferry.txt", b"The ferry sailed.")
    await server.say("/withdraw added/ferry.txt")
    [asked] = await server.sent(1)
    desk.add_file("ferry.txt", b"The ferry sank.")
    await server.press(asked.result, buttons(asked)[0][1])
    await server.wait_for(
        lambda: server.shown(1)[0]["text"].startswith("A new version has replaced it")
    )
    assert live(desk)["added/ferry.txt"] == "The ferry sank."


async def test_several_articles_of_one_name_are_chosen_from(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """Each has a button with its number."""
    for n in (1, 2):
        head = f"---\nurl: https://news.example/live\ntitle: Part {n}\n---\nPart {n} of it."
        desk.add_file(f"{n}.txt", head.encode())
    await server.say("/withdraw https://news.example/live")
    [asked] = await server.sent(1)
    assert asked.shown == (
        "Which of these articles is to be withdrawn?\n"
        "1. Part 1 · news.example\nadded/1.txt\n2. Part 2 · news.example\nadded/2.txt"
    )
    assert [text for text, _ in buttons(asked)] == ["Withdraw 1", "Withdraw 2", "Keep"]
    await server.press(asked.result, buttons(asked)[1][1])
    await server.wait_for(lambda: server.shown(1)[0]["text"].startswith("Withdrawn"))
    assert "added/1.txt" in live(desk)
    assert "added/2.txt" not in live(desk)


async def answered(server: BotApiServer, state: State, answer: Answer) -> dict[str, object]:
    """A message of the bot that shows an answer."""
    message: dict[str, object] = {
        "message_id": 900,
        "date": 1,
        "chat": {"id": 1, "type": "private"},
        "from": {"id": 7, "is_bot": True, "first_name": "Dateline", "username": "dateline_bot"},
        "text": "An answer.",
    }

    def remember(connection: object) -> None:
        given = GivenAnswer(5, 1, None, 1, 800, answer.question, answer, time.time())
        remember_answer(connection, given)  # type: ignore[arg-type]
        connection.execute("INSERT INTO answer_messages VALUES (1, 900, 5)")  # type: ignore[attr-defined]

    await state.write(remember)
    return message


async def test_a_reply_to_an_answer_names_what_it_quotes_first(
    server: BotApiServer, room: Newsroom, state: State, desk: IndexDesk
) -> None:
    """Whatever else it quotes."""
    old, ship = named(desk, "old.txt"), named(desk, "ship.txt")
    cited = tuple(replace(CITATION, article_id=article.id) for article in (old, ship))
    answer = Answer("who resigned?", True, "The mayor", 0.9, cited, ())
    message = await answered(server, state, answer)
    await server.say("/withdraw", reply_to_message=message)
    [asked] = await server.sent(1)
    assert asked.shown == ASKED
    desk.withdraw(old.id)
    await server.say("/withdraw", reply_to_message=message)
    _, told = await server.sent(2)
    assert told.shown == "I do not quote this article any more."


async def test_what_names_no_article_is_told(
    server: BotApiServer, room: Newsroom, state: State
) -> None:
    """Each in one sentence that says what would."""
    silence = Answer("who flew?", False, None, 0.1, (), (), (CITATION,))
    message = await answered(server, state, silence)
    await server.say("/withdraw")
    await server.say("/withdraw <nothing> & nowhere")
    await server.say("/withdraw", reply_to_message=message)
    usage, unknown, silent = (call.shown for call in await server.sent(3))
    assert usage.startswith("Write /withdraw with the path, the address or the id of an article")
    assert unknown == "I quote no article named “<nothing> & nowhere”. /sources lists some."
    assert silent.startswith("The message you replied to quotes no article.")


async def test_nobody_else_presses_the_button(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, caplog: pytest.LogCaptureFixture
) -> None:
    """In a group all see it; it stays for the editor."""
    await server.say("/withdraw old.txt", GROUP_ID)
    [asked] = await server.sent(1)
    with caplog.at_level(logging.WARNING):
        await server.press(asked.result, buttons(asked)[0][1], by=READER)
        await server.wait_for(lambda: len(server.made("answerCallbackQuery")) == 1)
    await server.say("/withdraw")
    await server.sent(2)
    assert server.shown(GROUP_ID) == [asked.result]
    [toast] = server.made("answerCallbackQuery")
    assert toast.params["text"].startswith("Only the editors of this bot can do that.")
    assert f"User {READER} is no editor, and tried to press a button of /withdraw" in caplog.text
    assert "old.txt" in live(desk)


@pytest.mark.parametrize("data", ["withdraw:", "withdraw:zz", "withdraw:" + "0" * 17])
async def test_made_up_buttons_are_not_carried_out(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, data: str
) -> None:
    """Any client may send anything; others answer that."""
    message = {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
    await server.press(message, data)
    await server.wait_for(lambda: len(server.made("answerCallbackQuery")) == 1)
    assert len(live(desk)) == 2


@pytest.mark.parametrize("more", [{}, {"data": ""}, {"game_short_name": "chess"}])
async def test_a_press_without_data_is_for_others(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, more: dict[str, str]
) -> None:
    """It is no press of these buttons: an editor's changes no message, nobody's is declined."""
    await server.say("/withdraw old.txt")
    [asked] = await server.sent(1)
    for number, by in enumerate((EDITOR, READER)):
        query = {"id": f"q{number}", "from": user(by), "chat_instance": "1"}
        await server.push(callback_query=query | {"message": asked.result} | more)
    await server.wait_for(lambda: len(server.made("answerCallbackQuery")) == 2)
    told = {call.params["text"] for call in server.made("answerCallbackQuery")}
    assert told == {"I do not know this button any more. Please ask again."}
    assert server.shown(1) == [asked.result]


async def test_an_id_of_nothing_is_told(server: BotApiServer, room: Newsroom) -> None:
    """As of an index that was made anew elsewhere."""
    await server.say("/withdraw old.txt")
    [asked] = await server.sent(1)
    await server.press(asked.result, f"withdraw:{'0' * 16}")
    await server.wait_for(
        lambda: server.shown(1)[0]["text"] == "I do not quote this article any more."
    )


async def test_what_cannot_be_done_now_is_told_and_can_be_pressed_again(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    desk: IndexDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While somebody else changes the index, or it is being rebuilt."""
    monkeypatch.setattr(index.adding, "WAIT_S", 0.1)
    held = HeldDesk(desk)
    async with newsroom(server, answerer, state, held):
        await server.say("/withdraw old.txt")
        [asked] = await server.sent(1)
        with index_writer(desk.location).changing():
            await server.press(asked.result, buttons(asked)[0][1])
            _, busy = await server.sent(2)
        assert busy.shown.startswith("Something else is changing the index")
        await server.say("/rebuild")
        await until(held.begun.is_set)
        await server.press(asked.result, buttons(asked)[0][1])
        *_, waiting = await server.sent(4)
        assert waiting.shown.startswith("The index is being rebuilt. Please wait")
        held.go.set()
        await until(lambda: "rebuilt in" in server.shown(1)[2]["text"])
        await server.press(asked.result, buttons(asked)[0][1])
        await server.wait_for(lambda: server.shown(1)[0]["text"] == WITHDRAWN)
