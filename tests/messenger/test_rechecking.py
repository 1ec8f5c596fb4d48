"""What is asked again when the index changes is told once, also by a bot that is killed."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from tests.messenger.child_bot import child_bot
from tests.telegram_server import LOST_AFTER, LOST_BEFORE, TOKEN, BotApiServer, Fault

pytestmark = pytest.mark.anyio

SLOW = Fault(0, delay_s=0.3)
"""Goes on to be carried out, though whoever called is dead by then."""
MOMENTS: list[Fault | None] = [None, LOST_BEFORE, SLOW, LOST_AFTER]
"""What happens to the first call of each notice, upon which the bot is killed."""


def told(server: BotApiServer, sign: str, skipped: int) -> list[str]:
    """The changes that a chat was told of, each by its last word, in order; then the answers."""
    texts = [message["text"] for message in server.shown(1)[skipped:]]
    headings = [text.splitlines()[-1] for text in texts if text.startswith(sign)]
    answers = [text.splitlines()[0] for text in texts if not text.startswith(sign)]
    return [*headings, *answers]


@pytest.mark.parametrize(
    ("asked", "sign", "skipped"), [("/watch Who?", "🔔", 2), ("passing?", "🗑", 1)]
)
async def test_a_bot_that_is_killed_while_it_tells_tells_once(
    server: BotApiServer, tmp_path: Path, asked: str, sign: str, skipped: int
) -> None:
    """Before the notice is sent, while it is, and after: it is there once, and so is its answer.

    Of a watch, and of an answer whose article each change withdraws.
    """
    state, index = tmp_path / "bot.sqlite3", tmp_path / "index"
    chance = random.Random(5)

    async def begun(calls: int) -> None:
        await server.wait_for(
            lambda: sum(call.method == "sendMessage" for call in server.calls) > calls, 20
        )

    async with child_bot(server.url, state, TOKEN, index=str(index)) as child:
        await server.say(asked)
        await server.sent(skipped)
        child.send(signal.SIGKILL)
        await child.ended()
    for number, fault in enumerate(MOMENTS, start=1):
        index.write_text(str(number), encoding="utf-8")
        calls = sum(call.method == "sendMessage" for call in server.calls)
        if fault is not None:
            server.disturb_next("sendMessage", fault)
        async with child_bot(server.url, state, TOKEN, index=str(index)) as child:
            if fault is None:
                await child.logs("Answering as")
                await asyncio.sleep(chance.random() / 10)
            else:
                await begun(calls)
            child.send(signal.SIGKILL)
            assert await child.ended() == -signal.SIGKILL, child.log
        async with child_bot(server.url, state, TOKEN, index=str(index)) as child:
            await server.wait_for(lambda: len(told(server, sign, skipped)) >= 2 * number, 20)  # noqa: B023
            await asyncio.sleep(1.5)  # it looks every second
            child.send(signal.SIGTERM)
            assert await child.ended() == 0, child.log
    question = asked.removeprefix("/watch ")
    assert told(server, sign, skipped) == [f"Re: {question} {n}" for n in (1, 2, 3, 4)] * 2
