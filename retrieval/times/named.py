"""Read the words of one kind of time: a day, a season, a decade, "two weeks ago".

Days, weeks, months, quarters and years are read by `retrieval.times.periods`; what has no calendar
of its own is reckoned here. Knows nothing of the sentence around the words.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from retrieval.times.periods import Period, moved, read_period

READINGS_KEPT = 4096
AHEAD_DAYS = 120  # that an article may look ahead when it names a day without its year
Reckoning = tuple[date, tuple[str, ...], bool]  # from which day, in which languages; see `told`

_YEAR = re.compile(r"(?:1\d|20)\d\d")
_COUNT = re.compile(r"\d+")
_WORD_COUNTS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
} | {"a": 1, "an": 1, "twenty": 20, "thirty": 30, "fifty": 50}
_CENTURIES = {
    word: number
    for number, word in enumerate(
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first".split(), 15
    )
}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
_ORDINALS = ("first 1st q1", "second 2nd q2", "third 3rd q3", "fourth 4th q4")


def digits(words: str) -> str:
    """The first number in some words, as it is written."""
    found = _COUNT.search(words)
    return found[0] if found else ""


def third_of(period: Period, name: str) -> Period:
    """The first ("early"), second ("mid") or last third ("late") of a period."""
    number = ("early", "mid", "late").index(name)
    first, last = period.first, period.last
    if (first.month, first.day, last) == (1, 1, date(first.year, 12, 31)):
        return Period(date(first.year, 4 * number + 1, 1), _month_end(first.year, 4 * number + 4))
    days = (last - first).days + 1
    borders = [first + timedelta(days=days * part // 3) for part in range(4)]
    return Period(borders[number], max(borders[number + 1] - timedelta(days=1), borders[number]))


@lru_cache(maxsize=READINGS_KEPT)
def read_named(words: str, kind: str, how: Reckoning) -> Period | None:
    """Read words of one kind."""
    today, languages, told = how
    if kind == "long":
        return _long(words.lower())
    if kind == "years":
        return _years(words)
    if kind == "part":
        return _part(words.lower())
    if kind == "past":
        return _past(words, today, languages)
    base = today
    if told and kind == "weekday":
        base = moved(today, 1)
    elif told and kind in ("day", "bare_month") and not _YEAR.search(words):
        base = moved(today, AHEAD_DAYS)
    found = read_period(_plain(words), base, languages)
    if found and kind == "ago":
        return _around_ago(words, found)
    return found


def _plain(words: str) -> str:
    """Wordings that dateparser does not know, as it knows them."""
    words = re.sub(r"\b(\d+)(?:st|nd|rd|th)? of\b", r"\1", words)
    words = re.sub(r"^(?:this (?:morning|afternoon|evening)|tonight)$", "today", words, flags=re.I)
    words = re.sub(r"^last night$", "yesterday", words, flags=re.I)
    words = re.sub(r"^(last|past|this|next) weekend$", r"\1 week", words, flags=re.I)
    words = re.sub(r"\b(?:a few|several)\b", "4", words, flags=re.I)
    words = re.sub(r"\ba couple(?: of)?\b", "2", words, flags=re.I)
    return re.sub(
        r"^(?:last|past|previous|this) (?=\w{3,9}\b\.?$)(?!week|month|year)",
        "",
        words,
        flags=re.I,
    )


def _around_ago(words: str, day: Period) -> Period:
    """Two weeks ago was some day of that week; nobody counts days."""
    lowered = words.lower()
    if re.search(r"day|hour|дн|ден|gün|يوم", lowered):
        return day
    if re.search(r"week|недел|hafta|أسبوع", lowered):
        return Period(moved(day.first, -3), moved(day.last, 3))
    if re.search(r"month|месяц|ay\b|شهر", lowered):
        return Period(moved(day.first, -15), moved(day.last, 15))
    return Period(date(day.first.year, 1, 1), date(day.first.year, 12, 31))


def _past(words: str, today: date, languages: Sequence[str]) -> Period | None:
    """The last three days, up to today."""
    begin = read_period(words, today, languages)
    if begin is None:
        lowered = words.lower().split()
        count = next((_WORD_COUNTS[word] for word in lowered if word in _WORD_COUNTS), None)
        begin = (count and read_period(f"{count} {lowered[-1]} ago", today, languages)) or None
    return Period(begin.first, today) if begin and begin.first <= today else None


def _long(words: str) -> Period | None:
    """A decade or a century."""
    if match := _YEAR.match(words):
        begin = int(match[0])
        last = begin + (99 if begin % 100 == 0 and begin < 2000 else 9)  # "the 1900s"
        return Period(date(begin, 1, 1), date(last, 12, 31))
    number = int(digits(words) or 0) or _CENTURIES.get(re.split(r"[ -]century", words)[0], 0)
    if not 1 <= number <= 21:
        return None
    return Period(date(number * 100 - 99, 1, 1), date(number * 100, 12, 31))


def _years(words: str) -> Period | None:
    """Years, as in "2014-2016" and "1851–60"; "2005-06" may be a month."""
    first, last = re.findall(r"\d+", words)
    until = int(first[: 4 - len(last)] + last)
    if until <= int(first) or (len(last) == 2 and int(last) <= 12):
        return None
    return Period(date(int(first), 1, 1), date(until, 12, 31))


def _part(words: str) -> Period | None:
    """A season, a half or a quarter of a year."""
    year = int(words[-4:])
    name = words.split()[0]
    if name == "winter":  # of either side: the winter of 2015 may be that of January or of December
        return Period(date(year, 1, 1), date(year + 1, 2, 28))
    if name in _SEASONS:
        begin, end = _SEASONS[name]
        return Period(date(year, begin, 1), _month_end(year, end))
    number = next(n for n, names in enumerate(_ORDINALS) if name in names.split())
    months = 6 if "half" in words else 3
    if months * number >= 12:
        return None
    return Period(date(year, months * number + 1, 1), _month_end(year, months * (number + 1)))


def _month_end(year: int, month: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)
