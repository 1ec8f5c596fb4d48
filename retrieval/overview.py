"""Answer "what happened" and "summarise" with up to five quoted sentences, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.articles import Article
from index.library import Library
from index.sentences import split_paragraphs, split_sentences
from retrieval.answer import AskedPeriod, Basis
from retrieval.happening import is_told_within
from retrieval.questions import content_words
from retrieval.search import Hit
from retrieval.times.asked import without_time
from retrieval.times.events import event_fits

MAX_SENTENCES = 5
MAX_PER_ARTICLE = 2
MIN_SIMILARITY = 0.35  # to the question, of a sentence that is quoted
MAX_LIKENESS = 0.8  # between two quoted sentences: above it they say the same
MIN_CHARS = 40
_GENERAL = frozenset(
    """happen happened happening going go on new news latest summarise summarize sum up tell about
    describe overview today todays day days articles reports headlines all everything please s
    since""".split()
)


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
        period: The time that is asked about; what happened in it is told as far as text and
            article say when.

    Returns:
        Up to `MAX_SENTENCES`, the newest article first, in the order of the text within it.
    """
    published = period is not None and period.basis is Basis.PUBLISHED
    if period and published:
        question = without_time(question, period)  # which the sentences of reports do not repeat
        if _GENERAL.issuperset(content_words(question)):
            return _leads(library, hits)
    if not (pool := _sentences_in(library, hits)):
        return []
    vectors = library.encoder.encode([one.article.text[one.start : one.end] for one in pool])
    similarities = vectors @ library.question_vector(question)
    near = [int(at) for at in np.argsort(-similarities) if similarities[at] >= MIN_SIMILARITY]
    if period and not published:
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
    return _newest_first(picked)


def _sentences_in(library: Library, hits: Sequence[Hit]) -> list[Sentence]:
    """The sentences of passages, each once."""
    found: dict[tuple[str, int], Sentence] = {}
    for hit in hits:
        article = library.article(hit.chunk.article_id)
        if article is None:
            continue
        for start, end in _sentences_of(article, hit.chunk.start, hit.chunk.end):
            found.setdefault((article.id, start), Sentence(article, start, end, 0.0))
    return list(found.values())


def _newest_first(picked: Sequence[Sentence]) -> list[Sentence]:
    in_order = sorted(picked, key=lambda one: one.start)
    return sorted(in_order, key=lambda one: one.article.published or "", reverse=True)


def _leads(library: Library, hits: Sequence[Hit]) -> list[Sentence]:
    """The first sentences of the newest articles: "what happened yesterday?" asks for them all."""
    ids = dict.fromkeys(hit.chunk.article_id for hit in hits)
    leads = [
        Sentence(article, *sentences[0], 1.0)
        for article in map(library.article, ids)
        if article and (sentences := _sentences_of(article, 0, len(article.text)))
    ]
    return _newest_first(leads)[:MAX_SENTENCES]


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
