"""Which chunks came into the search and which left it, in order: what derived indexes follow.

The list is written by triggers, in the transaction of the change itself, so that it can neither
be forgotten nor be wrong. Knows the tables of chunks; knows nothing of what is derived from them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.database import SqliteDatabase
from index.encoders import FloatArray
from index.postings import VocabularyBlock
from index.snapshot import START, Position
from index.store import WordStatistics
from index.vectors import IntArray
from index.words import varints

CHANGES_SCHEMA = """
CREATE TABLE changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, chunk_id INTEGER NOT NULL, live INTEGER NOT NULL,
    mark INTEGER NOT NULL DEFAULT (random())
);
CREATE TRIGGER chunk_came AFTER INSERT ON chunks BEGIN
    INSERT INTO changes (chunk_id, live) VALUES (new.id, 1);
END;
CREATE TRIGGER chunk_left AFTER DELETE ON chunks BEGIN
    INSERT INTO changes (chunk_id, live) VALUES (old.id, 0);
END;
"""
BLOCK_PLACES = 1 << 20  # of words, read at a time


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a position, without what came and left again.

    Attributes:
        added: Chunks that came into the search, ascending.
        removed: Chunks that left it, ascending.
    """

    added: IntArray
    removed: IntArray


class ChangeList(SqliteDatabase):
    """The part of the database that derived indexes read."""

    def position(self) -> Position:
        """Where the list of changes ends."""
        rows = self.rows("SELECT number, mark FROM changes ORDER BY number DESC LIMIT 1")
        return Position(*rows[0]) if rows else START  # type: ignore[arg-type]

    def knows(self, position: Position) -> bool:
        """Whether this database has been at a position; a copy put back may not have been."""
        if position == START:
            return True
        asked = "SELECT 1 FROM changes WHERE number = ? AND mark = ?"
        return bool(self.rows(asked, position))

    def live_chunks(self) -> int:
        """Number of chunks that are in the search."""
        return int(str(self.rows("SELECT count(*) FROM chunks")[0][0]))

    def changes(self, since: Position) -> Changes:
        """What changed since a position."""
        # A chunk comes and leaves by turns, so the sum is 1, 0 or -1.
        rows = self.rows(
            "SELECT chunk_id, sum(2 * live - 1) FROM changes WHERE number > ? "
            "GROUP BY chunk_id ORDER BY chunk_id",
            (since.number,),
        )
        found = np.array(rows, dtype=np.int64).reshape(-1, 2)
        ids, turn = found[:, 0], found[:, 1]
        return Changes(ids[turn > 0], ids[turn < 0])

    def vectors_of(self, ids: IntArray, dimensions: int) -> tuple[IntArray, FloatArray]:
        """Those of the chunks that are there, ascending, and their vectors (n, dimensions)."""
        rows = self.rows(
            f"SELECT id, vector FROM chunks WHERE id {self.connection.among} ORDER BY id",  # noqa: S608
            (self.connection.listed(ids.tolist()),),
        )
        found = np.array([row[0] for row in rows], dtype=np.int64)
        return found, self.as_vectors([row[1] for row in rows], dimensions)

    def as_vectors(self, stored: Sequence[object], dimensions: int) -> FloatArray:
        """Vectors as they are stored, shape (n, dimensions)."""
        raw = b"".join(one for one in stored if isinstance(one, bytes))
        if len(raw) != 4 * dimensions * len(stored):
            raise self.damaged(ValueError("a vector has the wrong length"))
        return np.frombuffer(raw, dtype=np.float32).reshape(-1, dimensions)

    def texts_of(self, ids: IntArray) -> tuple[IntArray, list[str]]:
        """Those of the chunks that are there, ascending, and their texts."""
        rows = self.rows(
            f"SELECT id, text FROM chunk_text WHERE id {self.connection.among} ORDER BY id",  # noqa: S608
            (self.connection.listed(ids.tolist()),),
        )
        return np.array([row[0] for row in rows], dtype=np.int64), [str(row[1]) for row in rows]

    def vocabulary(self) -> Iterator[VocabularyBlock]:
        """All words of the full-text table and where they stand, block by block."""
        with self.translated():
            self.connection.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.chunk_vocabulary "
                "USING fts5vocab (main, chunk_words, instance)"
            )
            # Python takes ten times as long to read the places one by one.
            rows = self.connection.execute(
                "SELECT term, count(*), group_concat(doc, ' ') FROM chunk_vocabulary GROUP BY term"
            )
            gathered: list[tuple[str, int, str]] = []
            places = 0
            for row in rows:
                gathered.append(row)
                places += row[1]
                if places >= BLOCK_PLACES:
                    yield _block(gathered)
                    gathered, places = [], 0
            yield _block(gathered)

    def word_statistics(self, terms: Sequence[str]) -> WordStatistics:
        """What BM25 has to know of some terms (not words, see `HeldWords.stems`).

        FTS5 keeps the numbers of its rows and words in the first row of its data, as integers of
        variable length: https://sqlite.org/src/file/ext/fts5/fts5_index.c, "averages".
        """
        self.rows(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.chunk_terms "
            "USING fts5vocab (main, chunk_words, row)"
        )
        found = [self.rows("SELECT term, doc FROM chunk_terms WHERE term = ?", (t,)) for t in terms]
        holding = {str(term): int(str(chunks)) for rows in found for term, chunks in rows}
        averages = self.rows("SELECT block FROM chunk_words_data WHERE id = 1")
        held = averages[0][0] if averages else b""
        assert isinstance(held, bytes)
        chunks, words = [*varints(held), 0, 0][:2]
        return WordStatistics(chunks, words, holding)


def _block(rows: list[tuple[str, int, str]]) -> VocabularyBlock:
    chunk_ids = np.fromstring(" ".join(places for _, _, places in rows), dtype=np.int64, sep=" ")
    counts = np.array([count for _, count, _ in rows], dtype=np.int64)
    return VocabularyBlock([term for term, _, _ in rows], counts, chunk_ids)
