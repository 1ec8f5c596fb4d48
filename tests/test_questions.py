"""What a question asks for, and which questions are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import canonical_text
from index.errors import QuestionError
from retrieval.questions import (
    MAX_QUESTION_CHARS,
    Kind,
    answer_fits,
    checked_question,
    names_in,
    question_kind,
)

KINDS = {
    Kind.SPAN: (
        "how many fighters were evacuated?",
        "How much does it weigh?",
        "how long is the canal?",
        "How old is she",
        "how far away was it heard",
        "When did it start?",
        "Who directed it?",
        "Where is it built?",
        "What does the name mean?",
        "What is the capital of France?",
        "which company owns it?",
        "Whose flag does it sail under?",
        "On which day did it open?",
        "Is the Caspian a sea or a lake?",
        "What new law was passed?",
        "What news agency reported it?",
        "and when did it end?",
        "Iran",
        "🙂",
    ),
    Kind.SENTENCE: (
        "Why did he leave?",
        "why",
        "and why did he leave?",
        "How did he leave?",
        "how was the ship freed?",
        "How come nobody knew?",
        "Is there a cure?",
        "Was anybody hurt?",
        "Did they win?",
        "Didn't they win?",
        "Isn’t it banned?",
        "has the ship been freed?",
        "Can measles be cured?",
        "but does it work?",
    ),
    Kind.OVERVIEW: (
        "what happened at Hmeimim?",
        "What has happened in Syria",
        "what is happening there?",
        "What's happening in Syria?",
        "What’s going on in Tartus?",
        "what's new?",
        "whats new in Damascus",
        "What is new about the vault?",
        "what is the latest on Tartus?",
        "Summarise the evacuation of Dunkirk",
        "please summarize the news",
        "Can you sum up the treaty?",
        "Tell me about Krakatoa",
        "could you describe the stone?",
        "overview of the war",
        "latest on the canal",
    ),
}


@pytest.mark.parametrize(
    ("question", "kind"), [(question, kind) for kind, asked in KINDS.items() for question in asked]
)
def test_the_first_words_tell_the_kind(question: str, kind: Kind) -> None:
    """Who, what, when, where, how many: a span; why, how, yes or no: a sentence; else overview."""
    assert question_kind(question) is kind


@pytest.mark.parametrize("question", ["", " ", "\n\t \u2003"])
def test_an_empty_question_is_refused(question: str) -> None:
    """Blanks alone are no question, and the message says so."""
    with pytest.raises(QuestionError, match=r"^the question is empty; ask something like .*\.$"):
        checked_question(question)


def test_a_question_has_a_greatest_length() -> None:
    """The longest question passes; one character more is refused with its length."""
    longest = "a" * MAX_QUESTION_CHARS
    assert checked_question(f" {longest}\n") == longest
    with pytest.raises(QuestionError, match=r"2,001 characters; ask in 2,000 or fewer"):
        checked_question(longest + "a")


@given(st.text(alphabet=st.one_of(st.characters(), st.characters(categories=["Cs"]))))
def test_a_checked_question_is_one_line_of_valid_text(raw: str) -> None:
    """Whatever is typed comes out on one line, without surrounding blanks, and can be encoded."""
    try:
        question = checked_question(raw)
    except QuestionError:
        assert not canonical_text(raw).strip() or len(raw) > MAX_QUESTION_CHARS
        return
    assert question == " ".join(question.split())
    assert question.encode().decode() == question


@pytest.mark.parametrize(
    ("question", "answer", "fits"),
    [
        ("When did it open?", "26 August 2015", True),
        ("When did it open?", "Wednesday", True),
        ("When did it open?", "4,000 fighters", True),
        ("When did it open?", "pro-Iranian fighters", False),
        ("In what year did it open?", "Hmeimim", False),
        ("How many came?", "twelve", True),
        ("How many came?", "soldiers", False),
        ("Who said so?", "Dmitry Peskov", True),
        ("Who said so?", "a spokesman", False),
        ("Where was it?", "Syria", True),
        ("What fell?", "anything", None),
    ],
)
def test_answers_have_the_look_of_what_is_asked_for(
    question: str, answer: str, *, fits: bool | None
) -> None:
    """A day for when, a number for how many, a name for who and where; else anything."""
    assert answer_fits(question, answer) is fits


def test_names_of_a_question() -> None:
    """Capitalised words and numbers count, the first word does not."""
    assert names_in("Who met Matthew Rose’s team in 2021?") == ["matthew", "rose", "2021"]
    assert names_in("Where is it?") == []
