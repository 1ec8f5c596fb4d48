"""Pick answer spans from logits and score them as SQuAD does.

Source: Rajpurkar et al. 2016 and 2018 for exact match, token F1 and answer normalisation.
"""

import re
import string
from collections import Counter

import numpy as np
import numpy.typing as npt

MAX_ANSWER_TOKENS = 30
RIGHT_F1 = 0.5  # token F1 from which an answer counts as right

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def best_span(
    starts: npt.NDArray[np.float32],
    ends: npt.NDArray[np.float32],
    first: int,
    stop: int,
    max_tokens: int = MAX_ANSWER_TOKENS,
) -> tuple[float, int, int]:
    """Find the span [a, b] with first <= a <= b < stop that maximises starts[a] + ends[b].

    Args:
        starts: Start logits, shape (length,).
        ends: End logits, shape (length,).
        first: First position allowed.
        stop: Position after the last one allowed.
        max_tokens: Longest span allowed.

    Returns:
        Score and the two positions; the score is -1e9 where no position is allowed.
    """
    if stop <= first:
        return -1e9, first, first
    width = stop - first
    scores = starts[first:stop, None] + ends[None, first:stop]
    allowed = np.triu(np.ones((width, width), dtype=bool)) & ~np.triu(
        np.ones((width, width), dtype=bool), max_tokens
    )
    flat = int(np.where(allowed, scores, -1e9).argmax())
    a, b = divmod(flat, width)
    return float(scores[a, b]), first + a, first + b


def normalise_answer(text: str) -> str:
    """Lower-case, drop punctuation and English articles, fold white space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(predicted: str, gold: str) -> float:
    """1.0 where both are the same after normalisation."""
    return float(normalise_answer(predicted) == normalise_answer(gold))


def token_f1(predicted: str, gold: str) -> float:
    """Harmonic mean of token precision and recall after normalisation."""
    ours, theirs = normalise_answer(predicted).split(), normalise_answer(gold).split()
    if not ours or not theirs:
        return float(ours == theirs)
    common = sum((Counter(ours) & Counter(theirs)).values())
    if not common:
        return 0.0
    precision, recall = common / len(ours), common / len(theirs)
    return 2 * precision * recall / (precision + recall)
