"""The commands `dateline index ...`: make, inspect, go back, keep golden questions."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.opening import expected, open_answerer, read_settings
from bot.options import examples, index_option
from index.errors import UsageError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.terminal import BuildProgress


@click.group(epilog=examples("dateline index build articles/", "dateline index status"))
def index() -> None:
    """Make and inspect the index."""


@index.command(
    "build",
    epilog=examples("dateline index build articles/", "dateline index build articles/ --rebuild"),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--rebuild", is_flag=True, help="Make everything anew, even what has not changed.")
@click.option("--force", is_flag=True, help="Rebuild even if golden questions are lost by it.")
@index_option
def index_build(folder: Path, rebuild: bool, force: bool, index: Path | None) -> None:
    """Make the index match FOLDER: new and changed articles come in, removed ones go.

    Another model, chunking or reader makes it anew beside the live one, which goes on answering.
    """
    settings = read_settings(index)
    from bot.terminal import BuildProgress, print_report
    from index.builder import build_index
    from index.chunking import ChunkSettings
    from retrieval.reader import has_reader

    with BuildProgress() as progress:

        def prepare(rebuilt: Path) -> None:
            prepare_generation(settings, rebuilt, force, progress)

        report = build_index(
            folder,
            settings.index,
            settings.model,
            ChunkSettings(settings.chunk_tokens, settings.chunk_overlap_tokens),
            threads=settings.threads,
            rebuild=rebuild,
            progress=progress,
            keeps=lambda live: has_reader(live, settings.reader),
            prepare=prepare,
        )
    print_report(report, progress.elapsed_s)


@index.command("status", epilog=examples("dateline index status", "dateline index status --json"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@index_option
def index_status(as_json: bool, index: Path | None) -> None:
    """Say what the index holds, and with which model it was made."""
    settings = read_settings(index)
    from index.folder import IndexFolder
    from index.library import open_store, read_status

    generation = IndexFolder(settings.index).current()
    status = read_status(open_store(generation, expected(settings)))
    if as_json:
        click.echo(json.dumps(asdict(status), ensure_ascii=False))
        return
    for name, value in asdict(status).items():
        click.echo(f"{name.replace('_', ' '):<22}{'unknown' if value is None else value}")


@index.group(epilog=examples('dateline index golden add "who flew?" --expect "Ada Lind"'))
def golden() -> None:
    """Keep questions that a rebuilt index must go on answering."""


@golden.command("add", epilog=examples('dateline index golden add "who flew?" --expect "Ada Lind"'))
@click.argument("question")
@click.option("--expect", required=True, help="Words of the answer or of a sentence quoted for it.")
@index_option
def golden_add(question: str, expect: str, index: Path | None) -> None:
    """Add QUESTION, if the index answers it as expected."""
    from index.folder import IndexFolder
    from index.golden import GoldenQuestion, GoldenQuestions
    from retrieval.golden import passes
    from retrieval.questions import checked_question
    from retrieval.spans import normalise_answer

    added = GoldenQuestion(checked_question(question), " ".join(expect.split()))
    if not normalise_answer(added.expected):
        raise UsageError(f"--expect {expect!r} holds no word to look for.")
    answerer = open_answerer(index)
    if not passes(answerer, added):
        raise UsageError(
            f"the index does not answer {added.question!r} with {added.expected!r}; "
            "see what it answers with `dateline ask`."
        )
    folder = IndexFolder(answerer.library.folder.parent)
    with folder.locked():
        new = GoldenQuestions(folder.path).add(added)
    click.echo("Added." if new else "It is there already.")


@golden.command("list", epilog=examples("dateline index golden list"))
@index_option
def golden_list(index: Path | None) -> None:
    """Print the golden questions with their numbers."""
    from index.golden import GoldenQuestions

    for number, one in enumerate(GoldenQuestions(read_settings(index).index).all(), 1):
        click.echo(f"{number}. {one.question} => {one.expected}")


@golden.command("remove", epilog=examples("dateline index golden remove 2"))
@click.argument("number", type=int)
@index_option
def golden_remove(number: int, index: Path | None) -> None:
    """Remove the golden question NUMBER."""
    from index.folder import IndexFolder
    from index.golden import GoldenQuestions

    folder = IndexFolder(read_settings(index).index)
    with folder.locked():
        removed = GoldenQuestions(folder.path).remove(number)
    click.echo(f"Removed: {removed.question}")


@index.command("rollback", epilog=examples("dateline index rollback"))
@index_option
def index_rollback(index: Path | None) -> None:
    """Go back to the index as it was before the last rebuild."""
    from index.folder import IndexFolder

    folder = IndexFolder(read_settings(index).index)
    with folder.locked():
        live = folder.roll_back()
    click.echo(f"{str(folder.path)!r} answers from {live.name} again.")


def prepare_generation(
    settings: "Settings", rebuilt: Path, force: bool, progress: "BuildProgress"
) -> None:
    """Give a new generation its reader, and hold it to the golden questions."""
    from index.folder import IndexFolder
    from index.golden import GoldenQuestions
    from retrieval.golden import refuse_if_worse
    from retrieval.reader import has_reader

    if not has_reader(rebuilt, settings.reader):
        from retrieval.reader_export import ensure_reader

        progress.stage(f"Preparing the reader {settings.reader or 'that ships'}")
        ensure_reader(rebuilt, settings.reader, settings.threads)
    questions = GoldenQuestions(settings.index).all()
    if questions and not force:
        progress.stage("Asking the golden questions")
        live = IndexFolder(settings.index).current_or_none()
        refuse_if_worse(live, rebuilt, questions, settings.threads)
