"""One call, whatever happens to it, on a Bot API server."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram.error import InvalidToken, NetworkError

from bot.messenger.delivery import sending
from bot.messenger.delivery.calling import Caller
from bot.messenger.delivery.limits import Limits
from bot.messenger.delivery.outcomes import Outcomes
from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.probing import MARGIN
from bot.messenger.delivery.sending import Sender
from bot.messenger.plan import Delivered, Json, Outgoing, Page, delete, edit, toast
from bot.state import outbox
from bot.state.message_ids import saw_message
from tests.messenger.delivering import Counted, Desk, at_desk, text
from tests.messenger.hasty_loop import HastyLoop
from tests.messenger.support import rows, temporary_state
from tests.telegram_server import GROUP_ID, LOST_AFTER, LOST_BEFORE, BotApiServer, Fault

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning"),  # of the library itself
]


@pytest.fixture
async def desk(server: BotApiServer, tmp_path: Path) -> AsyncIterator[Desk]:
    """The bot on the server, with messages of two people in the inbox."""
    async with at_desk(server, tmp_path) as ready:
        await ready.store(await server.say("Hi"), await server.say("Hi", 2))
        yield ready


@pytest.fixture
async def plain_desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The bot on a server where it may send what is not HTML."""
    async with BotApiServer() as server, at_desk(server, tmp_path) as ready:
        await ready.store(await server.say("Hi"))
        yield ready


async def test_a_message_is_sent_and_what_became_of_it_is_kept(desk: Desk) -> None:
    """The outbox knows the number of the message, which shows its answer."""
    call = Outgoing("sendMessage", text("Hello").parameters, 77)
    assert await desk.deliver(call) == [Delivered("sent", 1003)]
    assert await rows(desk.state, "SELECT status, message_id, attempts FROM outbox") == [
        ("sent", 1003, 1)
    ]
    assert await rows(desk.state, "SELECT * FROM answer_messages") == [(1, 1003, 77)]
    assert await rows(desk.state, "SELECT last_message_id FROM chats WHERE chat_id = 1") == [
        (1003,)
    ]


async def test_a_call_that_was_made_is_not_made_again(desk: Desk) -> None:
    """Delivering it again only tells what became of it."""
    (call_id,) = await desk.plan(text("Hello"))
    results = [await desk.sender.deliver(call_id) for _ in range(3)]
    assert results == [Delivered("sent", 1003)] * 3
    assert desk.shown() == ["Hello"]


async def test_what_is_marked_before_the_call_is_marked_on_the_disk(desk: Desk) -> None:
    """While Telegram is being called, another process reads that it is."""
    seen = []

    def look(method: str) -> None:
        with sqlite3.connect(desk.file) as db:
            seen.extend(db.execute("SELECT status, floor FROM outbox").fetchall())
        db.close()

    desk.server.disturb = look
    await desk.deliver(text("Hello"))
    assert seen == [("sending", 1002)]


LOST = pytest.mark.parametrize(
    "fault",
    [LOST_BEFORE, LOST_AFTER, Fault(500), Fault(502)],
    ids=["before", "after", "500", "502"],
)


@LOST
@pytest.mark.parametrize("buttons", [(), ("answer 77",)], ids=["text", "buttons"])
async def test_a_message_in_doubt_is_there_once(
    desk: Desk, fault: Fault, buttons: tuple[str, ...]
) -> None:
    """Whether it was lost before or after Telegram had it, three times in a row."""
    for _ in range(3):
        desk.server.disturb_next("sendMessage", fault)
    call = Outgoing("sendMessage", text("Hello", buttons=buttons).parameters, 77)
    (result,) = await desk.deliver(call)
    (message,) = desk.server.shown(1)
    assert (result.status, result.message_id) == ("sent", message["message_id"])
    assert await rows(desk.state, "SELECT chat_id, message_id FROM answer_messages") == [
        (1, message["message_id"])
    ]
    assert not desk.metrics.errors


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_message_in_doubt_in_a_group_is_there_once(desk: Desk, arrived: bool) -> None:
    """Groups have numbers of their own; what people write there meanwhile is left alone."""
    await desk.store(await desk.server.say("Hi", GROUP_ID))
    for n in range(5):
        await desk.server.say(f"Not for the bot {n}", GROUP_ID)
    desk.server.disturb_next("sendMessage", LOST_AFTER if arrived else LOST_BEFORE)
    await desk.deliver(text("Hello", GROUP_ID), chat=GROUP_ID)
    assert desk.shown(GROUP_ID) == ["Hello"]
    assert desk.made("sendMessage") == (1 if arrived else 2)


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_process_that_was_killed_goes_on_with_a_message(desk: Desk, arrived: bool) -> None:
    """A call that is found under way is looked for before it is made."""
    (call_id,) = await desk.plan(text("Hello"))
    await desk.state.write(lambda db: outbox.begin(db, call_id))
    if arrived:
        await desk.caller.make("sendMessage", text("Hello").parameters)
    result = await desk.sender.deliver(call_id)
    assert result.status == "sent"
    assert desk.shown() == ["Hello"]
    assert desk.made("sendMessage") == 1


