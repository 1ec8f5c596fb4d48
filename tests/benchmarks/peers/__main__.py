"""Dateline beside LangChain, LlamaIndex, Haystack and txtai, in one run, retrieval only.

`python -m tests.benchmarks.peers NEWS LABELLED FOLDER [--help]`. NEWS is a gzipped file of JSON
Lines with a "text" each, LABELLED a file of questions in SQuAD format; environments and indexes go
into FOLDER (some 7 GB), and so does `measured.json`. What noise can spoil is measured in turns, one
contender after the other, again and again. Prints Markdown.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from index.export import packaged_model
from tests.benchmarks.environment import size
from tests.benchmarks.peers.corpus import Corpus, gold, read_corpus
from tests.benchmarks.peers.environments import CONTENDERS, DATELINE, installed_mb, python_of
from tests.benchmarks.peers.figures import Row, percentile, rank, recall, side_by_side, table
from tests.benchmarks.peers.jobs import Job
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


def main() -> None:
    """Measure and print."""
    asked = arguments()
    corpus = read_corpus(asked.news, asked.labelled, asked.articles, asked.paragraphs, asked.asked)
    texts = corpus.write(asked.folder / "articles")
    stands = {
        contender.name: Stand(
            contender,
            asked.folder / "environments",
            Job(
                asked.folder / "articles",
                asked.folder / "indexes" / contender.module,
                Path(packaged_model()),
                threads=asked.threads,
            ),
        )
        for contender in CONTENDERS
        if contender == DATELINE or not asked.only or contender.module in asked.only
    }
    results = {name: Measured() for name in stands}
    measure_sizes(stands, results)
    measure_builds(stands, results, asked.builds)
    measure_cold(stands, results, corpus, asked.cold)
    measure_warm(stands, results, corpus)
    report(corpus, texts, results)
    measure_kills(stands, results, asked)
    kept = {
        name: {key: _plain(getattr(one, key)) for key in one.__slots__}
        for name, one in results.items()
    }
    (asked.folder / "measured.json").write_text(json.dumps(kept, indent=1, default=str))


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers")
    parser.add_argument("news", type=Path)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=2500, help="of the news")
    parser.add_argument("--paragraphs", type=int, default=1204, help="that answer questions")
    parser.add_argument("--asked", type=int, default=1000, help="questions")
    parser.add_argument("--builds", type=int, default=1, help="rounds")
    parser.add_argument("--cold", type=int, default=5, help="rounds")
    parser.add_argument("--killed-articles", type=int, default=60, help="0: no build is killed")
    parser.add_argument("--kills", type=int, default=3, help="of a first build, and of an update")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="*", metavar="MODULE", help="such as on_txtai")
    return parser.parse_args()


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
        for question in corpus.questions[:WARM_UP]:
            for one in serving.values():
                one.search(question.question, DEPTH)
        for question in corpus.questions:
            for name, one in serving.items():
                found, seconds = one.search(question.question, DEPTH)
                results[name].warm_s.append(seconds)
                results[name].ranks.append(rank((p.article for p in found), gold(question)))
                time.sleep(PAUSE_S)
        for name, one in serving.items():
            results[name].articles = len(one.articles)
            results[name].answering_mb = one.end()


def measure_kills(
    stands: dict[str, Stand], results: dict[str, Measured], asked: argparse.Namespace
) -> None:
    """Kill builds of a smaller corpus, and print what is left of each."""
    if not asked.killed_articles:
        return
    half = asked.killed_articles // 2
    corpus = read_corpus(asked.news, asked.labelled, asked.killed_articles, half, 2 * half)
    killed = {name: stand for name, stand in stands.items() if stand.contender.killed}
    for name, stand in killed.items():
        folder = asked.folder / "killed" / stand.contender.module
        results[name].killed = Killing(stand, corpus, folder, asked.kills).results()
    first = results[DATELINE.name].killed
    lines = [[what, *(results[name].killed[what] for name in killed)] for what in first]
    print(f"\n{len(corpus.news)} articles and {half} paragraphs, builds killed by SIGKILL:\n")
    print(table(["", *killed], lines), flush=True)


def report(corpus: Corpus, texts: dict[str, str], results: dict[str, Measured]) -> None:
    """Print what all contenders did."""
    chars = sum(len(text) for text in texts.values())
    print(
        f"{len(texts):,} articles ({chars / 1e6:.1f} M characters), of which "
        f"{len(corpus.paragraphs)} paragraphs answer {len(corpus.questions)} questions\n"
    )
    print(side_by_side(rows(results, chars), DATELINE.name), flush=True)


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


def _plain(value: object) -> object:
    if isinstance(value, Sequence) and value and isinstance(value[0], Built):
        return [{key: getattr(one, key) for key in one.__slots__} for one in value]
    return value


if __name__ == "__main__":
    main()
