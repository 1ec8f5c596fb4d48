"""Kinds of answers, and sentences that state them."""

import pytest

from retrieval.values.kinds import ValueKind, holds_value, other_things, value_kind


@pytest.mark.parametrize(
    ("text", "kind", "measured"),
    [
        ("about 4,000 people", ValueKind.NUMBER, ""),
        ("45 %", ValueKind.NUMBER, "percent"),
        ("5 km", ValueKind.NUMBER, "length"),
        ("3 May 2024", ValueKind.DATE, ""),
        ("Friday", ValueKind.DATE, ""),
        ("the Norvik ferry", ValueKind.NAME, ""),
        ("the mayor", ValueKind.WORDS, ""),
        ("", ValueKind.WORDS, ""),
    ],
)
def test_the_kind_of_an_answer(text: str, kind: ValueKind, measured: str) -> None:
    """Dates before numbers; a capital makes a name, but not that of an article."""
    assert value_kind(text) == (kind, measured)


@pytest.mark.parametrize(
    ("sentence", "answer", "holds"),
    [
        ("It costs 64 million crowns, not 46 million.", "46 million crowns", True),
        ("Four thousand men and women came.", "4,000 people", True),
        ("In 2024 there came 14,000.", "4,000", False),
        ("Mayor Ada Lind spoke.", "Ada Lind", True),
        ("Mayor Ada Berg spoke.", "Ada Lind", False),
    ],
)
def test_a_sentence_states_a_value_in_any_writing(sentence: str, answer: str, holds: bool) -> None:
    """Numbers by what they are, names word by word."""
    assert holds_value(sentence, answer) is holds


def test_how_much_is_of_one_thing() -> None:
    """Crowns are no paintings; but of "how many", miners are men."""
    assert other_things("How much does it cost?", "18 million crowns", "seven paintings")
    assert not other_things("How much does it cost?", "18 million crowns", "2 crowns")
    assert not other_things("How many are trapped?", "120 miners", "88 men")
