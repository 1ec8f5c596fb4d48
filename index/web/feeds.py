"""Read a feed: RSS, RDF, Atom with its tombstones (RFC 6721), and JSON Feed.

Feeds are read as they are found, not as they should be. Knows nothing of fetching: whatever a
feed holds, reading it opens nothing and takes bounded time.
"""

import json
import re
from collections.abc import Iterator
from email.utils import parseaddr
from io import BytesIO
from typing import Any

from index.errors import FetchError
from index.web.feed_entries import (
    Feed,
    FeedEntry,
    as_html,
    bury,
    distinct,
    feed_date,
    finished,
    one_line,
)
from index.web.trees import plain_text, xml_elements

MAX_FEED_BYTES, MAX_TAGS = 10_000_000, 300_000  # feedparser takes some 70 µs for each tag
MAX_TAG_BYTES, MAX_ITEMS = 100_000, 50_000
MIN_FULL_CHARS = 1000  # many feeds have the whole article in what should be its summary
_LONG_TAG = re.compile(rb"<[^<>!?][^<>]{%d}" % MAX_TAG_BYTES)
JSON_FEED = "https://jsonfeed.org/version/"


def read_feed(body: bytes, url: str, charset: str | None = None) -> Feed:
    """Read a feed of any kind.

    Args:
        body: Its bytes.
        url: Where it is, for relative addresses.
        charset: What the server declares.

    Raises:
        FetchError: It is no feed, or so large that reading it would take minutes.
    """
    if len(body) > MAX_FEED_BYTES:
        raise FetchError(f"is a feed of more than {MAX_FEED_BYTES / 1e6:g} MB")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _read_json(body, url)
    return _read_xml(body, url, charset)


def _read_xml(body: bytes, url: str, charset: str | None) -> Feed:
    """Read RSS, RDF or Atom."""
    import feedparser

    if body.count(b"<") > MAX_TAGS:
        raise FetchError(f"is a feed of more than {MAX_TAGS:,} tags, too many to read")
    if _LONG_TAG.search(body):
        raise FetchError(f"is a feed with a tag of more than {MAX_TAG_BYTES / 1e3:g} kB")
    declared = _charset(body, charset)
    headers = {
        "content-location": url,
        "content-type": f"application/xml; charset={declared}" if declared else "application/xml",
    }
    try:
        # A file object: of a string feedparser would open the file or the address that it names.
        parsed = feedparser.parse(
            BytesIO(body),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as exc:  # it lets many kinds through, on damaged feeds
        raise FetchError(f"is a feed that cannot be read ({str(exc)[:200]})") from exc
    version = parsed.get("version", "")
    if not version and not parsed.entries:
        raise FetchError("is no feed (neither RSS nor Atom nor JSON Feed)")
    entries = distinct(_xml_entry(entry, url) for entry in parsed.entries)
    if version.startswith("atom"):
        entries = bury(entries, _tombstones(body, url))
    title = _told(parsed.feed, "title")
    damage = str(parsed.get("bozo_exception", "")) if parsed.bozo else ""
    guessed_charset = damage.startswith("document declared as")
    return Feed(one_line(title) or None, entries, None if guessed_charset else damage or None)


def _charset(body: bytes, declared: str | None) -> str | None:
    """The charset to read XML by: UTF-8 where it is, since servers often declare another."""
    if body.isascii():
        return declared
    try:
        body.decode()
    except UnicodeDecodeError:
        return declared
    return "utf-8"


def _xml_entry(entry: Any, url: str) -> FeedEntry:  # noqa: ANN401  # feedparser's dictionary
    """What feedparser has read as one entry."""
    content = next((part for part in map(_html, entry.get("content", ())) if part), "")
    summary = _html(entry.get("summary_detail") or {})
    if not content and len(summary) >= MIN_FULL_CHARS:
        content = summary if len(plain_text(summary)) >= MIN_FULL_CHARS else ""
    dates = (feed_date(dict.get(entry, name)) for name in ("published", "updated"))
    published, updated = dates
    return finished(
        FeedEntry(
            entry.get("id") or "",
            entry.get("link"),
            _told(entry, "title"),
            _author(entry),
            published,
            updated,
            summary,
            content,
        ),
        url,
        [tag.get("term") or tag.get("label") or "" for tag in entry.get("tags", ())],
    )


def _told(entry: Any, name: str) -> str:  # noqa: ANN401  # feedparser's dictionary
    """A text of one line, by its type: RSS leaves open whether a title has markup."""
    detail = entry.get(f"{name}_detail") or {}
    value = detail.get("value") or ""
    return value if detail.get("type") == "text/plain" else plain_text(value)


def _html(detail: Any) -> str:  # noqa: ANN401  # feedparser's dictionary
    """A content or summary as HTML."""
    value = str(detail.get("value") or "").strip()
    return as_html(value) if detail.get("type") == "text/plain" else value


def _author(entry: Any) -> str:  # noqa: ANN401  # feedparser's dictionary
    """The names of the authors: "jane@news.example (Jane Doe)" is what RSS asks for."""
    stated = entry.get("author") or ""
    if "@" in stated:
        return parseaddr(stated)[0]
    return ", ".join(author["name"] for author in entry.get("authors", ()) if author.get("name"))


def _tombstones(body: bytes, url: str) -> Iterator[FeedEntry]:
    """The entries that an Atom feed says are deleted."""
    for element in xml_elements(body, "deleted-entry"):
        if ref := element.get("ref"):
            when = feed_date(element.get("when"))
            yield finished(FeedEntry(ref, ref, updated=when, withdrawn=True), url, ())


def _read_json(body: bytes, url: str) -> Feed:
    """Read a JSON Feed (jsonfeed.org, versions 1 and 1.1)."""
    try:
        stated = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise FetchError(f"is no valid JSON ({str(exc)[:200]})") from exc
    if not str(stated.get("version", "")).startswith(JSON_FEED):
        raise FetchError("is no feed (JSON, but not JSON Feed)")
    items = stated.get("items")
    items = items if isinstance(items, list) else []
    entries = (_json_entry(item, url) for item in items[:MAX_ITEMS] if isinstance(item, dict))
    return Feed(one_line(_text(stated, "title")) or None, distinct(entries))


def _json_entry(item: dict[str, Any], url: str) -> FeedEntry:
    """One item of a JSON Feed."""
    authors = item.get("authors") or [item.get("author")]
    authors = authors if isinstance(authors, list) else []
    names = (_text(author, "name") for author in authors if isinstance(author, dict))
    tags = item.get("tags")
    return finished(
        FeedEntry(
            _text(item, "id"),
            _text(item, "url") or _text(item, "external_url"),
            _text(item, "title"),
            ", ".join(name for name in names if name),
            feed_date(item.get("date_published")),
            feed_date(item.get("date_modified")),
            as_html(_text(item, "summary")),
            _text(item, "content_html") or as_html(_text(item, "content_text")),
        ),
        url,
        [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
    )


def _text(item: dict[str, Any], name: str) -> str:
    """A text of a JSON object; ids may be numbers, anything else is none."""
    value = item.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else ""
    return value.strip() if isinstance(value, str) else ""
