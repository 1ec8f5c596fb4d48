"""Search the articles as they stood on a day: those that are still live, and past ones beside them.

What stood then and is live now is found by the indexes of today, which are told to look at nothing
else. What stood then and has been superseded or withdrawn since is held here: it is compared one by
one with the question, and its words are cut anew. Both come out by the same measures, so that the
two lists can be merged. `index.standing` says what stood. Several threads may search at once.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from index.encoders import FloatArray
from index.filters import Filters
from index.postings import K1, damping
from index.standing import standing
from index.store import Store
from index.vectors import IntArray, ranked
from index.words import HeldWords, bm25, idf

Found = list[tuple[int, float]]


class AsOf:
    """What stood on the day of a filter, and what else it lets through, at one state of an index.

    Attributes:
        standing: Ids of all articles that stood on the day, whatever else is filtered.
        live: Ids of the chunks of those that are live today, ascending.
        ids: Ids of the chunks of those that are not, ascending.
        articles: The article of each of `ids`.
        vectors: Their vectors, shape (ids, dimensions).
    """

    def __init__(self, store: Store, filters: Filters, dimensions: int) -> None:
        """Read it from a database.

        Args:
            store: Database.
            filters: With the day.
            dimensions: Length of a vector.
        """
        assert filters.as_of is not None
        self._store, self._lock = store, threading.Lock()
        with store.snapshot():
            self.standing = standing(store, filters.as_of)
            self.live: IntArray = store.standing_chunks(self.standing, filters)
            past = store.past_chunks(self.standing, filters)
        self.ids: IntArray = np.array([one.id for one in past], dtype=np.int64)
        self.articles = [one.article_id for one in past]
        self.vectors: FloatArray = store.as_vectors([one.vector for one in past], dimensions)
        self._texts = [one.text for one in past]

    def nearest(self, vector: FloatArray, limit: int, live: Found) -> Found:
        """Chunks nearest to a vector.

        Args:
            vector: Unit vector of a question.
            limit: Most results.
            live: What of `self.live` is nearest: ids and cosine similarities.
        """
        cosines = np.einsum("ij,j->i", self.vectors, vector)
        return _merged(live, self.ids, cosines, limit)

    def matching(self, words: Sequence[str], limit: int, live: Found) -> Found:
        """Chunks that hold any of some words, by BM25.

        How rare a word is, and how long a chunk usually is, are told by the chunks of today, for
        the past ones as for the live ones: so the same words score the same in either, and one
        past chunk is worth what it would be among the others, where statistics of its own would
        say nothing. Only where nothing is live any more do the past chunks tell it themselves.

        Args:
            words: Letters and digits only.
            limit: Most results.
            live: What of `self.live` matches best: ids and scores.
        """
        if not len(self.ids):
            return live[:limit]
        with self._lock:
            terms = Counter(self._held.stems(words))
            found = {term: self._held.postings(term) for term in terms}
        known = self._store.word_statistics(list(terms))
        chunks, total = known.chunks, known.words
        holding = known.holding
        if not chunks:
            chunks, total = len(self.ids), int(self._held.lengths.sum())
            holding = {term: len(postings.rows) for term, postings in found.items()}
        weighted = [
            (times * (K1 + 1) * idf(chunks, holding.get(term, 0)), found[term])
            for term, times in terms.items()
        ]
        rows = np.arange(len(self.ids))
        scores = bm25(rows, damping(self._held.lengths, total / chunks), weighted)
        return _merged(live, self.ids[scores > 0], scores[scores > 0], limit)

    @cached_property
    def _held(self) -> HeldWords:
        """The words of the past chunks; cut when they are first asked for."""
        held = HeldWords()
        held.add(self.ids, self._texts)
        return held


def _merged(live: Found, ids: IntArray, scores: FloatArray, limit: int) -> Found:
    """Two lists of ids and scores as one, best first."""
    all_ids = np.concatenate([np.array([i for i, _ in live], dtype=np.int64), ids])
    return ranked(all_ids, np.concatenate([[score for _, score in live], scores]), limit)
