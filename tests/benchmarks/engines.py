"""One index in a folder and in PostgreSQL, asked the same questions in turns.

`python -m tests.benchmarks.engines LABELLED [ARTICLES PARAGRAPHS QUESTIONS ANSWERED]`. LABELLED is
a file in SQuAD format. The server is started for it, on loopback, with all its safety on.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from index.builder import build_index
from index.chunking import ChunkSettings
from index.copying import copy_index
from index.export import DEFAULT_MODEL
from index.intake import Progress
from index.library import Library
from index.location import Location, read_location
from index.postgres.engine import close_engines
from retrieval.answerer import Answerer
from retrieval.labelled import read_labelled, write_contexts
from retrieval.search import search
from tests.benchmarks.retrieval import sample
from tests.postgres.nodes import Node

DEPTHS = (1, 5, 10)

Result = TypeVar("Result")


def main(
    file: Path, articles: int = 35, paragraphs: int = 10, questions: int = 300, answered: int = 100
) -> None:
    """Build, copy, ask, and print."""
    contexts, asked = sample(read_labelled(file), articles, paragraphs, questions)
    node = Node().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_contexts(contexts, Path(folder) / "articles")
            places: dict[str, Location] = {
                "folder": Path(folder) / "index",
                "PostgreSQL": read_location(node.url()),
            }
            began = time.perf_counter()
            build_index(Path(folder) / "articles", places["folder"], DEFAULT_MODEL, ChunkSettings())
            built = time.perf_counter()
            status = copy_index(places["folder"], places["PostgreSQL"], Progress())
            copied = time.perf_counter()
            print(f"{status.articles} articles, {status.chunks} chunks, {len(asked)} questions")
            print(f"built in {built - began:.1f} s, copied in {copied - built:.1f} s")
            libraries = {name: Library.open(place, lasting=True) for name, place in places.items()}
            compare(libraries, [(one.question, f"{one.context}.txt") for one in asked])
            compare_answers(places, [one.question for one in asked[:answered]])
    finally:
        close_engines()
        node.remove()


def compare(libraries: dict[str, Library], asked: list[tuple[str, str]]) -> None:
    """Print how often each finds the right paragraph, how fast, and how often both agree."""
    took: dict[str, list[float]] = {name: [] for name in libraries}
    found: dict[str, list[list[str]]] = {name: [] for name in libraries}
    for question, _ in asked:
        for name, library in libraries.items():
            library.question_vector(question)  # the same work for both
            hits, seconds = timed(partial(search, library, question))
            took[name].append(1000 * seconds)
            held = [library.article(hit.chunk.article_id) for hit in hits]
            found[name].append([article.path for article in held if article])
    for name in libraries:
        shares = [
            sum(path in paths[:k] for (_, path), paths in zip(asked, found[name], strict=True))
            for k in DEPTHS
        ]
        recall = " ".join(f"{share / len(asked):.3f}" for share in shares)
        p50, p95 = statistics.median(took[name]), statistics.quantiles(took[name], n=20)[-1]
        print(f"{name:<11} recall@1/5/10 {recall}  search p50 {p50:.1f} ms p95 {p95:.1f} ms")
    one, other = found.values()
    same = [sum(a[:k] == b[:k] for a, b in zip(one, other, strict=True)) for k in DEPTHS]
    print("the same first 1, 5, 10: " + " ".join(f"{count / len(asked):.3f}" for count in same))


def compare_answers(places: dict[str, Location], questions: list[str]) -> None:
    """Print how often both answer the same, and how fast."""
    answerers = {name: Answerer.open(place, lasting=True) for name, place in places.items()}
    took: dict[str, list[float]] = {name: [] for name in answerers}
    same = 0
    for question in questions:
        told = set()
        for name, answerer in answerers.items():
            answer, seconds = timed(partial(answerer.answer, question))
            took[name].append(1000 * seconds)
            told.add((answer.answer, *(one.quote for one in answer.citations)))
        same += len(told) == 1
    shown = ", ".join(f"{name} {statistics.median(ms):.0f} ms" for name, ms in took.items())
    print(f"{same} of {len(questions)} answers are the same; p50 {shown}")


def timed(act: Callable[[], Result]) -> tuple[Result, float]:
    """What it gives, and how many seconds it took."""
    began = time.perf_counter()
    return act(), time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
