"""Search the chunks of a generation in PostgreSQL: HNSW by meaning, BM25 by words.

Filters are part of the statement, so that partitions of other months are not looked at.
"""

from collections.abc import Sequence
from functools import lru_cache

from pgvector import HalfVector

from index.accelerators import Found
from index.encoders import FloatArray
from index.filters import Filters
from index.postgres.frequencies import Frequencies, Word
from index.postgres.months import month_of_chunk
from index.postgres.store import PostgresStore
from index.postings import K1, B
from index.vectors import IntArray
from index.words import idf

OVER_FETCH = 4  # of what HNSW finds, for its order is nearly right; sorted exactly then
LEAST_FETCHED = 40
CANDIDATES = 10_000  # chunks to score by BM25, at most about so many

# ts_rank of one lexeme, all weights 1, is (1 + 1/4 + … + 1/n²) / 1.6449 for n occurrences.
_OCCURRENCES = (
    "round(CAST(1 / (1.6449341 * (1 - ts_rank('{1,1,1,1}', c.words, t.query))) - 0.5 AS NUMERIC))"
)


class PostgresSearcher:
    """Searches one generation; see `index.searching.Searcher`."""

    def __init__(self, store: PostgresStore) -> None:
        """Nothing is read before it is needed."""
        self._store = store
        self._read = lru_cache(1)(lambda revision: Frequencies(store))

    def nearest(
        self, vector: FloatArray, limit: int, filters: Filters, among: IntArray | None = None
    ) -> Found:
        where, parameters = _where(filters, among)
        # Without an index where that is exact and quick; the sum keeps the planner from it.
        exact = among is not None or self._known().counted
        order = "(c.vector <=> ?1) + 0" if exact else "c.vector <=> ?1"
        fetched = limit if exact else max(LEAST_FETCHED, OVER_FETCH * limit)
        rows = self._store.rows(
            "SELECT c.id, 1 - (c.vector <=> ?1) FROM chunks c "  # noqa: S608 - own words
            f"WHERE TRUE{where} ORDER BY {order}{', c.id' * exact} LIMIT {int(fetched)}",
            (HalfVector(vector), *parameters),
        )
        return _best(rows, limit)

    def matching(
        self, words: Sequence[str], limit: int, filters: Filters, among: IntArray | None = None
    ) -> Found:
        known = self._known()
        asked = known.words([word for word in words if word])
        if not asked:
            return []
        where, parameters = _where(filters, among)
        spread, lexemes = known.spread, [(word, one) for word in asked for one in word.lexemes]
        rows = self._store.rows(
            "WITH found AS ("  # noqa: S608 - own words
            f"SELECT c.id, c.length, t.word, max(t.weight) AS weight, sum({_OCCURRENCES}) AS often "
            "FROM chunks c, unnest(CAST(?3 AS INTEGER[]), CAST(CAST(?4 AS TEXT[]) AS TSQUERY[]), "
            "CAST(?5 AS DOUBLE PRECISION[])) AS t (word, query, weight) "
            f"WHERE c.words @@ CAST(CAST(?1 AS TEXT) AS TSQUERY) AND c.words @@ t.query{where} "
            "GROUP BY c.id, c.length, t.word) "
            "SELECT id, sum(weight * CAST(often AS DOUBLE PRECISION) / "
            f"(CAST(often AS DOUBLE PRECISION) + {K1} * ({1 - B} + {B} * length / ?2))) AS score "
            f"FROM found GROUP BY id ORDER BY score DESC, id LIMIT {int(limit)}",
            (
                _candidates(asked, known.counted),
                max(spread.average, 1e-9),
                [asked.index(word) for word, _ in lexemes],
                [Word((one,), 1, 0).query for _, one in lexemes],
                [
                    word.times * (K1 + 1) * idf(spread.chunks, min(word.chunks, spread.chunks))
                    for word, _ in lexemes
                ],
                *parameters,
            ),
        )
        return _best(rows, limit)

    def _known(self) -> Frequencies:
        return self._read(self._store.revision())


def _candidates(words: Sequence[Word], counted: bool) -> str:
    """Which chunks to score, as a tsquery: those with any of the rarest words.

    An OR of words that are everywhere would score a good part of all chunks, half a second at a
    million. So frequent words find no chunks, and only add to the score of those that are found.
    """
    chosen, together = list(words[:1]), words[0].chunks
    for word in words[1:]:
        together += word.chunks
        if together > CANDIDATES and not counted:
            break
        chosen.append(word)
    if chosen[0].chunks > CANDIDATES and not counted:  # all words are frequent: all must be there
        return " & ".join(f"({word.query})" for word in words)
    return " | ".join(word.query for word in chosen)


def _where(filters: Filters, among: IntArray | None) -> tuple[str, list[object]]:
    """Conditions on a chunk `c`, and their parameters; months prune partitions."""
    if among is not None:
        ids = among.tolist()
        months = sorted({month_of_chunk(one) for one in ids})
        return " AND c.month = ANY(?) AND c.id = ANY(?)", [months, ids]
    where = ""
    parameters: list[object] = []
    for day, sign, undated in (
        (filters.since, ">=", False),
        (filters.not_before, ">=", True),
        (filters.until, "<=", False),
    ):
        if day:
            inside = f"c.day {sign} ? AND c.month {sign} ? AND c.month > ''"
            where += f" AND (c.day IS NULL OR {inside})" if undated else f" AND {inside}"
            parameters += [day, day[:7]]
    if filters.source:
        where += " AND strpos(c.source_folded, ?) > 0"
        parameters.append(filters.source.casefold())
    return where, parameters


def _best(rows: Sequence[tuple[object, ...]], limit: int) -> Found:
    found = [(int(str(number)), float(str(score))) for number, score in rows]
    return sorted(found, key=lambda one: (-one[1], one[0]))[:limit]
