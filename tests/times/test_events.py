"""What a sentence tells took place when the text near it says, reckoned from its publication."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from retrieval.answer import AskedPeriod, Basis
from retrieval.times.events import event_fits, told_at

WEDNESDAY = "2024-12-18"
FIRST_LINE = "Storm over Norvik\n\n"


def article(text: str, published: str | None = WEDNESDAY, language: str | None = None) -> Article:
    """An article with a headline."""
    return Article("a", FIRST_LINE + text, "a.txt", published=published, language=language)


def told(text: str, published: str | None = WEDNESDAY, language: str | None = None) -> str | None:
    """The time of the word 40 in a text."""
    one = article(text, published, language)
    at = one.text.index("40")
    found = told_at(one, at, at + 2)
    return f"{found.first or ''}/{found.last or ''}" if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On Monday, 40 men left.", "2024-12-16/2024-12-16"),
        ("On Wednesday, 40 men left.", "2024-12-18/2024-12-18"),
        ("Yesterday 40 men left.", "2024-12-17/2024-12-17"),
        ("40 men left on Sept. 30.", "2024-09-30/2024-09-30"),
        ("40 men left in late September 2015.", "2015-09-21/2015-09-30"),
        ("In 2015, 40 men left, against 30 in 2014.", "2015-01-01/2015-12-31"),
        ("In 2015, 30 men left, against 40 in 2014.", "2014-01-01/2014-12-31"),
        ("40 men left on 13 November 2015, the most since 1945.", "2015-11-13/2015-11-13"),
        ("In the summer of 2015 40 men left.", "2015-06-01/2015-08-31"),
        (
            "The port fell on 8 December. No one knew why. 40 men left.",
            "2024-12-08/2024-12-08",
        ),
        ("The port will open on 3 January with 40 men.", "2025-01-03/2025-01-03"),
        ("40 men left before 2012.", "/2011-12-31"),
        ("The 2013 siege was broken by 40 men.", "2013-01-01/2013-12-31"),
        ("Some 40 men left.", None),
        ("It may be that 40 of 2000 men left.", None),
        ("The port fell on 8 December.\n\nSome 40 men left.", None),
    ],
)
def test_the_time_of_what_is_told(text: str, expected: str | None) -> None:
    """The nearest time in the sentence, or the last before it in the paragraph; else none."""
    assert told(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "На прошлой неделе ушли 40 человек.", "2024-12-09/2024-12-15"),
        ("tr", "Geçen hafta 40 kişi ayrıldı.", "2024-12-09/2024-12-15"),
        ("ar", "غادر 40 رجلا يوم الاثنين.", "2024-12-16/2024-12-16"),
    ],
)
def test_other_languages(language: str, text: str, expected: str) -> None:
    """Articles in the languages of the bot."""
    assert told(text, language=language) == expected


@pytest.mark.parametrize("text", ["40 men left on Monday.", "40 men left yesterday, in May."])
def test_without_a_publication_date_monday_is_unknown(text: str) -> None:
    """What is reckoned from an unknown day tells nothing, a whole date tells as ever."""
    assert told(text, published=None) is None
    assert told("40 men left on 3 May 2024.", published=None) == "2024-05-03/2024-05-03"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 2015 the war turned. 40 men left on Sept. 30.", "2015-09-30/2015-09-30"),
        ("In 2015 the war turned.\n\nOn 8 December 40 men left.", "2015-12-08/2015-12-08"),
        ("It began in 2015, ended in 2024. On 3 January 40 men left.", "2025-01-03/2025-01-03"),
        ("It began in May 2015. That summer 90 left; yesterday 40 men had.", None),
    ],
)
def test_a_day_after_another_year_is_of_that_year(text: str, expected: str | None) -> None:
    """But "yesterday" is reckoned from the publication, and what is unknown is no earlier time."""
    assert told(text) == expected


days = st.dates(date(2001, 1, 1), date(2024, 12, 1))


@given(days, st.integers(1, 6), days, st.integers(0, 400))
def test_event_fits_as_its_day_does(published: date, ago: int, first: date, length: int) -> None:
    """The oracle counts days: a weekday is the last one, a date is itself."""
    last = first + timedelta(days=length)
    period = AskedPeriod(str(first), str(last), Basis.HAPPENED, "")
    day = published - timedelta(days=ago)
    for text in (f"On {day:%A}, 40 men left.", f"40 men left on {day:%d} {day:%B} {day:%Y}."):
        one = article(text, str(published))
        at = one.text.index("40 men")
        assert event_fits(one, at, at + 2, period) == (first <= day <= last)
    undated = article("Some 40 men left.", str(published))
    at = undated.text.index("40")
    assert event_fits(undated, at, at + 2, period) is None


def test_the_last_day_of_the_calendar_is_no_error() -> None:
    """An article may claim any date; what is reckoned from it stays within the calendar."""
    one = article("On 3 May, 40 men left.", "9999-12-31")
    at = one.text.index("40")
    assert event_fits(one, at, at + 2, AskedPeriod("2024-01-01", None, Basis.HAPPENED, ""))


def test_words_with_several_times_fit_each_of_them() -> None:
    """A whole sentence that names two years tells of both."""
    one = article("The bridge fell in 2015 and was built anew in 2024.", "2024-12-01")
    for year, fits in ((2015, True), (2020, False), (2024, True)):
        period = AskedPeriod(f"{year}-01-01", f"{year}-12-31", Basis.HAPPENED, "")
        assert event_fits(one, one.text.index("The bridge"), len(one.text), period) is fits
