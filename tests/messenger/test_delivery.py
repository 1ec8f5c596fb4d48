"""The inbox worked off against a Bot API server: every question answered once, in order."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from telegram import Update
from telegram.error import InvalidToken

from bot.messenger.delivery.crowding import Crowd
from bot.messenger.plan import Delivered, Plan
from bot.state import outbox
from index.sql import Connection
from tests.messenger.delivering import Desk, at_desk, echo, echoing, text
from tests.messenger.support import rows, until
from tests.telegram_server import GROUP_ID, LOST_AFTER, LOST_BEFORE, BotApiServer, Fault

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning"),  # of the library itself
]


def answers(*questions: str) -> list[str]:
    """What a chat shows that has asked this, and nothing else."""
    return [line for asked in questions for line in (f"Re: {asked}", f"{asked}, too")]


class Gated:
    """A handler that waits at a gate for questions that are slow."""

    def __init__(self) -> None:
        """The gate is closed."""
        self.gate = asyncio.Event()
        self.begun: list[str] = []

    async def __call__(self, desk: Desk, update: Update) -> None:
        """Answer, perhaps later."""
        assert update.message is not None
        assert update.message.text is not None
        self.begun.append(update.message.text)
        if update.message.text.startswith("slow"):
            await self.gate.wait()
        await echo(desk, update)


async def test_questions_of_a_chat_are_answered_in_order(
    server: BotApiServer, tmp_path: Path
) -> None:
    """One after the other, whatever comes in meanwhile."""
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        for n in range(10):
            await desk.receive(f"{n}")
        await desk.idle()
        assert desk.shown() == answers(*map(str, range(10)))
        assert set(await rows(desk.state, "SELECT status FROM updates")) == {("done",)}


async def test_a_slow_question_delays_no_other_chat(server: BotApiServer, tmp_path: Path) -> None:
    """Its own chat waits for it; others, a group among them, do not."""
    handle = Gated()
    async with at_desk(server, tmp_path, handle) as desk:
        await desk.dispatcher.start()
        await desk.receive("slow", 1)
        await desk.receive("next", 1)
        for chat in (2, GROUP_ID):
            await desk.receive("quick", chat)
        await until(lambda: len(desk.shown(2) + desk.shown(GROUP_ID)) == 4)
        assert handle.begun == ["slow", "quick", "quick"]
        await until(lambda: desk.dispatcher.waiting() == 2)
        handle.gate.set()
        await desk.idle()
        assert desk.shown(1) == answers("slow", "next")


async def test_an_update_is_answered_once(server: BotApiServer, tmp_path: Path) -> None:
    """However often Telegram offers it, and however often delivery is woken for it."""
    async with at_desk(server, tmp_path) as desk:
        message = await server.say("Hi")
        await desk.dispatcher.start()
        desk.dispatcher.wake([*await desk.store(message, first=5), 5])
        await desk.idle()
        desk.dispatcher.wake([*await desk.store(message, first=5), 5, 77])
        await desk.idle()
        assert desk.shown() == answers("Hi")


async def test_what_had_waited_at_telegram_is_answered_up_to_the_limit(
    server: BotApiServer, tmp_path: Path
) -> None:
    """What was taken on before the last stop is answered; what came since then is limited."""
    async with at_desk(server, tmp_path) as desk:
        await desk.store(*[await server.say(f"{n}") for n in range(5)])
    async with at_desk(server, tmp_path, crowd=Crowd(2, 100)) as desk:
        messages = [await server.say(f"{n}") for n in range(5, 9)]
        desk.dispatcher.wake(await desk.store(*messages))
        await desk.dispatcher.start()
        assert desk.dispatcher.waiting() == 9  # each in one place
        await desk.idle()
        shown = desk.shown()
        assert [line for line in shown if "wait" not in line] == answers(*map(str, range(7)))
        assert shown.count("2 wait") == 1


async def test_a_start_goes_on_where_the_last_one_ended(
    server: BotApiServer, tmp_path: Path
) -> None:
    """Each message is there once, in order, wherever the process was killed in between."""
    async with at_desk(server, tmp_path) as desk:
        asked = ["new", "planned", "half", "lost", "arrived", "done"]
        for chat, first in ((1, 10), (2, 20)):
            messages = [await server.say(question, chat) for question in asked]
            await desk.store(*messages, first=first)

        async def plan(update_id: int) -> list[int]:
            waiting = await desk.inbox.waiting(update_id)
            assert waiting is not None
            update = desk.dispatcher._turns._parsed(waiting)
            calls = await desk.state.write(
                lambda db: outbox.plan_reply(db, update_id, echoing(update).calls, 1.0)
            )
            assert calls is not None
            return calls

        # As if each chat had been worked off from its end, which it never is: so every status
        # is there at once, and the last interrupted call is before all that is left.
        finished = [await desk.sender.deliver(call_id) for call_id in await plan(15)]
        await desk.inbox.finish(15)
        await plan(11)
        half, _ = await plan(12)
        await desk.sender.deliver(half)
        lost, _ = await plan(13)
        arrived, _ = await plan(24)
        for call_id in (lost, arrived):
            await desk.state.write(lambda db, n=call_id: outbox.begin(db, n))  # type: ignore[misc]
        call = await desk.state.read(lambda db: outbox.call(db, arrived))
        assert call is not None
        await desk.caller.make(call.method, call.parameters)
        assert [result.status for result in finished] == ["sent", "sent"]

    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        await desk.idle()
        assert desk.shown(1) == [
            *answers("done"),
            "Re: half",
            *answers("lost", "new", "planned"),
            "half, too",
            *answers("arrived"),
        ]
        assert desk.shown(2) == answers("arrived", "new", "planned", "half", "lost", "done")
        assert not desk.metrics.errors
        left = "SELECT count(*) FROM outbox WHERE status != 'sent'"
        assert await rows(desk.state, left) == [(0,)]


async def test_stopping_finishes_what_is_under_way(server: BotApiServer, tmp_path: Path) -> None:
    """The question that is being answered is answered to its end; the others wait in the inbox."""
    handle = Gated()
    async with at_desk(server, tmp_path, handle) as desk:
        await desk.dispatcher.start()
        for question in ("slow", "later", "last"):
            await desk.receive(question)
        await until(lambda: handle.begun == ["slow"])
        asyncio.get_running_loop().call_later(0.05, handle.gate.set)
        await desk.dispatcher.stop(10)
        assert desk.shown() == answers("slow")
        await desk.receive("after")
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        await desk.idle()
        assert desk.shown() == answers("slow", "later", "last", "after")


async def test_stopping_does_not_wait_for_ever(server: BotApiServer, tmp_path: Path) -> None:
    """What takes longer than the grace is begun anew by the next start."""
    async with at_desk(server, tmp_path, Gated()) as desk:
        await desk.dispatcher.start()
        await desk.receive("slow")
        await until(lambda: desk.dispatcher.waiting() == 1)
        await desk.dispatcher.stop(0.05)
        assert desk.shown() == []
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        await desk.idle()
        assert desk.shown() == answers("slow")


async def test_a_notice_comes_after_what_its_chat_waits_for(
    server: BotApiServer, tmp_path: Path
) -> None:
    """It is sent in the order of its chat, with what is to be remembered, and says how it went."""
    handle = Gated()

    def remember(db: Connection) -> None:
        db.execute("INSERT INTO questions VALUES (1, 1, 1)")

    async with at_desk(server, tmp_path, handle) as desk:
        await desk.dispatcher.start()
        await desk.receive("slow")
        await until(lambda: handle.begun == ["slow"])
        plan = Plan((text("One"), text("Two")), remember)
        noticing = asyncio.create_task(desk.dispatcher.notify(1, plan))
        other = await desk.dispatcher.notify(2, Plan((text("Other", 2),)))
        await desk.receive("next")
        assert not noticing.done()
        handle.gate.set()
        results = await noticing
        assert [one.status for one in (*results, *other)] == ["sent"] * 3
        await desk.idle()
        assert desk.shown() == [*answers("slow"), "One", "Two", *answers("next")]
        assert await rows(desk.state, "SELECT count(*) FROM questions") == [(1,)]


async def test_a_notice_outlives_the_process(server: BotApiServer, tmp_path: Path) -> None:
    """Whoever waits for it hears that it is planned; the next start sends it in its place."""
    handle = Gated()
    async with at_desk(server, tmp_path, handle) as desk:
        await desk.dispatcher.start()
        await desk.receive("slow")
        await until(lambda: handle.begun == ["slow"])
        notice = Plan((text("One"), text("Two")))
        noticing = asyncio.create_task(desk.dispatcher.notify(1, notice))
        await until(lambda: desk.dispatcher.waiting() == 2)
        await desk.receive("next")
        await desk.dispatcher.stop(0.05)
        assert await noticing == [Delivered("planned")] * 2
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        await desk.idle()
        assert desk.shown() == [*answers("slow"), "One", "Two", *answers("next")]


async def test_whoever_asks_too_much_is_told_at_once_and_once(
    server: BotApiServer, tmp_path: Path
) -> None:
    """Questions beyond the limit are turned away; what is no question waits like the others."""
    handle = Gated()

    def is_question(update: Update) -> bool:
        return update.message is not None and update.message.text != "aside"

    crowd = Crowd(per_lane=3, per_user=100)
    async with at_desk(server, tmp_path, handle, crowd=crowd, is_question=is_question) as desk:
        await desk.dispatcher.start()
        for question in ("slow", "2", "3", "4", "aside", "5"):
            await desk.receive(question)
        await until(lambda: bool(desk.shown()))
        await until(lambda: desk.dispatcher.waiting() == 4)
        assert desk.shown() == ["3 wait"]
        handle.gate.set()
        await desk.idle()
        await desk.receive("6")
        await desk.idle()
        assert desk.shown() == ["3 wait", *answers("slow", "2", "3", "aside", "6")]
        assert set(await rows(desk.state, "SELECT status FROM updates")) == {("done",)}


async def test_whoever_asks_too_much_in_many_chats_is_told(
    server: BotApiServer, tmp_path: Path
) -> None:
    """The limit of a user holds across chats, and touches no other user."""
    handle = Gated()
    async with at_desk(server, tmp_path, handle, crowd=Crowd(100, 2)) as desk:
        await desk.dispatcher.start()
        await desk.receive("slow", 1)
        await desk.receive("slow too", GROUP_ID)
        await desk.receive("too much", -1002)
        await desk.receive("quick", 2)
        await until(lambda: bool(desk.shown(-1002)) and len(desk.shown(2)) == 2)
        assert desk.shown(-1002) == ["2 wait"]
        handle.gate.set()
        await desk.idle()
        assert desk.shown(-1002) == ["2 wait"]
        assert desk.shown(GROUP_ID) == answers("slow too")


async def test_a_question_nobody_can_judge_is_answered(
    server: BotApiServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong when it is counted does not lose it, nor those after it."""

    def is_question(update: Update) -> bool:
        raise RuntimeError("no")

    async with at_desk(server, tmp_path, is_question=is_question) as desk:
        await desk.dispatcher.start()
        await desk.receive("1")
        await desk.receive("2")
        await desk.idle()
        assert desk.shown() == answers("1", "2")
        assert "Nobody can tell what update 1 is" in caplog.text


