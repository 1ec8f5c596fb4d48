"""Find the passages that our own word search confuses with the right one, for the reader to learn.

`python -m retrieval.training.mine_negatives DATA... --encoder FOLDER --to negatives.json`. Name the
data files in the order in which `train_reader` gets them: negatives are paragraph numbers.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from index.articles import Article
from index.embedded import EmbeddedStore
from index.filters import Filters
from retrieval.questions import content_words
from retrieval.training.examples import LabelledSet, Question, holds_answer

CANDIDATES, KEPT = 10, 5


def mine(
    labelled: LabelledSet, tokenizer: Tokenizer, sample: int, rng: random.Random
) -> dict[str, list[int]]:
    """Ask answerable questions over all paragraphs.

    Args:
        labelled: Paragraphs and questions.
        tokenizer: Turns token ids back into the words of a question.
        sample: Most questions to ask.
        rng: Chooses them.

    Returns:
        Question id to the numbers of up to `KEPT` paragraphs, best first, that share words with
        the question and do not hold its answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore.create(Path(folder) / "paragraphs.sqlite3", {})
        with store.transaction():
            for number, paragraph in enumerate(labelled.paragraphs):
                article = Article(str(number), paragraph.text, str(number))
                store.set_version(article.path, article, "")
                store.put_chunks(article, [(0, len(paragraph.text))], np.zeros((1, 1), np.float32))
        asked = [question for question in labelled.questions if question.start >= 0]
        chosen = rng.sample(asked, min(sample, len(asked)))
        return {
            one.id: _ask(store, labelled, tokenizer, one) for one in tqdm(chosen, mininterval=10)
        }


def _ask(
    store: EmbeddedStore, labelled: LabelledSet, tokenizer: Tokenizer, question: Question
) -> list[int]:
    words = content_words(tokenizer.decode(question.ids.tolist()))
    hits = store.match_words(words, CANDIDATES, Filters())
    numbers = [int(chunk.article_id) for chunk in store.chunks([hit for hit, _ in hits])]
    return [
        number
        for number in numbers
        if number != question.paragraph
        and not holds_answer(labelled.paragraphs[number].text, question.answers)
    ][:KEPT]


def main() -> None:
    """Mine and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=40_000)
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    labelled = LabelledSet(tokenizer)
    for path in arguments.data:
        labelled.add(path)
    mined = mine(labelled, tokenizer, arguments.sample, random.Random(3))
    arguments.to.write_text(json.dumps(mined))


if __name__ == "__main__":
    main()
