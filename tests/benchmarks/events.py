"""Events told day by day: is the answer the latest one, and what is said beside it right?

`python -m tests.benchmarks.events [--held-out] [--each]`. Asks every question of one half of
`tests/events` as of every day for which something is expected, and holds its conversations, over
one index of that half. `--each` prints what went wrong, in the development half only.
"""

import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

from tqdm import tqdm

from index.chunking import ChunkSettings
from index.export import DEFAULT_MODEL
from index.writer import Recipe
from retrieval.answerer import Answerer
from tests.events.asking import Asked, ask_conversations, ask_questions, build_timeline
from tests.events.corpus import DEVELOPMENT, HELD_OUT, clusters
from tests.events.scoring import Score, total

WHAT = {
    "latest": "the answer is the latest value",
    "answered": "anything is answered, where the articles tell",
    "silence": "nothing is answered, where they do not",
    "sources": "number of independent sources, of right answers",
    "newest": "date of the newest of them, likewise",
    "found": "other values that are expected are listed",
    "labels": "as update, conflict or scope rightly, of those listed",
    "order": "the newest first, where several are listed",
    "false_alarms": "false alarms, of quiet questions",
    "strays": "listed values that are no such values",
    "openings": "first questions of conversations",
    "follow_ups": "questions that lean on those before",
}


def main(half: str, each: bool) -> None:
    """Print the table of one half."""
    with tempfile.TemporaryDirectory() as folder:
        here, recipe = clusters(half), Recipe(DEFAULT_MODEL, ChunkSettings())
        answerer = Answerer.open(build_timeline(here, Path(folder), recipe))
        began = time.perf_counter()
        asked = [
            *tqdm(ask_questions(answerer, here), disable=None),
            *tqdm(ask_conversations(answerer, here), disable=None),
        ]
        spent = time.perf_counter() - began
    print(f"{half}: {len(here)} clusters, {len(asked)} questions, {spent / len(asked):.2f} s each")
    whole = total(one.score for one in asked)
    for name, what in WHAT.items():
        print(f"{what:<56} {getattr(whole, name)}")
    if each:
        print_each(asked)


def print_each(asked: list[Asked]) -> None:
    """Print every answer that was not wholly right."""
    for one in asked:
        if wrong := _wrong(one.score):
            variants = [f"{v.relation}: {v.answer}" for v in one.answer.variants]
            expected = one.expected.latest.says if one.expected and one.expected.latest else ""
            print(f"\n{one.cluster} {one.day} {one.question}\n  {', '.join(wrong)}")
            print(f"  {one.answer.answer!r} ({one.answer.confidence:.2f}), expected {expected}")
            print(f"  {one.answer.support} {variants}")
            if one.expected:
                for value in one.expected.others:
                    print(f"    expected {'/'.join(value.relations)}: {value.says}")


def _wrong(score: Score) -> list[str]:
    """What was not right; of alarms, what there was."""
    names = [field.name for field in fields(Score)]
    alarms = {"false_alarms", "strays"}
    return [
        name
        for name in names
        if (tally := getattr(score, name)).all
        and (tally.right > 0 if name in alarms else tally.right < tally.all)
    ]


if __name__ == "__main__":
    held_out = "--held-out" in sys.argv[1:]
    main(HELD_OUT if held_out else DEVELOPMENT, "--each" in sys.argv[1:] and not held_out)
