"""Watched questions as their chats meet them: a real bot, state and Bot API server."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.display.buttons import Do, decode
from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.handlers import register
from bot.messenger.operating.logs import TokenScrubber
from bot.messenger.plan import Page
from bot.messenger.reading import noticing, rechecking
from bot.messenger.reading.ends import End, Kind
from bot.messenger.reading.rechecking import Rechecking
from bot.messenger.reading.watched import MAX_WATCHES, changed_page, list_page, watched
from bot.messenger.services import Services
from bot.state.database import State
from bot.state.people import forget_user, set_gone, set_range
from bot.state.watches import Watch, watches_of
from index.filters import Filters
from index.library import Library
from retrieval.answer import Answer, Citation, Turn, Understanding
from retrieval.answerer import Answerer
from retrieval.questions import checked_question
from tests.messenger.support import (
    CITATION,
    ScriptedAnswerer,
    bot_settings,
    rows,
    serving,
    turn,
    until,
)
from tests.retrieval_support import scripted_answerer
from tests.support import build, write_files
from tests.telegram_server import BOT, GROUP_ID, TOKEN, BotApiServer
from tests.telegram_server.html_oracle import parse_html, utf16_units

pytestmark = pytest.mark.anyio

ASKED = "Who opened it?"
SILENT = Answer(ASKED, False, None, 0.1, (), (), (CITATION,))


def answer(text: str, citation: Citation = CITATION) -> Answer:
    """A short answer, quoted from some article."""
    return Answer(ASKED, True, text, 0.9, (citation,), ())


@dataclass
class Changing(ScriptedAnswerer):
    """Answers as the test says by then; `index` makes the index a new one that says so."""

    says: dict[str, Answer] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    threads: set[str] = field(default_factory=set)

    def index(self, **says: Answer) -> None:
        """Change the index, and what it says of questions by their first words."""
        self.says |= says
        self.library.revision += 1

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """See `ScriptedAnswerer`."""
        self.threads.add(threading.current_thread().name)
        checked_question(question)
        told = super().answer(question, history, filters)
        first = question.split()[0].casefold()
        if first in self.broken:
            raise RuntimeError("the index cannot be read")
        return self.says.get(first, told)


@dataclass
class Real:
    """A real answerer over a real index, in the place of one that follows rules."""

    answerer: Answerer
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def library(self) -> Library:
        """The index."""
        return self.answerer.library

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """What the index says."""
        return self.answerer.answer(question, history, filters)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test cannot wait for a second each time."""
    monkeypatch.setattr(rechecking, "LOOK_EVERY_S", 0.02)


@pytest.fixture
def answerer() -> Iterator[Changing]:
    """An answerer whose gate opens at the end, lest a failed test wait for it."""
    changing = Changing(says={"who": answer("Ada Lind")})
    yield changing
    changing.gate.set()


@asynccontextmanager
async def watching_bot(
    server: BotApiServer, answerer: Changing, state: State, allowed: str = ""
) -> AsyncIterator[Services]:
    """A bot that answers, presses and watches."""
    settings = bot_settings(server.url, allowed=allowed)
    async with serving(settings, answerer, state, register) as services:
        following = Rechecking(services, [watched(services)])
        following.start()
        try:
            yield services
        finally:
            await following.stop()


@pytest.fixture
async def bot(
    server: BotApiServer, answerer: Changing, state: State
) -> AsyncIterator[BotApiServer]:
    """The server, with such a bot polling it."""
    async with watching_bot(server, answerer, state):
        yield server


async def kept(state: State, chat: int = 1) -> list[Watch]:
    """The watches of a chat."""
    return await state.read(lambda connection: watches_of(connection, chat))


async def seen(state: State, answerer: Changing) -> None:
    """Wait until the index as it is has been looked at for every watch."""
    sql = "SELECT count(*) FROM watches WHERE checked != ?"
    async with asyncio.timeout(8):
        while await rows(state, sql, answerer.library.version()) != [(0,)]:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)  # what would be told wrongly has time to be


