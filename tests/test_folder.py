"""An index folder is ours or refused; a generation goes live whole; one builds at a time."""

from pathlib import Path

import pytest

from index.errors import IndexBusyError, IndexFolderError, IndexMissingError, UsageError
from index.folder import IndexFolder
from index.generations import DATABASE_FILE, FolderGeneration


def new_generation(folder: IndexFolder) -> FolderGeneration:
    """A generation with a database, not yet live."""
    generation = folder.new_generation()
    (generation.folder / DATABASE_FILE).touch()
    return generation


def test_generations_go_live_one_after_the_other(tmp_path: Path) -> None:
    """Publishing makes a generation current and keeps the one before for its open readers."""
    folder = IndexFolder(tmp_path / "deep" / "index")
    published: list[FolderGeneration] = []
    for _ in range(3):
        with folder.locked():
            generation = new_generation(folder)
            assert folder.current_or_none() == (published[-1] if published else None)
            folder.publish(generation)
        published.append(generation)
        assert folder.current() == generation
    assert [generation.name for generation in published] == [
        "generation-0001",
        "generation-0002",
        "generation-0003",
    ]
    assert [generation.folder.exists() for generation in published] == [False, True, True]


def test_a_rollback_goes_back_one_generation(tmp_path: Path) -> None:
    """The one given up stays until the next build; before the first there is nothing."""
    folder = IndexFolder(tmp_path)
    published = []
    for _ in range(2):
        with folder.locked():
            published.append(new_generation(folder))
            folder.publish(published[-1])
    marks = {folder.mark()}
    with folder.locked():
        assert folder.roll_back() == folder.current() == published[0]
    marks.add(folder.mark())
    assert published[1].folder.exists()
    with folder.locked():
        assert not published[1].folder.exists()
        with pytest.raises(UsageError, match="no earlier index"):
            folder.roll_back()
    assert folder.current() == published[0]
    assert len(marks) == 2


def test_builds_that_were_cut_off_are_removed(tmp_path: Path) -> None:
    """What a killed build left behind goes when the next one starts; the live one stays."""
    folder = IndexFolder(tmp_path)
    with folder.locked():
        live = new_generation(folder)
        folder.publish(live)
        unfinished = new_generation(folder)
    (tmp_path / "current.partial").write_text("generation-00")
    assert folder.current() == live
    with folder.locked():
        assert not unfinished.folder.exists()
        assert folder.current() == live


def test_only_one_builds(tmp_path: Path) -> None:
    """Who comes second is told at once, and may build when the first has ended, anyhow."""
    first, second = IndexFolder(tmp_path), IndexFolder(tmp_path)
    with first.locked():
        for other in (second, first):
            with pytest.raises(IndexBusyError, match=r"process \d+ .* is building"), other.locked():
                pass
    with pytest.raises(KeyboardInterrupt), first.locked():
        raise KeyboardInterrupt
    with second.locked():
        pass


@pytest.mark.parametrize("state", ["missing", "empty", "locked once", "first build killed"])
def test_no_index_yet(tmp_path: Path, state: str) -> None:
    """Before the first build has ended there is no index, and the message says how to make it."""
    path = tmp_path / "index"
    if state != "missing":
        path.mkdir()
    if state in ("locked once", "first build killed"):
        (path / "lock").touch()
    if state == "first build killed":
        (path / "generation-0001").mkdir()
        (path / "current.partial").touch()
    assert IndexFolder(path).current_or_none() is None
    with pytest.raises(IndexMissingError, match=f"dateline index build FOLDER --index {path}"):
        IndexFolder(path).current()


def test_other_folders_and_files_are_left_alone(tmp_path: Path) -> None:
    """A folder with other things, a file, or a path through a file is refused untouched."""
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "generation-gap").mkdir()
    for path, reason in (
        (tmp_path, "holds other things and no index"),
        (tmp_path / "thesis.txt", "is a file"),
        (tmp_path / "thesis.txt" / "index", "cannot be read: .*Not a directory"),
    ):
        with pytest.raises(IndexFolderError, match=reason):
            IndexFolder(path).current()
        with pytest.raises(IndexFolderError, match=reason), IndexFolder(path).locked():
            pass
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["generation-gap", "thesis.txt"]
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("name", [b"generation-0007\n", b"", b"../elsewhere", b"\xff\xfe", b"\x00"])
def test_a_damaged_current_file_is_an_index_folder_error(tmp_path: Path, name: bytes) -> None:
    """A pointer to nothing, or garbage, says what to do instead of raising something else."""
    (tmp_path / "current").write_bytes(name)
    with pytest.raises(IndexFolderError, match=r"is not there; remove the folder|cannot be read"):
        IndexFolder(tmp_path).current()
