"""Whatever happened to the snapshots, an open index finds what the database holds now."""

import itertools
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.accelerators import VECTORS_FILE, WORDS_FILE, renew_snapshots
from index.embedded import EmbeddedStore
from index.errors import IndexFolderError
from index.filters import Filters
from index.folder import IndexFolder
from index.generations import DATABASE_FILE
from index.library import Library
from index.snapshot import Array, Position, Snapshot, save_snapshot
from retrieval.search import search
from tests.support import DIMENSIONS, build, embedded, open_library, write_files

EVERYTHING = Filters()
PLACES = "Norvik Talden Ostrava Brell Kemi Luro Sand Vast Orrin Pell".split()
DEEDS = "ferry crane strike flood vote fire harvest trial storm bridge".split()
QUESTIONS = [f"what of the {deed} in {place}?" for place in PLACES[:5] for deed in DEEDS[:5]]


def story(place: str, deed: str) -> str:
    """An article of one chunk."""
    day = f"{2000 + len(place)}-01-02"
    return f"By {place} News\n{day}\nThe {deed} in {place} was told on day {len(deed)}."


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Borders that a hundred articles reach."""
    monkeypatch.setattr("index.accelerators.SNAPSHOT_FROM", 60)
    monkeypatch.setattr("index.accelerators.MOST_ADDED", 10)
    monkeypatch.setattr("index.accelerators.MOST_HELD", 30)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eighty articles of a chunk each, and their index; to be copied."""
    folder = tmp_path_factory.mktemp("built")
    files = {f"{p}-{d}.txt": story(p, d) for p in PLACES[:8] for d in DEEDS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.accelerators.SNAPSHOT_FROM", 60)
        build(write_files(folder / "articles", files), folder / "index")
    return folder


@pytest.fixture
def articles(built: Path, tmp_path: Path) -> Path:
    """The articles."""
    return shutil.copytree(built / "articles", tmp_path / "articles")


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    """Their index."""
    return shutil.copytree(built / "index", tmp_path / "index")


def generation(index: Path) -> Path:
    """Folder of the live generation."""
    return IndexFolder(index).current().folder


def files(index: Path) -> list[str]:
    """Names of the snapshots, and of anything like them."""
    return sorted(file.name for file in generation(index).glob("*.snapshot*"))


def assert_finds_all(library: Library) -> None:
    """Both searches give what NumPy and FTS5 give over the whole database."""
    ids, vectors = library.store.vectors_of(embedded(library).allowed_chunks(Filters()), DIMENSIONS)
    for question in QUESTIONS:
        scores = vectors @ library.encoder.encode_question(question)
        order = np.lexsort((ids, -scores))[:20]
        found = library.nearest(question, 20, EVERYTHING)
        assert [s for _, s in found] == pytest.approx(scores[order].tolist(), abs=1e-6)
        words = question.strip("?").split()
        expected = dict(embedded(library).match_words(words, 999, EVERYTHING))
        matched = dict(library.matching(words, 999, EVERYTHING))
        assert matched.keys() == expected.keys()


def test_only_large_indexes_have_snapshots(articles: Path, index: Path) -> None:
    """Files come when an index grows over the border and go when it shrinks below."""
    assert files(index) == [VECTORS_FILE, WORDS_FILE]
    assert_finds_all(open_library(index))
    library = open_library(index)
    for file in sorted(articles.iterdir())[:30]:
        file.unlink()
    build(articles, index)
    assert files(index) == []
    assert_finds_all(library)
    assert_finds_all(open_library(index))
    write_files(articles, {f"{n}.txt": story("Orrin", f"deed{n}") for n in range(20)})
    build(articles, index)
    assert files(index) == [VECTORS_FILE, WORDS_FILE]
    assert_finds_all(library)


def test_few_changes_are_followed_and_many_renew_the_files(articles: Path, index: Path) -> None:
    """A build leaves the files until more than so many came, or a tenth left; nothing is missed."""
    library = open_library(index)
    assert_finds_all(library)
    before = Snapshot.load(generation(index) / WORDS_FILE)
    assert before is not None

    def renewed() -> bool:
        build(articles, index)
        assert_finds_all(library)
        assert_finds_all(open_library(index))
        now = [Snapshot.load(generation(index) / name) for name in (VECTORS_FILE, WORDS_FILE)]
        positions = {snapshot.position for snapshot in now if snapshot}
        assert len(positions) == 1
        return positions != {before.position}

    write_files(articles, {f"{n}.txt": story("Orrin", f"deed{n}") for n in range(10)})
    for file in sorted(articles.glob("Brell-*"))[:7]:
        file.unlink()
    assert not renewed()
    write_files(articles, {"more.txt": story("Pell", "deed")})
    assert renewed()


def test_a_tenth_gone_renews_the_files(articles: Path, index: Path) -> None:
    """Removed chunks may not pile up in the snapshots."""
    before = (generation(index) / VECTORS_FILE).stat().st_ino
    for file in sorted(articles.iterdir())[:9]:
        file.unlink()
    build(articles, index)
    assert (generation(index) / VECTORS_FILE).stat().st_ino != before
    assert_finds_all(open_library(index))


def test_what_left_is_not_found(articles: Path, index: Path) -> None:
    """Removed articles leave both searches at the next question, in an open index too."""
    library = open_library(index)
    question = "what of the crane in Norvik?"
    first = search(library, question)[0].chunk
    (articles / "Norvik-crane.txt").unlink()
    build(articles, index)
    for opened in (library, open_library(index)):
        assert first.id not in [hit.chunk.id for hit in search(opened, question, 100)]
        assert first.id not in dict(opened.matching(["crane", "Norvik"], 999, EVERYTHING))
        assert first.id not in dict(opened.nearest(question, 999, EVERYTHING))


def test_filters_hold_at_every_size(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Filtered searches give the same chunks with snapshots as without."""
    library = open_library(index)
    filters = [Filters(source="nor"), Filters(since="2006-01-01"), Filters(source="nobody")]
    asked = [(q, f) for q in QUESTIONS[:6] for f in filters]
    with_files = [(library.nearest(q, 12, f), library.matching(q.split(), 12, f)) for q, f in asked]
    monkeypatch.setattr("index.accelerators.SNAPSHOT_FROM", 999)
    for file in files(index):
        (generation(index) / file).unlink()
    exact = open_library(index)
    for (question, filter_), (near, matched) in zip(asked, with_files, strict=True):
        expected = exact.nearest(question, 12, filter_)
        assert [s for _, s in near] == pytest.approx([s for _, s in expected], abs=1e-6)
        words = dict(exact.matching(question.split(), 12, filter_))
        assert dict(matched) == pytest.approx(words)
    assert with_files[2] == ([], [])


def cut(file: Path) -> None:
    """Lose the end."""
    file.write_bytes(file.read_bytes()[:-1])


def changed(file: Path) -> None:
    """Change a byte of what is read last."""
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize("name", [VECTORS_FILE, WORDS_FILE])
@pytest.mark.parametrize("harm", [Path.unlink, cut, changed])
def test_a_damaged_snapshot_is_derived_anew(
    index: Path, name: str, harm: Callable[[Path], None]
) -> None:
    """Missing, cut or with a wrong byte: the answers are right and the file is whole again."""
    file = generation(index) / name
    whole = file.read_bytes()
    harm(file)
    assert_finds_all(open_library(index))
    assert file.read_bytes() == whole
    harm(file)
    renew_snapshots(EmbeddedStore(generation(index) / DATABASE_FILE), generation(index), DIMENSIONS)
    assert_finds_all(open_library(index))


@pytest.mark.parametrize("name", [VECTORS_FILE, WORDS_FILE])
def test_a_snapshot_of_another_past_is_not_used(
    articles: Path, index: Path, tmp_path: Path, name: str
) -> None:
    """A file that is older serves with what came since; one of another database never does."""
    old = shutil.copy(generation(index) / name, tmp_path / name)
    write_files(articles, {f"{n}.txt": story("Orrin", f"deed{n}") for n in range(12)})
    build(articles, index)
    shutil.copy(old, generation(index) / name)
    assert_finds_all(open_library(index))
    build(articles, tmp_path / "other")
    for other in (VECTORS_FILE, WORDS_FILE):
        shutil.copy(generation(tmp_path / "other") / other, generation(index) / other)
    assert_finds_all(open_library(index))


@pytest.mark.parametrize("kept", [VECTORS_FILE, WORDS_FILE])
def test_a_crash_between_the_files_is_healed(articles: Path, index: Path, kept: str) -> None:
    """One file renewed, the other half written: both searches are right, the next build tidies."""
    old = {name: (generation(index) / name).read_bytes() for name in (VECTORS_FILE, WORDS_FILE)}
    write_files(articles, {f"{n}.txt": story("Orrin", f"deed{n}") for n in range(12)})
    build(articles, index)
    library = open_library(index)
    for name, raw in old.items():
        if name != kept:
            (generation(index) / name).write_bytes(raw)
            (generation(index) / f"{name}.77.partial").write_bytes(raw[:99])
    assert_finds_all(library)
    assert_finds_all(open_library(index))
    build(articles, index)
    assert files(index) == [VECTORS_FILE, WORDS_FILE]
    assert_finds_all(open_library(index))


def test_far_behind_words_are_found_by_fts5(
    articles: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When very many chunks came and no snapshot holds them yet, nothing is missed all the same."""
    library = open_library(index)
    assert_finds_all(library)
    monkeypatch.setattr("index.generations.renew_snapshots", lambda *_: None)
    write_files(articles, {f"{n}.txt": story("Orrin", f"deed{n}") for n in range(40)})
    build(articles, index)
    assert_finds_all(library)
    assert_finds_all(open_library(index))
    renew_snapshots(EmbeddedStore(generation(index) / DATABASE_FILE), generation(index), DIMENSIONS)
    assert_finds_all(library)


def test_files_that_cannot_be_written_are_done_without(
    articles: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build whose snapshots do not fit on the disk keeps its articles, and they are found."""
    library = open_library(index)
    library.nearest("ferry", 1, EVERYTHING)

    def full(path: Path, position: Position, arrays: dict[str, Array]) -> None:
        if path.parent == generation(index):
            raise OSError(28, "No space left on device")
        save_snapshot(path, position, arrays)

    monkeypatch.setattr("index.vectors.save_snapshot", full)
    monkeypatch.setattr("index.postings.save_snapshot", full)
    write_files(articles, {f"{n}.txt": story("Orrin", f"deed{n}") for n in range(20)})
    assert len(build(articles, index).added) == 20
    assert_finds_all(library)
    for file in files(index):
        (generation(index) / file).unlink()
    assert_finds_all(library)
    assert_finds_all(open_library(index))


def test_a_disk_that_forgets_is_told(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are damaged as soon as they are written end in a message, not in a loop."""
    library, checksums = open_library(index), itertools.count()
    with monkeypatch.context() as patch:
        patch.setattr("index.snapshot.zlib.crc32", lambda _: next(checksums))
        with pytest.raises(IndexFolderError, match="damaged as soon as it is written"):
            library.matching(["ferry"], 3, EVERYTHING)
    assert_finds_all(open_library(index))


def test_vectors_of_a_damaged_database_are_not_coded(index: Path) -> None:
    """A snapshot is never made from vectors that have another length than the model's."""
    for file in files(index):
        (generation(index) / file).unlink()
    with sqlite3.connect(generation(index) / DATABASE_FILE) as database:
        database.execute("UPDATE chunks SET vector = zeroblob(8) WHERE id = 5")
    with pytest.raises(IndexFolderError, match="a vector has the wrong length"):
        open_library(index).nearest("ferry", 3, EVERYTHING)
