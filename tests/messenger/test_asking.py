"""Questions and what becomes of them, in private chats, groups and topics."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import bot.messenger.chats
from bot.messenger.display.language import phrases
from bot.messenger.handlers import register
from bot.messenger.reading.asking import explained
from bot.messenger.services import Uncounted
from bot.state.database import FileState, State
from index.errors import QuestionError
from retrieval.answer import Answer, Turn, Understanding
from tests.messenger.support import QUOTE, ScriptedAnswerer, bot_settings, rows, serving, turn
from tests.telegram_server import BOT, GROUP_ID, BotApiServer
from tests.telegram_server.server import Json, user

pytestmark = pytest.mark.anyio

SAY = phrases("en")
SOURCE = "Bridge opened · Harbour Gazette · 2024-05-04"
PICTURE = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]
NAME = str(BOT["username"])


def first_lines(server: BotApiServer, place: int = 1) -> list[str]:
    """How the messages of the bot in a chat begin."""
    return [message["text"].splitlines()[0] for message in server.shown(place)]


async def test_a_question_is_answered_with_its_quotation(chat: BotApiServer) -> None:
    """Any text in a private chat is a question; the reply quotes it and shows no preview."""
    question = await chat.say("Who opened it?")
    (reply,) = await chat.sent(1)
    stored = SAY("asking-stored")
    assert reply.shown == f"Re: Who opened it?\n{QUOTE}\n{SOURCE}\n\n{stored}"
    quoting = json.loads(reply.params["reply_parameters"])
    assert quoting["message_id"] == question["message_id"]
    assert reply.params["chat_id"] == "1"


async def test_an_abstention_says_so(chat: BotApiServer) -> None:
    """What the articles do not tell is said in so many words."""
    await chat.say("nobody knows")
    (reply,) = await chat.sent(1)
    assert reply.shown.startswith("The articles do not tell.")


async def test_a_chat_is_told_once_what_is_stored(chat: BotApiServer) -> None:
    """The first answer in a chat says what is kept and how to have it deleted; no later one."""
    for text in ("one", "two"):
        await chat.say(text)
    await chat.say("one", chat=2)
    replies = await chat.sent(3)
    assert ["/forget" in reply.shown for reply in replies] == [True, False, True]


async def test_a_deleted_question_is_still_answered(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A question that is gone when its answer is ready does not lose the answer."""
    await chat.say("slow question")
    await chat.wait_for(lambda: bool(chat.made("sendChatAction")))
    chat.delete_everything()
    answerer.gate.set()
    (reply,) = await chat.sent(1)
    assert reply.shown.startswith("Re: slow question")


