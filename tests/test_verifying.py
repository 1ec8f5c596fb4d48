"""The command `dateline verify`: what it reads, what it prints, its exit status."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import verifying
from bot.batch import answer_lines
from bot.verifying import Count
from index.filters import Filters
from retrieval.answerer import Answerer
from tests.retrieval_support import ROOT, SEEDS, run, scripted_answerer, start
from tests.support import build, write_files

pytestmark = pytest.mark.usefixtures("elsewhere")

FIGHTERS = "how many fighters were evacuated?"
BRIDGE = "The harbour bridge was opened by Ada Lind on Friday. The “old” ferry sailed no\u00a0more."
Told = dict[str, Any]


@pytest.fixture
def answerer(elsewhere: Path) -> Answerer:
    """Knows `articles/a.txt`; its index is in `index/`."""
    return scripted_answerer(elsewhere, {"a.txt": BRIDGE}, {"Ada Lind": 3.0})


@pytest.fixture
def told(answerer: Answerer) -> Told:
    """A true answer of it."""
    answer: Told = json.loads(json.dumps(answerer.answer("Who opened the bridge?").to_json()))
    assert answer["answered"]
    return {"id": None, **answer}


def line(told: Told, old: str = "", new: str = "") -> str:
    """An answer as `dateline ask --json` prints it, with a change in its text."""
    whole = json.dumps(told, ensure_ascii=False)
    assert old in whole
    return whole.replace(old, new) + "\n"


def test_what_ask_prints_is_verified(seeds_index: Path, elsewhere: Path) -> None:
    """One object, or JSON Lines; by the index, and by the files without it; status 0."""
    single = run("ask", "--json", FIGHTERS, "--index", seeds_index).stdout
    write_files(elsewhere, {"a.json": single})
    asked = [FIGHTERS, "Who painted the Mona Lisa?", "what happened at Hmeimim?"]
    lines = "".join(json.dumps({"question": question}) + "\n" for question in asked)
    batch = run("ask", "--batch", "-", "--index", seeds_index, stdin=lines).stdout
    for where in (["--index", str(seeds_index)], ["--articles", str(SEEDS)]):
        result = run("verify", "a.json", *where)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == "1 answer, 1 quotation: all verified\n"
        result = run("verify", "-", "a.json", *where, stdin=batch)
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.startswith("4 answers, ")
        assert result.stdout.endswith(" quotations: all verified\n")


def test_what_fails_is_told_with_what_is_there(told: Told, elsewhere: Path) -> None:
    """File, line, place, and both wordings from where they differ; status 1."""
    lines = line(told) + "\n" + line(told, "bridge was opened by Ada", "bridge was opened by Eda")
    write_files(elsewhere, {"answers.jsonl": lines})
    result = run("verify", "answers.jsonl", "--index", "index")
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == [
        "answers.jsonl:3: citation 1: the quote is not what stands at 0:52",
        "    told:  … harbour bridge was opened by Eda Lind on Friday.",
        "    there: … harbour bridge was opened by Ada Lind on Friday.",
        "answers.jsonl:3: answer: it is not what citation 1 marks",
        "    told:  Ada Lind",
        "    there: Eda Lind",
        "1 of 2 answers failed (2 quotations)",
    ]


def test_long_texts_are_clipped_around_the_difference(told: Told) -> None:
    """On one line, without anything that steers a terminal."""
    told["citations"][0] |= {"quote": "\x1b[31m\n" + "long " * 5000}
    result = run("verify", "-", "--index", "index", stdin=line(told))
    assert result.exit_code == 1
    assert max(map(len, result.stdout.splitlines())) < 120
    assert "\x1b" not in result.stdout
    assert r"told:  \x1b[31m\nlong long" in result.stdout


def test_what_became_of_an_article_is_a_note(told: Told, elsewhere: Path) -> None:
    """Status 0: the quote is genuine, though its article has been withdrawn since."""
    write_files(elsewhere / "articles", {"b.txt": "It rained."})
    (elsewhere / "articles" / "a.txt").unlink()
    build(elsewhere / "articles", elsewhere / "index")
    result = run("verify", "-", "--index", "index", stdin=line(told))
    assert result.exit_code == 0
    note, closing = result.stdout.splitlines()
    assert note.startswith("stdin:1: note: a.txt was withdrawn on 20")
    assert closing == "1 answer, 1 quotation: all verified"
    result = run("verify", "-", "--articles", "articles", stdin=line(told))
    assert result.exit_code == 1
    assert "citation 1: there is no file 'a.txt' in the folder of articles" in result.stdout


def test_an_object_may_run_over_many_lines(told: Told) -> None:
    """As other programs print it; with a mark of its encoding, too."""
    pretty = json.dumps(told, indent=2, ensure_ascii=False)
    for text in (pretty, "\ufeff" + pretty, "\ufeff" + line(told), line(told).rstrip()):
        result = run("verify", "-", "--index", "index", stdin=text)
        assert (result.exit_code, result.stderr) == (0, "")


def test_a_question_that_was_refused_is_passed_over(answerer: Answerer, told: Told) -> None:
    """A line of a batch that has an error claims nothing; a file of nothing else has no answer."""
    refused: list[str] = []
    assert answer_lines(answerer, ["{}"], Filters(), refused.append) == 1
    result = run("verify", "-", "--index", "index", stdin=line(told) + refused[0])
    assert result.exit_code == 0
    assert "stdin:2: note: the question could not be answered" in result.stdout
    assert run("verify", "-", "--index", "index", stdin=refused[0]).exit_code == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no answer"),
        (b" \n\n", "holds no answer"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is not UTF-8"),
        (b"\x00" * 100, "is no JSON"),
        (b"Who said so?", "is no JSON"),
        (b'{"question": "Who', "is no JSON"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"confidence": NaN}', "NaN is no JSON"),
        (b'{"n": ' + b"1" * 5000 + b"}", "is no JSON"),
        (b'{"answer": 1, "answer": 2}', "the same field twice"),
    ],
    ids=["empty", "blank", "binary", "NULs", "text", "cut", "deep", "NaN", "digits", "twice"],
)
def test_what_is_no_json_is_unreadable(
    told: Told, elsewhere: Path, content: bytes, reason: str
) -> None:
    """Status 2, a line on standard error; a good file beside it is checked all the same."""
    (elsewhere / "bad").write_bytes(content)
    write_files(elsewhere, {"good.json": line(told)})
    result = run("verify", "bad", "good.json", "--index", "index")
    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stderr.startswith("dateline: bad:")
    assert result.stdout.startswith("1 answer, 1 quotation: all verified; ")
    failed = run("verify", "bad", "-", "--index", "index", stdin=line(told, "Ada Lind", "Eda"))
    assert failed.exit_code == 1


@pytest.mark.parametrize("name", ["missing.json", "articles", "no\0name"])
def test_what_is_no_file_is_unreadable(told: Told, name: str) -> None:
    """Status 2 with the reason."""
    result = run("verify", name, "--index", "index")
    assert result.exit_code == 2
    assert "cannot be read: " in result.stderr
    assert result.stdout == "0 answers, 0 quotations; 1 unreadable\n"


@pytest.mark.parametrize("content", ["{}", "[]", "7", '"answer"', '{"data": [1, 2]}', "[{}]"])
def test_other_json_fails(told: Told, content: str) -> None:
    """Status 1 and one sentence."""
    result = run("verify", "-", "--index", "index", stdin=content)
    assert result.exit_code == 1
    assert result.stdout.startswith("stdin:1: shape: the answer ")
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "most"), [(b"\xff\n", 1), (b"rubbish\n", verifying.MAX_UNREADABLE)]
)
def test_a_file_of_rubbish_is_given_up(
    told: Told, elsewhere: Path, content: bytes, most: int
) -> None:
    """A binary one at once, another after some lines; lest it fills the screen."""
    (elsewhere / "bad").write_bytes(content * 100_000)
    result = run("verify", "bad", "-", "--index", "index", stdin=line(told))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == most + 1
    assert result.stderr.splitlines()[-1] == "dateline: bad: the rest is not looked at."
    assert result.stdout == f"1 answer, 1 quotation: all verified; {most} unreadable\n"


def test_an_endless_line_is_not_read(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of it than an answer could have."""
    monkeypatch.setattr(verifying, "MAX_BYTES", 10_000)
    result = run("verify", "-", "--index", "index", stdin=b"x" * 50_000 + b"\n")
    assert result.exit_code == 2
    assert "is longer than" in result.stderr
    (record,) = verifying.records(io.BytesIO(b"x" * 50_000))
    assert record == (1, b"x" * 10_001)


