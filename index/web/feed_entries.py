"""What a feed holds, whatever its format, and how to tell what an entry means.

Knows nothing of formats and of fetching.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from urllib.parse import urljoin

from index.articles import canonical_text
from index.errors import FetchError
from index.web.addresses import parse_url

MAX_LABEL_CHARS = 500
_MARKED = re.compile(r"\W*(?:withdrawn|retracted)\s*(?:[]):|–—]|-\s)", re.IGNORECASE)
_NO_YEAR = re.compile(r"(?<!\d)0[01]\d\d(?!\d)(?=-|\s\d\d:)")  # what e-mail dates take for 2001
_TIME = re.compile(r"\d\d:\d\d|\dT\d")
_MARKS = ("withdrawn", "retracted")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry.

    Attributes:
        id: What the feed calls it; made from the rest where the feed does not say.
        url: Address of its page, absolute.
        title: On one line, without markup.
        author: Names, separated by commas.
        published: ISO 8601 date, or date and time.
        updated: The same, of the last change.
        summary: Something short about it, as HTML.
        content: The whole of it, as HTML.
        withdrawn: Its publisher has taken it back.
    """

    id: str = ""
    url: str | None = None
    title: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    summary: str | None = None
    content: str | None = None
    withdrawn: bool = False

    @property
    def stamp(self) -> str:
        """Differs as soon as anything in the entry does."""
        return hashlib.sha256(repr(self).encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def moment(self) -> float:
        """Seconds since 1970 of the last change that is known; 0 for none."""
        told = self.updated or self.published
        return _seconds(told) if told else 0.0


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed.

    Attributes:
        title: On one line, without markup.
        entries: In the feed's order, each article once.
        damage: What is wrong with it, if it could be read only in part or by guessing.
    """

    title: str | None
    entries: tuple[FeedEntry, ...]
    damage: str | None = None


def finished(entry: FeedEntry, base: str, labels: Iterable[str]) -> FeedEntry:
    """An entry as it was read, with its address resolved and its identity and marks told.

    Args:
        entry: As the format has it; texts may be empty.
        base: What relative addresses are relative to.
        labels: Its categories.
    """
    url = resolved(base, entry.url)
    marked = bool(_MARKED.match(entry.title or "")) or any(
        label.strip().lower() in _MARKS for label in labels
    )
    return replace(
        entry,
        id=one_line(entry.id) or url or f"urn:dateline:{entry.stamp}",
        url=url,
        title=one_line(entry.title) or None,
        author=one_line(entry.author) or None,
        summary=entry.summary or None,
        content=entry.content or None,
        withdrawn=entry.withdrawn or marked,
    )


def distinct(entries: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """Each article once: of entries with the same page, the one changed last.

    Ids do not count where there are pages: some feeds give all their entries the same one.
    """
    found: dict[str, FeedEntry] = {}
    for entry in entries:
        key = entry.url or entry.id
        held = found.get(key)
        if held is None or (entry.moment, entry.withdrawn) > (held.moment, held.withdrawn):
            found[key] = entry
    return tuple(found.values())


def bury(entries: tuple[FeedEntry, ...], tombstones: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """Mark the entries that have a tombstone as withdrawn, unless they changed after it."""
    buried = {stone.id: stone for stone in tombstones}
    kept = [
        replace(entry, withdrawn=True)
        if (stone := buried.pop(entry.id, None)) and entry.moment <= (stone.moment or entry.moment)
        else entry
        for entry in entries
    ]
    return (*kept, *buried.values())


def feed_date(stated: object) -> str | None:
    """An ISO 8601 or e-mail date as ISO 8601, with the offset that it has; None if it is neither.

    The year 1 is what software writes that knows no date.
    """
    if not isinstance(stated, str) or len(stated) > 60 or _NO_YEAR.search(stated):
        return None
    stated = stated.strip()
    timed = bool(_TIME.search(stated))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(stated if timed or read is datetime.fromisoformat else f"{stated} 00:00")
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return moment.isoformat() if timed else moment.date().isoformat()
    return None


def one_line(text: str | None) -> str:
    """A text that can be shown and stored: on one line, nothing invisible, not endless."""
    return " ".join(canonical_text((text or "")[:MAX_LABEL_CHARS]).split())


def as_html(text: str) -> str:
    """Plain text as HTML, a blank line between paragraphs."""
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in paragraphs if part)


def resolved(base: str, stated: str | None) -> str | None:
    """An address in full; None if there is none or it is not of the web."""
    if not stated:
        return None
    try:
        return str(parse_url(urljoin(base, stated.strip()), allow_private=True))
    except (FetchError, ValueError):
        return None


def _seconds(iso: str) -> float:
    try:
        moment = datetime.fromisoformat(iso)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
