"""Dates as answers give them: "3 May 2024", "2024-05-03", "May 2024", "Friday", "the 1990s".

A date is read as the days that it spans. Where it names no year, or only a weekday, the day on
which its article was published tells which is meant. Knows nothing of questions.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.stories.wording import words

_MONTHS = {
    name: number
    for number, names in enumerate(
        """january jan|february feb|march mar|april apr|may|june jun|july jul|august aug
        |september sept sep|october oct|november nov|december dec""".split("|"),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = "(?P<month>" + "|".join(_MONTHS) + r")\b\.?"
_DAY, _YEAR = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?", r"(?P<year>(?:1[0-9]|20)\d\d)\b"
_PATTERNS = tuple(
    re.compile(r"(?<![\w.,])" + pattern)
    for pattern in (
        r"(?P<year>(?:1[0-9]|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b",
        r"(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>(?:1[0-9]|20)\d\d)\b",
        rf"{_DAY}(?: of)?[ -]{_MONTH}(?:,?[ -](?:of )?{_YEAR})?",
        rf"{_MONTH} {_DAY}\b(?:,? {_YEAR})?",
        rf"{_MONTH},? (?:of )?{_YEAR}",
    )
)
_ALONE = re.compile(
    rf"(?:(?P<part>early|mid|late|the (?:beginning|start|middle|end) of)[ -])?"
    rf"(?:{_MONTH}|(?P<decade>1[0-9]\d|20\d)0s"
    rf"|{_YEAR}(?:(?: to |[-–])(?P<until>(?:1[0-9]|20)\d\d))?)"
)
_PARTS = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}
_WEEKDAY = re.compile(rf"(?P<which>last |this |next |past )*(?P<weekday>{'|'.join(_WEEKDAYS)})\b")
_NEAR = {"today": 0, "yesterday": -1, "tomorrow": 1}
_BEFORE = re.compile(r"^(?:(?:in|on|at|of|the|from|since|during|by|year|month)\b,? ?)+")
_LITTLE = frozenset("in on at of the a an from since during by year".split()) | {*_WEEKDAYS}
LEAP_YEAR = 2000

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in an answer.

    Attributes:
        spans: First and last day, of each thing that it may mean; of the leap year 2000 where the
            year is not known.
        yearless: Whether the year is not known.
        relative: Whether it is told by the day of publication, if at all.
        others: The other words.
    """

    spans: tuple[Days, ...]
    yearless: bool
    relative: bool
    others: frozenset[str]


def read_date(text: str, published: date | None) -> Dated | None:
    """Read a plain text that tells a date.

    Args:
        text: As `figures.plain` makes it.
        published: When it was written.

    Returns:
        None where it tells none, or more than one. `spans` is empty for a weekday, yesterday and
        the like if nobody knows when that was written.
    """
    for pattern in _PATTERNS:
        if found := pattern.search(text):
            span = _named(found)
            if span is None:
                continue
            rest = _others(text[: found.start()] + " " + text[found.end() :])
            year = found.groupdict().get("year")
            return _dated(span, not year, published, rest)
    bare = _BEFORE.sub("", text)
    if found := _ALONE.fullmatch(bare):
        return _dated(_alone(found), not (found["year"] or found["decade"]), published, frozenset())
    return _relative(bare, published)


def days_fit(left: Dated, right: Dated) -> tuple[bool, bool]:
    """Whether two dates are equal, and whether one lies within the other."""
    equal = within = False
    for one in _instances(left, right):
        for other in _instances(right, left):
            equal |= one == other
            within |= one[0] <= other[0] <= other[1] <= one[1]
            within |= other[0] <= one[0] <= one[1] <= other[1]
    return equal, within


def _instances(dated: Dated, other: Dated) -> Iterator[Days]:
    """What a date may mean beside another; without a year, in each year of the other."""
    if not dated.yearless or other.yearless:
        yield from dated.spans
        return
    years = {day.year for span in other.spans for day in span}
    for first, last in dated.spans:
        for year in years:
            if moved := _in_year((first, last), year):
                yield moved


def _dated(span: Days, yearless: bool, published: date | None, others: frozenset[str]) -> Dated:
    if yearless and published:
        years = (published.year - 1, published.year, published.year + 1)
        near = [moved for year in years if (moved := _in_year(span, year))]
        nearest = min(near, key=lambda days: abs((days[0] - published).days))
        return Dated((nearest,), False, False, others)
    return Dated((span,), yearless, False, others)


def _in_year(span: Days, year: int) -> Days | None:
    try:
        first = span[0].replace(year=year)
        month_long = span[1] != span[0] and span[1].month == span[0].month
        last = _last_of(year, first.month) if month_long else span[1].replace(year=year)
    except ValueError:  # 29 February
        return None
    return first, last


def _named(found: re.Match[str]) -> Days | None:
    """The days of a match with a month, or None where there is no such day."""
    told = found.groupdict()
    month = int(told["number"]) if told.get("number") else _MONTHS[told["month"]]
    year = int(told["year"]) if told.get("year") else LEAP_YEAR
    try:
        if not told.get("day"):
            return date(year, month, 1), _last_of(year, month)
        return (date(year, month, int(told["day"])),) * 2
    except ValueError:
        return None


def _alone(found: re.Match[str]) -> Days:
    """The days of a month, a year, years or a decade, or of a third of it."""
    if found["month"]:
        number = _MONTHS[found["month"]]
        first, last = date(LEAP_YEAR, number, 1), _last_of(LEAP_YEAR, number)
    else:
        year = int(found["year"] or found["decade"] + "0")
        until = int(found["until"] or year + (9 if found["decade"] else 0))
        first, last = date(year, 1, 1), date(max(year, until), 12, 31)
    if found["part"]:
        third = ((last - first) + timedelta(1)) / 3
        part = next(number for word, number in _PARTS.items() if word in found["part"])
        first, last = first + part * third, first + (part + 1) * third - timedelta(1)
    return first, last


def _relative(text: str, published: date | None) -> Dated | None:
    """A weekday is the last or the next one: "opened on Friday", "will open on Friday"."""
    first, _, _ = text.partition(" ")
    if first in _NEAR:
        days = [published + timedelta(_NEAR[first])] if published else []
        rest = _others(text.removeprefix(first))
    elif found := _WEEKDAY.match(text):
        days = []
        if published:
            back = (published.weekday() - _WEEKDAYS.index(found["weekday"])) % 7
            days = [published - timedelta(back), published + timedelta(7 - back)]
            days = days[:1] if found["which"] in ("last ", "past ") else days
            days = days[1:] if found["which"] == "next " else days
        rest = _others(text[found.end() :])
    else:
        return None
    return Dated(tuple((day, day) for day in days), False, True, rest)


def _others(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if word not in _LITTLE)


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
