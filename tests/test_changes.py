"""The list of changes says exactly what a derived index must do to be in step."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.articles import Article, article_id
from index.embedded import EmbeddedStore
from index.errors import IndexDamagedError
from index.snapshot import START, Position

DIMENSIONS = 4
NAMES = ["ferry", "harbour", "taxes", "calm"]


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    """An empty database."""
    return EmbeddedStore.create(tmp_path / "index.sqlite3", {})


def put(store: EmbeddedStore, name: str) -> None:
    """Add an article of two chunks."""
    text = f"{name} one.\n{name} two, Élan."
    article = Article(article_id(text), text, name)
    vectors = np.full((2, DIMENSIONS), len(name), dtype=np.float32)
    store.set_version(name, article, "2024-12-21")
    store.put_chunks(article, [(0, len(name) + 5), (len(name) + 6, len(text))], vectors)


def remove(store: EmbeddedStore, name: str) -> None:
    """Take an article out."""
    store.withdraw(name, "2024-12-22")


steps = st.lists(st.sets(st.sampled_from(NAMES)), min_size=1, max_size=6)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=steps)
def test_changes_lead_from_any_position_to_now(
    states: list[set[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever came and left, what was there then and the changes since make what is there now."""
    store = EmbeddedStore.create(tmp_path_factory.mktemp("changes") / "index.sqlite3", {})
    held: set[str] = set()
    past: list[tuple[Position, set[int]]] = [(START, set())]
    for state in states:
        with store.transaction():
            for name in sorted(held - state):
                remove(store, name)
            for name in sorted(state - held):
                put(store, name)
        held = state
        now = {int(str(row[0])) for row in store.rows("SELECT id FROM chunks")}
        past.append((store.position(), now))
        assert store.live_chunks() == len(now)
    for position, then in past:
        changes = store.changes(position)
        assert store.knows(position)
        assert set(changes.added) == now - then
        assert set(changes.removed) == then - now
        assert changes.added.tolist() == sorted(changes.added)
        assert changes.removed.tolist() == sorted(changes.removed)
    store.close()


def test_an_undone_transaction_leaves_no_change(store: EmbeddedStore) -> None:
    """What was rolled back is not followed."""
    with store.transaction():
        put(store, "ferry")
    position = store.position()
    with pytest.raises(KeyError), store.transaction():  # noqa: PT012 - the body is what is undone
        put(store, "harbour")
        raise KeyError
    assert store.position() == position
    assert not len(store.changes(position).added)


def test_a_database_put_back_is_not_taken_for_what_it_was(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    """A copy put back and changed again has the same numbers; it does not know the position."""
    with store.transaction():
        put(store, "ferry")
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = store.path.read_bytes()
    with store.transaction():
        put(store, "harbour")
    position = store.position()
    store.close()
    for companion in tmp_path.glob("index.sqlite3-*"):
        companion.unlink()
    store.path.write_bytes(copy)
    assert not store.knows(position)
    with store.transaction():
        put(store, "taxes")
    assert store.position().number == position.number
    assert not store.knows(position)
    assert store.knows(store.position())


def test_vectors_and_texts_are_those_of_the_chunks(store: EmbeddedStore) -> None:
    """They come by id, ascending, whatever is asked for; what is not there is left out."""
    with store.transaction():
        put(store, "ferry")
        put(store, "calm")
    first, *_, last = store.changes(START).added.tolist()
    asked = np.array([last, 999, first, -1, 2**40], dtype=np.int64)
    ids, vectors = store.vectors_of(asked, DIMENSIONS)
    assert (ids.tolist(), vectors[:, 0].tolist()) == ([first, last], [5, 4])
    ids, texts = store.texts_of(asked)
    assert (ids.tolist(), texts) == ([first, last], ["ferry one.", "calm two, Élan."])
    nothing = np.empty(0, dtype=np.int64)
    assert store.vectors_of(nothing, DIMENSIONS)[1].shape == (0, DIMENSIONS)
    assert store.texts_of(nothing)[1] == []
    with pytest.raises(IndexDamagedError, match="a vector has the wrong length"):
        store.vectors_of(asked, DIMENSIONS + 1)


def test_the_vocabulary_is_every_place_of_every_word(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terms come in the order of their bytes with all their places, however they are parted."""
    with store.transaction():
        for name in NAMES:
            put(store, name)
        remove(store, "taxes")
    ids = store.changes(START).added.tolist()
    for places in (1, 5, 1000):
        monkeypatch.setattr("index.changes.BLOCK_PLACES", places)
        found: list[tuple[str, list[int]]] = []
        for block in store.vocabulary():
            ends = np.cumsum(block.counts)
            for term, end, count in zip(block.terms, ends, block.counts, strict=True):
                found.append((term, block.chunk_ids[end - count : end].tolist()))
        assert dict(found) == {
            **{"calm": ids[4:], "ferri": ids[:2], "harbour": ids[2:4]},
            **{"elan": ids[1::2], "on": ids[::2], "two": ids[1::2]},
        }
        assert [term for term, _ in found] == sorted(term for term, _ in found)


def test_an_empty_database_has_no_words(store: EmbeddedStore) -> None:
    """Nothing has come: no changes, no vocabulary, and the start is known."""
    assert store.position() == START
    assert store.knows(START)
    assert [block.terms for block in store.vocabulary()] == [[]]
    assert len(store.changes(START).added) == 0
