"""Words are compared without what typesetters change, in any script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.stories.wording import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It’s “THE” end — again", "it's the END, again"),
        ("the U.S. at 3 p.m.", "the US at 3 pm"),
        ("3,000 men", "3 000 men".replace(" ", "\u202f", 1)),
        ("3,000 men", "3’000 men"),
        ("Erdoğan in Łódź café", "Erdogan in Łodz cafe\u0301"),
        ("ﬁne Ａrt", "fine art"),
        ("مُحَمَّد", "محمد"),
        ("l’homme", "l'homme"),
        ("a\u00a0b\n\nc", "a b c"),
    ],
)
def test_typography_makes_no_difference(one: str, other: str) -> None:
    """Case, accents, quotation marks, ligatures, blanks and separators of thousands are dropped."""
    assert list(words(one)) == list(words(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("3.5 million", "35 million"), ("3,000", "300"), ("men", "man"), ("he said.Then", "said")],
)
def test_what_is_said_makes_a_difference(one: str, other: str) -> None:
    """A decimal point is no typography, nor is a letter."""
    assert list(words(one)) != list(words(other))


def test_words_keep_the_marks_of_their_script() -> None:
    """A vowel sign of Devanagari belongs to its word and does not split it."""
    assert list(words("नमस्ते दुनिया")) == ["नमस्ते", "दुनिया"]


def test_scripts_without_blanks_are_cut_in_steps() -> None:
    """Every four characters of Han stand for a word, and a number among them stays whole."""
    assert list(words("城里来了3000名新的学生")) == ["城里来了", "3000", "名新的学", "新的学生"]


def test_thai_is_cut_in_longer_steps() -> None:
    """Ten signs of Thai are about as much as four of Han."""
    assert {len(word) for word in words("สภาเมืองลงมติให้สร้างสะพานใหม่")} == {10}


@pytest.mark.parametrize("text", ["", " \n", "😀🎉", "—…!?", "\u0301"])
def test_what_has_no_letter_or_digit_has_no_words(text: str) -> None:
    """Emoji, punctuation and lone accents are no words."""
    assert list(words(text)) == []


@given(st.text())
def test_any_text_has_words_without_blanks(text: str) -> None:
    """No input fails, and no word is empty or holds a blank."""
    assert all(word and not any(map(str.isspace, word)) for word in words(text))
