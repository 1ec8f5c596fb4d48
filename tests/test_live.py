"""A conversation follows its index through rebuilds and rollbacks."""

import logging
from pathlib import Path

import pytest

from index.folder import IndexFolder
from retrieval.answerer import Answerer
from retrieval.live import LiveAnswerer
from tests.retrieval_support import PhraseReader, margin_calibration
from tests.support import build, open_library, write_files

QUESTION = "Who opened the harbour bridge?"
FIRST = {"a.txt": "Ada Lind opened the harbour bridge on Monday."}
SECOND = {"a.txt": "Ben Ode opened the harbour bridge on Monday."}


@pytest.fixture
def live(tmp_path: Path) -> LiveAnswerer:
    """Over an index of `FIRST` in the folder `index`."""
    build(write_files(tmp_path / "articles", FIRST), tmp_path / "index")
    reader = PhraseReader({"Ada Lind": 2.0, "Ben Ode": 2.0})

    def open_answerer() -> Answerer:
        return Answerer(open_library(tmp_path / "index"), reader, margin_calibration())

    return LiveAnswerer(IndexFolder(tmp_path / "index"), open_answerer)


def rebuild(tmp_path: Path) -> None:
    """Put `SECOND` into a generation of its own."""
    build(write_files(tmp_path / "articles", SECOND), tmp_path / "index", rebuild=True)


def test_a_rebuild_is_answered_from_at_once(tmp_path: Path, live: LiveAnswerer) -> None:
    """The next question sees it, without opening anything by hand."""
    assert live.answer(QUESTION).answer == "Ada Lind"
    held = live.current()
    rebuild(tmp_path)
    assert held.answer(QUESTION).answer == "Ada Lind"  # a question under way ends as it began
    assert live.answer(QUESTION).answer == "Ben Ode"
    assert live.current() is live.current()
    assert live.library.generation == IndexFolder(tmp_path / "index").current()


def test_a_rollback_is_followed(tmp_path: Path, live: LiveAnswerer) -> None:
    """Back, and forth again by another rebuild, which takes the name of the one given up."""
    folder = IndexFolder(tmp_path / "index")
    rebuild(tmp_path)
    given_up = live.current().library.generation
    with folder.locked():
        folder.roll_back()
    assert live.answer(QUESTION).answer == "Ada Lind"
    rebuild(tmp_path)
    assert folder.current() == given_up
    assert live.answer(QUESTION).answer == "Ben Ode"


def test_a_broken_index_does_not_silence(
    tmp_path: Path, live: LiveAnswerer, caplog: pytest.LogCaptureFixture
) -> None:
    """What was open goes on answering, and the log says why, once."""
    (tmp_path / "index" / "current").write_text("generation-0009\n")
    with caplog.at_level(logging.WARNING):
        assert live.answer(QUESTION).answer == "Ada Lind"
        assert live.answer(QUESTION).answer == "Ada Lind"
    assert [record.getMessage() for record in caplog.records] == [
        f"still answering from the index as it was: {str(tmp_path / 'index')!r} names "
        "'generation-0009' as its index, which is not there; "
        "remove the folder and build the index anew."
    ]
