"""The articles and the questions: news to look through, and paragraphs that answer questions."""

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from retrieval.labelled import LabelledQuestion, read_labelled, write_contexts
from tests.benchmarks.chunks import news_articles

SEED = 7


@dataclass(frozen=True, slots=True)
class Corpus:
    """What all contenders read and are asked.

    Attributes:
        news: Articles that answer none of the questions, on purpose.
        paragraphs: Those that do, by name.
        questions: Each is answered by the paragraph it names.
    """

    news: list[str]
    paragraphs: dict[str, str]
    questions: list[LabelledQuestion]

    def write(self, folder: Path, first: int = 0, last: int | None = None) -> dict[str, str]:
        """Write all paragraphs, and the news from `first` up to before `last`, and nothing else.

        Returns the texts. Names as a peer tells them, the news before the paragraphs.
        """
        chosen = {
            f"news/{number:05d}": text for number, text in list(enumerate(self.news))[first:last]
        } | {f"paragraphs/{name}": text for name, text in self.paragraphs.items()}
        shutil.rmtree(folder, ignore_errors=True)
        write_contexts(chosen, folder)
        return {f"{name}.txt": text for name, text in chosen.items()}


def read_corpus(news: Path, labelled: Path, articles: int, paragraphs: int, asked: int) -> Corpus:
    """Choose from the two files; no text comes twice, so that each article has one name."""
    texts = list(dict.fromkeys(text for text in news_articles(news) if text.strip()))[:articles]
    known = read_labelled(labelled)
    answerable = [one for one in known.questions if one.answers]
    names = {known.contexts[one.context]: one.context for one in answerable}
    rng = random.Random(SEED)
    chosen = sorted(rng.sample(sorted(names.values()), min(paragraphs, len(names))))
    fitting = [one for one in answerable if one.context in set(chosen)]
    return Corpus(
        texts,
        {name: known.contexts[name] for name in chosen},
        rng.sample(fitting, min(asked, len(fitting))),
    )


def gold(question: LabelledQuestion) -> str:
    """Name of the article that answers it."""
    return f"paragraphs/{question.context}.txt"
