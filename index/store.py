"""The truth of an index: one SQLite database with articles, chunks, vectors and full text.

Everything else (FAISS) is derived from it. Knows SQL; knows nothing of models or files.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.articles import Article
from index.changes import CHANGES_SCHEMA, ChangeList
from index.encoders import FloatArray
from index.sentences import Span
from index.vectors import IntArray

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, text TEXT NOT NULL, path TEXT NOT NULL, title TEXT, source TEXT,
    author TEXT, published TEXT, url TEXT, language TEXT
) WITHOUT ROWID;
CREATE INDEX articles_by_date ON articles (published DESC);
CREATE INDEX articles_by_source ON articles (source, published);
CREATE TABLE files (
    path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, article_id TEXT NOT NULL REFERENCES articles (id)
) WITHOUT ROWID;
CREATE INDEX files_by_article ON files (article_id);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article_id);
CREATE VIEW chunk_text AS
    SELECT c.id, substr(a.text, c.start + 1, c.end - c.start) AS text
    FROM chunks c JOIN articles a ON a.id = c.article_id;
CREATE VIRTUAL TABLE chunk_words USING fts5(
    text, content='chunk_text', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
"""
_ARTICLE_COLUMNS = ", ".join(Article.__slots__)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question may be answered from.

    Attributes:
        since: Published on this day (YYYY-MM-DD) or later; articles without a date are left out.
        until: Published on this day or earlier; likewise.
        source: A part of the source's name, in any case.
    """

    since: str | None = None
    until: str | None = None
    source: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.since or self.until or self.source)


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it is stored: a span of an article."""

    id: int
    article_id: str
    start: int
    end: int


