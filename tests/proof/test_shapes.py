"""The shape of JSON against dataclasses: complete, of the right types, nothing else."""

import json
from dataclasses import dataclass
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Answer
from retrieval.proof.shapes import misshapen


class Colour(StrEnum):
    """Two colours."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Inner:
    """A part."""

    n: int


@dataclass(frozen=True, slots=True)
class Outer:
    """All that a field may be."""

    text: str
    share: float
    sure: bool
    inner: Inner | None
    parts: tuple[Inner, ...]
    times: dict[str, float]
    colour: Colour


RIGHT: dict[str, object] = {
    "text": "é🌊",
    "share": 1,
    "sure": False,
    "inner": None,
    "parts": [{"n": 1}, {"n": -2}],
    "times": {"total": 0.5, "any": 2},
    "colour": "blue",
}


def test_what_fits_is_not_complained_of() -> None:
    """In any order of the fields; a whole number will do for another number."""
    assert misshapen(RIGHT, Outer, "it") is None
    assert misshapen(dict(reversed(RIGHT.items())), Outer, "it") is None
    assert misshapen({**RIGHT, "inner": {"n": 10**30}, "parts": []}, Outer, "it") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"text": 7}, "it.text is 7, not a text"),
        ({"text": "\ud800"}, "it.text holds half a character"),
        ({"text": None}, "it.text is null, not a text"),
        ({"share": True}, "it.share is true, not a number"),
        ({"share": "1"}, "it.share is '1', not a number"),
        ({"share": float("nan")}, "it.share is nan, not a number"),
        ({"share": float("inf")}, "it.share is inf, not a number"),
        ({"sure": 0}, "it.sure is 0, not true or false"),
        ({"inner": []}, "it.inner is a list, not an object"),
        ({"inner": {}}, "it.inner has no field 'n'"),
        ({"inner": {"n": 1.0}}, "it.inner.n is 1.0, not a whole number"),
        ({"inner": {"n": True}}, "it.inner.n is true, not a whole number"),
        ({"parts": {}}, "it.parts is an object, not a list"),
        ({"parts": [{"n": 1}, 7]}, "it.parts[1] is 7, not an object"),
        ({"times": []}, "it.times is a list, not an object"),
        ({"times": {"total": None}}, "it.times.total is null, not a number"),
        ({"colour": "green"}, "it.colour is 'green', none of red, blue"),
        ({"colour": ["red"]}, "it.colour is a list, none of red, blue"),
        ({"more": 1}, "it has a field 'more' that does not belong there"),
    ],
)
def test_one_sentence_says_what_is_wrong(change: dict[str, object], expected: str) -> None:
    """The first that is, with its place and what it should be."""
    assert misshapen({**RIGHT, **change}, Outer, "it") == expected


@pytest.mark.parametrize("name", RIGHT)
def test_every_field_must_be_there(name: str) -> None:
    """Also one that has a default."""
    rest = {key: value for key, value in RIGHT.items() if key != name}
    assert misshapen(rest, Outer, "it") == f"it has no field {name!r}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.sampled_from([Outer, Answer, int | None, tuple[Inner, ...], dict[str, float]]))
def test_any_json_is_told_of_in_one_line(value: object, kind: object) -> None:
    """Whatever it is, there is an answer."""
    complaint = misshapen(json.loads(json.dumps(value)), kind, "it")
    assert complaint is None or "\n" not in complaint
