"""Copies are counted as they stood: those that came later do not count, those that went do."""

import sqlite3

import pytest

from index.adding import withdraw
from index.filters import Filters
from index.library import Library
from index.sql import SqliteConnection
from index.standing import standing
from index.stories.grouping import SCHEMA, Stories
from tests.stories.story_texts import (
    FLOOD,
    OBSERVATORY,
    STRIKE,
    first_paragraphs,
    replaced,
    together,
)
from tests.support import build_at, open_library, write_files, writer_at

DAYS = [f"2024-05-{day:02d}" for day in range(1, 10)]


def front(source: str, day: int, text: str) -> str:
    """An article of a publisher, on a day of May 2024."""
    return f"---\nsource: {source}\ndate: 2024-05-{day:02d}\n---\n{text}"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Reports of a flood and a strike that come, are corrected, reprinted and withdrawn."""
    folder = tmp_path_factory.mktemp("reported")
    articles, index = folder / "articles", folder / "index"
    write_files(articles, {"wire.txt": front("Wire", 1, FLOOD)})
    build_at("2024-05-01", articles, index)
    write_files(
        articles,
        {
            "post.txt": front("Post", 2, replaced(FLOOD, 0.1)),
            "strike.txt": front("Sound", 2, STRIKE),
        },
    )
    build_at("2024-05-02", articles, index)
    write_files(articles, {"wire.txt": front("Wire", 3, FLOOD.replace("3,000", "4,000"))})
    build_at("2024-05-03", articles, index)
    digest = together(first_paragraphs(FLOOD, 3), STRIKE, first_paragraphs(OBSERVATORY, 3))
    write_files(articles, {"digest.txt": front("Week", 4, digest)})
    build_at("2024-05-04", articles, index)
    withdraw(writer_at("2024-05-05", index), ["post.txt"])
    write_files(articles, {"late.txt": front("Late", 6, first_paragraphs(FLOOD, 4))})
    build_at("2024-05-06", articles, index)
    withdraw(writer_at("2024-05-07", index), ["wire.txt", "strike.txt"])
    write_files(articles, {"mail.txt": front("Mail", 8, replaced(STRIKE, 0.05, 3))})
    build_at("2024-05-08", articles, index)
    return open_library(index)


@pytest.mark.parametrize("day", DAYS)
def test_stories_of_a_day_are_those_of_its_articles_alone(library: Library, day: str) -> None:
    """The oracle groups the articles that stood, and nothing else, in a database of their own."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=SqliteConnection)
    connection.executescript(SCHEMA)
    alone = Stories(connection)
    stood = sorted(standing(library.store, day))
    for one in stood:
        article = library.article(one)
        assert article is not None
        alone.add(one, article.text)
    expected = {one: alone.story(one) for one in stood}
    assert library.stories(stood, Filters(as_of=day)) == expected
    for one in stood:  # whichever article is asked for
        assert library.stories([one], Filters(as_of=day)) == {one: expected[one]}


@pytest.mark.parametrize(
    ("day", "quote", "sources"),
    [
        ("2024-05-01", "drove 3,000 people from their homes", ["Wire"]),
        ("2024-05-02", "drove 3,000 people from their homes", ["Wire", "Post"]),
        ("2024-05-03", "drove 3,000 people from their homes", ["Post"]),
        ("2024-05-03", "drove 4,000 people from their homes", ["Wire"]),
        ("2024-05-05", "drove 3,000 people from their homes", []),
        ("2024-05-06", "Water stood two metres deep in the lower market", ["Wire", "Late"]),
        ("2024-05-07", "Water stood two metres deep in the lower market", ["Week", "Late"]),
    ],
)
def test_carriers_are_those_that_stood(
    library: Library, day: str, quote: str, sources: list[str]
) -> None:
    """A superseded version carries its own number on its day only; a withdrawn one, until then."""
    filters = Filters(as_of=day)
    found: set[str | None] = set()
    for one in standing(library.store, day):
        article = library.article(one)
        if article and article.source != "Week" and quote in article.text:
            carriers = library.carriers(article, quote, filters)
            assert [a.published for a in carriers] == sorted(str(a.published) for a in carriers)
            found |= {carrier.source for carrier in carriers}
    assert found == set(sources)


def test_today_and_as_of_today_agree(library: Library) -> None:
    """Once nothing is dated later, the live stories are those of the day."""
    live = [article.id for article in library.latest(99)]
    today = library.stories(live, Filters(as_of="2030-01-01"))
    groups = library.stories(live)
    assert today == groups
