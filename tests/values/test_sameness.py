"""Answers in other words: what is the same, what is more exact, and what is another answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.values.sameness import Sameness, compare_values, same_number, same_value

EQUAL, WITHIN, OTHER = Sameness.EQUAL, Sameness.WITHIN, Sameness.OTHER

NUMBERS = [
    ("4,000", "four thousand", EQUAL),
    ("4,000", "about 4 thousand", EQUAL),
    ("4.000", "4,000", EQUAL),
    ("4.000", "4", OTHER),
    ("1.234", "1,234", EQUAL),
    ("1.234", "1,23", OTHER),
    ("0.375", "375", OTHER),
    ("1.5 million", "1,500,000", EQUAL),
    ("1,5 Million", "1.5 million", EQUAL),
    ("2.3 million", "2 300 000", EQUAL),
    ("12,34,567", "1234567", EQUAL),
    ("1'234'567.50", "1,234,567.5", EQUAL),
    ("a dozen", "12", EQUAL),
    ("two dozen people", "24 people", EQUAL),
    ("half a million", "500,000", EQUAL),
    ("one and a half million", "1.5 million", EQUAL),
    ("three hundred and fifty", "350", EQUAL),
    ("٤٠٠٠", "4000", EQUAL),
    ("dozens", "40", WITHIN),
    ("hundreds of thousands", "250,000", WITHIN),
    ("hundreds of thousands", "2,500", OTHER),
    ("3,000 to 4,000", "3,500", WITHIN),
    ("3,000 to 4,000", "4,500", OTHER),
    ("between three and five", "4", WITHIN),
    ("3 to 4 million", "3,500,000", WITHIN),
    ("$3-4 million", "$3.5m", WITHIN),
    ("three to four million", "3.5 million", WITHIN),
    ("two to three dozen", "30", WITHIN),
    ("two to three dozen", "20", OTHER),
    ("3-4", "4-3", OTHER),
    ("12", "12 of 40", OTHER),
    ("-5", "5", OTHER),
    ("ninety tonnes", "90,000 kg", EQUAL),
]
BOUNDS = [
    ("more than 300", "over 300", EQUAL),
    ("300+", "at least 300", EQUAL),
    ("more than 300", "300", OTHER),
    ("at least 300", "300", WITHIN),
    ("more than 300", "340", WITHIN),
    ("more than 300", "4,000", OTHER),
    ("more than 300", "more than 350", OTHER),
    ("fewer than 50", "47", WITHIN),
    ("up to 50", "60", OTHER),
    ("nearly 4,000", "3,956", WITHIN),
    ("only 300", "300", EQUAL),
]
UNITS = [
    ("45%", "45 people", OTHER),
    ("45%", "45 percent", EQUAL),
    ("45%", "45", OTHER),
    ("$4m", "4m", OTHER),
    ("$4m", "4 million dollars", EQUAL),
    ("4m", "4 metres", EQUAL),
    ("4m people", "4 million people", EQUAL),
    ("US$300", "$300", EQUAL),
    ("$300", "€300", OTHER),
    ("5 km", "5,000 metres", EQUAL),
    ("5 km", "5 miles", OTHER),
    ("two weeks", "14 days", EQUAL),
    ("−5 °C", "-5 degrees Celsius", EQUAL),
    ("300 homes", "300", EQUAL),
    ("300 homes", "300 people", OTHER),
    ("300", "300 million", OTHER),
]
DATES = [
    ("3 May 2024", "May 3, 2024", EQUAL),
    ("3 May 2024", "2024-05-03", EQUAL),
    ("the 3rd of May", "May 3", EQUAL),
    ("3 May", "3 May 2024", EQUAL),
    ("21 December 2024", "21.12.2024", EQUAL),
    ("21 декабря 2024", "2024-12-21", EQUAL),
    ("May 2024", "3 May 2024", WITHIN),
    ("May 2024", "3 May", WITHIN),
    ("2024", "in May 2024", WITHIN),
    ("the 1990s", "1994", WITHIN),
    ("late 2015", "November 2015", WITHIN),
    ("late 2015", "March 2015", OTHER),
    ("3 May 2024", "4 May 2024", OTHER),
    ("3 May 2024", "3 May 2023", OTHER),
    ("before 3 May", "3 May", OTHER),
    ("1999", "2001", OTHER),
    ("Friday", "on Friday", EQUAL),
    ("Friday", "Monday", OTHER),
    ("31 February 2024", "2 March 2024", OTHER),
]
NAMES = [
    ("Lind", "Ada Lind", EQUAL),
    ("Ada Lind", "Prime Minister Ada Lind", EQUAL),
    ("Dr Lind", "Dr Ada Lind", EQUAL),
    ("A. Lind", "Ada Lind", EQUAL),
    ("Ada Lind", "Lind Ada", OTHER),
    ("Ada Lind", "Ada Ode", OTHER),
    ("Ada Lind", "Ada Lind and Bo Berg", OTHER),
    ("the president", "the former president", OTHER),
    ("foreign minister", "interior minister", OTHER),
    ("King Street", "Queen Street", OTHER),
    ("WHO", "World Health Organization", EQUAL),
    ("the U.N.", "United Nations", EQUAL),
    ("who", "World Health Organization", OTHER),
    ("guilty", "not guilty", OTHER),
    ("third", "the 3rd", EQUAL),
    ("World War Two", "World War 2", EQUAL),
    ("", "Ada", OTHER),
    ("", "", EQUAL),
]


@pytest.mark.parametrize(("left", "right", "expected"), NUMBERS + BOUNDS + UNITS + DATES + NAMES)
def test_answers_compare_as_what_they_mean(left: str, right: str, expected: Sameness) -> None:
    """Numbers as numbers with their bounds and units, dates as dates, names as names."""
    assert compare_values(left, right) is expected
    assert compare_values(right, left) is expected


@pytest.mark.parametrize(
    ("left", "published_left", "right", "published_right", "same"),
    [
        ("Friday", "2024-05-04", "3 May 2024", None, True),
        ("Friday", "2024-05-04", "4 May 2024", None, False),
        ("on Friday", "2024-05-02", "3 May 2024", None, True),
        ("last Friday", "2024-05-02", "3 May 2024", None, False),
        ("yesterday", "2024-05-04T09:00:00Z", "3 May", "2024-06-01", True),
        ("Friday", "2024-05-04", "Friday", "2024-06-08", False),
        ("Friday", "2024-05-04", "Friday morning", "2024-05-05", True),
        ("3 May", "2024-05-04", "3 May 2023", None, False),
        ("3 January", "2023-12-20", "3 January 2024", None, True),
    ],
)
def test_the_day_of_publication_tells_which_day_is_meant(
    left: str, published_left: str | None, right: str, published_right: str | None, same: bool
) -> None:
    """A weekday is the nearest before or after, a date without a year the nearest of them."""
    assert same_value(left, right, published_left, published_right) is same
    assert same_value(right, left, published_right, published_left) is same


WORDS = st.sampled_from(
    """about over 3,000 4 four thousand million % $ km people not Lind Ada May 2024 3 Friday to -
    and the half a dozen of между 1.234 m late""".split()
)
ANSWERS = st.text() | st.lists(WORDS).map(" ".join)
DAYS = st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str)


@given(ANSWERS, ANSWERS, DAYS, DAYS)
def test_every_text_is_itself_and_order_does_not_matter(
    one: str, other: str, day: str | None, other_day: str | None
) -> None:
    """No text fails; sameness is reflexive and symmetric."""
    assert compare_values(one, one, day, day) is EQUAL
    there = compare_values(one, other, day, other_day)
    assert compare_values(other, one, other_day, day) is there


@given(st.integers(0, 10**12), st.sampled_from([",", ".", " ", "\u00a0", "\u202f", "'", "’", ""]))
def test_an_integer_is_the_same_in_every_writing(number: int, separator: str) -> None:
    """Whatever separates its thousands; and one more is another number."""
    written = f"{number:,}".replace(",", separator)
    assert same_value(written, str(number))
    assert not same_value(written, str(number + 1))


@given(st.integers(1, 999), st.sampled_from(["thousand", "million", "billion", "bn"]))
def test_a_scale_multiplies(mantissa: int, scale: str) -> None:
    """Digits with a scale are the number written out."""
    factor = {"thousand": 10**3, "million": 10**6}.get(scale, 10**9)
    assert same_value(f"{mantissa} {scale}", f"{mantissa * factor:,}")


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.data())
def test_a_range_contains_its_members_only(low: int, width: int, data: st.DataObject) -> None:
    """Both ends are members."""
    member = data.draw(st.integers(low, low + width))
    for written in (f"{low:,} to {low + width:,}", f"between {low} and {low + width}"):
        assert same_value(written, f"{member:,}")
        assert not same_value(written, f"{low + width + 1:,}")


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_a_day_is_the_same_in_every_writing(day: date) -> None:
    """English, ISO and with dots; the next day is another."""
    writings = [f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}", str(day)]
    writings.append(f"{day.day}.{day.month}.{day.year}")
    for written in writings:
        assert all(compare_values(written, other) is EQUAL for other in writings)
        assert not same_value(written, str(day + timedelta(1)))


def test_a_number_may_be_the_same_where_the_answer_is_not() -> None:
    """Bounds and what is counted make another answer of the same number."""
    assert same_number("more than 300", "300 homes")
    assert not same_number("more than 300", "340")
    assert not same_number("Lind", "300")
