"""Who carries a quotation, and which numbers were changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.stories.revisions import ChangedNumber, carries, changed_numbers
from tests.stories.story_texts import CHINESE, FLOOD, STRIKE, first_paragraphs, replaced

QUOTE = "drove 3,000 people from their homes, the district council said"


def test_copies_carry_the_quotation_and_other_articles_do_not() -> None:
    """A reprint, a trimmed one and one in other type carry the words; another article does not."""
    assert carries(FLOOD, QUOTE)
    assert carries(first_paragraphs(FLOOD, 1).upper(), QUOTE)
    assert carries(replaced(FLOOD, 0.1), QUOTE)
    assert not carries(STRIKE, QUOTE)
    assert not carries("\n\n".join(FLOOD.split("\n\n")[1:]), QUOTE)


def test_a_corrected_number_is_not_carried() -> None:
    """An article that says 4,000 is no witness for 3,000, though all other words are the same."""
    corrected = FLOOD.replace("3,000", "4,000")
    assert not carries(corrected, QUOTE)
    assert carries(corrected, QUOTE.replace("3,000", "4,000"))
    assert carries(FLOOD.replace("3,000", "3\u202f000"), QUOTE)


def test_a_number_that_stands_elsewhere_is_not_carried() -> None:
    """That the number occurs somewhere in an article is not enough."""
    moved = FLOOD.replace("3,000", "4,000") + "\n\nThe town has 3,000 voters."
    assert not carries(moved, QUOTE)


@pytest.mark.parametrize("quote", ["", "…", "😀"])
def test_a_quotation_without_words_is_carried_by_nothing(quote: str) -> None:
    """There is nothing to carry."""
    assert not carries(FLOOD, quote)


def test_one_word_is_carried_where_it_stands() -> None:
    """An answer may be one name."""
    assert carries(FLOOD, "Velmora")
    assert not carries(STRIKE, "Velmora")


def test_a_correction_shows_before_and_after() -> None:
    """Each number is given as its text writes it, in the order of the text."""
    later = FLOOD.replace("3,000", "4\u202f000").replace("14 cars", "19 cars")
    assert changed_numbers(FLOOD, later) == [
        ChangedNumber("3,000", "4\u202f000"),
        ChangedNumber("14", "19"),
    ]


def test_a_correction_shows_in_a_trimmed_and_edited_copy() -> None:
    """Paragraphs that are gone hide no changed number, and are none themselves."""
    later = replaced(first_paragraphs(FLOOD.replace("6 schools", "9 schools"), 4), 0.05)
    assert changed_numbers(FLOOD, later) == [ChangedNumber("6", "9")]


def test_numbers_show_in_chinese() -> None:
    """A number between characters without blanks is found."""
    later = CHINESE.replace("4500", "5200")
    assert changed_numbers(CHINESE, later) == [ChangedNumber("4500", "5200")]


def test_the_same_number_in_other_type_is_no_change() -> None:
    """Separators of thousands are typography."""
    assert changed_numbers(FLOOD, FLOOD.replace("3,000", "3000").upper()) == []


def test_another_article_has_no_changed_numbers() -> None:
    """Where whole passages differ, their numbers are not in the same place."""
    assert changed_numbers(FLOOD, STRIKE) == []


@given(st.text(max_size=200))
def test_any_text_is_unchanged_beside_itself(text: str) -> None:
    """No input fails."""
    assert changed_numbers(text, text) == []
    assert carries(text, text[:50]) in (True, False)
