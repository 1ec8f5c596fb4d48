"""Which questions lean on what was said, and which begin anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Turn
from retrieval.dialogue.leaning import Lean, bare_heads, lean, leans_back

HISTORY = (
    Turn("Who opened the harbour bridge?", "Ada Lind"),
    Turn("How long is the Ever Given?", "400 meters", None, ("The ship is 400 meters long.",)),
)


@pytest.mark.parametrize(
    "question",
    [
        "who owns it?",
        "What did he say about the harbour?",
        "what about the ships that were waiting?",
        "How many of those ships turned south?",
        "Rotterdam?",
        "And the Suez Canal?",
        "from where exactly?",
        "Where to?",
        "when?",
        "why?",
        "Who said so?",
        "When was that?",
        "And from which base?",
        "Who sailed the ship?",
        "How many people live there?",
    ],
)
def test_pronouns_fragments_and_known_things_lean_back(question: str) -> None:
    """A pronoun, an ellipsis, another subject, or "the ship" where a ship was spoken of."""
    assert lean(question, HISTORY) is Lean.YES


@pytest.mark.parametrize(
    "question",
    [
        "Who was the captain?",
        "What other causes were named?",
        "How many people died?",
        "And who commands the army of Syria?",
    ],
)
def test_what_could_be_either_may_lean_back(question: str) -> None:
    """A thing with "the" that nobody named, or few words without a name: the articles decide."""
    assert lean(question, HISTORY) is Lean.MAYBE


@pytest.mark.parametrize(
    "question",
    [
        "Which company owns the Ever Given?",
        "When was the Suez Canal opened?",
        "Who painted Sothern landscapes in Italy?",
        "Who is Putin?",
        "Is it true that Norway owns a seed vault?",
        "Is there a treaty on the Caspian Sea?",
        "What did Kamov call the helicopter that first flew in 1982?",
    ],
)
def test_a_new_topic_does_not_lean_back(question: str) -> None:
    """A question that names what it is about stands alone, after whatever turns."""
    assert not leans_back(question, HISTORY)


@given(st.text())
def test_nothing_leans_on_nothing(question: str) -> None:
    """Without turns before it, a question is what it is."""
    assert not leans_back(question, [])


def test_a_phrase_that_says_which_is_not_bare() -> None:
    """Only "the" with a common noun, and nothing before or after that says which, is bare."""
    assert bare_heads("Who runs the main base?") == ["base"]
    assert bare_heads("Who runs the harbour bridge?") == []
    assert bare_heads("Who runs the base of Hmeimim in the Suez Canal?") == []
