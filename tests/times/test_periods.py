"""What days in words and numbers mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.times.periods import LANGUAGES, MAX_CHARS, Period, read_period

TODAY = date(2024, 12, 25)  # a Wednesday


def _first(language: str) -> list[str]:
    """All languages, this one first."""
    return sorted(LANGUAGES, key=lambda one: one != language)


def read(text: str, language: str = "en") -> str | None:
    """The first and the last day, as one word."""
    period = read_period(text, TODAY, _first(language))
    return f"{period.first}/{period.last}" if period else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2024-12-25/2024-12-25"),
        ("Yesterday", "2024-12-24/2024-12-24"),
        ("Monday", "2024-12-23/2024-12-23"),
        ("since Monday", "2024-12-23/2024-12-23"),
        ("wednesday", "2024-12-18/2024-12-18"),
        ("last Friday", "2024-12-20/2024-12-20"),
        ("last week", "2024-12-16/2024-12-22"),
        ("this week", "2024-12-23/2024-12-29"),
        ("the past week", "2024-12-16/2024-12-22"),
        ("last month", "2024-11-01/2024-11-30"),
        ("last year", "2023-01-01/2023-12-31"),
        ("last 3 days", "2024-12-22/2024-12-22"),
        ("two months ago", "2024-10-25/2024-10-25"),
        ("a year ago", "2023-12-25/2023-12-25"),
        ("January", "2024-01-01/2024-01-31"),
        ("February 2024", "2024-02-01/2024-02-29"),
        ("Q4 2024", "2024-10-01/2024-12-31"),
        ("the beginning of December", "2024-12-01/2024-12-01"),
        ("end of November", "2024-11-30/2024-11-30"),
        ("1 Dec", "2024-12-01/2024-12-01"),
        ("Dec 1st, 2023", "2023-12-01/2023-12-01"),
        ("2024-12-21T10:00Z", "2024-12-21/2024-12-21"),
    ],
)
def test_english(text: str, expected: str) -> None:
    """Words for past days mean the last such day; a period has both its ends."""
    assert read(text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ru", "понедельник", "2024-12-23/2024-12-23"),
        ("ru", "с понедельника", "2024-12-23/2024-12-23"),
        ("ru", "со среды", "2024-12-18/2024-12-18"),
        ("ru", "с прошлой недели", "2024-12-16/2024-12-22"),
        ("ru", "прошлый месяц", "2024-11-01/2024-11-30"),
        ("ru", "в декабре", "2024-12-01/2024-12-31"),
        ("ru", "с начала декабря", "2024-12-01/2024-12-01"),
        ("ru", "последние 3 дня", "2024-12-22/2024-12-22"),
        ("ru", "1 декабря 2024 г.", "2024-12-01/2024-12-01"),
        ("tr", "pazartesiden beri", "2024-12-23/2024-12-23"),
        ("tr", "geçen hafta", "2024-12-16/2024-12-22"),
        ("tr", "cumaya kadar", "2024-12-20/2024-12-20"),
        ("tr", "iki hafta önce", "2024-12-11/2024-12-11"),
        ("tr", "1 Aralık 2024", "2024-12-01/2024-12-01"),
        ("ar", "منذ يوم الاثنين", "2024-12-23/2024-12-23"),
        ("ar", "أمس", "2024-12-24/2024-12-24"),
        ("ar", "الأسبوع الماضي", "2024-12-16/2024-12-22"),
        ("ar", "منذ أسبوع", "2024-12-18/2024-12-18"),
        ("ar", "١ ديسمبر ٢٠٢٤", "2024-12-01/2024-12-01"),
        ("en", "pazartesi", "2024-12-23/2024-12-23"),
    ],
)
def test_other_languages(language: str, text: str, expected: str) -> None:
    """Every language of the bot, as people write it; also where the client has another."""
    assert read(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024-01-01/2024-12-31"),
        ("2024-12", "2024-12-01/2024-12-31"),
        ("12/2024", "2024-12-01/2024-12-31"),
        ("2024/12/01", "2024-12-01/2024-12-01"),
        ("1.2.2024", "2024-02-01/2024-02-01"),
        ("1.2.24", "2024-02-01/2024-02-01"),
        ("13/02/2024", "2024-02-13/2024-02-13"),
        ("02/13/2024", "2024-02-13/2024-02-13"),
        ("05/05/2024", "2024-05-05/2024-05-05"),
        ("1.12.", "2024-12-01/2024-12-01"),
        ("31.12.", "2023-12-31/2023-12-31"),
        ("٢٠٢٤-١٢-٠١", "2024-12-01/2024-12-01"),
    ],
)
def test_numbers(text: str, expected: str) -> None:
    """Dots put the day first; without a year it is the last such day."""
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    """01/02/2024|1-2-2024|1/2|12|5|1733011200|2024-13-01|31.02.2024|30 feb 2024|0000-01-01|5 pm
    |noon|10:00|foo|12 foo|since|1000000 weeks ago|99999999999999 days ago||  |-|?""".split("|"),
)
def test_what_is_no_single_day_is_not_guessed_at(text: str) -> None:
    """Day and month that may be either way round, days that are none, times of day, anything."""
    assert read(text.strip()) is None


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(LANGUAGES))
def test_iso_dates_are_read_in_every_language(day: date, language: str) -> None:
    """The way that is always right."""
    assert read_period(day.isoformat(), TODAY, _first(language)) == Period(day, day)


@given(
    st.text(max_size=MAX_CHARS + 5)
    | st.lists(
        st.sampled_from("1 31 2024 99 last since Monday week с недели son gün منذ . / - :".split())
    ).map(" ".join),
    st.sampled_from(LANGUAGES),
)
def test_nothing_that_is_written_breaks_it(text: str, language: str) -> None:
    """Any text is a period, with its ends in order, or none."""
    period = read_period(text, TODAY, _first(language))
    assert period is None or period.first <= period.last <= period.first + timedelta(days=366)
