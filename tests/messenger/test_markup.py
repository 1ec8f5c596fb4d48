"""Splitting rich text into messages: borders, limits, and no character lost or repeated."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messenger.display.markup import (
    BOLD,
    CODE,
    QUOTE,
    UNDERLINE,
    Block,
    Run,
    link_tag,
    marked,
    split_messages,
    to_html,
)
from tests.messenger.generated_answers import PIECES
from tests.messenger.pages_as_read import read, seen, stretches
from tests.telegram_server import parse_html, utf16_units

LINK = link_tag("https://news.example/?a=1&b=%22")
assert LINK is not None

LONG_LINKS = [link_tag(f"https://news.example/{n}?{'&' * 1500}") for n in range(9)]

tags = st.sampled_from([(), (BOLD,), (QUOTE,), (QUOTE, BOLD), (CODE,), (LINK,), (LINK, BOLD)])
texts = st.builds(
    lambda piece, times: piece * times,
    st.lists(st.characters() | st.sampled_from(" \n.&<") | st.sampled_from(PIECES)).map("".join),
    st.sampled_from([1, 1, 1, 30, 900]),
)
blocks = st.lists(st.builds(Run, texts, tags), max_size=6).map(tuple)


def shown(messages: list[str]) -> list[str]:
    """What the readers of these messages see."""
    return [parse_html(message)[0] for message in messages]


@given(st.lists(blocks, max_size=4))
@example([(Run(" " * 9000 + "x"),)])
@example([(Run("x" + "\n" * 9000 + "x", (QUOTE,)),)])
@example([tuple(Run("x", (BOLD,) if n % 2 else (CODE,)) for n in range(350))])
@example([(Run("&" * 9000, (QUOTE,)),)])
@example([tuple(Run("x", (link,)) for link in LONG_LINKS if link)])
@example([(Run("\u200d" * 9000 + "x" + "\u0301" * 9000, (QUOTE,)),)])
@example([(Run("\ud83d\ude00" * 3000),)])
def test_messages_are_valid_and_hold_every_visible_character_once(article: list[Block]) -> None:
    """Any rich text becomes messages within all limits, nothing visible lost or repeated."""
    texts = [read(message)[0] for message in split_messages(article)]
    plain = "".join(run.text for block in article for run in block)
    assert seen("".join(texts)) == seen(plain)


def test_long_text_is_cut_between_paragraphs_first() -> None:
    """A paragraph border beats sentence borders that would fill the message better."""
    text = "First sentence. " * 180 + "\n\n" + "Second one. " * 180
    first, second = shown(split_messages([(Run(text),)]))
    assert first.endswith("First sentence. \n\n")
    assert second.startswith("Second one.")


@pytest.mark.parametrize(
    ("sentence", "end"),
    [("It rained all day. ", "day. "), ("“He asked me (why).” ", ".” "), ("下雨了。", "。")],
)
def test_long_paragraphs_are_cut_between_sentences(sentence: str, end: str) -> None:
    """A sentence stays whole where a message can end after one."""
    first, *_ = shown(split_messages([(Run(sentence * 2000),)]))
    assert first.endswith(end)
    assert utf16_units(first) > 4000


def test_long_sentences_are_cut_between_words() -> None:
    """A word stays whole where a message can end after one."""
    first, *_ = shown(split_messages([(Run("word " * 2000),)]))
    assert first == "word " * 819


def test_a_surrogate_pair_is_never_cut() -> None:
    """A character outside the basic plane counts two units and stays whole."""
    messages = shown(split_messages([(Run("x" + "😀" * 3000),)]))
    assert "".join(messages) == "x" + "😀" * 3000
    assert utf16_units(messages[0]) == 4095


def test_a_long_quotation_goes_on_in_a_quotation() -> None:
    """Each message has its own closed blockquote, inner formatting included."""
    messages = split_messages([(Run("q" * 4000, (QUOTE,)), Run("b" * 400, (QUOTE, BOLD)))])
    assert messages == [
        f"<blockquote expandable>{'q' * 4000}<b>{'b' * 96}</b></blockquote>",
        f"<blockquote expandable><b>{'b' * 304}</b></blockquote>",
    ]


def test_a_block_moves_whole_to_the_next_message() -> None:
    """A block that fits a message of its own is not cut to fill the one before."""
    messages = shown(split_messages([(Run("One. " * 500),), (Run("Two. " * 500),)]))
    assert messages == ["One. " * 500, "Two. " * 500]


def test_a_block_that_must_be_cut_goes_on_where_the_one_before_ended() -> None:
    """A heading is not left alone because a long quotation follows."""
    messages = shown(split_messages([(Run("A heading"),), (Run("Rain. " * 1000),)]))
    assert len(messages) == 2
    assert messages[0].startswith("A heading\n\nRain. ")


def test_shared_tags_are_opened_once() -> None:
    """A bold word within a quotation does not end the quotation."""
    runs = (Run("a ", (QUOTE,)), Run("", (CODE,)), Run("b", (QUOTE, BOLD)), Run(" c", (QUOTE,)))
    assert to_html(runs) == "<blockquote expandable>a <b>b</b> c</blockquote>"


def test_a_lone_surrogate_does_not_stop_a_message() -> None:
    """Half a pair, which UTF-8 cannot carry, is replaced and not sent."""
    assert split_messages([(Run("a\ud800b"),)]) == ["a?b"]


def test_nothing_visible_makes_no_message() -> None:
    """Telegram refuses empty messages, so none is made."""
    assert split_messages([(Run(" \n"),), ()]) == []


@pytest.mark.parametrize("text", [" \n", "\u200b\u200d\ufeff", "\x00", "\u2800"])
def test_what_is_not_seen_makes_no_message(text: str) -> None:
    """Telegram takes blanks, joiners and controls alone for an empty message."""
    assert split_messages([(Run(text, (BOLD,)),)]) == []


@pytest.mark.parametrize("letter", ["👨‍👩‍👧‍👦", "🇫🇷", "Z̸̡͚͛̿", "क्षि", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
@pytest.mark.parametrize("shift", range(4))
def test_what_is_one_letter_to_the_eye_is_not_cut(letter: str, shift: int) -> None:
    """An emoji family, a flag, a letter with its marks end up in one message."""
    messages = shown(split_messages([(Run("x" * shift + letter * 2500),)]))
    assert len(messages) > 1
    assert [len(message.lstrip("x")) % len(letter) for message in messages] == [0] * len(messages)
    assert all(utf16_units(message) > 4096 - 20 for message in messages[:-1])


def test_stretches_are_marked_where_they_stand() -> None:
    """Marks may lie in each other and across each other; every character stays once."""
    runs = marked("abcdefgh", [(1, 6, UNDERLINE), (3, 8, BOLD)], (QUOTE,))
    assert "".join(run.text for run in runs) == "abcdefgh"
    assert stretches(to_html(runs)) == [
        ("expandable_blockquote", "abcdefgh"),
        ("underline", "bcdef"),
        ("bold", "def"),
        ("bold", "gh"),
    ]


@pytest.mark.parametrize("mark", [(-5, 0), (8, 99), (5, 3), (4, 4), (-9, -2), (99, 100)])
def test_a_mark_beyond_the_text_is_passed_over(mark: tuple[int, int]) -> None:
    """Offsets of something else never garble a text."""
    assert to_html(marked("abcdefgh", [(*mark, BOLD)])) == "abcdefgh"


def test_a_mark_that_runs_over_the_end_ends_there() -> None:
    """A quotation that begins on one page and ends on the next is marked on both."""
    assert to_html(marked("abcd", [(-3, 2, BOLD)])) == "<b>ab</b>cd"
    assert to_html(marked("abcd", [(2, 9, BOLD)])) == "ab<b>cd</b>"
    assert marked("", [(0, 1, BOLD)]) == ()


def test_a_long_text_is_split_in_time_that_grows_with_it() -> None:
    """A megabyte takes a moment: what is behind a cut is not looked at before it."""
    text = "It rained all day. " * 50_000
    began = time.process_time()
    messages = split_messages([(Run(text),)])
    assert time.process_time() - began < 5
    assert "".join(shown(messages)) == text
