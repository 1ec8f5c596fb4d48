"""Rewrites: the question's own words, and what earlier turns lend."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Turn
from retrieval.dialogue.rewriting import MAX_CANDIDATES, Form, rewrites
from retrieval.dialogue.wording import changed_subject, stems, without_lead

FIGHTERS = Turn("How many fighters were evacuated?", "4,000 pro-Iranian fighters")
WHERE_TO = Turn("Where to?", "Tehran", "Where were 4,000 pro-Iranian fighters evacuated to?")
SAID = Turn("Who said so?", "Putin", "Who said that 4,000 fighters were evacuated to Tehran?")
BRIDGE = Turn("Who opened the harbour bridge?", "Ada Lind")
SHIP = Turn("How long is the Ever Given?", "400 meters")
BASE = Turn(
    "Where did the jets fly from?",
    None,
    None,
    ("The jets flew from the Hmeimim Air Base in Latakia.",),
)


@pytest.mark.parametrize(
    ("question", "history", "expected"),
    [
        ("Where to?", [FIGHTERS], "Where were 4,000 pro-Iranian fighters evacuated to?"),
        ("Who said so?", [FIGHTERS, WHERE_TO], "Who said that"),
        (
            "And from which base?",
            [FIGHTERS, WHERE_TO, SAID],
            "From which base were 4,000 pro-Iranian fighters evacuated?",
        ),
        ("When?", [BRIDGE], "When was it that Ada Lind opened the harbour bridge?"),
        ("When did she die?", [BRIDGE], "When did Ada Lind die?"),
        ("Who owns it?", [SHIP], "Who owns the Ever Given?"),
        ("Who is its owner?", [SHIP], "Who is the Ever Given’s owner?"),
        ("And the Suez Canal?", [SHIP], "How long is the Suez Canal?"),
        ("What about the Suez Canal?", [SHIP], "How long is the Suez Canal?"),
        ("Who commands the base?", [BASE], "Who commands the Hmeimim Air base?"),
    ],
)
def test_the_likeliest_rewrites_have_what_was_left_unsaid(
    question: str, history: list[Turn], expected: str
) -> None:
    """The right one is proposed, whatever else is."""
    assert any(one.text.startswith(expected) for one in rewrites(question, history))


def test_a_question_that_stands_alone_has_no_rewrites() -> None:
    """A new topic is not dragged into the old one."""
    assert rewrites("Which company owns the Ever Given?", [BRIDGE]) == []
    assert rewrites("Who said so?", []) == []


SAID_BEFORE = st.sampled_from([FIGHTERS, WHERE_TO, SAID, BRIDGE, SHIP, BASE])
WORDS = st.sampled_from(
    "who when where why how which what was is did the it he they its that so and about base ship "
    "owns opened before Putin Suez Canal 1999 many there in to one".split()
)


@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(SAID_BEFORE, min_size=1, max_size=6))
def test_a_rewrite_keeps_every_content_word_of_the_question(
    words: list[str], history: list[Turn]
) -> None:
    """Whatever is added or put in a pronoun's place: what was asked is still asked."""
    question = " ".join(words) + "?"
    subject = changed_subject(question)
    asked = set(stems(without_lead(question) if subject is None else subject))
    for one in rewrites(question, history):
        assert asked <= set(stems(one.text)), one


@given(st.text(max_size=300), st.lists(SAID_BEFORE, max_size=6))
def test_any_text_has_few_different_rewrites(question: str, history: list[Turn]) -> None:
    """Odd input is no error; the candidates are bounded, and the question as asked is one."""
    found = rewrites(question, history)
    assert len(found) <= MAX_CANDIDATES
    assert len({tuple(sorted(stems(one.text))) for one in found}) == len(found)
    assert not found or sum(one.form is Form.ASKED for one in found) <= 1


@given(st.text(max_size=40), st.text(max_size=2000), st.none() | st.text(max_size=2000))
def test_a_rewrite_is_bounded(question: str, earlier: str, answer: str | None) -> None:
    """However long the turns before, the reader can read what is asked."""
    for one in rewrites(question, [Turn(earlier, answer)]):
        assert len(one.text) <= 300 or one.form is Form.ASKED
