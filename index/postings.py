"""A snapshot of a full-text table: which chunks hold a word, how often, and what that is worth.

Worth is BM25's: how often a word stands in a chunk, damped, and more so in long chunks.
Knows nothing of questions.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.snapshot import Position, Snapshot, save_snapshot
from index.vectors import Array, IntArray, contained

K1, B = 1.2, 0.75  # FTS5's
MOST_COUNT = 255  # of a word in a chunk; BM25 hardly tells more from it
MOST_IMPACT = 255
_BLOCK_POSTINGS = 1 << 20


@dataclass(frozen=True, slots=True)
class VocabularyBlock:
    """A part of a full-text table's vocabulary.

    Attributes:
        terms: Stemmed words, in the order of their UTF-8.
        counts: In how many places each stands, shape (terms,).
        chunk_ids: Chunk of each place, term by term, ascending, shape (places,).
    """

    terms: list[str]
    counts: IntArray
    chunk_ids: IntArray


@dataclass(frozen=True, slots=True)
class Postings:
    """Where one term stands: rows of chunks, ascending, and how often in each."""

    rows: Array
    counts: Array


@dataclass(frozen=True, slots=True)
class RatedPostings(Postings):
    """The same with what each posting is worth, 1 to 255, so that it need not be computed."""

    impacts: Array


class WordSnapshot:
    """The postings of all chunks up to a position, in a file; read as far as they are asked for.

    Attributes:
        position: Where in the list of changes it was made.
        ids: Chunks, ascending; their places are the rows of the postings.
        lengths: Number of words of each.
        words: Number of words of all.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Read what every question needs.

        Raises:
            SnapshotDamagedError: The file is not what was written.
        """
        self._snapshot, self.position = snapshot, snapshot.position
        self.ids: IntArray = snapshot.array("ids")
        self.lengths: Array = snapshot.array("lengths")
        self.words = int(snapshot.array("words")[0])

    def postings(self, term: str) -> RatedPostings | None:
        """Where a term stands; None if it stands nowhere.

        Raises:
            SnapshotDamagedError: The file is not what was written.
        """
        ends, text = self._snapshot.array("term_ends"), self._snapshot.array("terms")

        def spelt(number: int) -> bytes:
            return text[ends[number - 1] if number else 0 : ends[number]].tobytes()

        wanted = term.encode()
        number = bisect_left(range(len(ends)), wanted, key=spelt)
        if number == len(ends) or spelt(number) != wanted:
            return None
        ends = self._snapshot.array("posting_ends")
        part = (int(ends[number - 1]) if number else 0, int(ends[number]))
        return RatedPostings(
            *(self._snapshot.array(name, *part) for name in ("rows", "counts", "impacts"))
        )


def save_words(
    path: Path, position: Position, ids: IntArray, vocabulary: Iterable[VocabularyBlock]
) -> None:
    """Write the snapshot of a full-text table.

    Args:
        path: File to write.
        position: Where in the list of changes the table is.
        ids: Chunks to hold, ascending; what the table has of others is left out.
        vocabulary: The table's, in order.

    Raises:
        OSError: It cannot be written.
    """
    text, term_ends = bytearray(), [0]
    rows, counts = bytearray(), bytearray()  # they grow to hundreds of megabytes, in place
    held = [np.empty(0, dtype=np.int64)]
    lengths = np.zeros(len(ids), dtype=np.int64)
    for block in vocabulary:
        for term in block.terms:
            text += term.encode()
            term_ends.append(len(text))
        terms, found, often = _grouped(ids, block)
        held.append(np.bincount(terms, minlength=len(block.terms)))
        np.add.at(lengths, found, often)
        rows += found.astype(np.uint32).tobytes()
        counts += np.minimum(often, MOST_COUNT).astype(np.uint8).tobytes()
    arrays: dict[str, Array] = {
        "ids": ids,
        "lengths": lengths.astype(np.uint32),
        "words": lengths.sum(keepdims=True),
        "terms": np.frombuffer(text, dtype=np.uint8),
        "term_ends": np.array(term_ends[1:], dtype=np.int64),
        "posting_ends": np.cumsum(np.concatenate(held)),
        "rows": np.frombuffer(rows, dtype=np.uint32),
        "counts": np.frombuffer(counts, dtype=np.uint8),
    }
    arrays["impacts"] = _impacts(arrays["rows"], arrays["counts"], lengths)
    save_snapshot(path, position, arrays)


def _grouped(ids: IntArray, block: VocabularyBlock) -> tuple[IntArray, IntArray, IntArray]:
    """The postings of a block: number of the term, row of the chunk, and how often it is there."""
    terms = np.repeat(np.arange(len(block.terms)), block.counts)
    new = np.ones(len(terms), dtype=bool)
    new[1:] = (np.diff(block.chunk_ids) != 0) | (np.diff(terms) != 0)
    first = np.flatnonzero(new)
    often = np.diff(first, append=len(terms))
    kept = contained(block.chunk_ids[first], ids)
    return terms[first[kept]], np.searchsorted(ids, block.chunk_ids[first[kept]]), often[kept]


def _impacts(rows: Array, counts: Array, lengths: IntArray) -> Array:
    damped = damping(lengths, lengths.sum() / max(1, len(lengths))).astype(np.float32)
    impacts = np.empty(len(rows), dtype=np.uint8)
    for start in range(0, len(rows), _BLOCK_POSTINGS):
        part = slice(start, start + _BLOCK_POSTINGS)
        often = counts[part].astype(np.float32)
        worth = MOST_IMPACT * often / (often + damped[rows[part]])
        impacts[part] = np.maximum(1, np.rint(worth))  # what is there is never worth nothing
    return impacts


def damping(lengths: Array, average: float) -> Array:
    """The part of BM25's denominator that grows with a chunk's length."""
    return np.asarray(K1 * (1 - B + B * lengths / max(average, 1e-9)))
