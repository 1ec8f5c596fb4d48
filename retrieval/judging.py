"""Whether two candidates answer one question: rivals, of another case, or the same in other words.

Knows candidates; nothing of how they are found, cited or shown.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.answer import Relation
from retrieval.candidates import Candidate
from retrieval.confidence import Calibration
from retrieval.reading import LESS_COVERED
from retrieval.values.kinds import ValueKind, holds_value, other_things, value_kind
from retrieval.values.sameness import Sameness, compare_values, more_exact, same_number
from retrieval.values.scopes import differs, scope_of

# How likely a candidate must be by itself to count as another answer. With these and the next
# bounds nothing is listed for 301 questions about encyclopedic paragraphs with dates at random.
# Names and other words need more: they are often one of several that are all right.
LEAST_LIKELY, LEAST_LIKELY_WORDS = 0.3, 0.6
# How much less sure of it the reader may be.
LESS_MARGIN, LESS_MARGIN_WORDS = 6.0, 3.0
# Likelihood of a newer answer that replaces the best-scored, and how much less likely than that it
# may be if it is a name: most events have one doer for ever.
LEAST_TO_REPLACE, LESS_LIKELY_WORDS = 0.5, 0.1
_FIGURE = re.compile(r"(?<![\w.])\d[\d.,]*\b")


class Judge:
    """What is asked, and all that is said of it."""

    def __init__(self, question: str, pool: Sequence[Candidate], calibration: Calibration) -> None:
        self._question, self._asked = question, scope_of(question)
        self._pool, self._calibration = pool, calibration

    def likelihood(self, one: Candidate) -> float:
        """Probability of a candidate if nothing likely spoke against it."""
        return self._with_gap(one, one.features.margin)

    def probability(self, one: Candidate, harmless: Sequence[Candidate]) -> float:
        """Probability of a candidate if the harmless ones did not speak against it."""
        known = {id(other) for other in harmless}
        against = [
            other.features.margin
            for other in self._pool
            if id(other) not in known and not _same(other, one)
        ]
        return self._with_gap(one, one.features.margin - max([0.0, *against]))

    def _with_gap(self, one: Candidate, gap: float) -> float:
        features = replace(one.features, gap=max(gap, one.features.gap))
        return self._calibration.probability(self._calibration.score(features))

    def is_rival(self, one: Candidate, best: Candidate) -> bool:
        """Whether a candidate answers the same question with another value of the same kind."""
        if one.article.id == best.article.id or one.features.margin <= 0 or _same(one, best):
            return False
        if value_kind(one.text) != value_kind(best.text) or same_number(one.text, best.text):
            return False
        if other_things(self._question, one.text, best.text):
            return False
        if not _is_newer(one, best) and holds_value(one.quote, best.text):
            return False  # it tells both
        counted = _is_counted(best)
        if _strays(one, best):
            return False
        if not counted and best.features.margin - one.features.margin > LESS_MARGIN_WORDS:
            return False
        return self.likelihood(one) >= (LEAST_LIKELY if counted else LEAST_LIKELY_WORDS)

    def supports(self, one: Candidate, best: Candidate, threshold: float) -> bool:
        """Whether a candidate says the same, and the reader sees an answer where it stands."""
        probable = self._calibration.probability(one.score) >= threshold
        return (one.features.margin > 0 or probable) and self.agrees(one, best)

    def agrees(self, one: Candidate, best: Candidate) -> bool:
        """Whether a candidate says the same of the same.

        Any 15 is "at least 12", so what only lies within the other must also be of its case.
        """
        found = _compared(one, best)
        if found is not Sameness.WITHIN:
            return found is Sameness.EQUAL
        apart = _strays(one, best) or self.other_scope(one, best)
        return not (apart or _long_past(one, best) or _long_past(best, one))

    def most_telling(self, agreeing: Sequence[Candidate], threshold: float) -> Candidate:
        """The first of those who say the same that has all figures of the question, if one has.

        Who is asked who said that 37 died is not shown who said that 12 did.
        """
        figures = _FIGURE.findall(self._question)
        for one in agreeing:
            likely = one is agreeing[0] or self.likelihood(one) >= threshold
            if likely and all(holds_value(one.quote, figure) for figure in figures):
                return one
        return agreeing[0]

    def may_replace(self, one: Candidate, first: Candidate, threshold: float) -> bool:
        """Whether a candidate is the answer rather than the best-scored, if it is newer."""
        if not self.is_rival(one, first) or self.other_scope(one, first):
            return False
        least = max(threshold, LEAST_TO_REPLACE)
        if not _is_counted(first):
            least = max(least, self.likelihood(first) - LESS_LIKELY_WORDS)
        return self.likelihood(one) >= least

    def is_finer(self, one: Candidate, first: Candidate, threshold: float) -> bool:
        """Whether a newer candidate tells exactly what was known roughly: 38 and at least 31."""
        least = max(threshold, LEAST_TO_REPLACE)
        exacter = _is_newer(one, first) and more_exact(one.text, first.text)
        return exacter and self.likelihood(one) >= least

    def other_scope(self, one: Candidate, best: Candidate) -> bool:
        """Whether a candidate speaks of another place, group or occasion."""
        return differs(self._asked, scope_of(one.quote), scope_of(best.quote))

    def related(
        self, agreeing: Sequence[Candidate], rivals: Sequence[Candidate]
    ) -> list[tuple[Relation, list[Candidate]]]:
        """The other values with their relation to the best, the newest first."""
        groups: list[list[Candidate]] = []
        for one in sorted(rivals, key=lambda rival: (rival.day or "", rival.score), reverse=True):
            known = next((group for group in groups if self.agrees(one, group[0])), None)
            if known is None:
                groups.append([one])
            else:
                known.append(one)
        return [(self._relation(group, agreeing), by_story(group)) for group in groups]

    def _relation(self, group: Sequence[Candidate], agreeing: Sequence[Candidate]) -> Relation:
        first = agreeing[0]
        if any(self.other_scope(one, first) or _long_past(one, first) for one in group):
            return Relation.SCOPE
        if any(_contradicts(one, agreeing) for one in group):
            return Relation.CONFLICT
        return Relation.UPDATE


def by_story(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first candidate of each story: copies of one report are one source."""
    chosen: dict[str, Candidate] = {}
    for one in candidates:
        chosen.setdefault(one.story, one)
    return list(chosen.values())


