"""The store of an index folder: one SQLite file, whose full text is FTS5's.

What a file holds beside the tables that every engine has, and how it is made.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np

from index.articles import Article
from index.changes import CHANGES_SCHEMA, ChangeList
from index.encoders import FloatArray
from index.filters import Filters, filter_sql
from index.sentences import Span
from index.store import SCHEMA_VERSION, PastChunk, Store, searchable
from index.stories.grouping import SCHEMA as STORIES_SCHEMA
from index.vectors import IntArray

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, text TEXT NOT NULL, path TEXT NOT NULL, title TEXT, source TEXT,
    author TEXT, published TEXT, url TEXT, language TEXT,
    text_id TEXT NOT NULL, live INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX articles_by_date ON articles (published DESC) WHERE live;
CREATE INDEX articles_by_source ON articles (source, published) WHERE live;
CREATE INDEX articles_by_text ON articles (text_id);
CREATE TABLE files (
    path TEXT PRIMARY KEY, kind TEXT NOT NULL, sha256 TEXT NOT NULL, known TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE versions (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL, file TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id),
    since TEXT NOT NULL, until TEXT, ended TEXT CHECK (ended IN ('superseded', 'withdrawn')),
    CHECK ((until IS NULL) = (ended IS NULL))
);
CREATE UNIQUE INDEX versions_current ON versions (path) WHERE until IS NULL;
CREATE INDEX versions_by_article ON versions (article_id);
CREATE INDEX versions_by_file ON versions (file);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_id);
CREATE TABLE past_chunks (
    id INTEGER PRIMARY KEY, article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX past_chunks_by_article ON past_chunks (article_id);
CREATE VIEW chunk_text AS
    SELECT c.id, substr(a.text, c.start + 1, c.end - c.start) AS text
    FROM chunks c JOIN articles a ON a.id = c.article_id;
CREATE VIRTUAL TABLE chunk_words USING fts5(
    text, content='chunk_text', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
"""
SCHEMA = "".join([TABLES, CHANGES_SCHEMA, STORIES_SCHEMA])
# Articles first: there are fewer, and an index has all that a filter looks at.
_ALLOWED = "SELECT c.id FROM articles a CROSS JOIN chunks c ON c.article_id = a.id WHERE 1"