def buttons(message: dict[str, Any]) -> list[str]:
    """What the buttons below a message carry."""
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in keyboard for button in row]


def ending(message: dict[str, Any]) -> list[str]:
    """The buttons below a message that end a watch."""
    presses = [(data, decode(data)) for data in buttons(message)]
    return [data for data, press in presses if press and press.do is Do.END_WATCH]


async def test_a_watched_question_is_answered_and_kept(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """/watch tells the present answer with its quotation, and that the chat will be told."""
    await bot.say(f"/watch {ASKED}")
    shown, confirmed = await bot.sent(2)
    assert shown.shown.startswith("Ada Lind\n")
    assert CITATION.quote in shown.shown
    assert "I tell you here when the answer" in confirmed.shown
    assert len(ending(bot.shown(1)[1])) == 1
    (watch,) = await kept(state)
    assert (watch.question, watch.answer.answer, watch.user_id) == (ASKED, "Ada Lind", 1)
    assert await rows(state, "SELECT answered FROM questions") == [(1,)]


async def test_what_is_logged_of_a_question_is_how_it_went(
    bot: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Which update, how long, answered or not; its words only where they are allowed."""
    caplog.set_level("INFO")
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    (record,) = [one for one in caplog.records if one.getMessage() == "Question answered"]
    line = TokenScrubber(TOKEN).format(record)
    assert re.fullmatch(r".* Question answered .* update=\d+ answered=True took_ms=\d+", line)
    allowed = TokenScrubber(TOKEN, texts=True).format(record)
    assert "question='Who opened it?' answer='Ada Lind'" in allowed


async def test_a_change_is_told_with_what_was_said_before(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """First what has changed, with the date of the old answer; then the new one with its quote."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    await state.write(
        lambda connection: connection.execute(
            "UPDATE watches SET answer = json_set(answer, '$.told', 1734739200.0)"
        )
    )
    answerer.index(who=answer("Bo Berg", replace(CITATION, title="Bridge opened again")))
    *_, changed, shown = await bot.sent(4)
    assert changed.shown == (
        f"🔔 The answer to a question watched here has changed:\n{ASKED}\n\n"
        "Before (2024-12-21):\nAda Lind\n\nNow:\nBo Berg"
    )
    assert shown.shown.startswith(f"Bo Berg\n{CITATION.quote}\nBridge opened again")
    assert "disable_notification" not in changed.params
    assert shown.params["disable_notification"] == "true"
    assert len(ending(bot.shown(1)[2])) == 1


async def test_a_change_is_told_once(bot: BotApiServer, answerer: Changing, state: State) -> None:
    """Once for each change, also if the index changes again and goes on saying the same."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(4)
    await seen(state, answerer)
    answerer.index()
    await seen(state, answerer)
    assert len(bot.made("sendMessage")) == 4
    answerer.index(who=answer("Ada Lind"))
    await bot.sent(6)
    assert "Before" in bot.made("sendMessage")[4].shown
    assert "Bo Berg\n\nNow:\nAda Lind" in bot.made("sendMessage")[4].shown


@pytest.mark.parametrize(
    "same",
    [
        answer("Lind"),
        answer("Ada Lind", replace(CITATION, article_id="another", title="Another")),
        replace(answer("ADA LIND."), confidence=0.5),
    ],
)
async def test_other_words_for_the_same_are_not_told(
    bot: BotApiServer, answerer: Changing, state: State, same: Answer
) -> None:
    """Another article, another confidence or other typography is nothing new to readers."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=same)
    await seen(state, answerer)
    assert len(bot.made("sendMessage")) == 2


async def test_silence_is_told_and_so_is_its_end(bot: BotApiServer, answerer: Changing) -> None:
    """When the article is withdrawn the answer goes, when another comes there is one again."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=SILENT)
    gone = (await bot.sent(4))[2]
    assert gone.shown.endswith("Ada Lind\n\nNow:\nThe articles do not tell.")
    answerer.index(who=answer("Bo Berg"))
    back = (await bot.sent(6))[4]
    assert "The articles do not tell.\n\nNow:\nBo Berg" in back.shown


async def test_a_change_is_told_where_and_as_it_was_asked(
    bot: BotApiServer, answerer: Changing
) -> None:
    """In the topic, in the language of whoever set the watch, and to no other chat."""
    boris = {"id": 5, "is_bot": False, "first_name": "Boris", "language_code": "ru-RU"}
    await bot.say(
        f"/watch {ASKED}",
        chat=GROUP_ID,
        message_thread_id=9,
        is_topic_message=True,
        **{"from": boris},
    )
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    calls = await bot.sent(4)
    assert {call.params["chat_id"] for call in calls} == {str(GROUP_ID)}
    assert {call.params["message_thread_id"] for call in calls} == {"9"}
    assert calls[2].shown.startswith("🔔 Изменился ответ на вопрос")


async def test_the_buttons_of_a_change_work(bot: BotApiServer, answerer: Changing) -> None:
    """The new answer has the buttons of any answer, and what has changed stays readable."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(4)
    changed, shown = bot.shown(1)[2:]
    await bot.press(shown, buttons(shown)[0])
    await bot.wait_for(lambda: bool(bot.made("editMessageText")))
    assert "Bridges." in bot.message(1, shown["message_id"])["text"]
    assert bot.message(1, changed["message_id"])["text"] == changed["text"]


async def test_a_change_is_no_part_of_the_conversation(
    bot: BotApiServer, answerer: Changing
) -> None:
    """What the bot says by itself does not become what the next question leans on."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(4)
    await bot.say("And why?")
    await bot.sent(5)
    assert answerer.asked[-1] == ("And why?", (turn(ASKED, "Ada Lind"),))


@pytest.mark.parametrize("which", [2, 3])
async def test_a_reply_to_a_change_leans_on_it(
    bot: BotApiServer, answerer: Changing, which: int
) -> None:
    """Whoever asks on below what has changed, or below the new answer, means that."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(4)
    await bot.say("And why?", reply_to_message=bot.shown(1)[which])
    await bot.sent(5)
    assert answerer.asked[-1] == ("And why?", (turn(ASKED, "Bo Berg"),))


async def test_nothing_of_a_change_is_left_when_its_user_is_forgotten(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """Not in a group either, where other people's messages stay."""
    await bot.say(f"/watch {ASKED}", chat=GROUP_ID)
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(4)
    async with asyncio.timeout(8):  # it is noted a moment later which messages show an answer
        while len(await rows(state, "SELECT * FROM answer_messages")) < 3:
            await asyncio.sleep(0.01)
    await state.write(lambda connection: forget_user(connection, 1))
    for table in ("watches", "answers", "answer_messages"):
        assert await rows(state, f"SELECT * FROM {table}") == []


async def test_a_reply_watches_the_question_of_an_answer(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """/watch below an answer watches its question, with what that leaned on and came from."""
    await bot.say("Is there a bridge?")
    await bot.sent(1)
    limits = Filters(since="2024-05-01")
    await state.write(lambda connection: set_range(connection, 1, limits))
    await bot.say(ASKED)
    await bot.sent(2)
    await state.write(lambda connection: set_range(connection, 1, Filters()))
    await bot.say("/watch", reply_to_message=bot.shown(1)[1])
    await bot.sent(4)
    (watch,) = await kept(state)
    assert watch.question == ASKED
    assert watch.filters == limits
    assert watch.after == turn("Is there a bridge?")
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(6)
    assert answerer.asked[-1] == (ASKED, (watch.after,))
    assert answerer.filters[-1] == limits


async def test_a_question_that_stands_alone_is_watched_alone(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """What was said before does not matter to a whole question, so it is not kept with it."""
    alone = Understanding("Who has opened the bridge of Norvik?")
    answerer.says["who"] = replace(answer("Ada Lind"), understanding=alone)
    await bot.say("Is there a bridge?")
    await bot.say("/watch Who has opened the bridge of Norvik?")
    await bot.sent(3)
    assert (await kept(state))[0].after is None


@pytest.mark.parametrize("text", ["/watch", f"/watch@{BOT['username']}"])
async def test_the_command_alone_is_explained(
    bot: BotApiServer, answerer: Changing, text: str
) -> None:
    """Without a question there is one sentence on how to watch one."""
    await bot.say(text)
    (told,) = await bot.sent(1)
    assert told.shown.startswith("Write /watch and a question")
    assert answerer.asked == []


async def test_a_question_that_is_too_long_is_explained(bot: BotApiServer, state: State) -> None:
    """It is told what to do, and nothing is watched."""
    await bot.say("/watch " + "who " * 900)
    (told,) = await bot.sent(1)
    assert "2,000" in told.shown
    assert await kept(state) == []


async def test_the_same_question_is_watched_once(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """Twice the same would tell everything twice; in another topic it is another watch."""
    for text in (f"/watch {ASKED}", f"/watch {ASKED.upper()}"):
        await bot.say(text, chat=GROUP_ID)
    told = (await bot.sent(3))[2]
    assert "watched here already" in told.shown
    assert len(ending(bot.shown(GROUP_ID)[2])) == 1
    await bot.say(f"/watch {ASKED}", chat=GROUP_ID, message_thread_id=9, is_topic_message=True)
    await bot.sent(5)
    assert [watch.thread_id for watch in await kept(state, GROUP_ID)] == [None, 9]


async def test_a_chat_can_watch_only_so_much(bot: BotApiServer, state: State) -> None:
    """One question too many is refused with what to do about it."""
    for n in range(MAX_WATCHES + 1):
        await bot.say(f"/watch Has number {n} come of age by now?")
    *_, told = await bot.sent(2 * MAX_WATCHES + 1)
    assert told.shown.startswith(f"{MAX_WATCHES} questions are watched here already")
    assert len(await kept(state)) == MAX_WATCHES


async def test_watches_are_listed_and_ended(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """The list names each question with its answer; a button ends one and renews the list."""
    await bot.say("/watches")
    assert (await bot.sent(1))[0].shown.startswith("No question is watched here.")
    await bot.say(f"/watch {ASKED}")
    await bot.say("/watch Has it been raised yet?")
    await bot.say("/watches")
    listed = (await bot.sent(6))[5]
    assert listed.shown.startswith("2 questions are watched here:\n\n1. Who opened it?\n")
    assert listed.shown.endswith(" · Re: Has it been raised yet?")
    message = bot.shown(1)[-1]

    def edited(times: int) -> bool:
        return len(bot.made("editMessageText")) == times

    for left, button in zip((1, 0), ending(message), strict=True):
        await bot.press(message, button)
        await bot.wait_for(partial(edited, 2 - left))
        assert len(ending(bot.message(1, message["message_id"]))) == left
    assert bot.message(1, message["message_id"])["text"].startswith("No question is watched")
    assert [call.params["text"] for call in bot.made("answerCallbackQuery")] == [
        "No longer watched."
    ] * 2
    assert await kept(state) == []
    answerer.index(who=answer("Bo Berg"))
    await asyncio.sleep(0.2)
    assert len(bot.made("sendMessage")) == 6


async def test_a_watch_can_be_ended_where_it_is_told(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """The button goes, the message stays; pressed again, it says that it has ended."""
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(4)
    message = bot.shown(1)[2]
    await bot.press(message, ending(message)[0])
    await bot.wait_for(lambda: bool(bot.made("editMessageReplyMarkup")))
    now = bot.message(1, message["message_id"])
    assert (now["text"], buttons(now)) == (message["text"], [])
    assert await kept(state) == []
    confirmed = bot.shown(1)[1]
    await bot.press(confirmed, ending(confirmed)[0])
    await bot.wait_for(lambda: len(bot.made("answerCallbackQuery")) == 2)
    assert bot.made("answerCallbackQuery")[1].params["text"].startswith("This question is no")


async def test_only_whoever_set_a_watch_ends_it(bot: BotApiServer, state: State) -> None:
    """In a group others are told so, and the watch stays."""
    await bot.say(f"/watch {ASKED}", chat=GROUP_ID)
    await bot.say("/watches", chat=GROUP_ID)
    await bot.sent(3)
    message = bot.shown(GROUP_ID)[2]
    await bot.press(message, ending(message)[0], by=2)
    await bot.wait_for(lambda: bool(bot.made("answerCallbackQuery")))
    told = bot.made("answerCallbackQuery")[0].params
    assert told["text"] == "Only whoever began to watch this question can stop it."
    assert told["show_alert"] == "true"
    assert len(await kept(state, GROUP_ID)) == 1
    await bot.press(message, ending(message)[0], by=1)
    await bot.wait_for(lambda: bool(bot.made("editMessageText")))
    assert await kept(state, GROUP_ID) == []


@pytest.mark.parametrize("status", ["left", "kicked", None])
async def test_a_watch_of_somebody_who_left_is_ended_by_anybody_there(
    bot: BotApiServer, state: State, status: str | None
) -> None:
    """Or nobody could; its button does nothing from another chat, nor while Telegram is mute."""
    await bot.say(f"/watch {ASKED}", chat=GROUP_ID)
    await bot.say("/help", chat=2)
    await bot.sent(3)
    message = bot.shown(GROUP_ID)[1]
    bot.members[1] = status
    await bot.press(bot.shown(2)[0], ending(message)[0], by=2)
    bot.fail_next("getChatMember", 403, "Forbidden: bot was kicked")
    await bot.press(message, ending(message)[0], by=2)
    await bot.wait_for(lambda: len(bot.made("answerCallbackQuery")) == 2)
    assert len(await kept(state, GROUP_ID)) == 1
    await bot.press(message, ending(message)[0], by=2)
    await bot.wait_for(lambda: bool(bot.made("editMessageReplyMarkup")))
    assert await kept(state, GROUP_ID) == []


async def test_what_is_watched_in_the_name_of_a_chat_is_ended_by_anybody_there(
    bot: BotApiServer, state: State
) -> None:
    """Nobody is the anonymous administrator who set it; elsewhere its button ends nothing."""
    place = {"id": GROUP_ID, "type": "supergroup", "title": "News readers"}
    name = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    await bot.say(f"/watch {ASKED}", chat=GROUP_ID, **{"from": name, "sender_chat": place})
    await bot.say("/help", chat=2)
    await bot.sent(3)
    message = bot.shown(GROUP_ID)[1]
    await bot.press(bot.shown(2)[0], ending(message)[0], by=2)
    await bot.wait_for(lambda: bool(bot.made("answerCallbackQuery")))
    assert len(await kept(state, GROUP_ID)) == 1
    await bot.press(message, ending(message)[0], by=2)
    await bot.wait_for(lambda: bool(bot.made("editMessageReplyMarkup")))
    assert await kept(state, GROUP_ID) == []


async def test_a_chat_that_has_blocked_the_bot_hears_nothing(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """It is not even asked for, until the chat takes the bot back."""
    await bot.say(f"/watch {ASKED}", chat=2)
    await bot.say(f"/watch {ASKED}")
    await bot.sent(4)
    await state.write(lambda connection: set_gone(connection, 2, "private", 1.0))
    answerer.index(who=answer("Bo Berg"))
    await bot.sent(2 + 2, chat=1)
    asked = len(answerer.asked)
    await asyncio.sleep(0.2)
    assert len(answerer.asked) == asked
    assert len(bot.made("sendMessage", chat=2)) == 2
    await state.write(lambda connection: set_gone(connection, 2, "private", None))
    await bot.sent(2 + 2, chat=2)


async def test_who_may_not_use_the_bot_any_more_hears_nothing(
    server: BotApiServer, answerer: Changing, state: State
) -> None:
    """A watch that was set before the allow-list waits until its chat is on it."""
    async with watching_bot(server, answerer, state):
        await server.say(f"/watch {ASKED}", chat=2)
        await server.say(f"/watch {ASKED}", chat=3)
        await server.sent(4)
    answerer.index(who=answer("Bo Berg"))
    async with watching_bot(server, answerer, state, allowed="3"):
        await server.sent(4, chat=3)
        await asyncio.sleep(0.1)
    assert len(server.made("sendMessage", chat=2)) == 2


async def test_what_changes_while_the_bot_is_down_is_told_after_its_start(
    server: BotApiServer, answerer: Changing, state: State
) -> None:
    """Nothing is missed, whenever the index changes."""
    async with watching_bot(server, answerer, state):
        await server.say(f"/watch {ASKED}")
        await server.sent(2)
    answerer.index(who=answer("Bo Berg"))
    async with watching_bot(server, answerer, state):
        await server.sent(4)
    async with watching_bot(server, answerer, state):
        await asyncio.sleep(0.2)
    assert len(server.made("sendMessage")) == 4


async def test_a_watch_that_ends_while_it_is_asked_tells_nothing(
    bot: BotApiServer, answerer: Changing, state: State
) -> None:
    """Whoever ends a watch hears nothing of it afterwards, though the answer was on its way."""
    answerer.gate.set()
    await bot.say("/watch slow ferries?")
    await bot.sent(2)
    answerer.gate.clear()
    asked = len(answerer.asked)
    answerer.index(slow=answer("Bo Berg"))
    await until(lambda: len(answerer.asked) > asked)
    await state.write(lambda connection: connection.execute("DELETE FROM watches"))
    answerer.gate.set()
    await asyncio.sleep(0.2)
    assert len(bot.made("sendMessage")) == 2


async def test_a_question_that_fails_holds_up_no_other(
    bot: BotApiServer,
    answerer: Changing,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged, left alone for a while, and then asked again."""
    await bot.say(f"/watch {ASKED}")
    await bot.say("/watch Has it sunk?")
    await bot.sent(4)
    monkeypatch.setattr(rechecking, "AGAIN_AFTER_S", 0.6)
    answerer.broken.add("who")
    asked = len(answerer.asked)
    answerer.index(who=answer("Bo Berg"), has=answer("no"))
    changed = (await bot.sent(6))[4]
    assert "Has it sunk?" in changed.shown
    await asyncio.sleep(0.2)
    again = sorted(question for question, _ in answerer.asked[asked:])
    assert again == ["Has it sunk?", ASKED]
    assert "could not be asked again" in caplog.text
    assert ASKED not in caplog.text
    answerer.broken.clear()
    await bot.sent(8)


async def test_readers_come_first(
    bot: BotApiServer, answerer: Changing, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While readers wait for an answer, watched questions wait, but not for ever."""
    monkeypatch.setattr(rechecking, "PATIENCE_S", 0.6)
    await bot.say(f"/watch {ASKED}")
    await bot.sent(2)
    await state.write(
        lambda connection: connection.execute(
            "INSERT INTO updates (update_id, lane, received, status) VALUES (1, '', 1, 'new')"
        )
    )
    answerer.index(who=answer("Bo Berg"))
    await asyncio.sleep(0.3)
    assert len(answerer.asked) == 1
    await bot.sent(4)
    assert all(name.startswith("ThreadPoolExecutor") for name in answerer.threads)


async def test_a_notice_that_is_slow_to_send_holds_up_no_other_chat(
    server: BotApiServer, answerer: Changing, state: State
) -> None:
    """A chat that takes its time is told later; the others are told now, each once."""
    async with watching_bot(server, answerer, state) as services:
        for chat in (1, 2):
            await server.say(f"/watch {ASKED}", chat=chat)
        await server.sent(4)
        release, notify = asyncio.Event(), services.delivery.notify

        async def slow(chat_id: int, plan: Any) -> Any:  # noqa: ANN401 - as `notify`
            if chat_id == 1:
                await release.wait()
            return await notify(chat_id, plan)

        object.__setattr__(services.delivery, "notify", slow)
        answerer.index(who=answer("Bo Berg"))
        await server.sent(4, chat=2)
        await asyncio.sleep(0.1)
        assert len(server.made("sendMessage", chat=1)) == 2
        release.set()
        await server.sent(4, chat=1)
        await asyncio.sleep(0.1)
    assert len(server.made("sendMessage")) == 8


async def test_a_real_index_that_changes_is_noticed(
    server: BotApiServer, state: State, tmp_path: Path
) -> None:
    """A corrected article, indexed beside the running bot, tells those who watch; a comma none."""
    files = {"hmeimim.txt": "21 December 2024\n\nSome 4,000 fighters were evacuated."}
    margins = {"4,000 fighters": 3.0, "4000 fighters": 3.0, "900 fighters": 3.0}
    real: Any = Real(scripted_answerer(tmp_path, files, margins))
    articles, index = tmp_path / "articles", tmp_path / "index"
    async with watching_bot(server, real, state):
        await server.say("/watch how many fighters were evacuated?")
        shown, _ = await server.sent(2)
        assert shown.shown.startswith("4,000 fighters\nSome 4,000 fighters were evacuated.")
        for text in ("Some 4000 fighters were evacuated.", "Only 900 fighters were evacuated."):
            write_files(articles, {"hmeimim.txt": f"21 December 2024\n\n{text}"})
            await asyncio.to_thread(build, articles, index)
            await seen(state, real)
        changed, shown = server.made("sendMessage")[2:]
        assert "):\n4,000 fighters\n\nNow:\n900 fighters\n\n✏️ An article" in changed.shown
        assert "Only 900 fighters were evacuated." in shown.shown


texts = st.text() | st.text(min_size=300)


@given(texts, texts, st.booleans(), st.sampled_from(LANGUAGES))
def test_any_text_makes_messages(question: str, told: str, answered: bool, language: str) -> None:
    """Lists and changes are one message each that Telegram takes, whatever is in them."""
    said = answer(told) if answered else SILENT
    watch = Watch(
        2**53 - 1, 1, None, 1, language, question * 9, None, Filters(), said, 1e9, 1e9, "a 1"
    )
    say = phrases(language)
    _assert_valid(list_page([watch] * MAX_WATCHES, say))
    long = replace(CITATION, title="t" * 200, source="s" * 200)
    ends = [
        End(replace(long, article_id=f"{kind} {n}"), kind, False, ())
        for kind in Kind
        for n in range(9)
    ]
    _assert_valid(changed_page(watch, ends, said, say))


def _assert_valid(page: Page) -> None:
    text, entities = parse_html(page.html)
    assert 0 < utf16_units(text) <= 4096
    assert len(entities) <= 100
    assert all(len((one.data or "").encode()) <= 64 for row in page.keyboard for one in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    """Nothing that is said of watches falls back to English, and no argument is missing."""
    folder = Path(noticing.__file__).parents[1] / "display" / "locale"
    keys = _keys(folder / "en" / "noticing.ftl")
    assert _keys(folder / language / "noticing.ftl") == keys
    for key in keys:
        for count in (0, 1, 2, 3, 11, 100):
            told = phrases(language)(key, count=count, date="2024-12-21")
            assert "{" not in told


def _keys(file: Path) -> set[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return {line.split(" = ")[0] for line in lines if line.startswith("noticing-")}


def test_what_buttons_say_fits_a_toast() -> None:
    """Telegram shows at most 200 characters when a button is pressed."""
    for language in LANGUAGES:
        for key in ("noticing-ended", "noticing-ended-before", "noticing-not-yours"):
            assert len(phrases(language)(key)) <= 200
