"""The cache of exported encoders: the same files, once on the disk, and never damaged ones."""

import shutil
from pathlib import Path

import pytest

from index import exported
from index.encoders import MODEL_FILE, WEIGHTS_FILE, OnnxEncoder
from index.errors import ModelError
from index.export import DEFAULT_MODEL
from index.exported import ready_encoder


@pytest.fixture
def exports(encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An empty cache, and what is exported: a copy of what was exported for all tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made: list[str] = []

    def export(name: str, folder: Path, threads: int) -> OnnxEncoder:
        made.append(name)
        shutil.copytree(encoder_folder, folder)
        return OnnxEncoder(folder, threads)

    monkeypatch.setattr(exported, "export_encoder", export)
    return made


def test_a_model_is_exported_once(exports: list[str], tmp_path: Path) -> None:
    """Then its files are linked, and give the same vectors."""
    first, second = (ready_encoder(DEFAULT_MODEL, tmp_path / name, 1) for name in ("a", "b"))
    assert exports == [DEFAULT_MODEL]
    assert (first.encode_question("who?") == second.encode_question("who?")).all()
    one, other = (tmp_path / name / WEIGHTS_FILE for name in ("a", "b"))
    assert one.stat().st_ino == other.stat().st_ino
    assert sorted(file.name for file in one.parent.iterdir()) == sorted(
        file.name for file in other.parent.iterdir()
    )


def test_a_damaged_cache_heals_itself(exports: list[str], tmp_path: Path) -> None:
    """What is not what was kept is exported again, and never used."""
    ready_encoder(DEFAULT_MODEL, tmp_path / "a", 1)
    (kept,) = (tmp_path / "cache" / "dateline" / "encoders").iterdir()
    raw = (kept / MODEL_FILE).read_bytes()
    (kept / MODEL_FILE).unlink()
    (kept / MODEL_FILE).write_bytes(raw[:-1] + b"x")
    ready_encoder(DEFAULT_MODEL, tmp_path / "b", 1)
    ready_encoder(DEFAULT_MODEL, tmp_path / "c", 1)
    assert exports == [DEFAULT_MODEL] * 2
    assert (tmp_path / "c" / MODEL_FILE).read_bytes() == raw


def test_a_cache_that_cannot_be_written_costs_only_time(exports: list[str], tmp_path: Path) -> None:
    """The index is made all the same."""
    (tmp_path / "cache").write_text("a file where the folder should be")
    for name in ("a", "b"):
        ready_encoder(DEFAULT_MODEL, tmp_path / name, 1)
    assert exports == [DEFAULT_MODEL] * 2


def test_other_models_are_exported_each_time(exports: list[str], tmp_path: Path) -> None:
    """Nobody knows whether what a name means is still the same."""
    for name in ("a", "b"):
        ready_encoder("some/model", tmp_path / name, 1)
    assert exports == ["some/model"] * 2


def test_an_installation_without_its_model_is_told(
    exports: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the cache has what was exported of it."""
    ready_encoder(DEFAULT_MODEL, tmp_path / "a", 1)
    monkeypatch.setattr("index.export.DEFAULT_MODEL_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="pip install"):
        ready_encoder(DEFAULT_MODEL, tmp_path / "b", 1)
