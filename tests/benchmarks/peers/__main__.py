"""Dateline beside LangChain, LlamaIndex, Haystack and txtai, in one run, retrieval only.

`python -m tests.benchmarks.peers NEWS LABELLED FOLDER [--help]`. NEWS is a gzipped file of JSON
Lines with a "text" each, LABELLED a file of questions in SQuAD format; environments and indexes go
into FOLDER (some 7 GB), and so does `measured.json`. What noise can spoil is measured in turns, one
contender after the other, again and again. Prints Markdown.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from index.export import packaged_model
from tests.benchmarks.peers.corpus import Corpus, read_corpus
from tests.benchmarks.peers.environments import CONTENDERS, DATELINE
from tests.benchmarks.peers.figures import side_by_side, table
from tests.benchmarks.peers.jobs import Job
from tests.benchmarks.peers.measuring import (
    Measured,
    measure_builds,
    measure_cold,
    measure_kills,
    measure_sizes,
    measure_warm,
    rows,
)
from tests.benchmarks.peers.running import Stand


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
    keep(asked.folder, results)
    if asked.killed_articles:
        half = asked.killed_articles // 2
        small = read_corpus(asked.news, asked.labelled, asked.killed_articles, half, 2 * half)
        measure_kills(stands, results, small, asked.folder / "killed", asked.kills)
        report_kills(small, results)
        keep(asked.folder, results)


def keep(folder: Path, results: dict[str, Measured]) -> None:
    """Write all that was measured, unrounded."""
    kept = {name: asdict(one) for name, one in results.items()}
    (folder / "measured.json").write_text(json.dumps(kept, indent=1))


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers")
    parser.add_argument("news", type=Path)
    parser.add_argument("labelled", type=Path)
    parser.add_argument("folder", type=lambda told: Path(told).resolve())
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


def report(corpus: Corpus, texts: dict[str, str], results: dict[str, Measured]) -> None:
    """Print what all contenders did."""
    chars = sum(len(text) for text in texts.values())
    print(
        f"{len(texts):,} articles ({chars / 1e6:.1f} M characters), of which "
        f"{len(corpus.paragraphs)} paragraphs answer {len(corpus.questions)} questions\n"
    )
    print(side_by_side(rows(results, chars), DATELINE.name), flush=True)


def report_kills(corpus: Corpus, results: dict[str, Measured]) -> None:
    """Print what was left of builds that were killed."""
    killed = {name: one.killed for name, one in results.items() if one.killed}
    lines = [[what, *(told[what] for told in killed.values())] for what in killed[DATELINE.name]]
    print(
        f"\n{len(corpus.news)} articles and {len(corpus.paragraphs)} paragraphs, builds killed by "
        "SIGKILL:\n"
    )
    print(table(["", *killed], lines), flush=True)


if __name__ == "__main__":
    main()
