"""Nearest vectors by cosine similarity: exact, and at every size fast enough to wait for.

Few vectors are compared one by one. Of many, a `CodedVectors` keeps short codes that FAISS
compares instead; they only propose, and the true vectors of what they propose are fetched and
compared, so that scores are exact at every size. Knows nothing of where vectors are kept.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.encoders import FloatArray
from index.snapshot import Position, Snapshot, save_snapshot

IntArray = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
# Ids in; those that are there, ascending, and their vectors out.
Fetch = Callable[[IntArray], tuple[IntArray, FloatArray]]

CODE_BITS = 4  # for each two components of a vector
TRAINING_VECTORS = 65_536
PROPOSED = 300  # vectors that are fetched and compared
SPARE = 1.25  # a tenth of a snapshot may have left the search
_BLOCK_VECTORS = 8192


class CodedVectors:
    """A snapshot of vectors as codes, in memory."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read it.

        Raises:
            SnapshotDamagedError: The file is not what was written.
        """
        import faiss  # 0.2 s

        self.position = snapshot.position
        self.ids: IntArray = snapshot.array("ids").copy()  # so that the file need not stay open
        self._faiss = faiss.deserialize_index(snapshot.array("codes"))

    def propose(self, vector: FloatArray, count: int) -> IntArray:
        """Ids of the vectors whose codes are nearest, best first."""
        _, rows = self._faiss.search(vector[None, :], min(count, len(self.ids)))
        found: IntArray = self.ids[rows[0][rows[0] >= 0]]
        return found


def save_vectors(path: Path, position: Position, ids: IntArray, fetch: Fetch) -> None:
    """Code vectors and write them to a file.

    Args:
        path: File to write.
        position: Where in the list of changes the vectors are.
        ids: Which to hold, ascending; those that are not there are left out.
        fetch: Gives the vectors.

    Raises:
        OSError: It cannot be written.
    """
    import faiss

    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(ids)[:TRAINING_VECTORS])
    _, sample = fetch(chosen)
    dimensions = sample.shape[1]
    codes = dimensions // 2 if dimensions % 2 == 0 else dimensions
    coded = faiss.IndexPQFastScan(dimensions, codes, CODE_BITS, faiss.METRIC_INNER_PRODUCT)
    coded.pq.cp.min_points_per_centroid = 1  # or few vectors bring a warning on standard error
    coded.train(sample)
    held = []
    for start in range(0, len(ids), _BLOCK_VECTORS):
        found, vectors = fetch(ids[start : start + _BLOCK_VECTORS])
        coded.add(vectors)
        held.append(found)
    arrays: dict[str, Array] = {
        "ids": np.concatenate(held),
        "codes": faiss.serialize_index(coded),
    }
    save_snapshot(path, position, arrays)


class VectorIndex:
    """Vectors in memory, and before them a snapshot of codes where there are many.

    Several threads may search while one changes it.
    """

    def __init__(self, dimensions: int, fetch: Fetch, coded: CodedVectors | None = None) -> None:
        """Begin with no vectors, or with a snapshot's.

        Args:
            dimensions: Length of a vector.
            fetch: Gives the vectors that the codes propose.
            coded: Snapshot.
        """
        self.dimensions, self._fetch, self._coded = dimensions, fetch, coded
        nothing = np.empty(0, dtype=np.int64)
        self._state = (nothing, np.empty((0, dimensions), dtype=np.float32), nothing)

    def change(self, added: IntArray, vectors: FloatArray, removed: IntArray) -> None:
        """Chunks came into the search, with their unit vectors, or left it.

        Args:
            added: Ids; those that are there already stay as they are.
            vectors: Shape (added, dimensions).
            removed: Ids; they need not be there.
        """
        if vectors.shape != (len(added), self.dimensions):
            raise ValueError(f"{len(added)} ids for vectors of shape {vectors.shape}")
        ids, held, gone = self._state
        stay = ~np.isin(ids, removed)
        new = ~np.isin(added, ids)
        if self._coded:
            new &= ~contained(added, self._coded.ids)
            gone = np.union1d(np.setdiff1d(gone, added), removed)
        self._state = (
            np.concatenate([ids[stay], added[new]]),
            np.concatenate([held[stay], vectors[new]]),
            gone,
        )

    def search(
        self, vector: FloatArray, limit: int, allowed: IntArray | None = None
    ) -> list[tuple[int, float]]:
        """Find the nearest chunks.

        Args:
            vector: Unit vector of a question, shape (dimensions,).
            limit: Most results.
            allowed: Search only these ids, ascending; None searches all.

        Returns:
            Ids and cosine similarities, best first; equal ones by id.

        Raises:
            ValueError: The vector has another length than the index.
        """
        if vector.shape != (self.dimensions,):
            raise ValueError(f"a vector of shape {vector.shape}, not ({self.dimensions},)")
        ids, held, gone = self._state
        scores = _cosines(held, vector)
        if allowed is not None:
            kept = contained(ids, allowed)
            ids, scores = ids[kept], scores[kept]
        if self._coded:
            proposed = self._proposed(self._coded, vector, limit, gone, allowed)
            more, vectors = self._fetch(proposed)
            ids = np.concatenate([ids, more])
            scores = np.concatenate([scores, _cosines(vectors, vector)])
        return ranked(ids, scores, limit)

    def _proposed(
        self,
        coded: CodedVectors,
        vector: FloatArray,
        limit: int,
        gone: IntArray,
        allowed: IntArray | None,
    ) -> IntArray:
        """Ids of coded vectors that are worth fetching, nearest first by their codes."""
        wanted = max(PROPOSED, 4 * limit)
        within = coded.ids if allowed is None else allowed[contained(allowed, coded.ids)]
        if len(within) <= wanted:
            return within[~contained(within, gone)]
        count = int(SPARE * wanted * len(coded.ids) / len(within))
        while True:
            ids = coded.propose(vector, count)
            ids = ids[~contained(ids, gone)]
            if allowed is not None:
                ids = ids[contained(ids, within)]
            if len(ids) >= wanted or count >= len(coded.ids):
                return ids[:wanted]
            count *= 4  # most of the nearest left the search or are not allowed


def _cosines(vectors: FloatArray, vector: FloatArray) -> FloatArray:
    # Not `@`: BLAS would share the work with threads that wait for the encoder's, which spin.
    return np.asarray(np.einsum("ij,j->i", vectors, vector))


def contained(values: IntArray, ascending: IntArray) -> npt.NDArray[np.bool_]:
    """Which values are among others, which are sorted."""
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    place = np.searchsorted(ascending, values)
    place[place == len(ascending)] = 0
    return np.asarray(ascending[place] == values)


def ranked(ids: IntArray, scores: Array, limit: int) -> list[tuple[int, float]]:
    """The highest scores with their ids; equal ones by id, so that the order never varies."""
    if len(ids) > 4 * limit > 0:  # sorting all takes longer than finding the highest
        floor = np.partition(scores, -limit)[-limit]
        ids, scores = ids[scores >= floor], scores[scores >= floor]
    order = np.lexsort((ids, -scores))[: max(limit, 0)]
    return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
