"""Words are found as FTS5 finds them: the same chunks, with the same scores."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedded import EmbeddedStore
from index.postings import VocabularyBlock, WordSnapshot, save_words
from index.snapshot import START, Snapshot, SnapshotDamagedError
from index.vectors import IntArray
from index.words import TOKENIZER, WordIndex

WORDS = "ferry sails sailing harbour taxes Élan façade 水位 2024 norvik".split()


class Oracle:
    """The full-text table of FTS5, over chunks with the ids 10, 20 and so on."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.ids = 10 * np.arange(1, len(texts) + 1, dtype=np.int64)
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(
            f"CREATE VIRTUAL TABLE words USING fts5 (text, tokenize='{TOKENIZER}');"
            "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, instance);"
        )
        self._database.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            zip(self.ids.tolist(), texts, strict=True),
        )

    def search(self, words: Sequence[str]) -> list[tuple[int, float]]:
        """All chunks that hold any of the words."""
        return self._database.execute(
            "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank, rowid",
            (" OR ".join(f'"{word}"' for word in words),),
        ).fetchall()

    def blocks(self, terms: int) -> list[VocabularyBlock]:
        """Its vocabulary, so many terms a block."""
        rows = self._database.execute(
            "SELECT term, group_concat(doc) FROM vocabulary GROUP BY term"
        ).fetchall()
        found = []
        for start in range(0, len(rows), terms):
            part = rows[start : start + terms]
            places = [[int(doc) for doc in docs.split(",")] for _, docs in part]
            found.append(
                VocabularyBlock(
                    [term for term, _ in part],
                    np.array([len(docs) for docs in places], dtype=np.int64),
                    np.array([doc for docs in places for doc in docs], dtype=np.int64),
                )
            )
        return found


def word_index(path: Path, oracle: Oracle, ids: IntArray, terms: int = 3) -> WordIndex:
    """An index with a snapshot of some chunks of an oracle."""
    save_words(path, START, ids, oracle.blocks(terms))
    snapshot = Snapshot.load(path)
    assert snapshot is not None
    return WordIndex(WordSnapshot(snapshot))


def assert_same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> None:
    """The same scores in the same order, and the same chunks, where scores are not equal."""
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], rel=1e-6, abs=1e-9)
    scores = dict(expected)
    assert [scores[i] for i, _ in found] == pytest.approx([s for _, s in found], rel=1e-6, abs=1e-9)
    assert len(dict(found)) == len(found)


texts_ = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=25
)


@settings(max_examples=50)
@given(
    texts=texts_,
    words=st.lists(st.sampled_from([*WORDS, "zebra", "FERRY", "elan"]), min_size=1, max_size=6),
    chances=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=25, max_size=25),
    snapshot_share=st.floats(0, 1),
    filtered=st.booleans(),
    limit=st.integers(0, 30),
)
def test_search_equals_fts5(
    tmp_path_factory: pytest.TempPathFactory,
    texts: list[str],
    words: list[str],
    chances: list[tuple[bool, bool]],
    snapshot_share: float,
    filtered: bool,
    limit: int,
) -> None:
    """Ids and scores are FTS5's, whatever came and left since the snapshot and is allowed."""
    oracle = Oracle(texts)
    ids, held = oracle.ids, round(snapshot_share * len(texts))
    index = word_index(tmp_path_factory.mktemp("words") / "a", oracle, ids[:held])
    removed = np.array([i for i, (gone, _) in zip(ids, chances, strict=False) if gone], np.int64)
    index.change(ids[held:], texts[held:], np.empty(0, dtype=np.int64))
    index.change(ids[:0], [], removed)
    allowed = None
    if filtered:
        allowed = np.array([i for i, (_, may) in zip(ids, chances, strict=False) if may], np.int64)
    expected = [
        (chunk, score)
        for chunk, score in oracle.search(words)
        if chunk not in removed and (allowed is None or chunk in allowed)
    ]
    assert index.held == len(texts) - held
    found = index.search(words, limit, allowed)
    assert len(found) == min(limit, len(expected))
    assert_same(found, expected[: len(found)] if len(found) < len(expected) else expected)


