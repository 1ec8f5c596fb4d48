"""The commands that tell, what the menu lists, and what becomes of unknown ones."""

import pytest

from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.handlers import register
from bot.messenger.reading.commands import editors_menu, menu
from bot.state.database import State
from tests.messenger.support import ScriptedAnswerer, bot_settings, rows, serving
from tests.telegram_server import BOT, GROUP_ID, BotApiServer

pytestmark = pytest.mark.anyio

SAY = phrases("en")


@pytest.mark.parametrize(
    ("command", "beginning"),
    [
        ("/start", SAY("commands-start")),
        ("/start inline", SAY("commands-start")),
        ("/help", SAY("commands-help")),
        ("/sources", "3 articles are indexed, newest first:\n1. Bridge opened\n… and 2 more."),
        ("/latest", "Newest articles:\n1. Bridge opened"),
        ("/reset", SAY("commands-reset")),
        ("/RESET", SAY("commands-reset")),
        ("/nonsense", SAY("commands-help")),
    ],
)
async def test_commands_are_answered(chat: BotApiServer, command: str, beginning: str) -> None:
    """Each command has its reply; an unknown one is answered with the help."""
    await chat.say(command)
    (reply,) = await chat.sent(1)
    assert reply.shown.startswith(beginning)


async def test_start_says_once_what_is_stored(chat: BotApiServer, state: State) -> None:
    """Who was told at the start is not told again, neither there nor below an answer."""
    for text in ("/start", "/start", "Who?"):
        await chat.say(text)
    replies = await chat.sent(3)
    assert [SAY("asking-stored") in reply.shown for reply in replies] == [True, False, False]
    assert await rows(state, "SELECT kind FROM chats WHERE noticed IS NOT NULL") == [("private",)]


async def test_help_lists_every_command(chat: BotApiServer) -> None:
    """All commands of the menu, and for nobody but editors those of editors."""
    await chat.say("/help")
    (reply,) = await chat.sent(1)
    for command, does in menu(SAY):
        assert f"/{command} – {does}" in reply.shown
    assert "/withdraw" not in reply.shown


async def test_editors_are_told_of_their_commands(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Whoever may change the index learns how, also in a group."""
    settings = bot_settings(server.url, editors="1")
    async with serving(settings, answerer, state, register):
        await server.say("/help")
        await server.say("/help", chat=2)
        await server.say(f"/help@{BOT['username']}", chat=GROUP_ID)
        replies = await server.sent(3)
    told = [all(f"/{name}" in reply.shown for name, _ in editors_menu(SAY)) for reply in replies]
    assert told == [True, False, True]


async def test_groups_hear_nothing_of_unknown_commands(chat: BotApiServer) -> None:
    """A command in a group may be meant for another bot."""
    for text in ("/weather", "/help@another_bot", "/latest"):
        await chat.say(text, chat=GROUP_ID)
    await chat.sent(1)
    assert [message["text"].splitlines()[0] for message in chat.shown(GROUP_ID)] == [
        "Newest articles:"
    ]


async def test_people_are_answered_in_their_language(chat: BotApiServer) -> None:
    """The language of the user's client, where there is a translation; English elsewhere."""
    codes = ["ru", "tr", "ar-EG", "xx", None]
    for number, code in enumerate(codes, start=5):
        who = {"id": number, "is_bot": False, "first_name": "Ann"}
        who |= {"language_code": code} if code else {}
        await chat.say("/reset", chat=number, **{"from": who})
    replies = [call.shown for call in await chat.sent(len(codes))]
    assert replies == [phrases(code)("commands-reset") for code in codes]
    assert len(set(replies)) == 4


async def test_the_language_of_a_private_chat_is_remembered(
    chat: BotApiServer, state: State
) -> None:
    """What is sent unasked later is sent in the language of the user; a group has none."""
    who = {"id": 5, "is_bot": False, "first_name": "Аня", "language_code": "ru"}
    await chat.say("/start", chat=5, **{"from": who})
    await chat.say("/ask who?", chat=GROUP_ID, **{"from": who})
    await chat.sent(2)
    known = await rows(state, "SELECT chat_id, kind, language FROM chats ORDER BY chat_id")
    assert known == [(GROUP_ID, "supergroup", None), (5, "private", "ru")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_is_one_that_telegram_takes(language: str) -> None:
    """Names of 1 to 32 small letters, descriptions of 1 to 256 characters, in every language."""
    say = phrases(language)
    entries = [*menu(say), *editors_menu(say)]
    assert len({name for name, _ in entries}) == len(entries)
    for name, does in entries:
        assert name.isascii()
        assert name.islower()
        assert 1 <= len(name) <= 32
        assert 3 <= len(does) <= 256
        assert does != f"menu {name}"
