"""Golden questions outlive rebuilds, and a rebuild that loses one does not go live."""

from pathlib import Path

import pytest

from index.errors import GoldenRefusedError, IndexFolderError, UsageError
from index.folder import GOLDEN_FILE, IndexFolder
from index.generations import FolderGeneration
from index.golden import GoldenQuestion, GoldenQuestions
from retrieval import reader_export
from retrieval.answerer import Answerer
from retrieval.golden import passes, refuse_if_worse
from tests.retrieval_support import build_real, run, scripted_answerer
from tests.support import write_files

FIRST = GoldenQuestion("Who opened the mill?", "Ada Lind")
SECOND = GoldenQuestion("Who closed it?", "Ben Ode")
ARTICLES = {
    "mill.txt": "The mill in Arden was opened on Monday by Ada Lind, the mayor of the town.",
    "boat.txt": "The boat Merle sank in the harbour of Colm on Tuesday after a fire on board.",
}


def test_questions_are_kept_in_order(tmp_path: Path) -> None:
    """Each once, in a file beside the generations, whatever the script."""
    golden = GoldenQuestions(tmp_path)
    other = GoldenQuestion("Кто открыл?", "مطار")
    assert golden.all() == []
    assert [golden.add(one) for one in (FIRST, SECOND, FIRST, other)] == [True, True, False, True]
    assert GoldenQuestions(tmp_path).all() == [FIRST, SECOND, other]
    assert golden.remove(2) == SECOND
    assert golden.all() == [FIRST, other]
    for number in (0, 3, -1):
        with pytest.raises(UsageError, match=f"no golden question {number}"):
            golden.remove(number)
    assert golden.all() == [FIRST, other]


@pytest.mark.parametrize("content", [b"{", b'{"question": 1}\n', b"[]\n", b"\xff\xfe\n", b"\n"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    """Nothing is guessed, nothing is overwritten."""
    (tmp_path / GOLDEN_FILE).write_bytes(content)
    for attempt in (GoldenQuestions(tmp_path).all, lambda: GoldenQuestions(tmp_path).add(FIRST)):
        with pytest.raises(IndexFolderError, match=r"golden questions in .* cannot be read"):
            attempt()
    assert (tmp_path / GOLDEN_FILE).read_bytes() == content


def test_what_passes(tmp_path: Path) -> None:
    """The words stand in the answer or in a sentence quoted for it; silence never passes."""
    answerer = scripted_answerer(tmp_path, ARTICLES, {"Ada Lind": 2.0, "a fire": -2.0})
    question = "Who opened the mill in Arden?"
    assert passes(answerer, GoldenQuestion(question, "ada lind"))
    assert passes(answerer, GoldenQuestion(question, "on Monday"))
    assert not passes(answerer, GoldenQuestion(question, "Tuesday"))
    assert not passes(answerer, GoldenQuestion("What did the boat sink after?", "a fire"))


def test_a_worse_rebuild_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    """It says what was lost; one as good, one without questions, one before the first may pass."""
    build_real(write_files(tmp_path / "all", ARTICLES), tmp_path / "whole", encoder_folder)
    del_boat = {"mill.txt": ARTICLES["mill.txt"]}
    build_real(write_files(tmp_path / "some", del_boat), tmp_path / "part", encoder_folder)
    whole, part = (IndexFolder(tmp_path / name).current() for name in ("whole", "part"))
    boat = GoldenQuestion("Which boat sank in the harbour of Colm?", "Merle")
    assert passes(Answerer.open_generation(whole, threads=1), boat)
    with pytest.raises(GoldenRefusedError, match=r"answers 0 of the 1 golden .* Colm\?'"):
        refuse_if_worse(whole, part, [boat], 1)
    refuse_if_worse(whole, part, [], 1)
    refuse_if_worse(part, whole, [boat], 1)
    refuse_if_worse(None, part, [boat], 1)
    refuse_if_worse(FolderGeneration(tmp_path), part, [boat], 1)


def test_the_commands(
    encoder_folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Add what is answered, list, rebuild, be refused, force, roll back, remove.

    Another reader makes another generation, as another model does, but takes less time.
    """

    def ensure(generation: Path, name: str, threads: int) -> bool:
        return True

    monkeypatch.setattr(reader_export, "ensure_reader", ensure)
    other = {"DATELINE_READER": "other/reader"}
    index, articles = elsewhere / ".dateline", write_files(elsewhere / "articles", ARTICLES)
    build_real(articles, index, encoder_folder)
    question = "Which boat sank in the harbour of Colm?"
    add = ("index", "golden", "add", question, "--expect")
    assert run(*add, "Merle").stdout == "Added.\n"
    assert run(*add, "Merle").stdout == "It is there already.\n"
    refused = run(*add, "Orlop")
    assert (refused.exit_code, "does not answer" in refused.stderr) == (2, True)
    assert run(*add, "-").exit_code == 2
    assert run("index", "golden", "list").stdout == f"1. {question} => Merle\n"
    (articles / "boat.txt").unlink()
    live = IndexFolder(index).current()
    lost = run("index", "build", articles, env=other)
    assert (lost.exit_code, "golden" in lost.stderr) == (1, True)
    assert IndexFolder(index).current() == live
    assert run("ask", question).exit_code == 0
    assert run("index", "build", articles, "--force", env=other).exit_code == 0
    assert run("ask", question).exit_code == 3
    assert "generation-0001" in run("index", "rollback").stdout
    assert run("ask", question).exit_code == 0
    assert run("index", "rollback").exit_code == 2
    assert run("index", "golden", "remove", "1").stdout == f"Removed: {question}\n"
    assert run("index", "golden", "list").stdout == ""


def test_another_reader_makes_another_generation(
    encoder_folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The articles are not encoded again, and one that fails leaves the index as it was."""
    index, articles = elsewhere / ".dateline", write_files(elsewhere / "articles", ARTICLES)
    build_real(articles, index, encoder_folder)
    first = IndexFolder(index).current()

    def fail(generation: Path, name: str, threads: int) -> bool:
        assert generation != first.folder
        raise GoldenRefusedError("no")

    def ensure(generation: Path, name: str, threads: int) -> bool:
        (generation / "made").write_text(name)
        return True

    monkeypatch.setenv("DATELINE_READER", "other/reader")
    monkeypatch.setattr(reader_export, "ensure_reader", fail)
    assert run("index", "build", articles).exit_code == 1
    assert IndexFolder(index).current() == first
    monkeypatch.setattr(reader_export, "ensure_reader", ensure)
    result = run("index", "build", articles)
    assert "Nothing has changed: 2 articles" in result.stdout
    second = IndexFolder(index).current()
    assert second != first
    assert (second.folder / "made").read_text() == "other/reader"
    monkeypatch.delenv("DATELINE_READER")
    assert run("ask", "Who opened the mill in Arden?").exit_code == 0
