"""A conversation: from a pipe, and typed into a terminal."""

import io
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.chat import WELCOME, run_chat
from bot.conversation import Conversation
from index.filters import Filters
from retrieval.answer import MAX_TURNS
from retrieval.answerer import Answerer
from tests.retrieval_support import (
    DATELINE,
    ROOT,
    PhraseReader,
    margin_calibration,
    run,
    small_library,
)

FILES = {"a.txt": "The harbour bridge was opened by Ada Lind on Friday."}
QUESTION = "Who opened the harbour bridge?"
PROMPTED = b"\x1b[?2004h"  # prompt_toolkit takes over the keyboard


@pytest.fixture
def reader() -> PhraseReader:
    """Knows who opened the bridge."""
    return PhraseReader({"Ada Lind": 3.0})


@pytest.fixture
def answerer(tmp_path: Path, reader: PhraseReader) -> Answerer:
    """An answerer over `FILES`."""
    return Answerer(small_library(tmp_path, FILES), reader, margin_calibration())


def piped(monkeypatch: pytest.MonkeyPatch, answerer: Answerer, *lines: str) -> None:
    """Chat with lines from a pipe."""
    stdin = io.TextIOWrapper(io.BytesIO("\n".join(lines).encode(errors="surrogateescape")))
    monkeypatch.setattr(sys, "stdin", stdin)
    run_chat(answerer, Filters(), Path("never used"), Conversation())


def test_every_line_of_a_pipe_is_answered(
    monkeypatch: pytest.MonkeyPatch, answerer: Answerer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Blank lines are passed over; the end of the pipe ends the chat; no prompt, no colour."""
    piped(monkeypatch, answerer, QUESTION, "", "  ", "Nobody asked this about ferries?")
    out = capsys.readouterr().out
    assert out.count("Ada Lind\n\n  “The harbour bridge was opened by Ada Lind on Friday.”") == 2
    assert "> " not in out
    assert "\x1b" not in out


def test_a_follow_up_knows_the_turn_before(
    monkeypatch: pytest.MonkeyPatch,
    answerer: Answerer,
    reader: PhraseReader,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was said goes along until /reset forgets it."""
    piped(monkeypatch, answerer, QUESTION, "and when?", "/reset", "and when?")
    first, *between, last = reader.asked
    assert (first, last) == (QUESTION, "and when?")
    assert between[-1].startswith("When was it that Ada Lind opened the harbour bridge")
    assert "Forgotten." in capsys.readouterr().out


@pytest.mark.parametrize("word", ["/quit", "/exit"])
def test_quit_ends_the_chat(
    monkeypatch: pytest.MonkeyPatch, answerer: Answerer, reader: PhraseReader, word: str
) -> None:
    """What comes after it is not answered."""
    piped(monkeypatch, answerer, word, QUESTION)
    assert reader.asked == []


@pytest.mark.parametrize("word", ["/help", "/", "/restart now"])
def test_another_command_says_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
    answerer: Answerer,
    reader: PhraseReader,
    capsys: pytest.CaptureFixture[str],
    word: str,
) -> None:
    """It is no question."""
    piped(monkeypatch, answerer, word)
    assert capsys.readouterr().out == f"{WELCOME}\n"
    assert reader.asked == []