async def test_what_users_wrote_is_never_touched(desk: Desk) -> None:
    """No probe names a message that is in the inbox."""
    (call_id,) = await desk.plan(text("Hello"))
    await desk.state.write(lambda db: outbox.begin(db, call_id))
    written = {1001, 1002}
    for n in range(20):
        message = await desk.server.say("More", 1 + n % 2)
        written.add(message["message_id"])
        await desk.store(message)
    await desk.sender.deliver(call_id)
    probed = {int(call.params["message_id"]) for call in desk.server.calls if "edit" in call.method}
    assert probed
    assert not probed & written


async def test_a_message_that_comes_through_late_is_there_once(desk: Desk) -> None:
    """Sent again because it could not be found, it is taken back when the first one is."""
    for _ in range(40):  # more than the search allows for
        await desk.server.say("Unknown to the bot", 3)
    desk.server.disturb_next("sendMessage", LOST_AFTER)
    (result,) = await desk.deliver(Outgoing("sendMessage", text("Hello").parameters, 77))
    (message,) = desk.server.shown(1)
    assert result == Delivered("sent", message["message_id"])
    assert desk.made("sendMessage") == 2
    assert await rows(desk.state, "SELECT message_id FROM answer_messages") == [
        (message["message_id"],)
    ]


async def test_copies_that_a_killed_process_has_left_are_taken_back(desk: Desk) -> None:
    """Sent again and again before it could be told: the first one stays."""
    (call_id,) = await desk.plan(text("Hello", buttons=["77"]))
    copies = []
    for _ in range(3):
        await desk.state.write(lambda db: outbox.begin(db, call_id))
        await desk.state.write(lambda db: outbox.put_back(db, call_id, in_doubt=True))
        call = text("Hello", buttons=["77"])
        copies.append((await desk.caller.make(call.method, call.parameters)).message_id)
        await desk.server.say("Unknown to the bot", 3)
    await desk.state.write(lambda db: outbox.begin(db, call_id))
    assert await desk.sender.deliver(call_id) == Delivered("sent", copies[0])
    assert desk.shown() == ["Hello"]
    assert desk.made("sendMessage") == 3


