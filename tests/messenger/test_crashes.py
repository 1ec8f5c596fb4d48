"""Killed, cut off, started twice: no question is lost, and none is answered twice.

The bot runs in a process of its own, see `child_bot`; the Bot API server runs here.
"""

import asyncio
import json
import random
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.messenger.child_bot import child_bot
from tests.messenger.support import free_address
from tests.telegram_server import LOST_AFTER, LOST_BEFORE, TOKEN, BotApiServer, Fault

pytestmark = pytest.mark.anyio

CHATS = range(101, 121)  # 7 is the bot
ROUNDS = 10  # in each of which every chat asks something
KILLS = 5

TOO_MANY = Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1})
TROUBLES: list[tuple[Fault | None, int]] = [
    (TOO_MANY, 1),
    (Fault(500), 1),
    (Fault(502, "Bad Gateway"), 1),
    (LOST_BEFORE, 2),
    (LOST_AFTER, 3),
    (None, 92),
]
"""What happens to a call, and how often in a hundred calls."""


def answers(server: BotApiServer, chat: int = 1) -> list[str]:
    """The questions that were answered in a chat, in the order of their answers."""
    lines = [message["text"].splitlines()[0] for message in server.shown(chat)]
    return [line.removeprefix("Re: ") for line in lines if line.startswith("Re: ")]


