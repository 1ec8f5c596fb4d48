"""What is installed: the wheel holds the three packages and the reader, and runs by itself."""

import os
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path, PurePosixPath

import pytest

from tests.retrieval_support import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as pip builds it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its content, as it lies in site-packages."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_the_packages_and_the_reader(wheel: Path) -> None:
    """Every module of the three packages and every file of the reader; no tests, no secrets."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {PurePosixPath(name).parts[0] for name in names}
    assert tops == {"bot", "retrieval", "index", "dateline-0.1.0.dist-info"}
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("bot", "retrieval", "index")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if "dist-info" not in name} == expected
    for name in ("model.onnx", "reader.json", "tokenizer.json", "calibration.json"):
        assert f"retrieval/reader_model/{name}" in names
    assert not [
        name for name in names if ".env" in name or "seeds" in name or "__pycache__" in name
    ]


def test_the_wheel_says_what_it_is(installed: Path) -> None:
    """Command, licence and version; it must not be uploaded."""
    info = installed / "dateline-0.1.0.dist-info"
    assert "dateline = bot.cli:main" in (info / "entry_points.txt").read_text()
    metadata = message_from_string((info / "METADATA").read_text())
    assert (metadata["Name"], metadata["License-Expression"]) == ("dateline", "MIT")
    assert "Private :: Do Not Upload" in metadata.get_all("Classifier", [])
    assert (info / "licenses" / "LICENSE").is_file()


def test_the_wheel_runs_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    """It tells its version and reads with its own reader."""
    code = """
import retrieval.reader, sys
from click.testing import CliRunner
from bot.cli import main
print(retrieval.reader.__file__)
print(CliRunner().invoke(main, ["--version"], prog_name="dateline").output.strip())
passage = "The bridge was opened by Ada Lind."
(reading,) = retrieval.reader.OnnxReader(threads=1).read("Who opened the bridge?", [passage])
print(passage[reading.start:reading.end])
"""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    module, version, answer = result.stdout.splitlines()
    assert Path(module).is_relative_to(installed)
    assert version == "dateline 0.1.0"
    assert "Ada Lind" in answer
