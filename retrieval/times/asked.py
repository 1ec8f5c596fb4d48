"""The time that a question asks about, if its words name one.

Which words count. A question may hold a year and not ask about a time: "the 2018 World Cup" names
an event, "the treaty of 1763" a treaty, "what is it called today" means nowadays. So a year or a
month counts where something leads to it ("in 2018", "since May", "late 2015"), not where it stands
before a noun or after "of"; a weekday likewise; "today" counts where the question is about news or
the past. After "since", "after", "before" and "until" an event's year bounds what is asked, too.
Several times are one stretch, from the first to the last.

What they are about. Most questions ask when something happened: "how many were killed in late
2015". An article may tell it years later, but none can before it happened. Then the basis is
`HAPPENED`, and the article's own words decide. Three sorts of question are about reports, and their
basis is `PUBLISHED`:

- those that name reports: "articles from last week", "the latest since Monday", "news of today";
- those in which somebody reports, writes or publishes at a time that is reckoned from today
  ("what was reported yesterday"); "how many cases were reported in 2012" asks about 2012;
- those that ask what happened, in general, at such a time: the news of a day is the day's news.

Knows nothing of articles.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.filters import Filters
from retrieval.answer import AskedPeriod, Basis
from retrieval.questions import Kind, content_words, question_kind
from retrieval.times.expressions import Expression, find_expressions
from retrieval.times.periods import LANGUAGES, moved
from retrieval.times.wordings import COMPARED, CORE

MOST_TIME_WORDS = 5  # "between 3 March and May 2024"; more of them name something
_REPORTS = re.compile(
    r"\b(?:articles?|news|headlines?|coverage|reports|stories|newspapers?|the papers?|the press"
    r"|(?:the )?latest|newest|updates?|published (?:about|on)|what(?:['’]?s| is) new"
    r"|новост\w+|стать[иейяю]+|haber\w*|gazete\w*|الأخبار|أخبار|مقالات)\b",
    re.IGNORECASE,
)
_REPORTING = re.compile(
    r"\b(?:report(?:ed|ing|s)?|wr(?:ote|ite|ites|itten)|publish(?:ed|es)?|(?:been|was|were) said"
    r"|(?:do|did|does) (?:the )?(?:\w+ )?(?:sources?|agenc\w+|media|papers?) say"
    r"|сообщ\w+|писал\w*|опубликова\w+|bildir\w+|yazd\w+|yayınla\w+|ذكر\w*|كتب\w*|نشر\w*)\b",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"\bwhat(?:['’]s|\s+has|\s+have|\s+had|\s+is|\s+was)?\s+(?:happen\w*|going on|new)\b"
    r"|что (?:нового|происходи\w+|случил\w+|произошл\w+)|ne (?:oldu|oluyor)|ماذا (?:حدث|جرى)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:did|was|were|has|have|had|will|happen\w*|news|latest|new|\w{3,}ed|said|met|left|won|lost"
    r"|fell|came|went|took|made|gave|began|struck|sank|hit|told|shot|killed|сообщ\w+|\w+л[аио]?(?:с[ья])?"
    r"|oldu|\w+d[iıuü]|حدث|قال)\b|что нового",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:is|are|do|does|can|remains?|exists?|still|known|called)\b", re.IGNORECASE
)
_NOWADAYS = re.compile(r"today(?:['’]s)?\Z|сегодня\Z|bugün\Z|اليوم\Z", re.IGNORECASE)
_NAMES_WHAT = re.compile(r"\s+(?:of|до|von)\b|['’]s\b", re.IGNORECASE)
_CAPITAL = re.compile(r"\s+[A-ZÀ-Þ][a-zà-þ]")
_NOUN = re.compile(r"\s+[^\W\d_]")
_PART_OF = re.compile(
    r"\b(?:end|beginning|start|middle|course|month|week|year|as|spring|summer|autumn|fall|winter"
    r"|events|rest|night|morning|evening)\s+of\s+\Z",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"\s*(?:[?.!,;:]|\Z)")
_BLANKS = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"[\s,]+([?.!,])")
_LOWER_BEFORE = re.compile(r"(?:^|\s)[^\WA-ZÀ-Þ\d_][\w’']*\s+\Z")


def asked_period(
    question: str, today: date, languages: Sequence[str] = LANGUAGES
) -> AskedPeriod | None:
    """The time that a question asks about, and whether it means reports or events.

    Args:
        question: A standalone question.
        today: What "yesterday" is reckoned from.
        languages: ISO 639-1 codes that are tried.
    """
    if not CORE.search(question):  # without it nothing slow is imported
        return None
    found = find_expressions(question, today, tuple(languages))
    times = [one for one in found if _counts(question, one)]
    if not times:
        return None
    first = None if any(one.first is None for one in times) else min(_firsts(times))
    last = None if any(one.last is None for one in times) else max(_lasts(times))
    if first is None and last is None:  # "after 2014 and before 2016"
        first, last = max(_firsts(times), default=None), min(_lasts(times), default=None)
        if first and last and first > last:
            return None
    words = question[times[0].start : times[-1].end]
    basis = Basis.PUBLISHED if _is_of_reports(question, times) else Basis.HAPPENED
    return AskedPeriod(_iso(first), _iso(last), basis, words)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _firsts(times: Sequence[Expression]) -> list[date]:
    return [one.first for one in times if one.first]


def _lasts(times: Sequence[Expression]) -> list[date]:
    return [one.last for one in times if one.last]


def _counts(question: str, one: Expression) -> bool:
    """Whether a time is one that the question asks about."""
    words, before, after = question[one.start : one.end], question[: one.start], question[one.end :]
    if one.kind == "deictic":
        if _NOWADAYS.search(words) and (_is_general(question) or not _PAST.search(question)):
            return False
        return not (one.named and _NAMES_WHAT.match(after))
    if one.kind == "past":
        return not _NAMES_WHAT.match(after)
    if one.kind == "weekday":
        alone = _FINISHED.match(after) and (_LOWER_BEFORE.search(before) or not before.strip())
        return one.led or bool(alone)
    if COMPARED.search(before[-8:] + words):
        return False
    if one.kind == "bare_month" and (after.startswith("/") or _is_general(question)):
        return False
    if one.kind in ("year", "bare_month"):
        return _leads(one, words, before, after)
    if one.kind in ("day", "month"):
        return one.is_open or not (one.named and _NOUN.match(after))
    return True


def _is_general(question: str) -> bool:
    """Whether a question is about how things are: "today" is nowadays, "in May" any May."""
    news = _REPORTS.search(question) or _HAPPENED.search(question)
    return not news and bool(_PRESENT.search(question))


def _leads(one: Expression, words: str, before: str, after: str) -> bool:
    """Whether a year or a month stands for a time, and not for something that is named after it."""
    if one.is_open:
        return True
    if not one.led or one.named:
        return False
    if words.lower().startswith("of "):
        return bool(_PART_OF.search(before + "of "))
    return not before.strip() or not _CAPITAL.match(after)


def _is_of_reports(question: str, times: Sequence[Expression]) -> bool:
    """Whether a question is about what was published; the rule is at the head of this module."""
    if _REPORTS.search(question):
        return True
    if not any(one.reckoned for one in times):
        return False
    happened = question_kind(question) is Kind.OVERVIEW or _HAPPENED.search(question)
    return bool(happened or _REPORTING.search(question))


def without_time(question: str, period: AskedPeriod) -> str:
    """A question without its words of time, if it says anything else.

    Articles are told by their dates; words of time that they put otherwise ("Dec. 21" for "in
    December 2024") would only make the reader doubt. Where they name an event ("before the fall of
    the government on 8 December 2024"), they stay.
    """
    if len(content_words(period.words)) > MOST_TIME_WORDS:
        return question
    left = _BLANKS.sub(" ", question.replace(period.words, " ", 1))
    left = _BEFORE_MARK.sub(r"\1", left).strip(" ,;")
    return left if content_words(left) else question


def filters_for(period: AskedPeriod, filters: Filters) -> Filters:
    """What a period leaves of the articles that may answer, as far as their dates tell.

    A period of reports bounds their dates on both sides. An event is told on its first day at the
    earliest, where the publisher's day may be the one before by the clock of the place, and any
    time after; an article without a date may tell it, too, and its words decide.
    """
    first, last = period.first, period.last
    if period.basis is Basis.HAPPENED:
        earliest = first and moved(date.fromisoformat(first), -1).isoformat()
        return replace(
            filters, not_before=max(filter(None, (filters.not_before, earliest)), default=None)
        )
    since = max(filter(None, (filters.since, first)), default=None)
    until = min(filter(None, (filters.until, last)), default=None)
    return replace(filters, since=since, until=until)
