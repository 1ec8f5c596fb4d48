"""Find chunks by meaning and by words: the seam behind which engines search.

Here for an index folder, whose indexes are kept in step with its database.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from index.accelerators import Accelerators, Found
from index.embedded import EmbeddedStore
from index.encoders import FloatArray
from index.filters import Filters
from index.vectors import IntArray


class Searcher(Protocol):
    """Searches the live chunks of an index; several threads may at once.

    What is found is ids and scores, best first, and by id where scores are equal.
    """

    def nearest(
        self, vector: FloatArray, limit: int, filters: Filters, among: IntArray | None = None
    ) -> Found:
        """Chunks nearest to a vector by cosine similarity.

        Args:
            vector: Unit vector, shape (dimensions,).
            limit: Most results.
            filters: Which articles to look in.
            among: Look at these chunks only, ascending, whatever the filters.
        """
        ...

    def matching(
        self, words: Sequence[str], limit: int, filters: Filters, among: IntArray | None = None
    ) -> Found:
        """Chunks that hold any of some words, by BM25.

        Args:
            words: Letters and digits only.
            limit: Most results.
            filters: Which articles to look in.
            among: Look at these chunks only, ascending, whatever the filters.
        """
        ...


class EmbeddedSearcher:
    """Searches an index folder."""

    def __init__(self, store: EmbeddedStore, folder: Path, dimensions: int) -> None:
        """Nothing is opened before it is needed; see `Accelerators`."""
        self._store = store
        self._accelerators = Accelerators(store, folder, dimensions)
        self._filtered: tuple[object, IntArray | None] = (None, None)

    def nearest(
        self, vector: FloatArray, limit: int, filters: Filters, among: IntArray | None = None
    ) -> Found:
        allowed = self._allowed(filters) if among is None else among
        return self._accelerators.nearest(vector, limit, allowed)

    def matching(
        self, words: Sequence[str], limit: int, filters: Filters, among: IntArray | None = None
    ) -> Found:
        allowed = self._allowed(filters) if among is None else among
        found = self._accelerators.matching(words, limit, allowed)
        return self._store.match_words(words, limit, filters, among) if found is None else found

    def _allowed(self, filters: Filters) -> IntArray | None:
        """Ids of the chunks that a filter lets through; kept, as both searches ask in turn."""
        if not filters.any:
            return None
        wanted = (filters, self._store.revision())
        asked, allowed = self._filtered
        if asked != wanted:
            allowed = self._store.allowed_chunks(filters)
            self._filtered = (wanted, allowed)
        return allowed