def _is_counted(one: Candidate) -> bool:
    return value_kind(one.text)[0] in (ValueKind.NUMBER, ValueKind.DATE)


def _contradicts(one: Candidate, agreeing: Sequence[Candidate]) -> bool:
    """Whether another source says otherwise at the time of an answer, or later.

    What the same source said earlier on one day, it has updated. Without a date nobody can tell.
    """
    day = one.day
    newest = max((other.day for other in agreeing if other.day), default=None)
    if day is None or newest is None or day > newest:
        return True
    sources = {other.article.source for other in agreeing if other.day == day}
    return bool(sources) and (one.article.source is None or one.article.source not in sources)


def _is_newer(one: Candidate, other: Candidate) -> bool:
    """Whether one was published on a later day, as far as both days are known."""
    return one.day is not None and other.day is not None and one.day > other.day


def _same(one: Candidate, other: Candidate) -> bool:
    return _compared(one, other) is not Sameness.OTHER


def _compared(one: Candidate, other: Candidate) -> Sameness:
    return compare_values(one.text, other.text, one.article.published, other.article.published)


def _strays(one: Candidate, best: Candidate) -> bool:
    """Whether a passage has so much less of the question that it hardly speaks of the same."""
    less_covered = best.features.coverage - one.features.coverage
    less_sure = best.features.margin - one.features.margin
    return less_covered >= LESS_COVERED or (less_covered > 0 and less_sure > LESS_MARGIN)


def _long_past(one: Candidate, other: Candidate) -> bool:
    """Whether one names a year, and the other, which names none, came out in a later year."""
    years, others = (scope_of(it.quote).years for it in (one, other))
    return bool(years and not others and other.day and max(years) < other.day[:4])
