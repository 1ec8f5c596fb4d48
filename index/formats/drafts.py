"""What a reader finds in a file, and how it becomes an article.

Every format ends here: a reader brings a draft, and one function makes the article of it. Knows
nothing of any one format.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from index.articles import Article, Parsed, canonical_text, identified
from index.errors import ArticleError
from index.formats.languages import detect_language, iso_language
from index.metadata import Metadata, iso_date, metadata_from_text

MAX_CHARS = 10_000_000  # of an article, however it is packed
MAX_VALUE_CHARS = 500  # nothing that names a thing is longer; an address may be four times that
MAX_REASON_CHARS = 120

_KEYS = {
    "title": ("title", "headline"),
    "source": ("source", "publisher", "sitename", "agency"),
    "author": ("author", "authors", "byline"),
    "published": ("published", "date", "datepublished", "pubdate", "publishedat", "publishdate"),
    "url": ("url", "link", "canonicalurl"),
    "language": ("language", "lang", "inlanguage"),
}
_PLAIN = (str, int, float, date)  # YAML has references: a nested value may be endless
_JOINTS = re.compile(r"[\s_-]")


@dataclass(frozen=True, slots=True)
class Draft:
    """Text and what is stated about it, not yet canonical.

    Attributes:
        text: All that can be read, one block a paragraph.
        stated: What the format says of the article; it wins over the text.
        assumed: What holds only if the text does not say it, such as the date of the file.
    """

    text: str
    stated: Metadata = field(default_factory=Metadata)
    assumed: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Nested:
    """How the files inside a container are read.

    Attributes:
        suffixes: Endings of the names of files that may be articles, in small letters.
        parse: Reads one of them; raises ArticleError.
    """

    suffixes: tuple[str, ...]
    parse: Callable[[bytes, str], Parsed]

    def reads(self, name: str) -> bool:
        """Whether a file of this name may be an article."""
        return name.lower().endswith(self.suffixes)


def article_from(draft: Draft, path: str) -> Article:
    """Make the article of a draft.

    Raises:
        ArticleError: It holds no text, or more than an article may.
    """
    if len(draft.text) > MAX_CHARS:
        raise ArticleError(f"holds more than {MAX_CHARS / 1e6:.0f} million characters")
    text = canonical_text(draft.text)
    if not text.strip():
        raise ArticleError("holds no text")
    known = _cleaned(draft.stated)
    known = known.filled_from(metadata_from_text(text, Path(path).name))
    known = known.filled_from(_cleaned(draft.assumed))
    return identified(
        Article(
            "",
            text,
            path,
            known.title,
            known.source or _host(known.url),
            known.author,
            known.published,
            known.url,
            known.language or detect_language(text),
        )
    )


def stated_metadata(fields: Mapping[object, object]) -> Metadata:
    """What a mapping says of an article: front matter, or an object of JSON Lines.

    Keys count in any case, with or without blanks, hyphens and underscores.
    """
    found: dict[str, str | None] = {}
    joined = {_JOINTS.sub("", str(key).lower()): value for key, value in fields.items()}
    for name, keys in _KEYS.items():
        value = next((joined[key] for key in keys if joined.get(key)), None)
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value if isinstance(item, _PLAIN))
        if isinstance(value, _PLAIN):
            found[name] = iso_date(value) if name == "published" else str(value)
    return Metadata(**found)


@contextmanager
def translated(kind: str, *loggers: str) -> Iterator[None]:
    """Turn whatever a parser raises into an ArticleError, and keep its warnings to itself.

    Args:
        kind: What the file should be, as in "a PDF file".
        loggers: Names of the parser's loggers.
    """
    import logging  # 0.01 s, and asking questions needs none of this

    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the error says it better
    try:
        yield
    except ArticleError:
        raise
    except RecursionError as exc:
        raise ArticleError(f"is nested too deeply to be read as {kind}") from exc
    except MemoryError as exc:
        raise ArticleError(f"holds too much to be read as {kind}") from exc
    except Exception as exc:  # broken input makes parsers raise anything, AssertionError included
        reason = " ".join(str(exc).split())[:MAX_REASON_CHARS] or type(exc).__name__
        raise ArticleError(f"cannot be read as {kind} ({reason})") from exc


def _cleaned(metadata: Metadata) -> Metadata:
    """Values of one line each, in canonical form; what is no value any more is dropped."""
    cleaned: dict[str, str] = {}
    for name in Metadata.__slots__:
        value = " ".join(canonical_text(getattr(metadata, name) or "").split())
        if 0 < len(value) <= MAX_VALUE_CHARS * (4 if name == "url" else 1):
            cleaned[name] = value
    if language := cleaned.pop("language", None):
        return Metadata(**cleaned, language=iso_language(language))
    return Metadata(**cleaned)


def _host(url: str | None) -> str | None:
    """The host of an article's address, which names its publisher where nothing else does."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