class EmbeddedStore(ChangeList, Store):
    """Articles, chunks, vectors and full text in one database file."""

    SOURCE_HOLDS: ClassVar[str] = "instr(casefold(a.source), ?)"  # LIKE folds only ASCII

    @classmethod
    def create(cls, path: Path, meta: dict[str, str]) -> "EmbeddedStore":
        """Make an empty database.

        Raises:
            IndexFolderError: The folder cannot be written or the disk is full.
        """
        store = cls(path)
        with store.translated():
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
            connection.executescript(SCHEMA)
            connection.close()
        with store.transaction():
            store.set_meta({"schema": str(SCHEMA_VERSION), "revision": "0", **meta})
        return store

    def _insert_chunks(self, article: Article, spans: Sequence[Span], vectors: FloatArray) -> None:
        self.connection.executemany(
            'INSERT INTO chunks (article_id, start, "end", vector) VALUES (?, ?, ?, ?)',
            (
                (article.id, start, end, vector.astype(np.float32).tobytes())
                for (start, end), vector in zip(spans, vectors, strict=True)
            ),
        )

    def _index_words(self, article: str, text: str) -> None:
        self._tell_words("rowid, text", "?, ?", article, text)

    def _forget_words(self, article: str, text: str) -> None:
        # The table keeps no text of its own, so it must be told what to take out.
        self._tell_words("chunk_words, rowid, text", "'delete', ?, ?", article, text)

    def _tell_words(self, columns: str, values: str, article: str, text: str) -> None:
        rows = self.rows('SELECT id, start, "end" FROM chunks WHERE article_id = ?', (article,))
        self.connection.executemany(
            f"INSERT INTO chunk_words ({columns}) VALUES ({values})",  # noqa: S608 - own names
            ((number, text[int(str(start)) : int(str(end))]) for number, start, end in rows),
        )

    def forget_articles(self, articles: Sequence[str]) -> None:
        for identity in articles:
            text = str(self.rows("SELECT text FROM articles WHERE id = ?", (identity,))[0][0])
            self._forget_words(identity, text)
            for table in ("chunks", "past_chunks", "versions"):
                self.connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (identity,))  # noqa: S608
            self.connection.execute("DELETE FROM articles WHERE id = ?", (identity,))

    def words_are_in_step(self) -> bool:
        """Whether the full-text table holds the words of the chunks, by its own check."""
        with self.translated():
            try:
                self.connection.execute(
                    "INSERT INTO chunk_words (chunk_words, rank) VALUES ('integrity-check', 1)"
                )
            except sqlite3.DatabaseError as exc:
                if exc.sqlite_errorcode != sqlite3.SQLITE_CORRUPT_VTAB:
                    raise
                return False
        return True

    def rebuild_words(self) -> None:
        self.connection.execute("INSERT INTO chunk_words (chunk_words) VALUES ('rebuild')")

    def carry_over(self, earlier: Store) -> None:
        assert isinstance(earlier, EmbeddedStore)
        self.connection.execute("ATTACH ? AS earlier", (str(earlier.path),))
        try:
            with self.transaction():
                for table in ("articles", "files", "versions"):
                    self.connection.execute(f"INSERT INTO {table} SELECT * FROM earlier.{table}")  # noqa: S608
                self.connection.execute("UPDATE articles SET live = 0")
                self.connection.execute("UPDATE files SET sha256 = '' WHERE kind = 'folder'")
                rows = self.rows("SELECT DISTINCT article_id FROM versions WHERE until IS NULL")
                for (identity,) in rows:
                    self._settle(str(identity))
        finally:
            self.connection.execute("DETACH earlier")

    def match_words(
        self,
        words: Sequence[str],
        limit: int,
        filters: Filters,
        among: IntArray | None = None,
    ) -> list[tuple[int, float]]:
        """Chunks that hold any of the words, by BM25.

        Args:
            words: Letters and digits only; what has anything else is passed over.
            limit: Most results.
            filters: Which articles to look in.
            among: Look at these chunks only, whatever the filters.

        Returns:
            Ids and scores (higher is better), best first.
        """
        kept = searchable(words)
        if not kept:
            return []
        query = " OR ".join(f'"{word}"' for word in kept)
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
        # With the plus, SQLite searches once and sieves; without, it searches for each id.
        allowed = f"AND +rowid IN ({_ALLOWED}{where})" if where else ""
        if among is not None:
            allowed = f"AND +rowid {self.connection.among}"
            parameters = [self.connection.listed(among.tolist())]
        sql = "SELECT rowid, -rank FROM chunk_words WHERE chunk_words MATCH ? "
        sql += allowed + " ORDER BY rank, rowid LIMIT ?"
        rows = self.rows(sql, (query, *parameters, limit))
        return [(int(str(row[0])), float(str(row[1]))) for row in rows]

    def allowed_chunks(self, filters: Filters) -> IntArray:
        """Ids of the chunks that a filter lets through, ascending."""
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
        rows = self.rows(_ALLOWED + where, parameters)
        return np.sort(np.array(rows, dtype=np.int64).reshape(-1))

    def standing_chunks(self, articles: frozenset[str], filters: Filters) -> IntArray:
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
        rows = self.rows(
            f"{_ALLOWED} AND a.id {self.connection.among}{where} ORDER BY c.id",
            (self.connection.listed(sorted(articles)), *parameters),
        )
        return np.array(rows, dtype=np.int64).reshape(-1)

    def past_chunks(self, articles: frozenset[str], filters: Filters) -> list[PastChunk]:
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
        rows = self.rows(
            'SELECT p.id, p.article_id, substr(a.text, p.start + 1, p."end" - p.start), p.vector '  # noqa: S608 - own words
            "FROM articles a CROSS JOIN past_chunks p ON p.article_id = a.id "
            f"WHERE a.id {self.connection.among}{where} ORDER BY p.id",
            (self.connection.listed(sorted(articles)), *parameters),
        )
        return [PastChunk(*row) for row in rows]  # type: ignore[arg-type]
