"""A question about a time is answered from what happened, or was published, then."""

from datetime import date
from pathlib import Path

import pytest

from index.filters import Filters
from retrieval.answer import AskedPeriod, Basis
from retrieval.answerer import Answerer
from retrieval.happening import is_told_within
from tests.retrieval_support import PhraseReader, margin_calibration, small_library

TODAY = date(2024, 12, 25)
FILES = {
    "early.txt": "2024-12-10\n\nIn November 2015 the ferry lost 30 passengers off Norvik.",
    "late.txt": "2024-12-24\n\nThe ferry lost 50 passengers off Norvik on Monday.",
    "plain.txt": "2024-12-12\n\nThe ferry lost 40 passengers off Norvik.",
}
MARGINS = {"30 passengers": 3.0, "40 passengers": 4.0, "50 passengers": 5.0}
QUESTION = "How many passengers did the ferry lose off Norvik"


@pytest.fixture
def answerer(tmp_path: Path) -> Answerer:
    """Answers over `FILES`, on Christmas Day."""
    library = small_library(tmp_path, FILES)
    return Answerer(library, PhraseReader(MARGINS), margin_calibration(), today=lambda: TODAY)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("in late 2015?", "30 passengers"),
        ("on 12 December 2024?", "40 passengers"),
        ("on Monday?", "50 passengers"),
        ("since 20 December 2024?", "50 passengers"),
        ("before 2016?", "30 passengers"),
    ],
)
def test_the_text_says_when_else_the_article(answerer: Answerer, asked: str, expected: str) -> None:
    """However sure the reader is of what happened at another time."""
    answer = answerer.answer(f"{QUESTION} {asked}")
    assert answer.answer == expected
    assert answer.understanding is not None
    assert answer.understanding.period is not None
    assert answer.understanding.period.basis is Basis.HAPPENED


def test_what_happened_at_no_such_time_is_not_told(answerer: Answerer) -> None:
    """Nor from articles that may come later but were there before."""
    assert not answerer.answer(f"{QUESTION} in 1999?").answered
    before = Filters(until="2024-12-15")
    assert not answerer.answer(f"{QUESTION} on Monday?", filters=before).answered


def test_reports_are_of_the_day_on_which_they_were_published(answerer: Answerer) -> None:
    """And "yesterday" is reckoned from the day as of which it is asked."""
    asked = "How many passengers did articles of yesterday report?"
    answer = answerer.answer(asked)
    assert [one.path for one in answer.citations] == ["late.txt"]
    answer = answerer.answer(asked, filters=Filters(as_of="2024-12-13"))
    assert [one.path for one in answer.citations] == ["plain.txt"]
    assert answer.understanding is not None
    assert answer.understanding.period == AskedPeriod(
        "2024-12-12", "2024-12-12", Basis.PUBLISHED, "of yesterday"
    )


def test_an_overview_is_of_its_time(answerer: Answerer) -> None:
    """What happened at another time is no part of what happened then."""
    answer = answerer.answer("What happened to the ferry off Norvik in late 2015?")
    assert [one.path for one in answer.citations] == ["early.txt"]


@pytest.mark.parametrize(
    ("day", "within"),
    [("2024-12-11", True), ("2024-12-27", True), ("2024-12-10", False), ("2024-12-28", False)],
)
def test_news_without_a_day_is_of_the_days_before_it_was_published(
    answerer: Answerer, day: str, within: bool
) -> None:
    """By a week, and a day more for the clock of another place."""
    article = answerer.library.article(
        answerer.answer(QUESTION, filters=Filters(since="2024-12-12", until="2024-12-12"))
        .citations[0]
        .article_id
    )
    assert article is not None
    at = article.text.index("40")
    period = AskedPeriod("2024-12-12", "2024-12-20", Basis.HAPPENED, "")
    assert is_told_within(article, at, at + 2, period, day) == within
    assert not is_told_within(article, at, at + 2, period, None)


def test_a_follow_up_has_its_own_time(answerer: Answerer) -> None:
    """What was put behind it of the question before does not widen it."""
    first = answerer.answer("What happened to the ferry off Norvik in late 2015?")
    answer = answerer.answer("what happened yesterday?", [first.turn])
    assert answer.understanding is not None
    period = answer.understanding.period
    assert period is not None
    assert (period.first, period.last) == ("2024-12-24", "2024-12-24")
    assert [one.path for one in answer.citations] == ["late.txt"]


def test_the_ends_of_the_calendar_are_no_error(answerer: Answerer) -> None:
    """There is no day before its first and none after its last."""
    article = answerer.library.latest(1)[0]
    period = AskedPeriod("0001-01-01", "9999-12-31", Basis.HAPPENED, "")
    assert is_told_within(article, 0, 4, period, "2024-12-12")