def test_many_answers_are_read_line_by_line(
    told: Told, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, and however long the whole is."""
    monkeypatch.setattr(verifying, "MAX_BYTES", 10_000)
    write_files(elsewhere, {"many.jsonl": line(told) * 2000})
    result = run("verify", "many.jsonl", "--articles", "articles")
    assert (result.exit_code, result.stdout) == (
        0,
        "2000 answers, 2000 quotations: all verified\n",
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--articles", "missing"], "does not exist; name a folder of articles."),
        (["--articles", "articles/a.txt"], "is not a folder; name a folder of articles."),
        (["--articles", "articles", "--index", "index"], "give either --articles or --index"),
    ],
)
def test_wrong_usage_has_a_status_of_its_own(told: Told, arguments: list[str], reason: str) -> None:
    """Status 2 and one line."""
    result = run("verify", "-", *arguments, stdin=line(told))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_closed_pipe_ends_it_quietly(told: Told, elsewhere: Path) -> None:
    """As `| head -1` closes it: no traceback."""
    write_files(elsewhere, {"bad.jsonl": line(told, "by Ada", "by Eda") * 3000})
    with start("verify", "bad.jsonl", "--index", "index") as verified:
        assert verified.stdout
        assert verified.stderr
        verified.stdout.readline()
        verified.stdout.close()
        assert verified.stderr.read() == b""
    assert verified.returncode == 1


def test_neither_model_nor_faiss_is_loaded(told: Told, elsewhere: Path) -> None:
    """Whether by the index or by the files."""
    write_files(elsewhere, {"a.json": line(told)})
    heavy = "{'torch', 'faiss', 'onnxruntime', 'tokenizers', 'tiktoken', 'dateparser', 'nupunkt'}"
    for where in (["--index", "index"], ["--articles", "articles"]):
        code = f"""
import sys
from bot.cli import main
try:
    main({["verify", "a.json", *where]!r}, prog_name="dateline")
except SystemExit as end:
    assert end.code == 0
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {heavy}))
"""
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]"


def test_the_closing_line_counts() -> None:
    """One of a thing is not several."""
    assert Count(1, 0, 1).summary() == "1 answer, 1 quotation: all verified"
    assert Count(3, 1, 5, 2).summary() == "1 of 3 answers failed (5 quotations); 2 unreadable"
    assert Count().summary() == "0 answers, 0 quotations"
