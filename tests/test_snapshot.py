"""A snapshot gives back what was written, or says that it cannot; it never gives anything else."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.snapshot import START, Array, Position, Snapshot, SnapshotDamagedError, save_snapshot

POSITION = Position(7, -(2**63))
ARRAYS: dict[str, Array] = {
    "ids": np.arange(300, dtype=np.int64) * 2**40,
    "empty": np.empty(0, dtype=np.uint8),
    "words": np.frombuffer("Élan".encode(), dtype=np.uint8),
    "counts": np.arange(999, dtype=np.uint32),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A snapshot of several blocks."""
    monkeypatch.setattr("index.snapshot.BLOCK_BYTES", 256)
    save_snapshot(tmp_path / "a.snapshot", POSITION, ARRAYS)
    return tmp_path / "a.snapshot"


def is_whole(snapshot: Snapshot | None) -> bool:
    """Whether everything that was written is read; a wrong byte fails the test."""
    if snapshot is None:
        return False
    try:
        for name, array in ARRAYS.items():
            read = snapshot.array(name)
            assert (read.dtype, read.tolist()) == (array.dtype, array.tolist())
    except SnapshotDamagedError:
        return False
    assert snapshot.position == POSITION
    return True


types = st.sampled_from([np.uint8, np.uint32, np.int64, np.float32])
arrays_ = st.builds(lambda kind, size: np.arange(size).astype(kind), types, st.integers(0, 3000))


@given(arrays=st.dictionaries(st.text(), arrays_), ends=st.tuples(st.integers(0), st.integers(0)))
def test_arrays_are_given_back(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, Array], ends: tuple[int, int]
) -> None:
    """Every array and every part of it, whatever its type, size or name."""
    path = tmp_path_factory.mktemp("snapshot") / "a.snapshot"
    save_snapshot(path, START, arrays)
    snapshot = Snapshot.load(path)
    assert snapshot is not None
    for name, array in arrays.items():
        start, stop = sorted(end % (len(array) + 1) for end in ends)
        assert snapshot.length(name) == len(array)
        assert snapshot.array(name).tobytes() == array.tobytes()
        assert snapshot.array(name, start, stop).tobytes() == array[start:stop].tobytes()


def test_a_long_name_in_another_script_fits_its_header(tmp_path: Path) -> None:
    """JSON writes each of its letters in six bytes."""
    name = "ř" * 500
    save_snapshot(tmp_path / "a.snapshot", START, {name: np.arange(9)})
    snapshot = Snapshot.load(tmp_path / "a.snapshot")
    assert snapshot is not None
    assert snapshot.array(name).tolist() == list(range(9))


def test_a_changed_or_missing_byte_is_noticed(file: Path) -> None:
    """Wherever the file is cut or changed, it is refused, or what is read is right all the same."""
    whole = file.read_bytes()
    assert is_whole(Snapshot.load(file))
    refused = 0
    for place in range(0, len(whole), 13):
        file.write_bytes(whole[:place])
        assert not is_whole(Snapshot.load(file))
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused += not is_whole(Snapshot.load(file))
    assert refused > 0.9 * len(whole) / 13, "only what fills gaps between arrays may be changed"
    file.write_bytes(whole + b"\0")
    assert Snapshot.load(file) is None


def test_damage_is_told_where_it_is_read(file: Path) -> None:
    """One bad block does not take the others with it, and is told at each reading."""
    whole = bytearray(file.read_bytes())
    place = whole.find(ARRAYS["counts"][500:510].tobytes())
    whole[place] ^= 1
    file.write_bytes(whole)
    snapshot = Snapshot.load(file)
    assert snapshot is not None
    assert snapshot.array("counts", 0, 400).tolist() == list(range(400))
    for _ in range(2):
        with pytest.raises(SnapshotDamagedError, match="'counts'"):
            snapshot.array("counts", 400, 600)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    """Nothing, a folder, an empty file, another file: None, never an error."""
    path = tmp_path / "a.snapshot"
    assert Snapshot.load(path) is None
    for content in (b"", b"x", b"\xff" * 40, b"\xff" * 5000, b"\0" * 5000):
        path.write_bytes(content)
        assert Snapshot.load(path) is None
    path.unlink()
    path.mkdir()
    assert Snapshot.load(path) is None


def test_an_open_snapshot_outlives_its_file(file: Path) -> None:
    """Who has it open reads on when another one takes its place, or none."""
    old = Snapshot.load(file)
    save_snapshot(file, START, {"other": np.zeros(9)})
    assert is_whole(old)
    file.unlink()
    assert is_whole(old)


def test_a_failed_write_harms_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stays when the new one cannot be written to its end, and no part of it stays."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            save_snapshot(file, START, {"other": np.zeros(9)})
    with pytest.raises(FileNotFoundError):
        save_snapshot(file.parent / "gone" / "a.snapshot", START, ARRAYS)
    assert is_whole(Snapshot.load(file))
    assert list(file.parent.iterdir()) == [file]


def test_a_part_that_a_crash_left_is_not_read(file: Path) -> None:
    """A partial file beside the whole one changes nothing."""
    file.with_name(f"{file.name}.1.partial").write_bytes(file.read_bytes()[:99])
    assert is_whole(Snapshot.load(file))
