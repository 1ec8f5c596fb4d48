"""What kind of value an answer is, so that only values of one kind are held against each other."""

import re
from enum import Enum

from retrieval.values.sameness import read_value

_HOW_MUCH = re.compile(r"\bhow much\b", re.IGNORECASE)
_LEADING = ("the ", "a ", "an ")


class ValueKind(Enum):
    """What an answer gives."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    WORDS = "words"


def value_kind(text: str) -> tuple[ValueKind, str]:
    """The kind of an answer, and what it measures: "number", "percent"."""
    value = read_value(text)
    if value.dated:
        return ValueKind.DATE, ""
    if value.quantity:
        measure = value.quantity.measure
        return ValueKind.NUMBER, measure.kind if measure else ""
    bare = text.strip()
    for article in _LEADING:
        if bare.lower().startswith(article):
            bare = bare[len(article) :]
    return (ValueKind.NAME if bare[:1].isupper() else ValueKind.WORDS), ""


def holds_value(text: str, answer: str) -> bool:
    """Whether a sentence states an answer, in whatever writing of its numbers."""
    stated, wanted = read_value(text).words, read_value(answer).words
    value = read_value(answer).quantity
    if value:  # the noun may stand elsewhere
        wanted = tuple(word for word in wanted if any(map(str.isnumeric, word)))
    return bool(wanted) and any(
        stated[at : at + len(wanted)] == wanted for at in range(len(stated) - len(wanted) + 1)
    )


def other_things(question: str, one: str, other: str) -> bool:
    """Whether two amounts are of different things, where the question is how much.

    Of "how many" they need not be: people are men, miners and inhabitants.
    """
    left, right = read_value(one).quantity, read_value(other).quantity
    if not left or not right or not _HOW_MUCH.search(question):
        return False
    return bool(left.counted and right.counted) and not left.counted & right.counted
