"""The truth of an index: one SQLite database with articles, chunks, vectors and full text.

Everything else (FAISS) is derived from it. Knows SQL; knows nothing of models or files.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.articles import Article, article_id
from index.encoders import FloatArray
from index.filters import Filters, filter_sql
from index.history import ARTICLE_COLUMNS, SCHEMA, History
from index.sentences import Span
from index.vectors import IntArray

SCHEMA_VERSION = 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it is stored: a span of an article."""

    id: int
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an index holds.

    Attributes:
        articles: Live ones.
        chunks: Their chunks.
        stories: Groups of copies among them, an article without copies being one.
        superseded: Versions that an edit has replaced.
        withdrawn: Versions that were withdrawn.
    """

    articles: int
    chunks: int
    stories: int
    superseded: int
    withdrawn: int


class Store(History):
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
            connection.executescript(SCHEMA)
            connection.close()
        with store.transaction():
            store.set_meta({"schema": str(SCHEMA_VERSION), "revision": "0", **meta})
        return store

    def set_meta(self, values: dict[str, str]) -> None:
        """Store facts about the index."""
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def put_chunks(self, article: Article, spans: Sequence[Span], vectors: FloatArray) -> None:
        """Add the chunks of an article that has none; vectors of shape (n, dimensions).

        They come into the search if the article is live.
        """
        self.connection.executemany(
            "INSERT INTO chunks (article_id, start, end, vector) VALUES (?, ?, ?, ?)",
            (
                (article.id, start, end, vector.astype(np.float32).tobytes())
                for (start, end), vector in zip(spans, vectors, strict=True)
            ),
        )
        if self.is_live(article.id):
            self._index_words(article.id, article.text)
        else:
            self._move_chunks("chunks", "past_chunks", article.id)

    def chunks_of_text(self, text: str, dimensions: int) -> tuple[list[Span], FloatArray] | None:
        """The spans and vectors of any article with this text, if one has been encoded."""
        for table in ("chunks", "past_chunks"):
            rows = self.rows(
                f"SELECT start, end, vector FROM {table} WHERE article_id = ("  # noqa: S608
                "SELECT id FROM articles a WHERE text_id = ? AND EXISTS ("
                f"SELECT 1 FROM {table} WHERE article_id = a.id) LIMIT 1) ORDER BY id",
                (article_id(text),),
            )
            if rows:
                spans = [(int(str(row[0])), int(str(row[1]))) for row in rows]
                return spans, self.as_vectors([row[2] for row in rows], dimensions)
        return None

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
        """Make the full-text table anew from the chunks."""
        self.connection.execute("INSERT INTO chunk_words (chunk_words) VALUES ('rebuild')")

    def unencoded(self) -> list[str]:
        """Ids of the articles without chunks, live or past."""
        rows = self.rows(
            "SELECT id FROM articles a WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE article_id = "
            "a.id) AND NOT EXISTS (SELECT 1 FROM past_chunks WHERE article_id = a.id)"
        )
        return [str(row[0]) for row in rows]

    def carry_over(self, earlier: Path) -> None:
        """Take over all articles, files and versions of another database, but none of its chunks.

        The files of folders are to be read again, for the way they are read may have changed.
        """
        self.connection.execute("ATTACH ? AS earlier", (str(earlier),))
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

    def meta(self) -> dict[str, str]:
        """All facts about the index."""
        return {str(key): str(value) for key, value in self.rows("SELECT key, value FROM meta")}

    def revision(self) -> int:
        """Number of the last build that changed anything."""
        return int(str(self.rows("SELECT value FROM meta WHERE key = 'revision'")[0][0]))

    def article(self, article_id: str) -> Article | None:
        """An article by its id."""
        rows = self.rows(
            f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?",  # noqa: S608 - own names
            (article_id,),
        )
        return _article(rows[0]) if rows else None

    def texts(self) -> Iterator[tuple[str, str]]:
        """Ids and texts of all articles, live or past, one at a time."""
        with self.translated():
            yield from self.connection.execute("SELECT id, text FROM articles ORDER BY id")

    def chunks_of(self, article_id: str) -> list[StoredChunk]:
        """The chunks of an article, live or past, in the order of its text."""
        rows = self.rows(
            "SELECT id, article_id, start, end FROM chunks WHERE article_id = ?1 UNION "
            "SELECT id, article_id, start, end FROM past_chunks WHERE article_id = ?1 "
            "ORDER BY start, id",
            (article_id,),
        )
        return [StoredChunk(*row) for row in rows]  # type: ignore[arg-type]

    def latest(self, limit: int) -> list[Article]:
        """Articles, newest first; those without a date come last."""
        rows = self.rows(
            f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE live "  # noqa: S608 - own names
            "ORDER BY published IS NULL, published DESC, path LIMIT ?",
            (limit,),
        )
        return [_article(row) for row in rows]

    def stories_of(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The story of each article that is live."""
        rows = self.rows(
            "SELECT article_id, story_id FROM story_articles "
            "WHERE article_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(article_ids)),),
        )
        return {str(article): str(story) for article, story in rows}

    def copies_of(self, article_id: str, filters: Filters) -> list[Article]:
        """The articles of a live article's story, itself included, the earliest first.

        Args:
            article_id: The article.
            filters: Which articles to name.
        """
        return self._articles_where(
            "a.id IN (SELECT article_id FROM story_articles WHERE story_id = "
            "(SELECT story_id FROM story_articles WHERE article_id = ?))",
            article_id,
            filters,
        )

    def articles(self, ids: Iterable[str], filters: Filters) -> list[Article]:
        """Those of some articles, live or past, that a filter lets through, the earliest first."""
        told = json.dumps(list(ids))
        return self._articles_where("a.id IN (SELECT value FROM json_each(?))", told, filters)

    def _articles_where(self, condition: str, value: str, filters: Filters) -> list[Article]:
        where, parameters = filter_sql(filters)
        rows = self.rows(
            f"SELECT {ARTICLE_COLUMNS} FROM articles a WHERE {condition}{where} "  # noqa: S608 - own words
            "ORDER BY a.published IS NULL, a.published, a.path",
            (value, *parameters),
        )
        return [_article(row) for row in rows]

    def counts(self) -> Counts:
        """How much there is."""
        rows = self.rows(
            "SELECT (SELECT count(*) FROM articles WHERE live), (SELECT count(*) FROM chunks), "
            "(SELECT count(DISTINCT story_id) FROM story_articles), "
            "(SELECT count(*) FROM versions WHERE ended = 'superseded'), "
            "(SELECT count(*) FROM versions WHERE ended = 'withdrawn')"
        )
        return Counts(*rows[0])  # type: ignore[arg-type]

    def newest(self) -> str | None:
        """Date of the newest article."""
        newest = self.rows("SELECT max(published) FROM articles WHERE live")[0][0]
        return None if newest is None else str(newest)[:10]

    def chunks(self, ids: Sequence[int], *, past: bool = False) -> list[StoredChunk]:
        """Chunks in the order of `ids`; ids that are gone are left out, unless past ones count."""
        rows = []
        for table in ("chunks", "past_chunks") if past else ("chunks",):
            marks = ", ".join("?" for _ in ids)
            rows += self.rows(
                f"SELECT id, article_id, start, end FROM {table} WHERE id IN ({marks})",  # noqa: S608 - question marks only
                ids,
            )
        found = {int(str(row[0])): StoredChunk(*row) for row in rows}  # type: ignore[arg-type]
        return [found[i] for i in ids if i in found]

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
        where, parameters = filter_sql(filters)
        # With the plus, SQLite searches once and sieves; without, it searches for each id.
        allowed = f"AND +rowid IN ({_ALLOWED}{where})" if where else ""
        if among is not None:
            allowed = "AND +rowid IN (SELECT value FROM json_each(?))"
            parameters = [json.dumps(among.tolist())]
        sql = "SELECT rowid, -rank FROM chunk_words WHERE chunk_words MATCH ? "
        sql += allowed + " ORDER BY rank, rowid LIMIT ?"
        rows = self.rows(sql, (query, *parameters, limit))
        return [(int(str(row[0])), float(str(row[1]))) for row in rows]

    def allowed_chunks(self, filters: Filters) -> IntArray:
        """Ids of the chunks that a filter lets through, ascending."""
        where, parameters = filter_sql(filters)
        rows = self.rows(_ALLOWED + where, parameters)
        return np.sort(np.array(rows, dtype=np.int64).reshape(-1))


def searchable(words: Sequence[str]) -> list[str]:
    """The words that consist of letters and digits, each once."""
    return list(dict.fromkeys(word for word in words if _WORD.fullmatch(word)))


# Articles first: there are fewer, and an index has all that a filter looks at.
_ALLOWED = "SELECT c.id FROM articles a CROSS JOIN chunks c ON c.article_id = a.id WHERE 1"


def _article(row: tuple[object, ...]) -> Article:
    return Article(*row)  # type: ignore[arg-type]
