"""The index of a large archive in PostgreSQL: what HNSW, full text and partitions cost.

`python -m tests.benchmarks.postgres [CHUNKS MONTHS QUESTIONS]`. Rows are made, not read: unit
vectors in clusters, as long as MiniLM's, and texts whose words are as frequent as Zipf has it. The
server is started for it, on loopback, with all its safety on. Prints Markdown.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pgvector import HalfVector

from index.encoders import FloatArray
from index.filters import Filters
from index.location import Address, read_location
from index.places import open_place
from index.postgres.engine import close_engines
from index.postgres.generations import PostgresGeneration
from index.postgres.months import chunk_id, month_of_chunk
from index.postgres.searching import PostgresSearcher
from index.postgres.store import PostgresStore
from tests.postgres.nodes import Node

DIMENSIONS, CLUSTERS, NOISE = 384, 2000, 0.7
WORDS, WORDS_A_CHUNK, ZIPF = 50_000, 60, 1.0
ROWS_AT_ONCE = 5000
TOP = 10


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: vectors as they were before they were rounded, shape (chunks, dimensions)."""

    vectors: FloatArray
    ids: list[int]


def main(chunks: int = 100_000, months: int = 24, questions: int = 200) -> None:
    """Make, build, ask, and print."""
    node = Node({"shared_buffers": "1GB", "maintenance_work_mem": "1GB"}).start()
    try:
        address = read_location(node.url())
        assert isinstance(address, Address)
        place = open_place(address)
        with place.locked():
            generation = place.new_generation()
        assert isinstance(generation, PostgresGeneration)
        generation.create({"language english": ""}, DIMENSIONS)
        store = generation.store()
        began = time.perf_counter()
        made = fill(store, chunks, months)
        filled = time.perf_counter()
        generation.settle(store, DIMENSIONS)
        settled = time.perf_counter()
        print(
            f"{chunks:,} chunks in {months} months; rows written in {filled - began:.0f} s, "
            f"HNSW and statistics made in {settled - filled:.0f} s"
        )
        for table in ("chunks_by_vector", "chunks_by_word", "chunks"):
            sql = (
                "SELECT pg_size_pretty(sum(pg_total_relation_size(inhrelid))) FROM pg_inherits "
                "WHERE inhparent = CAST(? AS REGCLASS)"
            )
            print(f"- {table}: {store.rows(sql, (table,))[0][0]}")
        ask(PostgresSearcher(store), made, months, questions)
    finally:
        close_engines()
        node.remove()


def fill(store: PostgresStore, chunks: int, months: int) -> Made:
    """Write rows, month by month at random."""
    rng = np.random.default_rng(0)
    names = [f"{2000 + n // 12:04d}-{n % 12 + 1:02d}" for n in range(months)]
    store.ensure_months(names)
    centres = rng.standard_normal((CLUSTERS, DIMENSIONS), dtype=np.float32)
    weights = zipf()
    vectors = np.empty((chunks, DIMENSIONS), dtype=np.float32)
    ids = []
    columns = "article_id id month start end vector words length day source_folded".split()
    for start in range(0, chunks, ROWS_AT_ONCE):
        count = min(ROWS_AT_ONCE, chunks - start)
        noise = rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
        block = centres[rng.integers(0, CLUSTERS, count)] + NOISE * noise
        vectors[start : start + count] = block / np.linalg.norm(block, axis=1, keepdims=True)
        words = rng.choice(WORDS, (count, WORDS_A_CHUNK), p=weights)
        rows = []
        for row in range(count):
            month = names[int(rng.integers(0, months))]
            number = chunk_id(start + row + 1, month)
            ids.append(number)
            text = " ".join(f"'w{word}':{place}" for place, word in enumerate(words[row], 1))
            rows.append(
                (
                    f"{number:016x}",
                    number,
                    month,
                    0,
                    1,
                    HalfVector(vectors[start + row]),
                    text,
                    WORDS_A_CHUNK,
                    f"{month}-{int(rng.integers(1, 29)):02d}",
                    "press",
                )
            )
        with store.engine.transaction(store.schema) as link:
            store.engine.run(
                link.execute(
                    "CREATE TEMP TABLE made (LIKE chunks) ON COMMIT DROP; "
                    "ALTER TABLE made ALTER words TYPE TEXT"
                )
            )
            store.engine.run(link.copy_records_to_table("made", records=rows, columns=columns))
            listed = ", ".join(f'"{column}"' for column in columns)
            chosen = listed.replace('"words"', "CAST(words AS TSVECTOR)")
            store.engine.run(
                link.execute(f"INSERT INTO chunks ({listed}) SELECT {chosen} FROM made")
            )
    return Made(vectors, ids)


def zipf() -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """How frequent each word is."""
    weights = 1 / np.arange(1, WORDS + 1, dtype=np.float64) ** ZIPF
    shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = weights / weights.sum()
    return shares


def ask(searcher: PostgresSearcher, made: Made, months: int, questions: int) -> None:
    """Ask by meaning and by words, with and without a filter, and print."""
    rng = np.random.default_rng(1)
    asked = made.vectors[rng.integers(0, len(made.vectors), questions)]
    asked = asked + 0.03 * rng.standard_normal(asked.shape, dtype=np.float32)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    ids = np.array(made.ids)
    order = np.argsort(-(asked @ made.vectors.T), axis=1)[:, :TOP]
    month = f"{2000 + (months // 2) // 12:04d}-{(months // 2) % 12 + 1:02d}"
    narrow = Filters(since=f"{month}-01", until=f"{month}-31")
    inside = np.array([f"{month}" == name for name in map(month_of_chunk, made.ids)])
    within = np.where(inside, asked @ made.vectors.T, -2)
    nearest_within = np.argsort(-within, axis=1)[:, :TOP]
    rows = [
        ("by meaning", lambda n: searcher.nearest(asked[n], TOP, Filters()), ids[order]),
        (
            f"by meaning, {inside.mean():.1%} let through",
            lambda n: searcher.nearest(asked[n], TOP, narrow),
            ids[nearest_within],
        ),
    ]
    print("\n| search | p50 ms | p95 ms | recall@10 |\n|---|---|---|---|")
    for name, search, exact in rows:
        report(name, search, questions, exact)
    words = [[f"w{word}" for word in rng.choice(WORDS, 4, p=zipf())] for _ in range(questions)]
    report("by four words", lambda n: searcher.matching(words[n], TOP, Filters()), questions)
    common = [[f"w{word}" for word in rng.choice(20, 4, replace=False)] for _ in range(questions)]
    report(
        "by four of the twenty most frequent words",
        lambda n: searcher.matching(common[n], TOP, Filters()),
        min(questions, 50),
    )


def report(
    name: str,
    search: Callable[[int], list[tuple[int, float]]],
    questions: int,
    exact: "np.ndarray[tuple[int, ...], np.dtype[np.int64]] | None" = None,
) -> None:
    """Ask all questions, and print a row."""
    search(0)
    took, found = [], 0
    for number in range(questions):
        began = time.perf_counter()
        hits = search(number)
        took.append(1000 * (time.perf_counter() - began))
        if exact is not None:
            found += len({one for one, _ in hits} & set(exact[number].tolist()))
    recall = f"{found / TOP / questions:.3f}" if exact is not None else ""
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    print(f"| {name} | {p50:.1f} | {p95:.1f} | {recall} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