async def test_a_revoked_token_ends_delivery_and_loses_nothing(
    server: BotApiServer, tmp_path: Path
) -> None:
    """Whoever runs the bot hears of it; nothing more is begun; later all is answered."""
    handle = Gated()
    async with at_desk(server, tmp_path, handle) as desk:
        await desk.dispatcher.start()
        token, server.token = server.token, "8:another"
        for n in range(5):
            await desk.receive(str(n))
        error = await asyncio.wait_for(desk.dispatcher.failure(), 5)
        assert "Unauthorized" in str(error)
        assert handle.begun == ["0"]
        server.token = token
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        await desk.idle()
        assert desk.shown() == answers(*map(str, range(5)))


async def test_a_handler_that_hides_the_end_does_not_hide_it(
    server: BotApiServer, tmp_path: Path
) -> None:
    """python-telegram-bot catches what a handler raises; the update stays all the same."""

    async def handle(desk: Desk, update: Update) -> None:
        with pytest.raises(InvalidToken):
            await echo(desk, update)

    async with at_desk(server, tmp_path, handle) as desk:
        await desk.dispatcher.start()
        token, server.token = server.token, "8:another"
        await desk.receive("Hi")
        await asyncio.wait_for(desk.dispatcher.failure(), 5)
        assert await rows(desk.state, "SELECT status FROM updates") == [("planned",)]
        server.token = token


