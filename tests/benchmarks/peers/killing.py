"""Kill a peer's build with SIGKILL, and see what is left: of a first build, and of an update.

An update reads other news with the same paragraphs over an index that is there. It is killed while
its files change. Afterwards the index is opened and asked: are its articles those of before or of
after, do passages stand in the articles they are said to be from, and are the paragraphs still
found. A first build that was killed is begun again, one more article having come in. Moments are
counted in processor time of the build, which other work on the machine does not stretch.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.peers.aftermath import FOUND, Left, look, verdict
from tests.benchmarks.peers.corpus import Corpus
from tests.benchmarks.peers.running import Stand, WorkerError

POLL_S = 0.0003
GOES_ON = 0.9  # a build that takes less of a whole one's time did not begin anew


class Killing:
    """One peer's builds of a small corpus, killed at some moments."""

    def __init__(self, stand: Stand, corpus: Corpus, folder: Path, kills: int) -> None:
        """Write the articles before, with one more that comes first, and after.

        Before and after, the news are of different numbers, so that what is at a place in one file
        is at another in the other.
        """
        third = len(corpus.news) // 3
        shutil.rmtree(folder, ignore_errors=True)
        self._texts = {
            "before": corpus.write(folder / "before", 1, 2 * third),
            "grown": corpus.write(folder / "grown", 0, 2 * third),
            "after": corpus.write(folder / "after", third),
        }
        self._corpus, self._folder = corpus, folder
        index = folder / "indexes" / "index"
        index.parent.mkdir()
        self._stands = {
            name: stand.on(articles=folder / name, index=index, resume=True) for name in self._texts
        }
        self._index = index
        self._kills = kills

    def results(self) -> dict[str, str]:
        """What was found, by what was done."""
        first = self._watched("before")
        whole = look(self._stands["before"], self._corpus, self._texts["before"])
        self._keep()
        told = {"whole build": f"{first.end:.1f} processor s, recall@{FOUND} {whole.recall:.2f}"}
        for number in range(self._kills):
            share = (number + 1) / (self._kills + 1)
            self._stands["before"].forget()
            ran = self._run("before", partial(_reached, share * first.end))
            named = f"first build killed at {share:.0%}"
            told[named] = self._judged(ran, whole, {"all articles": "before"})
        told["then built again, one article more"] = self._again(first.end, whole)
        return told | self._updates(whole)

    def _again(self, whole_s: float, whole: Left) -> str:
        """Whether the build after a kill goes on, and whether what it makes is right."""
        ran = self._run("grown", _never)
        share = ran.seconds / whole_s
        manner = "goes on" if share < GOES_ON else "begins anew"
        made = self._judged(ran, whole, {"all articles": "grown"})
        return f"{manner} ({share:.2f} of a whole build), {made}"

    def _updates(self, whole: Left) -> dict[str, str]:
        told = {}
        self._restore()
        took = self._watched("after")
        for number in range(self._kills):
            share = number / self._kills  # 0: as soon as a file has changed
            self._restore()
            moment = share * (took.last_change - took.first_change)
            ran = self._run("after", self._since_change(moment))
            named = f"update killed at {share:.0%} of its writing"
            told[named] = self._judged(ran, whole, {"as before": "before", "as after": "after"})
        return told

    def _judged(self, ran: "_Ran", whole: Left, states: Mapping[str, str]) -> str:
        held = {name: frozenset(self._texts[state]) for name, state in states.items()}
        texts = {
            name: text for state in states.values() for name, text in self._texts[state].items()
        }
        left = look(self._stands["before"], self._corpus, texts)
        told = verdict(left, whole, held)
        return f"{told} (it ended before)" if ran.late else told

    def _keep(self) -> None:
        """Keep the index as it is, with what the peer has beside it."""
        shutil.copytree(self._index.parent, self._folder / "kept")

    def _restore(self) -> None:
        """Put back what was kept."""
        shutil.rmtree(self._index.parent)
        shutil.copytree(self._folder / "kept", self._index.parent)

    def _since_change(self, seconds: float) -> Callable[[float], bool]:
        """Whether so much time has gone since files of the index began to change."""
        seen, since = self._files(), [float("inf")]

        def due(spent: float) -> bool:
            if since[0] > spent and self._files() != seen:
                since[0] = spent
            return spent - since[0] >= seconds

        return due

    def _watched(self, state: str) -> "_Moments":
        """Build to the end; when did it begin and when cease to change the index?"""
        seen, changes = self._files(), [float("inf")]

        def note(spent: float) -> bool:
            nonlocal seen
            if (now := self._files()) != seen:
                seen = now
                changes.append(spent)
            return False

        end = self._run(state, note).seconds
        return _Moments(min(changes), changes[-1], end)

    def _run(self, state: str, due: Callable[[float], bool]) -> "_Ran":
        """Build, all being loaded before; kill it when that is due."""
        stand = self._stands[state]
        worker = stand.start("build-warm")
        assert worker.stdout is not None
        worker.stdout.readline()
        began = spent = _processor_seconds(worker.pid)
        while worker.poll() is None:
            spent = _processor_seconds(worker.pid) or spent
            if due(spent - began):
                os.kill(worker.pid, signal.SIGKILL)
                break
            time.sleep(POLL_S)
        worker.communicate()
        if worker.returncode not in (0, -signal.SIGKILL):
            raise WorkerError(f"{stand.contender.name}: {stand.log.read_text()[-2000:]}")
        return _Ran(spent - began, late=due is not _never and not worker.returncode)

    def _files(self) -> dict[str, tuple[int, int]]:
        """Size and time of all files of the index."""
        found = {}
        for file in self._index.rglob("*"):
            try:
                state = file.stat()
            except FileNotFoundError:  # gone meanwhile
                continue
            found[str(file)] = (state.st_size, state.st_mtime_ns)
        return found


@dataclass(frozen=True, slots=True)
class _Moments:
    """When a build began and ceased to change files and when it ended, in processor seconds."""

    first_change: float
    last_change: float
    end: float


@dataclass(frozen=True, slots=True)
class _Ran:
    """How a build ran.

    Attributes:
        seconds: Processor time that it took until it ended or was killed.
        late: It ended before it was to be killed.
    """

    seconds: float
    late: bool


def _processor_seconds(pid: int) -> float:
    """Processor time of another process; see clock_getcpuclockid(3) for the number of its clock."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:  # it has ended
        return 0


def _never(spent: float) -> bool:
    return False


def _reached(moment: float, spent: float) -> bool:
    return spent >= moment
