"""How a fleet grows: bots that share an inbox, and workers that share a queue.

`python -m tests.benchmarks.fleet [UPDATES ARTICLES]`. Server, Bot API and bots are on loopback, and
share two cores; answers are made up at once, vectors are MiniLM's. Prints Markdown.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from bot.messenger.reception.webhook import SECRET_HEADER
from bot.state.shared import SharedState
from index.builder import build
from index.chunking import ChunkSettings
from index.export import DEFAULT_MODEL
from index.library import Library
from index.location import Address, read_location
from index.postgres.engine import close_engines
from index.writer import IndexWriter, Recipe
from tests.messenger.child_bot import started_bot
from tests.messenger.support import rows
from tests.messenger.test_fleet import SECRET, free_port
from tests.postgres.nodes import Node
from tests.telegram_server import TOKEN, BotApiServer

CHATS = 50


async def updates_a_second(address: Address, bots: int, count: int) -> float:
    """How many updates so many bots answer in a second."""
    ports = [free_port() for _ in range(bots)]
    state = SharedState(address)
    async with BotApiServer() as server, AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        for port in ports:
            told = {
                "TELEGRAM_API_BASE_URL": server.url,
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "state": address.url + f"?schema={address.schema}",
                "index": str(folder / "index"),
                "webhook_url": "https://bots.example/hook",
                "webhook_secret": SECRET,
                "webhook_listen": f"127.0.0.1:{port}",
                "max_waiting_per_chat": 1000,
                "log_level": "ERROR",
            }
            await stack.enter_async_context(started_bot(told, folder / f"{port}.log"))
        for port in ports:
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        await client.post(f"{server.url}/bot{TOKEN}/deleteWebhook")
        messages = [await server.say(f"{n}", 1 + n % CHATS) for n in range(count)]
        began = time.perf_counter()
        for number, (message, port) in enumerate(
            zip(messages, itertools.cycle(ports), strict=False), 1
        ):
            await client.post(
                f"http://127.0.0.1:{port}/hook",
                json={"update_id": number, "message": message},
                headers={SECRET_HEADER: SECRET},
            )
        asked = "SELECT count(*) FROM updates WHERE status = 'done'"
        while (await rows(state, asked))[0][0] < count:
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
    state.close()
    return count / took


def chunks_a_second(address: Address, workers: int, articles: Path) -> float:
    """How many chunks a build with so many workers beside it encodes in a second, end to end."""
    url = f"{address.url}?schema={address.schema}"
    command = [sys.executable, "-m", "bot.cli", "index", "worker", "--index", url]
    environment = {"DATELINE_THREADS": "1", "GOMP_SPINCOUNT": "0"}
    recipe = Recipe(DEFAULT_MODEL, ChunkSettings(), threads=1)
    started = [
        subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    time.sleep(3)
    began = time.perf_counter()
    build(IndexWriter(address, recipe), [articles])
    took = time.perf_counter() - began
    for worker in started:
        worker.terminate()
        worker.wait()
    return Library.open(address).status().chunks / took


def main(updates: int = 300, articles: int = 300) -> None:
    """Measure and print."""
    node = Node().start()
    try:
        print("| processes | updates a second | | chunks a second | |\n|---|---|---|---|---|")
        with tempfile.TemporaryDirectory() as folder:
            for number in range(articles):
                text = " ".join(f"Sentence {n} of report {number} from Norvik." for n in range(60))
                (Path(folder) / f"{number}.txt").write_text(text)
            first: list[float] = []
            for bots in (1, 2, 3):
                found = []
                for kind in ("bots", "workers"):
                    address = read_location(node.url(more=f"?schema={kind}{bots}"))
                    assert isinstance(address, Address)
                    if kind == "bots":
                        found.append(asyncio.run(updates_a_second(address, bots, updates)))
                    else:
                        found.append(chunks_a_second(address, bots - 1, Path(folder)))
                first = first or found
                told = " | ".join(
                    f"{now:.0f} | {now / then:.2f}" for now, then in zip(found, first, strict=True)
                )
                print(f"| {bots} | {told} |", flush=True)
    finally:
        close_engines()
        node.remove()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
