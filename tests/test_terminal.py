"""What a terminal shows, and what a pipe gets instead."""

import io
import sys

import pytest

from bot.terminal import BuildProgress, make_console, print_report
from index.intake import BuildReport


def test_a_console_for_a_picture_has_the_width_it_is_given() -> None:
    """A terminal's own width counts only where none is given."""
    assert make_console(72).width == 72


def test_a_report_counts_and_names_bad_files(capsys: pytest.CaptureFixture[str]) -> None:
    """What happened goes to standard output, each bad file with its reason to standard error."""
    report = BuildReport(["a.txt", "b.txt"], [], ["c.txt"], 4, [("[d].txt", "holds no text")], 9)
    print_report(report, 1.25)
    out, err = capsys.readouterr()
    assert out == "2 added, 1 withdrawn, 4 unchanged; 9 chunks encoded in 1.2 s.\n"
    assert err == "not indexed: [d].txt: holds no text\n"


def test_a_report_of_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A second build over the same folder."""
    print_report(BuildReport(unchanged=16), 0.1)
    assert capsys.readouterr().out == "Nothing has changed: 16 articles are as they were.\n"


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is drawn where nobody looks."""
    with BuildProgress() as progress:
        progress.stage("Reading", 3)
        progress.advance(1)
    assert progress.elapsed_s > 0
    assert capsys.readouterr() == ("", "")


def test_progress_is_drawn_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage and how far it is, on standard error, and nothing of it stays."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with BuildProgress() as progress:
        progress.advance(1)  # before any stage
        progress.stage("Preparing")
        progress.stage("Reading", 3)
        progress.advance(2)
    drawn = terminal.getvalue()
    assert "Reading" in drawn
    assert "2/3" in drawn
    assert drawn.endswith("\x1b[2K")
