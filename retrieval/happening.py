"""Which candidates tell of what happened in the time that a question asks about."""

from collections.abc import Sequence
from datetime import date

from index.articles import Article
from retrieval.answer import AskedPeriod
from retrieval.candidates import Candidate
from retrieval.times.events import event_fits, names_year
from retrieval.times.periods import moved

MOST_LATER = 7  # days: news is told within days of what it is about
MOST_EARLIER = 1  # day, by the clock of another place


def told_within(candidates: Sequence[Candidate], period: AskedPeriod) -> list[Candidate]:
    """Those whose text dates what they tell into the period, or that are the news of it."""
    return [
        one
        for one in candidates
        if one.features.margin > 0
        and is_told_within(one.article, one.start, one.end, period, one.day)
    ]


def not_told_otherwise(candidates: Sequence[Candidate], period: AskedPeriod) -> list[Candidate]:
    """Those whose text may tell of the period: it gives no other day, and the article knows it.

    It does if it names one of the years, was published then, or has no date itself.
    """
    kept = []
    for one in candidates:
        fits = event_fits(one.article, one.start, one.end, period)
        near = one.day is None or _is_news_of(one.day, period)
        if fits or (fits is None and (near or names_year(one.article, period.first, period.last))):
            kept.append(one)
    return kept


def is_told_within(
    article: Article, start: int, end: int, period: AskedPeriod, day: str | None
) -> bool:
    """Whether what an article tells at a place is of a period, by its text or else by its day.

    Args:
        article: The article.
        start: Where the words begin.
        end: Where they end.
        period: What was asked about.
        day: When it was first told (YYYY-MM-DD).
    """
    fits = event_fits(article, start, end, period)
    return _is_news_of(day, period) if fits is None else fits


def _is_news_of(told: str | None, period: AskedPeriod) -> bool:
    """Whether a day is in a period or just after it."""
    if told is None:
        return False
    day = date.fromisoformat(told[:10])
    first = moved(date.fromisoformat(period.first), -MOST_EARLIER) if period.first else date.min
    last = moved(date.fromisoformat(period.last), MOST_LATER) if period.last else date.max
    return first <= day <= last
