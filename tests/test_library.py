"""An open index answers for what is in it now, and says plainly when it cannot be opened."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest

from index.builder import build_index
from index.chunking import ChunkSettings
from index.embedded import EmbeddedStore
from index.encoders import MODEL_FILE, OnnxEncoder
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, ModelError
from index.export import DEFAULT_MODEL
from index.filters import Filters
from index.folder import IndexFolder
from index.generations import DATABASE_FILE, ENCODER_FOLDER
from index.library import Expected, Freshness, Library, read_status
from index.store import SCHEMA_VERSION
from tests.support import CHUNKING, MODEL, build, contents, embedded, open_library, write_files

FILES = {
    "ferry.txt": "Ferry sails\nBy Example News\n21 December 2024\nThe ferry sailed at noon.",
    "taxes.txt": "Taxes rise\nBy Harbour Times\n3 May 2020\nThe council raised taxes again.",
    "calm.md": "# Calm\n\nThe harbour was calm on all days of the week.",
}
EVERYTHING = Filters()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of three articles."""
    build(write_files(tmp_path / "articles", FILES), tmp_path / "index")
    return tmp_path / "index"


def paths(library: Library, found: list[tuple[int, float]]) -> list[str]:
    """Files of the articles that were found, best first."""
    articles = [
        library.article(chunk.article_id) for chunk in library.chunks([i for i, _ in found])
    ]
    return [article.path for article in articles if article]


def test_questions_find_their_articles(index: Path) -> None:
    """Nearest and matching chunks come best first, with what each search scores."""
    library = open_library(index)
    nearest = library.nearest("When did the ferry sail?", 2, EVERYTHING)
    assert paths(library, nearest)[0] == "ferry.txt"
    assert 1 >= nearest[0][1] > nearest[1][1] > 0
    assert paths(library, library.matching(["taxes"], 5, EVERYTHING)) == ["taxes.txt"]
    assert library.count() == 3
    assert [article.path for article in library.latest(2)] == ["ferry.txt", "taxes.txt"]


def test_what_has_no_date_may_be_of_any_day(index: Path) -> None:
    """A bound from below that a question implies leaves undated articles in; `since` does not."""
    library = open_library(index)
    found = library.nearest("harbour", 9, Filters(not_before="2024-01-01"))
    assert sorted(paths(library, found)) == ["calm.md", "ferry.txt"]
    assert paths(library, library.matching(["harbour"], 9, Filters(not_before="2024-01-01"))) == [
        "calm.md"
    ]
    assert not library.matching(["harbour"], 9, Filters(since="2024-01-01"))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(since="2024-01-01"), ["ferry.txt"]),
        (Filters(until="2024-01-01"), ["taxes.txt"]),
        (Filters(source="harbour"), ["taxes.txt"]),
        (Filters(source="nobody"), []),
    ],
)
def test_filters_hold_for_both_searches(index: Path, filters: Filters, expected: list[str]) -> None:
    """What a filter leaves out is found neither by meaning nor by words."""
    library = open_library(index)
    assert paths(library, library.nearest("ferry taxes harbour", 9, filters)) == expected
    assert paths(library, library.matching(["ferry", "taxes"], 9, filters)) == expected


@pytest.mark.parametrize(
    "question", ['"', "* OR ferry", "NEAR(a b)", "-ferry", "", "\0", "😀" * 999]
)
def test_odd_questions_are_harmless(index: Path, question: str) -> None:
    """Search syntax and odd characters in a question are only characters."""
    library = open_library(index)
    assert len(library.nearest(question, 3, EVERYTHING)) == 3
    assert len(library.matching(question.split(), 3, EVERYTHING)) <= 3


def test_status_tells_what_the_index_holds(index: Path, tmp_path: Path) -> None:
    """Status has the numbers, the settings and the folder; and needs no model."""
    status = open_library(index).status()
    assert (status.articles, status.chunks, status.revision) == (3, 3, 1)
    assert (status.model, status.chunk_tokens, status.chunk_overlap_tokens) == (
        MODEL,
        CHUNKING.max_tokens,
        CHUNKING.overlap_tokens,
    )
    assert status.newest_article == "2024-12-21"
    assert status.folders == [str(tmp_path / "articles")]
    assert status.built.endswith("+00:00")
    assert open_library(index).freshness() == Freshness(status.built, status.newest_article)
    assert read_status(EmbeddedStore(IndexFolder(index).current().folder / DATABASE_FILE)) == status


def test_a_new_revision_is_seen_without_reopening(index: Path, tmp_path: Path) -> None:
    """The next question after a build sees its articles, by meaning and by words."""
    library = open_library(index)
    assert "zebra.txt" not in paths(library, library.nearest("zebra", 9, EVERYTHING))
    write_files(tmp_path / "articles", {"zebra.txt": "A zebra ran through Norvik."})
    (tmp_path / "articles" / "ferry.txt").unlink()
    build(tmp_path / "articles", index)
    assert paths(library, library.nearest("zebra ran", 9, EVERYTHING))[0] == "zebra.txt"
    assert paths(library, library.matching(["zebra", "ferry"], 9, EVERYTHING)) == ["zebra.txt"]
    assert library.status().revision == 2


