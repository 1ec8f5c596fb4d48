"""Kill a peer's build with SIGKILL, and see what is left: of a first build, and of an update.

An update reads other news with the same paragraphs over an index that is there. It is killed while
its files change. Afterwards the index is opened and asked: are its articles those of before or of
after, do passages stand in the articles they are said to be from, and are the paragraphs still
found. A first build that was killed is begun again, one more article having come in.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.peers.corpus import Corpus, gold
from tests.benchmarks.peers.figures import rank, recall
from tests.benchmarks.peers.running import Serving, Stand, WorkerError

FOUND = 10
POLL_S = 0.001
GOES_ON = 0.75  # a build that takes less of a whole one's time did not begin anew
KEPT_RECALL = 0.9  # of a whole index's

States = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Left:
    """What an index answers.

    Attributes:
        articles: Names of the articles in it.
        error: Why it cannot be opened or asked, or None.
        misquoted: Share of the passages that do not stand in the article they are said to be from.
        recall: Share of the questions whose paragraph is among the first ten passages.
    """

    articles: frozenset[str]
    error: str | None = None
    misquoted: float = 0
    recall: float = 0


def verdict(left: Left, whole: Left, states: States) -> str:
    """What an index is after a kill, in a few words.

    Args:
        left: What it answers.
        whole: What a whole index answers.
        states: The articles it may rightly hold, by what such an index is called.
    """
    if left.error:
        return f"refuses: {left.error.split(':')[0]}"
    named = [name for name, articles in states.items() if articles == left.articles]
    faults = []
    if not named:
        most = max(len(articles) for articles in states.values())
        faults.append(f"{len(left.articles)} articles of {most}")
    if left.misquoted:
        faults.append(f"{left.misquoted:.0%} of passages misattributed")
    if left.recall < KEPT_RECALL * whole.recall:
        faults.append(f"recall@{FOUND} {whole.recall:.2f} → {left.recall:.2f}")
    return f"SILENTLY WRONG: {', '.join(faults)}" if faults else f"whole, {named[0]}"


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
        self._shares = [(number + 1) / (kills + 1) for number in range(kills)]

    def results(self) -> dict[str, str]:
        """What was found, by what was done."""
        first = self._watched("before")
        whole = self._look("before")
        self._keep()
        told = {"whole build": f"{first.end:.1f} s, recall@{FOUND} {whole.recall:.2f}"}
        for share in self._shares:
            self._stands["before"].forget()
            self._run("before", partial(_reached, share * first.end))
            named = f"first build killed at {share:.0%}"
            told[named] = self._judged(whole, {"all articles": "before"})
        told["then built again, one article more"] = self._again(first.end, whole)
        return told | self._updates(whole)

    def _again(self, whole_s: float, whole: Left) -> str:
        """Whether the build after a kill goes on, and whether what it makes is right."""
        share = self._watched("grown").end / whole_s
        manner = "goes on" if share < GOES_ON else "begins anew"
        made = self._judged(whole, {"all articles": "grown"})
        return f"{manner} ({share:.2f} of a whole build), {made}"

    def _updates(self, whole: Left) -> dict[str, str]:
        told = {}
        self._restore()
        took = self._watched("after")
        for share in self._shares:
            self._restore()
            self._run("after", self._since_change(share * (took.end - took.first_change)))
            named = f"update killed at {share:.0%} of its writing"
            told[named] = self._judged(whole, {"as before": "before", "as after": "after"})
        return told

    def _judged(self, whole: Left, states: Mapping[str, str]) -> str:
        held = {name: frozenset(self._texts[state]) for name, state in states.items()}
        return verdict(self._look(*states.values()), whole, held)

    def _look(self, *states: str) -> Left:
        """Open the index and ask all questions; it may hold the articles of these states."""
        texts = {k: "".join(v.split()) for one in states for k, v in self._texts[one].items()}
        ranks, passages, wrong = [], 0, 0
        try:
            with Serving(self._stands[states[0]]) as serving:
                if serving.error:
                    return Left(frozenset(), serving.error)
                for question in self._corpus.questions:
                    found, _ = serving.search(question.question, FOUND)
                    ranks.append(rank((one.article for one in found), gold(question)))
                    passages += len(found)
                    quoted = [("".join(one.text.split()), texts.get(one.article)) for one in found]
                    wrong += sum(text is None or quote not in text for quote, text in quoted)
        except WorkerError as exc:
            return Left(frozenset(), str(exc))
        return Left(
            frozenset(serving.articles), None, wrong / max(1, passages), recall(ranks, FOUND)
        )

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
        """Build to the end; when did it begin to change the index?"""
        changed, first = self._since_change(0), [float("inf")]

        def note(spent: float) -> bool:
            if first[0] > spent and changed(spent):
                first[0] = spent
            return False

        end = self._run(state, note)
        return _Moments(min(first[0], end), end)

    def _run(self, state: str, due: Callable[[float], bool]) -> float:
        """Build, all being loaded before; kill it when that is due; returns the seconds."""
        stand = self._stands[state]
        worker = stand.start("build-warm")
        assert worker.stdout is not None
        worker.stdout.readline()
        began = time.perf_counter()
        while worker.poll() is None:
            if due(time.perf_counter() - began):
                os.kill(worker.pid, signal.SIGKILL)
                break
            time.sleep(POLL_S)
        spent = time.perf_counter() - began
        worker.communicate()
        if worker.returncode not in (0, -signal.SIGKILL):
            raise WorkerError(f"{stand.contender.name}: {stand.log.read_text()[-2000:]}")
        return spent

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
    """When a build began to change files and when it ended, in seconds."""

    first_change: float
    end: float


def _reached(moment: float, spent: float) -> bool:
    return spent >= moment