async def test_very_many_updates_wait_as_mere_ids(server: BotApiServer, tmp_path: Path) -> None:
    """What waits costs neither tasks nor the texts of the messages."""
    handle = Gated()
    async with at_desk(server, tmp_path, handle, grace_s=0.05) as desk:
        message = await server.say("slow")
        await desk.store(*[message] * 2000)
        before = len(asyncio.all_tasks())
        await desk.dispatcher.start()
        await until(lambda: handle.begun == ["slow"])
        assert desk.dispatcher.waiting() == 2000
        assert len(asyncio.all_tasks()) <= before + 2
        kept = [job for jobs in desk.dispatcher._lanes._waiting.values() for job in jobs]
        assert not [job for job in kept if "slow" in repr(job)]


def misfortune(seed: int, share: float) -> Callable[[str], Fault | None]:
    """Faults on a share of all calls, each time the same for a seed."""
    dice = random.Random(seed)
    faults = [
        LOST_BEFORE,
        LOST_AFTER,
        LOST_AFTER,
        Fault(500),
        Fault(502, "Bad Gateway"),
        Fault(429, "Too Many Requests", {"retry_after": 0.02}),
    ]
    return lambda method: (
        dice.choice(faults) if method != "getMe" and dice.random() < share else None
    )


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_goes_wrong_every_question_is_answered_once_and_in_order(
    server: BotApiServer, tmp_path: Path, seed: int
) -> None:
    """Faults on a third of all calls, and the process broken off again and again."""
    dice = random.Random(seed)
    server.disturb = misfortune(seed, 0.33)
    chats = (1, 2, 3, GROUP_ID)
    asked: dict[int, list[str]] = {chat: [] for chat in chats}
    update_ids = iter(range(1, 1000))
    for _ in range(5):
        async with at_desk(server, tmp_path, grace_s=0) as desk:
            await desk.dispatcher.start()
            for _ in range(8):
                chat = dice.choice(chats)
                question = f"question {len(asked[chat])}"
                asked[chat].append(question)
                message = await server.say(question, chat)
                desk.dispatcher.wake(await desk.store(message, first=next(update_ids)))
                await asyncio.sleep(dice.random() / 50)
            errors = desk.metrics.errors
            assert not errors
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        await desk.idle(60)
        for chat in chats:
            assert desk.shown(chat) == answers(*asked[chat])
        assert not desk.metrics.errors
        assert set(await desk.statuses()) == {"sent"}


async def test_a_state_that_cannot_be_read_delays_a_start(
    server: BotApiServer, tmp_path: Path
) -> None:
    """Updates that come in while the state is not usable are taken on when it is."""
    async with at_desk(server, tmp_path) as desk:
        await desk.dispatcher.start()
        backup = sqlite3.connect(desk.file, isolation_level=None)
        await desk.state.read(lambda db: db.execute("PRAGMA busy_timeout = 1"))
        update_ids = await desk.store(await server.say("Hi"))
        backup.execute("BEGIN IMMEDIATE")
        desk.dispatcher.wake(update_ids)
        await until(lambda: len(desk.metrics.errors) > 2)
        backup.execute("COMMIT")
        backup.close()
        await desk.idle()
        assert desk.shown() == answers("Hi")
