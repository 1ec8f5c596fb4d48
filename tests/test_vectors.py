"""The nearest vectors are those that NumPy finds: all without codes, nearly all with them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders import FloatArray
from index.snapshot import START, Snapshot, SnapshotDamagedError
from index.vectors import CodedVectors, Fetch, IntArray, VectorIndex, save_vectors

Found = list[tuple[int, float]]
NOTHING: IntArray = np.empty(0, dtype=np.int64)


def unit_vectors(seed: int, count: int, dimensions: int) -> FloatArray:
    """Random unit vectors, shape (count, dimensions)."""
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def some_ids(seed: int, count: int) -> IntArray:
    """Distinct ids, ascending, some beyond 32 bits."""
    chosen = np.random.default_rng(seed).permutation(10 * count)[:count].astype(np.int64)
    return np.sort(chosen) * 2**30


def fetching(ids: IntArray, vectors: FloatArray) -> Fetch:
    """What a database does: the vectors of those ids that it has, in its order."""

    def fetch(wanted: IntArray) -> tuple[IntArray, FloatArray]:
        rows = np.flatnonzero(np.isin(ids, wanted))
        return ids[rows], vectors[rows]

    return fetch


def exact_index(ids: IntArray, vectors: FloatArray) -> VectorIndex:
    """An index without codes."""
    index = VectorIndex(vectors.shape[1], fetching(ids, vectors))
    index.change(ids, vectors, NOTHING)
    return index


def brute_force(
    ids: IntArray, vectors: FloatArray, question: FloatArray, limit: int, within: Sequence[int]
) -> Found:
    """The oracle: every inner product, sorted."""
    kept = np.isin(ids, np.array(within, dtype=np.int64))
    scores = zip(ids[kept].tolist(), (vectors[kept] @ question).tolist(), strict=True)
    return sorted(scores, key=lambda item: -item[1])[:limit]


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 60),
    dimensions=st.sampled_from([1, 2, 8, 384]),
    limit=st.integers(0, 80),
    share=st.none() | st.floats(0, 1),
    removed_share=st.floats(0, 1),
)
def test_search_equals_brute_force(
    seed: int, count: int, dimensions: int, limit: int, share: float | None, removed_share: float
) -> None:
    """Ids and values are NumPy's, for any size, limit, filter and removal; also of unknown ids."""
    ids, vectors = some_ids(seed, count), unit_vectors(seed, count, dimensions)
    question = unit_vectors(seed + 1, 1, dimensions)[0]
    rng = np.random.default_rng(seed)
    removed = np.sort(np.append(ids[rng.random(count) < removed_share], 5))
    allowed = None if share is None else np.sort([*ids[: int(share * count)].tolist(), 3, -1])
    index = VectorIndex(dimensions, fetching(ids, vectors))
    index.change(ids[::2], vectors[::2], NOTHING)
    index.change(ids[1::2], vectors[1::2], NOTHING)
    index.change(NOTHING, vectors[:0], removed)
    found = index.search(question, limit, allowed)
    within = set(ids.tolist() if allowed is None else allowed.tolist()) - set(removed.tolist())
    expected = brute_force(ids, vectors, question, limit, sorted(within))
    assert len(found) == len(expected)
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-6)
    if dimensions > 1:  # in one dimension all scores are 1 or -1: ties
        assert [i for i, _ in found] == [i for i, _ in expected]


def test_equal_vectors_are_all_found() -> None:
    """Chunks with the same words share a vector; each is found, with the same score, by id."""
    vectors = unit_vectors(1, 3, 8)[[0, 1, 1, 1, 2]]
    found = exact_index(np.arange(5), vectors).search(vectors[1], 2)
    assert [i for i, _ in found] == [1, 2]
    assert [s for _, s in found] == pytest.approx([1, 1])


def test_a_chunk_is_held_once_and_may_come_back() -> None:
    """What is added again stays as it is; what left comes back when it is added."""
    ids, vectors = some_ids(1, 5), unit_vectors(1, 5, 8)
    index = exact_index(ids, vectors)
    index.change(ids[:2], vectors[:2], NOTHING)
    assert [i for i, _ in index.search(vectors[0], 9)].count(ids[0]) == 1
    index.change(NOTHING, vectors[:0], ids[:2])
    assert len(index.search(vectors[0], 9)) == 3
    index.change(ids[:2], vectors[:2], NOTHING)
    assert index.search(vectors[0], 1)[0][0] == ids[0]


def test_wrong_shapes_are_value_errors() -> None:
    """A vector of another length is named with both lengths, not left to a library."""
    index = exact_index(np.arange(4), unit_vectors(1, 4, 8))
    for wrong in (unit_vectors(1, 1, 7)[0], unit_vectors(1, 1, 8)):
        with pytest.raises(ValueError, match=r"a vector of shape .*, not \(8,\)"):
            index.search(wrong, 3)
    for wrong in (unit_vectors(1, 3, 8), unit_vectors(1, 4, 7)):
        with pytest.raises(ValueError, match="4 ids for vectors of shape"):
            index.change(np.arange(4), wrong, NOTHING)


# ---- with codes

