"""Buttons: what a press carries, that nothing else is taken for one, and what lies below what."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messenger.display.buttons import (
    MAX_NUMBER,
    MAX_SUBJECT,
    Do,
    Press,
    answer_keyboard,
    back_button,
    decode,
    encode,
    numbered_passages,
    other_sources,
    quotations,
    turning,
    watch_keyboard,
    watches_keyboard,
)
from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.plan import Keyboard, new_answer_id
from retrieval.answer import Answer
from tests.messenger.pages_as_read import labels
from tests.messenger.support import CITATION

SECOND = replace(CITATION, n=2, article_id="b" * 16, quote="Lind cut the ribbon.")
ANSWER = Answer("Who?", True, "Ada Lind", 0.9, (CITATION,), ())
OVERVIEW = Answer("What?", True, f"{CITATION.quote}\n{SECOND.quote}", 0.9, (CITATION, SECOND), ())
SILENCE = Answer("Why?", False, None, 0.1, (), (), (CITATION, SECOND))
SAY = phrases("en")

numbers = st.integers(0, MAX_NUMBER)
presses = st.builds(Press, st.sampled_from(Do), st.integers(0, MAX_SUBJECT), numbers, numbers)


def presses_of(keyboard: Keyboard) -> list[Press | None]:
    """What pressing each button asks for."""
    return [decode(button.data) for row in keyboard for button in row]


@given(presses)
@example(Press(Do.SHOW_PASSAGE, MAX_SUBJECT, MAX_NUMBER, MAX_NUMBER))
def test_a_press_comes_back_as_it_was(press: Press) -> None:
    """Every press fits into the 64 bytes of a button, and is read as what it was."""
    data = encode(press)
    assert 1 <= len(data.encode()) <= 64
    assert decode(data) == press


@given(st.text() | st.from_regex(r"1[a-z][0-9]{1,21}\.[0-9]{1,6}\.[0-9]{1,6}\n?", fullmatch=True))
@example("")
@example("1p" + "9" * 19 + ".0.0")
@example("1p٣.0.0")
@example("1p1.0.0\n")
@example("1p01.0.0")
@example("2p1.0.0")
@example("1z1.0.0")
@example("1p-1.0.0")
@example("1p1.0.0" * 1000)
def test_nothing_made_up_breaks_a_press(data: str) -> None:
    """Whatever a client sends is a press that a button can carry, or none at all."""
    press = decode(data)
    assert press is None or encode(press) == data


def test_no_data_is_no_press() -> None:
    """A button of a game has none."""
    assert decode(None) is None


def test_what_a_button_asks_for_stays_what_it_was() -> None:
    """Buttons lie in chats for months: their letters mean the same in every version."""
    assert decode("1p9007199254740991.2.33") == Press(Do.SHOW_PASSAGE, 2**53 - 1, 2, 33)
    assert {action.name: action.value for action in Do} == {
        "SHOW_PASSAGE": "p",
        "SHOW_SOURCES": "s",
        "SHOW_CLOSEST": "c",
        "SHOW_ANSWER": "a",
        "HELPFUL": "h",
        "UNHELPFUL": "u",
        "END_WATCH": "w",
    }


@pytest.mark.parametrize(
    "press",
    [
        Press(Do.HELPFUL, -1),
        Press(Do.HELPFUL, MAX_SUBJECT + 1),
        Press(Do.SHOW_PASSAGE, 1, MAX_NUMBER + 1),
        Press(Do.SHOW_PASSAGE, 1, 0, -1),
    ],
)
def test_a_press_that_could_not_be_read_is_not_made(press: Press) -> None:
    """A mistake is found where the button is made, not months later."""
    with pytest.raises(ValueError, match="a button cannot carry"):
        encode(press)


def test_an_answer_has_its_passage_and_feedback() -> None:
    """With one source there is its passage, and what the user says of the answer."""
    keyboard = answer_keyboard(ANSWER, 7, SAY)
    assert labels(keyboard) == [["📄 In context"], ["👍 Helpful", "👎 Not helpful"]]
    assert presses_of(keyboard) == [
        Press(Do.SHOW_PASSAGE, 7),
        Press(Do.HELPFUL, 7),
        Press(Do.UNHELPFUL, 7),
    ]


def test_an_answer_leads_to_its_other_sources() -> None:
    """Further citations, and others that carried the words, each counted once."""
    carried = replace(CITATION, carried_by=(SECOND.article_id, "c" * 16))
    answer = replace(ANSWER, citations=(carried, SECOND))
    assert other_sources(answer) == 2
    keyboard = answer_keyboard(answer, 7, SAY)
    assert labels(keyboard)[1] == ["🗞 2 other sources"]
    assert presses_of(keyboard)[1] == Press(Do.SHOW_SOURCES, 7)


def test_an_overview_has_a_button_for_each_quotation() -> None:
    """What is numbered in the text is numbered below it; nothing is left for other sources."""
    keyboard = answer_keyboard(OVERVIEW, 7, SAY)
    assert labels(keyboard)[0] == ["📄 1", "📄 2"]
    assert presses_of(keyboard)[:2] == [Press(Do.SHOW_PASSAGE, 7, 0), Press(Do.SHOW_PASSAGE, 7, 1)]
    assert Do.SHOW_SOURCES not in {press.do for press in presses_of(keyboard) if press}


def test_an_abstention_leads_to_the_closest_passages() -> None:
    """The passage that is shown, and the others."""
    keyboard = answer_keyboard(SILENCE, 7, SAY)
    assert labels(keyboard)[:2] == [["📄 In context"], ["🔎 Closest passages (2)"]]
    assert presses_of(keyboard)[:2] == [Press(Do.SHOW_PASSAGE, 7), Press(Do.SHOW_CLOSEST, 7)]
    assert quotations(SILENCE) == SILENCE.closest


def test_an_abstention_with_nothing_close_can_be_judged_only() -> None:
    """There is nothing to lead to."""
    keyboard = answer_keyboard(replace(SILENCE, closest=()), 7, SAY)
    assert [press.do for press in presses_of(keyboard) if press] == [Do.HELPFUL, Do.UNHELPFUL]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("helpful", [True, False])
def test_the_pressed_button_is_marked(code: str, *, helpful: bool) -> None:
    """After feedback one sees what was said, and can still say the opposite."""
    say = phrases(code)
    before, after = (answer_keyboard(ANSWER, 7, say, said) for said in (None, helpful))
    changed = [a == b for a, b in zip(before[-1], after[-1], strict=True)]
    assert changed == ([False, True] if helpful else [True, False])
    assert presses_of(before) == presses_of(after)
    assert sum("✅" in text for text in labels(after)[-1]) == 1


def test_many_passages_stand_in_rows_of_five() -> None:
    """Numbers stay wide enough for a thumb."""
    keyboard = numbered_passages(7, range(7), SAY)
    assert labels(keyboard) == [[f"📄 {n}" for n in range(1, 6)], ["📄 6", "📄 7"]]


@pytest.mark.parametrize(
    ("page", "count", "turns"),
    [(1, 1, []), (1, 3, [2]), (2, 3, [1, 3]), (3, 3, [2]), (MAX_NUMBER, 2**20, [MAX_NUMBER - 1])],
)
def test_pages_are_turned_as_far_as_there_are_any(page: int, count: int, turns: list[int]) -> None:
    """A press goes to the page before or after, of the same passage."""
    press = Press(Do.SHOW_PASSAGE, 7, 2)
    row = turning(press, page, count, SAY)
    assert presses_of((row,)) == [Press(Do.SHOW_PASSAGE, 7, 2, to) for to in turns]


def test_there_is_a_way_back() -> None:
    """From whatever a button showed, one comes back to the answer."""
    assert decode(back_button(7, SAY).data) == Press(Do.SHOW_ANSWER, 7)


def test_a_watch_can_be_ended_where_it_is_told_of() -> None:
    """One alone, and each of a list by its number."""
    assert presses_of(watch_keyboard(5, SAY)) == [Press(Do.END_WATCH, 5)]
    keyboard = watches_keyboard([5, 9], SAY)
    assert labels(keyboard) == [["🔕 Stop watching 1"], ["🔕 Stop watching 2"]]
    ended = [Press(Do.END_WATCH, 5, item=1), Press(Do.END_WATCH, 9, item=1)]
    assert presses_of(keyboard) == ended  # so that the list is renewed, not the notice


def test_every_id_of_an_answer_fits() -> None:
    """The ids that are given out are among those that a button carries."""
    assert all(decode(encode(Press(Do.HELPFUL, new_answer_id()))) for _ in range(100))
