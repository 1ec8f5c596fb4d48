"""What a terminal shows, and what a pipe gets instead."""

import io
import re
import sys

import pytest
from rich.console import Console

from bot.terminal import NO_ANSWER, BuildProgress, make_console, print_answer, print_report
from index.intake import BuildReport
from retrieval.answer import Answer, Citation

QUOTE = "Putin said that [red]4,000[/red] fighters :smile: had left."
CITATION = Citation(
    n=1,
    article_id="0" * 16,
    title="Flights",
    source="Agency",
    author=None,
    published="2024-12-21",
    path="a.txt",
    url=None,
    start=100,
    end=100 + len(QUOTE),
    quote=QUOTE,
    answer_start=100 + QUOTE.index("4,000"),
    answer_end=100 + QUOTE.index(" :smile:"),
)
UNTITLED = Citation(2, "1" * 16, None, None, None, None, "b.txt", None, 0, 3, "Yes")


def shown(answer: Answer, **terminal: object) -> str:
    """What a console with such options gets."""
    out = io.StringIO()
    options = {"width": 200, "highlight": False, "markup": False, "emoji": False, **terminal}
    print_answer(answer, Console(file=out, **options))  # type: ignore[arg-type]
    return out.getvalue()


def answered(text: str, *citations: Citation) -> Answer:
    """An answer with these citations."""
    return Answer("?", True, text, 0.9, citations, ())


def test_an_answer_is_shown_with_its_quotes() -> None:
    """The short answer, each quote, and what is known of its article; markup is mere text."""
    assert shown(answered("4,000[/red] fighters", CITATION, UNTITLED)) == (
        "4,000[/red] fighters\n"
        "\n"
        f"  “{QUOTE}”\n"
        "  [1] Flights · Agency · 2024-12-21 · a.txt\n"
        "\n"
        "  “Yes”\n"
        "  [2] b.txt\n"
    )


@pytest.mark.parametrize(
    "answer",
    [answered(QUOTE, CITATION, UNTITLED), answered(f"{QUOTE}\nYes", CITATION, UNTITLED)],
    ids=["sentence", "overview"],
)
def test_an_answer_that_is_its_quotes_is_not_shown_twice(answer: Answer) -> None:
    """A sentence or an overview stands in the quotes already."""
    assert shown(answer).count(QUOTE) == 1
    assert shown(answer).startswith(f"\n  “{QUOTE}”\n")


def test_silence_shows_what_came_nearest() -> None:
    """With the closest quotes where there are any."""
    assert shown(Answer("?", False, None, 0.1, (), ())) == f"{NO_ANSWER}\n"
    near = Answer("?", False, None, 0.1, (), (), (UNTITLED,))
    assert shown(near) == f"{NO_ANSWER}\nClosest passages:\n\n  “Yes”\n  [2] b.txt\n"


def test_a_terminal_shows_the_answer_in_its_quote() -> None:
    """In bold green, exactly its words; lines are not wider than the terminal."""
    text = shown(answered("x", CITATION), force_terminal=True, width=40, color_system="standard")
    marked = re.findall(r"\x1b\[1;32m(.*?)\x1b\[0m", text)
    assert marked[0] == "x"
    assert "".join(marked[1:]).replace(" ", "") == "4,000[/red]fighters"
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, bare.splitlines())) <= 40


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """No colours, and a paragraph is never wrapped."""
    long = Citation(
        1, "2" * 16, None, None, None, None, "c.txt", None, 0, 9000, "word " * 1799 + "words"
    )
    print_answer(answered("word", long))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert f"  “{long.quote}”\n" in out


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
