"""The articles that answers are checked against: those of an index, or the files themselves.

Files are parsed as a build parses them, so that their articles get the same ids; no index and no
model is needed for it.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from index.articles import Article, Parsed
from index.builder import find_articles, named_roots
from index.errors import ArticleError, NoArticlesError
from index.formats.files import parse_articles, read_file
from index.store import Store

# Answers cite the same articles again and again.
ARTICLES_KEPT = 256
FILES_KEPT = 64


class IndexedArticles:
    """All articles of an index, past versions too."""

    def __init__(self, store: Store) -> None:
        self.article = lru_cache(ARTICLES_KEPT)(store.article)
        self._versions = lru_cache(ARTICLES_KEPT)(store.versions_of)

    def cited(self, article_id: str, path: str) -> tuple[Article | None, str | None]:
        article = self.article(article_id)
        if article is None:
            return None, f"the index has no article {article_id!r}"
        known = {version.path for version in self._versions(article_id)}
        if path in known:
            return article, None
        return article, f"article {article_id} is in {article.path!r}, not in {path!r}"

    def ended(self, article_id: str) -> str | None:
        versions = self._versions(article_id)
        if not versions or any(version.ended is None for version in versions):
            return None
        last = max(versions, key=lambda version: version.until or "")
        return f"{last.ended} on {(last.until or '')[:10]}"


class FiledArticles:
    """The articles of folders as they are now."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Find the files; they are read when one is asked for.

        Args:
            folders: What the index mirrors, in any order.

        Raises:
            UsageError: One is missing.
        """
        self._files: dict[str, Path] = {}
        for prefix, root in named_roots(folders).items():
            try:
                self._files |= {prefix + name: root / name for name in find_articles(root)}
            except NoArticlesError:
                continue
        self._parsed: OrderedDict[str, Parsed | ArticleError] = OrderedDict()
        self._homes: dict[str, str] = {}  # by id of an article: its file
        self._unread = self._read_on()

    def cited(self, article_id: str, path: str) -> tuple[Article | None, str | None]:
        name = self._file_of(path)
        if name is None:
            return None, f"there is no file {path!r} in the folder of articles"
        parsed = self._parse(name)
        if isinstance(parsed, ArticleError):
            return None, f"{name!r} {parsed}"
        article = next((one for one in parsed.articles if one.path == path), None)
        if article is None:
            return None, f"there is no article {path!r} in {name!r}"
        if article.id == article_id:
            return article, None
        return article, f"{path!r} holds article {article.id}, not {article_id!r}"

    def article(self, article_id: str) -> Article | None:
        while article_id not in self._homes:
            if next(self._unread, None) is None:
                return None
        parsed = self._parse(self._homes[article_id])
        assert isinstance(parsed, Parsed)
        return next((one for one in parsed.articles if one.id == article_id), None)

    def ended(self, article_id: str) -> str | None:
        return None  # files tell nothing of their past

    def _file_of(self, path: str) -> str | None:
        """The file that an article's path names, or the container that the path leads into."""
        parts = path.split("/")
        names = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        return next((name for name in names if name in self._files), None)

    def _read_on(self) -> Iterator[str]:
        """Parse one file after the other, to learn which articles they hold."""
        for name in self._files:
            self._parse(name)
            yield name

    def _parse(self, name: str) -> Parsed | ArticleError:
        """What a file holds, or why it cannot be read."""
        parsed = self._parsed.pop(name, None)
        if parsed is None:
            try:
                parsed = parse_articles(read_file(self._files[name]), name)
                for article in parsed.articles:
                    self._homes.setdefault(article.id, name)
            except ArticleError as exc:
                parsed = exc
        self._parsed[name] = parsed
        if len(self._parsed) > FILES_KEPT:
            self._parsed.popitem(last=False)
        return parsed
