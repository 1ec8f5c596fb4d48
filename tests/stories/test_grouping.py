"""Copies form a story, whatever the order in which articles come and go."""

import random
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.sql import SqliteConnection
from index.stories import grouping as module
from index.stories.grouping import SCHEMA, Stories
from index.stories.revisions import carries
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

TEXTS = {
    "flood": FLOOD,
    "flood, corrected": FLOOD.replace("3,000", "4,000"),
    "flood, edited": replaced(FLOOD, 0.1),
    "flood, short": first_paragraphs(FLOOD, 2),
    "flood, shorter": first_paragraphs(FLOOD, 1) + " " + FLOOD.split("\n\n")[1][:80],
    "strike": STRIKE,
    "strike, headed": together("Ferries stay in port", STRIKE, NOTICE),
    "comet": OBSERVATORY,
    "digest": together(first_paragraphs(FLOOD, 3), STRIKE, first_paragraphs(OBSERVATORY, 3)),
    "notice": NOTICE,
    "made, with notice": together(made_article(4), NOTICE),
    "made, with brief and notice": together(made_article(5, 400), made_article(6, 40), NOTICE),
    "brief": made_article(6, 40),
    "bridge": CHINESE,
    "bridge, trimmed": CHINESE[:120],
    "bridge in Thai": THAI,
    "no words": "😀 …",
}


def opened(path: Path, isolation: str | None = None) -> SqliteConnection:
    """A connection to a file."""
    return sqlite3.connect(path, isolation_level=isolation, factory=SqliteConnection)  # type: ignore[arg-type]


def new_stories() -> Stories:
    """Empty stories in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=SqliteConnection)
    connection.executescript(SCHEMA)
    return Stories(connection)


def filled(texts: Mapping[str, str]) -> Stories:
    """Stories of some articles, in the order given."""
    stories = new_stories()
    for article_id, text in texts.items():
        stories.add(article_id, text)
    return stories


def grouping(stories: Stories, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every story by its id; each has its members' smallest id, and they agree on it."""
    found = {}
    for name in names:
        story_id = stories.story(name)
        assert story_id is not None
        found[story_id] = stories.members(story_id)
        assert name in found[story_id]
        assert story_id == min(found[story_id])
    return found


def test_reprints_are_one_story_and_others_stay_apart() -> None:
    """Editing, trimming and a correction leave one source; unlike articles are several."""
    found = grouping(filled(TEXTS), TEXTS)
    floods = tuple(sorted(name for name in TEXTS if name.startswith("flood")))
    assert found["flood"] == floods
    assert found["bridge"] == ("bridge", "bridge, trimmed")
    assert found["comet"] == ("comet",)
    assert {"bridge in Thai", "no words", "made, with notice"} <= set(found)


def test_a_digest_is_in_the_story_of_its_greatest_part_only() -> None:
    """A page with three reports does not make them one story; what it holds can be asked for."""
    stories = filled(TEXTS)
    assert stories.story("digest") == stories.story("strike") != stories.story("flood")
    assert stories.copies("digest")["flood, short"].share_other == 1


def test_a_notice_does_not_join_the_articles_of_its_publisher() -> None:
    """A page that holds the notice alone is a part of all of them, and ties none together."""
    articles = {f"{n}": together(made_article(n, 150 + n), NOTICE) for n in range(8)}
    found = grouping(filled({**articles, "notice": NOTICE}), articles)
    assert sorted(map(len, found.values())) == [1] * 7 + [2]


def test_the_earliest_that_carries_a_quotation_can_be_cited() -> None:
    """A correction is in the story, but whoever quotes its number finds it alone."""
    stories = filled(TEXTS)
    members = stories.members(str(stories.story("flood")))
    quote = "drove 4,000 people from their homes"
    assert [name for name in members if carries(TEXTS[name], quote)] == ["flood, corrected"]
    assert stories.copies("flood")["flood, corrected"].changed == 1


@given(st.permutations(sorted(TEXTS)))
@settings(max_examples=15)
def test_stories_do_not_depend_on_the_order_of_arrival(names: list[str]) -> None:
    """Any order of the same articles gives the same stories with the same ids."""
    stories = filled({name: TEXTS[name] for name in names})
    assert grouping(stories, names) == grouping(filled(TEXTS), TEXTS)


