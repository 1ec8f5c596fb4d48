"""What an entry means: its address, its dates, whether it was taken back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web.feed_entries import (
    MAX_LABEL_CHARS,
    FeedEntry,
    as_html,
    bury,
    distinct,
    feed_date,
    finished,
    resolved,
)

BASE = "https://news.example/feeds/world.xml"


@pytest.mark.parametrize(
    ("title", "withdrawn"),
    [
        ("WITHDRAWN: Harbour falls silent", True),
        ("Withdrawn - Harbour falls silent", True),
        ("[Retracted] Harbour falls silent", True),
        ("(RETRACTED) Harbour falls silent", True),
        ("Retracted – Harbour falls silent", True),
        ("withdrawn | Harbour falls silent", True),
        ("Withdrawn troops reach the harbour", False),
        ("Troops withdrawn: the harbour falls silent", False),
        ("Retraction of a bill", False),
        ("Half-withdrawn", False),
        ("", False),
    ],
)
def test_titles_that_mark_an_article_as_withdrawn(title: str, withdrawn: bool) -> None:
    """The word stands first and apart; in a sentence it means something else."""
    assert finished(FeedEntry(title=title), BASE, []).withdrawn is withdrawn


def test_categories_that_mark_an_article_as_withdrawn() -> None:
    """The whole category, in any case; one that merely contains the word does not."""
    entry = FeedEntry(title="Harbour falls silent")
    assert finished(entry, BASE, ["World", " Retracted "]).withdrawn
    assert not finished(entry, BASE, ["World", "Troops withdrawn"]).withdrawn


def test_an_entry_without_an_id_gets_one_that_stays() -> None:
    """Its address, or else something made of what it says."""
    assert finished(FeedEntry(url="../a"), BASE, []).id == "https://news.example/a"
    first, again, other = (
        finished(FeedEntry(title=title), BASE, []).id for title in ("A", "A", "B")
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("stated", "url"),
    [
        ("/a#part", "https://news.example/a"),
        ("?page=2", "https://news.example/feeds/world.xml?page=2"),
        ("//other.example:8000/ä", "https://other.example:8000/%C3%A4"),
        ("javascript:alert(1)", None),
        ("mailto:desk@news.example", None),
        ("http://[", None),
        ("http://ann:secret@news.example/", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses_are_resolved(stated: str | None, url: str | None) -> None:
    """Relative ones in full; what is not of the web is none."""
    assert resolved(BASE, stated) == url


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        ("2024-12-21", "2024-12-21"),
        ("2024-12-21T01:00:00+03:00", "2024-12-21T01:00:00+03:00"),
        ("2024-12-21T01:00Z", "2024-12-21T01:00:00+00:00"),
        ("20241221T010000Z", "2024-12-21T01:00:00+00:00"),
        ("Sat, 21 Dec 2024 01:00:00 +0300", "2024-12-21T01:00:00+03:00"),
        ("21 Dec 2024 01:00 EST", "2024-12-21T01:00:00-05:00"),
        (" Sat, 21 Dec 2024 01:00:00 GMT ", "2024-12-21T01:00:00+00:00"),
        ("Sat, 21 Dec 2024", "2024-12-21"),
        ("0001-01-01T00:00:00Z", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("2024-13-45", None),
        ("2024", None),
        ("yesterday", None),
        ("1" * 5000, None),
        ("", None),
        (None, None),
        (20241221, None),
    ],
)
def test_dates(stated: object, date: str | None) -> None:
    """ISO 8601 and e-mail dates keep their offset, days stay days; what is neither is none."""
    assert feed_date(stated) == date


@given(st.text(max_size=60))
def test_any_date_is_a_date_or_none(stated: str) -> None:
    """Nothing is raised, and what comes out is read back."""
    date = feed_date(stated)
    assert date is None or feed_date(date) == date


def test_each_article_once() -> None:
    """Of entries with the same page the one changed last; the same id does not make them one."""
    first = FeedEntry("1", "https://x.example/a", "A", updated="2024-12-21T10:00:00+02:00")
    newer = replace(first, title="A, corrected", updated="2024-12-21T09:00:00+00:00")
    other = FeedEntry("1", "https://x.example/b", "B")
    alone = FeedEntry("2", None, "C")
    assert distinct([first, other, newer, alone, other, alone]) == (newer, other, alone)


def test_tombstones_mark_what_is_older_than_they_are() -> None:
    """An entry that changed after its tombstone lives; one that is not listed is withdrawn too."""
    old = FeedEntry("1", "https://x.example/1", updated="2024-12-20")
    new = FeedEntry("2", "https://x.example/2", updated="2024-12-22")
    undated = FeedEntry("3", "https://x.example/3")
    stones = [
        FeedEntry(name, updated="2024-12-21", withdrawn=True) for name in ("1", "2", "3", "4")
    ]
    assert bury((old, new, undated), stones) == (
        replace(old, withdrawn=True),
        new,
        replace(undated, withdrawn=True),
        stones[3],
    )


def test_a_tombstone_without_a_date_withdraws() -> None:
    """It says that the entry is deleted; when, does not matter."""
    entry = FeedEntry("1", "https://x.example/1", updated="2024-12-20")
    assert bury((entry,), [FeedEntry("1", withdrawn=True)])[0].withdrawn


def test_the_stamp_tells_changes() -> None:
    """Any change of an entry changes it, and nothing else does."""
    entry = FeedEntry("1", "https://x.example/1", "A", content="text")
    assert entry.stamp == replace(entry).stamp
    for change in ({"content": "texts"}, {"updated": "2024-12-21"}, {"title": "\ud800"}):
        assert replace(entry, **change).stamp != entry.stamp  # type: ignore[arg-type]


def test_what_is_shown_and_stored_is_one_line_that_can_be() -> None:
    """No terminal codes, no lone surrogates, no line ends, no novel."""
    entry = finished(FeedEntry("a\ud800b", title="\x1b[2JA\n B\u200b" + "c" * 9999), BASE, [])
    assert (entry.id, entry.title) == ("ab", "[2JA B" + "c" * (MAX_LABEL_CHARS - 9))


def test_plain_text_as_html() -> None:
    """Paragraphs stay paragraphs and brackets stay brackets."""
    assert as_html("5 < 6 & so\non\n\n \nNext") == "<p>5 &lt; 6 &amp; so\non</p><p>Next</p>"
    assert as_html(" \n ") == ""
