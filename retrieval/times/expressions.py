"""Find the times that a text speaks of, and read them: which days, and on which side of them.

"since Monday", "in late 2015", "between March and May 2024", "before the fall of the government on
8 December 2024". The shapes are in `retrieval.times.wordings`; days, weeks, months and years are
read by `retrieval.times.periods` (dateparser), and only where there is such a shape. Knows nothing
of articles.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from retrieval.times.named import READINGS_KEPT, Reckoning, digits, read_named, third_of
from retrieval.times.periods import Period, moved
from retrieval.times.wordings import (
    AFTER_CORE,
    AND,
    BEFORE_CORE,
    CORE,
    DAYS_AFTER,
    DAYS_BEFORE,
    EVENT_BEFORE,
    THIRD,
)

_YEAR = re.compile(r"(?:1\d|20)\d\d")
_THE = re.compile(r"\b(?:the|an?|his|her|its|their|this|that)\s+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Expression:
    """A time that a text speaks of: `text[start:end]`.

    Attributes:
        first: First day, or None where it has no beginning.
        last: Last day, or None where it has no end.
        kind: What kind of words it is; see `wordings.CORE`.
        led: Whether a word such as "in" or "since" leads to it.
        named: Whether "the" or "a" stands before it, as before a name.
        start: Where its words begin, those that lead to it included.
        end: Where they end.
    """

    first: date | None
    last: date | None
    kind: str
    led: bool
    named: bool
    start: int
    end: int

    @property
    def is_open(self) -> bool:
        """Whether it has no beginning or no end."""
        return self.first is None or self.last is None

    @property
    def reckoned(self) -> bool:
        """Whether it means another time on another day."""
        return self.kind in ("deictic", "weekday", "ago", "past")

    def overlaps(self, first: date | None, last: date | None) -> bool:
        """Whether it shares a day with a period, whose ends may be open."""
        begins_in_time = self.first is None or last is None or self.first <= last
        return begins_in_time and (self.last is None or first is None or self.last >= first)


@dataclass(frozen=True, slots=True)
class _Core:
    """The words that name days, before it is known how they bound anything."""

    period: Period
    kind: str
    start: int
    end: int
    words: str


@lru_cache(maxsize=READINGS_KEPT)
def find_expressions(
    text: str, today: date, languages: tuple[str, ...], *, told: bool = False
) -> tuple[Expression, ...]:
    """All times in a text, in order.

    Args:
        text: A question or a sentence.
        today: What "yesterday" is reckoned from.
        languages: ISO 639-1 codes that are tried.
        told: It is an article that was published on that day: "on Monday" may be that very day, and
            a day without its year may lie a little ahead.
    """
    cores: list[_Core] = []
    for match in CORE.finditer(text):
        if cores and match.start() < cores[-1].end:
            continue
        kind = match.lastgroup or "day"
        core = _read_core(text, match.start(), match.end(), kind, (today, languages, told))
        if core:
            cores.append(core)
    found: list[Expression] = []
    while cores:
        core = cores.pop(0)
        pair = _paired(text, core, cores[0], (today, languages, told)) if cores else None
        if pair:
            cores.pop(0)
        found.append(pair or _bounded(text, core))
    return tuple(found)


def _read_core(text: str, start: int, end: int, kind: str, how: Reckoning) -> _Core | None:
    words = text[start:end]
    if kind == "day" and (more := DAYS_AFTER.match(text, end)) and not _YEAR.search(words):
        year = f" {more[2]}" if more[2] else ""  # "December 18–20, 2024"
        month = re.sub(r"\d\S*", "", words).strip()
        if month != words:
            ends = [
                read_named(f"{day} {month}{year}", "day", how)
                for day in (digits(words), digits(more[1]))
            ]
            if ends[0] and ends[1] and ends[0].first <= ends[1].last:
                period = Period(ends[0].first, ends[1].last)
                return _Core(period, kind, start, more.end(), text[start : more.end()])
    period_read = read_named(words, kind, how)
    if period_read is None:
        return None
    if kind == "day" and (more := DAYS_BEFORE.search(text, 0, start)):
        earlier = read_named(re.sub(r"\d+\S*", more[1], words, count=1), kind, how)
        if words[0].isdigit() and earlier and earlier.first <= period_read.last:
            period = Period(earlier.first, period_read.last)  # "18 and 20 December"
            return _Core(period, kind, more.start(), end, text[more.start() : end])
    if third := THIRD.search(text, 0, start):
        name = third.lastgroup or "early"
        if kind not in ("day", "weekday", "ago"):
            period = third_of(period_read, name)
            return _Core(period, "part", third.start(), end, text[third.start() : end])
    return _Core(period_read, kind, start, end, words)


def _paired(text: str, one: _Core, other: _Core, how: Reckoning) -> Expression | None:
    """Two times that are the ends of one: "between March and May 2024", "from 2014 to 2016"."""
    between = text[one.end : other.start]
    lead = BEFORE_CORE.search(text, 0, one.start)
    is_dash = between.strip() in ("-", "–", "—")
    if not AND.fullmatch(between) or not (is_dash or (lead and lead["between"])):
        return None
    if not _YEAR.search(one.words) and one.kind != "deictic":
        year = _YEAR.search(other.words)
        wholly = year and read_named(f"{one.words} {year[0]}", "day", how)
        one = replace(one, period=wholly) if wholly else one
    if one.period.first > other.period.last:
        return None
    start = lead.start() if lead else one.start
    kind = other.kind if one.kind == "bare_month" else one.kind
    return Expression(one.period.first, other.period.last, kind, True, False, start, other.end)


def _bounded(text: str, core: _Core) -> Expression:
    """A time with what leads to it."""
    period, kind = core.period, core.kind
    if core.kind == "past":
        return Expression(period.first, period.last, kind, True, False, core.start, core.end)
    lead = BEFORE_CORE.search(text, 0, core.start)
    side = (lead.lastgroup if lead.lastgroup != "the" else _group_of(lead)) if lead else None
    start, end = lead.start() if lead else core.start, core.end
    if side in (None, "in") and (event := EVENT_BEFORE.search(text, 0, core.start)):
        # The event is somewhere in that time, so that nothing of it can be left out.
        side = {"since": "since", "after": "since"}.get(event.lastgroup or "", "until")
        start = event.start()
    elif after := AFTER_CORE.match(text, core.end):
        side, end = after.lastgroup, after.end()
    first: date | None = period.first
    last: date | None = period.last
    if side == "since":
        last = None
    elif side == "after":
        first, last = moved(period.last, 1), None
    elif side == "before":
        first, last = None, moved(period.first, -1)
    elif side == "until":
        first = None
    named = bool(_THE.search(text, 0, core.start))
    return Expression(first, last, kind, side is not None, named, start, end)


def _group_of(lead: re.Match[str]) -> str | None:
    return next((name for name, held in lead.groupdict().items() if held and name != "the"), None)
