"""Tell title, source, author and date of an article from its own text.

Real copy states them in short lines around the body: a headline, "By Somebody", a date, a place
and agency in capitals before the first sentence. What cannot be told stays None. Knows nothing of
files and formats.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

HEAD_LINES, TAIL_LINES = 8, 3
MAX_TITLE_CHARS, MAX_LABEL_CHARS = 160, 90
MAX_DATE_WORDS = 7

_AGENCY_WORDS = re.compile(
    r"\b(agency|agencies|news|press|reuters|afp|ap|dpa|tass|xinhua|anadolu|bloomberg|service|times"
    r"|post|desk|staff|bureau|wire|journal|tribune|herald|gazette|radio|television|tv|bbc|cnn"
    r"|network|media|guardian|correspondents?|backgrounders?|editors?)\b",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"by[ \t]+(?P<who>\S.*)", re.IGNORECASE)
_LABEL = re.compile(
    r"(?P<key>source|publisher|author|written by|published(?: on)?|updated|posted(?: on)?"
    r"|last updated|date|url|link)\s*:\s*(?P<value>\S.*)",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"[A-ZÀ-Þ][A-ZÀ-Þ .'’/-]{2,40}(?:,\s(?P<rest>[^()—–]{2,60}?))?"
    r"(?:\s*\((?P<agency>[^()]{2,40})\))?\s*(?:[—–]|\s-)\s"
)
_DATE_AT_END = re.compile(
    r"(?:[A-Z][a-z]+\.?\s\d{1,2},?\s(?:19|20)\d\d|\d{1,2}\s[A-Z][a-z]+\s(?:19|20)\d\d)$"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE_PREFIX = re.compile(r"^(?:last )?(?:updated|published|posted)\s+(?:on\s+)?", re.IGNORECASE)
_NO_MONTH = re.compile(r"\d{4}[./-](?:1[3-9]|[2-9]\d)[./-]")
_NUMERIC_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_DAY_AND_MONTH = re.compile(r"(?=.*(?:[^\W\d_]{3}|月)).*(?<!\d)\d{1,2}(?!\d)")
_SENTENCE_END = re.compile(r"(?<!\b[ap]\.m)[.!?]$")
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_FIELD = {"publisher": "source", "written by": "author", "link": "url"}
_LANGUAGES = "en de fr es it pt nl pl sv ru uk tr ar fa he zh ja ko id".split()  # all 200: 3 s
_DATE_KEYS = ("published", "posted", "date", "updated", "last updated")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article besides its text; see `index.articles.Article`."""

    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None

    def filled_from(self, other: "Metadata") -> "Metadata":
        """This metadata, with `other` where this knows nothing."""
        return Metadata(
            **{name: getattr(self, name) or getattr(other, name) for name in self.__slots__}
        )


