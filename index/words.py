"""Chunks that share words with a question, by BM25, with the scores of SQLite's FTS5.

FTS5 scores every chunk that holds any of the words, one by one: 5 ms a question at 10,000 chunks,
400 ms at a million. A `WordIndex` gives the same scores from a snapshot of FTS5's own vocabulary
in a few milliseconds; chunks that came since are held in an FTS5 table in memory. So FTS5 alone
cuts and stems. Knows nothing of articles or of the database.

Source: Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", as
https://sqlite.org/fts5.html#the_bm25_function has it.
"""

import math
import sqlite3
import threading
from collections import Counter
from collections.abc import Sequence

import numpy as np

from index.encoders import FloatArray
from index.postings import K1, MOST_IMPACT, Postings, RatedPostings, WordSnapshot, damping
from index.vectors import Array, IntArray, contained, ranked

TOKENIZER = "porter unicode61 remove_diacritics 2"
LEAST_IDF = 1e-6  # FTS5's, for words that more than half of the chunks hold
PROPOSED = 1000  # chunks to score exactly, of those whose impacts are worth most
SAMPLED = 20_000  # chunks of the rarest words, whose scores tell where the best begin


class HeldWords:
    """An FTS5 table in memory: it cuts and stems, and holds the words of a few chunks.

    Attributes:
        ids: Chunks, ascending.
        lengths: Number of words of each.
    """

    def __init__(self) -> None:
        self.ids: IntArray = np.empty(0, dtype=np.int64)
        self.lengths: IntArray = np.empty(0, dtype=np.int64)
        self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for name in ("asked", "held"):
            self._database.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5(text, content='', tokenize='{TOKENIZER}')"
            )
            self._database.execute(
                f"CREATE VIRTUAL TABLE {name}_words USING fts5vocab ({name}, instance)"
            )

    def add(self, ids: IntArray, texts: Sequence[str]) -> None:
        """Hold the words of chunks that are not held yet."""
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO held (rowid, text) VALUES (?, ?)", zip(ids.tolist(), texts, strict=True)
        )
        self._database.execute("COMMIT")
        # FTS5 keeps the number of words of each chunk as one variable-length integer.
        sizes = self._database.execute("SELECT id, sz FROM held_docsize ORDER BY id").fetchall()
        self.ids = np.array([chunk for chunk, _ in sizes], dtype=np.int64)
        self.lengths = np.array([varints(size)[0] for _, size in sizes], dtype=np.int64)

    def stems(self, words: Sequence[str]) -> list[str]:
        """The terms that FTS5 makes of words, in order."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO asked (text) VALUES (?)", ((w,) for w in words))
        rows = self._database.execute("SELECT term FROM asked_words ORDER BY doc, offset")
        stems = [str(term) for (term,) in rows]
        self._database.execute("ROLLBACK")
        return stems

    def postings(self, term: str) -> Postings:
        """Where a term stands among the chunks held."""
        found = self._database.execute(
            "SELECT doc, count(*) FROM held_words WHERE term = ? GROUP BY doc", (term,)
        ).fetchall()
        places = np.array(found, dtype=np.int64).reshape(-1, 2)
        return Postings(np.searchsorted(self.ids, places[:, 0]), places[:, 1])


def varints(raw: bytes) -> list[int]:
    """The integers that SQLite writes in groups of seven bits, the highest first."""
    values, value = [], 0
    for byte in raw:
        value = value << 7 | byte & 127
        if not byte & 128:
            values.append(value)
            value = 0
    return values


class WordIndex:
    """A snapshot, what came since and what left since. Several threads may search at once."""

    def __init__(self, snapshot: WordSnapshot) -> None:
        self._snapshot, self._since = snapshot, HeldWords()
        self._removed: IntArray = np.empty(0, dtype=np.int64)  # ascending
        self._lock = threading.Lock()

    @property
    def held(self) -> int:
        """Number of chunks that came since the snapshot."""
        return len(self._since.ids)

    def change(self, added: IntArray, texts: Sequence[str], removed: IntArray) -> None:
        """Chunks came into the search, with their texts, or left it.

        Args:
            added: Ids; those that were there before come back.
            texts: As many.
            removed: Ids; they need not be there.
        """
        with self._lock:
            new = ~(contained(added, self._snapshot.ids) | contained(added, self._since.ids))
            chosen = [text for text, is_new in zip(texts, new, strict=True) if is_new]
            self._since.add(added[new], chosen)
            self._removed = np.union1d(np.setdiff1d(self._removed, added), removed)

    def search(
        self, words: Sequence[str], limit: int, allowed: IntArray | None = None
    ) -> list[tuple[int, float]]:
        """Chunks that hold any of the words.

        Args:
            words: Letters and digits only; a term that comes twice counts twice.
            limit: Most results.
            allowed: Search only these chunks, ascending; None searches all.

        Returns:
            Ids and BM25 scores, best first; equal ones by id. How rare a word is, is counted
            over all chunks, those that were removed since the snapshot included.

        Raises:
            SnapshotDamagedError: The snapshot is not what was written.
        """
        with self._lock:
            terms = Counter(self._since.stems(words))
            fresh = {term: self._since.postings(term) for term in terms}
            ids, lengths, removed = self._since.ids, self._since.lengths, self._removed
        base = self._snapshot
        old = {term: found for term in terms if (found := base.postings(term))}
        chunks = len(base.ids) + len(ids)
        average = (base.words + int(lengths.sum())) / max(1, chunks)
        weights = {}
        for term, times in terms.items():
            holding = len(fresh[term].rows) + (len(old[term].rows) if term in old else 0)
            weights[term] = times * (K1 + 1) * idf(chunks, holding)
        rated = [(weights[term], postings) for term, postings in old.items()]
        promising = _promising(base.ids, rated, max(PROPOSED, 4 * limit), removed, allowed)
        recent = np.arange(len(ids))[_searched(ids, removed, allowed)]
        found_ids = np.concatenate([base.ids[promising], ids[recent]])
        scores = np.concatenate(
            [
                bm25(promising, damping(base.lengths[promising], average), rated),
                bm25(
                    recent,
                    damping(lengths[recent], average),
                    [(weights[term], postings) for term, postings in fresh.items()],
                ),
            ]
        )
        return ranked(found_ids[scores > 0], scores[scores > 0], limit)


def idf(chunks: int, holding: int) -> float:
    """Weight of a word that so many of the chunks hold."""
    idf = math.log((chunks - holding + 0.5) / (holding + 0.5))
    return idf if idf > 0 else LEAST_IDF


def bm25(rows: IntArray, damped: Array, words: Sequence[tuple[float, Postings]]) -> Array:
    """Scores of some rows.

    Args:
        rows: Rows, as the postings count them.
        damped: Of each row; see `postings.damping`.
        words: The weight of each term, and where it stands.
    """
    scores = np.zeros(len(rows))
    for weight, postings in words:
        if len(postings.rows):
            sought = rows.astype(postings.rows.dtype)  # of another type, all would be converted
            place = np.searchsorted(postings.rows, sought)
            place[place == len(postings.rows)] = 0
            often = postings.counts[place] * (postings.rows[place] == sought)
            scores += weight * often / (often + damped)
    return scores


def _promising(
    ids: IntArray,
    words: Sequence[tuple[float, RatedPostings]],
    count: int,
    removed: IntArray,
    allowed: IntArray | None,
) -> IntArray:
    """The `count` rows of a snapshot whose impacts are worth most."""
    worth = np.zeros(len(ids), dtype=np.float32)
    for weight, postings in words:
        worth[postings.rows] += postings.impacts * np.float32(weight / MOST_IMPACT)
    if allowed is None:
        worth[np.searchsorted(ids, removed[contained(removed, ids)])] = 0
    else:
        worth[~_searched(ids, removed, allowed)] = 0
    best = np.flatnonzero(worth >= max(_floor(worth, words, count), 1e-12))
    if len(best) > count:
        best = best[np.argpartition(worth[best], -count)[-count:]]
    return best


def _floor(worth: FloatArray, words: Sequence[tuple[float, Postings]], count: int) -> float:
    """What the best `count` are worth at least, by a look at the chunks of the rarest words.

    To find it among all chunks takes longer than all the rest.
    """
    sample: list[Array] = []
    for _, postings in sorted(words, key=lambda word: len(word[1].rows)):
        if sum(map(len, sample)) < SAMPLED:
            sample.append(postings.rows[:SAMPLED])
    rank = count * len(sample)  # a chunk may be seen once for each word
    seen = worth[np.concatenate(sample)] if sample else worth[:0]
    return float(np.partition(seen, -rank)[-rank]) if len(seen) > rank else 0.0


def _searched(ids: IntArray, removed: IntArray, allowed: IntArray | None) -> Array:
    """Which of some chunks a question is to look at."""
    kept = ~contained(ids, removed)
    return kept if allowed is None else kept & contained(ids, allowed)
