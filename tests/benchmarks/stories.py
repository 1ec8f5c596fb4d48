"""Adding an article to a hundred thousand and to a million others: time, rows looked at, bytes.

`python -m tests.benchmarks.stories [ARTICLES …]` (default 100000 1000000; a million takes ten
minutes and 4 GB of disk). The articles are made: words and stock phrases by Zipf's law, lengths and
publishers as skewed as real ones, a standing notice for each publisher, and every twentieth a copy
of an earlier article. They are written in bulk; the articles that are timed come through `add`.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.sql import SqliteConnection
from index.stories.fingerprints import fingerprint, keys
from index.stories.grouping import SCHEMA, Stories

SEED = 3
WORDS, PHRASES, PUBLISHERS = 30_000, 20_000, 2_000
MEDIAN_WORDS, NOTICE_WORDS = 600, 40
STOCK_SHARE, COPY_SHARE = 0.05, 0.05
TIMED = 300

Codes = NDArray[np.uint16]


class Press:
    """Makes articles, as codes of words."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(SEED)
        self._phrases = [self._words(int(n)) for n in self._rng.integers(5, 10, PHRASES)]
        self._notices = [self._words(NOTICE_WORDS) for _ in range(PUBLISHERS)]
        self._earlier: list[Codes] = []

    def article(self) -> Codes:
        """The next article: new, or an earlier one with a twentieth of its words replaced."""
        if self._earlier and self._rng.random() < COPY_SHARE:
            text = self._earlier[self._rng.integers(len(self._earlier))].copy()
            places = self._rng.random(len(text)) < 0.05
            text[places] = self._words(int(places.sum()))
        else:
            text = self._new(int(self._rng.lognormal(np.log(MEDIAN_WORDS), 0.7)) + 40)
            if len(self._earlier) < 50_000:
                self._earlier.append(text)
        return np.concatenate([text, self._notices[self._skewed(PUBLISHERS, 1)[0]]])

    def _new(self, length: int) -> Codes:
        text = self._words(length)
        for phrase in self._skewed(PHRASES, int(STOCK_SHARE * length / 6)):
            start = int(self._rng.integers(length - 10))
            text[start : start + len(self._phrases[phrase])] = self._phrases[phrase]
        return text

    def _words(self, count: int) -> Codes:
        return self._skewed(WORDS, count).astype("<u2")

    def _skewed(self, size: int, count: int) -> NDArray[np.int64]:
        """So many of `size` things, the nth about 1/n as often as the first."""
        chosen: NDArray[np.int64] = (size ** self._rng.random(count)).astype(np.int64) - 1
        return chosen


def spelled(codes: Codes, spelling: dict[int, str]) -> str:
    """A text whose words have these codes."""
    return " ".join(spelling[int(code)] for code in codes)


def spell() -> dict[int, str]:
    """A made word for every code that articles use."""
    found: dict[int, str] = {}
    number = 0
    while len(found) < WORDS:
        letters = "".join(chr(97 + number // 26**place % 26) for place in range(5))
        code = int(np.frombuffer(fingerprint(letters).signature, dtype="<u2")[0])
        if code < WORDS:
            found.setdefault(code, letters)
        number += 1
    return found


def fill(connection: SqliteConnection, press: Press, count: int) -> None:
    """Write so many articles with their keys, sorted, which is how a bulk load is fast."""
    numbers: list[NDArray[np.int64]] = []
    connection.execute("BEGIN")
    for number in tqdm(range(1, count + 1), disable=None):
        signature = press.article().tobytes()
        name = f"{number:016x}"
        connection.execute("INSERT INTO story_articles VALUES (?, ?, ?)", (number, name, name))
        connection.execute("INSERT INTO story_signatures VALUES (?, ?)", (number, signature))
        held = np.array(keys(signature), dtype=np.int64)
        numbers.append(np.stack([held, np.full(len(held), number)]))
    table = np.concatenate(numbers, axis=1)
    table = table[:, np.lexsort((table[1], table[0]))]
    connection.executemany("INSERT INTO story_keys VALUES (?, ?)", _rows(table))
    connection.execute("COMMIT")


def _rows(table: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    for start in range(0, table.shape[1], 100_000):
        part = table[:, start : start + 100_000]
        yield from zip(part[0].tolist(), part[1].tolist(), strict=True)


def main(count: int) -> None:
    """Print what it costs to add and remove one article."""
    press, spelling = Press(), spell()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stories.sqlite"
        connection = sqlite3.connect(file, isolation_level=None, factory=SqliteConnection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        fill(connection, press, count)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        stories = Stories(connection)
        names = [f"new{number}" for number in range(TIMED)]
        texts = [spelled(press.article(), spelling) for _ in names]
        times: dict[str, list[tuple[float, float]]] = {"add": [], "remove": []}
        connection.execute("BEGIN")  # a build writes in one transaction too
        for name, text in zip(names, texts, strict=True):
            times["add"].append(timed(lambda: stories.add(name, text)))  # noqa: B023
        joined = sum(len(stories.members(str(stories.story(name)))) > 1 for name in names)
        for name in random.Random(SEED).sample(names, TIMED):
            times["remove"].append(timed(lambda: stories.remove(name)))  # noqa: B023
        connection.execute("COMMIT")
        print(f"{count} articles, {file.stat().st_size / count:.0f} bytes each; {joined} joined")
        for what, spent in times.items():
            for clock, column in zip(("wall", "CPU"), zip(*spent, strict=True), strict=True):
                cuts = statistics.quantiles(column, n=20)
                print(f"{what:<7}{clock:<5} median {cuts[9]:6.2f} ms, 95th {cuts[18]:6.2f} ms")
        connection.close()


def timed(action: object) -> tuple[float, float]:
    """Wall and CPU milliseconds of a call."""
    assert callable(action)
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3


if __name__ == "__main__":
    for argument in sys.argv[1:] or ["100000", "1000000"]:
        main(int(argument))
