"""Answer "what happened" and "summarise" with up to five quoted sentences, newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from index.articles import Article
from index.library import Library
from index.sentences import split_paragraphs, split_sentences
from retrieval.search import Hit

MAX_SENTENCES = 5
MAX_PER_ARTICLE = 2
MIN_SIMILARITY = 0.35  # to the question, of a sentence that is quoted
MAX_LIKENESS = 0.8  # between two quoted sentences: above it they say the same
MIN_CHARS = 40


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that bears on the question."""

    article: Article
    start: int
    end: int
    similarity: float


def overview(
    library: Library,
    question: str,
    hits: Sequence[Hit],
    admits: Callable[[Article, int, int], bool] = lambda article, start, end: True,
) -> list[Sentence]:
    """Choose the sentences of the hits that are nearest to the question and differ from another.

    Args:
        library: Open index.
        question: As it is searched.
        hits: The passages.
        admits: Whether a sentence may be quoted.

    Returns:
        Up to `MAX_SENTENCES`, the newest article first, in the order of the text within it.
    """
    sentences: dict[tuple[str, int], Sentence] = {}
    for hit in hits:
        article = library.article(hit.chunk.article_id)
        if article is None:
            continue
        for start, end in _sentences_of(article, hit.chunk.start, hit.chunk.end):
            if (article.id, start) not in sentences and admits(article, start, end):
                sentences[article.id, start] = Sentence(article, start, end, 0.0)
    if not sentences:
        return []
    pool = list(sentences.values())
    vectors = library.encoder.encode([one.article.text[one.start : one.end] for one in pool])
    similarities = vectors @ library.question_vector(question)
    chosen: list[int] = []
    for position in np.argsort(-similarities):
        if similarities[position] < MIN_SIMILARITY or len(chosen) == MAX_SENTENCES:
            break
        of_article = sum(pool[other].article.id == pool[position].article.id for other in chosen)
        likeness = max((float(vectors[position] @ vectors[other]) for other in chosen), default=0.0)
        if of_article < MAX_PER_ARTICLE and likeness < MAX_LIKENESS:
            chosen.append(int(position))
    picked = [
        Sentence(pool[i].article, pool[i].start, pool[i].end, float(similarities[i]))
        for i in chosen
    ]
    picked.sort(key=lambda one: one.start)
    picked.sort(key=lambda one: one.article.published or "", reverse=True)
    return picked


def _sentences_of(article: Article, start: int, end: int) -> list[tuple[int, int]]:
    """Whole sentences within a chunk, without headings and scraps."""
    return [
        (a, b)
        for paragraph in split_paragraphs(article.text)
        if not paragraph.heading and paragraph.start < end and paragraph.end > start
        for a, b in split_sentences(article.text, paragraph.start, paragraph.end)
        if a >= start and b <= end and b - a >= MIN_CHARS
    ]
