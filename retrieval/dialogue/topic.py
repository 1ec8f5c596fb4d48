"""What a conversation is about, as far as a question leaves it unsaid.

The weights are fitted by `retrieval.training.fit_followups` and kept as data.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from retrieval.answer import Turn
from retrieval.dialogue.mentions import FEATURES, Mention, mentions
from retrieval.dialogue.wording import WORD, stem, verbs_of

PACKAGED = Path(__file__).parent / "weights.json"
LIKELY = 0.4  # from which a word is taken over
MAX_WORDS = 8
_LINKS = frozenset("of the a an in and for de to on".split())  # stay between words taken over


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
    """The words that a question likely lacks; the likeliest one if none is likely.

    Returns:
        None where no earlier question has any word to lend.
    """
    scored = [(_probability(one), one.stem) for one in mentions(question, history)]
    scored.sort(reverse=True)
    chosen = [pair for pair in scored if pair[0] >= likely][:MAX_WORDS] or scored[:1]
    if not chosen:
        return None
    likelihood = {known: probability for probability, known in chosen}
    phrases = _phrases(likelihood, history)
    if not phrases:
        return None
    return Topic(phrases, sum(likelihood.values()) / len(likelihood))


def _probability(mention: Mention) -> float:
    total = sum(w * value for w, value in zip(weights(), mention.values, strict=True))
    return 1 / (1 + math.exp(-total))


def _phrases(likelihood: dict[str, float], history: Sequence[Turn]) -> tuple[str, ...]:
    """The chosen words as they stand in the questions, neighbours together."""
    left = dict(likelihood)
    found: list[tuple[bool, float, str]] = []
    asked = [turn.standalone or turn.question for turn in reversed(history)]
    while left:
        text = max(asked, key=lambda one: len({stem(w) for w in WORD.findall(one)} & left.keys()))
        runs = list(_runs(text, left))
        if not runs:
            break
        for phrase, known in runs:
            if any(one in left for one in known):
                found.append(
                    (known[0] in verbs_of(text), -max(likelihood[one] for one in known), phrase)
                )
                for one in known:
                    left.pop(one, None)
    found.sort()
    return tuple(phrase for verb, _, phrase in found if not verb) or tuple(
        phrase for _, _, phrase in found[:1]
    )


def _runs(text: str, chosen: dict[str, float]) -> list[tuple[str, list[str]]]:
    """Stretches of a text from one chosen word to another with nothing to be said between."""
    runs: list[tuple[int, int, list[str]]] = []
    end, linked, verbs = 0, False, verbs_of(text)
    for word in WORD.finditer(text):
        known = stem(word.group())
        if known in chosen and known in verbs:
            runs.append((word.start(), word.end(), [known]))
            linked = False
        elif known in chosen:
            if runs and linked and not set(text[end : word.start()]) & set("?!.,;"):
                start, _, stems = runs.pop()
                runs.append((start, word.end(), [*stems, known]))
            else:
                start = word.start() - 4 if text[: word.start()].endswith(" the ") else word.start()
                runs.append((start, word.end(), [known]))
            linked = True
        else:
            linked = linked and word.group().lower() in _LINKS
        end = word.end()
    return [(text[start:end], stems) for start, end, stems in runs]
