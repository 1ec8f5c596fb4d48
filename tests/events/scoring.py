"""Score answers against what the corpus of events expects.

Knows nothing of how answers are found: an `Answer` and an `Expectation` in, counts out.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from retrieval.answer import Answer, Relation, Variant
from retrieval.questions import Kind, question_kind
from tests.events.corpus import Cluster
from tests.events.expectations import Expectation, Said, Value

MAX_WORDS = 12  # of an answer that counts, where no sentence is asked for


@dataclass(frozen=True, slots=True)
class Tally:
    """Right ones out of all."""

    right: int = 0
    all: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.right + other.right, self.all + other.all)

    @property
    def share(self) -> float:
        """Part of all that is right; not a number where there is none."""
        return self.right / self.all if self.all else math.nan

    def __str__(self) -> str:
        return f"{self.share:.3f} ({self.right}/{self.all})" if self.all else "-"


@dataclass(frozen=True, slots=True)
class Score:
    """What was right, by what was looked at.

    Attributes:
        latest: The latest value is the answer, where one is expected.
        answered: Anything is answered, where an answer is expected.
        sources: As many sources as say so, where the latest value was found.
        newest: The date of the newest of them, likewise.
        found: Another value is listed, where one is expected.
        labels: It is listed with the right relation, of those that are listed.
        order: Where several are expected and listed, they are in order.
        false_alarms: Something is listed beside an answer, where nothing is expected.
        strays: A variant that is listed is none of those that are expected or allowed.
        silence: Nothing is answered, where the articles do not tell.
        follow_ups: The right answer to a question that leans on what was said.
        openings: The right answer to the first question of a conversation.
    """

    latest: Tally = Tally()
    answered: Tally = Tally()
    sources: Tally = Tally()
    newest: Tally = Tally()
    found: Tally = Tally()
    labels: Tally = Tally()
    order: Tally = Tally()
    false_alarms: Tally = Tally()
    strays: Tally = Tally()
    silence: Tally = Tally()
    follow_ups: Tally = Tally()
    openings: Tally = Tally()

    def __add__(self, other: "Score") -> "Score":
        names = [field.name for field in fields(self)]
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in names})


def total(scores: Iterable[Score]) -> Score:
    """The sum of all."""
    return sum(scores, Score())


def says(text: str, writing: str) -> bool:
    """Whether a text holds a writing, as whole words, in any case."""
    pattern = rf"(?<![\w.,]){re.escape(writing)}(?!\w|[.,]\d)"
    return re.search(pattern, text, re.IGNORECASE) is not None


def gives(answer: str | None, value: Value | Said, kind: Kind = Kind.SPAN) -> bool:
    """Whether an answer gives a value: it holds a writing of it.

    Where words are asked for, a long answer gives none: a whole paragraph would hold them all.
    """
    if not answer or (kind is Kind.SPAN and len(answer.split()) > MAX_WORDS):
        return False
    return any(says(answer, writing) for writing in value.says)


def score_answer(cluster: Cluster, expectation: Expectation, answer: Answer) -> Score:
    """Score one answer to one question as of one day."""
    if expectation.latest is None:
        return Score(silence=Tally(not answer.answered, 1))
    latest, others = _chosen(expectation, answer)
    right = _is_latest(latest, others, answer)
    found = [_listed(value, answer.variants) for value in others]
    pairs = [(value, one) for value, one in zip(others, found, strict=True) if one]
    unknown = _unlike(answer.variants, (*others, *expectation.may))
    strays = (
        unknown if right else _unlike(unknown, (latest,))
    )  # it may be listed beside a wrong one
    return Score(
        latest=Tally(right, 1),
        answered=Tally(answer.answered, 1),
        sources=Tally(right and _right_sources(cluster, latest, answer), right),
        newest=Tally(right and _right_newest(cluster, latest, expectation.day, answer), right),
        found=Tally(len(pairs), len(others)),
        labels=Tally(sum(one.relation in value.relations for value, one in pairs), len(pairs)),
        order=_order(cluster, expectation.day, pairs, answer.variants),
        false_alarms=Tally(bool(unknown), 1) if expectation.quiet else Tally(),
        strays=Tally(len(strays), len(answer.variants)),
    )


def score_turn(turn: Said, answer: Answer, first: bool) -> Score:
    """Score one answer within a conversation."""
    given = gives(answer.answer, turn, question_kind(turn.text))
    right = Tally(answer.answered and given, 1)
    return Score(openings=right) if first else Score(follow_ups=right)


def _chosen(expectation: Expectation, answer: Answer) -> tuple[Value, tuple[Value, ...]]:
    """The value that is to be the latest, and the others; of equals, the one that was given."""
    latest, others = expectation.latest, expectation.others
    assert latest
    if expectation.either and not gives(answer.answer, latest):
        for place, other in enumerate(others):
            if other.relations != (Relation.UPDATE,) and gives(answer.answer, other):
                swapped = replace(latest, relations=other.relations)
                return other, (*others[:place], swapped, *others[place + 1 :])
    return latest, others


def _is_latest(latest: Value, others: Sequence[Value], answer: Answer) -> bool:
    """Whether the answer gives the latest value and no other state of it as well."""
    kind = question_kind(answer.question)
    older = (
        writing
        for other in others
        if Relation.SCOPE not in other.relations
        for writing in other.says
        if not any(says(own, writing) for own in latest.says)
    )
    mixed = kind is Kind.SPAN and any(says(answer.answer or "", writing) for writing in older)
    return answer.answered and gives(answer.answer, latest, kind) and not mixed


def _listed(value: Value, variants: Sequence[Variant]) -> Variant | None:
    """The variant that gives a value, if one does."""
    return next((variant for variant in variants if gives(variant.answer, value)), None)


def _unlike(variants: Sequence[Variant], values: Sequence[Value]) -> list[Variant]:
    """The variants that give none of some values."""
    return [one for one in variants if not any(gives(one.answer, value) for value in values)]


def _order(
    cluster: Cluster,
    day: str,
    pairs: Sequence[tuple[Value, Variant]],
    variants: Sequence[Variant],
) -> Tally:
    """Whether the values that are listed, if there are several, come newest first."""
    listed = sorted(pairs, key=lambda pair: variants.index(pair[1]))
    days = [cluster.newest(value.articles, day) for value, _ in listed]
    return Tally(days == sorted(days, reverse=True), 1) if len(days) > 1 else Tally()


def _right_sources(cluster: Cluster, latest: Value, answer: Answer) -> bool:
    """Whether the number of sources is one that may be counted."""
    least = cluster.sources(latest.articles)
    most = cluster.sources({*latest.articles, *latest.also})
    return answer.support is not None and least <= answer.support.sources <= most


def _right_newest(cluster: Cluster, latest: Value, day: str, answer: Answer) -> bool:
    """Whether the date is that of the newest article that says so."""
    every = {*latest.articles, *latest.also}
    dates = {cluster.newest(latest.articles, day), cluster.newest(every, day)}
    return answer.support is not None and answer.support.newest in dates
