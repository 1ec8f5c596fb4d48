"""A question that leans on what was said is joined with it; any other stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Turn
from retrieval.dialogue import standalone_question

HISTORY = (
    Turn("Who opened the bridge?", "Ada Lind"),
    Turn("How long is the Ever Given?", "400 meters"),
)


@pytest.mark.parametrize(
    "question",
    [
        "who owns it?",
        "when did they float the ship free again?",
        "What did he say about the harbour?",
        "and who operates the ship that day?",
        "what about the ships that were waiting?",
        "How many of those ships turned south?",
        "Rotterdam?",
        "from where exactly?",
    ],
)
def test_a_question_that_leans_back_is_joined_with_the_last_turn(question: str) -> None:
    """A pronoun, a continuation or fewer than four words: the last turn follows, no other."""
    assert standalone_question(question, HISTORY) == (
        f"{question} (How long is the Ever Given? 400 meters)"
    )


@pytest.mark.parametrize(
    "question",
    [
        "Which company owns the Ever Given?",
        "When was the Suez Canal opened?",
        "Who painted Sothern landscapes in Italy?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    """Four words or more without a pronoun need no help."""
    assert standalone_question(question, HISTORY) == question


def test_a_turn_without_an_answer_lends_only_its_question() -> None:
    """Where nothing was found, the question before is all there is to lean on."""
    history = [Turn("Who sank the ship?", None)]
    assert standalone_question("why?", history) == "why? (Who sank the ship?)"


@given(st.text(min_size=1), st.text(), st.none() | st.text())
def test_the_new_question_always_comes_first(
    question: str, earlier: str, answer: str | None
) -> None:
    """Kind and reader go by the first words: they are the new question's, whatever came before."""
    assert standalone_question(question, [Turn(earlier, answer)]).startswith(question)
    assert standalone_question(question, []) == question
