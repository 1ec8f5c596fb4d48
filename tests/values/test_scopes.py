"""Whether two sentences are of the same place, group and occasion."""

import pytest

from retrieval.values.scopes import differs, scope_of


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        ("How many?", "In Norvik 300 jobs go.", "In Sund 140 jobs go.", True),
        ("How many in Norvik?", "In Norvik 300 jobs go.", "300 jobs go near Sund.", True),
        ("How many?", "Orm cuts 300 jobs in Norvik.", "The works in Norvik lose 210.", False),
        ("How many?", "Orm cuts 300 jobs in Norvik.", "Orm cuts 210 jobs.", False),
        ("How many?", "300 were hurt in May.", "200 were hurt in June.", False),
        ("How many?", "SUND (Echo) — 300 jobs go.", "140 jobs go in Norvik.", True),
        ("How many?", "45 men are in the south shaft.", "88 are in the north shaft.", True),
        ("How many?", "Nine people died.", "Twelve were injured.", True),
        ("How many?", "In 2016 there were 300.", "In 2021 there were 400.", True),
        ("How many in 2016?", "In 2016 there were 300.", "In 2021 there were 400.", False),
        ("How many in Ore?", "In Ore, said Lind of Sund.", "Ore, from Norvik.", False),
    ],
)
def test_places_groups_and_years_differ(
    question: str, one: str, other: str, expected: bool
) -> None:
    """Only where both name one, and not what both share with the question."""
    asked, left, right = scope_of(question), scope_of(one), scope_of(other)
    assert differs(asked, left, right) is expected
    assert differs(asked, right, left) is expected
