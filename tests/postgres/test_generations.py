"""What a generation in a database leaves on the machine that makes it, and tells the planner."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from index.copying import copy_index
from index.errors import ModelError
from index.intake import Progress
from index.location import Location, read_location
from index.postgres.models import LEFT_S, new_models_folder
from index.writer import IndexWriter
from tests.support import RECIPE, build, open_library, write_files

ANALYSED = "SELECT reltuples FROM pg_class WHERE oid = CAST('chunks' AS REGCLASS)"


@pytest.fixture
def place(database_url: str) -> Location:
    """A database without an index."""
    return read_location(database_url)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where models are kept on this machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "dateline" / "models"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of articles."""
    return write_files(
        tmp_path / "articles", {f"{n}.txt": f"The ferry {n} sailed." for n in range(9)}
    )


def test_what_a_build_needs_of_models_is_not_left(
    place: Location, cache: Path, articles: Path
) -> None:
    """Whether it was ended or failed; what is searched is fetched from the database."""
    build(articles, place)
    assert list(cache.iterdir()) == []
    open_library(place)
    assert len(list(cache.iterdir())) == 1

    def fails(*_: object) -> None:
        raise ModelError("it cannot be used.")

    writer = IndexWriter(place, replace(RECIPE, prepare=fails))
    with pytest.raises(ModelError), writer.changing(rebuild=True):
        pass
    assert len(list(cache.iterdir())) == 1


def test_what_the_killed_have_left_goes_after_a_week(cache: Path) -> None:
    """And what may still be made stays."""
    old, young = new_models_folder(), new_models_folder()
    long_ago = time.time() - LEFT_S - 60
    os.utime(old, (long_ago, long_ago))
    newest = new_models_folder()
    assert sorted(cache.iterdir()) == sorted([young, newest])


def test_the_planner_knows_a_copy(place: Location, articles: Path, tmp_path: Path) -> None:
    """As it knows what was built: which words are frequent is told by its statistics."""
    build(articles, tmp_path / "index")
    copy_index(tmp_path / "index", place, Progress())
    copied = open_library(place).store
    assert copied.rows(ANALYSED) == [(9.0,)]
    other = read_location(f"{place.url}?schema=other")  # type: ignore[union-attr]
    copy_index(place, other, Progress())
    assert open_library(other).store.rows(ANALYSED) == [(9.0,)]


def test_the_planner_is_told_of_growth(place: Location, articles: Path) -> None:
    """After a tenth more chunks, not after each article."""
    build(articles, place)
    write_files(articles, {f"{n}.txt": f"The bus {n} left." for n in range(20, 40)})
    build(articles, place)
    store = open_library(place).store
    assert store.rows(ANALYSED) == [(29.0,)]
    write_files(articles, {"one.txt": "The plane has landed."})
    build(articles, place)
    assert store.rows(ANALYSED) == [(29.0,)]
