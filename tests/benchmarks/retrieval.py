"""Finding the right paragraph: dense, BM25 and fused, on SQuAD-format questions.

`python -m tests.benchmarks.retrieval FILE [ARTICLES PARAGRAPHS QUESTIONS]`. The defaults make a
set of the size of XQuAD: 48 articles, 5 paragraphs of each, 1,190 answerable questions.
"""

import random
import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tqdm import tqdm

from index.builder import build_index
from index.chunking import ChunkSettings
from index.export import DEFAULT_MODEL
from index.filters import Filters
from index.library import Library
from retrieval.labelled import LabelledFile, LabelledQuestion, read_labelled, write_contexts
from retrieval.questions import content_words
from retrieval.search import search

SEED = 11
DEPTH = 50


def sample(
    labelled: LabelledFile, articles: int, paragraphs: int, questions: int
) -> tuple[dict[str, str], list[LabelledQuestion]]:
    """Choose articles, consecutive paragraphs of each, and questions that they answer."""
    rng = random.Random(SEED)
    grouped = [list(names) for _, names in groupby(labelled.contexts, lambda n: n.split("/")[0])]
    long_enough = [names for names in grouped if len(names) >= paragraphs]
    kept: dict[str, str] = {}
    for names in rng.sample(long_enough, min(articles, len(long_enough))):
        first = rng.randint(0, len(names) - paragraphs)
        kept |= {name: labelled.contexts[name] for name in names[first : first + paragraphs]}
    asked = [one for one in labelled.questions if one.answers and one.context in kept]
    return kept, rng.sample(asked, min(questions, len(asked)))


def main(file: Path, articles: int = 48, paragraphs: int = 5, questions: int = 1190) -> None:
    """Print recall at 1, 5 and 10 of the three rankings."""
    contexts, asked = sample(read_labelled(file), articles, paragraphs, questions)
    with tempfile.TemporaryDirectory() as folder:
        write_contexts(contexts, Path(folder) / "articles")
        index = Path(folder) / "index"
        build_index(Path(folder) / "articles", index, DEFAULT_MODEL, ChunkSettings())
        library = Library.open(index)
        ranks: dict[str, list[int]] = {"dense": [], "BM25": [], "fused": []}
        for question in tqdm(asked, disable=None):
            for name, ids in rankings(library, question.question).items():
                ranks[name].append(rank_of(library, ids, f"{question.context}.txt"))
    print(f"{len(contexts)} paragraphs, {len(asked)} questions; share found in the first 1, 5, 10")
    for name, found in ranks.items():
        shares = (sum(rank <= k for rank in found) / len(found) for k in (1, 5, 10))
        print(f"{name:<6} " + "  ".join(f"{share:.3f}" for share in shares))


def rankings(library: Library, question: str) -> dict[str, list[int]]:
    """Chunk ids by each way of searching, best first."""
    everything = Filters()
    return {
        "dense": [i for i, _ in library.nearest(question, DEPTH, everything)],
        "BM25": [i for i, _ in library.matching(content_words(question), DEPTH, everything)],
        "fused": [hit.chunk.id for hit in search(library, question, DEPTH)],
    }


def rank_of(library: Library, ids: Sequence[int], path: str) -> int:
    """Rank of a paragraph among the paragraphs that the chunks belong to; 10**6 if absent."""
    articles = dict.fromkeys(chunk.article_id for chunk in library.chunks(list(ids)))
    for rank, article_id in enumerate(articles, 1):
        article = library.article(article_id)
        if article and article.path == path:
            return rank
    return 10**6


if __name__ == "__main__":
    main(Path(sys.argv[1]), *[int(argument) for argument in sys.argv[2:]])
