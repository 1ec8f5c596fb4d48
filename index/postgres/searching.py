"""Search the chunks of a generation in PostgreSQL: HNSW by meaning, BM25 by words.

Filters are part of the statement, so that partitions of other months are not looked at.
"""

from collections.abc import Sequence
from functools import lru_cache

from pgvector import HalfVector

from index.accelerators import Found
from index.encoders import FloatArray
from index.filters import Filters
from index.postgres.frequencies import Frequencies, Word, quoted
from index.postgres.months import month_of_chunk
from index.postgres.store import PostgresStore
from index.postings import K1, B
from index.vectors import IntArray

OVER_FETCH = 4  # of what HNSW finds, for its order is nearly right; sorted exactly then
LEAST_FETCHED = 40
FEW = 4  # times as many chunks as are wanted are scored at first
CANDIDATES = 5_000  # chunks to score in a large index: 3 µs for each and each word

# ts_rank of one lexeme, all weights 1, is (1 + 1/4 + … + 1/n²) / 1.6449 for n occurrences.
_OCCURRENCES = (
    "round(1 / (1.6449341 * (1 - CAST(ts_rank('{1,1,1,1}', c.words, t.query) AS DOUBLE PRECISION)))"
    " - 0.5)"
)
# Of words that all are everywhere, no more chunks are looked at than can be scored in time.
_FINDING = (
    "(SELECT c.id, c.length, c.words FROM chunks c "
    "WHERE c.words @@ CAST(CAST(?1 AS TEXT) AS TSQUERY){where} {limit})"
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
        weights = [known.weight(word) for word in asked]
        where = _where(filters, among)
        # The rarest words find the chunks, the others only add to their scores: as soon as these
        # could lift no other chunk among the best, what was found is what all would have found.
        found: Found = []
        for count in range(1, len(asked) + 1):
            finding = asked[:count]
            reached = sum(word.chunks for word in finding)
            if count < len(asked) and reached < FEW * limit:
                continue
            if count > 1 and reached > CANDIDATES and not known.counted:
                return found or self._scored(known, asked, weights, _all_of(asked), limit, where)
            found = self._scored(known, asked, weights, _any_of(finding), limit, where)
            if len(found) == limit and found[-1][1] >= sum(weights[count:]):
                break
        return found

    def _scored(
        self,
        known: Frequencies,
        asked: Sequence[Word],
        weights: Sequence[float],
        finding: str,
        limit: int,
        where: tuple[str, list[object]],
    ) -> Found:
        """The chunks that a tsquery finds, by the BM25 of all words."""
        most = f"LIMIT {2 * CANDIDATES}" if not known.counted else ""
        lexemes = [(place, one) for place, word in enumerate(asked) for one in word.lexemes]
        chunks = _FINDING.format(where=where[0], limit=most)
        rows = self._store.rows(
            "WITH t AS (SELECT * FROM unnest(CAST(?3 AS INTEGER[]), "  # noqa: S608 - own words
            "CAST(CAST(?4 AS TEXT[]) AS TSQUERY[]), CAST(?5 AS DOUBLE PRECISION[])) "
            "AS t (word, query, weight)), found AS ("
            f"SELECT c.id, c.length, t.word, max(t.weight) AS weight, sum({_OCCURRENCES}) AS often "
            f"FROM {chunks} c, t WHERE c.words @@ t.query GROUP BY c.id, c.length, t.word) "
            f"SELECT id, sum(weight * often / (often + {K1} * ({1 - B} + {B} * length / ?2))) "
            f"AS score FROM found GROUP BY id ORDER BY score DESC, id LIMIT {int(limit)}",
            (
                finding,
                max(known.spread.average, 1e-9),
                [place for place, _ in lexemes],
                [quoted(one) for _, one in lexemes],
                [weights[place] for place, _ in lexemes],
                *where[1],
            ),
        )
        return _best(rows, limit)

    def _known(self) -> Frequencies:
        return self._read(self._store.revision())


def _any_of(words: Sequence[Word]) -> str:
    return " | ".join(word.query for word in words)


def _all_of(words: Sequence[Word]) -> str:
    return " & ".join(f"({word.query})" for word in words)


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
