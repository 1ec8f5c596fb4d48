"""JSON Lines in, JSON Lines out: in order, and one bad line never stops the others."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from bot.batch import answer_lines
from index.filters import Filters
from retrieval.answer import Answer, Turn
from retrieval.answerer import Answerer
from tests.retrieval_support import PhraseReader, margin_calibration, run, small_library

FILES = {"a.txt": "The harbour bridge was opened by Ada Lind on Friday."}
GOOD = '{"id": 7, "question": "Who opened the harbour bridge?"}'


@pytest.fixture
def reader() -> PhraseReader:
    """Knows who opened the bridge."""
    return PhraseReader({"Ada Lind": 3.0})


@pytest.fixture
def answerer(tmp_path: Path, reader: PhraseReader) -> Answerer:
    """An answerer over `FILES`."""
    return Answerer(small_library(tmp_path, FILES), reader, margin_calibration())


def answered(answerer: Answerer, lines: Iterable[str]) -> tuple[list[dict[str, object]], int]:
    """The objects that come out, each from a line that is valid JSON and UTF-8; and the errors."""
    written: list[str] = []
    failed = answer_lines(answerer, lines, Filters(), written.append)
    assert not any("\n" in line for line in written)
    return [json.loads(line.encode()) for line in written], failed


def test_an_answered_line_is_the_answer_with_its_id(answerer: Answerer) -> None:
    """`id` first, then all that `Answer.to_json` has."""
    ((told,), failed) = answered(answerer, [GOOD])
    expected = answerer.answer("Who opened the harbour bridge?").to_json()
    assert list(told) == ["id", *expected]
    assert (told["id"], told["answer"], failed) == (7, "Ada Lind", 0)


@pytest.mark.parametrize("name", [1, "x", None, [1, {"a": 2}], 1.5, "\ud800", "🙂", True, 10**30])
def test_any_id_comes_back(answerer: Answerer, name: object) -> None:
    """Whatever JSON can hold, half of a surrogate pair too."""
    ((told,), failed) = answered(answerer, [json.dumps({"question": "Who?", "id": name})])
    assert (told["id"], failed) == (name, 0)


BAD = [
    ("nonsense", "Expecting value"),
    ('{"id": 7, "question": "Who', "Unterminated string"),
    ("[1]", 'not an object with a "question" string'),
    ("null", 'not an object with a "question" string'),
    ('"Who?"', 'not an object with a "question" string'),
    ('{"id": 7}', 'not an object with a "question" string'),
    ('{"id": 7, "question": 5}', 'not an object with a "question" string'),
    ('{"id": 7, "question": null}', 'not an object with a "question" string'),
    ('{"id": 7, "question": " "}', "the question is empty"),
    (json.dumps({"id": 7, "question": "a" * 100_000}), "the question has 100,000 characters"),
    ('{"id": 7, "question": "Who?", "history": "before"}', '"history" is not a list'),
    ('{"id": 7, "question": "Who?", "history": ["before"]}', '"history" is not a list'),
    ('{"id": 7, "question": "Who?", "history": [{"answer": "x"}]}', '"history" is not a list'),
    ('{"id": 7, "question": "Who?", "history": [{"question": "x", "answer": 1}]}', '"history" is'),
    ('{"id": NaN, "question": "Who?"}', "NaN is no JSON"),
    ("[" * 100_000, "nested too deeply"),
    ('{"id": ' + "1" * 5000 + ', "question": "Who?"}', "Exceeds the limit"),
    ('{"id": 7, "question": "caf\udce9?"}', "not UTF-8"),
]


@pytest.mark.parametrize(("line", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_line_gets_an_error_and_the_others_answers(
    answerer: Answerer, line: str, reason: str
) -> None:
    """An object in its place says which line and why; those around it are answered."""
    told, failed = answered(answerer, [GOOD, line, GOOD])
    assert failed == 1
    assert [one["answered"] for one in told] == [True, False, True]
    assert list(told[1]) == ["id", "question", "answered", "error"]
    assert str(told[1]["error"]).startswith(f"line 2: {reason}")
    assert told[1]["id"] in (7, None)


def test_blank_lines_count_but_are_not_answered(answerer: Answerer) -> None:
    """The number in an error is that of the line in the file."""
    told, failed = answered(answerer, ["\n", GOOD + "\n", "  \n", "x\n"])
    assert (len(told), failed) == (2, 1)
    assert str(told[1]["error"]).startswith("line 4: ")


def test_answers_come_one_by_one(answerer: Answerer) -> None:
    """A line is answered before the next is read, so that a program can talk to it."""
    written: list[str] = []

    def lines() -> Iterable[str]:
        yield GOOD
        assert len(written) == 1
        yield GOOD

    answer_lines(answerer, lines(), Filters(), written.append)
    assert len(written) == 2


def test_history_is_what_was_said_before(answerer: Answerer, reader: PhraseReader) -> None:
    """Oldest first; an answer may be missing or null."""
    history = [{"question": "Who paid?"}, {"question": "Who opened the bridge?", "answer": None}]
    answered(answerer, [json.dumps({"question": "and when?", "history": history})])
    assert "When was it that someone opened the bridge?" in reader.asked


def test_answers_can_be_handed_back_as_history(answerer: Answerer) -> None:
    """A script need not take them apart; what is not of our making is passed over."""
    seen: list[Sequence[Turn]] = []

    class Noting(Answerer):
        def answer(
            self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
        ) -> Answer:
            seen.append(history)
            return super().answer(question, history, filters)

    noting = Noting(answerer.library, answerer.reader, answerer.calibration)
    ((first,), _) = answered(noting, [GOOD])
    odd = {"question": "?", "understanding": 3, "citations": {"quote": "x"}}
    odder = {"question": "?", "understanding": {"standalone": 3}, "citations": [3, {"quote": 3}]}
    answered(noting, [json.dumps({"question": "when?", "history": [odd, odder, first]})])
    assert seen[1] == [
        Turn("?", None),
        Turn("?", None),
        noting.answer("Who opened the harbour bridge?").turn,
    ]


# ---- as a command

QUESTIONS = [
    '{"id": "a", "question": "how many fighters were evacuated?"}',
    '{"id": "b", "question": "Who painted the Mona Lisa?"}',
    "nonsense",
    '{"id": "c", "question": "who owns it?", "history": '
    '[{"question": "When was the Svalbard Global Seed Vault opened?", "answer": "2008"}]}',
]


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("source", ["file", "pipe"])
def test_ask_batch_answers_in_order(seeds_index: Path, tmp_path: Path, source: str) -> None:
    """From a file with a byte order mark or from a pipe; errors end with status 2 and one line."""
    text = "\n".join(QUESTIONS)
    if source == "file":
        (tmp_path / "questions.jsonl").write_bytes(b"\xef\xbb\xbf" + text.encode())
        result = run("ask", "--index", seeds_index, "--batch", tmp_path / "questions.jsonl")
    else:
        result = run("ask", "--index", seeds_index, "--batch", "-", stdin=text)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["id"] for one in told] == ["a", "b", None, "c"]
    assert [one.get("answer") for one in told] == [
        "4,000 pro-Iranian fighters",
        None,
        None,
        "Norway",
    ]
    assert (result.exit_code, result.stderr) == (
        2,
        "dateline: 1 of the lines could not be answered; see their 'error'.\n",
    )


@pytest.mark.usefixtures("elsewhere")
def test_ask_batch_without_errors_ends_with_0(seeds_index: Path, tmp_path: Path) -> None:
    """Abstentions are answers too; a line that is not UTF-8 spoils only itself."""
    file = tmp_path / "questions.jsonl"
    file.write_text(QUESTIONS[1])
    assert run("ask", "--index", seeds_index, "--batch", file).exit_code == 0
    file.write_bytes(b'{"question": "caf\xe9?"}\n' + QUESTIONS[0].encode())
    result = run("ask", "--index", seeds_index, "--batch", file)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["answered"] for one in told] == [False, True]
    assert (told[0]["error"], result.exit_code) == ("line 1: not UTF-8", 2)
