"""Several bots, one inbox: every update is answered once, in order, whoever dies."""

import asyncio
import random
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from telegram import Update

from bot.messenger.delivery.ownership import Fleet
from bot.messenger.reception.webhook import SECRET_HEADER
from bot.state.claims import claim
from bot.state.shared import SharedState
from index.location import Address, read_location
from tests.messenger.child_bot import Child, started_bot
from tests.messenger.delivering import Desk, at_desk, echoing
from tests.messenger.support import rows
from tests.telegram_server import TOKEN, BotApiServer

pytestmark = pytest.mark.anyio
SECRET = "a-secret-of-the-webhook"


@pytest.fixture
def address(database_url: str) -> Address:
    """A database for a shared state."""
    found = read_location(database_url)
    assert isinstance(found, Address)
    return found


@pytest.fixture
async def desks(
    server: BotApiServer, address: Address, tmp_path: Path
) -> AsyncIterator[list[Desk]]:
    """Three bots of a fleet, at work."""

    async def slowly(desk: Desk, update: Update) -> None:
        await asyncio.sleep(random.random() / 50)
        await desk.dispatcher.carry_out(update.update_id, echoing(update))

    async with AsyncExitStack() as stack:
        found = [
            await stack.enter_async_context(at_desk(server, tmp_path, slowly, shared=address))
            for _ in range(3)
        ]
        for desk in found:
            await desk.dispatcher.start()
            assert desk.fleet
            await desk.fleet.start(desk.dispatcher.look)
        yield found


async def done(desk: Desk, count: int) -> bool:
    """Whether so many updates are done with."""
    found = await rows(desk.state, "SELECT count(*) FROM updates WHERE status = 'done'")
    return found == [(count,)]


async def all_done(desk: Desk, count: int, timeout_s: float = 30) -> None:
    """Wait until so many updates are done with."""
    async with asyncio.timeout(timeout_s):
        while not await done(desk, count):
            await asyncio.sleep(0.05)


async def test_each_update_is_answered_once_and_in_order(
    server: BotApiServer, desks: list[Desk]
) -> None:
    """Whichever bot of three an update reaches, and whoever answers the one before."""
    chats, each = range(1, 7), 8
    for number in range(each):
        for chat in chats:
            desk = random.choice(desks)
            message = await server.say(f"{number}", chat)
            desk.dispatcher.wake(await desk.store(message, first=100 * number + chat))
    await all_done(desks[0], each * len(chats))
    for chat in chats:
        told = [text for text in desks[0].shown(chat) if text.startswith("Re: ")]
        assert told == [f"Re: {number}" for number in range(each)]


async def test_a_bot_that_falls_silent_does_nothing_more(
    server: BotApiServer, desks: list[Desk]
) -> None:
    """What it was doing for a lane that another has taken is broken off, and done there."""
    first, second, _ = desks
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held_up(update: Update) -> None:
        begun.set()
        await go_on.wait()
        await first.dispatcher.carry_out(update.update_id, echoing(update))

    turns = first.dispatcher._turns
    turns._handling = replace(turns._handling, handle=held_up)
    message = await server.say("who?", 5)
    first.dispatcher.wake(await first.store(message, first=7))
    await begun.wait()
    assert first.fleet
    assert first.fleet._following
    first.fleet._following.cancel()  # it is not heard any more
    died = "UPDATE bots SET seen = seen - interval '1 hour' WHERE owner = ?"
    owner = first.fleet.owner
    await first.state.write(lambda connection: connection.execute(died, (owner,)))
    await all_done(second, 1)
    go_on.set()
    await asyncio.sleep(0.2)
    assert [text for text in second.shown(5) if text == "Re: who?"] == ["Re: who?"]


async def test_a_role_has_one_holder_and_then_another(address: Address) -> None:
    """Only the living hold it."""
    states = [SharedState(address) for _ in range(2)]
    one, other = (Fleet(state) for state in states)
    for fleet in (one, other):
        await fleet._beat()
    assert await one.claim("role x")
    assert await one.claim("role x")
    assert not await other.claim("role x")
    await one.stop()
    assert await other.claim("role x")
    assert not await states[0].write(lambda connection: claim(connection, one.owner, "role x"))
    await other.stop()
    for state in states:
        state.close()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


async def post(client: httpx.AsyncClient, port: int, update: object) -> bool:
    """Post an update as Telegram does; whether it was taken."""
    with suppress(httpx.HTTPError):
        answer = await client.post(
            f"http://127.0.0.1:{port}/hook", json=update, headers={SECRET_HEADER: SECRET}
        )
        return answer.status_code == 200
    return False


async def test_what_the_killed_and_the_stalled_had_is_taken_over(
    server: BotApiServer, address: Address, tmp_path: Path
) -> None:
    """Of three processes one is killed, and one stopped for longer than it is waited for."""
    chats, each, ports = range(1, 5), 6, [free_port() for _ in range(3)]
    state = SharedState(address)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=2))
        children: list[Child] = [
            await stack.enter_async_context(
                started_bot(
                    {
                        "TELEGRAM_API_BASE_URL": server.url,
                        "TELEGRAM_BOT_TOKEN": TOKEN,
                        "state": address.url,
                        "index": str(tmp_path / "index"),
                        "webhook_url": "https://bots.example/hook",
                        "webhook_secret": SECRET,
                        "webhook_listen": f"127.0.0.1:{port}",
                        "max_waiting_per_chat": 100,
                    },
                    tmp_path / f"{port}.log",
                )
            )
            for port in ports
        ]
        for child in children:
            await child.logs("Answering as")
        # The test posts by itself, for it plays the proxy that passes by what is dead.
        await client.post(f"{server.url}/bot{TOKEN}/deleteWebhook")
        for number in range(each):
            for chat in chats:
                message = await server.say(f"slow {number}", chat)
                update = {"update_id": 100 * number + chat, "message": message}
                while not await post(client, random.choice(ports[: 3 - number // 2]), update):
                    pass
            if number == 1:
                children[2].send(signal.SIGKILL)
            if number == 3:
                children[1].send(signal.SIGSTOP)
        async with asyncio.timeout(40):
            asked = "SELECT count(*) FROM updates WHERE status = 'done'"
            while await rows(state, asked) != [(each * len(chats),)]:
                await asyncio.sleep(0.2)
        children[1].send(signal.SIGCONT)
        await asyncio.sleep(1)
    state.close()
    for chat in chats:
        shown = [message["text"] for message in server.shown(chat)]
        answers = [text.split("slow ")[1][0] for text in shown if "Re: slow" in text]
        assert answers == [str(number) for number in range(each)], shown
