"""Cutting texts: at which border, and never within what is one letter to the eye."""

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.messenger.display.borders import (
    LOOKAHEAD_CHARS,
    border,
    chars_within,
    is_seen,
    utf16_units,
)
from tests import telegram_server
from tests.messenger.generated_answers import PIECES

LETTERS = [
    "👨‍👩‍👧‍👦",
    "🏳️‍🌈",
    "🇫🇷",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "👍🏽",
    "1️⃣",
    "e\u0301\u0302",
    "Z̸̡͚͛̿",
    "क्षि",
    "각",
    "ก็",
    "😀",
    "ن\u0651\u064e",
]
texts = st.lists(st.sampled_from((*PIECES, *LETTERS)), min_size=1, max_size=60).map("".join)


def letter_ends(text: str) -> set[int]:
    """Where letters end, counted from the beginning of the whole text."""
    return {match.end() for match in regex.finditer(r"\X", text)}


@settings(max_examples=400)
@given(texts, st.integers(1, 200))
@example("🇫🇷" * 30, 31)
def test_a_cut_is_within_the_limit_and_between_letters(text: str, most: int) -> None:
    """Every part has something in it, keeps the limit, and ends where a letter ends."""
    limit = min(most, len(text))
    at = border(text, limit)
    assert 1 <= at <= limit
    first = min(letter_ends(text))
    assert at in letter_ends(text) or first > limit


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("shift", range(8))
def test_a_letter_of_many_characters_stays_whole(letter: str, shift: int) -> None:
    """An emoji family, a flag, a letter with its marks: the limit may fall anywhere in it."""
    text = "x" * shift + letter * 80
    for limit in range(shift + len(letter), 60):
        at = border(text, limit)
        assert (at - shift) % len(letter) == 0
        assert limit - at < len(letter)


def test_what_is_longer_than_the_limit_is_cut_after_all() -> None:
    """A letter with thousands of marks stops nothing."""
    assert border("e" + "\u0301" * 5000, 4096) == 4096


@given(texts, st.integers(1, 40), st.text())
def test_no_more_is_looked_at_than_is_said(text: str, limit: int, more: str) -> None:
    """Callers may cut off what is far behind the limit."""
    text += "x" * (limit + LOOKAHEAD_CHARS)
    assert border(text, limit) == border(text[: limit + LOOKAHEAD_CHARS] + more, limit)


@pytest.mark.parametrize(
    ("text", "limit", "part"),
    [
        ("One. Two.\nThree.\n\nFour. Five", 25, "One. Two.\nThree.\n\n"),
        ("One two. Three.\nFour. Five six", 22, "One two. Three.\n"),
        ("One two three. Four five six seven", 24, "One two three. "),
        ("He asked: “Why (now)?” Then he left", 30, "He asked: “Why (now)?” "),
        ("One two three four", 12, "One two "),
        ("Onetwothreefour", 12, "Onetwothreef"),
        ("下雨了。天黑了。她走", 9, "下雨了。天黑了。"),
        ("他说：「走吧。」她不走", 9, "他说：「走吧。」"),
        ("यह सच है। वह गया था कल", 16, "यह सच है। "),
        ("هل وصل؟ نعم وصل اليوم", 14, "هل وصل؟ "),
    ],
)
def test_the_best_border_in_the_second_half_is_taken(text: str, limit: int, part: str) -> None:
    """A paragraph beats a line, a line a sentence, a sentence a word, a word a letter."""
    assert text[: border(text, limit)] == part


@pytest.mark.parametrize(
    "text",
    [
        "It was over then. The order came from Gen. Smith himself, it says",
        "It was over then. The order came from A. J. Smith himself, it says",
        "It was over then. The order came from the U.S. command, it says",
    ],
)
def test_a_full_stop_within_a_sentence_is_no_border(text: str) -> None:
    """A rank, an initial or a country does not end a sentence."""
    assert text[: border(text, len(text) - 10, 10)] == "It was over then. "


def test_a_part_can_be_told_to_hold_something() -> None:
    """With `least`, a border before it does not count."""
    text = "One two. Three four five six seven"
    assert text[: border(text, 30)] == "One two. Three four five six "
    assert text[: border(text, 30, 8)] == "One two. "
    assert text[: border(text, 30, 9)] == "One two. Three four five six "


@given(texts)
def test_lengths_are_counted_as_telegram_counts(text: str) -> None:
    """UTF-16 code units, as the Bot API server counts them; half a pair counts one."""
    whole = text.encode("utf-8", "replace").decode()
    assert utf16_units(whole) == telegram_server.utf16_units(whole) == utf16_units(text)


@given(texts, st.integers(0, 50))
def test_as_many_characters_as_fit(text: str, units: int) -> None:
    """One more would be too many."""
    chars = chars_within(text, units)
    assert utf16_units(text[:chars]) <= units
    assert chars == len(text) or utf16_units(text[: chars + 1]) > units


@pytest.mark.parametrize("text", ["a", " a", "\u200b.", "😀", "ا", "\u200d下"])
def test_what_is_seen(text: str) -> None:
    """One visible character is enough."""
    assert is_seen(text)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b\u200d\ufeff", "\u3164", "\u2800", "\x00\x1f", "\ufe0f", "\u202e"]
)
def test_what_is_not_seen(text: str) -> None:
    """Blanks, joiners, fillers and controls alone are nothing to show."""
    assert not is_seen(text)