async def test_a_message_that_may_be_there_twice_is_told_of(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """If the chat does not tell any more, the newer one stays, and the log says so."""
    desk.server.disturb_next("sendMessage", LOST_BEFORE)
    await desk.server.say("Unknown to the bot", 3)
    refusals = 0

    def disturb(method: str) -> Fault | None:
        nonlocal refusals
        refusals += method == "editMessageText"
        return Fault(403, "Forbidden: no") if refusals > MARGIN else None

    desk.server.disturb = disturb
    with caplog.at_level(logging.WARNING):
        (result,) = await desk.deliver(text("Hello"))
    assert result.status == "sent"
    assert desk.shown() == ["Hello"]
    assert "A message for chat 1 may be there twice" in caplog.text


async def test_where_nobody_can_tell_it_is_not_sent_again(desk: Desk) -> None:
    """A message that cannot be accounted for is recorded as unknown, and counted."""
    desk.server.disturb_next("sendMessage", LOST_AFTER)
    desk.server.disturb_next("sendMessage", LOST_AFTER)
    await desk.state.write(lambda db: saw_message(db, -1002, "channel", 5))
    assert await desk.deliver(text("Hello", -1002)) == [Delivered("unknown")]
    assert desk.made("sendMessage") == 1
    assert desk.metrics.errors == ["unknown"]
    assert await rows(desk.state, "SELECT status, reason FROM outbox") == [
        ("unknown", "a channel is not searched")
    ]


async def test_a_message_that_always_fails_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What certainly was not sent, many times, holds up its chat no longer."""
    monkeypatch.setattr(sending, "MAX_ATTEMPTS", 3)
    desk.server.disturb = lambda method: Fault(500) if method == "sendMessage" else None
    assert await desk.deliver(text("Hello"), text("Next")) == [Delivered("refused")] * 2
    assert desk.made("sendMessage") == 6
    assert desk.metrics.errors == ["refused", "refused"]


async def test_an_edit_that_always_fails_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither does one that may be repeated."""
    monkeypatch.setattr(sending, "MAX_ATTEMPTS", 3)
    desk.server.disturb = lambda method: Fault(500)
    assert await desk.deliver(edit(1, 1001, Page("Next"))) == [Delivered("refused")]
    assert desk.made("editMessageText") == 3


@LOST
@pytest.mark.parametrize("method", ["editMessageText", "deleteMessage", "answerCallbackQuery"])
async def test_a_call_that_may_be_repeated_is_repeated(
    desk: Desk, fault: Fault, method: str
) -> None:
    """Without any search; that it was done already is as good as doing it."""
    await desk.deliver(text("Hello"))
    call = {
        "editMessageText": edit(1, 1003, Page("New")),
        "deleteMessage": delete(1, 1003),
        "answerCallbackQuery": toast("1"),
    }[method]
    desk.server.disturb_next(method, fault)
    (result,) = await desk.deliver(call)
    assert result.status == "sent"
    assert desk.shown() == {"editMessageText": ["New"], "deleteMessage": []}.get(method, ["Hello"])
    assert desk.made(method) == 2


@pytest.mark.parametrize(
    ("call", "description", "status", "counted"),
    [
        (edit(1, 1, Page("x")), "message is not modified: …", "sent", False),
        (edit(1, 1, Page("x")), "message to edit not found", "refused", False),
        (edit(1, 1, Page("x")), "message can't be edited", "refused", False),
        (delete(1, 1), "message to delete not found", "sent", False),
        (delete(1, 1), "message can't be deleted for everyone", "refused", False),
        (toast("1"), "query is too old and response timeout expired", "refused", False),
        (text("x"), "message is too long", "refused", True),
        (text("x"), "something nobody has thought of", "refused", True),
        (text("x"), "have no rights to send a message", "refused", False),
    ],
)
async def test_a_refusal_is_final(
    desk: Desk,
    call: Outgoing,
    description: str,
    status: str,
    counted: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The call is not made again; only what should never happen is an error."""
    desk.server.fail_next(call.method, 400, f"Bad Request: {description}")
    with caplog.at_level(logging.ERROR):
        (result,) = await desk.deliver(call)
    assert result.status == status
    assert desk.made(call.method) == 1
    assert desk.metrics.errors == (["refused"] if counted else [])
    assert bool(caplog.text) == counted


@pytest.mark.parametrize(
    ("description", "parameters", "amended"),
    [
        (
            'can\'t parse entities: Unsupported start tag "x" at byte offset 4',
            {"text": "<b>1 &lt; 2</b>"},
            {"text": "1 < 2", "parse_mode": None},
        ),
        ("message thread not found", {"message_thread_id": 9}, {"message_thread_id": None}),
        ("TOPIC_DELETED", {"message_thread_id": 9}, {"message_thread_id": None}),
        ("QUOTE_TEXT_INVALID", {"reply_parameters": {"message_id": 1}}, {"reply_parameters": None}),
        ("BUTTON_DATA_INVALID", {"reply_markup": {"inline_keyboard": []}}, {"reply_markup": None}),
    ],
)
async def test_what_telegram_does_not_take_is_sent_in_another_form(
    plain_desk: Desk, description: str, parameters: Json, amended: Json
) -> None:
    """The answer arrives without what was wrong with it, and the log says that it was."""
    before = {**text("Hello").parameters, **parameters}
    plain_desk.server.fail_next("sendMessage", 400, f"Bad Request: {description}")
    plain_desk.server.disturb_next("sendMessage", LOST_AFTER)  # the other form can be looked for
    (result,) = await plain_desk.deliver(Outgoing("sendMessage", before))
    assert result.status == "sent"
    (message,) = plain_desk.server.shown(1)
    assert message["text"] == amended.get("text", "Hello")
    last = [call for call in plain_desk.server.calls if call.method == "sendMessage"][-1]
    gone = {name for name, value in amended.items() if value is None}
    assert set(before) - set(last.params) == gone
    assert plain_desk.metrics.errors == ["amended"]


async def test_a_form_that_does_not_help_is_refused(desk: Desk) -> None:
    """A message without a topic whose topic is not found is not sent for ever."""
    desk.server.disturb = lambda method: Fault(400, "Bad Request: message thread not found")
    assert await desk.deliver(text("Hello")) == [Delivered("refused")]
    assert desk.made("sendMessage") == 1


@pytest.mark.parametrize(
    ("status", "description", "gone"),
    [
        (403, "Forbidden: bot was blocked by the user", True),
        (400, "Bad Request: chat not found", True),
        (400, "Bad Request: not enough rights to send text messages to the chat", False),
    ],
)
async def test_a_chat_that_takes_nothing_is_left_in_peace(
    desk: Desk, status: int, description: str, gone: bool
) -> None:
    """The rest of the plan is refused without trying; other plans and chats are not."""
    desk.server.fail_next("sendMessage", status, description)
    assert await desk.deliver(text("One"), text("Two"), text("Other", 2)) == [
        Delivered("refused"),
        Delivered("refused"),
        Delivered("sent", 1003),
    ]
    assert desk.made("sendMessage") == 2
    chats = await rows(desk.state, "SELECT chat_id FROM chats WHERE gone IS NOT NULL")
    assert chats == ([(1,)] if gone else [])
    assert not desk.metrics.errors
    assert (await desk.deliver(text("Later")))[0].status == "sent"


async def test_only_the_chat_that_was_too_fast_waits(desk: Desk) -> None:
    """After 429 a chat gets its message when Telegram allows it; another one at once."""
    desk.server.fail_next("sendMessage", 429, "Too Many Requests", {"retry_after": 1})
    waiting = asyncio.create_task(desk.deliver(text("Late")))
    while not desk.made("sendMessage"):
        await asyncio.sleep(0.01)
    began = desk.server.calls[-1].began
    await desk.deliver(text("At once", 2), chat=2)
    assert not waiting.done()
    assert await waiting == [Delivered("sent", 1004)]
    assert desk.server.calls[-1].began - began >= 1
    assert await rows(desk.state, "SELECT attempts FROM outbox WHERE chat_id = 1") == [(1,)]


async def test_a_chat_that_has_waited_long_is_not_searched(desk: Desk) -> None:
    """A call that Telegram has refused to take is put back, so it was certainly not made."""
    desk.server.fail_next("sendMessage", 429, "Too Many Requests", {"retry_after": 1})
    (call_id,) = await desk.plan(text("Late"))
    waiting = asyncio.create_task(desk.sender.deliver(call_id))
    while (await desk.statuses()) != ["planned"] or not desk.server.calls:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert await desk.statuses() == ["planned"]
    await waiting


async def test_a_group_that_moves_is_followed(desk: Desk) -> None:
    """The message is sent to the supergroup, once, and what it replied to stays behind."""
    await desk.store(await desk.server.say("Hi", -5))
    new = -1_001_234_567_890
    desk.server.fail_next(
        "sendMessage",
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": new},
    )
    reply = {"message_id": 1, "allow_sending_without_reply": True}
    assert await desk.deliver(text("Hello", -5, reply_parameters=reply)) == [
        Delivered("sent", 1001)
    ]
    assert desk.shown(new) == ["Hello"]
    assert desk.moves == [(-5, new)]
    assert "reply_parameters" not in desk.server.calls[-1].params
    assert await rows(desk.state, "SELECT chat_id, status FROM outbox") == [(new, "sent")]


@pytest.mark.parametrize("call", [edit(-5, 7, Page("Other")), delete(-5, 7)])
async def test_what_is_about_a_message_of_a_group_that_has_moved_stays_undone(
    desk: Desk, call: Outgoing
) -> None:
    """The supergroup numbers its messages afresh: under that number it has another one."""
    new = -1_001_234_567_890
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    desk.server.fail_next(call.method, 400, said, {"migrate_to_chat_id": new})
    assert await desk.deliver(call) == [Delivered("refused")]
    assert desk.moves == [(-5, new)]
    assert desk.made(call.method) == 1


async def test_a_call_whose_chat_has_moved_waits_for_its_turn_there(desk: Desk) -> None:
    """Two messages of a chat are not under way at once, although one came from another chat."""
    (call_id,) = await desk.plan(text("Hello", -5))
    old, new = asyncio.Lock(), asyncio.Lock()
    desk.sender._locks.update({-5: old, 2: new})
    async with new:
        async with old:
            delivering = asyncio.create_task(desk.sender.deliver(call_id))
            await asyncio.sleep(0.05)
            moved = text("Hello", 2).parameters
            await desk.state.write(lambda db: outbox.amend(db, call_id, moved))
        await asyncio.sleep(0.05)
        assert desk.made("sendMessage") == 0
    assert (await delivering).status == "sent"


async def test_a_revoked_token_leaves_the_call_for_later(desk: Desk) -> None:
    """Nothing was sent, and nothing is lost: with a token that works it is sent."""
    (call_id,) = await desk.plan(text("Hello"))
    token, desk.server.token = desk.server.token, "8:another"
    with pytest.raises(InvalidToken):
        await desk.sender.deliver(call_id)
    assert await desk.statuses() == ["planned"]
    desk.server.token = token
    assert await desk.sender.deliver(call_id) == Delivered("sent", 1003)


async def test_a_call_that_was_forgotten_is_not_made(desk: Desk) -> None:
    """Whoever has had everything deleted gets no answer to it."""
    assert await desk.sender.deliver(99) == Delivered("refused")


async def test_a_call_that_cannot_even_be_made_holds_nothing_up(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in a plan is logged with its traceback, and the next call is made."""
    broken = Outgoing("sendMessage", {"chat_id": 1})
    assert await desk.deliver(broken, text("Next")) == [
        Delivered("unknown"),
        Delivered("sent", 1003),
    ]
    assert "KeyError" in caplog.text


async def test_a_result_that_cannot_be_noted_is_not_sent_twice(desk: Desk) -> None:
    """A disk that is full after the message was sent delays what comes next, and no more."""
    backup = sqlite3.connect(desk.file, isolation_level=None)

    def lock(method: str) -> None:
        backup.execute("BEGIN IMMEDIATE")

    desk.server.disturb = lock
    await desk.state.read(lambda db: db.execute("PRAGMA busy_timeout = 1"))
    delivering = asyncio.create_task(desk.deliver(text("Hello")))
    while desk.metrics.errors.count("state") < 3:
        await asyncio.sleep(0.01)
    assert await desk.statuses() == ["sending"]
    desk.server.disturb = lambda method: None
    backup.execute("COMMIT")
    backup.close()
    assert await delivering == [Delivered("sent", 1003)]
    assert desk.shown() == ["Hello"]


async def test_one_message_of_a_chat_is_under_way_at_a_time(desk: Desk) -> None:
    """Two that are sent at once, and both lost, are both found; other chats do not wait."""
    for _ in range(4):
        desk.server.disturb_next("sendMessage", LOST_AFTER)
    calls = await desk.plan(*(text(f"Hello {n}") for n in range(4)))
    results = await asyncio.gather(*(desk.sender.deliver(call_id) for call_id in calls))
    assert [result.status for result in results] == ["sent"] * 4
    assert sorted(desk.shown()) == [f"Hello {n}" for n in range(4)]


class DeadNetwork:
    """A bot whose connections fail for some time."""

    id = 7

    def __init__(self, seconds: float) -> None:
        """Be dead for so long."""
        self._back = asyncio.get_running_loop().time() + seconds
        self.tries = 0

    async def sendMessage(self, *_: object, **__: object) -> bool:  # noqa: N802 - of the Bot API
        """Fail, or succeed."""
        self.tries += 1
        if asyncio.get_running_loop().time() < self._back:
            raise NetworkError("down") from httpx.ConnectError("no route to host")
        return True


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"loop_factory": HastyLoop})])
async def test_a_network_that_is_dead_for_an_hour_is_waited_for(tmp_path: Path) -> None:
    """The bot asks about once a minute, and sends within a minute of its return."""
    state, loop = temporary_state(tmp_path), asyncio.get_running_loop()
    network: Any = DeadNetwork(3600)
    patient = PatientState(state, Counted())
    outcomes = Outcomes(patient, Counted(), lambda db, old, new: None)
    sender = Sender(Caller(network, Limits()), patient, outcomes)
    (call_id,) = await state.write(lambda db: outbox.plan_notice(db, "", [text("Hello")], 0))
    began = loop.time()
    assert (await sender.deliver(call_id)).status == "sent"
    assert 3600 <= loop.time() - began <= 3661
    assert 60 <= network.tries <= 70
    state.close()
