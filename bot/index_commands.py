"""The commands `dateline index ...`: make, inspect, go back, keep golden questions."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from bot.opening import expected, open_answerer, read_settings
from bot.options import LOCATION, examples, index_option
from index.errors import UsageError
from index.location import Location

_PATH = click.Path(path_type=Path)


@click.group(epilog=examples("dateline index build articles/", "dateline index status"))
def index() -> None:
    """Make and inspect the index."""


@index.command(
    "build",
    epilog=examples(
        "dateline index build articles/",
        "dateline index build local/ agencies/",
        "dateline index build articles/ --rebuild",
    ),
)
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=_PATH)
@click.option("--rebuild", is_flag=True, help="Make everything anew, even what has not changed.")
@click.option("--force", is_flag=True, help="Rebuild even if golden questions are lost by it.")
@index_option
def index_build(
    folders: tuple[Path, ...], rebuild: bool, force: bool, index: Location | None
) -> None:
    """Make the index match each FOLDER: new articles come in, edited ones become new versions.

    Removed ones are withdrawn. Another model, chunking or reader makes the index anew beside the
    live one, which goes on answering.
    """
    settings = read_settings(index)
    from bot.indexing import index_writer
    from bot.terminal import BuildProgress, print_report
    from index.builder import build

    with BuildProgress() as progress:
        writer = index_writer(settings, progress, rebuilds=True, force=force)
        report = build(writer, folders, rebuild=rebuild)
    print_report(report, progress.elapsed_s)


@index.command(
    "add",
    epilog=examples("dateline index add report.pdf", "dateline index add https://news.example/rss"),
)
@click.argument("names", metavar="FILE|URL...", nargs=-1, required=True)
@index_option
def index_add(names: tuple[str, ...], index: Location | None) -> None:
    """Add files, and articles from the web: pages, feeds, sitemaps, front pages of sites.

    They stay when folders are mirrored. Added again, what has changed becomes a new version.
    """
    settings = read_settings(index)
    from bot.indexing import fetcher, index_writer
    from bot.terminal import BuildProgress, print_report
    from index.adding import add_address, add_files, is_address
    from index.errors import NoArticlesError
    from index.intake import BuildReport

    report = BuildReport()
    with BuildProgress() as progress:
        writer = index_writer(settings, progress)
        if files := [Path(name) for name in names if not is_address(name)]:
            report.include(add_files(writer, files))
        for url in filter(is_address, names):
            progress.stage(f"Fetching {url}")
            found = add_address(
                writer,
                url,
                fetcher(settings),
                max_pages=settings.web_max_pages,
                brings_back=True,
            )
            report.include(found)
    if report.failed and not (report.any_change or report.unchanged):
        failed, reason = report.failed[0]
        raise NoArticlesError(f"nothing was added: {failed} {reason}.")
    print_report(report, progress.elapsed_s)


@index.command("withdraw", epilog=examples("dateline index withdraw added/report.pdf"))
@click.argument("names", metavar="ARTICLE...", nargs=-1, required=True)
@index_option
def index_withdraw(names: tuple[str, ...], index: Location | None) -> None:
    """Withdraw articles, by path, address or id: they are kept, but quoted no more."""
    settings = read_settings(index)
    from bot.indexing import index_writer
    from index.adding import withdraw

    report = withdraw(index_writer(settings), names)
    click.echo(f"Withdrawn: {', '.join(report.removed)}")


@index.command(
    "watch",
    epilog=examples("dateline index watch articles/", "dateline index watch https://a.example/rss"),
)
@click.argument("names", metavar="FOLDER|URL...", nargs=-1, required=True)
@index_option
def index_watch(names: tuple[str, ...], index: Location | None) -> None:
    """Keep the index in step with folders and feeds until Ctrl-C.

    Files are read as soon as they have been left alone for a moment, addresses at an interval.
    """
    settings = read_settings(index)
    from bot.indexing import watch_until_stopped

    watch_until_stopped(settings, names)


@index.command("list", epilog=examples("dateline index list --limit 50"))
@click.option("--limit", default=20, type=click.IntRange(1), help="Most articles.")
@index_option
def index_list(limit: int, index: Location | None) -> None:
    """List articles, newest first: date, path, title."""
    settings = read_settings(index)
    from bot.terminal import printable
    from index.library import open_store
    from index.places import open_place

    store = open_store(open_place(settings.index).current(), expected(settings))
    for article in store.latest(limit):
        day = (article.published or "no date   ")[:10]
        click.echo(f"{day}  {printable(article.path)}  {printable(article.title or '')}".rstrip())


@index.command("status", epilog=examples("dateline index status", "dateline index status --json"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@index_option
def index_status(as_json: bool, index: Location | None) -> None:
    """Say what the index holds, and with which model it was made."""
    settings = read_settings(index)
    from index.library import open_store, read_status
    from index.places import open_place

    generation = open_place(settings.index).current()
    status = read_status(open_store(generation, expected(settings)))
    if as_json:
        click.echo(json.dumps(asdict(status), ensure_ascii=False))
        return
    for name, value in asdict(status).items():
        shown = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{name.replace('_', ' '):<22}{'unknown' if shown is None else shown}")


@index.command(
    "check", epilog=examples("dateline index check", "dateline index check --repair --sample 1000")
)
@click.option("--repair", is_flag=True, help="Mend what can be derived from the articles.")
@click.option("--sample", default=64, type=click.IntRange(0), help="Chunks to encode again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@index_option
def index_check(repair: bool, sample: int, as_json: bool, index: Location | None) -> None:
    """Verify all that the index holds: hashes, spans, vectors, full text, stories, snapshots.

    Exit status: 0 all is well or mended, 1 something is wrong.
    """
    settings = read_settings(index)
    from bot.terminal import BuildProgress, print_findings
    from index.checks import checking
    from index.library import Library
    from index.places import open_place

    place = open_place(settings.index, writing=True)
    place.current()  # or the lock would make the folder
    with place.locked(), BuildProgress() as progress:
        library = Library.open(settings.index, expected(settings), settings.threads)
        findings = checking.check(settings.index, library, progress, sample)
        if repair and any(found.count for found in findings):
            if not as_json:
                print_findings(findings)
            checking.repair(settings.index, library, findings, progress)
            findings = checking.check(settings.index, library, progress, sample)
    if as_json:
        click.echo(json.dumps([asdict(found) for found in findings], ensure_ascii=False))
    else:
        print_findings(findings)
    if any(found.count for found in findings):
        raise SystemExit(1)


@index.command("expire", epilog=examples("dateline index expire --before 2004-06"))
@click.option("--before", "month", required=True, metavar="YYYY-MM", help="First month to keep.")
@index_option
def index_expire(month: str, index: Location | None) -> None:
    """Forget articles of the months before, for good: they cannot even be looked up.

    Those without a date stay. A database drops whole partitions, however large they are.
    """
    settings = read_settings(index)
    from bot.indexing import index_writer
    from index.expiring import expire

    report = expire(index_writer(settings), month)
    click.echo(f"Forgotten: {len(report.removed)} articles from before {month}.")


@index.command(
    "copy",
    epilog=examples(
        "dateline index copy .dateline postgresql://news@db.example/news",
        "dateline index copy postgresql://news@db.example/news backup/",
    ),
)
@click.argument("source", metavar="FROM", type=LOCATION)
@click.argument("target", metavar="TO", type=LOCATION)
def index_copy(source: Location, target: Location) -> None:
    """Copy the index from one folder or database to another; nothing is encoded again.

    What was live in TO stays as its generation before: `dateline index rollback` brings it back.
    """
    from bot.terminal import BuildProgress
    from index.copying import copy_index

    with BuildProgress() as progress:
        status = copy_index(source, target, progress)
    click.echo(f"Copied {status.articles} articles in {status.chunks} chunks to {str(target)!r}.")


@index.command(
    "worker", epilog=examples("dateline index worker", "dateline index worker --until-empty")
)
@click.option("--until-empty", is_flag=True, help="End as soon as nothing waits.")
@index_option
def index_worker(until_empty: bool, index: Location | None) -> None:
    """Encode what builds of an index in a database have put into its queue, until Ctrl-C.

    Any number of workers may run, on any machine. One that is killed costs its batch.
    """
    settings = read_settings(index)
    from bot.indexing import encode_until_stopped

    encode_until_stopped(settings, until_empty=until_empty)


@index.group(epilog=examples('dateline index golden add "who flew?" --expect "Ada Lind"'))
def golden() -> None:
    """Keep questions that a rebuilt index must go on answering."""


@golden.command("add", epilog=examples('dateline index golden add "who flew?" --expect "Ada Lind"'))
@click.argument("question")
@click.option("--expect", required=True, help="Words of the answer or of a sentence quoted for it.")
@index_option
def golden_add(question: str, expect: str, index: Location | None) -> None:
    """Add QUESTION, if the index answers it as expected."""
    from index.golden import GoldenQuestion, GoldenQuestions
    from index.places import open_place
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
    location = read_settings(index).index
    with open_place(location).locked():
        new = GoldenQuestions(location).add(added)
    click.echo("Added." if new else "It is there already.")


@golden.command("list", epilog=examples("dateline index golden list"))
@index_option
def golden_list(index: Location | None) -> None:
    """Print the golden questions with their numbers."""
    from index.golden import GoldenQuestions

    for number, one in enumerate(GoldenQuestions(read_settings(index).index).all(), 1):
        click.echo(f"{number}. {one.question} => {one.expected}")


@golden.command("remove", epilog=examples("dateline index golden remove 2"))
@click.argument("number", type=int)
@index_option
def golden_remove(number: int, index: Location | None) -> None:
    """Remove the golden question NUMBER."""
    from index.golden import GoldenQuestions
    from index.places import open_place

    location = read_settings(index).index
    with open_place(location).locked():
        removed = GoldenQuestions(location).remove(number)
    click.echo(f"Removed: {removed.question}")


@index.command("rollback", epilog=examples("dateline index rollback"))
@index_option
def index_rollback(index: Location | None) -> None:
    """Go back to the index as it was before the last rebuild."""
    from index.places import open_place

    place = open_place(read_settings(index).index, writing=True)
    with place.locked():
        live = place.roll_back()
    click.echo(f"{str(place)!r} answers from {live.name} again.")
