"""Canonical text is one form of many writings, and the identity of an article."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.articles import article_id, canonical_text
from index.formats.files import parse_article

any_text = st.text(
    st.characters() | st.sampled_from(" \t\n\r\x00\x0b\x0c\x1c\x85\u00a0\u2028\u200b\ufeff\u0301e")
)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("one\r\ntwo\rthree\u2028four\u2029five\x85six\x0bseven\x0ceight", None),
        ("\ufeffzero\u200b-width and soft\u00adhyphen\u2060", "zero-width and softhyphen"),
        ("bell\x07 and null\x00", "bell and null"),
        ("e\u200b\u0301", "\u00e9"),
        ("trailing  \t\nblanks\u00a0\u3000", "trailing\nblanks"),
        ("far\n\n\n \n\napart", "far\n\napart"),
        ("\n\n  indented\n", "  indented"),
        ("half a pair \ud83d.", "half a pair ."),
        (" \n\t\r\n", ""),
    ],
)
def test_many_writings_have_one_canonical_text(raw: str, canonical: str | None) -> None:
    """NFC, line feeds, no invisible characters, no trailing blanks, one blank line at most."""
    expected = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight" if canonical is None else canonical
    assert canonical_text(raw) == expected


@given(any_text)
@example("e\u200b\u0301")
@example("\r\u200b\n")
@example("\ud800\u0301")
@example(" \u200b\n \n\u200b\n\n")
def test_canonical_text_is_idempotent(raw: str) -> None:
    """Canonical text of canonical text is itself, so offsets stay true however often it is made."""
    once = canonical_text(raw)
    assert canonical_text(once) == once
    once.encode()


@given(any_text)
def test_canonical_text_loses_nothing_readable(raw: str) -> None:
    """Every letter and digit survives, in order."""

    def readable(text: str) -> list[str]:
        return [c for c in unicodedata.normalize("NFD", text) if c.isalnum()]

    assert readable(canonical_text(raw)) == readable(raw)


def test_a_million_blanks_take_no_time() -> None:
    """The time grows with the length of the text, not with its square."""
    started = time.perf_counter()
    assert len(canonical_text("a" + " " * 1_000_000 + "b")) == 1_000_002
    assert canonical_text("a\n" + "\t \n" * 300_000 + "b") == "a\n\nb"
    assert time.perf_counter() - started < 10


def test_article_id_is_a_published_function_of_the_text() -> None:
    """The id is the head of the text's SHA-256, which others can compute: `sha256sum`."""
    assert article_id("The bridge is open.") == "a406a1227220a093"
    assert article_id("The bridge is open") != article_id("The bridge is open.")


def test_article_id_depends_on_the_text_and_what_is_stated() -> None:
    """Encoding, line ends and place do not change who an article is; another publisher does."""
    matter = "---\ntitle: Bridge\nsource: Example News\n---\n"
    text = "The bridge is open.\nAll may cross."
    plain = parse_article(f"{matter}{text}\n".encode(), "a.txt")
    other = parse_article(f"{matter}{text}".replace("\n", "\r\n").encode("utf-16"), "deep/b.text")
    reprint = parse_article(text.encode(), "a.txt")
    assert plain.id == other.id == article_id(text, "Bridge", "Example News", None, None, None)
    assert plain.text == other.text == reprint.text
    assert reprint.id != plain.id
