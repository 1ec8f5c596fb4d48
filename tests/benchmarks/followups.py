"""Follow-ups: how near our rewrites come to manual ones, in words and in the passages found.

`python -m tests.benchmarks.followups FILE INDEX`, where FILE has one turn a line (JSON, gzipped)
with "conversation", "turn", "utterance" and "standalone", and INDEX is an index folder over any
large collection. Only conversations that the weights were not fitted to, and turns with others
before them. With `--answers`, earlier turns have the answers and citations that the articles give.

Measured are the F1 of content words against the manual rewrite, and the share of the manual
rewrite's first ten passages that are among our first ten; means with standard errors.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index.filters import Filters
from retrieval.answer import MAX_TURNS, Turn
from retrieval.answerer import Answerer
from retrieval.dialogue.leaning import leans_back
from retrieval.dialogue.probing import LibraryProber
from retrieval.dialogue.resolving import resolve
from retrieval.questions import content_words
from retrieval.search import search
from retrieval.training.fit_followups import Told, is_held_out, read_conversations

DEPTH = 10
WAYS = ("as asked", "all turns", "ours")


def word_f1(ours: str, gold: str) -> float:
    """Harmonic mean of precision and recall of content words."""
    mine, theirs = Counter(content_words(ours)), Counter(content_words(gold))
    common = sum((mine & theirs).values())
    return 2 * common / (sum(mine.values()) + sum(theirs.values())) if common else 0.0


class Benchmark:
    """Rewrites conversations, and keeps what was measured of each follow-up."""

    def __init__(self, answerer: Answerer, answers: bool) -> None:
        self._answerer, self._answers = answerer, answers
        self.f1: dict[str, list[float]] = {way: [] for way in WAYS}
        self.recall: dict[str, list[float]] = {way: [] for way in WAYS}
        self.leaning: list[bool] = []

    def converse(self, turns: Sequence[Told]) -> None:
        """Go through one conversation with our own rewrites as its history."""
        history: list[Turn] = []
        for question, gold in turns:
            standalone = question
            if history:
                standalone = self._resolved(question, history)
                everything = " ".join([*(turn.question for turn in history), question])
                self._measure(
                    gold, dict(zip(WAYS, (question, everything, standalone), strict=True))
                )
                self.leaning.append(leans_back(question, history))
            history = [*history, self._turn(question, standalone)][-MAX_TURNS:]

    def _resolved(self, question: str, history: Sequence[Turn]) -> str:
        parts = self._answerer
        prober = LibraryProber(parts.library, parts.reader, parts.calibration, Filters())
        return resolve(question, history, prober).standalone

    def _turn(self, question: str, standalone: str) -> Turn:
        if not self._answers:
            return Turn(question, None, standalone)
        answer = self._answerer.answer(standalone)
        quotes = tuple(citation.quote for citation in answer.citations)
        return Turn(question, answer.answer, standalone, quotes)

    def _measure(self, gold: str, rewrites: dict[str, str]) -> None:
        wanted = self._passages(gold)
        for way, text in rewrites.items():
            self.f1[way].append(word_f1(text, gold))
            found = self._passages(text)
            self.recall[way].append(len(found & wanted) / len(wanted) if wanted else 1.0)

    def _passages(self, question: str) -> set[int]:
        return {hit.chunk.id for hit in search(self._answerer.library, question, DEPTH)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--answers", action="store_true")
    parser.add_argument("--fitted", action="store_true", help="the other half of conversations")
    options = parser.parse_args()
    benchmark = Benchmark(Answerer.open(options.index, threads=1), options.answers)
    conversations = [
        turns
        for name, turns in read_conversations(options.file).items()
        if is_held_out(name) != options.fitted
    ]
    for turns in tqdm(conversations, disable=None):
        benchmark.converse(turns)
    print(
        f"{len(conversations)} conversations, {len(benchmark.leaning)} follow-ups, "
        f"{sum(benchmark.leaning)} taken to lean on others"
    )
    for way in WAYS:
        f1, recall = _stated(benchmark.f1[way]), _stated(benchmark.recall[way])
        print(f"{way:<10} word F1 {f1}  recall@{DEPTH} {recall}")


def _stated(values: Sequence[float]) -> str:
    """Mean and standard error."""
    return f"{np.mean(values):.3f} ± {np.std(values, ddof=1) / len(values) ** 0.5:.3f}"


if __name__ == "__main__":
    main()
