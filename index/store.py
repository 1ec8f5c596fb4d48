"""The truth of an index: a database with articles, chunks, vectors and full text.

Everything else is derived from it. Knows the SQL that is the same for every engine; knows nothing
of models or files.
"""

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from index.articles import Article, article_id
from index.encoders import FloatArray
from index.filters import Filters, filter_sql
from index.history import ARTICLE_COLUMNS, History
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
class PastChunk:
    """A chunk of an article that is not live any more, as a day in the past is searched.

    Attributes:
        text: Its words.
        vector: As `as_vectors` takes it.
    """

    id: int
    article_id: str
    text: str
    vector: object


@dataclass(frozen=True, slots=True)
class WordStatistics:
    """How the words of the live chunks are spread, for BM25.

    Attributes:
        chunks: Number of live chunks.
        words: Number of words in all of them.
        holding: How many of them hold each of the terms that were asked for; rarer than any are
            those that are missing here.
    """

    chunks: int
    words: int
    holding: dict[str, int]


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
    """Articles, chunks, vectors and full text in one database.

    Attributes:
        SOURCE_HOLDS: Tells whether the source of an article `a`, without its case, holds a part.
    """

    SOURCE_HOLDS: ClassVar[str]

    def set_meta(self, values: dict[str, str]) -> None:
        """Store facts about the index."""
        self.connection.executemany(
            "INSERT INTO meta (key, value) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            list(values.items()),
        )

    def put_chunks(self, article: Article, spans: Sequence[Span], vectors: FloatArray) -> None:
        """Add the chunks of an article that has none; vectors of shape (n, dimensions).

        They come into the search if the article is live.
        """
        self._insert_chunks(article, spans, vectors)
        if self.is_live(article.id):
            self._index_words(article.id, article.text)
        else:
            self._move_chunks("chunks", "past_chunks", article.id)

    @abstractmethod
    def _insert_chunks(self, article: Article, spans: Sequence[Span], vectors: FloatArray) -> None:
        """Write the rows of an article's chunks."""

    @abstractmethod
    def as_vectors(self, stored: Sequence[object], dimensions: int) -> FloatArray:
        """Vectors as they are stored, shape (n, dimensions)."""

    @abstractmethod
    def vectors_of(self, ids: IntArray, dimensions: int) -> tuple[IntArray, FloatArray]:
        """Those of the chunks that are there, ascending, and their vectors (n, dimensions)."""

    @abstractmethod
    def texts_of(self, ids: IntArray) -> tuple[IntArray, list[str]]:
        """Those of the chunks that are there, ascending, and their texts."""

    @abstractmethod
    def word_statistics(self, terms: Sequence[str]) -> WordStatistics:
        """What BM25 has to know of some terms (not words, see `HeldWords.stems`)."""

    @abstractmethod
    def standing_chunks(self, articles: frozenset[str], filters: Filters) -> IntArray:
        """Ids of live chunks, ascending: of those of some articles that a filter lets through."""

    @abstractmethod
    def past_chunks(self, articles: frozenset[str], filters: Filters) -> list[PastChunk]:
        """Past chunks, by id: of those of some articles that a filter lets through."""

    @abstractmethod
    def carry_over(self, earlier: "Store") -> None:
        """Take over all articles, files and versions of another database, but none of its chunks.

        The files of folders are to be read again, for the way they are read may have changed.
        """

    def chunks_of_text(self, text: str, dimensions: int) -> tuple[list[Span], FloatArray] | None:
        """The spans and vectors of any article with this text, if one has been encoded."""
        for table in ("chunks", "past_chunks"):
            rows = self.rows(
                f'SELECT start, "end", vector FROM {table} WHERE article_id = ('  # noqa: S608
                "SELECT id FROM articles a WHERE text_id = ? AND EXISTS ("
                f"SELECT 1 FROM {table} WHERE article_id = a.id) LIMIT 1) ORDER BY id",
                (article_id(text),),
            )
            if rows:
                spans = [(int(str(row[0])), int(str(row[1]))) for row in rows]
                return spans, self.as_vectors([row[2] for row in rows], dimensions)
        return None

    def encoded(self, article_id: str, dimensions: int) -> tuple[list[Span], FloatArray] | None:
        """The spans and vectors of an article's chunks, live or past; None if it has none."""
        rows = self.rows(
            'SELECT start, "end", vector, id FROM chunks WHERE article_id = ?1 UNION ALL '
            'SELECT start, "end", vector, id FROM past_chunks WHERE article_id = ?1 ORDER BY 4',
            (article_id,),
        )
        spans = [(int(str(row[0])), int(str(row[1]))) for row in rows]
        return (spans, self.as_vectors([row[2] for row in rows], dimensions)) if rows else None

    def in_order_of_chunks(self) -> list[str]:
        """Ids of the articles with chunks, in the order in which those came."""
        rows = self.rows(
            "SELECT article_id FROM (SELECT article_id, id FROM chunks UNION ALL "
            "SELECT article_id, id FROM past_chunks) AS c GROUP BY article_id ORDER BY min(id)"
        )
        return [str(row[0]) for row in rows]

    @abstractmethod
    def rebuild_words(self) -> None:
        """Make the full text anew from the chunks."""

    def unencoded(self) -> list[str]:
        """Ids of the articles without chunks, live or past."""
        rows = self.rows(
            "SELECT id FROM articles a WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE article_id = "
            "a.id) AND NOT EXISTS (SELECT 1 FROM past_chunks WHERE article_id = a.id)"
        )
        return [str(row[0]) for row in rows]

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
            'SELECT id, article_id, start, "end" FROM chunks WHERE article_id = ?1 UNION '
            'SELECT id, article_id, start, "end" FROM past_chunks WHERE article_id = ?1 '
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
        among, asked = self.connection.among, self.connection.listed(article_ids)
        rows = self.rows(
            f"SELECT article_id, story_id FROM story_articles WHERE article_id {among}",  # noqa: S608 - own words
            (asked,),
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
        among, asked = self.connection.among, self.connection.listed(ids)
        return self._articles_where(f"a.id {among}", asked, filters)

    def _articles_where(self, condition: str, value: object, filters: Filters) -> list[Article]:
        where, parameters = filter_sql(filters, self.SOURCE_HOLDS)
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
            rows += self.rows(
                f'SELECT id, article_id, start, "end" FROM {table} '  # noqa: S608 - own words
                f"WHERE id {self.connection.among}",
                (self.connection.listed(ids),),
            )
        found = {int(str(row[0])): StoredChunk(*row) for row in rows}  # type: ignore[arg-type]
        return [found[i] for i in ids if i in found]


def searchable(words: Sequence[str]) -> list[str]:
    """The words that consist of letters and digits, each once."""
    return list(dict.fromkeys(word for word in words if _WORD.fullmatch(word)))


def _article(row: tuple[object, ...]) -> Article:
    return Article(*row)  # type: ignore[arg-type]
