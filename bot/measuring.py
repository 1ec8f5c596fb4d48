"""The commands `dateline eval` and `dateline calibrate`: run, show progress, print a table."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.table import Table

from bot.settings import Settings
from bot.terminal import BuildProgress, make_console
from index.builder import build_index
from index.chunking import ChunkSettings
from index.errors import UsageError
from index.places import open_place
from retrieval.answerer import Answerer, calibration_key
from retrieval.calibration import fit_calibration, judge
from retrieval.confidence import UNDECIDED
from retrieval.evaluation import Figures, Outcome, evaluate, figures, plot_curves
from retrieval.labelled import LabelledFile, LabelledQuestion, read_labelled, write_contexts
from retrieval.reading import reading_stages
from retrieval.search import MAX_PASSAGES, search

SAMPLE_SEED = 17


def evaluate_files(
    files: Sequence[Path],
    settings: Settings,
    use_index: bool,
    as_json: bool,
    plot: Path | None,
    sample: int | None,
    risk: float | None,
) -> None:
    """Measure each file; print one table, or one JSON object with a key for each file."""
    results: dict[str, Figures] = {}
    everything: list[Outcome] = []
    names = [file.name for file in files]
    for file, labelled in [(file, read_labelled(file)) for file in files]:
        with _answerer(labelled, settings, use_index, risk) as answerer:
            questions = _sample(labelled.questions, sample)
            with BuildProgress() as progress:
                progress.stage(f"Asking {file.name}", len(questions))
                outcomes = evaluate(
                    answerer, questions, lambda: progress.advance(1), labelled.contexts
                )
        told = any(question.answers for question in questions)
        if use_index and told and not any(one.answerable for one in outcomes):
            click.echo(
                f"dateline: no context of {str(file)!r} stands in the index, so its questions "
                "count as unanswerable; without --index they are asked over their contexts.",
                err=True,
            )
        results[file.name if names.count(file.name) == 1 else str(file)] = figures(outcomes)
        everything += outcomes
    if as_json:
        click.echo(json.dumps({name: found.to_json() for name, found in results.items()}))
    else:
        make_console(None).print(_table(results))
    if plot:
        plot_curves(everything, plot)


def calibrate_index(file: Path, settings: Settings, answerer: Answerer, risk: float) -> None:
    """Fit the calibration of an index to labelled questions, and keep it there.

    Raises:
        UsageError: The questions are too few or too one-sided; the index stays as it was.
    """
    labelled = read_labelled(file)
    judged = []
    with BuildProgress() as progress:
        progress.stage(f"Asking {file.name}", len(labelled.questions))
        for question in labelled.questions:
            hits = search(answerer.library, question.question, MAX_PASSAGES)
            stages = reading_stages(
                answerer.library, answerer.reader, UNDECIDED, question.question, hits
            )
            judged.append(judge(stages, question.answers))
            progress.advance(1)
    fitted = fit_calibration(judged, risk, labelled.sha256)
    threshold = fitted.threshold()
    if threshold > 1:
        raise UsageError(
            f"{len(judged)} questions cannot show that any threshold keeps the risk {risk:g}; "
            "label more questions, or allow a higher --risk. The index is as it was."
        )
    store = answerer.library.store
    with store.transaction():
        store.set_meta({calibration_key(answerer.reader): fitted.to_json()})
    click.echo(
        f"Answers from confidence {threshold:.2f} up: at most {risk:.0%} of them wrong "
        f"(95 % sure, from {len(judged)} questions). Kept in {str(settings.index)!r}."
    )


@contextmanager
def _answerer(
    labelled: LabelledFile, settings: Settings, use_index: bool, risk: float | None
) -> Iterator[Answerer]:
    """The index that was named, or one over the contexts of the file for the time being."""
    if use_index:
        yield Answerer.open(settings.index, None, settings.threads, risk, lasting=True)
        return
    with tempfile.TemporaryDirectory(prefix="dateline-eval-") as folder:
        articles, index = Path(folder) / "articles", Path(folder) / "index"
        write_contexts(labelled.contexts, articles)
        chunking = ChunkSettings(settings.chunk_tokens, settings.chunk_overlap_tokens)
        with BuildProgress() as progress:
            build_index(
                articles,
                index,
                settings.model,
                chunking,
                threads=settings.threads,
                progress=progress,
            )
            if settings.reader:
                from retrieval.reader_export import ensure_reader

                progress.stage(f"Preparing the reader {settings.reader}")
                ensure_reader(open_place(index).current().folder, settings.reader, settings.threads)
        yield Answerer.open(index, None, settings.threads, risk, lasting=True)


def _sample(questions: Sequence[LabelledQuestion], size: int | None) -> Sequence[LabelledQuestion]:
    """All questions, or always the same random ones."""
    if size is None or size >= len(questions):
        return questions
    return random.Random(SAMPLE_SEED).sample(questions, size)  # noqa: S311 - no secret


_FORMATS: tuple[tuple[str, Callable[[float], str]], ...] = (
    ("questions", lambda value: f"{value:.0f}"),
    ("answerable", lambda value: f"{value:.0f}"),
    ("_ms", lambda value: f"{value:.0f}"),
)


def _table(results: dict[str, Figures]) -> Table:
    """One row a figure, one column a file."""
    table = Table("figure", *results, box=None)
    for name in Figures.__slots__:
        form = next((form for end, form in _FORMATS if name.endswith(end)), "{:.3f}".format)
        table.add_row(
            name.replace("_", " "), *(form(getattr(found, name)) for found in results.values())
        )
    return table
