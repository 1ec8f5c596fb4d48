"""`dateline index check` names whatever is wrong, and `--repair` mends what can be derived."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.accelerators import VECTORS_FILE, WORDS_FILE, renew_snapshots
from index.adding import add_files, withdraw
from index.checks import checking
from index.checks.checking import CHECKS, check, repair
from index.errors import UsageError
from index.filters import Filters
from index.folder import IndexFolder
from index.generations import DATABASE_FILE
from index.intake import Progress
from tests.retrieval_support import run
from tests.support import (
    DIMENSIONS,
    build,
    contents,
    embedded,
    index_writer,
    open_library,
    write_files,
)

WORDS = (
    "The ferry of Norvik sailed at noon with all on board, and came back at six in the evening. "
)
FILES = {f"{n}.txt": f"Report {n}\n{WORDS * 3}Pier {n} was closed." for n in range(12)}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with copies, an edit, a withdrawn article and an added one."""
    folder = tmp_path_factory.mktemp("sound")
    articles = write_files(folder / "articles", FILES)
    build(articles, folder / "index")
    write_files(articles, {"0.txt": "Report 0\nThe ferry sank."})
    build(articles, folder / "index")
    write_files(folder, {"extra.txt": "A zebra ran through Norvik."})
    add_files(index_writer(folder / "index"), [folder / "extra.txt"])
    withdraw(index_writer(folder / "index"), ["3.txt"])
    return folder / "index"