def metadata_from_text(text: str, file_name: str = "") -> Metadata:
    """Read the short lines at the head and the foot of a canonical text.

    Args:
        text: Canonical text.
        file_name: A date in it (YYYY-MM-DD) counts where the text has none.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    head, tail = lines[:HEAD_LINES], lines[HEAD_LINES:][-TAIL_LINES:]
    found: dict[str, str] = {}
    for line in head + tail:
        for key, value in _read_line(line).items():
            found.setdefault(key, value)
    if head and is_title(head[0]) and len(lines) > 1:
        found["title"] = head[0]
    if "published" not in found and (named := _DATE_IN_NAME.search(file_name)):
        found["published"] = iso_date("-".join(named.groups())) or ""
    return Metadata(**{key: value or None for key, value in found.items()})


def is_title(line: str) -> bool:
    """Whether a first line reads as a headline: short, no full stop, no byline, no date."""
    if len(line) > MAX_TITLE_CHARS or line[-1] in '.!,:;)”"' or _DATELINE.match(line):
        return False
    return any(character.isalnum() for character in line) and not _read_line(line)


def is_label(line: str) -> bool:
    """Whether a line reads as "By Somebody", "Source: …" or a date; told by its shape alone."""
    if len(line) > MAX_LABEL_CHARS:
        return False
    if _LABEL.fullmatch(line) or (_BYLINE.fullmatch(line) and line[-1] not in ".!?"):
        return True
    if " | " in line:
        return any(is_label(part.strip()) for part in line.split(" | "))
    dated = _YEAR.search(line) and (_NUMERIC_DATE.search(line) or _DAY_AND_MONTH.search(line))
    short = len(line.split()) <= MAX_DATE_WORDS and not _SENTENCE_END.search(line)
    return bool(dated) and short


def _read_line(line: str) -> dict[str, str]:
    """What one line says about the article; nothing for most lines."""
    if dateline := _DATELINE.match(line):
        return _read_dateline(dateline)
    if len(line) > MAX_LABEL_CHARS:
        return {}
    if " | " in line and (found := _read_bar(line.split(" | "))):
        return found
    if label := _LABEL.fullmatch(line):
        key, value = label["key"].lower().removesuffix(" on"), label["value"].strip()
        if key in _DATE_KEYS:
            told = iso_date(value)
            return {"published": told} if told else {}
        return {_FIELD.get(key, key): value}
    if (byline := _BYLINE.fullmatch(line)) and line[-1] not in ".!?":
        return read_byline(byline["who"])
    told = iso_date(line) if _YEAR.search(line) else None
    return {"published": told} if told else {}


def _read_bar(parts: list[str]) -> dict[str, str]:
    """Source and date of "Example News | 3 March 2020 | 2 min read"; nothing without a date."""
    found: dict[str, str] = {}
    for part in parts:
        found |= _read_line(part.strip())
    if "published" not in found:
        return {}
    named = [part.strip() for part in parts if _AGENCY_WORDS.search(part)]
    return ({"source": named[0]} if named else {}) | found


def _read_dateline(dateline: re.Match[str]) -> dict[str, str]:
    """Agency and date of "GENEVA, Switzerland, March 3, 2020 (Example News) — "."""
    found = {}
    if dateline["agency"]:
        found["source"] = dateline["agency"].strip()
    if stated := _DATE_AT_END.search((dateline["rest"] or "").strip()):
        found["published"] = iso_date(stated[0]) or ""
    return found


def read_byline(who: str) -> dict[str, str]:
    """Tell persons from publishers in "Jane Doe, Example News" and the like."""
    parts = [part.strip() for part in re.split(r"\s*[|/•]\s*|,\s+|\s+[-–—]\s+", who)]
    sources = [part for part in parts if _AGENCY_WORDS.search(part)]
    authors = [part for part in parts if part and not _AGENCY_WORDS.search(part)]
    found = {}
    if sources:
        found["source"] = sources[0]
    if authors and len(authors[0].split()) <= 8 and not authors[0].islower():  # "By the numbers"
        found["author"] = authors[0]
    return found


def iso_date(value: object) -> str | None:
    """Read a date in any usual writing as ISO 8601; the time of day stays if it is told.

    Args:
        value: A string that is nothing but a date, or a date object (as YAML makes them).

    Returns:
        "2024-12-21", "2024-12-21T09:55:00" or the latter with an offset; None for anything else.
    """
    if isinstance(value, date):  # a datetime is a date too
        return value.isoformat()
    if not isinstance(value, str) or len(value) > MAX_LABEL_CHARS:
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        if not (_NUMERIC_DATE.search(value) or _DAY_AND_MONTH.search(value)):
            return None
        if _NO_MONTH.match(value.strip()):
            return None  # dateparser would take 2024-13-01 for the 13th of January
        import dateparser  # 0.6 s, and only copy with dates in words needs it

        read = dateparser.parse(
            _DATE_PREFIX.sub("", value.strip()),
            languages=_LANGUAGES,
            settings={
                "REQUIRE_PARTS": ["day", "month", "year"],
                "STRICT_PARSING": True,
                "PARSERS": ["absolute-time"],  # "yesterday" is no date: of which day?
            },
        )
        if read is None:
            return None
        parsed = read
    timed = parsed.time() != time() or _CLOCK.search(value)  # midnight may be told too
    return parsed.isoformat() if timed else parsed.date().isoformat()
