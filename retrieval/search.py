"""Find passages: nearest in meaning and sharing words, by the weighted sum of both scores.

Source: Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval" (a convex
combination of scores outdoes reciprocal ranks, which forget how much better the first is).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.accelerators import Found
from index.filters import Filters
from index.library import Library
from index.store import StoredChunk
from index.stories.revisions import carries
from retrieval.questions import content_words

MAX_PASSAGES = 10  # that an answer considers
CANDIDATES = 50  # per ranking
# Of 2,000 questions over 675 paragraphs of SQuAD dev, fitted on one half, the right paragraph is
# first for 0.857 of the other (0.812 by reciprocal ranks), among five for 0.967 (0.965) and among
# ten for 0.982 (0.984).
MEANING = 0.6
SAME_PASSAGE = 0.8  # of the pairs of words; a passage that is half of another has news of its own


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found.

    Attributes:
        chunk: The chunk.
        score: Fused score; orders the hits of one question.
        dense_rank: Rank by similarity from 1, or None beyond the candidates.
        word_rank: Rank by BM25 from 1, or None.
        similarity: Cosine to the question, or None.
        word_share: BM25 score as a share of the best one's, 0 to 1.
    """

    chunk: StoredChunk
    score: float
    dense_rank: int | None
    word_rank: int | None
    similarity: float | None
    word_share: float


def search(
    library: Library, question: str, limit: int = MAX_PASSAGES, filters: Filters | None = None
) -> list[Hit]:
    """Find the passages that best fit a question.

    Args:
        library: Open index.
        question: Standalone question.
        limit: Most hits.
        filters: Which articles to look in.

    Returns:
        Hits, best first; ties by chunk id, so that the order never varies.
    """
    filters = filters or Filters()
    dense = library.nearest(question, CANDIDATES, filters)
    words = library.matching(content_words(question), CANDIDATES, filters)
    dense_rank = {chunk_id: rank for rank, (chunk_id, _) in enumerate(dense, 1)}
    word_rank = {chunk_id: rank for rank, (chunk_id, _) in enumerate(words, 1)}
    scores = fuse(dense, words)
    best = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    similarity, word_score = dict(dense), dict(words)
    best_score = max(word_score.values(), default=0.0) or 1.0
    return [
        Hit(
            chunk,
            scores[chunk.id],
            dense_rank.get(chunk.id),
            word_rank.get(chunk.id),
            similarity.get(chunk.id),
            word_score.get(chunk.id, 0.0) / best_score,
        )
        for chunk in _without_copies(library, library.chunks(best, filters), limit, filters)
    ]


def _without_copies(
    library: Library, chunks: Sequence[StoredChunk], limit: int, filters: Filters
) -> Sequence[StoredChunk]:
    """The first chunks; of those that copies of one report share, only the best.

    A copy that has other numbers is no copy: it may correct the other. The stories of as few
    articles as will do are asked for: those of a past day are found by comparing each with all
    that has been superseded or withdrawn since.
    """
    kept: list[StoredChunk] = []
    texts: dict[str, list[tuple[str, str]]] = {}  # by story: article and text of what is kept
    for start in range(0, len(chunks), limit):
        block = chunks[start : start + limit]
        stories = library.stories(list({chunk.article_id for chunk in block}), filters)
        if not kept and len(set(stories.values())) == len(stories):
            return block
        for chunk in block:
            if len(kept) == limit:
                return kept
            article = library.article(chunk.article_id)
            if article is None:  # withdrawn meanwhile
                continue
            text = article.text[chunk.start : chunk.end]
            known = texts.setdefault(stories.get(article.id, article.id), [])
            if not any(
                other != article.id and carries(shown, text, SAME_PASSAGE) for other, shown in known
            ):
                kept.append(chunk)
                known.append((article.id, text))
    return kept


def fuse(dense: Found, words: Found) -> dict[int, float]:
    """One score for what two searches found, by their ids.

    Args:
        dense: Ids and cosine similarities, best first; what is missing was no better than the last.
        words: Ids and BM25 scores, best first; taken as shares of the best.
    """
    best = max((score for _, score in words), default=0.0) or 1.0
    least = min((similarity for _, similarity in dense), default=0.0)
    shares, similarities = dict(words), dict(dense)
    return {
        one: MEANING * similarities.get(one, least) + (1 - MEANING) * shares.get(one, 0.0) / best
        for one in similarities | shares
    }
