"""Answer "what happened" and "summarise" with up to five quoted sentences, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.articles import Article
from index.library import Library
from index.sentences import split_paragraphs, split_sentences
from retrieval.answer import AskedPeriod
from retrieval.happening import is_told_within
from retrieval.search import Hit
from retrieval.times.events import event_fits

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
    library: Library, question: str, hits: Sequence[Hit], period: AskedPeriod | None = None
) -> list[Sentence]:
    """Choose the sentences of the hits that are nearest to the question and differ from another.

    Args:
        library: Open index.
        question: Standalone question.
        hits: Passages, best first.
        period: When what they tell must have happened, as far as text and article say when.

    Returns:
        Up to `MAX_SENTENCES`, the newest article first, in the order of the text within it.
    """
    sentences: dict[tuple[str, int], Sentence] = {}
    for hit in hits:
        article = library.article(hit.chunk.article_id)
        if article is None:
            continue
        for start, end in _sentences_of(article, hit.chunk.start, hit.chunk.end):
            sentences.setdefault((article.id, start), Sentence(article, start, end, 0.0))
    if not sentences:
        return []
    pool = list(sentences.values())
    vectors = library.encoder.encode([one.article.text[one.start : one.end] for one in pool])
    similarities = vectors @ library.question_vector(question)
    near = [int(at) for at in np.argsort(-similarities) if similarities[at] >= MIN_SIMILARITY]
    if period:
        near = [at for at in near if _may_tell(pool[at], period)]
    chosen: list[int] = []
    for position in near:
        if len(chosen) == MAX_SENTENCES:
            break
        of_article = sum(pool[other].article.id == pool[position].article.id for other in chosen)
        likeness = max((float(vectors[position] @ vectors[other]) for other in chosen), default=0.0)
        if of_article < MAX_PER_ARTICLE and likeness < MAX_LIKENESS:
            chosen.append(position)
    picked = [
        Sentence(pool[i].article, pool[i].start, pool[i].end, float(similarities[i]))
        for i in chosen
    ]
    picked.sort(key=lambda one: one.start)
    picked.sort(key=lambda one: one.article.published or "", reverse=True)
    return picked


def _may_tell(one: Sentence, period: AskedPeriod) -> bool:
    """Whether a sentence tells of a period; without a date of its own and its article's, it may."""
    published = one.article.published
    if is_told_within(one.article, one.start, one.end, period, published):
        return True
    return not published and event_fits(one.article, one.start, one.end, period) is None


def _sentences_of(article: Article, start: int, end: int) -> list[tuple[int, int]]:
    """Whole sentences within a chunk, without headings and scraps."""
    return [
        (a, b)
        for paragraph in split_paragraphs(article.text)
        if not paragraph.heading and paragraph.start < end and paragraph.end > start
        for a, b in split_sentences(article.text, paragraph.start, paragraph.end)
        if a >= start and b <= end and b - a >= MIN_CHARS
    ]
