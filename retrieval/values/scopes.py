"""Whether two sentences speak of the same place, group and occasion, as far as words tell.

Knows sentences and a question; nothing of articles and readers.
"""

import re
from dataclasses import dataclass

from index.stories.wording import words

_PLACE = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|[Aa]round|[Oo]utside|[Tt]o|[Oo]f)\s+(?:the\s+)?(?:\w+\s+of\s+)?"
    r"(?P<name>[^\W\d_a-z][\w’'-]+(?:\s+[^\W\d_a-z][\w’'-]+)*)"
)
_DATELINE = re.compile(
    r"(?P<name>[^\W\d_a-z]{3,}(?: [^\W\d_a-z]{3,})*)\s*(?:,[^—–]{0,40})?(?:\([^()]{2,40}\)\s*)?[—–]"
)
_NO_PLACE = frozenset(
    """january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday""".split()
)
# Each a list of what excludes the others, in all the words for it: who died was killed.
_CONTRASTS = tuple(
    tuple(frozenset(alike.split()) for alike in listed.split("|"))
    for listed in (
        "north northern|south southern|east eastern|west western",
        "men|women|children",
        "dead died die dies death deaths killed kill kills killing"
        "|wounded injured injuries hurt|missing|homeless homes displaced",
    )
)
_YEAR = re.compile(r"(?<![\d.,])(?:1[89]|20)\d\d(?![\d.,]\d)")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sentence is about.

    Attributes:
        places: Names after a preposition, and that of a date line, in lower case.
        words: All words, without case.
        years: Years it names.
    """

    places: frozenset[str]
    words: frozenset[str]
    years: frozenset[str]


def scope_of(sentence: str) -> Scope:
    """Read a sentence."""
    found = [match["name"] for match in _PLACE.finditer(sentence)]
    found += [match["name"] for match in [_DATELINE.match(sentence)] if match]
    places = {" ".join(words(name)) for name in found}
    return Scope(
        frozenset(places - _NO_PLACE),
        frozenset(words(sentence)),
        frozenset(_YEAR.findall(sentence)),
    )


def differs(asked: Scope, one: Scope, other: Scope) -> bool:
    """Whether two sentences speak of different places, groups or years.

    Args:
        asked: The question: what both share with it does not differ.
        one: One sentence that answers it.
        other: Another.
    """
    if one.places and other.places and not _overlap(one.places, other.places):
        shared = _names(one, asked) & _names(other, asked)
        if not shared:
            return True
    if one.years and other.years and not one.years & other.years and not asked.years:
        return True
    for contrast in _CONTRASTS:
        mine, theirs = _named(one, contrast), _named(other, contrast)
        if mine and theirs and not mine & theirs:
            return True
    return False


def _named(scope: Scope, contrast: tuple[frozenset[str], ...]) -> set[int]:
    """Which sides of a contrast a sentence names."""
    return {side for side, alike in enumerate(contrast) if scope.words & alike}


def _names(scope: Scope, asked: Scope) -> frozenset[str]:
    """The places of a question that a sentence names."""
    return frozenset(
        place for place in asked.places if all(word in scope.words for word in place.split())
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(a in b or b in a for a in one for b in other)
