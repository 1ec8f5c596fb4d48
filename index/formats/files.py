"""Read a file of any kind in which news articles ship.

The kind is told by the name, unless the first bytes plainly say something else: a PDF file that
was saved as `.txt` is read as what it is, for whoever put it there wants it read. One entry a
kind; more kinds come in through `_KINDS`. A reader is imported when a file needs it, for asking
questions needs none. Knows nothing of chunks or databases.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.articles import Article, Parsed
from index.errors import ArticleError
from index.formats.decoding import decode
from index.formats.drafts import Draft, Nested, article_from
from index.formats.texts import read_markdown, read_plain
from index.metadata import Metadata

if TYPE_CHECKING:
    from index.formats.archives import Allowance

MAX_BYTES = 10_000_000  # of plain text, and of a page
MAX_ZIP_DEPTH = 2  # an archive in an archive is read, a third one in it is not
MAX_DEPTH = 4  # mails in mails, and the like
HEAD_BYTES = 1024

_HTML = re.compile(
    r"\s*(?:<\?xml\b[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file: the endings of its names, the most bytes, and whether it holds many."""

    suffixes: tuple[str, ...]
    max_bytes: int
    many: bool = False


_KINDS = {
    "text": _Kind((".txt", ".text"), MAX_BYTES),
    "markdown": _Kind((".md", ".markdown"), MAX_BYTES),
    "page": _Kind((".html", ".htm", ".xhtml"), MAX_BYTES),
    "pdf": _Kind((".pdf",), 50_000_000),
    "docx": _Kind((".docx",), 50_000_000),
    "epub": _Kind((".epub",), 100_000_000, many=True),
    "mail": _Kind((".eml",), 50_000_000, many=True),
    "zip": _Kind((".zip",), 200_000_000, many=True),
    "lines": _Kind((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"), 200_000_000, many=True),
}
SUFFIXES = tuple(suffix for kind in _KINDS.values() for suffix in kind.suffixes)
SINGLE_SUFFIXES = tuple(s for kind in _KINDS.values() if not kind.many for s in kind.suffixes)


def read_file(file: Path) -> bytes:
    """Read a file that may hold articles.

    Raises:
        ArticleError: It is too large, or cannot be read.
    """
    try:
        _check_size(file.stat().st_size, _kind_of_name(file.name) or "text")
        return file.read_bytes()
    except OSError as exc:
        raise ArticleError(f"cannot be read: {exc.strerror}") from exc


def parse_articles(raw: bytes, path: str, told: Metadata | None = None) -> Parsed:
    """Turn the bytes of a file into all the articles that it holds.

    Args:
        raw: The file.
        path: Names the kind of the file, and its articles. Those inside a container have longer
            paths: `archive.zip/inner/name.txt`, `archive.jsonl/12` (a line, from 1).
        told: What is known from elsewhere of a file that holds one article. Its address wins over
            what the file states; the rest fills in where the file states nothing.

    Raises:
        ArticleError: The file cannot be read, or holds none; bad members are in `Parsed.failed`.
    """
    from index.formats.archives import Allowance

    if told is not None and not _KINDS[name := _kind(raw, path)].many:
        draft = _draft(raw, name, Allowance())
        stated = replace(draft.stated.filled_from(told), url=told.url or draft.stated.url)
        return Parsed((article_from(replace(draft, stated=stated), path),))
    return _parse(raw, path, Allowance(), 0)


def parse_article(raw: bytes, path: str) -> Article:
    """Read a file that holds one article; raises as above, and if it holds several."""
    parsed = parse_articles(raw, path)
    if not parsed.articles:
        raise ArticleError(parsed.failed[0][1])
    if len(parsed.articles) > 1:
        raise ArticleError(f"holds {len(parsed.articles):,} articles instead of one")
    return parsed.articles[0]


def _parse(raw: bytes, path: str, allowance: "Allowance", depth: int) -> Parsed:
    """Read a file that lies in so many containers."""
    name = _kind(raw, path)
    _check_size(len(raw), name)
    if depth >= (MAX_ZIP_DEPTH if name == "zip" else MAX_DEPTH):
        raise ArticleError("lies too deep in other archives; unpack them first")
    nested = Nested(SUFFIXES, lambda inner, at: _parse(inner, at, allowance, depth + 1))
    match name:
        case "epub":
            from index.formats.books import read_epub

            return read_epub(raw, path, allowance)
        case "mail":
            from index.formats.mail import read_mail

            return read_mail(raw, path, nested)
        case "zip":
            from index.formats.containers import read_zip

            return read_zip(raw, path, nested, allowance)
        case "lines":
            from index.formats.containers import read_json_lines

            return read_json_lines(raw, path, allowance)
    return Parsed((article_from(_draft(raw, name, allowance), path),))


def _draft(raw: bytes, name: str, allowance: "Allowance") -> Draft:
    """Read a file of a kind that holds one article."""
    match name:
        case "pdf":
            from index.formats.pdfs import read_pdf

            return read_pdf(raw)
        case "docx":
            from index.formats.documents import read_docx

            return read_docx(raw, allowance)
        case "page":
            from index.formats.pages import read_page

            return read_page(raw)
        case "markdown":
            return read_markdown(raw)
    return read_plain(raw)


def _check_size(size: int, name: str) -> None:
    """Refuse a file that has more bytes than one of its kind may have."""
    most = _KINDS[name].max_bytes
    if size > most:
        raise ArticleError(
            f"has {size / 1e6:.0f} MB, more than the {most / 1e6:.0f} MB that are read of a "
            f"{_KINDS[name].suffixes[0]} file"
        )


def _kind_of_name(name: str) -> str | None:
    """The kind that a name stands for, if any."""
    lowered = name.lower()
    return next((kind for kind, of in _KINDS.items() if lowered.endswith(of.suffixes)), None)


def _kind(raw: bytes, path: str) -> str:
    """The kind of a file: what it plainly is, or else what its name says.

    Raises:
        ArticleError: It is of no kind that is read.
    """
    named = _kind_of_name(path)
    if named is None:
        raise ArticleError(f"is none of the files that are read ({', '.join(SUFFIXES)})")
    if raw.startswith(b"%PDF-"):
        return "pdf"
    if raw.startswith(b"PK\x03\x04"):
        from index.formats.archives import zip_names

        names = zip_names(raw)
        if "word/document.xml" in names:
            return "docx"
        if "META-INF/container.xml" in names:
            return "epub"
        return "zip" if names or named not in ("docx", "epub") else named  # as torn as its name
    if raw.startswith(_OLD_OFFICE):
        if _ENCRYPTED_OFFICE in raw:
            raise ArticleError("is encrypted; save it without a password first")
        raise ArticleError("is an old Office file; save it as .docx first")
    if raw.startswith(b"{\\rtf"):
        raise ArticleError("is an RTF file; save it as .docx first")
    if named not in ("page", "mail", "lines") and _is_page(raw[:HEAD_BYTES]):
        return "page"
    return named


def _is_page(head: bytes) -> bool:
    """Whether the first bytes of a file are those of an HTML page, in any encoding."""
    try:
        return _HTML.match(decode(head[: len(head) // 4 * 4])) is not None
    except ArticleError:
        return _HTML.match(head.decode("latin-1")) is not None