def test_a_refused_question_does_not_end_the_chat(
    monkeypatch: pytest.MonkeyPatch, answerer: Answerer, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says why and goes on; the question leaves no trace in the history."""
    piped(monkeypatch, answerer, "a" * 2001, QUESTION)
    out = capsys.readouterr().out
    assert out.startswith("the question has 2,001 characters; ask in 2,000 or fewer.\n")
    assert "Ada Lind" in out


def test_bytes_that_are_no_text_do_not_end_the_chat(
    monkeypatch: pytest.MonkeyPatch,
    answerer: Answerer,
    reader: PhraseReader,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A Latin-1 letter becomes a replacement mark; the next line is read as ever."""
    piped(monkeypatch, answerer, "Who drinks caf\udce9 here?", QUESTION)
    assert reader.asked[0] == "Who drinks caf\ufffd here?"
    assert QUESTION in reader.asked
    assert capsys.readouterr().err == ""


def test_a_chat_remembers_only_the_last_turns(
    monkeypatch: pytest.MonkeyPatch, answerer: Answerer
) -> None:
    """However long it lasts."""
    lengths = []
    real = answerer.answer

    def counted(question: str, history: list[object], filters: Filters) -> object:
        lengths.append(len(history))
        return real(question, (), filters)

    monkeypatch.setattr(answerer, "answer", counted)
    piped(monkeypatch, answerer, *[QUESTION] * (MAX_TURNS + 3))
    assert lengths == [*range(MAX_TURNS), MAX_TURNS, MAX_TURNS, MAX_TURNS]


# ---- typed


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[PipeInput]:
    """Keys for prompt_toolkit, as from a terminal."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def test_keys_are_read_until_ctrl_d(
    keyboard: PipeInput, answerer: Answerer, reader: PhraseReader, tmp_path: Path
) -> None:
    """Ctrl-C drops the line, Ctrl-D ends; what was asked is kept for the arrow keys."""
    keyboard.send_text(f"Never m\x03{QUESTION}\r/reset\r\x04")
    state = tmp_path / "state"
    run_chat(answerer, Filters(), state, Conversation())
    assert reader.asked == [QUESTION]
    assert QUESTION in (state / "chat-history").read_text()


def test_a_history_that_cannot_be_kept_is_done_without(
    keyboard: PipeInput, answerer: Answerer, reader: PhraseReader, tmp_path: Path
) -> None:
    """A home that is no folder does not stop anybody from asking."""
    (tmp_path / "file").write_text("")
    keyboard.send_text(f"{QUESTION}\r\x04")
    run_chat(answerer, Filters(), tmp_path / "file" / "state", Conversation())
    assert reader.asked == [QUESTION]


def test_a_chat_goes_on_where_it_ended(
    keyboard: PipeInput,
    answerer: Answerer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says so, and how to forget what was said; then nothing is left to go on from."""
    file = tmp_path / "conversation.json"
    keyboard.send_text(f"{QUESTION}\r\x04")
    run_chat(answerer, Filters(), tmp_path, Conversation(file))
    assert "Going on" not in capsys.readouterr().out
    keyboard.send_text("/reset\r\x04")
    again = Conversation(file)
    assert [turn.answer for turn in again.turns] == ["Ada Lind"]
    run_chat(answerer, Filters(), tmp_path, again)
    assert f"Going on from “{QUESTION}” (/reset forgets it)." in capsys.readouterr().out
    assert Conversation(file).turns == []


# ---- as a command


@pytest.mark.usefixtures("elsewhere")
def test_a_pipe_begins_anew_unless_told_otherwise(
    seeds_index: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script gets the same answers each time; --resume keeps and goes on, --new forgets."""
    monkeypatch.setenv("HOME", str(elsewhere))
    for options, kept in (((), 0), (("--resume",), 1), ((), 1), (("--resume", "--new"), 1)):
        run("chat", "--index", seeds_index, *options, stdin="When was Krakatoa's eruption?")
        files = list(elsewhere.rglob("conversation-*.json"))
        assert len(files) == kept, options
    resumed = run("chat", "--index", seeds_index, "--resume", stdin="/quit")
    assert resumed.stdout == "Going on from “When was Krakatoa's eruption?” (/reset forgets it).\n"


@pytest.mark.usefixtures("elsewhere")
def test_dateline_chat_reads_a_pipe(seeds_index: Path) -> None:
    """Questions, a follow-up and commands, one a line; it ends with status 0."""
    lines = [
        "When was the Svalbard Global Seed Vault opened?",
        "who owns it?",
        "/reset",
        "/quit",
        "how many fighters were evacuated?",
    ]
    result = run("chat", "--index", seeds_index, stdin="\n".join(lines))
    first, then = result.stdout.index("26 February 2008\n"), result.stdout.index("Norway\n")
    assert first < then < result.stdout.index("Forgotten.")
    assert "4,000" not in result.stdout
    assert (result.exit_code, result.stderr) == (0, "")


def test_dateline_chat_in_a_terminal(seeds_index: Path, elsewhere: Path) -> None:
    """A prompt, an answer in colour, Ctrl-D: as in any shell."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HOME": str(elsewhere),
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",  # no one here tells it where the cursor is
    }
    environment.pop("NO_COLOR", None)
    chat = subprocess.Popen(
        [*DATELINE, "chat", "--index", str(seeds_index)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""

    def wait_for(text: bytes, times: int = 1) -> None:
        nonlocal shown
        until = time.monotonic() + 60
        while shown.count(text) < times:
            assert time.monotonic() < until, shown
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 4096)

    try:
        wait_for(PROMPTED)
        os.write(ours, b"how many fighters were evacuated?\r")
        wait_for(PROMPTED, times=2)
        assert b"\x1b[1;32m4,000 pro-Iranian fighters\x1b[0m" in shown
        os.write(ours, b"\x04")
        assert chat.wait(30) == 0
    finally:
        chat.kill()
        chat.wait()
        os.close(ours)
