"""What a conversation is about, as far as a question leaves it unsaid.

The weights are fitted by `retrieval.training.fit_followups` and kept as data.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from retrieval.answer import Turn
from retrieval.dialogue.mentions import FEATURES, GENERIC, Mention, is_content, mentions
from retrieval.dialogue.wording import WORD, stem, verbs_of

PACKAGED = Path(__file__).parent / "weights.json"
LIKELY = 0.4  # from which a phrase is taken over
LEAST = 0.1  # from which a word stays at the edge of a phrase
MAX_PHRASES = 3
_MONTHS = frozenset(
    stem(month)
    for month in """january february march april june july august september october november
    december""".split()
)
_OWNED = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Topic:
    """Words of earlier questions that a question is likely to mean.

    Attributes:
        phrases: As they were written, the likeliest first.
        probability: Mean probability of their words.
    """

    phrases: tuple[str, ...]
    probability: float


@cache
def weights(path: Path = PACKAGED) -> tuple[float, ...]:
    """The fitted weights, in the order of `FEATURES`."""
    table = json.loads(path.read_text(encoding="utf-8"))
    return tuple(float(table[name]) for name in FEATURES)


def topic_of(question: str, history: Sequence[Turn], likely: float = LIKELY) -> Topic | None:
    """The phrases that a question likely lacks; the likeliest one if none is likely.

    Returns:
        None where no earlier question has any word to lend.
    """
    probability = {one.stem: _probability(one) for one in mentions(question, history)}
    known: set[str] = set()
    rated: list[_Phrase] = []
    for turn in reversed(history):
        for phrase in _phrases(turn, probability):
            if not known.issuperset(phrase.stems):
                known.update(phrase.stems)
                rated.append(phrase)
    rated = sorted((one for one in rated if not one.verb), key=lambda one: -one.probability)
    chosen = [one for one in rated if one.probability >= likely][:MAX_PHRASES] or rated[:1]
    if not chosen:
        return None
    return Topic(
        tuple(one.text for one in chosen), sum(one.probability for one in chosen) / len(chosen)
    )


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Neighbouring content words of an earlier question."""

    text: str
    stems: tuple[str, ...]
    probability: float
    verb: bool


def _probability(mention: Mention) -> float:
    total = sum(w * value for w, value in zip(weights(), mention.values, strict=True))
    return 1 / (1 + math.exp(-total))


def _phrases(turn: Turn, probability: Mapping[str, float]) -> list[_Phrase]:
    """The phrases of a question that have a word to lend.

    What a question took from the turns before it is a phrase of its own.
    """
    text = turn.standalone or turn.question
    verbs = verbs_of(text)
    asked = {stem(word) for word in WORD.findall(turn.question)}
    own = True
    runs: list[list[re.Match[str]]] = [[]]
    for word in WORD.finditer(text):
        known = stem(word.group())
        gap = text[runs[-1][-1].end() : word.start()].strip() if runs[-1] else ""
        if not is_content(word.group()) or known in verbs or gap or own != (known in asked):
            runs.append([])
        own = known in asked
        if is_content(word.group()) and (known in probability or runs[-1] or known not in verbs):
            runs[-1].append(word)
        if known in verbs:
            runs.append([])
    found = [phrase for run in runs if run and (phrase := _phrase(text, run, probability, verbs))]
    return _linked(text, found)


def _linked(text: str, phrases: Sequence[_Phrase]) -> list[_Phrase]:
    """Likely phrases that only "of", "in" or the like parts are one: "the offensive in Syria"."""
    joined: list[_Phrase] = []
    for phrase in phrases:
        before = joined[-1] if joined else None
        if before and min(before.probability, phrase.probability) >= LIKELY and not before.verb:
            whole = rf"{re.escape(before.text)} (?:of|in|on) (?:the |a )?{re.escape(phrase.text)}"
            if found := re.search(whole, text):
                known = (*before.stems, *phrase.stems)
                likely = max(before.probability, phrase.probability)
                joined[-1] = _Phrase(found.group(), known, likely, phrase.verb)
                continue
        joined.append(phrase)
    return joined


def _phrase(
    text: str, run: Sequence[re.Match[str]], probability: Mapping[str, float], verbs: set[str]
) -> _Phrase | None:
    run = list(run)
    while run and probability.get(stem(run[-1].group()), 0) < LEAST:
        run.pop()
    while run and probability.get(stem(run[0].group()), 0) < LEAST:
        run.pop(0)
    stems = [stem(word.group()) for word in run]
    lent = [known for known in stems if known in probability]
    telling = [probability[known] for known in lent if known not in GENERIC]
    if not lent or all(known.isdigit() or known in _MONTHS for known in stems):
        return None
    start, end = run[0].start(), run[-1].end()
    if text[:start].endswith((" the ", "The ")):
        start -= 4
    return _Phrase(
        _OWNED.sub("", text[start:end]),
        tuple(lent),
        sum(telling) / len(telling) if telling else min(probability[known] for known in lent) / 2,
        stems[0] in verbs,
    )
