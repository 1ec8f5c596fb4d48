"""Fit the weights that tell which words of earlier turns a follow-up leaves unsaid.

`python -m retrieval.training.fit_followups FILE --to weights.json`, where FILE has one turn a line
with "conversation", "turn", "utterance" and "standalone". Conversations are split by the hash of
their names: one half fits, the other only reports; `tests.benchmarks.followups` measures on it.
"""

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from retrieval.answer import MAX_TURNS, Turn
from retrieval.dialogue.leaning import leans_back
from retrieval.dialogue.mentions import FEATURES, mentions
from retrieval.dialogue.wording import stems

INVERSE_PENALTY = 1.0
Told = tuple[str, str]  # as it was asked, and as it stands alone


def read_conversations(file: Path) -> dict[str, list[Told]]:
    """The turns of each conversation, in order."""
    told: dict[str, list[Told]] = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            turn = json.loads(line)
            told.setdefault(turn["conversation"], []).append(
                (turn["utterance"].strip(), turn["standalone"].strip())
            )
    return told


def is_held_out(conversation: str) -> bool:
    """Whether a conversation only measures: by the last bit of its name's first SHA-256 byte."""
    return hashlib.sha256(conversation.encode()).digest()[0] % 2 == 1


def follow_ups(turns: Sequence[Told]) -> Iterator[tuple[str, str, list[Turn]]]:
    """Each question with turns before it: as asked, as it stands alone, and those turns."""
    for at, (question, standalone) in enumerate(turns):
        if at:
            before = turns[max(0, at - MAX_TURNS) : at]
            yield question, standalone, [Turn(asked, None, alone) for asked, alone in before]


def main() -> None:
    """Fit, write and report."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    halves: dict[bool, list[tuple[tuple[float, ...], bool]]] = {False: [], True: []}
    for name, turns in read_conversations(options.file).items():
        for question, standalone, history in follow_ups(turns):
            if leans_back(question, history):
                meant = set(stems(standalone))
                halves[is_held_out(name)] += [
                    (one.values, one.stem in meant) for one in mentions(question, history)
                ]
    measured, wanted = (np.array(column) for column in zip(*halves[False], strict=True))
    model = LogisticRegression(C=INVERSE_PENALTY, fit_intercept=False, max_iter=2000)
    model.fit(measured, wanted)
    fitted = dict(zip(FEATURES, (round(float(w), 3) for w in model.coef_[0]), strict=True))
    options.to.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    for held_out, rows in halves.items():
        values, gold = (np.array(column) for column in zip(*rows, strict=True))
        area = roc_auc_score(gold, model.predict_proba(values)[:, 1])
        print(f"{'held out' if held_out else 'fitted'}: {len(gold)} words, AUC {area:.3f}")


if __name__ == "__main__":
    main()
