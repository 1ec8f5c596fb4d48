"""Nobody but editors changes the index; who tries is logged, and told where it disturbs nobody."""

import logging

import pytest

from bot.messenger.display.language import phrases
from bot.messenger.editing import editing
from bot.messenger.editing.desk import IndexDesk
from bot.messenger.editing.editorship import explained
from bot.messenger.editing.newsroom import Newsroom
from bot.messenger.services import Services
from index.errors import ArticleError, IndexBusyError, UsageError
from tests.messenger.newsrooms import READER, forwarded, live
from tests.messenger.support import ScriptedAnswerer, bot_settings
from tests.telegram_server import GROUP_ID, BotApiServer

pytestmark = pytest.mark.anyio


async def test_others_are_declined_in_private_and_logged_without_words(
    server: BotApiServer, room: Newsroom, desk: IndexDesk, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever they try; the log says who and what, but not what they wrote."""
    with caplog.at_level(logging.WARNING, "bot.messenger"):
        await server.send_file("secret.txt", b"A secret.", READER)
        await server.say("A secret of theirs.", READER, **forwarded())
        await server.say("https://secret.example/", READER)
        await server.say("/withdraw secret", READER)
        await server.say("/status", READER)
        await server.say("/rebuild", READER)
        told = await server.sent(6, READER)
    assert {call.shown for call in told} == {
        "Only the editors of this bot can do that. "
        "But you can ask me a question, and I answer from the articles."
    }
    tried = ["add a file", "add a post", "add links", "/withdraw", "/status", "/rebuild"]
    logged = [r.getMessage() for r in caplog.records if r.name.startswith("bot.messenger")]
    assert logged == [f"User {READER} is no editor, and tried to {one}" for one in tried]
    assert len(live(desk)) == 2
    assert not room.is_rebuilding


async def test_others_are_not_answered_in_groups(
    server: BotApiServer, room: Newsroom, answerer: ScriptedAnswerer
) -> None:
    """Silently: what others in the group see is what they asked for."""
    reader = {"from": {"id": READER, "is_bot": False, "first_name": "B"}}
    await server.say("/rebuild", GROUP_ID, **reader)
    await server.say("@dateline_bot https://secret.example/", GROUP_ID, **reader)
    await server.say("@dateline_bot who flew?", GROUP_ID, **reader)
    await server.sent(1)
    assert [question for question, _ in answerer.asked] == ["who flew?"]
    assert len(server.made("sendMessage")) == 1
    assert not room.is_rebuilding


async def test_files_of_others_that_could_not_be_indexed_are_no_attempt(
    server: BotApiServer, room: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    """They are declined like everything that is no text."""
    await server.send_file("clip.mp4", b"\0", READER)
    [told] = await server.sent(1)
    assert "editors" not in told.shown
    assert "no editor" not in caplog.text


async def test_commands_in_what_others_have_said_are_not_carried_out(
    server: BotApiServer, room: Newsroom, desk: IndexDesk
) -> None:
    """A forwarded post that begins with a command is a post."""
    await server.say("/rebuild the bridge, they said.", **forwarded())
    [told] = await server.sent(1)
    assert told.shown.startswith("✅ Indexed")
    assert not room.is_rebuilding


@pytest.mark.parametrize("garbage", ["ann", "1 2 x3", "1,5 2.5", "0"])
def test_editors_that_are_no_ids_are_told_at_the_start(garbage: str) -> None:
    """With the name of the variable."""
    settings = bot_settings("http://127.0.0.1:1", editors=garbage)
    services = Services(settings, *(None,) * 5)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="DATELINE_EDITORS"):
        editing.handlers(services, None)  # type: ignore[arg-type]


def test_what_went_wrong_is_told_without_what_nobody_needs() -> None:
    """Who holds the index is nothing that an editor could do anything about."""
    say = phrases("en")
    assert explained(IndexBusyError("process 7 is building"), say).startswith("Something else")
    assert explained(ArticleError("it is empty."), say) == "That did not work: it is empty."
