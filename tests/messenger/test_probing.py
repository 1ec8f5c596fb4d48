"""Looking for a message whose sending was cut off, in the chats of a Bot API server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram.error import InvalidToken

from bot.messenger.delivery import probing
from bot.messenger.delivery.probing import CannotTell, find_earlier, find_sent
from bot.messenger.plan import Json, Outgoing
from bot.state import outbox
from bot.state.message_ids import saw_message
from bot.state.outbox import Call
from index.sql import Connection
from tests.messenger.delivering import Desk, at_desk, text
from tests.telegram_server import GROUP_ID, LOST_BEFORE, BotApiServer, Fault

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(server: BotApiServer, tmp_path: Path) -> AsyncIterator[Desk]:
    """The bot on the server, with a message of Ann's in the inbox."""
    async with at_desk(server, tmp_path) as ready:
        await ready.store(await server.say("Hi"))
        yield ready


async def interrupted(desk: Desk, call: Outgoing) -> Call:
    """A call of which nobody knows whether it was made."""
    (call_id,) = await desk.plan(call)
    return await desk.state.write(lambda db: outbox.begin(db, call_id))


async def arrive(desk: Desk, call: Outgoing) -> int:
    """Let Telegram have a message without telling the bot; its number."""
    return int((await desk.caller.make(call.method, call.parameters)).message_id)


async def search(desk: Desk, call: Call) -> int | None:
    """Look for a message."""
    return await find_sent(call, desk.caller, desk.patient)


BOTH = pytest.mark.parametrize("buttons", [(), ("answer 77",)], ids=["text", "buttons"])


@BOTH
async def test_a_message_that_has_arrived_is_found(desk: Desk, buttons: tuple[str, ...]) -> None:
    """It is found by its text or its buttons, and looks as before."""
    call = await interrupted(desk, text("Hello", buttons=buttons))
    number = await arrive(desk, text("Hello", buttons=buttons))
    before = desk.server.message(1, number)
    assert await search(desk, call) == number
    assert desk.server.message(1, number) == before


@BOTH
async def test_a_message_that_has_not_arrived_is_not_found(
    desk: Desk, buttons: tuple[str, ...]
) -> None:
    """As far beyond the known messages as one may be that nobody has told of."""
    call = await interrupted(desk, text("Hello", buttons=buttons))
    assert await search(desk, call) is None
    assert len(desk.server.calls) - 1 == probing.MARGIN
    assert desk.shown() == []


async def test_messages_that_are_known_are_left_in_peace(desk: Desk) -> None:
    """What users write and what was sent elsewhere is not even tried, nor counted."""
    call = await interrupted(desk, text("Hello"))
    users = [await desk.server.say("More", 1 + n % 3) for n in range(150)]
    await desk.store(*users)
    await desk.deliver(text("Elsewhere", 2), chat=2)
    number = await arrive(desk, text("Hello"))
    assert await search(desk, call) == number
    tried = [int(made.params["message_id"]) for made in desk.server.calls if "edit" in made.method]
    assert tried == [number]


async def test_a_message_is_found_among_others_that_nobody_knows(desk: Desk) -> None:
    """What belongs to other chats or other people is passed over."""
    call = await interrupted(desk, text("Hello", buttons=["77"]))
    for n in range(10):
        await desk.server.say("Unknown to the bot", 1 + n % 3)
        await arrive(desk, text("Elsewhere", 2))
    number = await arrive(desk, text("Hello", buttons=["77"]))
    await desk.store(await desk.server.say("Known"))
    assert await search(desk, call) == number
    assert set(desk.shown(2)) == {"Elsewhere"}


async def test_people_who_go_on_writing_in_a_group_widen_the_search(desk: Desk) -> None:
    """In a group, messages that can't be edited show that numbering has gone on."""
    await desk.store(await desk.server.say("Hi", GROUP_ID))
    call = await interrupted(desk, text("Hello", GROUP_ID))
    for _ in range(60):
        await desk.server.say("Not for the bot", GROUP_ID)
    number = await arrive(desk, text("Hello", GROUP_ID))
    assert await search(desk, call) == number


async def test_a_message_that_looks_otherwise_is_found(desk: Desk) -> None:
    """Where Telegram has changed the text by itself, the edit succeeds on a message of the bot."""
    call = await interrupted(desk, text("Hello"))
    number = await arrive(desk, text("Hello "))
    desk.server.message(1, number)["text"] = "Hello, as Telegram shows it"
    assert await search(desk, call) == number


async def test_the_network_may_fail_while_it_is_looked_for(desk: Desk) -> None:
    """Probing goes on for as long as it takes."""
    call = await interrupted(desk, text("Hello"))
    await desk.server.say("Unknown to the bot")
    number = await arrive(desk, text("Hello"))
    for fault in (LOST_BEFORE, Fault(502), LOST_BEFORE):
        desk.server.disturb_next("editMessageText", fault)
    assert await search(desk, call) == number


