"""When what a sentence tells took place, and whether that is the time that was asked about.

The nearest time in the sentence counts, for a sentence may name several: "130 people were killed on
13 November 2015, the most since 1945". A sentence without a time has that of the nearest one before
it in its paragraph. "On Monday" and "yesterday" are reckoned from the day of publication, as are
days without their year; where that is not known they tell nothing.
"""

import re
from datetime import date

from index.articles import Article
from index.sentences import split_paragraphs, split_sentences
from retrieval.answer import AskedPeriod
from retrieval.times.expressions import Expression, find_expressions
from retrieval.times.periods import LANGUAGES
from retrieval.times.wordings import CORE

MAX_BEFORE = 8  # sentences of the paragraph that are looked at
# Characters: a time so near surely belongs to the words, whatever else the sentence names. Of 268
# right answers to questions with a time 228 fit it, 18 do not and 22 are left open; of other words
# in the same paragraphs 146, 80 and 42.
ADJOINING = 20
_NO_DAY = date(2000, 1, 1)  # what is reckoned from it is not used
_YEAR = re.compile(r"\d{4}")
_YEAR_NAMED = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_COUNTED = re.compile(r"\d\d[05]0 (?:[a-z]+[^s]s|men|women|people|children|troops|police)\b")


def event_fits(article: Article, start: int, end: int, period: AskedPeriod) -> bool | None:
    """Whether what is told at a place of an article falls into a period.

    Args:
        article: The article.
        start: Where the words begin that tell it.
        end: Where they end.
        period: What was asked about; its basis does not matter.

    Returns:
        None where the text near it names no time, or where the time that fits is in the sentence,
        but not the nearest one.
    """
    times = _times_near(article, start, end)
    if not times:
        return None
    first, last = _day(period.first), _day(period.last)
    fitting = [distance for one, distance in times if one.overlaps(first, last)]
    nearest = times[0][1]
    if nearest in fitting:
        return True
    return None if fitting and nearest > ADJOINING else False


def told_at(article: Article, start: int, end: int) -> Expression | None:
    """The time that the text gives for what it tells at a place; None where it gives none."""
    times = _times_near(article, start, end)
    return times[0][0] if times else None


def _times_near(article: Article, start: int, end: int) -> list[tuple[Expression, int]]:
    """The times of the sentence at a place, the nearest first, or of the one before that has any.

    Each with the number of characters between; of an earlier sentence only the last one counts.
    """
    around = next(
        (one for one in split_paragraphs(article.text) if one.start <= start < one.end), None
    )
    if around is None:
        return []
    sentences = [
        (a, b) for a, b in split_sentences(article.text, around.start, around.end) if a < end
    ]
    for a, b in reversed(sentences[-MAX_BEFORE - 1 :]):
        times, named = _times(article, a, b)
        if not named:
            continue
        if not times:  # it names a time, and nobody can tell which
            return []
        if b <= start:
            return [(times[-1], 0)]
        told = [(one, _distance(one, start - a, end - a)) for one in times]
        return sorted(told, key=lambda pair: pair[1])
    return []


def _distance(one: Expression, start: int, end: int) -> int:
    """Characters between a time and some words; a time within them has none."""
    return max(one.start - end, start - one.end, 0)


def _times(article: Article, start: int, end: int) -> tuple[list[Expression], bool]:
    """The times in a sentence that can be known, and whether it names any."""
    sentence = article.text[start:end]
    if not CORE.search(sentence):
        return [], False
    published, year = _day(article.published), _year_named_before(article, start)
    base = published
    if year and (published is None or published.year != year):
        base = date(year, 12, 31)  # a day without a year is the last before it
    first, *others = LANGUAGES
    own = article.language if article.language in LANGUAGES else first
    languages = (own, *(one for one in (first, *others) if one != own))
    read = find_expressions(sentence, base or _NO_DAY, languages, told=True)
    found = [one for one in read if _is_time(one, sentence)]
    known = [
        one
        for one in found
        if _is_absolute(one, sentence[one.start : one.end])
        or (base and (base == published or not one.reckoned))
    ]
    return known, bool(found)


def _year_named_before(article: Article, start: int) -> int | None:
    """The year that a text has named last: after "in September 2015", "Sept. 30" is of it."""
    years = _YEAR_NAMED.findall(article.text, 0, start)
    return int(years[-1]) if years else None


def names_year(article: Article, first: str | None, last: str | None) -> bool:
    """Whether an article names a year from one day to another (YYYY-MM-DD, None: open)."""
    years = _YEAR_NAMED.findall(article.text)
    return any((first or "0")[:4] <= year <= (last or "9")[:4] for year in years)


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _is_time(one: Expression, sentence: str) -> bool:
    """Whether words that look like a time are one: "may" and 2,000 are not."""
    words = sentence[one.start : one.end]
    if one.kind == "bare_month":
        return one.led and any(char.isupper() for char in words)
    if one.kind == "year":
        before, after = sentence[: one.start], sentence[one.end :]
        if _COUNTED.match(sentence, one.end - 4):
            return False
        return one.led or one.named or before.endswith("(") or after[:2] in ("'s", "’s", ") ")
    return True


def _is_absolute(one: Expression, words: str) -> bool:
    """Whether a time is the same whenever it is read."""
    return one.kind == "long" or (not one.reckoned and _YEAR.search(words) is not None)
