"""A bot in a process of its own, to be stopped, killed and started again.

`python child_bot.py SETTINGS` runs it: all is real but the answers, and it calls Telegram as
often as it likes. `child_bot(...)` starts it from a test.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.articles import Article
    from index.filters import Filters
    from retrieval.answer import Answer, Turn

ROOT = Path(__file__).parents[2]


@dataclass
class Child:
    """A bot that was started; its log goes on in one file for all starts with one state."""

    process: asyncio.subprocess.Process
    log_file: Path

    @property
    def log(self) -> str:
        """What it has logged."""
        return self.log_file.read_text(encoding="utf-8")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    async def ended(self, timeout_s: float = 20) -> int:
        """Its exit status, once it has one."""
        async with asyncio.timeout(timeout_s):
            return await self.process.wait()

    async def logs(self, words: str, timeout_s: float = 20) -> None:
        """Wait until it has logged some words."""
        async with asyncio.timeout(timeout_s):
            while words not in self.log:
                assert self.process.returncode is None, self.log
                await asyncio.sleep(0.02)


@asynccontextmanager
async def child_bot(url: str, state: Path, token: str, **settings: object) -> AsyncIterator[Child]:
    """A bot that uses the server at `url`; leaving kills it if it has not ended."""
    told = {"TELEGRAM_API_BASE_URL": url, "TELEGRAM_BOT_TOKEN": token, "state": str(state)}
    async with started_bot({**told, **settings}, state.with_suffix(".log")) as child:
        yield child


@asynccontextmanager
async def started_bot(told: Mapping[str, object], log_file: Path) -> AsyncIterator[Child]:
    """A bot with some settings; leaving kills it if it has not ended."""
    with log_file.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, __file__, json.dumps(told)),
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    try:
        yield Child(process, log_file)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class _Shelf:
    """One article; a test writes into the file that stands for the index which version it is."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def version(self) -> str:
        """What is in the file; nothing if there is none."""
        return self._file.read_text(encoding="utf-8") if self._file.is_file() else ""

    def live_among(self, article_ids: "Sequence[str]") -> set[str]:
        """The article of this version, and what stands in all of them."""
        return set(article_ids) & {"id", f"id {self.version()}"}

    def is_live(self, article_id: str) -> bool:
        """Whether it is in this version."""
        return bool(self.live_among([article_id]))

    def article(self, article_id: str) -> "Article | None":
        """Any article; what it says does not matter."""
        from index.articles import Article

        return Article(article_id, "Late.", "t.txt")

    def successors(self, article_id: str, path: str) -> "list[Article]":
        """None: an article that is not in this version was withdrawn."""
        return []


class _Answerer:
    """Answers with what it was asked, at once or, if it is to be slow, after a second.

    A deadly question ends the process. What is asked in passing rests on an article that only this
    version of the index has.
    """

    def __init__(self, index: Path) -> None:
        self.library = _Shelf(index)

    def answer(
        self, question: str, history: "Sequence[Turn]" = (), filters: "Filters | None" = None
    ) -> "Answer":
        """Answer; with the version of the index behind, if it has one."""
        from retrieval.answer import Answer, Citation

        if question.startswith("deadly"):
            os._exit(9)
        time.sleep(1 if question.startswith("slow") else random.random() / 50)
        passing = question.startswith("passing")
        article = f"id {self.library.version()}" if passing else "id"
        citation = Citation(1, article, "T", None, None, None, "t.txt", None, 0, 5, "Late.")
        told = f"Re: {question} {self.library.version()}".strip()
        return Answer(question, True, told, 0.9, (citation,), ())


def main() -> None:
    """Run the bot until it is stopped."""
    import stamina

    from bot.messenger.app import run_bot
    from bot.messenger.delivery.limits import Rates
    from bot.messenger.wiring import Tempo
    from bot.settings import Settings
    from index.errors import DatelineError

    settings = Settings(**json.loads(sys.argv[1]), _env_file=None)
    unlimited = Rates(*[(10_000.0, 1.0)] * 3)
    soon = stamina.AsyncRetryingCaller(
        attempts=None, timeout=None, wait_initial=0.05, wait_max=1, wait_jitter=0.05
    )

    def open_answerer() -> Any:  # noqa: ANN401 - it does what is needed of an answerer
        assert isinstance(settings.index, Path)
        return _Answerer(settings.index)

    try:
        run_bot(settings, open_answerer, Tempo(unlimited, soon, poll_s=2))
    except DatelineError as exc:
        sys.exit(f"dateline: {exc}")


if __name__ == "__main__":
    main()