async def test_the_search_ends_however_much_is_written_meanwhile(desk: Desk) -> None:
    """Numbers that are given while it is looked for come after it, so they are not tried."""
    call = await interrupted(desk, text("Hello"))
    seeing: set[asyncio.Task[None]] = set()

    def write(method: str) -> None:
        highest = 1010 + 10 * desk.made(method)
        see = desk.state.write(lambda db: saw_message(db, 2, "private", highest))
        seeing.add(asyncio.create_task(see))

    desk.server.disturb = write
    assert await search(desk, call) is None
    assert desk.made("editMessageText") == probing.MARGIN


async def test_the_search_ends_after_many_tries(desk: Desk) -> None:
    """Where very many numbers are unaccounted for, nobody can tell."""
    call = await interrupted(desk, text("Hello"))
    await desk.state.write(lambda db: saw_message(db, 2, "private", 1001 + probing.MAX_TRIES + 1))
    with pytest.raises(CannotTell, match="not among the 100 next messages"):
        await search(desk, call)
    assert desk.made("editMessageText") == probing.MAX_TRIES


async def test_as_many_tries_as_are_needed_are_made(desk: Desk) -> None:
    """The last number within reach is tried, too."""
    call = await interrupted(desk, text("Hello"))
    reach = 1001 + probing.MAX_TRIES - probing.MARGIN
    await desk.state.write(lambda db: saw_message(db, 2, "private", reach))
    assert await search(desk, call) is None
    assert desk.made("editMessageText") == probing.MAX_TRIES


async def test_a_chat_without_numbers_cannot_be_searched(desk: Desk) -> None:
    """Neither one that is not known, nor a channel, where others may have posted."""
    call = await interrupted(desk, text("Hello", -1_001_234_567_890))
    with pytest.raises(CannotTell, match="no message number"):
        await search(desk, call)

    def channel(db: Connection) -> None:
        saw_message(db, -1002, "channel", 5)

    await desk.state.write(channel)
    call = await interrupted(desk, text("Hello", -1002))
    with pytest.raises(CannotTell, match="channel"):
        await search(desk, call)
    assert desk.made("editMessageText") == 0


async def test_a_chat_that_does_not_answer_cannot_be_searched(desk: Desk) -> None:
    """A chat that has blocked the bot does not tell what it holds; a revoked token ends all."""
    call = await interrupted(desk, text("Hello"))
    desk.server.fail_next("editMessageText", 403, "Forbidden: bot was blocked by the user")
    with pytest.raises(CannotTell, match="blocked"):
        await search(desk, call)
    desk.server.token = "8:another"
    with pytest.raises(InvalidToken):
        await search(desk, call)


async def test_a_message_that_cannot_be_read_has_not_arrived(desk: Desk) -> None:
    """What Telegram refuses in an edit it has refused before, so it may be sent in another form."""
    call = await interrupted(desk, text("<b>Hello"))
    assert await search(desk, call) is None
    desk.server.calls.clear()  # broken on purpose


async def test_an_edit_of_what_somebody_else_wrote_misleads_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that lets the bot edit the message of a user says whose it is."""
    call = await interrupted(desk, text("Hello", buttons=["77"]))
    message = await desk.server.say("Mine")
    number = await arrive(desk, text("Hello", buttons=["77"]))
    edit = desk.server._edit

    def lenient(fields: Json, **content: object) -> Json:
        mine = int(fields["message_id"]) == message["message_id"]
        return message if mine else edit(fields, **content)

    monkeypatch.setattr(desk.server, "_edit", lenient)
    assert await search(desk, call) == number


async def test_an_earlier_message_is_found_below_a_newer_one(desk: Desk) -> None:
    """It is looked for from the newer one down, and nothing above that is touched."""
    call = await interrupted(desk, text("Hello"))
    earlier = await arrive(desk, text("Hello"))
    for _ in range(40):
        await desk.server.say("Unknown to the bot", 2)
    newer = await arrive(desk, text("Hello"))
    await desk.server.say("Unknown to the bot", 2)
    assert await find_earlier(call, newer, desk.caller, desk.patient) == earlier
    assert desk.made("editMessageText") == 41


async def test_no_earlier_message_is_found_where_there_is_none(desk: Desk) -> None:
    """Each number between is tried, and each that is known to be another message is not."""
    call = await interrupted(desk, text("Hello"))
    await desk.store(*[await desk.server.say("Known", 2) for _ in range(200)])
    await desk.server.say("Unknown to the bot", 2)
    newer = await arrive(desk, text("Hello"))
    assert await find_earlier(call, newer, desk.caller, desk.patient) is None
    assert desk.made("editMessageText") == 1


async def test_the_search_for_an_earlier_message_ends_after_many_tries(desk: Desk) -> None:
    """Where very many numbers are unaccounted for, nobody can tell."""
    call = await interrupted(desk, text("Hello"))
    for _ in range(probing.MAX_TRIES + 1):
        await desk.server.say("Unknown to the bot", 2)
    newer = await arrive(desk, text("Hello"))
    with pytest.raises(CannotTell, match="not among the 100 messages before"):
        await find_earlier(call, newer, desk.caller, desk.patient)
    assert desk.made("editMessageText") == probing.MAX_TRIES
