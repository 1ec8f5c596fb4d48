"""Inline queries: cards with citations in time, hints otherwise, and only the newest counts."""

import asyncio
import json
import time

import pytest

from bot.messenger.display.language import phrases
from bot.messenger.handlers import register
from bot.messenger.reading import inline
from bot.state.database import State
from tests.messenger.support import ScriptedAnswerer, bot_settings, rows, serving
from tests.telegram_server import BotApiServer, Call
from tests.telegram_server.html_oracle import parse_html

pytestmark = pytest.mark.anyio

SAY = phrases("en")


async def answers(server: BotApiServer, count: int) -> list[Call]:
    """The first `count` answers to inline queries."""
    await server.wait_for(lambda: len(server.made("answerInlineQuery")) >= count)
    return server.made("answerInlineQuery")[:count]


def hint(call: Call) -> str | None:
    """What the button above the cards says."""
    button: dict[str, str] = json.loads(call.params.get("button", "{}"))
    return button.get("text")


async def test_a_question_is_answered_with_cards(chat: BotApiServer, state: State) -> None:
    """Each card says the question, the words and the source; nothing is kept of it."""
    query = await chat.ask_inline("Who opened it?")
    (call,) = await answers(chat, 1)
    (card,) = json.loads(call.params["results"])
    text, _ = parse_html(card["input_message_content"]["message_text"])
    assert text.startswith("Who opened it?")
    assert "Ada Lind <opened> the bridge" in text
    assert "Harbour Gazette" in text
    assert call.params["inline_query_id"] == query
    assert call.params["is_personal"] in ("True", "true")
    assert hint(call) is None
    assert await rows(state, "SELECT * FROM answers") == []
    assert await rows(state, "SELECT * FROM questions") == []


@pytest.mark.parametrize("query", ["", "  ", "who", "x" * 3])
async def test_what_is_hardly_a_question_gets_a_hint(
    chat: BotApiServer, answerer: ScriptedAnswerer, query: str
) -> None:
    """Too short to be answered: a button that leads to the private chat says what to do."""
    await chat.ask_inline(query)
    (call,) = await answers(chat, 1)
    assert call.params["results"] == "[]"
    assert hint(call) == SAY("inline-hint")
    assert answerer.asked == []


async def test_an_answer_that_takes_long_is_not_waited_for(
    chat: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hint in time; who asks the same again gets the answer that has come meanwhile."""
    monkeypatch.setattr(inline, "ANSWER_WITHIN_S", 0.2)
    began = time.monotonic()
    await chat.ask_inline("slow question")
    (call,) = await answers(chat, 1)
    assert time.monotonic() - began < 4  # the answer takes five seconds
    assert call.params["results"] == "[]"
    assert call.params["cache_time"] == "0"
    assert hint(call) == SAY("inline-slow")
    answerer.gate.set()
    await chat.ask_inline("slow question")
    _, again = await answers(chat, 2)
    assert "Re: slow question" in again.params["results"]
    assert [question for question, _ in answerer.asked] == ["slow question"]


async def test_a_user_keeps_one_thread_busy_at_most(
    chat: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed meanwhile is not even begun; other users are not held up."""
    monkeypatch.setattr(inline, "ANSWER_WITHIN_S", 0.4)
    for query in ("slow question", "slow question?", "another question"):
        await chat.ask_inline(query)
    await chat.ask_inline("their question", by=2)
    calls = await answers(chat, 4)
    assert [hint(call) for call in calls] == [SAY("inline-slow")] * 3 + [None]
    assert [question for question, _ in answerer.asked] == ["slow question", "their question"]
    answerer.gate.set()
    await asyncio.sleep(0.05)
    await chat.ask_inline("another question")
    assert "Re: another question" in (await answers(chat, 5))[-1].params["results"]


async def test_an_answer_is_not_kept_for_long(
    chat: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came too late is found anew when it is asked for after a minute."""
    monkeypatch.setattr(inline, "ANSWER_WITHIN_S", 0.1)
    monkeypatch.setattr(inline, "KEPT_S", 0)
    await chat.ask_inline("slow question")
    await answers(chat, 1)
    answerer.gate.set()
    await asyncio.sleep(0.1)
    await chat.ask_inline("slow question")
    await answers(chat, 2)
    assert len(answerer.asked) == 2


async def test_only_the_newest_query_of_a_user_is_answered(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """A query is dropped while a newer one of its user waits; nothing else counts."""
    waiting = [
        (1_000_001, 1, {"inline_query": {"id": "newer"}}),
        (1_000_002, 2, {"message": {"message_id": 5}}),
        (1, 3, {"inline_query": {"id": "older"}}),
    ]
    await state.write(
        lambda connection: connection.executemany(
            "INSERT INTO updates (update_id, raw, lane, user_id, received, status) "
            "VALUES (?, ?, 'user', ?, 0, 'new')",
            [(number, json.dumps(raw), who) for number, who, raw in waiting],
        )
    )
    async with serving(bot_settings(server.url), answerer, state, register):
        for who in (1, 2, 3):
            await server.ask_inline(f"question {who}", by=who)
        await answers(server, 2)
    assert [question for question, _ in answerer.asked] == ["question 2", "question 3"]


async def test_a_failure_ends_the_waiting(chat: BotApiServer) -> None:
    """The client is told, rather than left with a spinning wheel."""
    await chat.ask_inline("fail")
    (call,) = await answers(chat, 1)
    assert call.params["results"] == "[]"
    assert hint(call) == SAY("handlers-failed")
