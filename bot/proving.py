"""The commands `dateline verify` and `dateline why`: is it true, and why was it not found?

Exit statuses are told in the commands' help. Heavy imports wait until a command needs them.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.opening import expected, open_answerer, read_settings
from bot.options import (
    EXIT_ERROR,
    EXIT_NO_ANSWER,
    EXIT_USAGE,
    examples,
    filter_options,
    index_option,
    risk_option,
)
from index.errors import UsageError
from index.location import Location

if TYPE_CHECKING:
    from index.filters import Filters
    from retrieval.proof.failures import Originals


@click.command(
    epilog=examples(
        'dateline ask "who said so?" --json > a.json; dateline verify a.json',
        "dateline verify answers.jsonl --articles articles/",
        "dateline ask --batch questions.jsonl | dateline verify -",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--articles",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Check against the files in this folder, without an index; all folders if it has several.",
)
@index_option
def verify(files: tuple[str, ...], folders: tuple[Path, ...], index: Location | None) -> None:
    """Check each quotation in the answers of FILE (- for standard input), byte for byte.

    FILE is what `dateline ask --json` or `dateline ask --batch` printed. Each claim that does not
    hold is told with what the article says.

    Exit status: 0 all verified, 1 a claim does not hold, 2 wrong usage or a FILE cannot be read.
    """
    if folders and index:
        raise UsageError("give either --articles or --index; an answer is checked against one.")
    from bot.verifying import verify_files

    count = verify_files(files, _originals(folders, index))
    click.echo(count.summary())
    if count.failed:
        sys.exit(EXIT_ERROR)
    if count.unreadable or not count.answers:
        sys.exit(EXIT_USAGE)


def _originals(folders: tuple[Path, ...], index: Location | None) -> "Originals":
    """What to check against."""
    from retrieval.proof.originals import FiledArticles, IndexedArticles

    if folders:
        return FiledArticles(folders)
    settings = read_settings(index)
    from index.library import open_store
    from index.places import open_place

    return IndexedArticles(open_store(open_place(settings.index).current(), expected(settings)))


@click.command(
    epilog=examples(
        'dateline why "how many were evacuated?" --expect "4,000 pro-Iranian fighters"',
        'dateline why "who signed?" --expect "signed by five states" --since 2018-01-01 --json',
    )
)
@click.argument("question", nargs=-1, required=True)
@click.option("--expect", required=True, metavar="TEXT", help="Words that the answer should quote.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@filter_options
@risk_option
@index_option
def why(
    question: tuple[str, ...],
    expect: str,
    as_json: bool,
    filters: "Filters",
    risk: float | None,
    index: Location | None,
) -> None:
    """Tell at which stage an expected passage was lost on the way to the answer of QUESTION.

    The stages: not indexed, filtered, search by meaning (dense) and by words (BM25), their fusion,
    the reader, the threshold of confidence.

    Exit status: 0 the answer quotes TEXT, 3 it does not, 2 wrong usage, 1 anything else.
    """
    from bot.tracing import trace_lines
    from retrieval.questions import checked_question
    from retrieval.tracing.places import expected_words
    from retrieval.tracing.tracing import trace

    asked, words = checked_question(" ".join(question)), expected_words(expect)
    found = trace(open_answerer(index, risk), asked, words, filters)
    told = json.dumps(found.to_json(), ensure_ascii=False) if as_json else trace_lines(found)
    click.echo(told if isinstance(told, str) else "\n".join(told))
    if not found.quoted:
        sys.exit(EXIT_NO_ANSWER)
