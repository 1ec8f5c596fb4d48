"""What counts as a change of an answer, for whoever watches it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.reading.comparing import says_the_same
from retrieval.answer import Answer
from tests.messenger.support import CITATION

SILENT = Answer("Who?", False, None, 0.1, (), (), (CITATION,))


def answer(text: str) -> Answer:
    """A short answer."""
    return Answer("Who?", True, text, 0.9, (CITATION,), ())


def overview(*sentences: str) -> Answer:
    """An answer that is nothing but sentences."""
    citations = tuple(replace(CITATION, n=n, quote=one) for n, one in enumerate(sentences, 1))
    return Answer("What happened?", True, "\n".join(sentences), 0.9, citations, ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("4,000 fighters", "4000 fighters"),
        ("4\u202f000 fighters", "4.000 Fighters."),
        ("the “Norvik” ferry", "The Norvik ferry"),
        ("Lind", "Mayor Ada Lind"),
        ("3 May", "3 May 2024"),
        ("21 December 2024", "December 21, 2024"),
        ("21 декабря 2024 года", "21 декабря 2024"),
        ("ЁЛКА", "ёлка"),
        ("1.5 million", "1,5 Million"),
        ("−5 °C", "-5 °C"),
        ("😀", "😀 "),
    ],
)
def test_other_words_for_the_same_are_no_change(one: str, other: str) -> None:
    """Typography, case, articles, a first name, a year and the order of a date do not count."""
    assert says_the_same(answer(one), answer(other))
    assert says_the_same(answer(other), answer(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("4,000 fighters", "14,000 fighters"),
        ("1.5 million", "15 million"),
        ("300", "300 million"),
        ("300 homes", "more than 300 homes"),
        ("guilty", "not guilty"),
        ("виновен", "не виновен"),
        ("Ada Lind", "Ada Lind and Bo Berg"),
        ("the president", "the former president"),
        ("12", "12 of 40"),
        ("3-4", "4-3"),
        ("-5 °C", "5 °C"),
        ("$300", "€300"),
        ("3 May 2024", "4 May 2024"),
        ("1999", "2001"),
        ("Ada Lind", "Bo Berg"),
        ("😀", "😁"),
    ],
)
def test_another_answer_is_a_change(one: str, other: str) -> None:
    """Other numbers, bounds, names and days count, and so does a "not"."""
    assert not says_the_same(answer(one), answer(other))
    assert not says_the_same(answer(other), answer(one))


def test_silence_is_another_answer() -> None:
    """Going silent is a change and so is breaking the silence; other closest passages are none."""
    assert not says_the_same(SILENT, answer("Ada Lind"))
    assert not says_the_same(answer("Ada Lind"), SILENT)
    assert says_the_same(SILENT, replace(SILENT, closest=(), confidence=0.2))


def test_scores_and_sources_do_not_count() -> None:
    """Another article with the same words, read with another confidence, is no change."""
    moved = replace(CITATION, article_id="another", path="other.txt", title="Another", start=99)
    told = answer("Ada Lind")
    assert says_the_same(told, replace(told, confidence=0.5, citations=(moved,), passages=()))


def test_an_overview_is_the_set_of_its_sentences() -> None:
    """Their order does not count; one more, one fewer or another does."""
    told = overview("The ferry sank.", "Nobody died.")
    assert says_the_same(told, overview("Nobody died.", "the ferry sank"))
    assert not says_the_same(told, overview("The ferry sank.", "Nobody died.", "It was raised."))
    assert not says_the_same(told, overview("The ferry sank.", "One man died."))
    assert not says_the_same(told, answer("The ferry sank."))
    assert not says_the_same(answer("The ferry sank."), told)


@given(st.text(), st.text())
def test_it_does_not_matter_which_came_first(one: str, other: str) -> None:
    """No text fails; each says the same as itself, and a change back is a change."""
    assert says_the_same(answer(one), answer(one))
    there, back = (says_the_same(answer(a), answer(b)) for a, b in ((one, other), (other, one)))
    assert there == back
