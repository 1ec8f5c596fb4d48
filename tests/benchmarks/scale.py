"""Search over 10,000, 100,000 and a million chunks: build, disk, memory, latency, recall.

`python -m tests.benchmarks.scale [--news FILE] [--cache FOLDER] [--base N] [--questions N] [SIZE…]`

FILE holds articles, one JSON object with a "text" a line, gzipped; where it is missing the text is
generated. The first `--base` chunks are encoded and kept in the cache. The others are copies:
words are replaced and dropped, and vectors are moved by noise that has the covariance of the
encoded ones, so that neighbours stay about as near to each other as real chunks are. Each index
is asked by a process of its own, which alone counts for time and memory.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from index.accelerators import renew_snapshots
from index.articles import Article, article_id
from index.embedded import EmbeddedStore
from index.encoders import OnnxEncoder
from index.filters import Filters
from index.generations import DATABASE_FILE, ENCODER_FOLDER, FolderGeneration
from index.library import Library
from retrieval.questions import content_words
from retrieval.search import CANDIDATES, search
from tests.benchmarks.chunks import ARTICLE_CHUNKS, Chunks, base_chunks, encoder

SIZES = (10_000, 100_000, 1_000_000)
COMMIT_ARTICLES = 1000
NOW = "2024-12-21T09:00:00+00:00"
EXACT_BLOCK = 20_000
SCORED_BY_FTS5 = 40  # questions; half a second each at a million chunks
NEW_TEXT = "The harbour of Norvik was closed at noon after a crane fell on the northern quay. " * 5
EVERYTHING = Filters()
FILTERS = {"a tenth": Filters(source="Wire 2"), "three fifths": Filters(since="2010-01-01")}


def build(folder: Path, model: OnnxEncoder, chunks: Chunks, size: int) -> dict[str, Any]:
    """Fill a database as a build does, then write its snapshots."""
    folder.mkdir()
    store = EmbeddedStore.create(folder / DATABASE_FILE, {"model": model.card.name})
    articles = chunks.articles(size)
    spent = 0.0
    while batch := list(islice(articles, COMMIT_ARTICLES)):
        began = time.perf_counter()
        with store.transaction():
            for article, spans, vectors in batch:
                store.set_version(article.path, article, NOW)
                store.put_chunks(article, spans, vectors)
        spent += time.perf_counter() - began
    stored_at = time.perf_counter()
    renew_snapshots(store, folder, model.card.dimensions)
    ended = time.perf_counter()
    store.close()
    return {
        "stored/s": size / spent,
        "snapshots s": ended - stored_at,
        "database B": (folder / DATABASE_FILE).stat().st_size / size,
        "snapshots B": sum(f.stat().st_size for f in folder.glob("*.snapshot")) / size,
    }


def ask(folder: Path, models: Path, questions: list[str]) -> dict[str, Any]:
    """Open an index and ask. For a process of its own."""
    began = time.perf_counter()
    model = OnnxEncoder(models)
    loaded = time.perf_counter()
    library = Library(FolderGeneration(folder), model, EmbeddedStore(folder / DATABASE_FILE))
    before = memory()
    search(library, questions[0])
    measured: dict[str, Any] = {
        "model s": loaded - began,
        "open s": time.perf_counter() - loaded,
        "opened MB": memory() - before,
    }
    ways: dict[str, Callable[[str], Any]] = {
        "encode": model.encode_question,
        "dense": lambda question: library.nearest(question, CANDIDATES, EVERYTHING),
        "BM25": lambda question: library.matching(content_words(question), CANDIDATES, EVERYTHING),
        "fused": lambda question: search(library, question),
    }
    for name, way in ways.items():
        spent, worked = [], []
        answers = []
        for question in questions:
            cpu, wall = time.process_time(), time.perf_counter()
            answers.append(way(question))
            spent.append(1000 * (time.perf_counter() - wall))
            worked.append(1000 * (time.process_time() - cpu))
        measured[f"{name} ms"] = np.percentile(spent, [50, 95]).tolist()
        measured[f"{name} CPU ms"] = np.percentile(worked, [50, 95]).tolist()
        if name in ("dense", "BM25"):
            measured[name] = [[chunk for chunk, _ in found] for found in answers]
    measured["asked MB"], measured["process MB"] = memory() - before, memory()
    for name, filters in FILTERS.items():
        times = []
        for question in questions[:2]:
            wall = time.perf_counter()
            search(library, question, filters=filters)
            times.append(1000 * (time.perf_counter() - wall))
        measured[f"fused, {name}: first, second ms"] = times
    return measured


def grow(folder: Path, models: Path) -> dict[str, Any]:
    """Add one article of the usual length, as a build does, and ask an open library for it."""
    store, model = EmbeddedStore(folder / DATABASE_FILE), OnnxEncoder(models)
    library = Library(FolderGeneration(folder), model, EmbeddedStore(folder / DATABASE_FILE))
    search(library, "What happened?")
    texts = [f"{NEW_TEXT}{number}" for number in range(ARTICLE_CHUNKS)]
    began = time.perf_counter()
    vectors = model.encode(texts)
    encoded = time.perf_counter()
    text, spans = "", []
    for chunk in texts:
        spans.append((len(text), len(text) + len(chunk)))
        text += f"{chunk}\n"
    article = Article(article_id(text), text, "new.txt")
    with store.transaction():
        store.set_version(article.path, article, NOW)
        store.put_chunks(article, spans, vectors)
    stored = time.perf_counter()
    renew_snapshots(store, folder, model.card.dimensions)
    renewed = time.perf_counter()
    first = search(library, "Why was the harbour of Norvik closed?")[0]
    seen = time.perf_counter()
    assert first.chunk.article_id == article.id
    return {
        "add: encode s": encoded - began,
        "add: store s": stored - encoded,
        "add: snapshots s": renewed - stored,
        "add: first question s": seen - renewed,
    }


def alone(task: str, *arguments: object) -> dict[str, Any]:
    """What `ask` or `grow` measures in a new process."""
    run = [sys.executable, "-m", "tests.benchmarks.scale", "--alone"]
    given = json.dumps([task, *arguments])
    done = subprocess.run(run, input=given, text=True, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def memory() -> float:
    """Resident memory of this process in MB, files that are mapped included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def judge(folder: Path, model: OnnxEncoder, questions: list[str], asked: dict[str, Any]) -> None:
    """Replace the ids that were found by how many of the true ones are among them."""
    store = EmbeddedStore(folder / DATABASE_FILE)
    wanted = np.stack([model.encode_question(question) for question in questions])
    ids = store.allowed_chunks(EVERYTHING)
    best_ids = np.zeros((len(questions), 10), dtype=np.int64)
    best = np.full(best_ids.shape, -2, dtype=np.float32)
    for start in range(0, len(ids), EXACT_BLOCK):
        found, vectors = store.vectors_of(ids[start : start + EXACT_BLOCK], wanted.shape[1])
        scores = np.hstack([best, wanted @ vectors.T])
        all_ids = np.hstack([best_ids, np.tile(found, (len(questions), 1))])
        order = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        best = np.take_along_axis(scores, order, 1)
        best_ids = np.take_along_axis(all_ids, order, 1)
    asked["recall@10"] = share(best_ids.tolist(), asked.pop("dense"), 10)
    by_fts5 = [
        [chunk for chunk, _ in store.match_words(content_words(question), CANDIDATES, EVERYTHING)]
        for question in questions[:SCORED_BY_FTS5]
    ]
    found_by_words = asked.pop("BM25")
    for depth in (10, CANDIDATES):
        asked[f"BM25 overlap@{depth}"] = share(by_fts5, found_by_words, depth)
    store.close()


