"""/since and /until: which articles answers may come from."""

import re
from datetime import UTC, datetime

import pytest

from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.reading.bounding import is_clearing
from bot.state.database import State
from index.articles import Article
from retrieval.times.periods import read_period
from tests.messenger.support import ScriptedAnswerer, rows
from tests.telegram_server import GROUP_ID, BotApiServer

pytestmark = pytest.mark.anyio

SAY = phrases("en")
WEDNESDAY = int(datetime(2024, 12, 25, 9, tzinfo=UTC).timestamp())


async def told(server: BotApiServer, text: str, chat: int = 1) -> str:
    """What the bot says to a command of Wednesday, 25 December 2024."""
    count = len(server.made("sendMessage"))
    await server.say(text, chat=chat, date=WEDNESDAY)
    return (await server.sent(count + 1))[-1].shown


@pytest.mark.parametrize(
    ("command", "bounds"),
    [
        ("/since Monday", ("2024-12-23", None)),
        ("/since last week", ("2024-12-16", None)),
        ("/since 2024-12-01", ("2024-12-01", None)),
        ("/until yesterday", (None, "2024-12-24")),
        ("/until last month", (None, "2024-11-30")),
        ("/UNTIL 2023", (None, "2023-12-31")),
    ],
)
async def test_bounds_are_reckoned_from_the_day_of_the_message(
    chat: BotApiServer, state: State, command: str, bounds: tuple[str | None, str | None]
) -> None:
    """A period counts from its first day, or to its last, however late the bot reads of it."""
    reply = await told(chat, command)
    assert await rows(state, "SELECT since, until FROM chats") == [bounds]
    assert next(day for day in bounds if day) in reply


async def test_bounds_are_lifted_one_by_one(chat: BotApiServer, state: State) -> None:
    """The word "off" lifts one bound and leaves the other; the reply says what still holds."""
    await told(chat, "/since 2024-12-01")
    both = await told(chat, "/until 2024-12-24")
    assert both == SAY("asking-between", since="2024-12-01", until="2024-12-24")
    assert await told(chat, "/since off") == SAY("asking-until", until="2024-12-24")
    assert await told(chat, "/until ALL") == SAY("bounding-none")
    assert await told(chat, "/until off") == SAY("bounding-none")
    assert await rows(state, "SELECT since, until FROM chats") == [(None, None)]


async def test_a_command_alone_shows_what_holds(chat: BotApiServer) -> None:
    """Without a date: the bounds as they are, and how one is set."""
    assert await told(chat, "/since") == f"{SAY('bounding-none')}\n\n{SAY('bounding-since-usage')}"
    await told(chat, "/since Monday")
    holds = SAY("asking-since", since="2024-12-23")
    assert await told(chat, "/until") == f"{holds}\n\n{SAY('bounding-until-usage')}"


@pytest.mark.parametrize("words", ["01/02/2024", "foo", "5 pm", "the day she left", "<b>&amp;"])
async def test_what_may_mean_several_days_is_asked_for_kindly(
    chat: BotApiServer, state: State, words: str
) -> None:
    """An unreadable day changes nothing, and leads to one sentence with examples."""
    await told(chat, "/since 2024-12-01")
    reply = await told(chat, f"/since {words}")
    assert reply == f"{SAY('bounding-unread', words=words)}\n\n{SAY('bounding-since-usage')}"
    assert await rows(state, "SELECT since FROM chats") == [("2024-12-01",)]


async def test_words_without_end_are_cut(chat: BotApiServer) -> None:
    """Nobody gets a page of their own words back."""
    assert len(await told(chat, f"/since {'x' * 4000}")) < 500


async def test_bounds_between_which_nothing_can_be_are_not_set(
    chat: BotApiServer, state: State
) -> None:
    """A since after the until is explained, and everything stays as it was."""
    await told(chat, "/until 2024-12-01")
    reply = await told(chat, "/since 2024-12-02")
    assert reply == SAY("bounding-empty", since="2024-12-02", until="2024-12-01")
    assert await rows(state, "SELECT since, until FROM chats") == [(None, "2024-12-01")]
    await told(chat, "/since 2024-12-01")
    assert await rows(state, "SELECT since, until FROM chats") == [("2024-12-01", "2024-12-01")]


async def test_a_bound_that_no_article_keeps_is_told(
    chat: BotApiServer, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is set, for such articles may come; until then, whoever asks knows why."""
    newest = Article("0" * 16, "x", "x.txt", published="2024-12-20T08:00:00")
    monkeypatch.setattr(answerer.library, "latest", lambda limit: [newest])
    reply = await told(chat, "/since Monday")
    assert SAY("asking-since", since="2024-12-23") in reply
    assert SAY("bounding-nothing-yet", newest="2024-12-20") in reply
    told_again = await told(chat, "/since 2024-12-20")
    assert told_again == SAY("asking-since", since="2024-12-20")


async def test_bounds_hold_for_their_chat_only(chat: BotApiServer, state: State) -> None:
    """What is set in a group does not follow its members into their private chats."""
    await told(chat, "/since Monday", chat=GROUP_ID)
    await told(chat, "/start", chat=1)
    found = await rows(state, "SELECT chat_id, since FROM chats ORDER BY chat_id")
    assert found == [(GROUP_ID, "2024-12-23"), (1, None)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("end", ["since", "until"])
def test_every_example_can_be_read(language: str, end: str) -> None:
    """What the bot gives as an example, it understands in that language."""
    usage = re.sub("[\u2066-\u2069]", "", phrases(language)(f"bounding-{end}-usage"))
    examples = re.findall(rf"^/{end} (.+)$", usage, re.MULTILINE)
    assert len(examples) == 4
    now = datetime(2024, 12, 25, tzinfo=UTC)
    assert [bool(read_period(one, now.date(), [language])) for one in examples] == [
        True,
        True,
        True,
        False,
    ]
    assert is_clearing(examples[-1])


@pytest.mark.parametrize("word", ["off", " ALL ", "выкл", "Все", "kapat", "إلغاء", "-"])
def test_bounds_are_lifted_in_every_language(word: str) -> None:
    """Each language has its words for no bound at all."""
    assert is_clearing(word)
    assert not is_clearing("Monday")
