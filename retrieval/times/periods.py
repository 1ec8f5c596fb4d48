"""Days, weeks, months and years in words ("Monday", "last week", "с прошлого месяца") as dates.

A word for a past day means the last such day. What could mean two days is not guessed at. Knows
nothing of questions and articles.
"""

import calendar
import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LANGUAGES = ("en", "ru", "tr", "ar")  # in which the wordings below are known
MAX_CHARS = 60

_YEAR_FIRST = re.compile(r"(\d{4})(?:[-./ ](\d{1,2})(?:[-./ ](\d{1,2}))?)?")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-./](\d{4})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
_CLOCK = re.compile(r"\d\s*[ap]\.?m\b|\b(?:noon|midnight)\b", re.IGNORECASE)
_COUNTED = re.compile(r"\bago\b|\bназад\b|\bönce\b|منذ|قبل", re.IGNORECASE)
_LEADING = re.compile(
    r"(?:since|from|after|until|till|to|up|before|on|the|beginning|start|end|of"
    r"|с|со|до|по|от|в|во|за|начала|конца|geçen|من|منذ|حتى|إلى|في|يوم)\s+",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"\b(?:beginning|start) of\b|\bначала\b", re.IGNORECASE)
_ENDING = re.compile(r"\bend of\b|\bконца\b", re.IGNORECASE)
_TRAILING = re.compile(
    r"['’]?(?:[dt][ae]n(?: beri| itibaren| sonra)?|y?[ea] kadar)$", re.IGNORECASE
)
# Usual wordings that dateparser does not know, as it knows them.
_WORDINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), wording)
    for pattern, wording in (
        (r"\b(?:last|past|previous) (\w+) (day|week|month|year)s\b", r"\1 \2s ago"),
        (r"\b(?:past|previous) (week|month|year)\b", r"last \1"),
        (r"\bпоследни[ех] (\d+) (\w+)", r"\1 \2 назад"),
        (r"\bпрошл(?:ая|ой|ую) недел[яию]\b", "на прошлой неделе"),
        (r"\b(?:эта|этой|эту) недел[яию]\b", "на этой неделе"),
        (r"\bпрошл(?:ый|ого) месяца?\b", "в прошлом месяце"),
        (r"\b(?:этот|этого) месяца?\b", "в этом месяце"),
        (r"\bпрошл(?:ый|ого) года?\b", "в прошлом году"),
        (r"\b(понедельник|вторник|четверг)а\b", r"\1"),
        (r"\bсред[ыу]\b", "среда"),
        (r"\b(пятниц|суббот)[ыу]\b", r"\1а"),
        (r"\bвоскресенья\b", "воскресенье"),
        (r"\b((?:янв|февр|сент|окт|но|дек)\w*|апрел|ма|июн|июл)е\b", r"\1я"),
        (r"\b(март|август)е\b", r"\1"),
        (r"\bson (\d+) (\w+)", r"\1 \2 önce"),
        (r"\bbir\b", "1"),
        (r"\biki\b", "2"),
        (r"\büç\b", "3"),
        (r"\bevvelsi gün\b", "2 gün önce"),
        (r"العام الماضي", "السنة الماضية"),
        (r"أول أمس", "منذ يومين"),
        (r"آخر (\d+) ", r"منذ \1 "),
        (r"(?:منذ|قبل) (أسبوع|شهر|سنة)$", r"منذ 1 \1"),
    )
)

_parsing = threading.Lock()  # dateparser fills caches of its own without one


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days, both ends included."""

    first: date
    last: date


def moved(day: date, days: int) -> date:
    """The day that many days later; at the ends of the calendar, its first or last day."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)


def read_period(text: str, today: date, languages: Sequence[str] = LANGUAGES) -> Period | None:
    """Read a day, week, month, quarter or year.

    Args:
        text: In any of the languages, or as numbers.
        today: What "yesterday" is reckoned from.
        languages: ISO 639-1 codes, in the order in which they are tried.

    Returns:
        None if it cannot be read, or may mean several days (02/03/2024).
    """
    text = "".join(_ascii_digit(char) for char in " ".join(text.split())).strip(" .,!?")
    if not text or len(text) > MAX_CHARS or _CLOCK.search(text):
        return None
    try:
        if not any(char.isalpha() for char in text):
            return _numbers(text, today)
        found = _words(text, today, languages)
    except (ValueError, OverflowError):  # the 31st of February, a million weeks ago
        return None
    if found and _BEGINNING.search(text):
        return Period(found.first, found.first)
    return Period(found.last, found.last) if found and _ENDING.search(text) else found


def _ascii_digit(char: str) -> str:
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _numbers(text: str, today: date) -> Period | None:
    """A date in numbers; where day and month could be told either way, only with dots."""
    if match := _YEAR_FIRST.fullmatch(text):
        told = [int(number) for number in match.groups() if number]
        year, month, day = [*told, 1, 1][:3]
        return _around(date(year, month, day), ("year", "month", "day")[len(told) - 1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _around(date(int(match[2]), int(match[1]), 1), "month")
    match = _YEAR_LAST.fullmatch(text)
    if not match:
        return None
    day, month = int(match[1]), int(match[3])
    if match[2] != "." and day != month:
        if day <= 12 and month <= 12:
            return None
        day, month = max(day, month), min(day, month)
    if match[4]:
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        return _around(date(year, month, day), "day")
    this = date(today.year, month, day)
    return _around(this if this <= today else date(today.year - 1, month, day), "day")


def _words(text: str, today: date, languages: Sequence[str]) -> Period | None:
    """The first wording of a text that dateparser can read."""
    from dateparser.date import DateDataParser  # 0.2 to 0.6 s, and few questions name a time

    settings = {
        "PREFER_DATES_FROM": "past",
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "RETURN_AS_TIMEZONE_AWARE": False,
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
        "DATE_ORDER": "DMY",
    }
    counted = {**settings, "PREFER_DAY_OF_MONTH": "current", "PREFER_MONTH_OF_YEAR": "current"}
    with _parsing:
        for wording in _reworded(text):
            exact = _COUNTED.search(wording) is not None  # "two months ago" is that very day
            parser = DateDataParser(
                languages=list(languages), settings=counted if exact else settings
            )
            found = parser.get_date_data(wording)
            if found.date_obj is not None:
                return _around(found.date_obj.date(), "day" if exact else found.period)
    return None


def _reworded(text: str) -> list[str]:
    """A text, then the same in other wordings, without repetition."""
    wordings = [text]
    for pattern, wording in _WORDINGS:
        text = pattern.sub(wording, text)
    wordings.append(text)
    while match := _LEADING.match(text):
        text = text[match.end() :]
        wordings.append(text)
    wordings.append(_TRAILING.sub("", text))
    return list(dict.fromkeys(wording for wording in wordings if wording))


def _around(day: date, period: str | None) -> Period:
    """The day, week, month, quarter or year that a day is in."""
    if period == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if months := {"month": 1, "quarter": 3, "year": 12}.get(period or ""):
        begin = (day.month - 1) // months * months + 1
        end = begin + months - 1
        days = calendar.monthrange(day.year, end)[1]
        return Period(date(day.year, begin, 1), date(day.year, end, days))
    return Period(day, day)
