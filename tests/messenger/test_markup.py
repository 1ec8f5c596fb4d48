"""Splitting rich text into messages: borders, limits, and no character lost or repeated."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messenger.markup import BOLD, CODE, QUOTE, Block, Run, link_tag, split_messages, to_html
from tests.telegram_server import parse_html, utf16_units

LINK = link_tag("https://news.example/?a=1&b=%22")
assert LINK is not None

LONG_LINKS = [link_tag(f"https://news.example/{n}?{'&' * 1500}") for n in range(9)]

tags = st.sampled_from([(), (BOLD,), (QUOTE,), (QUOTE, BOLD), (CODE,), (LINK,), (LINK, BOLD)])
texts = st.builds(
    lambda piece, times: piece * times,
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]) | st.sampled_from(" \n.&<")),
    st.sampled_from([1, 1, 1, 30, 900]),
)
blocks = st.lists(st.builds(Run, texts, tags), max_size=6).map(tuple)


def shown(messages: list[str]) -> list[str]:
    """What the readers of these messages see."""
    return [parse_html(message)[0] for message in messages]


def without_space(text: str) -> str:
    """The visible characters of a text."""
    return "".join(text.split())


@given(st.lists(blocks, max_size=4))
@example([(Run(" " * 9000 + "x"),)])
@example([(Run("x" + "\n" * 9000 + "x", (QUOTE,)),)])
@example([tuple(Run("x", (BOLD,) if n % 2 else (CODE,)) for n in range(350))])
@example([(Run("&" * 9000, (QUOTE,)),)])
@example([tuple(Run("x", (link,)) for link in LONG_LINKS if link)])
def test_messages_are_valid_and_hold_every_visible_character_once(article: list[Block]) -> None:
    """Any rich text becomes messages within all limits, nothing visible lost or repeated."""
    messages = split_messages(article)
    for message in messages:
        text, entities = parse_html(message)
        assert text.strip()
        assert utf16_units(text) <= 4096
        assert len(entities) <= 100
        assert len(message.encode()) <= 32_768
    plain = "".join(run.text for block in article for run in block)
    assert without_space("".join(shown(messages))) == without_space(plain)


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
