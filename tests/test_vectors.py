"""FAISS finds what NumPy finds, and a file of it is used only if it is whole and current."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders import FloatArray
from index.vectors import IntArray, VectorIndex


def unit_vectors(seed: int, count: int, dimensions: int) -> FloatArray:
    """Random unit vectors, shape (count, dimensions)."""
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def some_ids(seed: int, count: int) -> IntArray:
    """Distinct ids in no order, some beyond 32 bits."""
    return np.random.default_rng(seed).permutation(10 * count)[:count].astype(np.int64) * 2**30


def brute_force(
    ids: IntArray, vectors: FloatArray, question: FloatArray, limit: int, allowed: list[int] | None
) -> list[tuple[int, float]]:
    """The oracle: every inner product, sorted."""
    scores = dict(zip(ids.tolist(), (vectors @ question).tolist(), strict=True))
    if allowed is not None:
        scores = {chunk: score for chunk, score in scores.items() if chunk in allowed}
    return sorted(scores.items(), key=lambda item: -item[1])[:limit]


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 60),
    dimensions=st.sampled_from([1, 2, 8, 384]),
    limit=st.integers(0, 80),
    share=st.none() | st.floats(0, 1),
)
def test_search_equals_brute_force(
    seed: int, count: int, dimensions: int, limit: int, share: float | None
) -> None:
    """Ids and values are NumPy's, for any size, limit and filter; also ids that are not there."""
    ids, vectors = some_ids(seed, count), unit_vectors(seed, count, dimensions)
    question = unit_vectors(seed + 1, 1, dimensions)[0]
    allowed = None if share is None else [*ids[: int(share * count)].tolist(), 3, -1]
    found = VectorIndex(ids, vectors).search(question, limit, allowed)
    expected = brute_force(ids, vectors, question, limit, allowed)
    assert len(found) == len(expected)
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-6)
    if dimensions > 1:  # in one dimension all scores are 1 or -1: ties
        assert [i for i, _ in found] == [i for i, _ in expected]


def test_equal_vectors_are_all_found() -> None:
    """Chunks with the same words share a vector; each is found, with the same score."""
    vectors = unit_vectors(1, 3, 8)[[0, 1, 1, 1, 2]]
    found = VectorIndex(np.arange(5, dtype=np.int64), vectors).search(vectors[1], 3)
    assert {i for i, _ in found} == {1, 2, 3}
    assert [s for _, s in found] == pytest.approx([1, 1, 1])


def test_wrong_shapes_are_value_errors() -> None:
    """A vector of another length is named with both lengths, not left to FAISS."""
    index = VectorIndex(np.arange(4, dtype=np.int64), unit_vectors(1, 4, 8))
    for wrong in (unit_vectors(1, 1, 7)[0], unit_vectors(1, 1, 8)):
        with pytest.raises(ValueError, match=r"a vector of shape .*, not \(8,\)"):
            index.search(wrong, 3)
    with pytest.raises(ValueError, match=r"\(3,\) ids for vectors of shape \(4, 8\)"):
        VectorIndex(np.arange(3, dtype=np.int64), unit_vectors(1, 4, 8))


@pytest.mark.parametrize("count", [0, 20])
def test_a_saved_index_is_read_back(tmp_path: Path, count: int) -> None:
    """A file answers as the index that wrote it, and files of other revisions are removed."""
    index = VectorIndex(some_ids(1, count), unit_vectors(1, count, 8))
    index.save(tmp_path, 1)
    index.save(tmp_path, 2)
    assert [file.name for file in tmp_path.iterdir()] == ["vectors-2.faiss"]
    loaded = VectorIndex.load(tmp_path, 2, count)
    assert loaded is not None
    question = unit_vectors(2, 1, 8)[0]
    assert loaded.dimensions == 8
    assert loaded.search(question, 5) == index.search(question, 5)


def test_missing_stale_and_damaged_files_are_not_used(tmp_path: Path) -> None:
    """Another revision, another count, a cut or changed byte anywhere: None, never an error."""
    VectorIndex(some_ids(1, 20), unit_vectors(1, 20, 8)).save(tmp_path, 1)
    file = tmp_path / "vectors-1.faiss"
    whole = file.read_bytes()
    assert VectorIndex.load(tmp_path, 1, 20) is not None
    assert VectorIndex.load(tmp_path, 2, 20) is None
    assert VectorIndex.load(tmp_path, 1, 21) is None
    for size in range(0, len(whole), 37):
        file.write_bytes(whole[:size])
        assert VectorIndex.load(tmp_path, 1, 20) is None
    for place in range(0, len(whole), 37):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert VectorIndex.load(tmp_path, 1, 20) is None
    file.unlink()
    file.mkdir()
    assert VectorIndex.load(tmp_path, 1, 20) is None


def test_saving_where_nothing_can_be_written_is_an_os_error(tmp_path: Path) -> None:
    """FAISS's own C++ messages never appear; the caller gets the system's reason."""
    index = VectorIndex(some_ids(1, 3), unit_vectors(1, 3, 8))
    with pytest.raises(FileNotFoundError):
        index.save(tmp_path / "gone", 1)
