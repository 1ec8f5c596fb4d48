"""Fit the calibration that ships with the reader, and say what it is worth.

`python -m retrieval.training.fit_confidence DEV --to calibration.json`. The articles of DEV are
split in two halves. Each half is indexed in turn and asked three kinds of questions: answerable
ones, near misses (written to look answerable, without an answer in their paragraph), and ones
from outside (about the articles of the other half). Figures are reported for each half with the
calibration that the other half gave; the calibration that ships is fitted on both. With --weights
a calibration keeps its weights, and its thresholds alone are chosen anew, on both halves.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index.builder import build_index
from index.chunking import ChunkSettings
from index.export import DEFAULT_MODEL
from index.library import Library
from retrieval.calibration import Judged, chosen, fit_calibration, judge, with_thresholds
from retrieval.confidence import UNDECIDED, Calibration
from retrieval.labelled import LabelledFile, LabelledQuestion, read_labelled, write_contexts
from retrieval.reader import PACKAGED, OnnxReader
from retrieval.reading import reading_stages
from retrieval.search import MAX_PASSAGES, search

SEED = 5
SHARES = {"answerable": 0.45, "outside": 0.45, "near miss": 0.10}
DEFAULT_RISK = 0.3
REPORTED_RISKS = (0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one half, with its kind and its judged candidates."""

    half: int
    kind: str
    judged: Judged


def split_halves(labelled: LabelledFile, rng: random.Random) -> tuple[set[str], set[str]]:
    """Names of the contexts in each half; an article is never in both."""
    articles = sorted({name.split("/")[0] for name in labelled.contexts})
    rng.shuffle(articles)
    first = set(articles[::2])
    one = {name for name in labelled.contexts if name.split("/")[0] in first}
    return one, set(labelled.contexts) - one


def draw(
    labelled: LabelledFile, inside: set[str], number: int, rng: random.Random
) -> list[tuple[str, LabelledQuestion]]:
    """Questions of each kind, in the proportions of `SHARES`."""
    pools = {
        "answerable": [q for q in labelled.questions if q.answers and q.context in inside],
        "near miss": [q for q in labelled.questions if not q.answers and q.context in inside],
        "outside": [q for q in labelled.questions if q.answers and q.context not in inside],
    }
    return [
        (kind, question)
        for kind, share in SHARES.items()
        for question in rng.sample(pools[kind], round(number * share))
    ]


def ask_half(
    labelled: LabelledFile, half: int, inside: set[str], number: int, reader: OnnxReader
) -> list[Asked]:
    """Index one half and judge what the reader finds for its questions."""
    rng = random.Random(SEED + half)
    with tempfile.TemporaryDirectory() as folder:
        articles, index = Path(folder) / "articles", Path(folder) / "index"
        write_contexts({name: labelled.contexts[name] for name in sorted(inside)}, articles)
        build_index(articles, index, DEFAULT_MODEL, ChunkSettings())
        library = Library.open(index)
        asked = []
        for kind, question in tqdm(draw(labelled, inside, number, rng), mininterval=10):
            hits = search(library, question.question, MAX_PASSAGES)
            stages = reading_stages(library, reader, UNDECIDED, question.question, hits)
            golds = question.answers if kind == "answerable" else ()
            asked.append(Asked(half, kind, judge(stages, golds)))
        return asked


def report(asked: Sequence[Asked], calibration: Calibration) -> None:
    """Print, for each risk, which questions of which kind are answered, and how often wrongly."""
    lowest = [risk / 100 for risk in calibration.kept_risks()[:1]]
    for risk in sorted({*REPORTED_RISKS, *lowest}):
        threshold = calibration.threshold(risk)
        answered, wrong, parts = 0, 0, []
        for kind in SHARES:
            scores, right = chosen([one.judged for one in asked if one.kind == kind], calibration)
            given = np.array([calibration.probability(score) >= threshold for score in scores])
            answered, wrong = answered + int(given.sum()), wrong + int((given & ~right).sum())
            parts.append(f"{kind} {given.mean():.3f}")
        print(
            f"risk {risk:.2f}: threshold {threshold:.3f}, answered: {', '.join(parts)}; "
            f"wrong {wrong}/{answered} = {wrong / max(1, answered):.3f}"
        )


def main() -> None:
    """Fit, report and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("dev", type=Path, help="labelled questions the reader never saw")
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--reader", type=Path, default=PACKAGED)
    parser.add_argument("--questions", type=int, default=800, help="questions for each half")
    parser.add_argument("--weights", type=Path, help="a calibration whose weights stay")
    arguments = parser.parse_args()
    labelled = read_labelled(arguments.dev)
    reader = OnnxReader(arguments.reader)
    halves = split_halves(labelled, random.Random(SEED))
    asked = [
        one
        for half, inside in enumerate(halves)
        for one in ask_half(labelled, half, inside, arguments.questions, reader)
    ]
    for half in (0, 1):
        others = [one.judged for one in asked if one.half != half]
        print(f"half {half}, with the calibration of the other half")
        report(
            [one for one in asked if one.half == half],
            fit_calibration(others, DEFAULT_RISK, labelled.sha256),
        )
    judged = [one.judged for one in asked]
    final = (
        with_thresholds(Calibration.packaged(arguments.weights), judged)
        if arguments.weights
        else fit_calibration(judged, DEFAULT_RISK, labelled.sha256)
    )
    print("both halves, as shipped")
    report(asked, final)
    arguments.to.write_text(final.to_json())


if __name__ == "__main__":
    main()
