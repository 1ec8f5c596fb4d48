"""The article: canonical text, what is known about it, and its identity.

Knows nothing of files, formats or databases. Canonical text is made here and nowhere else, so
that every character offset in Dateline means the same thing.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace

_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u00ad\u200b\u2060\ufffe\uffff]"
)
_TRAILING_SPACE = re.compile(r"(?<![^\S\n])[^\S\n]++(?=\n|\Z)")  # looks at each blank only once
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Article:
    """One news article.

    Attributes:
        id: Identity of the text and of what is stated about it; see `article_id`.
        text: Canonical text; every offset in Dateline counts its characters.
        path: Where it came from, relative to the folder that was indexed.
        title: Headline, where one can be told.
        source: Publisher or agency.
        author: The person who wrote it.
        published: ISO 8601 date, or date and time, as far as it is known.
        url: Address of the original.
        language: ISO 639-1 code, where it is stated or plain to see.
    """

    id: str
    text: str
    path: str
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file holds: one article, or many in an archive.

    Attributes:
        articles: In the order of the file, each with a path of its own.
        failed: Path of each member that could not be read, and the reason.
    """

    articles: tuple[Article, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


def canonical_text(raw: str) -> str:
    """Normalise text once: NFC, line feeds as line ends, no control or invisible characters.

    Idempotent. Trailing blanks and runs of blank lines go; nothing that can be read is lost.
    """
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", raw))
    text = text.encode("utf-8", "ignore").decode("utf-8")  # lone surrogates cannot be stored
    text = _TRAILING_SPACE.sub("", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _BLANK_LINES.sub("\n\n", text).strip("\n"))


def article_id(text: str, *stated: str | None) -> str:
    """The first 16 hex digits of a SHA-256, over a text and whatever is stated about it.

    The same words from two publishers are two articles, and a corrected date is a new version.

    Args:
        text: Canonical text.
        stated: Title, source, author, date and address, in this order; none for the text alone.
    """
    whole = "\0".join([text, *(value or "" for value in stated)])  # no text holds a NUL
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def identified(article: Article) -> Article:
    """The same article with the id that its text and what is stated about it give it."""
    known = article.title, article.source, article.author, article.published, article.url
    return replace(article, id=article_id(article.text, *known))