COUNT, DIMENSIONS = 4000, 96
IDS = some_ids(3, COUNT)
# Chunks gather around topics; in no direction at all, no ten would be nearer than others.
VECTORS = unit_vectors(4, 40, DIMENSIONS)[np.arange(COUNT) % 40] + 0.9 * unit_vectors(
    5, COUNT, DIMENSIONS
)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
QUESTIONS = VECTORS[::100] + 0.5 * unit_vectors(6, 40, DIMENSIONS)
QUESTIONS /= np.linalg.norm(QUESTIONS, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def coded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the first 3,000."""
    path = tmp_path_factory.mktemp("coded") / "vectors.snapshot"
    asked = np.sort(np.append(IDS[:3000], IDS[:3000:100] + 1))  # some that are not there
    save_vectors(path, START, asked, fetching(IDS, VECTORS))
    return path


@pytest.fixture
def coded(coded_file: Path, monkeypatch: pytest.MonkeyPatch) -> VectorIndex:
    """An index with that snapshot, and the last 1,000 that came since."""
    monkeypatch.setattr("index.vectors.PROPOSED", 300)
    snapshot = Snapshot.load(coded_file)
    assert snapshot is not None
    index = VectorIndex(DIMENSIONS, fetching(IDS, VECTORS), CodedVectors(snapshot))
    index.change(IDS[3000:], VECTORS[3000:], NOTHING)
    return index


def recall(index: VectorIndex, within: IntArray | None, left: IntArray = IDS) -> float:
    """Share of the true first ten that are found; every score must be exact."""
    found_share = []
    for question in QUESTIONS:
        searched = left if within is None else np.intersect1d(left, within)
        expected = brute_force(IDS, VECTORS, question, 10, searched.tolist())
        found = index.search(question, 10, within)
        scores = dict(zip(IDS.tolist(), (VECTORS @ question).tolist(), strict=True))
        assert [s for _, s in found] == pytest.approx([scores[i] for i, _ in found], abs=1e-6)
        assert {i for i, _ in found} <= set(searched.tolist())
        assert len(found) == len(expected)
        if expected:
            found_share.append(len(dict(found).keys() & dict(expected).keys()) / len(expected))
    return sum(found_share) / max(1, len(found_share))


def farthest(share: float) -> IntArray:
    """The chunks that are least like any question."""
    order = np.argsort((VECTORS @ QUESTIONS.T).max(axis=1))
    return np.sort(IDS[order[: int(share * COUNT)]])


@pytest.mark.parametrize(
    ("allowed", "least"),
    [
        (lambda: None, 0.98),
        (lambda: IDS[::2], 0.98),
        (lambda: IDS[::9], 0.98),
        (lambda: IDS[:200], 1.0),  # so few are compared one by one
        (lambda: IDS[3000:], 1.0),
        (lambda: farthest(0.5), 0.98),
        (lambda: np.array([-1, 3], dtype=np.int64), 0.0),
        (lambda: NOTHING, 0.0),
    ],
)
def test_codes_find_nearly_all_and_score_exactly(
    coded: VectorIndex, allowed: Callable[[], IntArray | None], least: float
) -> None:
    """Ten of a hundred are never missed by more than two, with any filter; scores are true."""
    assert recall(coded, allowed()) >= least


def test_removed_chunks_make_room_for_others(coded: VectorIndex) -> None:
    """Also when nearly all that the codes propose first has been removed."""
    order = np.argsort(-(VECTORS @ QUESTIONS.T).max(axis=1))
    removed = np.sort(IDS[order[:2000]])
    coded.change(NOTHING, VECTORS[:0], removed)
    assert recall(coded, None, np.setdiff1d(IDS, removed)) >= 0.98
    coded.change(removed, VECTORS[np.isin(IDS, removed)], NOTHING)
    assert recall(coded, None) >= 0.98


def test_what_the_database_no_longer_has_is_left_out(coded_file: Path) -> None:
    """A proposal is only found if its vector is there."""
    snapshot = Snapshot.load(coded_file)
    assert snapshot is not None
    index = VectorIndex(DIMENSIONS, fetching(IDS[::3], VECTORS[::3]), CodedVectors(snapshot))
    for question in QUESTIONS:
        assert {i for i, _ in index.search(question, 10)} <= set(IDS[::3].tolist())


@pytest.mark.parametrize("dimensions", [4, 6, 7, 100])
def test_any_length_of_vector_can_be_coded(tmp_path: Path, dimensions: int) -> None:
    """Encoders of other lengths than the packaged one's work as well."""
    ids, vectors = some_ids(1, 900), unit_vectors(1, 900, dimensions)
    save_vectors(tmp_path / "a", START, ids, fetching(ids, vectors))
    snapshot = Snapshot.load(tmp_path / "a")
    assert snapshot is not None
    index = VectorIndex(dimensions, fetching(ids, vectors), CodedVectors(snapshot))
    for row in range(0, 900, 90):
        assert index.search(vectors[row], 1)[0][0] == ids[row]


def test_the_same_vectors_make_the_same_file(coded_file: Path, tmp_path: Path) -> None:
    """Nothing in a snapshot depends on chance."""
    save_vectors(tmp_path / "again", START, IDS[:3000], fetching(IDS, VECTORS))
    assert (tmp_path / "again").read_bytes() == coded_file.read_bytes()


def test_damaged_codes_are_told(coded_file: Path, tmp_path: Path) -> None:
    """FAISS never sees bytes that are not those that it wrote."""
    raw = bytearray(coded_file.read_bytes())
    raw[-100] ^= 1
    (tmp_path / "damaged").write_bytes(raw)
    snapshot = Snapshot.load(tmp_path / "damaged")
    assert snapshot is not None
    with pytest.raises(SnapshotDamagedError):
        CodedVectors(snapshot)