async def test_typing_is_shown_while_the_bot_works(
    chat: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chat sees "typing" again and again, never after the reply, nor for a quick answer."""
    monkeypatch.setattr(bot.messenger.chats, "TYPING_AFTER_S", 5)  # "quick" on any machine
    await chat.say("quick question")
    await chat.sent(1)
    assert not chat.made("sendChatAction")
    monkeypatch.setattr(bot.messenger.chats, "TYPING_AFTER_S", 0.05)
    monkeypatch.setattr(bot.messenger.chats, "TYPING_EVERY_S", 0.05)
    await chat.say("slow question")
    await chat.wait_for(lambda: len(chat.made("sendChatAction")) >= 3)
    answerer.gate.set()
    await chat.sent(2)
    await asyncio.sleep(0.2)
    assert chat.calls[-1].method == "sendMessage"
    assert {call.params["action"] for call in chat.made("sendChatAction")} == {"typing"}


async def test_typing_that_fails_costs_no_answer(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """A sign of life that Telegram refuses is not missed."""
    chat.fail_next("sendChatAction", 429, "Too Many Requests", {"retry_after": 9})
    await chat.say("slow question")
    await chat.wait_for(lambda: any(call.method == "sendChatAction" for call in chat.calls))
    answerer.gate.set()
    await chat.sent(1)


async def test_history_holds_the_last_six_turns_until_reset(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Each question comes with up to six turns of its own chat; /reset forgets them."""
    texts = ["nobody knows", *(f"question {n}" for n in range(7)), "/reset", "afresh"]
    for text in texts:
        await chat.say(text)
    await chat.sent(len(texts))
    histories = dict(answerer.asked)
    assert histories["question 0"] == (Turn("nobody knows", None),)
    assert histories["question 6"] == tuple(turn(f"question {n}") for n in range(6))
    assert histories["afresh"] == ()


async def test_a_conversation_survives_a_restart(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Who asks on after a restart is understood."""
    for text in ("before", "after"):
        async with serving(bot_settings(server.url), answerer, state, register):
            await server.say(text)
            await server.wait_for(lambda: len(answerer.asked) == len(server.made("sendMessage")))
            await server.sent(1 if text == "before" else 2)
    assert answerer.asked[1] == ("after", (turn("before"),))


async def test_a_restart_forgets_nothing_but_what_was_reset(
    server: BotApiServer, tmp_path: Path
) -> None:
    """Whole turns come back from the file: as they were searched, with what was quoted."""
    answerer, understood = ScriptedAnswerer(), Understanding("Who else opened the bridge?")
    told = replace(answerer.answer("who else?"), understanding=understood)
    said: list[tuple[Turn, ...]] = []

    def answer(question: str, history: Sequence[Turn] = (), filters: object = None) -> Answer:
        said.append(tuple(history))
        return told

    answerer.answer = answer  # type: ignore[method-assign]
    for n, text in enumerate(("who else?", "and then?", "/reset", "and then?"), start=1):
        state = FileState.open_file(tmp_path / "bot.sqlite3")
        async with serving(bot_settings(server.url), answerer, state, register):
            await server.say(text)
            await server.sent(n)
        state.close()
    assert said[1] == (Turn("who else?", told.answer, understood.standalone, (QUOTE,)),)
    assert said == [(), said[1], ()]


async def test_chats_and_topics_do_not_share_history(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Nobody's questions come up in another chat, nor in another topic; /reset is for one."""
    await chat.say("mine", chat=1)
    await chat.say("yours", chat=2)
    for topic in (8, 9):
        more = {"message_thread_id": topic, "is_topic_message": True}
        await chat.say(f"/ask topic {topic}", chat=GROUP_ID, **more)
    await chat.say("/reset", chat=GROUP_ID, message_thread_id=8, is_topic_message=True)
    for topic in (8, 9):
        more = {"message_thread_id": topic, "is_topic_message": True}
        await chat.say(f"/ask again {topic}", chat=GROUP_ID, **more)
    await chat.sent(7)
    histories = dict(answerer.asked)
    assert histories["yours"] == histories["topic 9"] == histories["again 8"] == ()
    assert histories["again 9"] == (turn("topic 9"),)


async def test_a_reply_to_an_answer_leans_on_that_answer_alone(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Whoever replies to an older answer asks on from there, even after a /reset."""
    for text in ("first", "second", "/reset"):
        await chat.say(text)
    await chat.sent(3)
    older, *_ = chat.shown(1)
    await chat.say("and then?", reply_to_message=older)
    await chat.sent(4)
    assert answerer.asked[-1] == ("and then?", (turn("first"),))


async def test_answers_keep_to_the_dates_that_were_set(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """/since and /until hold for every question of the chat, and each answer says so."""
    for text in ("/since 2024-12-01", "Who?", "/until 2024-12-31", "What?"):
        await chat.say(text)
    _, since, _, both = await chat.sent(4)
    known = [(filters.since, filters.until) for filters in answerer.filters if filters]
    assert known == [("2024-12-01", None), ("2024-12-01", "2024-12-31")]
    assert "published on 2024-12-01 or later" in since.shown
    assert "from 2024-12-01 to 2024-12-31" in both.shown


async def test_a_refused_question_is_explained(
    chat: BotApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be asked is explained in the words of the user, and is no failure to log."""
    await chat.say(f"@{NAME}", chat=GROUP_ID)
    russian: Json = {"from": {**user(2), "language_code": "ru"}}
    await chat.say("/ask", chat=2, **russian)
    replies = [call.shown for call in await chat.sent(2)]
    assert replies == [SAY("asking-empty"), phrases("ru")("asking-empty")]
    assert "failed" not in caplog.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", SAY("asking-empty")),
        ("\x1b[0m", SAY("asking-empty")),
        ("word " * 500, "2,500 characters; please ask in 2,000 or fewer"),
        ("who?", "the index is closed"),
    ],
)
def test_each_refusal_has_its_words(question: str, told: str) -> None:
    """What is empty and what is too long, in the words of the bot; anything else as it is told."""
    assert told in explained(QuestionError("the index is closed"), question, SAY)


async def test_a_group_is_answered_only_when_it_asks(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """In a group: mentions, replies to the bot and commands, but nothing else."""
    place = {"id": GROUP_ID, "type": "supergroup"}
    from_bot = {"message_id": 5, "date": 1, "chat": place, "from": BOT, "text": "Hello"}
    mention = [{"type": "mention", "offset": 0, "length": len(NAME) + 1}]
    other_bot = {"id": 8, "is_bot": True, "first_name": "Other", "username": "other_bot"}
    said: list[tuple[str | None, Json]] = [
        ("people talking", {}),
        ("ask @someone_else_bot", {}),
        ("/weather", {}),
        ("/help@another_bot", {}),
        (None, {"new_chat_title": "News"}),
        (None, {"photo": PICTURE, "caption": "look"}),
        (f"@{NAME} said a bot", {"from": other_bot}),
        (f"@{NAME} was chosen inline", {"via_bot": BOT}),
        ("@DateLine_Bot, who opened it?", {}),
        ("and then?", {"reply_to_message": from_bot}),
        ("/ask who else?", {}),
        (f"/ask@{NAME} when?", {}),
        (None, {"photo": PICTURE, "caption": f"@{NAME} where?", "caption_entities": mention}),
        (f"/reset@{NAME}", {}),
    ]
    for text, more in said:
        await chat.say(text, chat=GROUP_ID, **more)
    await chat.sent(6)
    asked = ["who opened it?", "and then?", "who else?", "when?", "where?"]
    assert first_lines(chat, GROUP_ID) == [
        *(f"Re: {text}" for text in asked),
        SAY("commands-reset"),
    ]
    assert [question for question, _ in answerer.asked] == asked


async def test_what_somebody_said_can_be_asked(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """/ask or a mention alone, as a reply, asks what was said there, or the part quoted of it."""
    said = await chat.say("Who opened it? And who paid?", chat=GROUP_ID)
    quote = {"text": "And who paid?", "position": 15}
    await chat.say("/ask", chat=GROUP_ID, reply_to_message=said)
    await chat.say(f"@{NAME}", chat=GROUP_ID, reply_to_message=said, quote=quote)
    await chat.say("/ask something else", chat=GROUP_ID, reply_to_message=said)
    await chat.sent(3)
    assert [question for question, _ in answerer.asked] == [
        "Who opened it? And who paid?",
        "And who paid?",
        "something else",
    ]


async def test_a_forum_topic_is_answered_in_the_topic(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Typing and reply go to the topic; a thread of replies is not mistaken for one."""
    text = f"@{NAME} slow?"
    await chat.say(text, chat=GROUP_ID, message_thread_id=9, is_topic_message=True)
    await chat.wait_for(lambda: bool(chat.made("sendChatAction")))
    answerer.gate.set()
    await chat.say(f"@{NAME} who?", chat=GROUP_ID, message_thread_id=5)
    await chat.sent(2)
    calls = chat.made("sendChatAction")[:1] + chat.made("sendMessage")
    assert [call.params.get("message_thread_id") for call in calls] == ["9", "9", None]


async def test_an_edited_question_has_its_answer_edited(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """The answer changes where it stands: more pages are sent, surplus ones deleted."""
    await chat.say("zero")
    question = await chat.say("one")
    await chat.sent(2)
    await chat.say("later")
    await chat.sent(3)
    asked = await chat.reword(question, "two " * 1500)
    await chat.sent(4)
    texts = [message["text"] for message in chat.shown(1)]
    assert texts[1].startswith("Re: two two")
    assert [text[:7] for text in texts][2:] == ["Re: lat", "two two"]
    assert "reply_markup" not in chat.shown(1)[1]
    assert "reply_markup" in chat.shown(1)[3]
    await chat.reword(asked, "three")
    await chat.wait_for(lambda: bool(chat.made("deleteMessage")))
    assert first_lines(chat) == ["Re: zero", "Re: three", "Re: later"]
    assert answerer.asked[-1] == ("three", (turn("zero"),))


async def test_an_edited_question_keeps_its_place_in_the_conversation(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """Who asks on leans on what the question has become, in the order in which it was asked."""
    question = await chat.say("first")
    await chat.say("second")
    await chat.sent(2)
    await chat.reword(question, "better")
    await chat.wait_for(lambda: bool(chat.made("editMessageText")))
    await chat.say("and then?")
    await chat.sent(3)
    assert answerer.asked[-1][1] == (turn("better"), turn("second"))


async def test_a_question_that_had_no_answer_is_answered_when_edited(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """An edit may be the first that asks: a mention that was forgotten, an /ask without words."""
    unaddressed = await chat.say("who opened it?", chat=GROUP_ID)
    await chat.reword(unaddressed, f"@{NAME} who opened it?")
    await chat.sent(1)
    empty = await chat.say("/ask", chat=GROUP_ID)
    await chat.sent(2)
    reworded = await chat.reword(empty, "/ask who paid?")
    await chat.sent(3)
    await chat.reword(reworded, "/ask who paid for it?")
    await chat.wait_for(lambda: bool(chat.made("editMessageText")))
    assert [question for question, _ in answerer.asked] == [
        "who opened it?",
        "",
        "who paid?",
        "who paid for it?",
    ]
    assert len(chat.shown(GROUP_ID)) == 3


async def test_edits_that_ask_nothing_new_are_passed_over(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """The same words, a command, an edit after two days: nothing happens."""
    question = await chat.say("one")
    command = await chat.say("/help")
    old = await chat.say("two", date=int(time.time()) - 49 * 3600)
    await chat.sent(3)
    await chat.reword(question, f"@{NAME} one")
    await chat.reword(command, "/sources")
    await chat.reword(old, "three")
    await chat.say("four")
    await chat.sent(4)
    assert [text for text, _ in answerer.asked] == ["one", "two", "four"]
    assert not chat.made("editMessageText")


async def test_an_edit_that_cannot_be_asked_leaves_the_answer(chat: BotApiServer) -> None:
    """The answer stays as it is, and a reply explains what is wrong with the edit."""
    question = await chat.say("/ask one")
    await chat.sent(1)
    await chat.reword(question, "/ask")
    _, reply = await chat.sent(2)
    assert reply.shown == SAY("asking-empty")
    assert first_lines(chat)[0] == "Re: one"


async def test_a_caption_is_the_question_of_its_picture(
    chat: BotApiServer, answerer: ScriptedAnswerer
) -> None:
    """In a private chat a caption asks; the other pictures of its album are passed over."""
    await chat.say(None, photo=PICTURE, caption="Who is this?", media_group_id="album")
    await chat.say(None, photo=PICTURE, media_group_id="album")
    await chat.say("done?")
    await chat.sent(2)
    assert [question for question, _ in answerer.asked] == ["Who is this?", "done?"]


async def test_what_is_not_text_is_declined_once(chat: BotApiServer) -> None:
    """A picture gets one sentence, and so does a whole album; a recording one of its own."""
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 1}
    await chat.say(None, photo=PICTURE)
    for _ in range(3):
        await chat.say(None, photo=PICTURE, media_group_id="album")
    await chat.say(None, voice=voice)
    await chat.say(None, pinned_message=await chat.say("done?"))
    await chat.say("and now?")
    replies = [call.shown for call in await chat.sent(5)]
    assert replies[:3] == [SAY("asking-wordless")] * 2 + [SAY("asking-spoken")]
    assert [text.splitlines()[0] for text in replies[3:]] == ["Re: done?", "Re: and now?"]


async def test_a_long_answer_is_sent_in_order(chat: BotApiServer) -> None:
    """All parts of a long reply arrive, in order; the first quotes the question, none else."""
    question = "word " * 900
    await chat.say(question)
    first, second = await chat.sent(2)
    assert "reply_parameters" in first.params
    assert "reply_parameters" not in second.params
    assert (first.shown + " " + second.shown).startswith(f"Re: {question.strip()}")


async def test_half_a_character_is_no_reason_to_fail(chat: BotApiServer) -> None:
    """A question that no file could hold is answered, stored and shown with a question mark."""
    await chat.say("who \ud83d is it?")
    (reply,) = await chat.sent(1)
    assert reply.shown.startswith("Re: who ? is it?")


async def test_questions_are_counted_without_names(chat: BotApiServer, state: State) -> None:
    """Each question counts as answered or not; what cannot be asked does not count."""
    for text in ("one", "nobody knows", "/ask"):
        await chat.say(text)
    await chat.sent(3)
    counted = await rows(state, "SELECT answered FROM questions ORDER BY rowid")
    assert counted == [(1,), (0,)]


async def test_metrics_hear_of_each_question(
    chat: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The metrics are told whether there was an answer, and how long it took."""
    heard: list[tuple[bool, bool]] = []

    def question(self: Uncounted, *, answered: bool, took_s: float) -> None:
        heard.append((answered, 0 <= took_s < 8))

    monkeypatch.setattr(Uncounted, "question", question)
    for text in ("one", "nobody knows", "/ask"):
        await chat.say(text)
    await chat.sent(3)
    assert heard == [(True, True), (False, True)]