def share(true: list[list[int]], found: list[list[int]], depth: int) -> float:
    """Share of the true ids that were found, over all questions."""
    pairs = [(set(a[:depth]), set(b[:depth])) for a, b in zip(true, found, strict=False) if a]
    return sum(len(a & b) / len(a) for a, b in pairs) / len(pairs)


def main() -> None:
    """Build, ask and print a table with a column for each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZE")
    parser.add_argument("--news", type=Path, default=Path("news.jsonl.gz"))
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--base", type=int, default=24_000)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    columns: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(dir=given.cache) as scratch:
        cache = given.cache or Path(scratch)
        chunks = base_chunks(given.news, cache, given.base)
        questions, model = chunks.questions(given.questions), encoder(cache)
        for size in given.sizes or SIZES:
            folder = Path(scratch) / f"{size}"
            columns[size] = build(folder, model, chunks, size)
            models = str(cache / ENCODER_FOLDER)
            asked = alone("ask", str(folder), models, questions)
            judge(folder, model, questions, asked)
            columns[size] |= asked | alone("grow", str(folder), models)
            print_table(columns)


def print_table(columns: dict[int, dict[str, Any]]) -> None:
    """Print what was measured as Markdown, so far."""
    print("| |" + "".join(f" {size:,} |" for size in columns))
    print("|---|" + "---|" * len(columns))
    for name in next(iter(columns.values())):
        print(f"| {name} |" + "".join(f" {shown(column[name])} |" for column in columns.values()))


def shown(value: float | list[float]) -> str:
    """A number with three digits that count, or p50 and p95."""
    if isinstance(value, list):
        return " / ".join(shown(one) for one in value)
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--alone"]:
        task, where, models, *rest = json.load(sys.stdin)
        where, models = Path(where), Path(models)
        print(json.dumps(ask(where, models, *rest) if task == "ask" else grow(where, models)))
    else:
        main()
