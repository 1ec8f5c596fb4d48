"""Copies are told from other articles, however edited; signatures never change."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.stories.fingerprints import (
    MIN_SHARED_KEYS,
    MIN_WORDS,
    SCHEME,
    Likeness,
    compare,
    fingerprint,
)
from tests.stories.story_texts import (
    CHINESE,
    FLOOD,
    NOTICE,
    OBSERVATORY,
    STRIKE,
    THAI,
    first_paragraphs,
    made_article,
    replaced,
    together,
)


def likeness(one: str, other: str) -> Likeness:
    """Compare two texts."""
    return compare(fingerprint(one).signature, fingerprint(other).signature)


COPIES = {
    "in capitals": FLOOD.upper(),
    "with other quotation marks": FLOOD.replace('"', "»").replace("'", "’").replace(",", " ,"),
    "under a new headline": together("Thousands flee as a river rises in the night", FLOOD),
    "after an agency's date line": "VELMORA (Northline) -- " + FLOOD,
    "with a notice at its end": together(FLOOD, NOTICE),
    "with one word in ten replaced": replaced(FLOOD, 0.1),
    "with one word in five replaced": replaced(FLOOD, 0.2),
    "trimmed to two paragraphs": first_paragraphs(FLOOD, 2),
    "trimmed and edited": replaced(first_paragraphs(FLOOD, 3), 0.1),
    "edited twice": replaced(replaced(FLOOD, 0.07, 1), 0.07, 2),
    "in another order": together(*reversed(FLOOD.split("\n\n"))),
    "inside a longer article": together(STRIKE, FLOOD, OBSERVATORY),
    "without every third sentence": ". ".join(
        one for n, one in enumerate(FLOOD.split(". ")) if n % 3
    ),
    "with a corrected number": FLOOD.replace("3,000", "4,000"),
}
OTHERS = {
    "another article": (FLOOD, STRIKE),
    "another article with the same notice": (together(FLOOD, NOTICE), together(STRIKE, NOTICE)),
    "a follow-up with the background of the first": (
        FLOOD,
        together(first_paragraphs(OBSERVATORY, 3), *FLOOD.split("\n\n")[3:5]),
    ),
    "two articles that quote the same paragraph": (
        together(STRIKE, FLOOD.split("\n\n")[2]),
        together(OBSERVATORY, FLOOD.split("\n\n")[2]),
    ),
    "Chinese on two subjects": (CHINESE[:110], CHINESE[110:]),
    "Thai on two subjects": (THAI[:250], THAI[250:]),
}


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_found(kind: str) -> None:
    """What editors do to a report leaves it the same copy, and it shares keys with the first."""
    assert likeness(FLOOD, COPIES[kind]).same_copy
    shared = {*fingerprint(FLOOD).keys} & {*fingerprint(COPIES[kind]).keys}
    assert len(shared) >= MIN_SHARED_KEYS


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_copy_is_not_taken_for_one(kind: str) -> None:
    """A shared subject, notice, quotation or background makes no copy."""
    assert not likeness(*OTHERS[kind]).same_copy


@pytest.mark.parametrize("text", [CHINESE, THAI])
def test_copies_are_found_in_scripts_without_blanks(text: str) -> None:
    """A trimmed reprint and one with a sentence replaced are found in Chinese and Thai."""
    assert likeness(text, text[: len(text) // 2]).same_copy
    middle = len(text) // 2
    assert likeness(text, text[:middle] + text[middle + 12 :]).same_copy


def test_a_correction_is_the_same_copy_and_its_number_is_counted() -> None:
    """One changed figure makes no second source, and does not go unseen."""
    found = likeness(FLOOD, FLOOD.replace("3,000", "4,000"))
    assert found.same_copy
    assert found.changed == 1
    assert likeness(FLOOD, FLOOD.upper()).changed == 0


def forecast(seed: int) -> str:
    """The weather of a day, by a form."""
    numbers = np.random.default_rng(seed).integers(10, 99, 24).tolist()
    return "Your weather from our forecast desk, brought to you every morning.\n" + "\n".join(
        f"In {town} expect a high of {numbers.pop()} degrees and a low of {numbers.pop()} degrees, "
        f"with winds from the west of up to {numbers.pop()} kilometres an hour."
        for town in ("Velmora", "Tarsk", "Brenno", "Sallow", "Marden", "Kirrin")
    )


def test_a_form_filled_in_anew_is_another_report() -> None:
    """The weather of two days has the same words and other numbers: two reports, not one."""
    found = likeness(forecast(1), forecast(2))
    assert max(found.share, found.share_other) > 0.9
    assert not found.same_copy
    assert likeness(forecast(1), forecast(1) + " Good morning.").same_copy


def test_tables_are_one_copy_only_if_their_numbers_agree() -> None:
    """A league table with the results of another day is another table."""
    rows = [f"{n} | Club {n} | {n * 7 % 31} | {n * 5 % 23} | {n * 3 % 19}" for n in range(1, 13)]
    table = "Place | club | won | lost | points\n" + "\n".join(rows)
    later = "\n".join(row.replace(" | ", " | 1") for row in table.split("\n"))
    assert likeness(table, table.replace("|", ";")).same_copy
    assert not likeness(table, later).same_copy


@pytest.mark.parametrize("text", ["", " ", "😀 🎉", "…"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    """Two empty articles are no copies of each other."""
    assert fingerprint(text).keys == ()
    assert not likeness(text, text).same_copy
    assert not likeness(text, FLOOD).same_copy


def test_a_short_text_is_a_copy_of_its_equal_only() -> None:
    """A dozen words say too little to call a near match a copy."""
    short = "Ferry crews in Brenno will stop work for 48 hours from Saturday."
    assert likeness(short, short.upper()).same_copy
    assert fingerprint(short).keys == fingerprint(short.upper()).keys
    assert not likeness(short, short.replace("48", "24")).same_copy
    assert not likeness(short, STRIKE).same_copy


def test_one_word_over_and_over_is_a_text_like_others() -> None:
    """A text with one phrase only is found by its equal, and by no other."""
    goal = "goal " * MIN_WORDS
    assert len(fingerprint(goal).keys) == 1
    assert likeness(goal, goal.upper()).same_copy
    assert fingerprint(goal).keys != fingerprint(goal + "goal").keys


def test_signatures_and_keys_never_change() -> None:
    """What a database holds must stay comparable: who changes these bytes must raise SCHEME."""
    taken = fingerprint(FLOOD)
    assert SCHEME == 1
    assert taken.signature[:12].hex() == "e66d2b679b0eb020c9359637"
    assert taken.keys[:3] == (1415206852210, 2613694317587, 5547045036306)
    assert fingerprint("3,000 men").keys == (98141036530908,)


def test_a_signature_has_two_bytes_for_a_word_and_an_end() -> None:
    """A page without end costs no more than the longest article."""
    assert len(fingerprint("one two 3").signature) == 6
    assert len(fingerprint("word " * 30_000).signature) == 40_000


@given(st.integers(0, 999), st.integers(30, 90), st.integers(30, 90))
def test_likeness_is_the_same_from_either_side(seed: int, length: int, other: int) -> None:
    """Which of two articles came first makes no difference."""
    rng = random.Random(seed)
    texts = [" ".join(rng.choices("a b c 1 2 flood".split(), k=k)) for k in (length, other)]
    there, back = likeness(*texts), likeness(*reversed(texts))
    assert (there.share, there.share_other) == (back.share_other, back.share)
    assert (there.phrases, there.figures, there.changed) == (
        back.phrases,
        back.figures,
        back.changed,
    )
    assert there.same_copy == back.same_copy


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    """No input fails, and a text with words is its own copy."""
    assert likeness(one, one).same_copy == bool(fingerprint(one).signature)
    assert 0 <= likeness(one, other).share <= 1


def test_shares_are_those_of_a_plain_count() -> None:
    """What is carried of two made articles is what a slow count of windows and phrases says."""
    one, other = made_article(1), together(made_article(2, 90), made_article(1)[:900])
    words, others = one.split(), other.split()
    there = {tuple(others[n : n + 3]) for n in range(len(others))}
    shared = [tuple(words[n : n + 3]) in there for n in range(len(words) - 2)]
    carried = [sum(shared[n : n + 16]) >= 4 for n in range(len(shared) - 15)]
    assert likeness(one, other).share == pytest.approx(sum(carried) / len(carried))
