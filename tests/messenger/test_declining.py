"""What counts as a question, and what is said about one too many."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from bot.messenger.display.language import LANGUAGES
from bot.messenger.plan import Json
from bot.messenger.reading.declining import is_question, turned_away
from tests.messenger.delivering import Desk, at_desk
from tests.telegram_server import GROUP_ID, BotApiServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(server: BotApiServer, tmp_path: Path) -> AsyncIterator[Desk]:
    """The bot on the server."""
    async with at_desk(server, tmp_path) as ready:
        yield ready


def update(**content: Any) -> Update:  # noqa: ANN401 - any update
    """An update that brings something."""
    made = Update.de_json({"update_id": 1, **content}, None)
    assert made is not None
    return made


async def test_who_has_asked_too_much_is_told_so(desk: Desk) -> None:
    """In reply to the question, with how many wait."""
    message = await desk.server.say("What else?")
    (result,) = await desk.deliver(*turned_away(update(message=message), 50).calls)
    assert result.status == "sent"
    assert desk.shown() == [
        "50 questions are waiting already. Please ask again when some of them have been answered."
    ]
    replied: Json = json.loads(desk.server.calls[-1].params["reply_parameters"])
    assert replied["message_id"] == message["message_id"]


async def test_in_a_forum_it_is_told_in_the_topic(desk: Desk) -> None:
    """Where the question was asked."""
    topic = {"message_thread_id": 9, "is_topic_message": True}
    message = await desk.server.say("What else?", GROUP_ID, **topic)
    await desk.deliver(*turned_away(update(message=message), 50).calls)
    assert desk.server.shown(GROUP_ID)[0]["message_thread_id"] == 9


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("waiting", [1, 2, 3, 11, 21, 50, 100])
async def test_it_is_told_in_the_language_of_the_user(
    desk: Desk, language: str, waiting: int
) -> None:
    """Each language has words for every number."""
    message = await desk.server.say("?")
    message = {**message, "from": {**message["from"], "language_code": language}}
    await desk.deliver(*turned_away(update(message=message), waiting).calls)
    (told,) = desk.shown()
    assert str(waiting) in told or (language == "ar" and waiting < 3)
    assert told.isascii() == (language == "en")


async def test_an_inline_query_finds_nothing(desk: Desk) -> None:
    """There is nobody to tell, and whoever asks again soon may find something."""
    query_id = await desk.server.ask_inline("who?")
    query = {"id": query_id, "from": {"id": 1, "is_bot": False, "first_name": "Ann"}}
    inline = update(inline_query={**query, "query": "who?", "offset": ""})
    (result,) = await desk.deliver(*turned_away(inline, 50).calls)
    assert result.status == "sent"
    (call,) = desk.server.made("answerInlineQuery")
    assert (call.params["results"], call.params["cache_time"]) == ("[]", "0")


async def test_what_is_no_question_is_not_answered(desk: Desk) -> None:
    """An edit, say, changes nothing."""
    message = await desk.server.say("?")
    assert turned_away(update(edited_message=message), 50).calls == ()


QUESTIONS = [
    ("Who?", 1),
    ("/ask who?", 1),
    ("/ask@dateline_bot who?", GROUP_ID),
    ("/watch who?", GROUP_ID),
    ("@dateline_bot who?", GROUP_ID),
]
OTHERS = [
    ("/help", 1),
    ("/forget", 1),
    ("people talking", GROUP_ID),
    ("/ask@another_bot who?", GROUP_ID),
]


@pytest.mark.parametrize(
    ("words", "chat", "counts"),
    [*((*asked, True) for asked in QUESTIONS), *((*other, False) for other in OTHERS)],
)
async def test_what_is_asked_counts(desk: Desk, words: str, chat: int, counts: bool) -> None:
    """New questions to the bot count against what may wait; commands and talk do not."""
    message = await desk.server.say(words, chat)
    asked = Update.de_json({"update_id": 1, "message": message}, desk.bot)
    assert is_question(asked) == counts
    edited = Update.de_json({"update_id": 2, "edited_message": message}, desk.bot)
    assert not is_question(edited)


def test_inline_queries_count() -> None:
    """There is another one with each letter."""
    query = {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "Ann"}}
    assert is_question(update(inline_query={**query, "query": "who", "offset": ""}))
