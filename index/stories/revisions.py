"""What the copies of one report say differently: who carries a quotation, which numbers changed.

`index.stories.grouping` puts a correction into the story of what it corrects, since it is no second
source. Before an answer cites a story's earliest article, and says how many carried it, it asks
here which members carry the quoted words with the same numbers; and whether a later one has others.
Numbers are digits: "three" and 三 are words like others.
"""

import re
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import pairwise

from index.stories.wording import words

CARRIED_SHARE = 0.5  # of the pairs of words; one word in five replaced leaves two thirds
MAX_TOKENS = 10_000  # of a text are compared; more could take many seconds
MAX_REPLACED = 6  # words in a row: more of them are another passage, not another number
MIN_AROUND = 4  # equal words before and after, without which a place is not the same

_TOKEN = re.compile(r"\d+(?:[.,'’\u00a0\u2009\u202f]\d+)*|[^\W\d_]+")
_SEPARATOR = re.compile(r"\D(?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class ChangedNumber:
    """A number that stands in the place of another, as each text writes it."""

    before: str
    after: str


def carries(text: str, quote: str, least: float = CARRIED_SHARE) -> bool:
    """Whether a text has the words of a quotation, lightly edited at most, and all its numbers.

    Args:
        text: A text.
        quote: The quotation.
        least: Share of the pairs of words that must be there.
    """
    asked, held = list(words(quote)), list(words(text))
    if len(asked) < 2:
        return bool(asked) and asked[0] in held
    there = set(pairwise(held))
    found = [pair in there for pair in pairwise(asked)]
    around = [False, *found, False]  # the pairs that a word ends and begins
    numbers = (place for place, word in enumerate(asked) if any(map(str.isdigit, word)))
    return sum(found) >= least * len(found) and all(
        around[place] or around[place + 1] for place in numbers
    )


def changed_numbers(before: str, after: str) -> list[ChangedNumber]:
    """Numbers of one copy of a report that another has otherwise in the same place, in order."""
    texts = [_TOKEN.findall(text)[:MAX_TOKENS] for text in (before, after)]
    plain = [[_SEPARATOR.sub("", token).casefold() for token in text] for text in texts]
    blocks = SequenceMatcher(None, plain[0], plain[1]).get_matching_blocks()
    changed = []
    for block, following in pairwise([Match(0, 0, 0), *blocks]):
        gaps = range(block.a + block.size, following.a), range(block.b + block.size, following.b)
        around = block.size + following.size
        if max(map(len, gaps)) > MAX_REPLACED or around < MIN_AROUND:
            continue
        numbers = (
            [place for place in gap if text[place][0].isdigit()]
            for gap, text in zip(gaps, texts, strict=True)
        )
        changed += [
            ChangedNumber(texts[0][here], texts[1][there])
            for here, there in zip(*numbers, strict=False)
            if plain[0][here] != plain[1][there]
        ]
    return changed
