"""Who may use the bot: everybody, or those that the settings name."""

from collections.abc import Callable

import pytest

from bot.messenger.display.buttons import Do, Press, encode
from bot.messenger.display.language import phrases
from bot.messenger.handlers import register
from bot.messenger.reading import access
from bot.state.database import State
from index.errors import StateError, UsageError
from tests.messenger.support import ScriptedAnswerer, bot_settings, serving
from tests.telegram_server import GROUP_ID, BotApiServer

pytestmark = pytest.mark.anyio

SAY = phrases("en")
OLD_GROUP = -55


async def test_strangers_are_refused_once_a_day_in_private(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One kind sentence that tells their id, then silence for a day; others are answered."""
    async with serving(bot_settings(server.url, allowed="1, 2"), answerer, state, register):
        for text in ("Who?", "/help", "Who then?"):
            await server.say(text, chat=5)
        await server.say("mine", chat=1)
        await server.sent(2)
        monkeypatch.setattr(access, "REFUSED_EVERY_S", 0)
        await server.say("Who?", chat=5)
        await server.sent(3)
    refusals = [message["text"] for message in server.shown(5)]
    assert refusals == [SAY("access-refused", user="5")] * 2
    assert answerer.asked == [("mine", ())]


async def test_a_group_that_is_let_in_lets_in_its_members(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Anybody may ask there; in any other group strangers meet silence, and others do not."""
    settings = bot_settings(server.url, allowed=f"{GROUP_ID} 9")
    async with serving(settings, answerer, state, register):
        await server.say("/ask one", chat=GROUP_ID)
        await server.say("/ask two", chat=-2002)
        await server.say(
            "/ask three", chat=-2002, **{"from": {"id": 9, "is_bot": False, "first_name": "Nine"}}
        )
        await server.sent(2)
    assert [question for question, _ in answerer.asked] == ["one", "three"]


async def test_editors_need_not_be_let_in(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Whoever may change the index may ask it."""
    settings = bot_settings(server.url, allowed="9", editors="1")
    async with serving(settings, answerer, state, register):
        await server.say("Who?")
        await server.sent(1)
    assert len(answerer.asked) == 1


async def test_a_group_is_known_by_its_former_id(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """A group that becomes a supergroup gets another id; the settings need not be changed."""
    settings = bot_settings(server.url, allowed=str(OLD_GROUP))
    async with serving(settings, answerer, state, register):
        await server.say(None, chat=OLD_GROUP, migrate_to_chat_id=GROUP_ID)
        await server.say("/ask who?", chat=GROUP_ID)
        await server.sent(1)
    async with serving(settings, answerer, state, register):
        await server.say("/ask who now?", chat=GROUP_ID)
        await server.sent(2)
    assert len(answerer.asked) == 2


async def test_buttons_and_inline_queries_are_checked_too(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """A stranger's press is answered with the refusal, an inline query with nothing."""
    async with serving(bot_settings(server.url, allowed="1"), answerer, state, register):
        await server.say("Who?")
        await server.sent(1)
        (answer,) = server.shown(1)
        elsewhere = {**answer, "chat": {"id": 5, "type": "private", "first_name": "Five"}}
        await server.press(elsewhere, encode(Press(Do.SHOW_ANSWER, 1)), by=5)
        await server.ask_inline("Who opened it?", by=5)
        await server.wait_for(lambda: bool(server.made("answerInlineQuery")))
    (toast,) = server.made("answerCallbackQuery")
    (cards,) = server.made("answerInlineQuery")
    assert toast.params["text"] == SAY("access-refused", user="5")
    assert cards.params["results"] == "[]"
    assert "button" not in cards.params
    assert len(answerer.asked) == 1


async def test_strangers_may_be_forgotten(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Whoever was let in once can have everything deleted when they are not any more."""
    async with serving(bot_settings(server.url), answerer, state, register):
        await server.say("Who?", chat=5)
        await server.sent(1)
    async with serving(bot_settings(server.url, allowed="1"), answerer, state, register):
        await server.say("/forget", chat=5)
        _, reply = await server.sent(2)
    assert SAY("forgetting-questions", count=1) in reply.shown


async def test_only_the_command_opens_the_door(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Set in monospace, or meant for another bot, /forget is none, and no way to an answer."""
    as_code = [{"type": "code", "offset": 0, "length": len("/forget")}]
    async with serving(bot_settings(server.url, allowed="1"), answerer, state, register):
        await server.say("/forget who opened it?", chat=5, entities=as_code)
        await server.say("/forget@another_bot", chat=6)
        await server.sent(2)
    assert answerer.asked == []
    assert [server.shown(chat)[0]["text"] for chat in (5, 6)] == [
        SAY("access-refused", user=str(chat)) for chat in (5, 6)
    ]


async def test_a_check_that_fails_lets_nobody_in(
    server: BotApiServer,
    answerer: ScriptedAnswerer,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where it cannot be told who may ask, nothing is answered."""

    async def fail(query: Callable[..., object]) -> None:
        raise StateError("The state cannot be used.")

    async with serving(bot_settings(server.url, allowed="9"), answerer, state, register):
        monkeypatch.setattr(state, "read", fail)
        await server.say("/ask who?", chat=GROUP_ID)
        (reply,) = await server.sent(1)
    assert reply.shown == SAY("handlers-failed")
    assert answerer.asked == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", None),
        ("  ", None),
        ("1", {1}),
        ("1 -1001\n7", {1, -1001, 7}),
        ("1, 2;3", {1, 2, 3}),
    ],
)
def test_ids_may_be_separated_in_any_usual_way(text: str, ids: set[int] | None) -> None:
    """Blanks, lines, commas; nothing at all lets everybody in."""
    assert access.allowed(bot_settings("http://x", allowed=text)) == ids


@pytest.mark.parametrize("text", ["@ann", "1 two", "0", "1_000", "٣", "1.5", "9" * 20, "--1"])
@pytest.mark.parametrize("name", ["allowed", "editors"])
def test_what_is_no_id_stops_the_start(text: str, name: str) -> None:
    """A slip in the settings is named, before it lets in the wrong people."""
    settings = bot_settings("http://x", **{"allowed": "1", name: text})
    with pytest.raises(UsageError, match=rf"DATELINE_{name.upper()}: .* is no id"):
        access.allowed(settings)
