"""The store of one generation in PostgreSQL: what differs from what every engine has."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from pgvector import HalfVector

from index.articles import Article, article_id
from index.encoders import FloatArray
from index.filters import Filters, filter_sql
from index.history import ARTICLE_COLUMNS
from index.postgres.database import PostgresConnection, PostgresDatabase
from index.postgres.engine import Engine
from index.postgres.fulltext import configuration_of, plain_words
from index.postgres.months import chunk_id, month_of, month_of_chunk
from index.postgres.schema import PARTITIONED, partition_sql
from index.sentences import Span
from index.store import PastChunk, Store, StoredChunk, WordStatistics
from index.vectors import IntArray

_CHUNK_COLUMNS = 'article_id, id, month, start, "end", vector, words, length, day, source_folded'
_STORY_TABLES = ("story_pairs", "story_keys", "story_signatures", "story_articles")
_TABLES = (
    "meta",
    "article_months",
    "articles",
    "files",
    "versions",
    "chunks",
    "past_chunks",
    "story_articles",
    "story_signatures",
    "story_keys",
    "story_pairs",
)
_SEQUENCES = (
    ("versions_number_seq", "versions", "number"),
    ("story_articles_id_seq", "story_articles", "id"),
)
_IN_PARTITION = (
    "FROM unnest(CAST(? AS TEXT[]), CAST(? AS BIGINT[])) AS wanted (month, id) "
    "JOIN {table} c ON c.month = wanted.month AND c.id = wanted.id"
)


class PostgresStore(PostgresDatabase, Store):
    """Articles, chunks, vectors and full text in the tables of one schema."""

    SOURCE_HOLDS: ClassVar[str] = "strpos(a.source_folded, ?) > 0"
    CHUNK_COLUMNS: ClassVar[str] = _CHUNK_COLUMNS

    def __init__(self, engine: Engine, schema: str, *, writing: bool = False) -> None:
        """See `PostgresDatabase`."""
        super().__init__(engine, schema, writing=writing)
        self._months: set[str] = set()

    def put_article(self, article: Article) -> None:
        month = month_of(article.published)
        self.ensure_months([month])
        run = self.connection.execute
        run(
            "INSERT INTO article_months (id, month) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
            (article.id, month),
        )
        folded = None if article.source is None else article.source.casefold()
        run(
            f"INSERT INTO articles ({ARTICLE_COLUMNS}, month, text_id, source_folded) "  # noqa: S608 - own names
            f"VALUES ({', '.join('?' for _ in Article.__slots__)}, ?, ?, ?) "
            "ON CONFLICT (id, month) DO NOTHING",
            (
                *(getattr(article, column) for column in Article.__slots__),
                month,
                article_id(article.text),
                folded,
            ),
        )

    def ensure_months(self, months: Iterable[str]) -> None:
        """Have partitions for some months, in transactions of their own.

        One that is left empty, because what was to come did not, does no harm.
        """
        for month in sorted(set(months) - self._months):
            with self.engine.transaction(self.schema) as link:
                connection = PostgresConnection(self.engine, link)
                # Two that make the same month come one after the other.
                connection.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (self.schema,))
                name = f"articles_{month.replace('-', '_') or 'undated'}"
                ((there,),) = connection.execute("SELECT to_regclass(?) IS NOT NULL", (name,))
                if not there:
                    connection.script(partition_sql(month))
            # A transaction that has its locks hears of new partitions only as it takes another.
            self.connection.execute(f"SELECT FROM {name} LIMIT 0")
            self._months.add(month)

    def article(self, article_id: str) -> Article | None:
        rows = self.rows(
            f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?1 "  # noqa: S608 - own names
            "AND month = (SELECT month FROM article_months WHERE id = ?1)",
            (article_id,),
        )
        return Article(*rows[0]) if rows else None  # type: ignore[arg-type]

    def is_live(self, article: str) -> bool:
        rows = self.rows(
            "SELECT live FROM articles WHERE id = ?1 "
            "AND month = (SELECT month FROM article_months WHERE id = ?1)",
            (article,),
        )
        return bool(rows and rows[0][0])

    def _insert_chunks(self, article: Article, spans: Sequence[Span], vectors: FloatArray) -> None:
        month = month_of(article.published)
        self.ensure_months([month])
        numbers = self.connection.execute(
            "SELECT nextval('chunk_numbers') FROM generate_series(1, ?)", (len(spans),)
        ).fetchall()
        texts = [plain_words(article.text[start:end]) for start, end in spans]
        config = configuration_of(article)
        self._note_language(config)
        folded = None if article.source is None else article.source.casefold()
        self.connection.executemany(
            f"INSERT INTO chunks ({_CHUNK_COLUMNS}) VALUES "  # noqa: S608 - own names
            "(?, ?, ?, ?, ?, ?, to_tsvector(CAST(CAST(? AS TEXT) AS REGCONFIG), ?), ?, ?, ?)",
            [
                (
                    article.id,
                    chunk_id(number, month),
                    month,
                    start,
                    end,
                    HalfVector(vector),
                    config,
                    text,
                    len(text.split()),
                    article.published[:10] if article.published else None,
                    folded,
                )
                for (number,), (start, end), vector, text in zip(
                    numbers, spans, vectors, texts, strict=True
                )
            ],
        )

    def take_into_search(self, article: str) -> None:
        """Move the past chunks of an article that is live into the search."""
        self._move_chunks("past_chunks", "chunks", article)

    def copy_tables(self, source: "PostgresStore") -> None:
        """Take over all that another generation holds; this one is empty."""
        held = source.schema
        months = self.rows(f"SELECT DISTINCT month FROM {held}.article_months")  # noqa: S608
        self.ensure_months(str(month) for (month,) in months)
        with self.transaction():
            run = self.connection.execute
            run("DELETE FROM meta")
            for table in _TABLES:
                run(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {held}.{table}")  # noqa: S608
            for sequence, table, column in _SEQUENCES:
                run(
                    f"SELECT setval('{sequence}', greatest(1, (SELECT max({column}) FROM {table})))"  # noqa: S608
                )
            run(f"SELECT setval('chunk_numbers', (SELECT last_value FROM {held}.chunk_numbers))")  # noqa: S608

    def forget_articles(self, articles: Sequence[str]) -> None:
        """Drop their partitions: readers wait for that moment, and no row is touched."""
        run = self.connection.execute
        asked = list(articles)
        rows = self.rows("SELECT DISTINCT month FROM article_months WHERE id = ANY(?)", (asked,))
        for table, column in (("versions", "article_id"), ("article_months", "id")):
            run(f"DELETE FROM {table} WHERE {column} = ANY(?)", (asked,))  # noqa: S608
        for (month,) in rows:
            name = str(month).replace("-", "_")
            run("DROP TABLE " + ", ".join(f"{table}_{name}" for table in PARTITIONED))
            self._months.discard(str(month))

    def _note_language(self, config: str) -> None:
        """Remember which dictionaries were used: a question's words are looked up in all."""
        self.connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, '') ON CONFLICT (key) DO NOTHING",
            (f"language {config}",),
        )

    def languages(self) -> list[str]:
        """The text search configurations that the articles need."""
        rows = self.rows(
            "SELECT substr(key, 10) FROM meta WHERE key LIKE 'language %' ORDER BY key"
        )
        return [str(row[0]) for row in rows]

    def _index_words(self, article: str, text: str) -> None:
        """Nothing: the words of a chunk are in its row."""

    def _forget_words(self, article: str, text: str) -> None:
        """Nothing: they go with it."""

    def rebuild_words(self) -> None:
        for table in ("chunks", "past_chunks"):
            for (identity,) in self.rows(f"SELECT DISTINCT article_id FROM {table}"):  # noqa: S608
                article = self.article(str(identity))
                assert article is not None
                spans = self.rows(
                    f'SELECT id, start, "end" FROM {table} WHERE article_id = ?',  # noqa: S608
                    (article.id,),
                )
                texts = [plain_words(article.text[int(str(a)) : int(str(b))]) for _, a, b in spans]
                self.connection.executemany(
                    f"UPDATE {table} SET words = to_tsvector("  # noqa: S608 - own names
                    "CAST(CAST(? AS TEXT) AS REGCONFIG), ?), length = ? "
                    "WHERE article_id = ? AND id = ?",
                    [
                        (configuration_of(article), text, len(text.split()), article.id, number)
                        for (number, _, _), text in zip(spans, texts, strict=True)
                    ],
                )

    def as_vectors(self, stored: Sequence[object], dimensions: int) -> FloatArray:
        """Unit vectors again: rounding to half precision has changed their length a little."""
        raw = [one.to_numpy() for one in stored if isinstance(one, HalfVector)]
        if any(len(one) != dimensions for one in raw) or len(raw) != len(stored):
            raise self.damaged(ValueError("a vector has the wrong length"))
        found = np.array(raw, dtype=np.float32).reshape(-1, dimensions)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found

    def chunks(self, ids: Sequence[int], *, past: bool = False) -> list[StoredChunk]:
        found: dict[int, StoredChunk] = {}
        for table in ("chunks", "past_chunks") if past else ("chunks",):
            rows = self._of_chunks('c.id, c.article_id, c.start, c."end"', table, ids)
            found |= {int(str(row[0])): StoredChunk(*row) for row in rows}  # type: ignore[arg-type]
        return [found[i] for i in ids if i in found]

    def vectors_of(self, ids: IntArray, dimensions: int) -> tuple[IntArray, FloatArray]:
        rows = sorted(self._of_chunks("c.id, c.vector", "chunks", ids.tolist()), key=_first)
        found = np.array([row[0] for row in rows], dtype=np.int64)
        return found, self.as_vectors([row[1] for row in rows], dimensions)

    def texts_of(self, ids: IntArray) -> tuple[IntArray, list[str]]:
        chunks = sorted(self.chunks(ids.tolist()), key=lambda chunk: chunk.id)
        texts = {}
        for identity in {chunk.article_id for chunk in chunks}:
            article = self.article(identity)
            texts[identity] = article.text if article else ""
        found = np.array([chunk.id for chunk in chunks], dtype=np.int64)
        return found, [texts[one.article_id][one.start : one.end] for one in chunks]

    def _of_chunks(self, columns: str, table: str, ids: Sequence[int]) -> list[tuple[object, ...]]:
        """Columns of some chunks, each looked for in its partition only."""
        return self.rows(
            f"SELECT {columns} {_IN_PARTITION.format(table=table)}",
            ([month_of_chunk(one) for one in ids], list(ids)),
        )

    def word_statistics(self, terms: Sequence[str]) -> WordStatistics:
        total = self.rows("SELECT count(*), coalesce(sum(length), 0) FROM chunks")[0]
        rows = self.rows(
            "SELECT term, (SELECT count(*) FROM chunks WHERE words @@ "
            "CAST(quote_literal(term) AS TSQUERY)) FROM unnest(CAST(? AS TEXT[])) AS asked (term)",
            (list(terms),),
        )
        holding = {str(term): int(str(count)) for term, count in rows}
        return WordStatistics(int(str(total[0])), int(str(total[1])), holding)

    def standing_chunks(self, articles: frozenset[str], filters: Filters) -> IntArray:
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
        rows = self.rows(
            "SELECT c.id FROM articles a "  # noqa: S608 - own words
            "JOIN chunks c ON c.article_id = a.id AND c.month = a.month "
            f"WHERE a.id {self.connection.among}{where} ORDER BY c.id",
            (sorted(articles), *parameters),
        )
        return np.array(rows, dtype=np.int64).reshape(-1)

    def past_chunks(self, articles: frozenset[str], filters: Filters) -> list[PastChunk]:
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
        rows = self.rows(
            'SELECT p.id, p.article_id, substr(a.text, p.start + 1, p."end" - p.start), p.vector '  # noqa: S608 - own words
            "FROM articles a JOIN past_chunks p ON p.article_id = a.id AND p.month = a.month "
            f"WHERE a.id {self.connection.among}{where} ORDER BY p.id",
            (sorted(articles), *parameters),
        )
        return [PastChunk(*row) for row in rows]  # type: ignore[arg-type]

    def carry_over(self, earlier: Store) -> None:
        assert isinstance(earlier, PostgresStore)
        held = earlier.schema
        months = self.rows(f"SELECT DISTINCT month FROM {held}.article_months")  # noqa: S608
        self.ensure_months(str(month) for (month,) in months)
        with self.transaction():
            run = self.connection.execute
            # A build that was cut off has left its articles and what was encoded of them.
            run(
                f"INSERT INTO past_chunks ({_CHUNK_COLUMNS}) SELECT {_CHUNK_COLUMNS} FROM chunks"  # noqa: S608
            )
            for table in ("chunks", "files", "versions", *_STORY_TABLES):
                run(f"DELETE FROM {table}")  # noqa: S608 - own names
            for table in ("article_months", "articles", "files", "versions"):
                run(
                    f"INSERT INTO {table} SELECT * FROM {held}.{table} ON CONFLICT DO NOTHING"  # noqa: S608
                )
            run("SELECT setval('versions_number_seq', max(number)) FROM versions")
            run("UPDATE articles SET live = FALSE WHERE live")
            run("UPDATE files SET sha256 = '' WHERE kind = 'folder'")
            rows = self.rows("SELECT DISTINCT article_id FROM versions WHERE until IS NULL")
            for (identity,) in rows:
                self._settle(str(identity))


def _first(row: tuple[object, ...]) -> int:
    return int(str(row[0]))
