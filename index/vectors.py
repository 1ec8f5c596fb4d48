"""Nearest vectors by inner product, with FAISS; a derived accelerator of the vectors in SQLite.

It is kept in a file named after the revision of the index that it mirrors, with its hash beside
it. A file that is missing, stale or damaged is simply not used: `load` returns None and the
caller builds anew. Knows nothing of SQLite.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.encoders import FloatArray

IntArray = npt.NDArray[np.int64]


class VectorIndex:
    """Exact search over unit vectors, so that inner product is cosine similarity."""

    def __init__(self, ids: IntArray, vectors: FloatArray) -> None:
        """Index vectors.

        Args:
            ids: Chunk ids, shape (n,), without repetition.
            vectors: Unit vectors, shape (n, dimensions).
        """
        import faiss  # 0.2 s

        if vectors.ndim != 2 or ids.shape != (len(vectors),):
            raise ValueError(f"{ids.shape} ids for vectors of shape {vectors.shape}")
        self._faiss = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(ids):
            self._faiss.add_with_ids(np.ascontiguousarray(vectors), ids)

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._faiss.d)

    def search(
        self, vector: FloatArray, limit: int, allowed: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Find the nearest chunks.

        Args:
            vector: Unit vector of a question, shape (dimensions,).
            limit: Most results.
            allowed: Search only these ids; None searches all.

        Returns:
            Ids and cosine similarities, best first.

        Raises:
            ValueError: The vector has another length than the index.
        """
        import faiss

        if vector.shape != (self.dimensions,):
            raise ValueError(f"a vector of shape {vector.shape}, not ({self.dimensions},)")
        if not len(self) or limit < 1 or (allowed is not None and not len(allowed)):
            return []
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.array(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # stub is older
        scores, ids = self._faiss.search(
            np.ascontiguousarray(vector[None, :]), min(limit, len(self)), params=parameters
        )
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def save(self, folder: Path, revision: int) -> None:
        """Write the file for a revision and remove those of others.

        Raises:
            OSError: The folder cannot be written; nothing that was there is harmed.
        """
        import faiss

        data = faiss.serialize_index(self._faiss).tobytes()
        target = _file(folder, revision)
        partial = target.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(hashlib.sha256(data).digest())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
        for other in folder.glob("vectors-*.faiss"):
            if other != target:
                other.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path, revision: int, count: int) -> "VectorIndex | None":
        """Read the file for a revision.

        Returns:
            The index, or None if the file is missing, damaged or does not hold `count` vectors.
        """
        import faiss

        try:
            raw = _file(folder, revision).read_bytes()
        except OSError:
            return None
        digest, data = raw[:32], memoryview(raw)[32:]
        if hashlib.sha256(data).digest() != digest:
            return None
        loaded = cls.__new__(cls)
        loaded._faiss = faiss.deserialize_index(  # type: ignore[assignment]  # declared as its base
            np.frombuffer(data, dtype=np.uint8)
        )
        return loaded if len(loaded) == count else None


def _file(folder: Path, revision: int) -> Path:
    return folder / f"vectors-{revision}.faiss"
