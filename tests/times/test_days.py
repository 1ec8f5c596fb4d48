"""Bounds are read in words and numbers, and what may mean two days is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from retrieval.times.days import read_day

TODAY = date(2024, 12, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("yesterday", "2024-12-24", "2024-12-24"),
        ("last week", "2024-12-16", "2024-12-22"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("December 2024", "2024-12-01", "2024-12-31"),
        ("21 December 2024", "2024-12-21", "2024-12-21"),
        ("2024-12-21T09:55:00Z", "2024-12-21", "2024-12-21"),
        ("21.12.2024", "2024-12-21", "2024-12-21"),
        ("13/02/2024", "2024-02-13", "2024-02-13"),
        ("21. Dezember 2024", "2024-12-21", "2024-12-21"),
        ("с понедельника", "2024-12-23", "2024-12-23"),
    ],
)
def test_days(text: str, first: str, last: str) -> None:
    """A longer stretch gives its first day as a beginning and its last as an end."""
    assert read_day(text, TODAY, end=False) == first
    assert read_day(text, TODAY, end=True) == last


@pytest.mark.parametrize("text", ["03/04/2024", "3-4-2024", "1/2/24"])
def test_what_may_mean_two_days_is_refused(text: str) -> None:
    """March or April is not guessed at."""
    with pytest.raises(UsageError, match="may mean two days; write it like 2024-12-21"):
        read_day(text, TODAY, end=False)


@pytest.mark.parametrize("text", ["", "banana", "12", "2024-13-01", "2024-02-30", "31.02.2024"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """With the value and an example."""
    with pytest.raises(UsageError, match="is no date; write it like 2024-12-21"):
        read_day(text, TODAY, end=False)


@given(st.dates(date(1000, 1, 1)), st.booleans())
def test_iso_dates_stay_what_they_are(day: date, end: bool) -> None:
    """The way that is always right."""
    assert read_day(day.isoformat(), TODAY, end=end) == day.isoformat()
