"""The command `dateline`: options, exit statuses and output; no decisions about answers.

Exit status: 0 answered, 3 no answer found, 2 wrong usage, 1 anything else with one line that says
what to do. Heavy imports wait until a command needs them, so that help stays instant.
"""

import errno
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from index.errors import DatelineError, UsageError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.terminal import BuildProgress
    from index.library import Expected
    from index.store import Filters
    from retrieval.answerer import Answerer
    from retrieval.live import LiveAnswerer

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


def index_option(command: Command) -> Command:
    """The option that every command has."""
    return click.option(
        "--index",
        "index",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder that holds the index.  [env: DATELINE_INDEX; default: .dateline]",
    )(command)


def risk_option(command: Command) -> Command:
    """The option that says how often an answer may be wrong."""
    return click.option(
        "--risk",
        type=click.FloatRange(0, 0.5, min_open=True),
        help="Largest share of answers that may be wrong.  [env: DATELINE_RISK; default: 0.3]",
    )(command)


def filter_options(command: Command) -> Command:
    """Options that say which articles may answer."""
    for name, what in (
        ("--source", "Only articles whose source has this in its name."),
        ("--until", "Only articles published on this day or before."),
        ("--since", "Only articles published on this day or after, such as 2024-12-01."),
    ):
        command = click.option(name, help=what)(command)
    return command


@click.group(
    cls=DatelineGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "dateline index build articles/",
        'dateline ask "how many fighters were evacuated?"',
        "dateline chat",
        "dateline bot",
    ),
)
@click.version_option(package_name="dateline", message="%(prog)s %(version)s")
def main() -> None:
    """Ask a folder of news articles; get the exact words, who published them and when."""


@main.command(
    epilog=examples(
        'dateline ask "how many fighters were evacuated?"',
        'dateline ask "who said so?" --since 2024-12-01 --json',
        "dateline ask --batch questions.jsonl > answers.jsonl",
    )
)
@click.argument("question", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--batch",
    type=click.File("r", encoding="utf-8-sig", errors="surrogateescape"),
    metavar="FILE|-",
    help='Answer JSON Lines ({"id", "question", "history"}), one JSON object a line, in order.',
)
@filter_options
@risk_option
@index_option
def ask(
    question: tuple[str, ...],
    as_json: bool,
    batch: Iterable[str] | None,
    since: str | None,
    until: str | None,
    source: str | None,
    risk: float | None,
    index: Path | None,
) -> None:
    """Answer QUESTION from the index, with the exact words and where they stand.

    Exit status: 0 answered, 3 no answer found, 2 wrong usage, 1 anything else.
    """
    if bool(question) == (batch is not None):
        raise click.UsageError("give either a QUESTION or --batch FILE.")
    filters = read_filters(since, until, source)
    if batch is not None:
        from bot.batch import answer_lines

        failed = answer_lines(open_answerer(index, risk), batch, filters, click.echo)
        if failed:
            raise UsageError(f"{failed} of the lines could not be answered; see their 'error'.")
        return
    from retrieval.questions import checked_question

    asked = checked_question(" ".join(question))  # before a second is spent on opening the index
    answer = open_answerer(index, risk).answer(asked, filters=filters)
    if as_json:
        click.echo(json.dumps({"id": None, **answer.to_json()}, ensure_ascii=False))
    else:
        from bot.terminal import print_answer

        print_answer(answer)
    if not answer.answered:
        sys.exit(EXIT_NO_ANSWER)


@main.command(epilog=examples("dateline chat", "dateline chat --since 2024-12-01"))
@filter_options
@risk_option
@index_option
def chat(
    since: str | None,
    until: str | None,
    source: str | None,
    risk: float | None,
    index: Path | None,
) -> None:
    """Hold a conversation: ask, ask on; /reset forgets what was said, Ctrl-D ends."""
    filters = read_filters(since, until, source)
    from bot.chat import run_chat

    run_chat(open_live_answerer(index, risk), filters, Path(click.get_app_dir("dateline")))


@main.group(epilog=examples("dateline index build articles/", "dateline index status"))
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


@main.command(epilog=examples("dateline article 23a916823817fd33"))
@click.argument("article_id", metavar="ID")
@index_option
def article(article_id: str, index: Path | None) -> None:
    """Print the canonical text of the article ID, so that any quote can be checked."""
    settings = read_settings(index)
    from index.folder import IndexFolder
    from index.library import open_store
    from retrieval.questions import readable

    generation = IndexFolder(settings.index).current()
    store = open_store(generation, expected(settings))
    found = store.article(readable(article_id))
    if found is None:
        raise DatelineError(
            f"there is no article {article_id!r} in {str(settings.index)!r}; "
            "take the article_id of a citation."
        )
    click.echo(found.text)