def read(state: Path, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds in the state of a bot that has ended."""
    with closing(sqlite3.connect(state)) as database:
        return database.execute(sql).fetchall()


def troubles(seed: int) -> Callable[[str], Fault | None]:
    """Random faults, the same for each seed."""
    chance = random.Random(seed)
    kinds, weights = zip(*TROUBLES, strict=True)
    return lambda method: chance.choices(kinds, weights)[0]


async def ask(server: BotApiServer, rounds: range, pause_s: float) -> None:
    """Let every chat ask something in each round."""
    for n in rounds:
        for chat in CHATS:
            await server.say(f"{n} of {chat}?", chat)
            await asyncio.sleep(pause_s)


async def kill_and_go_on(server: BotApiServer, state: Path, kills: int, **settings: object) -> None:
    """Kill a bot amid its work, again and again, and let it work until all is answered.

    Half of the questions wait before the bot first starts, the others come while it is killed.
    """
    chance = random.Random(5)
    server.disturb = troubles(5)
    await ask(server, range(ROUNDS // 2), 0)
    asking = asyncio.create_task(ask(server, range(ROUNDS // 2, ROUNDS), 0.05))
    for _ in range(kills):
        sent = len(server.made("sendMessage")) + chance.randint(5, 20)
        async with child_bot(server.url, state, TOKEN, **settings) as child:
            await server.wait_for(lambda: len(server.made("sendMessage")) >= sent, 20)  # noqa: B023
            await asyncio.sleep(chance.random() / 50)
            child.send(signal.SIGKILL)
            assert await child.ended() == -signal.SIGKILL, child.log
    async with child_bot(server.url, state, TOKEN, **settings) as child:
        await asking
        await server.wait_for(lambda: all(len(answers(server, c)) >= ROUNDS for c in CHATS), 40)
        child.send(signal.SIGTERM)
        assert await child.ended() == 0, child.log
    assert TOKEN not in child.log


async def test_killed_again_and_again_every_question_is_answered_once_and_in_order(
    server: BotApiServer, tmp_path: Path
) -> None:
    """SIGKILL amid 200 questions, with refusals, errors, and connections lost before and after."""
    await kill_and_go_on(server, tmp_path / "bot.sqlite3", KILLS)
    expected = {chat: [f"{n} of {chat}?" for n in range(ROUNDS)] for chat in CHATS}
    assert {chat: answers(server, chat) for chat in CHATS} == expected


async def test_killed_behind_a_webhook_every_question_is_answered_once(
    server: BotApiServer, tmp_path: Path
) -> None:
    """What Telegram could not post while the bot was dead it posts later; nothing comes twice."""

    async def post_again() -> None:
        while True:
            await server.deliver_updates(token=TOKEN)
            await asyncio.sleep(0.1)

    where = free_address()
    posting = asyncio.create_task(post_again())
    await kill_and_go_on(
        server,
        tmp_path / "bot.sqlite3",
        2,
        webhook_url=f"http://{where}/updates",
        webhook_listen=where,
        webhook_secret="a-secret_of_sixteen",
    )
    posting.cancel()
    expected = {chat: [f"{n} of {chat}?" for n in range(ROUNDS)] for chat in CHATS}
    assert {chat: answers(server, chat) for chat in CHATS} == expected


async def test_a_question_that_ends_the_process_is_put_aside(
    server: BotApiServer, tmp_path: Path
) -> None:
    """At the third time; whoever asked is told once, and all that waited beside it is answered."""
    state = tmp_path / "bot.sqlite3"
    for chat in (1, 2, 3):
        await server.say(f"slow {chat}?", chat)
    await server.say("deadly question?", 4)
    await server.say("later?", 4)
    for _ in range(3):
        async with child_bot(server.url, state, TOKEN) as child:
            assert await child.ended() == 9, child.log
    async with child_bot(server.url, state, TOKEN) as child:
        await server.wait_for(lambda: answers(server, 4) == ["later?"], 20)
        child.send(signal.SIGTERM)
        assert await child.ended() == 0, child.log
    told = [message["text"] for message in server.shown(4)]
    assert [text.startswith("Sorry, I cannot work on this") for text in told] == [True, False]
    assert [answers(server, chat) for chat in (1, 2, 3)] == [["slow 1?"], ["slow 2?"], ["slow 3?"]]
    assert read(state, "SELECT raw LIKE '%deadly%' FROM updates WHERE status = 'aside'") == [(1,)]


async def test_a_question_during_which_the_process_was_killed_is_answered(
    server: BotApiServer, tmp_path: Path
) -> None:
    """That it happened is remembered, and nothing is made of it the first time."""
    state = tmp_path / "bot.sqlite3"
    await server.say("slow question?")
    async with child_bot(server.url, state, TOKEN) as child:
        await server.wait_for(lambda: bool(server.made("sendChatAction")), 20)
        child.send(signal.SIGKILL)
        await child.ended()
    assert read(state, "SELECT attempts, status FROM updates") == [(1, "new")]
    async with child_bot(server.url, state, TOKEN):
        await server.wait_for(lambda: answers(server) == ["slow question?"], 20)


async def test_a_signal_lets_what_is_under_way_be_answered(
    server: BotApiServer, tmp_path: Path
) -> None:
    """SIGTERM amid an answer: it is given before the process ends; the rest waits for the next."""
    state = tmp_path / "bot.sqlite3"
    async with child_bot(server.url, state, TOKEN) as child:
        await server.say("slow question?")
        await server.say("next question?")
        await server.wait_for(lambda: bool(server.made("sendChatAction")), 20)
        child.send(signal.SIGTERM)
        assert await child.ended() == 0, child.log
    assert answers(server) == ["slow question?"]
    async with child_bot(server.url, state, TOKEN):
        await server.wait_for(lambda: len(answers(server)) > 1, 20)
    assert answers(server) == ["slow question?", "next question?"]


async def test_a_second_signal_ends_the_process_at_once(
    server: BotApiServer, tmp_path: Path
) -> None:
    """Whoever cannot wait need not; what was not answered is answered after the next start."""
    state = tmp_path / "bot.sqlite3"
    async with child_bot(server.url, state, TOKEN) as child:
        await server.say("slow question?")
        await server.wait_for(lambda: bool(server.made("sendChatAction")), 20)
        child.send(signal.SIGINT)
        await child.logs("Stopping")
        child.send(signal.SIGINT)
        assert await child.ended(1) == -signal.SIGINT, child.log
    assert answers(server) == []
    async with child_bot(server.url, state, TOKEN):
        await server.wait_for(lambda: answers(server) == ["slow question?"], 20)


async def test_a_second_bot_with_the_same_state_says_so_and_ends(
    server: BotApiServer, tmp_path: Path
) -> None:
    """The first goes on undisturbed."""
    state = tmp_path / "bot.sqlite3"
    async with child_bot(server.url, state, TOKEN) as first:
        await first.logs("Answering as")
        async with child_bot(server.url, state, TOKEN) as second:
            assert await second.ended() == 1
        assert f"dateline: Another bot is running with the state '{state}'; stop" in second.log
        await server.say("Who?")
        await server.wait_for(lambda: answers(server) == ["Who?"])


async def test_a_second_bot_with_the_same_token_says_so_and_ends(
    server: BotApiServer, tmp_path: Path
) -> None:
    """A newcomer that finds another polling for longer than a poll lasts gives way."""
    async with child_bot(server.url, tmp_path / "one.sqlite3", TOKEN) as first:
        await first.logs("Answering as")
        async with child_bot(server.url, tmp_path / "two.sqlite3", TOKEN) as second:
            await second.logs("Another process polls with the same token")
            assert await second.ended(30) == 1
        assert "dateline: Another process is polling with this token" in second.log
        assert first.process.returncode is None
        await server.say("Who?")
        await server.wait_for(lambda: answers(server) == ["Who?"])


async def test_a_dead_network_loses_nothing(server: BotApiServer, tmp_path: Path) -> None:
    """Without a server at the start, and again amid questions, the bot waits and goes on."""
    state = tmp_path / "bot.sqlite3"
    await server.close()
    async with child_bot(server.url, state, TOKEN) as child:
        await child.logs(f"The Bot API at '{server.url}' cannot be reached")
        await server.say("before?")
        await server.open()
        await server.wait_for(lambda: answers(server) == ["before?"], 20)
        await server.say("slow question?")
        await server.wait_for(lambda: bool(server.made("sendChatAction")))
        await server.close()
        await server.say("meanwhile?")
        await child.logs("Polling failed")
        await child.logs("sendMessage for chat 1: httpx.ConnectError")
        await server.open()
        await server.wait_for(lambda: len(answers(server)) > 2, 30)
        assert answers(server) == ["before?", "slow question?", "meanwhile?"]
        assert TOKEN not in child.log


async def test_what_comes_twice_is_answered_once(server: BotApiServer, tmp_path: Path) -> None:
    """Telegram sends again what it does not know to have arrived, also after a restart."""
    state = tmp_path / "bot.sqlite3"
    server.disturb_next("getUpdates", LOST_AFTER)
    await server.say("once?")
    async with child_bot(server.url, state, TOKEN) as child:
        await child.logs("Polling failed")
        await server.wait_for(lambda: answers(server) == ["once?"], 20)
        child.send(signal.SIGKILL)
        await child.ended()
    ((raw,),) = read(state, "SELECT raw FROM updates")
    await server.push_again(json.loads(raw))
    async with child_bot(server.url, state, TOKEN):
        await server.say("again?")
        await server.wait_for(lambda: answers(server)[1:] == ["again?"], 20)
    assert answers(server) == ["once?", "again?"]


async def test_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(
    server: BotApiServer, tmp_path: Path
) -> None:
    """An update that is no update of Telegram's is kept as it came; all others are answered."""
    state = tmp_path / "bot.sqlite3"
    await server.say("before?")
    await server.push(message={"message_id": "seven", "chat": "the one next door"})
    await server.say("after?")
    async with child_bot(server.url, state, TOKEN) as child:
        await server.wait_for(lambda: answers(server) == ["before?", "after?"], 20)
        child.send(signal.SIGTERM)
        assert await child.ended() == 0
    ((raw,),) = read(state, "SELECT raw FROM updates WHERE status = 'aside'")
    assert json.loads(raw)["message"]["chat"] == "the one next door"
    assert read(state, "SELECT count(*) FROM updates WHERE status = 'done'") == [(2,)]
    assert "the one next door" not in child.log


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_no_log_shows_a_secret(server: BotApiServer, tmp_path: Path, log_format: str) -> None:
    """At the most talkative, in a dead network and with a token that is revoked at the end."""
    state, secret = tmp_path / "bot.sqlite3", "secret-of-the-webhook"
    talkative: dict[str, object] = {
        "log_level": "DEBUG",
        "log_texts": True,
        "log_format": log_format,
    }
    await server.close()
    async with child_bot(server.url, state, TOKEN, webhook_secret=secret, **talkative) as child:
        await child.logs("cannot be reached")
        await server.open()
        await server.say(f"who has {TOKEN} and {secret}?")
        await server.sent(1)
        server.token = "7:another"
        assert await child.ended() == 1
    assert "refuses the token" in child.log
    assert "<token>" in child.log
    assert TOKEN not in child.log
    assert secret not in child.log
