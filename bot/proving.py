"""The command `dateline verify`: is it true? Heavy imports wait until they are needed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.opening import expected, read_settings
from bot.options import EXIT_ERROR, EXIT_USAGE, examples, index_option
from index.errors import UsageError

if TYPE_CHECKING:
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
def verify(files: tuple[str, ...], folders: tuple[Path, ...], index: Path | None) -> None:
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


def _originals(folders: tuple[Path, ...], index: Path | None) -> "Originals":
    """What to check against."""
    from retrieval.proof.originals import FiledArticles, IndexedArticles

    if folders:
        return FiledArticles(folders)
    settings = read_settings(index)
    from index.folder import IndexFolder
    from index.library import open_store

    return IndexedArticles(open_store(IndexFolder(settings.index).current(), expected(settings)))
