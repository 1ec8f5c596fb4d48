"""The command `dateline`: options, exit statuses and output; no decisions about answers.

Exit status: 0 answered, 3 no answer found, 2 wrong usage, 1 anything else with one line that says
what to do. Heavy imports wait until a command needs them, so that help stays instant.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.index_commands import index
from bot.opening import (
    asked_risk,
    expected,
    open_answerer,
    open_live_answerer,
    read_settings,
)
from bot.options import (
    EXIT_NO_ANSWER,
    DatelineGroup,
    examples,
    explain_option,
    filter_options,
    index_option,
    risk_option,
)
from bot.proving import verify, why
from index.errors import DatelineError, UsageError
from index.location import Location

if TYPE_CHECKING:
    from index.filters import Filters


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
        'dateline ask "how many were evacuated?" --as-of 2024-12-18',
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
@explain_option
@filter_options
@risk_option
@index_option
def ask(
    question: tuple[str, ...],
    as_json: bool,
    batch: Iterable[str] | None,
    explain: bool,
    filters: "Filters",
    risk: float | None,
    index: Location | None,
) -> None:
    """Answer QUESTION from the index, with the exact words and where they stand.

    Exit status: 0 answered, 3 no answer found, 2 wrong usage, 1 anything else.
    """
    if bool(question) == (batch is not None):
        raise click.UsageError("give either a QUESTION or --batch FILE.")
    if batch is not None:
        from bot.batch import answer_lines

        failed = answer_lines(open_answerer(index, risk, lasting=True), batch, filters, click.echo)
        if failed:
            raise UsageError(f"{failed} of the lines could not be answered; see their 'error'.")
        return
    from retrieval.questions import checked_question

    asked = checked_question(" ".join(question))  # before a second is spent on opening the index
    answer = open_answerer(index, risk).answer(asked, filters=filters)
    if as_json:
        click.echo(json.dumps({"id": None, **answer.to_json()}, ensure_ascii=False))
    else:
        from bot.answers import print_answer

        print_answer(answer, explain=explain)
    if not answer.answered:
        sys.exit(EXIT_NO_ANSWER)


@main.command(epilog=examples("dateline chat", "dateline chat --new --since 2024-12-01"))
@click.option(
    "--resume/--new",
    default=None,
    help="Go on from the last conversation over this index, or begin anew.  "
    "[default: go on in a terminal, begin anew from a pipe]",
)
@explain_option
@filter_options
@risk_option
@index_option
def chat(
    resume: bool | None,
    explain: bool,
    filters: "Filters",
    risk: float | None,
    index: Location | None,
) -> None:
    """Hold a conversation: ask, ask on; /reset forgets what was said, Ctrl-D ends."""
    from bot.chat import run_chat
    from bot.conversation import Conversation, conversation_file

    state = Path(click.get_app_dir("dateline"))
    answerer = open_live_answerer(index, risk)
    kept = resume or sys.stdin.isatty()
    file = conversation_file(state, read_settings(index).index) if kept else None
    conversation = Conversation(file)
    if resume is False:
        conversation.forget()
    run_chat(answerer, filters, state, conversation, explain=explain)


@main.command(epilog=examples("dateline article 23a916823817fd33"))
@click.argument("article_id", metavar="ID")
@index_option
def article(article_id: str, index: Location | None) -> None:
    """Print the canonical text of the article ID, so that any quote can be checked."""
    settings = read_settings(index)
    from index.library import open_store
    from index.places import open_place
    from retrieval.questions import readable

    generation = open_place(settings.index).current()
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
    index: Location | None,
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
def calibrate(file: Path, risk: float | None, index: Location | None) -> None:
    """Fit confidence and thresholds to your own labelled questions (SQuAD format).

    The questions are asked over the index; those without answers teach it when to keep silent.
    """
    from bot.measuring import calibrate_index

    settings = read_settings(index)
    calibrate_index(file, settings, open_answerer(index, lasting=True), risk or settings.risk)


@main.command(epilog=examples("TELEGRAM_BOT_TOKEN=123:abc dateline bot", "dateline bot --webhook"))
@click.option(
    "--webhook", is_flag=True, help="Be one of a fleet: take part in a webhook, and never poll."
)
@index_option
def bot(webhook: bool, index: Location | None) -> None:
    """Answer questions in Telegram, by long polling or a webhook, until stopped.

    With DATELINE_WATCH it also keeps the index in step with folders and feeds. Any number of bots
    may run with one DATELINE_WEBHOOK_URL and one DATELINE_STATE in a database: they share the work.
    """
    settings = read_settings(index)
    if webhook and not settings.webhook_url:
        raise UsageError(
            "--webhook needs DATELINE_WEBHOOK_URL, the address that Telegram posts to."
        )
    if settings.telegram_bot_token is None:
        raise UsageError(
            "TELEGRAM_BOT_TOKEN is not set; put the token from @BotFather there or into .env."
        )
    from bot.indexing import watching
    from bot.messenger.app import run_bot

    with watching(settings):
        run_bot(settings, lambda: open_live_answerer(index))


@main.command(epilog=examples('eval "$(dateline completion bash)"'))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "dateline", "_DATELINE_COMPLETE").source())


main.add_command(index)
main.add_command(verify)
main.add_command(why)


if __name__ == "__main__":
    main()
