"""What is to be said of an event: values, the days on which they hold, and conversations.

Read from the `expected.yaml` of a cluster; README.md tells what its keys mean. Knows no articles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from retrieval.answer import Relation


@dataclass(frozen=True, slots=True)
class Value:
    """One value that articles give.

    Attributes:
        says: The ways in which it may be written.
        articles: The files that say so.
        also: Files that may be counted with them, for they say so in passing.
        relations: How it may be related to the latest value; none for the latest itself.
    """

    says: tuple[str, ...]
    articles: tuple[str, ...]
    also: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to be said on one day.

    Attributes:
        day: Articles and versions of this day (YYYY-MM-DD) or before are known.
        latest: The latest value; None where nothing is to be answered.
        either: Whether a value of the same day among `others` may be the answer as well.
        others: Other values that are to be listed, the newest first.
        may: Values that may be listed or not.
    """

    day: str
    latest: Value | None
    either: bool = False
    others: tuple[Value, ...] = ()
    may: tuple[Value, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether there is an answer and nothing else to be said."""
        return self.latest is not None and not self.others


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands on its own, and what is to be said on some days."""

    text: str
    expected: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation, and the ways in which its answer may be written."""

    text: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that lean on one another, and the day as of which they are asked."""

    day: str
    turns: tuple[Said, ...]


def read_questions(told: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """The questions of an `expected.yaml`."""
    return tuple(Question(one["ask"], tuple(map(_expectation, one["expect"]))) for one in told)


def read_conversations(told: Sequence[Mapping[str, Any]]) -> tuple[Conversation, ...]:
    """The conversations of an `expected.yaml`."""
    return tuple(
        Conversation(
            read_day(one["day"]),
            tuple(Said(turn["ask"], tuple(turn["says"])) for turn in one["turns"]),
        )
        for one in told
    )


def read_day(told: date) -> str:
    """A day as YYYY-MM-DD; YAML makes dates of them."""
    return told.isoformat()


def _expectation(told: Mapping[str, Any]) -> Expectation:
    return Expectation(
        read_day(told["day"]),
        None if told.get("silent") else _value(told),
        told.get("either", False),
        _values(told.get("others", ())),
        _values(told.get("may", ())),
    )


def _values(told: Sequence[Mapping[str, Any]]) -> tuple[Value, ...]:
    return tuple(map(_value, told))


def _value(told: Mapping[str, Any]) -> Value:
    relations = told.get("relation", [])
    return Value(
        tuple(told["says"]),
        tuple(told["in"]),
        tuple(told.get("also", ())),
        tuple(map(Relation, [relations] if isinstance(relations, str) else relations)),
    )
