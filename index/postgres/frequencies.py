"""How rare words are, for BM25: counted where that is cheap, else as the planner knows it.

Up to `COUNTED` chunks everything is counted, and scores are those of the embedded store but for
the stemming. Beyond, ANALYZE has a list of the most common lexemes with their shares; what is not
in it is rarer than all of them, and counted as far as that is quick.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from index.postgres.store import PostgresStore
from index.postings import K1
from index.words import idf

COUNTED = 5_000
COUNTED_OF_A_WORD = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question.

    Attributes:
        lexemes: What it is under the dictionaries of the articles.
        times: How often it is asked for.
        chunks: How many chunks hold it.
    """

    lexemes: tuple[str, ...]
    times: int
    chunks: int

    @property
    def query(self) -> str:
        """As a tsquery: any of its lexemes."""
        return " | ".join(quoted(lexeme) for lexeme in self.lexemes)


@dataclass(frozen=True, slots=True)
class Spread:
    """How many chunks there are, and how long they are.

    Attributes:
        chunks: Number of chunks in the search.
        average: Number of words of a chunk.
    """

    chunks: int
    average: float


class Frequencies:
    """What is known of the words of one generation at one revision."""

    def __init__(self, store: PostgresStore) -> None:
        """Read what every question needs."""
        self._store = store
        self._configs = store.languages()
        few = store.rows(
            "SELECT count(*), coalesce(avg(length), 0) "
            "FROM (SELECT length FROM chunks LIMIT ?) AS few",
            (COUNTED + 1,),
        )[0]
        self.counted = int(str(few[0])) <= COUNTED
        chunks = int(str(few[0])) if self.counted else self._estimated()
        self.spread = Spread(chunks, float(str(few[1])))
        self._common = {} if self.counted else self._most_common()

    def _estimated(self) -> int:
        rows = self._store.rows(
            "SELECT coalesce(sum(greatest(c.reltuples, 0)), 0) FROM pg_inherits i "
            "JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = CAST('chunks' AS REGCLASS)"
        )
        return max(COUNTED, int(float(str(rows[0][0]))))

    def _most_common(self) -> dict[str, float]:
        """The share of chunks that hold each of the most common lexemes."""
        rows = self._store.rows(
            "SELECT CAST(CAST(most_common_elems AS TEXT) AS TEXT[]), most_common_elem_freqs "
            "FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'chunks' "
            "AND attname = 'words' AND inherited"
        )
        if not rows or rows[0][0] is None:
            return {}
        lexemes, shares = rows[0]
        return dict(zip(lexemes, shares, strict=False))  # type: ignore[call-overload]

    def words(self, asked: Sequence[str]) -> list[Word]:
        """The words of a question, those with the same lexemes as one, the rarest first.

        Args:
            asked: Letters and digits only.
        """
        rows = self._store.rows(
            "SELECT w.place, array_agg(DISTINCT l.lexeme ORDER BY l.lexeme) "
            "FROM unnest(CAST(? AS TEXT[])) WITH ORDINALITY AS w (word, place), "
            "unnest(CAST(CAST(? AS TEXT[]) AS REGCONFIG[])) AS c (config), "
            "LATERAL unnest(to_tsvector(c.config, w.word)) AS l GROUP BY w.place ORDER BY w.place",
            (list(asked), self._configs),
        )
        times: dict[tuple[str, ...], int] = {}
        for _, lexemes in rows:
            assert isinstance(lexemes, list)
            key: tuple[str, ...] = tuple(lexemes)
            times[key] = times.get(key, 0) + 1
        rare = [key for key in times if not any(one in self._common for one in key)]
        held = self._count(rare)
        for key in times.keys() - held.keys():
            share = max(self._common.get(one, 0.0) for one in key)
            held[key] = round(share * self.spread.chunks)
        words = [Word(key, count, held[key]) for key, count in times.items()]
        return sorted(words, key=lambda word: (word.chunks, word.lexemes))

    def weight(self, word: Word) -> float:
        """What a word adds to the score of a chunk at most, however often it is there."""
        chunks = self.spread.chunks
        return word.times * (K1 + 1) * idf(chunks, min(word.chunks, chunks))

    def _count(self, keys: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
        if not keys:
            return {}
        queries = [Word(key, 1, 0).query for key in keys]
        rows = self._store.rows(
            "SELECT (SELECT count(*) FROM (SELECT FROM chunks "
            "WHERE words @@ CAST(q.query AS TSQUERY) LIMIT ?) AS few) "
            "FROM unnest(CAST(? AS TEXT[])) WITH ORDINALITY AS q (query, place) ORDER BY q.place",
            (COUNTED_OF_A_WORD, queries),
        )
        return {key: self._likely(int(str(row[0]))) for key, row in zip(keys, rows, strict=True)}

    def _likely(self, counted: int) -> int:
        """How many chunks hold a word of which so many were counted, and no more would be."""
        if counted < COUNTED_OF_A_WORD:
            return counted
        # Between what was counted and the rarest of the common ones; the middle of the logarithms,
        # as it is a logarithm that a word weighs.
        most = min(self._common.values(), default=0.0) * self.spread.chunks
        return round(math.sqrt(counted * max(counted, most)))


def quoted(lexeme: str) -> str:
    """A lexeme as it stands in a tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