def test_an_old_generation_answers_while_a_new_one_goes_live(index: Path, tmp_path: Path) -> None:
    """Who opened the index before a rebuild keeps the one that was opened, in new threads too."""
    library = open_library(index)
    before = library.nearest("ferry", 3, EVERYTHING)
    write_files(tmp_path / "articles", {"zebra.txt": "A zebra ran through Norvik."})
    build(tmp_path / "articles", index, chunking=ChunkSettings(64, 0))
    found: list[list[tuple[int, float]]] = []
    asking = threading.Thread(target=lambda: found.append(library.nearest("ferry", 3, EVERYTHING)))
    asking.start()
    asking.join()
    assert found == [before]
    assert library.count() == 3
    assert open_library(index).count() == 4


def test_every_mismatch_is_named(index: Path) -> None:
    """Another model and chunking than the settings ask for are told together, with both values."""
    open_library(index, Expected(MODEL, CHUNKING.max_tokens, CHUNKING.overlap_tokens))
    with pytest.raises(IndexMismatchError) as error:
        Library.open(index, Expected("other/model", 99, 7))
    for part in (
        f"model is '{MODEL}', not 'other/model'",
        "chunk_tokens is '48', not '99'",
        "chunk_overlap_tokens is '12', not '7'",
        "`dateline index build FOLDER`",
    ):
        assert part in str(error.value)


def test_an_index_of_another_schema_is_a_mismatch(index: Path) -> None:
    """An index of another version of Dateline is refused before anything is read from it."""
    store = EmbeddedStore(IndexFolder(index).current().folder / DATABASE_FILE)
    with store.transaction():
        store.set_meta({"schema": "0"})
    with pytest.raises(IndexMismatchError, match=f"schema is '0', not '{SCHEMA_VERSION}'"):
        Library.open(index)


def test_what_is_missing_or_damaged_is_told(index: Path, tmp_path: Path) -> None:
    """No index, no encoder, a broken database: three errors, each with the next command."""
    with pytest.raises(IndexMissingError, match="dateline index build"):
        Library.open(tmp_path / "nowhere")
    generation = IndexFolder(index).current().folder
    with pytest.raises(ModelError, match="--rebuild"):
        Library.open(index)  # its encoder has no model.onnx
    shutil.rmtree(generation / ENCODER_FOLDER)
    with pytest.raises(ModelError, match="dateline index build"):
        Library.open(index)
    (generation / DATABASE_FILE).write_bytes(b"SQLite format 3\0 and nothing more")
    with pytest.raises(IndexDamagedError, match="--rebuild"):
        Library.open(index)


def test_the_real_encoder_travels_with_the_index(encoder_folder: Path, tmp_path: Path) -> None:
    """An index that was built with MiniLM answers where it is moved to, without its package."""
    articles = write_files(tmp_path / "articles", FILES)

    def linked(name: str, folder: Path, threads: int) -> OnnxEncoder:
        shutil.copytree(encoder_folder, folder, copy_function=os.link)
        return OnnxEncoder(folder, threads)

    built = tmp_path / "built"
    build_index(articles, built, DEFAULT_MODEL, ChunkSettings(), threads=1, make_encoder=linked)
    report = build_index(articles, built, DEFAULT_MODEL, ChunkSettings(), threads=1)
    assert (report.unchanged, report.chunks_encoded) == (3, 0)
    moved = built.rename(tmp_path / "moved")
    library = Library.open(moved, Expected(DEFAULT_MODEL, 128, 24), threads=1)
    found = library.nearest("At what time did the boat leave?", 3, EVERYTHING)
    assert paths(library, found)[0] == "ferry.txt"
    vectors = library.store.vectors_of(
        embedded(library).allowed_chunks(Filters()), library.encoder.card.dimensions
    )[1]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    (IndexFolder(moved).current().folder / ENCODER_FOLDER / MODEL_FILE).unlink()
    with pytest.raises(ModelError):
        Library.open(moved)


READ_ONLY = """
import filelock, os, sys
from pathlib import Path
import index.accelerators
from index.errors import IndexFolderError
from index.filters import Filters
from tests.support import build, open_library
writable, locked, articles = map(Path, sys.argv[1:])
index.accelerators.SNAPSHOT_FROM = 20
open_library(writable).nearest("ferry", 3, Filters())  # imports everything while it may
os.setgid(65534)
os.setuid(65534)
library = open_library(locked)
print(library.count(), len(library.nearest("ferry", 3, Filters())))
print(len(library.matching(["ferry"], 3, Filters(source="news"))))
try:
    build(articles, locked)
except IndexFolderError as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_an_index_that_cannot_be_written_answers(index: Path, tmp_path: Path) -> None:
    """A user who may only read the folder asks as others do, and is told when building.

    The index is large enough, and without the snapshots that it should have.
    """
    write_files(tmp_path / "articles", {f"{n}.txt": f"Snow on day {n}." for n in range(30)})
    build(tmp_path / "articles", index)
    before = contents(index)
    with tempfile.TemporaryDirectory() as public:  # pytest's own folders are closed to others
        locked = Path(public) / "index"
        shutil.copytree(index, locked)
        shutil.copytree(tmp_path / "articles", Path(public) / "articles")
        Path(public).chmod(0o755)
        run = subprocess.run(
            [sys.executable, "-c", READ_ONLY, index, locked, Path(public) / "articles"],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[1],
        )
        assert run.stderr == ""
        assert run.stdout.splitlines()[:2] == ["33 3", "1"]
        assert run.stdout.splitlines()[2].endswith("cannot be written: Permission denied.")
        assert contents(locked) == before