@pytest.fixture
def index(sound: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(sound, tmp_path / "index")


@pytest.fixture
def with_snapshots(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same with snapshots, as a large index has them."""
    monkeypatch.setattr("index.accelerators.SNAPSHOT_FROM", 16)
    library = open_library(index)
    renew_snapshots(embedded(library), library.generation.folder, DIMENSIONS)
    library.store.close()
    return index


def wrong(index: Path, sample: int = 100) -> dict[str, int]:
    """Names of the checks that find something, and how much."""
    library = open_library(index)
    found = check(index, library, Progress(), sample)
    library.store.close()
    return {one.name: one.count for one in found if one.count}


def mend(index: Path) -> None:
    """Check and repair."""
    library = open_library(index)
    repair(index, library, check(index, library, Progress(), 100), Progress())
    library.store.close()


def execute(index: Path, *statements: str) -> None:
    """Change the database as no build would."""
    with closing(sqlite3.connect(IndexFolder(index).current().folder / DATABASE_FILE)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def test_a_sound_index_passes_all_checks(index: Path, with_snapshots: Path) -> None:
    """With and without snapshots."""
    assert wrong(index) == {}
    for name in (VECTORS_FILE, WORDS_FILE):
        (IndexFolder(index).current().folder / name).unlink()
    assert wrong(index) == {}


OF = "SELECT id FROM articles WHERE path ="
BAD_VECTOR = "zeroblob(4 * 64)"
DAMAGE = {
    "a wrong hash of a text": (
        "the hashes of texts",
        ["UPDATE articles SET text_id = 'x' WHERE path = '1.txt'"],
    ),
    "a live article that says it is not": (
        "the versions",
        ["UPDATE articles SET live = 0 WHERE path = '1.txt'"],
    ),
    "a withdrawn article that says it is live": (
        "the versions",
        ["UPDATE articles SET live = 1 WHERE path = '3.txt'"],
    ),
    "a wrong path": ("the versions", ["UPDATE articles SET path = 'z' WHERE path = '1.txt'"]),
    "a file that is not known": ("the files", ["DELETE FROM files WHERE path = '1.txt'"]),
    "a lost chunk": ("the chunks", [f"DELETE FROM chunks WHERE article_id = ({OF} '1.txt')"]),
    "a span beyond the text": ("the chunks", ["UPDATE chunks SET end = 99999 WHERE id = 5"]),
    "chunks of a withdrawn article in the search": (
        "the chunks",
        [
            f"INSERT INTO chunks SELECT * FROM past_chunks WHERE article_id = ({OF} '3.txt')",
            f"DELETE FROM past_chunks WHERE article_id = ({OF} '3.txt')",
        ],
    ),
    "a vector of zeros": ("the vectors", [f"UPDATE chunks SET vector = {BAD_VECTOR} WHERE id = 5"]),
    "a vector that is cut": (
        "the vectors",
        ["UPDATE chunks SET vector = substr(vector, 9) WHERE id = 5"],
    ),
    "the vector of another chunk": (
        "a sample of vectors, encoded again",
        [
            "UPDATE chunks SET vector = (SELECT vector FROM chunks ORDER BY id DESC LIMIT 1) "
            "WHERE id = (SELECT min(id) FROM chunks)"
        ],
    ),
    "words that nobody wrote": (
        "the full text",
        ["INSERT INTO chunk_words (rowid, text) VALUES (5, 'unheard of')"],
    ),
    "an empty full text": (
        "the full text",
        ["INSERT INTO chunk_words (chunk_words) VALUES ('delete-all')"],
    ),
    "a forgotten change": ("the list of changes", ["DELETE FROM changes WHERE chunk_id = 5"]),
    "an article without a story": (
        "the stories",
        ["DELETE FROM story_articles WHERE id = 2"],
    ),
    "another fingerprint": ("the stories", ["UPDATE story_signatures SET signature = x'00'"]),
    "a story of another name": ("the stories", ["UPDATE story_articles SET story_id = 'x'"]),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_and_mended(index: Path, with_snapshots: Path, damage: str) -> None:
    """The check that it concerns names it; after the repair the index is what it was."""
    before = contents(index)
    name, statements = DAMAGE[damage]
    execute(index, "PRAGMA foreign_keys = OFF", *statements)
    assert name in wrong(index)
    mend(index)
    assert wrong(index) == {}
    after = contents(index)
    assert after[0] == before[0]
    assert after[2:] == before[2:]
    if name != "the files":
        assert after[1] == before[1]


@pytest.mark.parametrize("name", [VECTORS_FILE, WORDS_FILE])
@pytest.mark.parametrize(
    "spoil", [lambda raw: b"", lambda raw: raw[:-9], lambda raw: raw[:-9] + bytes(9)]
)
def test_damaged_snapshots_are_derived_anew(
    index: Path, with_snapshots: Path, name: str, spoil: Callable[[bytes], bytes]
) -> None:
    """Whatever happened to a file, it is named, and made anew."""
    file = IndexFolder(index).current().folder / name
    file.write_bytes(spoil(file.read_bytes()))
    assert wrong(index) == {"the snapshots": 1}
    mend(index)
    assert wrong(index) == {}
    assert file.exists()


def test_a_snapshot_with_other_chunks_is_named(index: Path, with_snapshots: Path) -> None:
    """One that is whole, but of another state of the database than it says."""
    execute(index, "UPDATE changes SET chunk_id = chunk_id + 1000 WHERE chunk_id = 5")
    assert "the snapshots" in wrong(index)
    mend(index)
    assert wrong(index) == {}


def test_an_altered_article_is_named_and_not_mended(index: Path) -> None:
    """Its words are what quotes are checked against: nothing here can say what they were."""
    execute(index, "UPDATE articles SET text = replace(text, 'noon', 'nine') WHERE path = '1.txt'")
    assert wrong(index)["the articles"] == 1
    mend(index)
    assert wrong(index) == {"the articles": 1}
    execute(index, "UPDATE articles SET published = '2024-01-01' WHERE path = '2.txt'")
    assert wrong(index)["the articles"] == 2


def test_a_damaged_database_is_not_mended(index: Path) -> None:
    """Nothing in it can be trusted; the way out is named."""
    file = IndexFolder(index).current().folder / DATABASE_FILE
    raw = bytearray(file.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = bytes(4096)
    file.write_bytes(raw)
    library = open_library(index)
    found = check(index, library, Progress(), 0)
    assert found[0].count
    with pytest.raises(UsageError, match="--rebuild"):
        repair(index, library, found, Progress())


def test_a_repaired_index_answers_as_before(index: Path) -> None:
    """Search finds the same after vectors and words were lost."""
    library = open_library(index)
    asked = [("zebra in Norvik", ["zebra"]), ("ferry sank", ["ferry", "sank"])]
    before = [
        (library.nearest(q, 5, Filters()), library.matching(w, 5, Filters())) for q, w in asked
    ]
    execute(
        index,
        f"UPDATE chunks SET vector = {BAD_VECTOR}",
        "INSERT INTO chunk_words (chunk_words) VALUES ('delete-all')",
    )
    mend(index)
    library = open_library(index)
    for (question, words), (near, matching) in zip(asked, before, strict=True):
        again = library.nearest(question, 5, Filters())
        assert np.allclose([score for _, score in again], [score for _, score in near])
        found = library.matching(words, 5, Filters())
        assert [round(score, 6) for _, score in found] == [round(s, 6) for _, s in matching]


def test_checks_have_names_of_their_own() -> None:
    """A finding tells which check it is of."""
    assert len({one.name for one in CHECKS}) == len(CHECKS) == len(checking.CHECKS)


def test_the_command_says_what_is_wrong_and_mends_it(seeds_index: Path, tmp_path: Path) -> None:
    """Exit status 1 while something is wrong; --repair ends with 0; no index is one line."""
    index = shutil.copytree(seeds_index, tmp_path / "index")
    result = run("index", "check", "--index", index)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(result.stdout.splitlines()) == {f"{one.name}: ok" for one in CHECKS}
    execute(index, "DELETE FROM changes WHERE chunk_id = 3")
    result = run("index", "check", "--index", index)
    assert result.exit_code == 1
    assert "the list of changes: 1 wrong\n  the list of changes is wrong about chunk 3" in (
        result.stdout
    )
    assert "`dateline index check --repair` mends" in result.stdout
    result = run("index", "check", "--repair", "--json", "--index", index)
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert run("index", "check", "--index", index).exit_code == 0
    result = run("index", "check", "--index", tmp_path / "none")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "none").exists()