def test_the_best_of_many_are_those_of_fts5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not all chunks are scored exactly, the first ten are still FTS5's."""
    monkeypatch.setattr("index.words.PROPOSED", 60)
    monkeypatch.setattr("index.words.SAMPLED", 200)
    rng = np.random.default_rng(5)
    common = [f"w{number}" for number in range(300)]
    chances = 1 / np.arange(2, 302)
    texts = [
        " ".join(rng.choice(common, rng.integers(20, 90), p=chances / chances.sum()))
        for _ in range(1500)
    ]
    oracle = Oracle(texts)
    index = word_index(tmp_path / "a", oracle, oracle.ids, terms=40)
    for number in range(40):
        words = rng.choice(common, 6, replace=False, p=chances / chances.sum()).tolist()
        limit = 10 if number % 2 else 1
        assert_same(index.search(words, limit), oracle.search(words)[:limit])


def test_terms_are_found_in_the_database_as_they_are_cut_here(tmp_path: Path) -> None:
    """The database and the table in memory cut words in the same way."""
    store = EmbeddedStore.create(tmp_path / "index.sqlite3", {})
    ((sql,),) = store.rows("SELECT sql FROM sqlite_master WHERE name = 'chunk_words'")
    assert f"tokenize='{TOKENIZER}'" in str(sql)


def test_a_word_that_stands_often_and_a_long_chunk_are_found(tmp_path: Path) -> None:
    """Counts beyond a byte are nearly exact; a word in an endless chunk is worth something."""
    texts = ["ferry " * 600, "ferry " + "rain " * 9000, *["snow"] * 20]
    oracle = Oracle(texts)
    index = word_index(tmp_path / "a", oracle, oracle.ids)
    found, expected = index.search(["ferry"], 9), oracle.search(["ferry"])
    assert [i for i, _ in found] == [i for i, _ in expected]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], rel=0.01)
    held = word_index(tmp_path / "b", oracle, oracle.ids[:0])
    held.change(oracle.ids, texts, oracle.ids[:0])
    assert_same(held.search(["ferry"], 9), oracle.search(["ferry"]))


def test_what_left_may_come_back(tmp_path: Path) -> None:
    """A chunk that is removed and comes back is found once, wherever its words are held."""
    texts = ["ferry sails", "ferry waits", "taxes rise", "harbour", "calm"]
    oracle = Oracle(texts)
    index = word_index(tmp_path / "a", oracle, oracle.ids[:1])
    nothing = oracle.ids[:0]
    index.change(oracle.ids[1:], texts[1:], nothing)
    index.change(nothing, [], oracle.ids[:2])
    assert index.search(["ferry"], 9) == []
    index.change(oracle.ids[:2], texts[:2], nothing)
    assert_same(index.search(["ferry"], 9), oracle.search(["ferry"]))


def test_threads_search_while_another_changes(tmp_path: Path) -> None:
    """Each answer is one of a moment: never an error, never a chunk that is only half there."""
    texts = [f"ferry number n{number} sails" for number in range(300)]
    oracle = Oracle(texts)
    index = word_index(tmp_path / "a", oracle, oracle.ids[:100])
    counts: list[int] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            while not counts or counts[-1] < 300:
                counts.append(len(index.search(["ferry"], 999)))
        except BaseException as error:
            failed.append(error)

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for row in range(100, 300):
        index.change(oracle.ids[row : row + 1], texts[row : row + 1], oracle.ids[:0])
    for thread in asking:
        thread.join()
    assert failed == []
    assert set(counts) <= set(range(100, 301))


def test_damage_in_a_word_is_told(tmp_path: Path) -> None:
    """A posting that has changed on disk is never searched."""
    oracle = Oracle([f"ferry {number}" for number in range(50)])
    path = tmp_path / "a"
    save_words(path, START, oracle.ids, oracle.blocks(9))
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1  # an impact
    path.write_bytes(raw)
    snapshot = Snapshot.load(path)
    assert snapshot is not None
    with pytest.raises(SnapshotDamagedError, match="impacts"):
        WordIndex(WordSnapshot(snapshot)).search(["ferry"], 5)
