"""Addresses: which become links, and how they lead to the very words."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.display.links import (
    MAX_EXACT_CHARS,
    MAX_URL_CHARS,
    address_of_words,
    is_linkable,
)
from tests.messenger.generated_answers import ADDRESSES, LONG_ADDRESSES, PIECES

PAGE = "https://news.example/bridge"


def directive(words: str, url: str = PAGE) -> str:
    """The text directive of an address of these words."""
    address = address_of_words(url, words)
    assert address
    return address.partition(":~:")[2]


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example",
        "HTTP://news.example:8080/a?b=c&d=%20#e",
        "https://новости.example/мост",
        "https://news.example/?q=\"'<>",
        "https://[2001:db8::1]/a",
        "https://a_b.news.example./x",
    ],
)
def test_what_can_be_a_link(url: str) -> None:
    """Addresses of the web, in any script."""
    assert is_linkable(url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "news.example",
        "javascript:alert(1)",
        "ftp://news.example/",
        "tg://user?id=1",
        "https://",
        "https://localhost/",
        "https://news.example:0/",
        "https://news.example:65536/",
        "https://user:secret@news.example/",
        "https://news.example\\@evil.example/",
        "https://a b.example/",
        "https://news.example/a b",
        "https://news.example/\n",
        "https://news.example/\u202etxt",
        "https://news.example/\ud800",
        "https://news.example/" + "y" * MAX_URL_CHARS,
    ],
)
def test_what_cannot_be_a_link(url: str | None) -> None:
    """What Telegram would drop, could not send, or what does not lead where it seems to."""
    assert not is_linkable(url)
    assert address_of_words(url, "Some words.") is None


def test_a_short_quotation_is_spelled_out() -> None:
    """The dash, the comma and the ampersand, which mean something here, are encoded, too."""
    assert address_of_words(PAGE, "Well-known, A&B: “4,000”!") == (
        f"{PAGE}#:~:text=Well%2Dknown%2C%20A%26B%3A%20%E2%80%9C4%2C000%E2%80%9D%21"
    )


def test_blanks_are_collapsed() -> None:
    """A browser sees one blank where a text has several."""
    assert directive("Two   blanks\u00a0and\ttabs ") == "text=Two%20blanks%20and%20tabs"


def test_a_long_quotation_is_named_by_its_beginning_and_end() -> None:
    """A few words of each are enough."""
    words = " ".join(f"word{n}" for n in range(100))
    assert directive(words) == (
        "text=word0%20word1%20word2%20word3%20word4,word95%20word96%20word97%20word98%20word99"
    )


def test_a_quotation_of_several_paragraphs_is_named_by_its_beginning_and_end() -> None:
    """A browser finds one text only within one paragraph."""
    assert directive("First paragraph.\n\nAnd the second.") == (
        "text=First%20paragraph.,And%20the%20second."
    )


def test_a_long_text_without_blanks_is_named_by_a_few_characters() -> None:
    """Chinese is cut after a stop, where there is one near."""
    first, last = unquote(directive("雨" * 35 + "。" + "云" * 70 + "。" + "风" * 35)).split(",")
    assert first == "text=" + "雨" * 35 + "。"
    assert last == "风" * 35


def test_a_fragment_is_kept() -> None:
    """The place in the page stays, an earlier text directive goes."""
    assert address_of_words(f"{PAGE}#part", "Ada") == f"{PAGE}#part:~:text=Ada"
    assert address_of_words(f"{PAGE}#part:~:text=old", "Ada") == f"{PAGE}#part:~:text=Ada"
    assert address_of_words(f"{PAGE}#:~:text=old", "Ada") == f"{PAGE}#:~:text=Ada"


def test_an_address_that_has_no_room_for_words_stays_as_it_is() -> None:
    """A link to the article is better than none."""
    url = f"{PAGE}?{'y' * (MAX_URL_CHARS - 100)}"
    assert address_of_words(url, "word " * 20) == url


@pytest.mark.parametrize("words", ["", " \n "])
def test_no_words_make_no_directive(words: str) -> None:
    """An empty directive would mark nothing."""
    assert address_of_words(f"{PAGE}#a", words) == f"{PAGE}#a"


texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=80).map("".join)


@given(st.sampled_from((*ADDRESSES, *LONG_ADDRESSES)), texts)
def test_whatever_is_quoted_an_address_is_one(url: str | None, words: str) -> None:
    """An address stays one that Telegram takes, and names words of the quotation only."""
    address = address_of_words(url, words)
    assert (address is None) == (not is_linkable(url))
    if url and address and address != url:
        assert is_linkable(address)
        text = address.partition(":~:text=")[2]
        assert "-" not in text
        assert "&" not in text
        quoted = "".join(words.encode("utf-8", "replace").decode().split())
        first, *last = ("".join(unquote(part).split()) for part in text.split(","))
        assert quoted.startswith(first)
        assert quoted.endswith("".join(last) or first)
        assert last or len(words.strip()) >= len(first)
        assert not last or len(first) <= MAX_EXACT_CHARS
