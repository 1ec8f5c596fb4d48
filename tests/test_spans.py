"""Spans from logits, and the SQuAD measures, each against an independent oracle."""

import re
import string
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.spans import best_span, exact_match, normalise_answer, token_f1

LOGITS = st.integers(-20, 20).map(float)


@given(st.data(), st.integers(1, 12), st.integers(1, 13))
def test_best_span_is_the_best_of_all(data: st.DataObject, length: int, max_tokens: int) -> None:
    """No allowed span scores higher than the one found, and it is allowed itself."""
    starts, ends = (
        np.array(data.draw(st.lists(LOGITS, min_size=length, max_size=length)), dtype=np.float32)
        for _ in range(2)
    )
    first = data.draw(st.integers(0, length))
    stop = data.draw(st.integers(0, length))
    allowed = {
        (a, b): float(starts[a] + ends[b])
        for a in range(first, stop)
        for b in range(a, min(stop, a + max_tokens))
    }
    score, a, b = best_span(starts, ends, first, stop, max_tokens)
    if not allowed:
        assert (score, a, b) == (-1e9, first, first)
    else:
        assert score == max(allowed.values()) == allowed[a, b]


def test_equal_spans_give_the_first() -> None:
    """A tie is decided by position, so that an answer never varies."""
    flat = np.zeros(5, dtype=np.float32)
    assert best_span(flat, flat, 1, 5) == (0.0, 1, 1)


@pytest.mark.parametrize(
    ("predicted", "gold", "exact", "f1"),
    [
        ("The  Cat!", "cat", 1.0, 1.0),
        ("4,000 fighters", "4000 fighters", 1.0, 1.0),
        ("", "", 1.0, 1.0),
        ("the", "", 1.0, 1.0),
        ("", "cat", 0.0, 0.0),
        ("cat", "dog", 0.0, 0.0),
        ("black cat", "cat", 0.0, 2 / 3),
        ("b c", "b c d", 0.0, 0.8),
        ("b b", "b", 0.0, 2 / 3),
        ("b b c", "b b b", 0.0, 2 / 3),
        ("an apple a day", "apple day", 1.0, 1.0),
        ("re-elected", "reelected", 1.0, 1.0),
    ],
)
def test_measures_follow_the_squad_definition(
    predicted: str, gold: str, exact: float, f1: float
) -> None:
    """Case, punctuation, English articles and blanks do not count; repeated words do."""
    assert exact_match(predicted, gold) == exact
    assert token_f1(predicted, gold) == pytest.approx(f1)


def official_f1(predicted: str, gold: str) -> float:
    """Token F1 in the words of SQuAD 2.0's own script."""

    def tokens(text: str) -> list[str]:
        bare = "".join(c for c in text.lower() if c not in set(string.punctuation))
        return re.sub(r"\b(a|an|the)\b", " ", bare).split()

    ours, theirs = tokens(predicted), tokens(gold)
    same = sum((Counter(theirs) & Counter(ours)).values())
    if len(theirs) == 0 or len(ours) == 0:
        return int(theirs == ours)
    if same == 0:
        return 0
    precision, recall = 1.0 * same / len(ours), 1.0 * same / len(theirs)
    return (2 * precision * recall) / (precision + recall)


WORDS = st.lists(st.sampled_from(["the", "a", "An", "cat", "CAT", "4,000", "-", "é"])).map(" ".join)


@given(WORDS | st.text(), WORDS | st.text())
def test_token_f1_equals_the_official_one(predicted: str, gold: str) -> None:
    """On any two texts; it is symmetric, and 1 for texts that are equal after normalisation."""
    f1 = token_f1(predicted, gold)
    assert f1 == pytest.approx(official_f1(predicted, gold))
    assert f1 == pytest.approx(token_f1(gold, predicted))
    if exact_match(predicted, gold):
        assert f1 == 1.0


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    """Normal form is a fixed point, but for articles that dropped punctuation lays bare."""
    once = normalise_answer(text)
    if not re.search(r"\b(a|an|the)\b", once):
        assert normalise_answer(once) == once
