"""Sort the answers that passages offer: the newest, who agrees, what else is said and why.

Knows candidates; nothing of how they are found, cited or shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answer import Relation
from retrieval.candidates import Candidate
from retrieval.confidence import Calibration
from retrieval.judging import Judge, by_story

_PAST = re.compile(
    r"\b(?:not|instead of|rather than|(?:up|down|rose|fell|risen|fallen|raised|cut|lowered) from"
    r"|compared (?:with|to)|previous(?:ly)?(?: reported| announced)?|initial(?:ly)?|original(?:ly)?"
    r"|first reported|earlier(?: (?:report|figure|estimate)s?)?(?: of)?|wrongly(?: \w+){0,3}"
    r"|replac(?:es|ing)|succeed(?:s|ing))"
    r"(?:,? (?:as|at|the|of|for|on|in))?(?: (?:about|some|around|nearly))?\s*[$€£]?$",
    re.IGNORECASE,
)
_PAST_CHARS = 60


@dataclass(frozen=True, slots=True)
class Comparison:
    """What all candidates say together.

    Attributes:
        best: The answer to give.
        confidence: Probability that it is right; what it supersedes does not count against it.
        agreeing: Who says so, one for each story, `best` first.
        others: Other answers to the same question, the newest first, each with who says so.
    """

    best: Candidate
    confidence: float
    agreeing: list[Candidate]
    others: list[tuple[Relation, list[Candidate]]]


def compare(
    question: str, candidates: Sequence[Candidate], calibration: Calibration, threshold: float
) -> Comparison:
    """Choose the newest of the answers to one question, and sort the others.

    The newest takes the place of the best-scored only if it would be answered by itself; what is
    newer but unsure is listed as a conflict, for then nobody can tell which holds. A value that is
    given as one of the past ("up from 3,000") is no answer where there is another.

    Args:
        question: As it was read.
        candidates: At least one, by score, best first.
        calibration: Tells the probability of a score.
        threshold: Least probability of an answer.
    """
    pool = [one for one in candidates if not _is_past(one)] or list(candidates)
    judge, first = Judge(question, pool, calibration), pool[0]
    alike = [one for one in pool if judge.supports(one, first, threshold)]
    finer = [one for one in alike if judge.is_finer(one, first, threshold)]
    best = _newest(
        [first, *(one for one in alike if not any(one is other for other in finer))],
        [*finer, *(one for one in pool if judge.may_replace(one, first, threshold))],
    )
    agreeing = by_story([best, *(one for one in pool if judge.supports(one, best, threshold))])
    best = judge.most_telling(agreeing, threshold)
    agreeing = by_story([best, *agreeing])
    told = [best, first] if any(best is one for one in finer) else [best]  # the same in other words
    rivals = [one for one in pool if all(judge.is_rival(one, other) for other in told)]
    others = judge.related(agreeing, rivals)
    harmless = [
        one for relation, group in others if relation is not Relation.CONFLICT for one in group
    ]
    return Comparison(best, judge.probability(best, harmless), agreeing, others)


def _newest(agreeing: Sequence[Candidate], rivals: Sequence[Candidate]) -> Candidate:
    """The newest candidate; of one day, the better scored.

    Args:
        agreeing: The best-scored, and who says the same: it is as new as the newest of them.
        rivals: Who might replace it, by score.
    """
    best, day = agreeing[0], max((one.day or "" for one in agreeing if agreeing[0].day), default="")
    for one in rivals:
        if day and one.day and one.day > day:
            best, day = one, one.day
    return best


def _is_past(one: Candidate) -> bool:
    """Whether an article gives a value as one that no longer holds: "up from 3,000"."""
    return _PAST.search(one.article.text[max(0, one.start - _PAST_CHARS) : one.start]) is not None
