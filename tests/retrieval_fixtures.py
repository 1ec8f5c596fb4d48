"""Fixtures of the tests of retrieval and of the command line; modules name it in `pytest_plugins`.

It is a module of its own because pytest must import a plugin before anybody else does.
"""

import os
from pathlib import Path

import pytest

from retrieval.answerer import Answerer
from retrieval.reader import OnnxReader
from tests.retrieval_support import SEEDS, build_real


@pytest.fixture(scope="session")
def reader() -> OnnxReader:
    """The packaged reader."""
    return OnnxReader(threads=1)


@pytest.fixture(scope="session")
def seeds_index(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over seeds/ with the packaged model, to be read only."""
    return build_real(SEEDS, tmp_path_factory.mktemp("seeds") / "index", encoder_folder)


@pytest.fixture(scope="session")
def seeds_answerer(seeds_index: Path) -> Answerer:
    """The packaged reader and calibration over seeds/."""
    return Answerer.open(seeds_index, threads=1)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no setting of Dateline in the environment."""
    for name in os.environ:
        if name.startswith(("DATELINE_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
