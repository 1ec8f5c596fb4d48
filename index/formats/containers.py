"""Read files that hold many articles: ZIP archives, and JSON Lines.

One bad member never loses the others: it is named with its reason. Only a file that is itself
broken or dangerous is refused.
"""

import codecs
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from index.articles import Article, Parsed
from index.errors import ArticleError
from index.formats.archives import Allowance, opened, unpack_gzip
from index.formats.decoding import decode
from index.formats.drafts import Draft, Nested, article_from, stated_metadata

MAX_LINES = 200_000
MAX_LINE_BYTES = 10_000_000
MAX_FAILED_LINES = 1000  # a file with more bad lines is something else than JSON Lines

_TEXT_KEYS = ("text", "body", "content", "articlebody", "articleBody", "maintext")
_GZIP = b"\x1f\x8b"
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_EPOCH = range(100_000_000, 10_000_000_000)  # seconds since 1970 that are years 1973 to 2286


def read_zip(raw: bytes, path: str, nested: Nested, allowance: Allowance) -> Parsed:
    """Read all articles in a ZIP archive.

    Args:
        raw: The archive.
        path: Its path; those of its members start with it.
        nested: Reads the members.
        allowance: Pays for what is unpacked.

    Raises:
        ArticleError: The archive is damaged or dangerous, or holds no file that may be an article.
    """
    articles: list[Article] = []
    failed: list[tuple[str, str]] = []
    with opened(raw, "a ZIP archive", allowance) as archive:
        last = {member.name: number for number, member in enumerate(archive.members)}
        for number, member in enumerate(archive.members):
            inner = f"{path}/{member.name}"
            try:
                if refusal := member.refusal():
                    raise ArticleError(refusal)
                hidden = any(part.startswith((".", "__MACOSX")) for part in member.name.split("/"))
                if hidden or not nested.reads(member.name):
                    continue
                if last[member.name] != number:
                    raise ArticleError("is replaced by a later member of the same name")
                parsed = nested.parse(archive.read(member), inner)
            except ArticleError as exc:
                failed.append((inner, str(exc)))
                continue
            articles += parsed.articles
            failed += parsed.failed
    if not articles and not failed:
        raise ArticleError(f"holds no articles (files ending in {', '.join(nested.suffixes)})")
    return Parsed(tuple(articles), tuple(failed))


def read_json_lines(raw: bytes, path: str, allowance: Allowance) -> Parsed:
    """Read JSON Lines, packed by gzip or not: one article a line, its path `path/NUMBER`.

    Raises:
        ArticleError: The file is damaged, has too many lines, or hardly one that can be read.
    """
    if raw.startswith(_GZIP):
        raw = unpack_gzip(raw, allowance)
    if raw.startswith(_WIDE_MARKS):
        raw = decode(raw).encode()
    articles: list[Article] = []
    failed: list[tuple[str, str]] = []
    for number, line in _lines(raw.removeprefix(codecs.BOM_UTF8)):
        inner = f"{path}/{number}"
        try:
            articles.append(article_from(_read_line(line), inner))
        except ArticleError as exc:
            failed.append((inner, str(exc)))
        if len(failed) > MAX_FAILED_LINES:
            raise ArticleError(
                f"has more than {MAX_FAILED_LINES:,} lines that cannot be read "
                f"(line {failed[0][0].rpartition('/')[2]}: {failed[0][1]})"
            )
        if len(articles) > MAX_LINES:
            raise ArticleError(f"has more than {MAX_LINES:,} articles; split it into parts")
    if not articles and not failed:
        raise ArticleError("holds no text")
    return Parsed(tuple(articles), tuple(failed))


def _lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers from 1."""
    for number, line in enumerate(io.BytesIO(raw), 1):
        if line := line.strip():
            yield number, line


def _read_line(line: bytes) -> Draft:
    """Read one line of JSON Lines.

    Raises:
        ArticleError: It is no JSON object with a text.
    """
    if len(line) > MAX_LINE_BYTES:
        raise ArticleError(f"has {len(line) / 1e6:.0f} MB, more than the 10 MB of an article")
    try:
        fields = json.loads(decode(line))
    except json.JSONDecodeError as exc:
        raise ArticleError(f"is no JSON ({exc.msg} at character {exc.pos + 1})") from exc
    except ValueError as exc:  # a number of more than 4,300 digits
        raise ArticleError(f"is no JSON ({exc})") from exc
    except RecursionError as exc:
        raise ArticleError("is nested too deeply") from exc
    if not isinstance(fields, dict):
        raise ArticleError("is no JSON object")
    text = next((fields[key] for key in _TEXT_KEYS if fields.get(key)), None)
    if isinstance(text, list) and all(isinstance(paragraph, str) for paragraph in text):
        text = "\n\n".join(text)
    if not isinstance(text, str):
        raise ArticleError('has no "text" (or "body", or "content")')
    return Draft(text, stated_metadata({key: _plain(value) for key, value in fields.items()}))


def _plain(value: object) -> object:
    """A value as front matter would state it: objects by their name, seconds as a time."""
    if isinstance(value, list):
        return [_plain(item) for item in value if not isinstance(item, list)]
    if isinstance(value, dict):
        name = value.get("name")
        return name if isinstance(name, str) else None
    if isinstance(value, int) and not isinstance(value, bool):
        seconds = value // 1000 if value // 1000 in _EPOCH else value
        return datetime.fromtimestamp(seconds, UTC) if seconds in _EPOCH else value
    return value
