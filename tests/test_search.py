"""Two rankings fused into one, within the filters, in an order that never varies."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.filters import Filters
from index.library import Library
from retrieval.questions import content_words
from retrieval.search import CANDIDATES, fuse, search
from tests.retrieval_support import small_library

FILES = {
    "a/flood.txt": """Flood in the valley

By Ada Lind, Valley News
2024-03-01

The river flooded the valley on Friday. Four hundred people left their houses.""",
    "b/ferry.txt": """Ferry sails again

Source: Harbour Gazette
2024-05-04

The ferry sailed at noon with two hundred passengers. The storm had held it since Tuesday.""",
    "c/storm.txt": """Storm over the harbour

Source: Harbour Gazette
2024-05-02

A storm kept every ship in the harbour. The ferry did not sail.""",
    "undated.txt": "A notice without a date: the ferry company is looking for a cook.",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """An index of `FILES`."""
    return small_library(tmp_path_factory.mktemp("search"), FILES)


def test_fusion_equals_the_sum_by_hand() -> None:
    """Six tenths of the similarity, and four of the share of the best BM25 score."""
    assert fuse([(7, 0.8), (8, 0.5)], [(9, 6.0), (7, 3.0)]) == {
        7: pytest.approx(0.6 * 0.8 + 0.4 * 0.5),
        8: pytest.approx(0.6 * 0.5),
        9: pytest.approx(0.6 * 0.5 + 0.4),  # no better than the last by meaning
    }
    assert fuse([], []) == {}
    assert fuse([], [(1, 2.0)]) == {1: pytest.approx(0.4)}


_RANKED = st.dictionaries(st.integers(0, 30), st.floats(0, 1))


@given(_RANKED, _RANKED)
def test_an_item_that_is_better_by_both_is_better(
    dense: dict[int, float], words: dict[int, float]
) -> None:
    """Fusion agrees with searches that agree, and knows every item that either has."""
    scores = fuse(list(dense.items()), list(words.items()))
    assert set(scores) == set(dense) | set(words)
    for one in dense.keys() & words.keys():
        for other in dense.keys() & words.keys():
            if dense[one] > dense[other] and words[one] >= words[other]:
                assert scores[one] >= scores[other]


@pytest.mark.parametrize("question", ["Why did the ferry not sail?", "How many people left?"])
def test_hits_are_the_fusion_of_both_rankings(library: Library, question: str) -> None:
    """Chunk, scores and ranks of every hit are what the two searches say, best first."""
    dense = library.nearest(question, CANDIDATES, Filters())
    words = library.matching(content_words(question), CANDIDATES, Filters())
    best = max((score for _, score in words), default=0.0)
    dense_ids, word_ids = [chunk for chunk, _ in dense], [chunk for chunk, _ in words]
    scores = fuse(dense, words)
    hits = search(library, question, limit=100)
    assert [hit.chunk.id for hit in hits] == sorted(scores, key=lambda one: (-scores[one], one))
    for hit in hits:
        assert hit.score == scores[hit.chunk.id]
        assert hit.similarity == dict(dense).get(hit.chunk.id)
        assert hit.word_share == dict(words).get(hit.chunk.id, 0.0) / best
        for rank, ids in ((hit.dense_rank, dense_ids), (hit.word_rank, word_ids)):
            assert rank == (ids.index(hit.chunk.id) + 1 if hit.chunk.id in ids else None)


def test_the_limit_keeps_the_best(library: Library) -> None:
    """Fewer hits are the first of more hits."""
    hits = search(library, "Did the ferry sail in the storm?", 10)
    assert search(library, "Did the ferry sail in the storm?", 2) == hits[:2]


def test_ties_are_in_the_order_of_the_index(tmp_path: Path) -> None:
    """Passages that search cannot tell apart come in the order of their ids, each time."""
    files = {f"{name}.txt": f"{name} wrote nothing about it." for name in ("xa", "xb", "xc", "xd")}
    library = small_library(tmp_path, files)
    for _ in range(3):
        hits = search(library, "nothing about it")
        tied = [(hit.score, hit.chunk.id) for hit in hits]
        assert tied == sorted(tied, key=lambda one: (-one[0], one[1]))
        assert len(hits) == 4


@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        (Filters(), set(FILES)),
        (Filters(since="2024-05-02"), {"b/ferry.txt", "c/storm.txt"}),
        (Filters(until="2024-05-02"), {"a/flood.txt", "c/storm.txt"}),
        (Filters(since="2024-05-03", until="2024-05-04"), {"b/ferry.txt"}),
        (Filters(source="gazette"), {"b/ferry.txt", "c/storm.txt"}),
        (Filters(source="VALLEY"), {"a/flood.txt"}),
        (Filters(source="%"), set()),
        (Filters(source="nobody"), set()),
        (Filters(since="2030-01-01"), set()),
    ],
    ids=str,
)
def test_filters_keep_articles_out_of_both_rankings(
    library: Library, filters: Filters, paths: set[str]
) -> None:
    """Nothing outside the filters is found, neither by meaning nor by words."""
    hits = search(library, "the ferry, the storm, the flood and a cook", 100, filters)
    found = {library.article(hit.chunk.article_id) for hit in hits}
    assert {article.path for article in found if article} == paths


@pytest.mark.parametrize(
    "question",
    ["🙂🙂", "?!", '"ferry" OR (NEAR AND *', " ".join(f"w{n}" for n in range(700)), "ferry" * 300],
    ids=["emoji", "marks", "query syntax", "700 words", "one long word"],
)
def test_odd_questions_are_searched_like_any_other(library: Library, question: str) -> None:
    """What means something to SQLite, or nothing to anybody, finds passages and breaks nothing."""
    assert len(search(library, question, 3)) == 3
