"""Whether two answers say the same, in whatever words articles put it; the one place that tells.

Numbers compare as numbers, dates as dates, everything else word by word.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache

from index.metadata import iso_date
from retrieval.values.days import Dated, days_fit, read_date
from retrieval.values.figures import plain
from retrieval.values.measures import spoken_out
from retrieval.values.phrases import is_acronym, plain_words, same_words, weighs
from retrieval.values.quantities import (
    Quantity,
    equal_amount,
    fits,
    reach,
    read_quantity,
    same_count,
    same_figure,
)

MAX_DATE_CHARS = 40
_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class Sameness(Enum):
    """How the answers of two articles to one question stand to each other."""

    EQUAL = "equal"  # who knows one learns nothing from the other
    WITHIN = "within"  # one is more exact: 340 and over 300, 3 May and May 2024
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Value:
    """An answer, read."""

    text: str
    words: tuple[str, ...]
    quantity: Quantity | None
    dated: Dated | None


def same_value(
    left: str, right: str, published_left: str | None = None, published_right: str | None = None
) -> bool:
    """Whether two answers to one question do not contradict each other.

    Args:
        left: The words of one article.
        right: Those of another.
        published_left: When the one was published (ISO 8601), to tell which Friday is meant.
        published_right: When the other was.
    """
    compared = compare_values(left, right, published_left, published_right)
    return compared is not Sameness.OTHER


@lru_cache(4096)
def compare_values(
    left: str, right: str, published_left: str | None = None, published_right: str | None = None
) -> Sameness:
    """Tell whether two answers are equal, or one is within the other; arguments as above."""
    one, other = read_value(left, published_left), read_value(right, published_right)
    if one.dated and other.dated and (one.dated.spans and other.dated.spans):
        return _compare_dates(one.dated, other.dated)
    if one.words == other.words:
        return Sameness.EQUAL
    if one.quantity and other.quantity and not (one.dated and other.dated):
        found = _compare_quantities(one.quantity, other.quantity)
        if found is not Sameness.OTHER:
            return found
    elif same_words(one.words, other.words) or is_acronym(left, right):
        return Sameness.EQUAL
    return Sameness.EQUAL if _same_day_abroad(one, other) else Sameness.OTHER


def same_number(left: str, right: str) -> bool:
    """Whether both state the same number, whatever bounds it and whatever is counted."""
    one, other = read_value(left), read_value(right)
    if not one.quantity or not other.quantity:
        return False
    return same_figure(one.quantity, other.quantity)


def more_exact(left: str, right: str) -> bool:
    """Whether the one number leaves less open than the other: 38 than at least 31."""
    one, other = read_value(left).quantity, read_value(right).quantity
    return bool(one and other and reach(one) < reach(other))


@lru_cache(2048)
def read_value(text: str, published: str | None = None) -> Value:
    """Read an answer; for `published` see `same_value`."""
    folded = spoken_out(plain(text).strip(" \"'“”‘’«».,;:()[]"))
    day = date.fromisoformat(published[:10]) if published else None
    return Value(text, tuple(plain_words(text)), read_quantity(folded), read_date(folded, day))


def _compare_dates(left: Dated, right: Dated) -> Sameness:
    if not (left.others <= right.others or right.others <= left.others):
        return Sameness.OTHER
    if weighs(left.others ^ right.others):
        return Sameness.OTHER
    equal, within = days_fit(left, right)
    return Sameness.EQUAL if equal else Sameness.WITHIN if within else Sameness.OTHER


def _compare_quantities(left: Quantity, right: Quantity) -> Sameness:
    if not same_count(left, right):
        return Sameness.OTHER
    if equal_amount(left, right):
        return Sameness.EQUAL
    return Sameness.WITHIN if fits(left, right) else Sameness.OTHER


def _same_day_abroad(left: Value, right: Value) -> bool:
    """Whether both are one day, at least one in a language whose months `days` does not know."""
    if left.dated and right.dated:
        return False
    texts = left.text, right.text
    if any(len(text) > MAX_DATE_CHARS or not _YEAR.search(text) for text in texts):
        return False
    numbers = [{int(number) for number in _NUMBER.findall(text)} for text in texts]
    if len(numbers[0] & numbers[1]) < 2:  # the year and the day; dateparser costs 0.6 s
        return False
    day = iso_date(left.text)
    return day is not None and day == iso_date(right.text)