@given(st.lists(st.sampled_from(sorted(TEXTS)), max_size=25), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_articles_that_went_leave_no_trace(names: list[str], rng: random.Random) -> None:
    """After articles came, changed and went, the stories are those of what is left."""
    stories, left = new_stories(), dict[str, str]()
    for name in names:
        if name in left and rng.random() < 0.7:
            stories.remove(name)
            del left[name]
        else:
            left[name] = TEXTS[rng.choice(sorted(TEXTS))]
            stories.add(name, left[name])
    anew = filled(left)
    assert grouping(stories, left) == grouping(anew, left)
    assert all(stories.copies(name) == anew.copies(name) for name in left)


def test_removing_the_way_between_two_copies_parts_them() -> None:
    """Two edits of one report that are too far from each other are held together by it alone."""
    words = made_article(1).split()
    ends = {
        "a": " ".join(words[40:]) + " " + made_article(2, 40),
        "b": made_article(3, 40) + " " + " ".join(words[:-40]),
    }
    stories = filled({**ends, "middle": " ".join(words)})
    assert stories.members("a") == ("a", "b", "middle")
    stories.remove("middle")
    assert stories.members("a") == ("a",)
    assert stories.members("b") == ("b",)


def test_what_a_removed_article_kept_apart_comes_together() -> None:
    """A page follows its greatest part; once that is gone, it is in the story of the next."""
    names = ("brief", "made, with brief and notice", "made, with notice", "notice")
    stories = filled({name: TEXTS[name] for name in names})
    assert grouping(stories, names) == {
        "brief": names[:1],
        names[1]: names[1:2],
        names[2]: names[2:],
    }
    stories.remove("notice")
    assert stories.members("brief") == names[:2]


def test_adding_again_changes_nothing_unless_the_words_differ() -> None:
    """A second build adds nothing; an article with another text leaves its story."""
    stories = filled({"a": FLOOD, "b": FLOOD})
    assert stories.add("a", FLOOD.upper()) == "a"
    assert stories.members("a") == ("a", "b")
    assert stories.add("a", STRIKE) == "a"
    assert stories.members("a") == ("a",)
    assert stories.story("b") == "b"


def test_what_is_not_there_has_no_story() -> None:
    """Unknown articles are passed over."""
    stories = new_stories()
    stories.remove("nobody")
    assert stories.story("nobody") is None
    assert stories.members("nobody") == ()
    assert stories.copies("nobody") == {}


def test_beyond_the_limits_copies_still_find_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty copies with room for three candidates are one story, in any order."""
    monkeypatch.setattr(module, "MAX_CANDIDATES", 3)
    monkeypatch.setattr(module, "MAX_HOLDERS", 5)
    names = [f"{number:02}" for number in range(40)]
    for seed in range(3):
        shuffled = random.Random(seed).sample(names, len(names))
        stories = filled({name: replaced(FLOOD, 0.05, int(name)) for name in shuffled})
        assert stories.members("00") == tuple(names)


@pytest.mark.parametrize("isolation", [None, "", "IMMEDIATE"])
def test_a_failure_writes_nothing(tmp_path: Path, isolation: str | None) -> None:
    """An article that cannot be written whole is not written at all."""
    path = tmp_path / "stories.sqlite"
    with closing(opened(path, isolation)) as connection:
        connection.executescript(SCHEMA)
        stories = Stories(connection)
        stories.add("a", FLOOD)
        connection.commit()
        before = list(connection.iterdump())
        connection.set_authorizer(
            lambda action, table, *_: (
                sqlite3.SQLITE_DENY
                if (action, table) == (sqlite3.SQLITE_INSERT, "story_pairs")
                else sqlite3.SQLITE_OK
            )
        )
        with pytest.raises(sqlite3.DatabaseError):
            stories.add("b", FLOOD)
        connection.set_authorizer(None)
        connection.commit()
        assert list(connection.iterdump()) == before


def test_stories_are_kept_in_the_file(tmp_path: Path) -> None:
    """What one connection has written another reads, and goes on with."""
    path = tmp_path / "stories.sqlite"
    with closing(
        sqlite3.connect(path, isolation_level=None, factory=SqliteConnection)
    ) as connection:
        connection.executescript(SCHEMA)
        Stories(connection).add("b", FLOOD)
    with closing(
        sqlite3.connect(path, isolation_level=None, factory=SqliteConnection)
    ) as connection:
        assert Stories(connection).add("a", TEXTS["flood, edited"]) == "a"
        assert Stories(connection).members("a") == ("a", "b")


def test_removing_everything_empties_the_tables() -> None:
    """No row is left of articles that are gone."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=SqliteConnection)
    connection.executescript(SCHEMA)
    stories = Stories(connection)
    for name, text in TEXTS.items():
        stories.add(name, text)
    for name in TEXTS:
        stories.remove(name)
    for table in ("articles", "signatures", "keys", "pairs"):
        assert connection.execute(f"SELECT count(*) FROM story_{table}").fetchone() == (0,)
