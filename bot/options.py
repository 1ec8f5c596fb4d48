"""What the commands share: how errors end them, their help, the options that several have."""

import errno
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.opening import read_filters
from index.errors import DatelineError, UsageError
from index.location import Location, read_location

EXIT_ERROR, EXIT_USAGE, EXIT_NO_ANSWER, EXIT_INTERRUPTED = 1, 2, 3, 130

Command = TypeVar("Command", bound=Callable[..., Any])


class DatelineGroup(click.Group):
    """A command group that turns Dateline's errors into one line and an exit status."""

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401 - click's own signature
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:  # closed by the shell, with `>&-`
                setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - for good
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OSError as exc:
            if exc.errno not in (errno.ENOSPC, errno.EIO) or exc.filename:
                raise
            click.echo(f"dateline: the output cannot be written: {exc.strerror}.", err=True)
            ctx.exit(EXIT_ERROR)
        except DatelineError as exc:
            click.echo(f"dateline: {exc}", err=True)
            ctx.exit(EXIT_USAGE if isinstance(exc, UsageError) else EXIT_ERROR)
        except KeyboardInterrupt:
            click.echo("dateline: stopped; the index is as it was.", err=True)
            ctx.exit(EXIT_INTERRUPTED)


def examples(*lines: str) -> str:
    """Example commands, laid out for the end of a help text."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


class _LocationType(click.ParamType[Location]):
    """A folder, or the URL of a database."""

    name = "location"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Location:
        return read_location(value)


LOCATION = _LocationType()


def index_option(command: Command) -> Command:
    """The option that every command has."""
    return click.option(
        "--index",
        "index",
        type=LOCATION,
        metavar="DIR|URL",
        help="Folder or database that holds the index.  [env: DATELINE_INDEX; default: .dateline]",
    )(command)


def risk_option(command: Command) -> Command:
    """The option that says how often an answer may be wrong."""
    return click.option(
        "--risk",
        type=click.FloatRange(0, 0.5, min_open=True),
        help="Largest share of answers that may be wrong.  [env: DATELINE_RISK; default: 0.3]",
    )(command)


def explain_option(command: Command) -> Command:
    """The option that shows how a question was understood."""
    return click.option(
        "--explain",
        is_flag=True,
        help="Tell how each question was understood: what a follow-up leans on, which time.",
    )(command)


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say which articles may answer; the command gets them as `filters`."""

    @wraps(command)
    def filtered(
        since: str | None,
        until: str | None,
        source: str | None,
        as_of: str | None,
        **others: object,
    ) -> None:
        command(filters=read_filters(since, until, source, as_of), **others)

    wrapped: Callable[..., None] = filtered
    for name, what in (
        ("--as-of", "Answer as the articles stood on this day: nothing later is seen."),
        ("--source", "Only articles whose source has this in its name."),
        ("--until", "Only articles published on this day or before."),
        ("--since", "Only articles published on this day or after, such as 2024-12-01."),
    ):
        wrapped = click.option(name, help=what)(wrapped)
    return wrapped
