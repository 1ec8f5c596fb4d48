"""Read the answers that are to be verified, one after the other, and say what does not hold."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from retrieval.proof.answers import prove
from retrieval.proof.failures import Failure, Originals

MAX_BYTES = 16_000_000  # of a line; an answer has some ten thousand
MAX_UNREADABLE = 5  # lines of a file that is something else
MAX_SHOWN = 70  # characters of a text
MAX_BEFORE = 30  # of them before the first that differs
BATCH_ERROR = {"id", "question", "answered", "error"}  # of a line that could not be answered


class UnreadableError(ValueError):
    """A line holds no JSON."""


class BinaryError(UnreadableError):
    """A line holds no text, so that the rest of its file will hold none either."""


@dataclass(slots=True)
class Count:
    """What has been checked.

    Attributes:
        answers: Answers.
        failed: Those with a claim that does not hold.
        quotations: Quotations in all of them.
        unreadable: Files and lines that hold no answer.
    """

    answers: int = 0
    failed: int = 0
    quotations: int = 0
    unreadable: int = 0

    def summary(self) -> str:
        """The closing line."""
        answers = _counted(self.answers, "answer")
        quotations = _counted(self.quotations, "quotation")
        if self.failed:
            told = f"{self.failed} of {answers} failed ({quotations})"
        else:
            told = f"{answers}, {quotations}" + ": all verified" * bool(self.answers)
        return told + f"; {self.unreadable} unreadable" * bool(self.unreadable)


def verify_files(names: Sequence[str], originals: Originals) -> Count:
    """Check all answers in some files; print what does not hold.

    Args:
        names: Files; "-" is standard input.
        originals: The articles.
    """
    count = Count()
    for name in names:
        try:
            stream = sys.stdin.buffer if name == "-" else Path(name).open("rb")  # noqa: SIM115
        except (OSError, ValueError) as exc:  # a name with a NUL is a ValueError
            reason = exc.strerror if isinstance(exc, OSError) else str(exc)
            click.echo(f"dateline: {_printable(name)}: cannot be read: {reason}.", err=True)
            count.unreadable += 1
            continue
        with stream:
            _verify_stream(stream, "stdin" if name == "-" else _printable(name), originals, count)
    return count


def _verify_stream(stream: BinaryIO, name: str, originals: Originals, count: Count) -> None:
    before = count.answers, count.unreadable
    for number, line in records(stream):
        try:
            told = _parsed(line)
        except UnreadableError as exc:
            click.echo(f"dateline: {name}:{number}: {exc}.", err=True)
            count.unreadable += 1
            if isinstance(exc, BinaryError) or count.unreadable - before[1] == MAX_UNREADABLE:
                click.echo(f"dateline: {name}: the rest is not looked at.", err=True)
                return
            continue
        if isinstance(told, dict) and told.keys() == BATCH_ERROR and not told["answered"]:
            click.echo(f"{name}:{number}: note: the question could not be answered")
            continue
        proof = prove(told, originals)
        count.answers += 1
        count.quotations += proof.quotations
        count.failed += bool(proof.failures)
        for failure in proof.failures:
            click.echo("\n".join(_told(f"{name}:{number}: ", failure)))
        for note in proof.notes:
            click.echo(f"{name}:{number}: note: {_printable(note)}")
    if (count.answers, count.unreadable) == before:
        click.echo(f"dateline: {name}: holds no answer.", err=True)
        count.unreadable += 1


def records(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers; a lone object may run over many lines."""
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.rstrip() in (b"{", b"[") and number == 1:  # as `jq` prints it
            line += stream.read(MAX_BYTES)
        if line.strip():
            yield number, line
        if len(line) > MAX_BYTES:
            return


def _parsed(line: bytes) -> object:
    """What a line holds.

    Raises:
        UnreadableError: It is no JSON, or has a field twice.
    """
    if len(line) > MAX_BYTES:
        raise BinaryError(f"is longer than {MAX_BYTES // 1_000_000} MB, which no answer is")
    try:
        return json.loads(line.decode(), parse_constant=_refused, object_pairs_hook=_once)
    except UnicodeDecodeError as exc:
        raise BinaryError("is not UTF-8, as an answer is") from exc
    except RecursionError as exc:
        raise UnreadableError("is nested too deeply for an answer") from exc
    except ValueError as exc:
        raise UnreadableError(f"is no JSON ({exc})") from exc


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, unless another reader of it might see another value."""
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("the same field twice")
    return told


def _told(where: str, failure: Failure) -> Iterator[str]:
    """A failure, and below it the two wordings from where they differ."""
    yield where + _printable(f"{failure.place}: {failure.reason}")
    if failure.told is not None and failure.there is not None:
        pairs = enumerate(zip(failure.told, failure.there, strict=False))
        shorter = min(len(failure.told), len(failure.there))
        differs = next((at for at, (a, b) in pairs if a != b), shorter)
        yield f"    told:  {_clipped(failure.told, differs)}"
        yield f"    there: {_clipped(failure.there, differs)}"


def _clipped(text: str, around: int) -> str:
    """The part of a text that lies around a place, on one line."""
    start = max(0, around - MAX_BEFORE)
    part = text[start : start + MAX_SHOWN]
    return "…" * (start > 0) + _printable(part) + "…" * (start + MAX_SHOWN < len(text))


def _printable(text: str) -> str:
    """A text on one line; what cannot be seen is written as an escape."""
    shown = (one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return "".join(shown)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + "s" * (count != 1)
