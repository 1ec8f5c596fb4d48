"""Words are found however they are typed, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from retrieval.tracing.places import MAX_CHARS, Place, expected_words, find_words, loose_pattern
from tests.retrieval_support import small_library


@given(st.text(min_size=1))
def test_words_match_themselves(text: str) -> None:
    """Whatever signs they have."""
    assert loose_pattern(text).fullmatch(text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("it's", "it’s"),
        ('"so"', "“so”"),
        ("a - b", "a – b"),
        ("a b", "a\u00a0\n b"),
        ("so...", "so…"),
        ("so…", "so..."),
        ("STRASSE", "strasse"),
    ],
)
def test_typography_may_differ(words: str, text: str) -> None:
    """Quotation marks, dashes, blanks, dots, case."""
    assert loose_pattern(words).fullmatch(text)


@pytest.mark.parametrize(
    ("words", "text"), [("ab", "a b"), ("a.b", "axb"), ("4,000", "4000"), ("it's", "its")]
)
def test_other_words_differ(words: str, text: str) -> None:
    """A letter, a number, a blank that is missing."""
    assert not loose_pattern(words).search(text)


def test_every_place_is_found_the_exact_ones_first(tmp_path: Path) -> None:
    """In all articles, as often as it stands there."""
    library = small_library(tmp_path, {"a.txt": "It’s so. It's so!", "b.txt": "So: it’s  so."})
    ids = {one.path: one.id for one in library.latest(9)}
    found = find_words(library.store, "It’s so")
    assert found[0] == Place(ids["a.txt"], 0, 7, True)
    assert set(found[1:]) == {
        Place(ids["a.txt"], 9, 16, False),
        Place(ids["b.txt"], 4, 12, False),
    }


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "a" * (MAX_CHARS + 1)])
def test_no_words_are_wrong_usage(text: str) -> None:
    """Nothing, or more than a passage could have."""
    with pytest.raises(UsageError, match="--expect"):
        expected_words(text)


def test_words_are_looked_for_as_articles_are_kept() -> None:
    """In canonical text, without blanks around them."""
    assert expected_words("  e\u0301t\u00e9\r\nsoft\u00ad \udcff ") == "été\nsoft ?"


def test_a_number_is_not_found_within_another() -> None:
    """5 million is not in 85 million or 1.5 million, nor 4 in 4,000."""
    found = loose_pattern("5 million").findall("85 million, 1.5 million, 2,5 million, 5 Million")
    assert found == ["5 Million"]
    assert loose_pattern("about 4").findall("about 4,000; about 4.5; about 41; about 4.") == [
        "about 4"
    ]
