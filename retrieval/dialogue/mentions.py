"""The words of earlier turns, each with what tells whether a follow-up leaves it unsaid.

Source: Voskarides et al. 2020, "Query Resolution for Conversational Search with Limited
Supervision", which decides word by word what of the history belongs to a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answer import Turn
from retrieval.dialogue.wording import AUXILIARY, POINTING, WORD, stem, verbs_of
from retrieval.questions import content_words

_EMPTY = (
    POINTING
    | AUXILIARY
    | frozenset(
        """out up down off over not no also just very too yet about tell describe show explain get
        got go goes come""".split()
    )
)
# Words that questions ask with, whatever they are about.
GENERIC = frozenset(
    stem(word)
    for word in """about tell more describe different difference type kind main important
    importance effect cause best most common example some other use used work popular largest
    biggest famous good better history role origin purpose become happen name called known
    advantage compare people time make made get does there any many explain information
    interesting impact first""".split()
)
_PLURAL_POINTS = re.compile(r"\b(?:they|them|their|theirs|these|those|ones)\b", re.IGNORECASE)
_SINGULAR_POINTS = re.compile(r"\b(?:it|its|this|that|one)\b", re.IGNORECASE)
_PERSON_POINTS = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
FEATURES = (
    "bias",
    "last turn",
    "turn before",
    "older",
    "first turn",
    "mentions",
    "carried over",
    "taken up",
    "name",
    "generic",
    "last word",
    "after of",
    "plural for they",
    "singular for it",
    "name for he",
    "question points",
    "question has a name",
    "words of question",
    "words of turn",
    "verb-like",
    "generic and last",
    "name and older",
    "follows last shift",
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of an earlier turn that the question does not have.

    Attributes:
        stem: What it is known by.
        values: As many as `FEATURES`.
    """

    stem: str
    values: tuple[float, ...]


def mentions(question: str, history: Sequence[Turn]) -> list[Mention]:
    """The content words of earlier questions that a question lacks, the latest first."""
    alone = [turn.standalone or turn.question for turn in history]
    asked = [WORD.findall(text) for text in alone]
    own = {stem(word) for word in WORD.findall(question)}
    places: dict[str, list[tuple[int, int]]] = {}
    for at in range(len(asked) - 1, -1, -1):
        for position, word in enumerate(asked[at]):
            if position and asked[at][position - 1].lower() == "how":
                continue  # "how long", "how old"
            if is_content(word) and stem(word) not in own:
                places.setdefault(stem(word), []).append((at, position))
    raw = [{stem(word) for word in WORD.findall(turn.question)} for turn in history]
    about = _about(question)
    verbs = [verbs_of(text) for text in alone]
    return [
        Mention(known, _values(known, found, asked, raw, about, verbs[found[0][0]]))
        for known, found in places.items()
    ]


@dataclass(frozen=True, slots=True)
class _About:
    """What is measured of the question once."""

    plural: bool
    singular: bool
    person: bool
    name: bool
    size: int


def _about(question: str) -> _About:
    words = WORD.findall(question)
    return _About(
        bool(_PLURAL_POINTS.search(question)),
        bool(_SINGULAR_POINTS.search(question)),
        bool(_PERSON_POINTS.search(question)),
        any(word[0].isupper() for word in words[1:]),
        sum(map(is_content, words)),
    )


def _values(
    known: str,
    found: Sequence[tuple[int, int]],
    asked: Sequence[Sequence[str]],
    raw: Sequence[set[str]],
    about: _About,
    verbs: set[str],
) -> tuple[float, ...]:
    """Measure one word; `found` has its turns and positions, the latest first."""
    at, position = found[0]
    words = asked[at]
    word = words[position]
    ago = len(asked) - at
    turns = {turn for turn, _ in found}
    content = [n for n, other in enumerate(words) if is_content(other)]
    name = word[0].isupper() and position > 0
    generic = known in GENERIC
    before = words[position - 1].lower() if position else ""
    plural = word.endswith("s") and not word.endswith("ss")
    carried = ago == 1 and known not in raw[-1]
    return tuple(
        float(value)
        for value in (
            1,
            ago == 1,
            ago == 2,
            min(ago, 6) / 6 if ago > 2 else 0,
            0 in turns and len(asked) > 1,
            min(len(turns), 4) / 4,
            carried,
            ago == 1 and len(turns) >= 2 and not carried,
            name,
            generic,
            bool(content) and position == content[-1],
            before in ("of", "about", "for", "in", "the", "a"),
            about.plural and plural,
            about.singular and not plural,
            about.person and name,
            about.plural or about.singular or about.person,
            about.name,
            min(about.size, 6) / 6,
            min(len(content), 8) / 8,
            known in verbs or word.endswith("ing") or before in ("did", "to"),
            generic and ago == 1,
            name and ago > 1,
            ago > 1 and not (_stems(asked[-1]) & _stems(asked[at])),
        )
    )


def _stems(words: Sequence[str]) -> set[str]:
    return {stem(word) for word in words if is_content(word)}


def is_content(word: str) -> bool:
    """Whether a word carries content: it neither points, nor asks, nor only joins."""
    return word.lower() not in _EMPTY and bool(content_words(word))
