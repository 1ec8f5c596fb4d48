"""What becomes of a chat: it moves, it goes, it comes back."""

import pytest

from bot.messenger.handlers import register
from bot.state.database import State
from tests.messenger.support import ScriptedAnswerer, bot_settings, rows, serving, turn
from tests.telegram_server import BOT, GROUP_ID, BotApiServer
from tests.telegram_server.server import Json, user

pytestmark = pytest.mark.anyio

OLD = -77


def changed(chat: int, status: str, **more: object) -> Json:
    """The update that tells what the bot is in a chat now."""
    place = {"id": chat, "type": "private" if chat > 0 else "supergroup"}
    before = {"user": BOT, "status": "member"}
    return {
        "chat": place | ({"first_name": "Ann"} if chat > 0 else {"title": "News readers"}),
        "from": user(1),
        "date": 1_700_000_000,
        "old_chat_member": before,
        "new_chat_member": {"user": BOT, "status": status, **more},
    }


async def done(server: BotApiServer) -> None:
    """Wait until all that was sent before has been handled."""
    count = len(server.made("sendMessage", 99))
    await server.say("/reset", chat=99)
    await server.sent(count + 1, chat=99)


@pytest.mark.parametrize("sides", [("to",), ("from",), ("to", "from"), ("from", "to")])
async def test_a_group_that_moves_takes_everything_along(
    chat: BotApiServer, answerer: ScriptedAnswerer, state: State, sides: tuple[str, ...]
) -> None:
    """Conversation and settings go on in the supergroup, whichever chat tells of it first."""
    await chat.say("/since 2024-12-01", chat=OLD)
    await chat.say("/ask before", chat=OLD)
    await chat.sent(2, chat=OLD)
    for side in sides:
        if side == "to":
            await chat.say(None, chat=OLD, migrate_to_chat_id=GROUP_ID)
        else:
            await chat.say(None, chat=GROUP_ID, migrate_from_chat_id=OLD)
    await chat.say("/ask after", chat=GROUP_ID)
    await chat.sent(1, chat=GROUP_ID)
    assert answerer.asked[-1] == ("after", (turn("before"),))
    assert answerer.filters[-1] == answerer.filters[-2]
    found = await rows(state, "SELECT chat_id, kind, since FROM chats")
    assert found == [(GROUP_ID, "supergroup", "2024-12-01")]


@pytest.mark.parametrize(
    ("status", "more", "gone"),
    [
        ("kicked", {"until_date": 0}, True),
        ("left", {}, True),
        ("member", {}, False),
        ("restricted", {"is_member": False}, True),
        ("restricted", {"is_member": True}, False),
    ],
)
async def test_a_chat_that_goes_is_noted(
    chat: BotApiServer, state: State, status: str, more: Json, gone: bool
) -> None:
    """Blocked, removed, taken back: nothing is said, and it is known whom to leave alone."""
    rights = dict.fromkeys(
        """can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos
        can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages
        can_add_web_page_previews can_change_info can_invite_users can_pin_messages
        can_manage_topics can_edit_tag can_react_to_messages""".split(),
        True,
    )
    more = {**rights, "until_date": 0, **more} if status == "restricted" else more
    await chat.push(my_chat_member=changed(GROUP_ID, "left"))
    await chat.push(my_chat_member=changed(GROUP_ID, status, **more))
    await done(chat)
    found = await rows(state, "SELECT gone IS NOT NULL FROM chats WHERE chat_id = ?", GROUP_ID)
    assert found == [(gone,)]
    assert not chat.made("sendMessage", GROUP_ID)


async def test_settings_outlive_a_block(chat: BotApiServer, state: State) -> None:
    """Who comes back finds things as they were; who writes is back."""
    await chat.say("/since 2024-12-01")
    await chat.push(my_chat_member=changed(1, "kicked", until_date=0))
    await done(chat)
    assert await rows(state, "SELECT gone IS NULL FROM chats WHERE chat_id = 1") == [(False,)]
    await chat.say("Who?")
    await chat.sent(2, chat=1)
    assert await rows(state, "SELECT since, gone FROM chats WHERE chat_id = 1") == [
        ("2024-12-01", None)
    ]


async def test_strangers_may_move_and_go(
    server: BotApiServer, answerer: ScriptedAnswerer, state: State
) -> None:
    """Where the bot is, is known of every chat, allowed or not."""
    async with serving(bot_settings(server.url, allowed="99"), answerer, state, register):
        await server.push(my_chat_member=changed(5, "kicked", until_date=0))
        await done(server)
    assert await rows(state, "SELECT chat_id FROM chats WHERE gone IS NOT NULL") == [(5,)]
