"""What was read, when, and what became of it: files, and the versions of their articles.

An article is *live* as long as one path has it as its current version. A path's earlier versions
stay: superseded by an edit, or withdrawn with the file; their chunks move out of the search into
`past_chunks`, and back should the same words return. Knows SQL; knows nothing of how articles
are found on disk or on the web.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from index.articles import Article, article_id
from index.sql import Database
from index.stories.grouping import Stories

FOLDER, ADDED, WEB = "folder", "added", "web"  # where a file came from; only folders are mirrored
SUPERSEDED, WITHDRAWN = "superseded", "withdrawn"

ARTICLE_COLUMNS = ", ".join(Article.__slots__)


@dataclass(frozen=True, slots=True)
class File:
    """What is kept of a file, or of an address on the web.

    Attributes:
        path: Its name, as citations show it.
        kind: `FOLDER`, `ADDED` or `WEB`.
        sha256: Of its bytes, as they were last read.
        known: What else whoever brought it wants to remember.
    """

    path: str
    kind: str
    sha256: str
    known: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One article under one path, for some time.

    Attributes:
        path: Of the article.
        article_id: The article.
        since: When it came into the index (ISO 8601, UTC).
        until: When it was superseded or withdrawn, or None.
        ended: `SUPERSEDED` or `WITHDRAWN`, or None.
    """

    path: str
    article_id: str
    since: str
    until: str | None
    ended: str | None


