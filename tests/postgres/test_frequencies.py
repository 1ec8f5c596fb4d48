"""How rare words are in an index that is too large to count everything in it."""

from pathlib import Path

import pytest

from index.filters import Filters
from index.location import Location, read_location
from index.postgres import frequencies, searching
from index.postgres.frequencies import Frequencies
from index.postgres.store import PostgresStore
from tests.support import build, open_library, write_files

ARTICLES = 400
# By how many articles each word is in one of them.
EVERY = {"ferry": 1, "harbour": 3, "storm": 8, "zebra": 100}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Articles of one chunk each."""
    return write_files(
        tmp_path / "articles",
        {
            f"{n}.txt": " ".join([f"number{n}"] + [w for w, each in EVERY.items() if n % each == 0])
            for n in range(ARTICLES)
        },
    )


@pytest.fixture
def place(database_url: str, articles: Path) -> Location:
    """An index of them in a database."""
    place = read_location(database_url)
    build(articles, place)
    return place


@pytest.fixture
def large(place: Location, monkeypatch: pytest.MonkeyPatch) -> Frequencies:
    """What is known of it, if it counts as a large one."""
    monkeypatch.setattr(frequencies, "COUNTED", 50)
    store = open_library(place).store
    assert isinstance(store, PostgresStore)
    return Frequencies(store)


def chunks_of(known: Frequencies, word: str) -> int:
    """How many chunks are thought to hold a word."""
    ((one),) = known.words([word])
    return one.chunks


def test_common_words_are_known_and_rare_ones_counted(large: Frequencies) -> None:
    """As many chunks as hold them, within the precision of the planner's statistics."""
    assert not large.counted
    assert large.spread.chunks == ARTICLES
    for word, each in EVERY.items():
        assert chunks_of(large, word) == pytest.approx(ARTICLES / each, rel=0.05)
    assert chunks_of(large, "number7") == 1
    assert chunks_of(large, "nowhere") == 0


def test_a_word_is_counted_only_so_far(large: Frequencies, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond, it is somewhere between that and the rarest word of the planner's."""
    monkeypatch.setattr(frequencies, "COUNTED_OF_A_WORD", 30)
    monkeypatch.setattr(large, "_common", {"ferri": 1.0, "harbour": 0.3})
    assert 30 < chunks_of(large, "storm") < 120
    assert chunks_of(large, "zebra") == 4
    monkeypatch.setattr(large, "_common", {})
    assert chunks_of(large, "storm") == 30


def test_a_large_index_finds_what_a_folder_finds(
    place: Location, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that are everywhere only add to what the rare ones find."""
    monkeypatch.setattr(frequencies, "COUNTED", 50)
    monkeypatch.setattr(searching, "CANDIDATES", 60)
    build(articles, tmp_path / "index")
    texts = []
    for where in (place, tmp_path / "index"):
        library = open_library(where)
        hits = library.matching(["ferry", "zebra", "storm", "number8"], 4, Filters())
        chunks = library.chunks([number for number, _ in hits], Filters())
        found = [library.article(chunk.article_id) for chunk in chunks]
        texts.append([article.text for article in found if article])
    assert texts[0] == texts[1]
    assert texts[0][0] == "number8 ferry storm"
