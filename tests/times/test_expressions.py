"""Times are found in any text, and mean the days that they say."""

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.times.expressions import Expression, find_expressions
from retrieval.times.named import third_of
from retrieval.times.periods import LANGUAGES, Period

TODAY = date(2024, 12, 25)  # a Wednesday
MONTHS = """January February March April May June July August September October November
    December""".split()
days = st.dates(date(1900, 1, 1), date(2099, 12, 31))


def found(text: str, *, told: bool = False) -> list[str]:
    """The times of a text as "first/last", open ends left out."""
    times = find_expressions(text, TODAY, LANGUAGES, told=told)
    return [f"{one.first or ''}/{one.last or ''}" for one in times]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("late 2015", "2015-09-01/2015-12-31"),
        ("early 2015", "2015-01-01/2015-04-30"),
        ("mid-2015", "2015-05-01/2015-08-31"),
        ("the end of December", "2024-12-21/2024-12-31"),
        ("the late 1980s", "1986-09-01/1989-12-31"),
        ("since Monday", "2024-12-23/"),
        ("after December 8, 2024", "2024-12-09/"),
        ("before 8 December 2024", "/2024-12-07"),
        ("until March 2024", "/2024-03-31"),
        ("by 2010", "/2010-12-31"),
        ("before the fall of the old council on 8 December 2024", "/2024-12-08"),
        ("since the raid on Norvik in May 2023", "2023-05-01/"),
        ("between March and May 2024", "2024-03-01/2024-05-31"),
        ("from 2014 to 2016", "2014-01-01/2016-12-31"),
        ("in 1973-1974", "1973-01-01/1974-12-31"),
        ("in 1851–60", "1851-01-01/1860-12-31"),
        ("between 18 and 20 December", "2024-12-18/2024-12-20"),
        ("18–20 December 2023", "2023-12-18/2023-12-20"),
        ("December 18–20, 2023", "2023-12-18/2023-12-20"),
        ("in the 1990s", "1990-01-01/1999-12-31"),
        ("in the 19th century", "1801-01-01/1900-12-31"),
        ("the summer of 2015", "2015-06-01/2015-08-31"),
        ("the first half of 2015", "2015-01-01/2015-06-30"),
        ("Q3 2015", "2015-07-01/2015-09-30"),
        ("the last three days", "2024-12-22/2024-12-25"),
        ("two weeks ago", "2024-12-08/2024-12-14"),
        ("three years ago", "2021-01-01/2021-12-31"),
        ("Sept. 30", "2024-09-30/2024-09-30"),
        ("last night", "2024-12-24/2024-12-24"),
        ("с прошлой недели", "2024-12-16/"),
        ("после 8 декабря 2024 года", "2024-12-09/"),
        ("8 Aralık 2024'ten sonra", "2024-12-09/"),
        ("pazartesiden beri", "2024-12-23/"),
        ("منذ يوم الاثنين", "2024-12-23/"),
        ("في ديسمبر 2024", "2024-12-01/2024-12-31"),
    ],
)
def test_words_of_time(text: str, expected: str) -> None:
    """Parts of periods, bounds on one side, ranges, in the four languages of the bot."""
    assert found(text) == [expected]


@pytest.mark.parametrize(
    "text", ["", "Who sailed?", "room 2024b", "1,990 men", "3/4/2024", "v2.2015", "20150", "x1999"]
)
def test_what_is_no_time(text: str) -> None:
    """Numbers that are no years, and days that may be two."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Wednesday", "2024-12-25/2024-12-25"),
        ("on Thursday", "2024-12-19/2024-12-19"),
        ("on 12 January", "2025-01-12/2025-01-12"),
        ("on 12 October", "2024-10-12/2024-10-12"),
    ],
)
def test_an_article_speaks_of_the_days_around_it(text: str, expected: str) -> None:
    """Its own weekday is its own day, and a day without a year may lie a little ahead."""
    assert found(text, told=True) == [expected]


@given(days)
def test_every_writing_of_a_day_is_that_day(day: date) -> None:
    """Day first, month first, shortened, with a suffix, and as numbers."""
    month = MONTHS[day.month - 1]
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 if day.day not in (11, 12, 13) else 0)
    for written in (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day}{suffix or 'th'} of {month} {day.year}",
        f"{month[:3]}. {day.day} {day.year}",
        day.isoformat(),
    ):
        assert found(f"It rained on {written}.") == [f"{day}/{day}"]
        assert found(f"It rained before {written}.") == [f"/{day - timedelta(days=1)}"]


@given(days, days, days, days)
def test_times_overlap_if_they_share_a_day(a: date, b: date, c: date, d: date) -> None:
    """The oracle looks at the latest beginning and the earliest end."""
    (a, b), (c, d) = sorted((a, b)), sorted((c, d))
    told = Expression(a, b, "day", True, False, 0, 0)
    assert told.overlaps(c, d) == (max(a, c) <= min(b, d))
    assert told.overlaps(None, d) == (a <= d)
    assert told.overlaps(c, None) == (b >= c)
    assert Expression(a, None, "day", True, False, 0, 0).overlaps(c, d) == (a <= d)
    assert Expression(None, b, "day", True, False, 0, 0).overlaps(c, d) == (c <= b)


@given(days, st.integers(2, 5000))
def test_thirds_make_up_the_whole(first: date, length: int) -> None:
    """Early, mid and late follow one another and leave no day out."""
    whole = Period(first, first + timedelta(days=length))
    early, mid, late = (third_of(whole, name) for name in ("early", "mid", "late"))
    assert (early.first, late.last) == (whole.first, whole.last)
    assert mid.first - early.last == late.first - mid.last == timedelta(days=1)


WORDS = """since before after until between and from to in on the early late mid 2015 1990s 18 20
    December May Monday last week ago two days of , . – - 3/4 yesterday 31 Feb 99 с по декабря önce
    منذ""".split()


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_nothing_that_is_written_breaks_it(text: str) -> None:
    """Any text has times in order, each with its ends in order, or none."""
    times = find_expressions(text, TODAY, LANGUAGES)
    for one in times:
        assert 0 <= one.start < one.end <= len(text)
        assert one.first is None or one.last is None or one.first <= one.last
    assert all(a.end <= b.end for a, b in pairwise(times))


def test_a_question_without_time_loads_no_parser() -> None:
    """Dateparser takes half a second, which only a question with a time in it may cost."""
    code = """
import sys
from datetime import date
from retrieval.times.asked import asked_period
assert asked_period("How many fighters were evacuated?", date(2024, 12, 25)) is None
assert "dateparser" not in sys.modules
assert asked_period("How many were evacuated in 2024?", date(2024, 12, 25))
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "."})
