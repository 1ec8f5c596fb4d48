"""Calls as they are stored, made on a Bot API server."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Message
from telegram.error import BadRequest, InvalidToken, NetworkError

from bot.messenger.delivery import calling
from bot.messenger.plan import Page, Place, delete, edit, send, toast
from tests.messenger.delivering import Desk, at_desk, text
from tests.telegram_server import LOST_AFTER, LOST_BEFORE, BotApiServer, Fault

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning"),  # of the library itself
]


@pytest.fixture
async def desk(server: BotApiServer, tmp_path: Path) -> AsyncIterator[Desk]:
    """The bot on the server."""
    async with at_desk(server, tmp_path) as ready:
        yield ready


async def test_every_call_that_can_be_planned_can_be_made(desk: Desk) -> None:
    """Whatever `plan` builds reaches Telegram with all that it says, and nothing else."""
    await desk.server.say("Hi")
    made = []
    for call in (
        text("One", buttons=["a"]),
        *send(Place(1, reply_to=1001), [Page("<b>Two</b>")]),
        edit(1, 1002, Page("Three")),
        delete(1, 1003),
        toast("1", "Done", alert=True),
    ):
        made.append(await desk.caller.make(call.method, call.parameters))
    assert [message.message_id for message in made[:3] if isinstance(message, Message)] == [
        1002,
        1003,
        1002,
    ]
    assert made[3:] == [True, True]
    assert desk.shown() == ["Three"]
    reply = desk.server.made("sendMessage")[1]
    assert reply.params == {
        "chat_id": "1",
        "text": "<b>Two</b>",
        "parse_mode": "HTML",
        "link_preview_options": '{"is_disabled": true}',
        "reply_parameters": '{"message_id": 1001, "allow_sending_without_reply": true}',
    }


async def test_inline_queries_are_answered_as_planned(desk: Desk) -> None:
    """Results go through as JSON."""
    query_id = await desk.server.ask_inline("who?")
    content = {"message_text": "Ada", "parse_mode": "HTML"}
    results = [{"type": "article", "id": "1", "title": "Ada", "input_message_content": content}]
    parameters = {"inline_query_id": query_id, "results": results, "cache_time": 0}
    assert await desk.caller.make("answerInlineQuery", parameters) is True
    (call,) = desk.server.made("answerInlineQuery")
    assert '"message_text": "Ada"' in call.params["results"]
    assert call.params["cache_time"] == "0"


async def test_a_call_fails_once(desk: Desk) -> None:
    """Making a call does not try again by itself, not even after a refusal that names a time."""
    desk.server.fail_next("sendMessage", 429, "Too Many Requests", {"retry_after": 1})
    with pytest.raises(Exception, match="Flood control"):
        await desk.caller.make("sendMessage", text("Hi").parameters)
    assert desk.made("sendMessage") == 1


async def test_insisting_outlasts_whatever_the_network_does(desk: Desk) -> None:
    """A call that may be repeated is made until Telegram has answered it."""
    await desk.deliver(text("One"))
    for fault in (
        LOST_BEFORE,
        Fault(500),
        Fault(429, "Too Many Requests", {"retry_after": 0.01}),
        LOST_AFTER,
    ):
        desk.server.disturb_next("editMessageText", fault)
    change = edit(1, 1001, Page("Two"))
    with pytest.raises(BadRequest, match="not modified"):  # the one before it came through
        await desk.caller.insist(change.method, change.parameters)
    assert desk.shown() == ["Two"]
    assert desk.made("editMessageText") == 5


async def test_insisting_ends_at_a_refusal(desk: Desk) -> None:
    """What Telegram refuses is told at once."""
    change = edit(1, 5, Page("Two"))
    with pytest.raises(BadRequest, match="to edit not found"):
        await desk.caller.insist(change.method, change.parameters)
    assert desk.made("editMessageText") == 1
    desk.server.token = "8:another"
    with pytest.raises(InvalidToken):
        await desk.caller.insist(change.method, change.parameters)


async def test_insisting_gives_up_on_a_call_that_fails_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After many failures in doubt the failure is told."""
    monkeypatch.setattr(calling, "MAX_ATTEMPTS", 4)
    desk.server.disturb = lambda method: Fault(500)
    change = edit(1, 5, Page("Two"))
    with pytest.raises(NetworkError):
        await desk.caller.insist(change.method, change.parameters)
    assert desk.made("editMessageText") == 4
