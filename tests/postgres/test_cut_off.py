"""A build that was killed in a database: what it has left, the next change takes up."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.adding import add_files
from index.builder import build as build_folders
from index.checks.checking import check
from index.encoders import Encoder, EncoderCard, FloatArray
from index.filters import Filters
from index.intake import Progress
from index.location import Address, Location, read_location
from index.postgres.catalog import Catalog
from index.postgres.engine import engine_of
from index.postgres.jobs import BATCH
from index.postgres.working import Workshop
from index.writer import IndexWriter
from tests.support import RECIPE, HashEncoder, build, open_encoder, open_library, write_files

COUNT = 3 * BATCH + 5


class Cut(BaseException):
    """Ends a build as SIGKILL does: what was committed stays, and nothing is tidied up."""


class CutEncoder(HashEncoder):
    """Encodes so many batches, and not one more."""

    def __init__(self, card: EncoderCard, batches: int) -> None:
        super().__init__(card)
        self._left = batches

    def encode(self, passages: Sequence[str]) -> FloatArray:
        if not self._left:
            raise Cut
        self._left -= 1
        return super().encode(passages)


@pytest.fixture
def place(database_url: str) -> Location:
    """A database without an index."""
    return read_location(database_url)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of articles."""
    return write_files(
        tmp_path / "articles", {f"{n}.txt": f"The ferry number{n} sailed." for n in range(COUNT)}
    )


def cut_off(place: Location, articles: Path, batches: int, *, rebuild: bool = False) -> None:
    """Begin a build that encodes only so many batches."""

    def make(name: str, folder: Path, threads: int) -> Encoder:
        folder.mkdir()
        EncoderCard(name, "0" * 64, 64, 256, (), "", "", 0, 1.0).save(folder)
        return opened(folder, threads)

    def opened(folder: Path, threads: int) -> Encoder:
        return CutEncoder(EncoderCard.load(folder), batches)

    writer = IndexWriter(place, replace(RECIPE, make_encoder=make, open_encoder=opened))
    with pytest.raises(Cut):
        build_folders(writer, [articles], rebuild=rebuild)


def work(place: Location, batches: int) -> None:
    """Be a worker that comes along."""
    assert isinstance(place, Address)
    workshop = Workshop(place, 1, open_encoder)
    for _ in range(batches):
        workshop.work()


def queue(place: Location) -> list[tuple[object, ...]]:
    """What waits to be encoded."""
    assert isinstance(place, Address)
    return Catalog(engine_of(place), place).rows("SELECT article_id FROM jobs")


def assert_whole(place: Location, count: int = COUNT) -> None:
    """Every article is found by its words, and nothing is out of order."""
    library = open_library(place)
    assert library.status().articles == library.status().chunks == count
    for number in range(COUNT):
        assert len(library.matching([f"number{number}"], 9, Filters())) == 1, number
    found = check(place, library, Progress(), sample=0)
    assert [one for one in found if one.count] == []


@pytest.mark.parametrize("worked", [0, 1, 9])
@pytest.mark.parametrize("batches", [0, 1, 3])
def test_the_first_build(place: Location, articles: Path, batches: int, worked: int) -> None:
    """Whatever it had encoded, and whatever workers have since."""
    cut_off(place, articles, batches)
    work(place, worked)
    build(articles, place)
    assert_whole(place)


@pytest.mark.parametrize("worked", [0, 1, 9])
def test_a_first_build_that_had_brought_only_some(
    place: Location, articles: Path, worked: int
) -> None:
    """What it had brought and not encoded is encoded and found, as what comes now is."""
    few = write_files(
        articles.parent / "few",
        {path.name: path.read_text() for path in sorted(articles.iterdir())[: 2 * BATCH]},
    )
    cut_off(place, few, 1)
    work(place, worked)
    build(articles, place)
    assert_whole(place)


@pytest.mark.parametrize("worked", [0, 1, 9])
@pytest.mark.parametrize("batches", [0, 1])
def test_a_later_build(place: Location, articles: Path, batches: int, worked: int) -> None:
    """In the live generation: nothing of it is seen before the next one has ended."""
    few = write_files(articles.parent / "few", {"0.txt": "The ferry number0 sailed."})
    build(few, place)
    cut_off(place, articles, batches)
    assert open_library(place).status().articles == 1
    work(place, worked)
    build(articles, place)
    assert_whole(place)


@pytest.mark.parametrize("worked", [0, 1])
def test_a_rebuild(place: Location, articles: Path, worked: int) -> None:
    """Beside the live generation, with what had been carried over."""
    build(articles, place)
    cut_off(place, articles, 2, rebuild=True)
    work(place, worked)
    build(articles, place, rebuild=True)
    assert_whole(place)


def test_another_change_comes_next(place: Location, articles: Path) -> None:
    """One file by its name; the rest is as good as never begun, and comes with its own build."""
    few = write_files(articles.parent / "few", {"0.txt": "The ferry number0 sailed."})
    build(few, place)
    cut_off(place, articles, 1)
    before = len(queue(place))
    add_files(IndexWriter(place, RECIPE), [articles / "7.txt"])
    assert open_library(place).status().articles == 2
    assert len(queue(place)) >= before - 1  # of a long queue, nobody waits for all
    build(articles, place)
    library = open_library(place)
    assert library.status().articles == COUNT
    for number in range(COUNT):
        assert library.matching([f"number{number}"], 9, Filters()), number