class History(Database):
    """The part of the database that says which articles are live.

    Attributes:
        CHUNK_COLUMNS: What moves when chunks leave the search, or come back.
    """

    CHUNK_COLUMNS: ClassVar[str] = 'id, article_id, start, "end", vector'

    def files(self) -> dict[str, File]:
        """Everything that was read, by path."""
        rows = self.rows("SELECT path, kind, sha256, known FROM files")
        return {str(row[0]): File(*row) for row in rows}  # type: ignore[arg-type]

    def put_file(self, file: File) -> None:
        """Remember a file."""
        self.connection.execute(
            "INSERT INTO files (path, kind, sha256, known) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (path) DO UPDATE SET "
            "kind = excluded.kind, sha256 = excluded.sha256, known = excluded.known",
            (file.path, file.kind, file.sha256, file.known),
        )

    def remove_file(self, path: str) -> None:
        """Forget a file; its articles are not touched."""
        self.connection.execute("DELETE FROM files WHERE path = ?", (path,))

    def current(self, file: str) -> dict[str, str]:
        """The articles that a file holds now: path to id."""
        rows = self.rows(
            "SELECT path, article_id FROM versions WHERE file = ? AND until IS NULL", (file,)
        )
        return {str(path): str(held) for path, held in rows}

    def current_at(self, path: str) -> str | None:
        """The article that a path names now, whichever file it is in."""
        sql = "SELECT article_id FROM versions WHERE path = ? AND until IS NULL"
        rows = self.rows(sql, (path,))
        return str(rows[0][0]) if rows else None

    def live_paths(self, name: str) -> list[str]:
        """Current paths of the articles that a path, an address or an id names."""
        rows = self.rows(
            "SELECT v.path FROM versions v JOIN articles a ON a.id = v.article_id "
            "WHERE v.until IS NULL AND ? IN (v.path, a.url, a.id) ORDER BY v.path",
            (name,),
        )
        return [str(row[0]) for row in rows]

    def file_of(self, path: str) -> File | None:
        """The file that holds the article under a path, or held it last, if it is still known."""
        rows = self.rows(
            "SELECT f.path, f.kind, f.sha256, f.known FROM versions v JOIN files f "
            "ON f.path = v.file WHERE v.path = ? ORDER BY v.number DESC LIMIT 1",
            (path,),
        )
        return File(*rows[0]) if rows else None  # type: ignore[arg-type]

    def lacks_some(self, file: str) -> bool:
        """Whether an article that a file has held was withdrawn, and has not come back since."""
        rows = self.rows(
            "SELECT 1 FROM versions v WHERE file = ? AND NOT EXISTS ("
            "SELECT 1 FROM versions WHERE path = v.path AND until IS NULL) LIMIT 1",
            (file,),
        )
        return bool(rows)

    def versions(self, path: str) -> list[Version]:
        """All versions of the article under a path, oldest first."""
        rows = self.rows(
            "SELECT path, article_id, since, until, ended FROM versions "
            "WHERE path = ? ORDER BY number",
            (path,),
        )
        return [Version(*row) for row in rows]  # type: ignore[arg-type]

    def versions_of(self, article: str) -> list[Version]:
        """The times at which an article was the version of some path, oldest first."""
        rows = self.rows(
            "SELECT path, article_id, since, until, ended FROM versions "
            "WHERE article_id = ? ORDER BY number",
            (article,),
        )
        return [Version(*row) for row in rows]  # type: ignore[arg-type]

    def live_among(self, articles: Sequence[str]) -> set[str]:
        """Those of some articles, by their ids, that may be quoted; quick for very many."""
        among, asked = self.connection.among, self.connection.listed(articles)
        rows = self.rows(
            f"SELECT DISTINCT article_id FROM versions WHERE until IS NULL AND article_id {among}",  # noqa: S608 - own words
            (asked,),
        )
        return {str(row[0]) for row in rows}

    def paths_of(self, article: str) -> list[str]:
        """All paths that an article has had."""
        rows = self.rows("SELECT DISTINCT path FROM versions WHERE article_id = ?", (article,))
        return [str(row[0]) for row in rows]

    def all_versions(self) -> list[tuple[object, ...]]:
        """Every version, in order, as `put_version` takes it."""
        return self.rows(
            "SELECT path, file, article_id, since, until, ended FROM versions ORDER BY number"
        )

    def put_version(self, version: tuple[object, ...]) -> None:
        """Add a version as it was in another database; nothing else follows it."""
        self.connection.execute(
            "INSERT INTO versions (path, file, article_id, since, until, ended) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            version,
        )

    def set_live(self, article: str) -> None:
        """Mark an article as live; nothing else follows it."""
        self.connection.execute("UPDATE articles SET live = TRUE WHERE id = ?", (article,))

    def published_before(self, month: str) -> list[tuple[str, str, bool]]:
        """Articles of the months before one (YYYY-MM), live or past: id, path, whether live."""
        rows = self.rows(
            "SELECT id, path, live FROM articles WHERE substr(published, 1, 7) < ? ORDER BY path",
            (month,),
        )
        return [(str(identity), str(path), bool(live)) for identity, path, live in rows]

    @abstractmethod
    def forget_articles(self, articles: Sequence[str]) -> None:
        """Delete all of some articles, which belong to no story: whole months of them."""

    def put_article(self, article: Article) -> None:
        """Add an article that is not live yet; one that is there stays as it is."""
        marks = ", ".join("?" for _ in Article.__slots__)
        self.connection.execute(
            f"INSERT INTO articles ({ARTICLE_COLUMNS}, text_id) VALUES ({marks}, ?) "  # noqa: S608 - own names
            "ON CONFLICT (id) DO NOTHING",
            [*(getattr(article, column) for column in Article.__slots__), article_id(article.text)],
        )

    def set_version(self, file: str, article: Article, now: str) -> None:
        """Make an article the current version of its path; the one before is superseded.

        Args:
            file: The file that holds it.
            article: With its path.
            now: ISO 8601, UTC.
        """
        before = self._end(article.path, SUPERSEDED, now)
        self.put_article(article)
        self.connection.execute(
            "INSERT INTO versions (path, file, article_id, since) VALUES (?, ?, ?, ?)",
            (article.path, file, article.id, now),
        )
        self._settle(article.id)
        if before and before != article.id:
            self._settle(before)

    def withdraw(self, path: str, now: str) -> bool:
        """End the current version of a path without another in its place; tell if there was one."""
        ended = self._end(path, WITHDRAWN, now)
        if ended:
            self._settle(ended)
        return ended is not None

    def is_live(self, article: str) -> bool:
        """Whether an article may be quoted."""
        rows = self.rows("SELECT live FROM articles WHERE id = ?", (article,))
        return bool(rows and rows[0][0])

    def _end(self, path: str, how: str, now: str) -> str | None:
        ended = self.current_at(path)
        if ended is not None:
            self.connection.execute(
                "UPDATE versions SET until = ?, ended = ? WHERE path = ? AND until IS NULL",
                (now, how, path),
            )
        return ended

    def _settle(self, article: str) -> None:
        """Bring an article into the search or out of it, as its versions say."""
        sql = "SELECT min(path) FROM versions WHERE article_id = ? AND until IS NULL"
        path = self.rows(sql, (article,))[0][0]
        run = self.connection.execute
        if path is not None:  # an article of several paths is known by the first
            run("UPDATE articles SET path = ? WHERE id = ?", (path, article))
        if (path is not None) == self.is_live(article):
            return
        run("UPDATE articles SET live = NOT live WHERE id = ?", (article,))
        text = str(self.rows("SELECT text FROM articles WHERE id = ?", (article,))[0][0])
        if path is None:
            Stories(self.connection).remove(article)
            self._forget_words(article, text)
            self._move_chunks("chunks", "past_chunks", article)
        else:
            Stories(self.connection).add(article, text)
            self._move_chunks("past_chunks", "chunks", article)
            self._index_words(article, text)

    @abstractmethod
    def _index_words(self, article: str, text: str) -> None:
        """Add the words of an article's chunks to the full text, where that is kept apart."""

    @abstractmethod
    def _forget_words(self, article: str, text: str) -> None:
        """Take the words of an article's chunks, which are still there, out of the full text."""

    def _move_chunks(self, source: str, target: str, article: str) -> None:
        columns = self.CHUNK_COLUMNS
        self.connection.execute(
            f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source} WHERE article_id = ?",  # noqa: S608 - own names
            (article,),
        )
        self.connection.execute(f"DELETE FROM {source} WHERE article_id = ?", (article,))  # noqa: S608 - own names