@main.command(
    "eval",
    epilog=examples(
        "dateline eval questions.json",
        "dateline eval first.json second.json --json --plot curves.png",
        "dateline eval mine.json --index .dateline",
    ),
)
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the curves into a PNG file.")
@click.option("--sample", type=click.IntRange(1), help="Ask only so many questions of a file.")
@risk_option
@click.option(
    "--index",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Ask this index; without it the contexts of each FILE become one.",
)
def evaluate(
    files: tuple[Path, ...],
    as_json: bool,
    plot: Path | None,
    sample: int | None,
    risk: float | None,
    index: Path | None,
) -> None:
    """Measure answers on labelled questions in SQuAD format, one column a FILE."""
    from bot.measuring import evaluate_files

    settings = read_settings(index)
    chosen = asked_risk(settings, risk)
    evaluate_files(files, settings, index is not None, as_json, plot, sample, chosen)


@main.command(epilog=examples("dateline calibrate questions.json --risk 0.1"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@risk_option
@index_option
def calibrate(file: Path, risk: float | None, index: Path | None) -> None:
    """Fit confidence and thresholds to your own labelled questions (SQuAD format).

    The questions are asked over the index; those without answers teach it when to keep silent.
    """
    from bot.measuring import calibrate_index

    settings = read_settings(index)
    calibrate_index(file, settings, open_answerer(index), risk or settings.risk)


@main.command(epilog=examples("TELEGRAM_BOT_TOKEN=123:abc dateline bot"))
@index_option
def bot(index: Path | None) -> None:
    """Answer questions in Telegram, by long polling, until stopped."""
    settings = read_settings(index)
    if settings.telegram_bot_token is None:
        raise UsageError(
            "TELEGRAM_BOT_TOKEN is not set; put the token from @BotFather there or into .env."
        )
    from bot.telegram_app import run_bot

    run_bot(settings, open_live_answerer(index))


@main.command(epilog=examples('eval "$(dateline completion bash)"'))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "dateline", "_DATELINE_COMPLETE").source())


def read_settings(index: Path | None) -> "Settings":
    """The settings of this process; pydantic waits until here."""
    from bot.settings import load_settings

    return load_settings(index)


def expected(settings: "Settings") -> "Expected":
    """What was set on purpose must fit an index; defaults give way to what it was made with."""
    from index.library import Expected

    said = settings.model_fields_set
    return Expected(
        settings.model if "model" in said else None,
        settings.chunk_tokens if "chunk_tokens" in said else None,
        settings.chunk_overlap_tokens if "chunk_overlap_tokens" in said else None,
    )


def open_answerer(index: Path | None, risk: float | None = None) -> "Answerer":
    """Open the index that flag or settings name."""
    settings = read_settings(index)
    from retrieval.answerer import Answerer
    from retrieval.confidence import NEVER

    chosen = asked_risk(settings, risk)
    answerer = Answerer.open(settings.index, expected(settings), settings.threads, chosen)
    if answerer.threshold >= NEVER and answerer.calibration.kept_risks():
        raise UsageError(
            f"no confidence keeps the risk {chosen:g}; the lowest that can be kept here is "
            f"{min(answerer.calibration.kept_risks()) / 100:g}."
        )
    return answerer


def open_live_answerer(index: Path | None, risk: float | None = None) -> "LiveAnswerer":
    """Open the index for a conversation, which may see it rebuilt."""
    from index.folder import IndexFolder
    from retrieval.live import LiveAnswerer

    folder = IndexFolder(read_settings(index).index)
    return LiveAnswerer(folder, lambda: open_answerer(index, risk))


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


def asked_risk(settings: "Settings", risk: float | None) -> float | None:
    """The risk that flag or settings ask for; None leaves it to the calibration."""
    return settings.risk if risk is None and "risk" in settings.model_fields_set else risk


def read_filters(since: str | None, until: str | None, source: str | None) -> "Filters":
    """Check the filter options.

    Raises:
        UsageError: A date cannot be read, or the range is empty.
    """
    from index.store import Filters
    from retrieval.questions import readable

    days = {}
    for name, value in (("--since", since), ("--until", until)):
        if value is not None:
            from index.metadata import iso_date

            told = iso_date(value)
            if told is None:
                raise UsageError(f"{name} {value!r} is no date; write it like 2024-12-21.")
            days[name] = told[:10]
    if "--since" in days and "--until" in days and days["--since"] > days["--until"]:
        raise UsageError("--since is later than --until; no article can match.")
    return Filters(days.get("--since"), days.get("--until"), source and readable(source))


if __name__ == "__main__":
    main()