class Store(ChangeList):
    """Articles, chunks, vectors and full text in one database file."""

    @classmethod
    def create(cls, path: Path, meta: dict[str, str]) -> "Store":
        """Make an empty database.

        Raises:
            IndexFolderError: The folder cannot be written or the disk is full.
        """
        store = cls(path)
        with store.translated():
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
            connection.executescript(_SCHEMA + CHANGES_SCHEMA)
            connection.close()
        with store.transaction():
            store.set_meta({"schema": str(SCHEMA_VERSION), "revision": "0", **meta})
        return store

    def set_meta(self, values: dict[str, str]) -> None:
        """Store facts about the index."""
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def put_article(self, article: Article) -> None:
        """Add an article, or renew what is known about it; its text never changes under an id."""
        marks = ", ".join("?" for _ in Article.__slots__)
        renewed = ", ".join(f"{c} = excluded.{c}" for c in Article.__slots__ if c != "id")
        self.connection.execute(
            f"INSERT INTO articles ({_ARTICLE_COLUMNS}) VALUES ({marks}) "  # noqa: S608 - own names
            f"ON CONFLICT (id) DO UPDATE SET {renewed}",
            [getattr(article, column) for column in Article.__slots__],
        )

    def put_chunks(self, article: Article, spans: Sequence[Span], vectors: FloatArray) -> None:
        """Add the chunks of an article that has none; vectors of shape (n, dimensions)."""
        for (start, end), vector in zip(spans, vectors, strict=True):
            row = self.connection.execute(
                "INSERT INTO chunks (article_id, start, end, vector) VALUES (?, ?, ?, ?)",
                (article.id, start, end, vector.astype(np.float32).tobytes()),
            )
            self.connection.execute(
                "INSERT INTO chunk_words (rowid, text) VALUES (?, ?)",
                (row.lastrowid, article.text[start:end]),
            )

    def put_file(self, path: str, sha256: str, article_id: str) -> None:
        """Record which article a file holds."""
        self.connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (path, sha256, article_id)
        )

    def remove_file(self, path: str) -> None:
        """Forget a file; its article stays until `remove_unfiled_articles`."""
        self.connection.execute("DELETE FROM files WHERE path = ?", (path,))

    def misnamed_articles(self) -> list[tuple[str, str]]:
        """Articles not named after the first file that holds them: their ids and that file."""
        rows = self.rows(
            "SELECT a.id, min(f.path) FROM articles a JOIN files f ON f.article_id = a.id "
            "GROUP BY a.id HAVING a.path != min(f.path)"
        )
        return [(str(article_id), str(path)) for article_id, path in rows]

    def remove_unfiled_articles(self) -> int:
        """Remove the articles that no file holds any more, and tell how many."""
        gone = self.rows("SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM files)")
        for (article_id,) in gone:
            # The full-text table keeps no text of its own: it must be told what to take out.
            self.connection.execute(
                "INSERT INTO chunk_words (chunk_words, rowid, text) SELECT 'delete', id, text "
                "FROM chunk_text WHERE id IN (SELECT id FROM chunks WHERE article_id = ?)",
                (article_id,),
            )
            self.connection.execute("DELETE FROM chunks WHERE article_id = ?", (article_id,))
            self.connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        return len(gone)

    def meta(self) -> dict[str, str]:
        """All facts about the index."""
        return {str(key): str(value) for key, value in self.rows("SELECT key, value FROM meta")}

    def revision(self) -> int:
        """Number of the last build that changed anything."""
        return int(str(self.rows("SELECT value FROM meta WHERE key = 'revision'")[0][0]))

    def files(self) -> dict[str, tuple[str, str]]:
        """Path to content hash and article id, for every indexed file."""
        rows = self.rows("SELECT path, sha256, article_id FROM files")
        return {str(path): (str(sha256), str(held)) for path, sha256, held in rows}

    def article(self, article_id: str) -> Article | None:
        """An article by its id."""
        rows = self.rows(
            f"SELECT {_ARTICLE_COLUMNS} FROM articles WHERE id = ?",  # noqa: S608 - own names
            (article_id,),
        )
        return _article(rows[0]) if rows else None

    def latest(self, limit: int) -> list[Article]:
        """Articles, newest first; those without a date come last."""
        rows = self.rows(
            f"SELECT {_ARTICLE_COLUMNS} FROM articles "  # noqa: S608 - own names
            "ORDER BY published IS NULL, published DESC, path LIMIT ?",
            (limit,),
        )
        return [_article(row) for row in rows]

    def counts(self) -> tuple[int, int]:
        """Number of articles and of chunks."""
        rows = self.rows("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM chunks)")
        return int(str(rows[0][0])), int(str(rows[0][1]))

    def newest(self) -> str | None:
        """Date of the newest article."""
        newest = self.rows("SELECT max(published) FROM articles")[0][0]
        return None if newest is None else str(newest)[:10]

    def chunks(self, ids: Sequence[int]) -> list[StoredChunk]:
        """Chunks in the order of `ids`; ids that are gone are left out."""
        marks = ", ".join("?" for _ in ids)
        rows = self.rows(
            f"SELECT id, article_id, start, end FROM chunks WHERE id IN ({marks})",  # noqa: S608 - question marks only
            ids,
        )
        found = {int(str(row[0])): StoredChunk(*row) for row in rows}  # type: ignore[arg-type]
        return [found[i] for i in ids if i in found]

    def vectors(self, dimensions: int) -> tuple[IntArray, FloatArray]:
        """All chunk ids, shape (n,), and their vectors, shape (n, dimensions)."""
        rows = self.rows("SELECT id, vector FROM chunks ORDER BY id")
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        blobs = [row[1] for row in rows if isinstance(row[1], bytes)]
        if len(blobs) != len(rows) or {len(blob) for blob in blobs} - {4 * dimensions}:
            raise self._damaged(ValueError("a vector has the wrong length"))
        return ids, np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(-1, dimensions)

    def match_words(
        self, words: Sequence[str], limit: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """Chunks that hold any of the words, by BM25.

        Args:
            words: Letters and digits only; what has anything else is passed over.
            limit: Most results.
            filters: Which articles to look in.

        Returns:
            Ids and scores (higher is better), best first.
        """
        kept = searchable(words)
        if not kept:
            return []
        query = " OR ".join(f'"{word}"' for word in kept)
        where, parameters = _filter_sql(filters)
        # With the plus, SQLite searches once and sieves; without, it searches for each id.
        allowed = f"AND +rowid IN ({_ALLOWED}{where})" if where else ""
        sql = "SELECT rowid, -rank FROM chunk_words WHERE chunk_words MATCH ? "
        sql += allowed + " ORDER BY rank, rowid LIMIT ?"
        rows = self.rows(sql, (query, *parameters, limit))
        return [(int(str(row[0])), float(str(row[1]))) for row in rows]

    def allowed_chunks(self, filters: Filters) -> IntArray:
        """Ids of the chunks that a filter lets through, ascending."""
        where, parameters = _filter_sql(filters)
        rows = self.rows(_ALLOWED + where, parameters)
        return np.sort(np.array(rows, dtype=np.int64).reshape(-1))


def searchable(words: Sequence[str]) -> list[str]:
    """The words that consist of letters and digits, each once."""
    return list(dict.fromkeys(word for word in words if _WORD.fullmatch(word)))


# Articles first: there are fewer, and an index has all that a filter looks at.
_ALLOWED = "SELECT c.id FROM articles a CROSS JOIN chunks c ON c.article_id = a.id WHERE 1"


def _filter_sql(filters: Filters) -> tuple[str, list[str]]:
    """SQL conditions on `a` and their parameters; empty where nothing is filtered."""
    conditions, parameters = "", []
    if filters.since:
        conditions += " AND substr(a.published, 1, 10) >= ?"
        parameters.append(filters.since)
    if filters.until:
        conditions += " AND substr(a.published, 1, 10) <= ?"
        parameters.append(filters.until)
    if filters.source:
        conditions += " AND instr(casefold(a.source), ?)"  # LIKE folds only ASCII
        parameters.append(filters.source.casefold())
    return conditions, parameters


def _article(row: tuple[object, ...]) -> Article:
    return Article(*row)  # type: ignore[arg-type]
