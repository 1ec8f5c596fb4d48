"""Whatever a reader brings becomes an article in one way, or a reason in one sentence."""

import logging

import pytest

from index.articles import Article
from index.errors import ArticleError
from index.formats import drafts
from index.formats.drafts import Draft, Nested, article_from, stated_metadata, translated
from index.metadata import Metadata

TEXT = (
    "Harbour falls silent\nBy Jane Doe\n2 May 2020\nThe ferry sailed at noon, said the mayor of it."
)


def test_the_format_comes_first_then_the_text_then_what_is_assumed() -> None:
    """Each fills only what the ones before it leave open."""
    stated = Metadata(title="A  title\nof two lines", url="https://www.gazette.example/a")
    assumed = Metadata(title="x", author="x", published="1999-01-01", source="Example Gazette")
    article = article_from(Draft(TEXT, stated, assumed), "a.txt")
    assert article == Article(
        article.id,
        TEXT,
        "a.txt",
        "A title of two lines",
        "Example Gazette",
        "Jane Doe",
        "2020-05-02",
        "https://www.gazette.example/a",
        "en",
    )


def test_the_host_of_the_address_is_the_last_resort_for_a_source() -> None:
    """An address names its publisher where nothing else does, if it is one."""
    for url, source in (("https://www.gazette.example/a", "gazette.example"), ("http://[", None)):
        assert article_from(Draft("Text.", Metadata(url=url)), "a.txt").source == source


def test_values_that_are_none_are_dropped() -> None:
    """Blanks, control characters alone, and a page of text are no title."""
    for value in (" ", "\u200b", "x" * 501):
        assert article_from(Draft("Text.", Metadata(title=value)), "a.txt").title is None


def test_text_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is no article, and neither is a library."""
    with pytest.raises(ArticleError, match="holds no text"):
        article_from(Draft(" \n\u200b"), "a.txt")
    monkeypatch.setattr(drafts, "MAX_CHARS", 10)
    with pytest.raises(ArticleError, match="holds more than 0 million characters"):
        article_from(Draft("Text, text."), "a.txt")


@pytest.mark.parametrize("key", ["date_published", "datePublished", "Date-Published", "PUBDATE"])
def test_keys_are_known_in_any_writing(key: str) -> None:
    """Blanks, hyphens, underscores and capitals make no difference."""
    assert stated_metadata({key: "Dec 21, 2024 9:55 AM EST"}) == Metadata(
        published="2024-12-21T09:55:00-05:00"
    )


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (ValueError("bad \n  byte " + "x" * 500), "cannot be read as a PDF file (bad byte xxx"),
        (KeyError(), "cannot be read as a PDF file (KeyError)"),
        (AssertionError(), "cannot be read as a PDF file (AssertionError)"),
        (RecursionError(), "is nested too deeply to be read as a PDF file"),
        (MemoryError(), "holds too much to be read as a PDF file"),
        (ArticleError("holds no text"), "holds no text"),
    ],
)
def test_whatever_a_parser_raises_is_one_sentence(raised: Exception, message: str) -> None:
    """The cause stays chained; a sentence of ours goes through as it is."""
    with pytest.raises(ArticleError) as error, translated("a PDF file"):
        raise raised
    assert str(error.value).startswith(message)
    assert len(str(error.value)) < 200
    assert error.value is raised or error.value.__cause__ is raised


def test_an_interrupt_is_no_broken_file() -> None:
    """Ctrl-C ends the build, whatever is being parsed."""
    with pytest.raises(KeyboardInterrupt), translated("a PDF file"):
        raise KeyboardInterrupt


def test_parsers_keep_their_warnings_to_themselves() -> None:
    """One sentence is enough; the terminal shows no other."""
    with translated("a PDF file", "some.parser"):
        assert not logging.getLogger("some.parser.inner").isEnabledFor(logging.ERROR)


def test_names_of_nested_files_are_known_in_any_case() -> None:
    """A file from Windows may shout its suffix."""
    nested = Nested((".txt", ".jsonl.gz"), lambda _raw, _path: pytest.fail("is not read"))
    assert [name for name in ("A.TXT", "b.jsonl.gz", "c.gz", "txt") if nested.reads(name)] == [
        "A.TXT",
        "b.jsonl.gz",
    ]
