"""Measure all contenders: what noise can spoil in turns, one after the other, again and again."""

import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.environment import size
from tests.benchmarks.peers.corpus import Corpus, gold
from tests.benchmarks.peers.environments import installed_mb, python_of
from tests.benchmarks.peers.figures import Row, percentile, rank, recall
from tests.benchmarks.peers.killing import Killing
from tests.benchmarks.peers.running import Built, Serving, Stand

DEPTH = 10
WARM_UP = 5  # questions that are asked before any is timed
PAUSE_S = 0.03  # after each answer, so that no thread of one peer still spins while another works


@dataclass(slots=True)
class Measured:
    """What was measured of one contender."""

    installed_mb: float = 0
    installed_besides_mb: float = 0
    builds: list[Built] = field(default_factory=list)
    index_mb: float = 0
    articles: int = 0
    cold_s: list[float] = field(default_factory=list)
    cold_cpu_s: list[float] = field(default_factory=list)
    warm_s: list[float] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)
    answering_mb: float = 0
    killed: dict[str, str] = field(default_factory=dict)


def measure_sizes(stands: dict[str, Stand], results: dict[str, Measured]) -> None:
    """Install what is missing, and weigh it."""
    for name, stand in stands.items():
        python_of(stand.contender, stand.environments)
        one = results[name]
        one.installed_mb, one.installed_besides_mb = installed_mb(
            stand.contender, stand.environments
        )


def measure_builds(stands: dict[str, Stand], results: dict[str, Measured], rounds: int) -> None:
    """Build from nothing, in turns."""
    for _ in range(rounds):
        for name, stand in stands.items():
            results[name].builds.append(stand.build())
    for name, stand in stands.items():
        results[name].index_mb = size(stand.job.index) / 1e6


def measure_cold(
    stands: dict[str, Stand], results: dict[str, Measured], corpus: Corpus, rounds: int
) -> None:
    """One question as a whole process, in turns."""
    for turn in range(rounds):
        for name, stand in stands.items():
            seconds, cpu = stand.ask(corpus.questions[turn % len(corpus.questions)].question)
            results[name].cold_s.append(seconds)
            results[name].cold_cpu_s.append(cpu)


def measure_warm(stands: dict[str, Stand], results: dict[str, Measured], corpus: Corpus) -> None:
    """Every question to every contender in turns, all of them having their indexes open."""
    with ExitStack() as stack:
        serving = {name: stack.enter_context(Serving(stand)) for name, stand in stands.items()}
        for number in range(WARM_UP):
            for one in serving.values():
                one.search(f"What happened on day {number}?", DEPTH)  # none that some may remember
        for question in corpus.questions:
            for name, one in serving.items():
                found, seconds = one.search(question.question, DEPTH)
                results[name].warm_s.append(seconds)
                results[name].ranks.append(rank((p.article for p in found), gold(question)))
                time.sleep(PAUSE_S)
        for name, one in serving.items():
            served = one.end()
            results[name].articles = len(served.articles)
            results[name].answering_mb = served.peak_mb


def measure_kills(
    stands: dict[str, Stand],
    results: dict[str, Measured],
    corpus: Corpus,
    folder: Path,
    kills: int,
) -> None:
    """Kill builds of a small corpus; those that are not killed have a dict that stays empty."""
    for name, stand in stands.items():
        if stand.contender.killed:
            killing = Killing(stand, corpus, folder / stand.contender.module, kills)
            results[name].killed = killing.results()


def rows(results: dict[str, Measured], chars: int) -> list[Row]:
    """The measures as rows of the table."""

    def row(name: str, digits: int, more: bool | None, *values: float) -> Row:
        return Row(name, dict(zip(results, values, strict=True)), more, digits)

    every = list(results.values())
    built = [sorted(one.builds, key=lambda built: built.seconds) for one in every]
    middle = [builds[len(builds) // 2] for builds in built]
    return [
        row("installed, MB", 0, False, *(one.installed_mb for one in every)),
        row("besides torch and model, MB", 0, False, *(one.installed_besides_mb for one in every)),
        row("cold question, median, s", 2, False, *(statistics.median(o.cold_s) for o in every)),
        row(
            "cold question, processor s",
            2,
            False,
            *(statistics.median(o.cold_cpu_s) for o in every),
        ),
        row("warm question, p50, ms", 1, False, *(1e3 * percentile(o.warm_s, 0.5) for o in every)),
        row("warm question, p95, ms", 1, False, *(1e3 * percentile(o.warm_s, 0.95) for o in every)),
        row("build, chunks a second", 1, True, *(one.chunks / one.seconds for one in middle)),
        row("build, kB of text a second", 1, True, *(chars / 1e3 / one.seconds for one in middle)),
        row(
            "build, chunks a processor second", 1, True, *(o.chunks / o.cpu_seconds for o in middle)
        ),
        row("build, peak memory, MB", 0, False, *(one.peak_mb for one in middle)),
        row("answering, peak memory, MB", 0, False, *(one.answering_mb for one in every)),
        row("index on disk, MB", 1, False, *(one.index_mb for one in every)),
        *(row(f"recall@{k}", 3, True, *(recall(o.ranks, k) for o in every)) for k in (1, 5, DEPTH)),
        row("chunks", 0, None, *(one.chunks for one in middle)),
        row("articles in the index", 0, None, *(one.articles for one in every)),
    ]
