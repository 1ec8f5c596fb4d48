"""Show builds and progress in a terminal; plain text where the output is a pipe."""

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click
from rich.console import Console

from index.intake import BuildReport, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from index.checks.checking import Finding

SHOWN_NAMES = 5
PIPE_WIDTH = 100_000  # a pipe gets one paragraph a line; its reader wraps


def make_console(width: int | None = None) -> Console:
    """A console on standard output: colours on a terminal only."""
    if width is None and not sys.stdout.isatty():
        width = PIPE_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def printable(name: str) -> str:
    """A name on one line, without characters that would steer the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


def print_report(report: BuildReport, elapsed_s: float) -> None:
    """Say what a build did; files that could not be read go to standard error with the reason."""
    if report.any_change or report.chunks_encoded:
        make_console().print(
            f"{_changes(report)}{report.unchanged} unchanged; "
            f"{report.chunks_encoded} chunks encoded in {elapsed_s:.1f} s."
        )
    else:
        make_console().print(f"Nothing has changed: {report.unchanged} articles are as they were.")
    _print_failed(report)


def print_changes(report: BuildReport) -> None:
    """Say what a watch has brought in, on one line with the time of day."""
    if report.any_change:
        named = [*report.added, *report.changed, *report.removed]
        shown = ", ".join(printable(name) for name in named[:SHOWN_NAMES])
        more = f" and {len(named) - SHOWN_NAMES} more" if len(named) > SHOWN_NAMES else ""
        now = time.strftime("%H:%M:%S")
        make_console().print(f"{now} {_changes(report).removesuffix(', ')}: {shown}{more}")
    _print_failed(report)


def print_trouble(message: str) -> None:
    """Say what went wrong and is tried again."""
    click.echo(f"dateline: {message}", err=True)


def print_encoded(articles: int) -> None:
    """Say that a worker has encoded a batch."""
    click.echo(f"{articles} articles encoded")


def print_findings(findings: Sequence["Finding"]) -> None:
    """Say what was checked, what is wrong, and what to do about it."""
    console = make_console()
    for found in findings:
        console.print(f"{found.name}: {f'{found.count} wrong' if found.count else 'ok'}")
        for problem in found.problems:
            console.print(f"  {printable(problem)}")
        if found.count > len(found.problems):
            console.print(f"  and {found.count - len(found.problems)} more")
    wrong = [found for found in findings if found.count]
    if any(found.mendable for found in wrong):
        console.print("`dateline index check --repair` mends what can be derived.")
    if any(not found.mendable for found in wrong):
        console.print("What cannot: make it anew with `dateline index build FOLDER --rebuild`.")


def _changes(report: BuildReport) -> str:
    """How many articles came, changed and went: "2 added, 1 withdrawn, "."""
    counted = (
        (report.added, "added"),
        (report.changed, "changed"),
        (report.removed, "withdrawn"),
    )
    return "".join(f"{len(names)} {word}, " for names, word in counted if names)


def _print_failed(report: BuildReport) -> None:
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for name, reason in report.failed:
        errors.print(f"not indexed: {printable(name)}: {reason}")


class BuildProgress(Progress):
    """A progress bar on standard error; silent where that is no terminal."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since it was made."""
        return time.perf_counter() - self._began

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def stage(self, name: str, total: int | None = None) -> None:
        if self._bar:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(name, total=total)

    def advance(self, steps: int) -> None:
        if self._bar and self._task is not None:
            self._bar.advance(self._task, steps)
