"""/forget: what is held about a user is deleted, told, and nothing is left of the telling."""

import json

import pytest

from bot.messenger.display.language import phrases
from bot.state.database import State
from tests.messenger.support import rows
from tests.telegram_server import GROUP_ID, BotApiServer
from tests.telegram_server.server import user

pytestmark = pytest.mark.anyio

SAY = phrases("en")
TABLES = (
    "updates",
    "outbox",
    "chats",
    "answers",
    "answer_messages",
    "feedback",
    "watches",
    "cited",
)


async def everything(state: State) -> str:
    """All rows of all tables that hold what people do, as text."""
    found = {table: await rows(state, f"SELECT * FROM {table}") for table in TABLES}
    return json.dumps(found)


async def test_forget_deletes_and_tells(chat: BotApiServer, state: State) -> None:
    """Questions in private and in groups, settings, all of it; the reply says how much it was."""
    for text in ("a secret question", "another secret", "/since 2024-01-01"):
        await chat.say(text, chat=5)
    await chat.say("/ask a secret in a group", chat=GROUP_ID, **{"from": user(5)})
    await chat.say("/ask not mine", chat=GROUP_ID)
    await chat.sent(5)
    await chat.say("/forget", chat=5)
    reply = (await chat.sent(6))[-1]
    lines = [
        SAY("forgetting-done"),
        f"• {SAY('forgetting-questions', count=3)}",
        f"• {SAY('forgetting-settings')}",
    ]
    assert reply.shown == "\n".join(lines)
    await chat.say("/ask still not mine", chat=GROUP_ID)
    await chat.sent(7)
    left = await everything(state)
    assert "secret" not in left
    assert "not mine" in left
    assert await rows(state, "SELECT * FROM chats WHERE chat_id = 5") == []


async def test_who_is_not_known_is_told_so(chat: BotApiServer, state: State) -> None:
    """Nothing held, nothing deleted, and nothing begun by asking for it."""
    await chat.say("/forget", chat=5)
    (reply,) = await chat.sent(1)
    assert reply.shown == SAY("forgetting-nothing")
    await chat.say("/help", chat=6)
    await chat.sent(2)
    assert await rows(state, "SELECT * FROM chats") == []


async def test_one_name_of_many_people_forgets_nobody(chat: BotApiServer, state: State) -> None:
    """Anonymous administrators of all groups share one name; none forgets for the others."""
    place = {"id": GROUP_ID, "type": "supergroup", "title": "News readers"}
    name = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    who = {"from": name, "sender_chat": place}
    await chat.say("/ask who?", chat=GROUP_ID, **who)
    await chat.say("/forget", chat=GROUP_ID, **who)
    _, reply = await chat.sent(2)
    assert reply.shown == SAY("forgetting-as-yourself")
    assert len(await rows(state, "SELECT * FROM answers")) == 1


async def test_the_chat_begins_anew(chat: BotApiServer, state: State) -> None:
    """After /forget the chat is a new one: no history, no bounds, and the notice once more."""
    for text in ("/since 2024-01-01", "one", "/forget", "two"):
        await chat.say(text)
    replies = await chat.sent(4)
    assert SAY("asking-stored") in replies[3].shown
    assert "2024-01-01" not in replies[3].shown
    assert await rows(state, "SELECT question FROM answers") == [("two",)]


@pytest.mark.parametrize("command", ["/forget", "/reset", "/since 2024-05-05", "/until 2024-05-05"])
async def test_what_somebody_else_has_written_deletes_and_changes_nothing(
    chat: BotApiServer, state: State, command: str
) -> None:
    """A forwarded command is explained, not obeyed."""
    await chat.say("who?", chat=5)
    origin = {"type": "user", "date": 1, "sender_user": user(6)}
    await chat.say(command, chat=5, forward_origin=origin)
    explained = (await chat.sent(2))[1]
    assert "/forget" in explained.shown
    assert "/sources" in explained.shown
    assert await rows(state, "SELECT in_conversation FROM answers") == [(1,)]
    assert await rows(state, "SELECT since, until FROM chats WHERE chat_id = 5") == [(None, None)]
