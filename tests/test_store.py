"""The database gives back what it was given, whole or not at all, and says when it is damaged."""

import random
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.articles import Article, article_id, canonical_text
from index.embedded import EmbeddedStore
from index.errors import DatelineError, IndexDamagedError, IndexFolderError
from index.filters import Filters
from index.history import FOLDER, SUPERSEDED, File, Version
from index.sentences import Span
from index.store import SCHEMA_VERSION, Counts

DIMENSIONS = 8
NOW, LATER = "2024-12-21T09:00:00+00:00", "2024-12-22T09:00:00+00:00"


def article_of(text: str, **known: str | None) -> Article:
    """An article of this text."""
    return Article(article_id(text), text, **{"path": f"{text[:9]}.txt", **known})  # type: ignore[arg-type]


def put(store: EmbeddedStore, *articles: Article) -> None:
    """EmbeddedStore articles as builds do, in one transaction, one chunk a line."""
    with store.transaction():
        for article in articles:
            spans = lines_of(article.text)
            vectors = np.random.default_rng(len(spans)).normal(size=(len(spans), DIMENSIONS))
            store.set_version(article.path, article, NOW)
            store.put_chunks(article, spans, vectors.astype(np.float32))


def lines_of(text: str) -> list[Span]:
    """Spans of the lines of a text that are not empty."""
    spans, start = [], 0
    for line in text.split("\n"):
        if line:
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def all_vectors(store: EmbeddedStore) -> bytes:
    """The vectors of all chunks in the search."""
    return store.vectors_of(store.allowed_chunks(Filters()), DIMENSIONS)[1].tobytes()


def chunks_in(store: EmbeddedStore) -> tuple[int, int]:
    """Number of live articles and of their chunks."""
    counts = store.counts()
    return counts.articles, counts.chunks


def words_are_in_step(store: EmbeddedStore) -> bool:
    """Whether the full-text index holds the words of the chunks, by its own check."""
    with sqlite3.connect(store.path) as database:
        try:
            database.execute(
                "INSERT INTO chunk_words (chunk_words, rank) VALUES ('integrity-check', 1)"
            )
        except sqlite3.DatabaseError:
            return False
    return True


FERRY = article_of(
    "The ferry sailed at noon.\nThe harbour was silent.",
    path="a/ferry.txt",
    title="Ferry sails",
    source="Élan News",
    author="Jane Doe",
    published="2024-12-21T09:55:00+03:00",
    url="https://news.example/1",
)
TAXES = article_of("The council raised taxes again.", source="100%_sure", published="2024-12-20")
CALM = article_of("Élan and façade: naïve words 😀 in the harbour.\n水位が上がった。")


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    """A database with three articles and five chunks."""
    made = EmbeddedStore.create(tmp_path / "index.sqlite3", {"model": "m"})
    put(made, FERRY, TAXES, CALM)
    return made


def found_texts(store: EmbeddedStore, question: str, filters: Filters | None = None) -> list[str]:
    """Texts of the chunks that hold words of a question, best first."""
    ids = [chunk for chunk, _ in store.match_words(question.split(), 10, filters or Filters())]
    texts = []
    for chunk in store.chunks(ids):
        article = store.article(chunk.article_id)
        assert article is not None
        texts.append(article.text[chunk.start : chunk.end])
    return texts


def test_articles_files_and_facts_are_given_back(store: EmbeddedStore) -> None:
    """Every field survives, whatever script it is written in; what is not there is None."""
    assert [store.article(a.id) for a in (FERRY, TAXES, CALM)] == [FERRY, TAXES, CALM]
    assert store.article("0" * 16) is None
    file = File("a/ferry.txt", FOLDER, "0" * 64, "seen")
    with store.transaction():
        store.put_file(file)
    assert store.files() == {"a/ferry.txt": file}
    assert store.current("a/ferry.txt") == {"a/ferry.txt": FERRY.id}
    assert store.meta() == {"schema": str(SCHEMA_VERSION), "revision": "0", "model": "m"}
    assert store.counts() == Counts(3, 5, 3, 0, 0)
    assert store.newest() == "2024-12-21"


def test_chunks_and_vectors_are_given_back(store: EmbeddedStore) -> None:
    """Chunks come in the order that is asked for, vectors bit by bit, ids that are gone not."""
    ids, vectors = store.vectors_of(store.allowed_chunks(Filters()), DIMENSIONS)
    assert vectors.shape == (5, DIMENSIONS)
    assert vectors[:2].tobytes() == (
        np.random.default_rng(2).normal(size=(2, DIMENSIONS)).astype(np.float32).tobytes()
    )
    backwards = ids.tolist()[::-1]
    assert [chunk.id for chunk in store.chunks([*backwards, 999])] == backwards
    assert store.chunks([]) == []


def test_latest_puts_undated_articles_last(store: EmbeddedStore) -> None:
    """Newest first; articles without a date come after all that have one."""
    assert store.latest(9) == [FERRY, TAXES, CALM]
    assert store.latest(1) == [FERRY]


def test_an_article_goes_with_its_last_path_and_comes_back(store: EmbeddedStore) -> None:
    """It stays while a path has it; then its chunks leave the search, and return when it does."""
    copy = replace(FERRY, path="copy.txt")
    before = all_vectors(store)
    with store.transaction():
        store.set_version("copy.txt", copy, NOW)
        assert store.withdraw("a/ferry.txt", LATER)
        assert not store.withdraw("a/ferry.txt", LATER)
    assert store.article(FERRY.id) == copy
    assert found_texts(store, "ferry") == ["The ferry sailed at noon."]
    with store.transaction():
        store.withdraw("copy.txt", LATER)
    assert (store.is_live(FERRY.id), store.article(FERRY.id)) == (False, copy)
    assert store.counts() == Counts(2, 3, 2, 0, 2)
    assert store.latest(9) == [TAXES, CALM]
    assert found_texts(store, "ferry") == []
    assert words_are_in_step(store)
    with store.transaction():
        store.set_version("a/ferry.txt", FERRY, LATER)
    assert store.article(FERRY.id) == FERRY
    assert found_texts(store, "ferry") == ["The ferry sailed at noon."]
    assert words_are_in_step(store)
    assert all_vectors(store) == before


def test_an_edit_supersedes_the_version_before(store: EmbeddedStore) -> None:
    """Both are kept with their dates; only the new one is found."""
    edited = article_of("The ferry sailed at one.", path="a/ferry.txt")
    with store.transaction():
        store.set_version("a/ferry.txt", edited, LATER)
        store.put_chunks(edited, lines_of(edited.text), np.ones((1, DIMENSIONS), np.float32))
    assert store.versions("a/ferry.txt") == [
        Version("a/ferry.txt", FERRY.id, NOW, LATER, SUPERSEDED),
        Version("a/ferry.txt", edited.id, LATER, None, None),
    ]
    assert found_texts(store, "ferry") == ["The ferry sailed at one."]
    assert store.article(FERRY.id) == FERRY
    assert store.counts() == Counts(3, 4, 3, 1, 0)


def test_chunks_of_a_text_serve_every_article_with_it(store: EmbeddedStore) -> None:
    """The same words from another publisher need no encoding, live or past."""
    for withdrawn in (False, True):
        if withdrawn:
            with store.transaction():
                store.withdraw(FERRY.path, LATER)
        held = store.chunks_of_text(FERRY.text, DIMENSIONS)
        assert held is not None
        spans, vectors = held
        assert (spans, vectors.shape) == (lines_of(FERRY.text), (2, DIMENSIONS))
    assert store.chunks_of_text("Unheard of.", DIMENSIONS) is None


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_transaction_happens_whole_or_not_at_all(
    store: EmbeddedStore, kind: type[BaseException]
) -> None:
    """Whatever is raised inside, nothing of it is kept, and the next transaction works."""
    before = all_vectors(store)
    with pytest.raises(kind), store.transaction():  # noqa: PT012 - the body is what is undone
        store.withdraw("a/ferry.txt", LATER)
        store.set_meta({"revision": "7"})
        raise kind
    assert all_vectors(store) == before
    assert store.revision() == 0
    assert words_are_in_step(store)
    put(store, article_of("Another day."))
    assert chunks_in(store) == (4, 6)


def test_a_snapshot_sees_one_state(store: EmbeddedStore) -> None:
    """Reads inside a snapshot agree with each other while a writer commits."""
    with store.snapshot():
        assert chunks_in(store) == (3, 5)
        with ThreadPoolExecutor(1) as writer:
            writer.submit(put, store, article_of("Another day.")).result()
        assert chunks_in(store) == (3, 5)
    assert chunks_in(store) == (4, 6)


def test_many_threads_read_while_one_writes(store: EmbeddedStore) -> None:
    """Readers in threads never fail and never see half of a transaction."""
    ended = threading.Event()

    def read() -> set[int]:
        seen = set()
        while not ended.is_set():
            articles, chunks = chunks_in(store)
            seen.add(chunks - articles)
            found_texts(store, "harbour")
        store.close()
        return seen

    with ThreadPoolExecutor(4) as readers:
        running = [readers.submit(read) for _ in range(4)]
        for number in range(20):
            put(store, article_of(f"Day {number} in the harbour."))
        ended.set()
        assert set.union(*(future.result() for future in running)) == {2}


def test_words_are_found_in_their_forms(store: EmbeddedStore) -> None:
    """Case, accents and English endings do not matter; rarer words weigh more."""
    assert found_texts(store, "SAILS") == ["The ferry sailed at noon."]
    assert found_texts(store, "elan facade naive") == [CALM.text.split("\n")[0]]
    assert found_texts(store, "council harbour")[0] == TAXES.text
    assert found_texts(store, "zebra") == []
    scores = [score for _, score in store.match_words(["harbour", "taxes"], 10, Filters())]
    assert scores == sorted(scores, reverse=True)
    assert len(store.match_words(["harbour", "taxes"], 1, Filters())) == 1


syntax = st.text(st.sampled_from("\"'*^(){}[]:-+~|&;_%\\ aNEAROT"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text() | syntax))
@example(['"'])
@example(['"ferry', "fer*", "NOT", "(ferry)", "NEAR(a b, 3)", "-ferry", "^ferry", "text:ferry"])
@example(["AND", "OR", "NOT", "NEAR"])
@example(["_", "___", "\0", "ferry\0sailed", "\ud800"])
@example(["w" * 5000])
@example([f"w{n}" for n in range(2000)])
def test_no_word_is_read_as_search_syntax(store: EmbeddedStore, words: list[str]) -> None:
    """Whatever is asked, words are searched as words; no character can break the query."""
    for filters in (Filters(), Filters(source="".join(words).replace("\ud800", ""))):
        assert len(store.match_words(words, 10, filters)) <= 5
    assert store.match_words([*words, "ferry"], 10, Filters())
    assert store.match_words(['"ferry"', "ferry*"], 10, Filters()) == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {FERRY.id, TAXES.id, CALM.id}),
        (Filters(since="2024-12-21"), {FERRY.id}),
        (Filters(until="2024-12-21"), {FERRY.id, TAXES.id}),
        (Filters(until="2024-12-20"), {TAXES.id}),
        (Filters(since="2024-12-20", until="2024-12-21"), {FERRY.id, TAXES.id}),
        (Filters(since="2025-01-01"), set()),
        (Filters(source="élan"), {FERRY.id}),
        (Filters(source="ÉLAN NEWS"), {FERRY.id}),
        (Filters(source="%"), {TAXES.id}),
        (Filters(source="0%_S"), {TAXES.id}),
        (Filters(source="_"), {TAXES.id}),
        (Filters(source="\\"), set()),
        (Filters(source="news", until="2024-12-20"), set()),
    ],
)
def test_filters(store: EmbeddedStore, filters: Filters, expected: set[str]) -> None:
    """Days count whole on both sides, sources by any part in any case; nothing is a wildcard."""
    allowed = store.chunks(store.allowed_chunks(filters).tolist())
    assert {chunk.article_id for chunk in allowed} == expected
    matched = store.match_words("harbour taxes 水位が上がった".split(), 10, filters)
    assert {chunk.article_id for chunk in store.chunks([i for i, _ in matched])} == expected
    assert filters.any is (filters != Filters())


def test_a_full_disk_keeps_what_was_there(store: EmbeddedStore) -> None:
    """When the database cannot grow, the transaction is undone and the message says why."""
    (pages,) = store.connection.execute("PRAGMA page_count").fetchone()
    store.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(IndexFolderError, match="the disk is full; the index is as it was"):
        put(store, article_of(canonical_text("Many more words. " * 50_000)))
    assert chunks_in(store) == (3, 5)
    assert words_are_in_step(store)


def test_a_lock_by_another_program_is_told(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that somebody else holds gives a message, not a wait without end."""
    monkeypatch.setattr("index.database.BUSY_TIMEOUT_S", 0.1)
    store.close()
    with sqlite3.connect(store.path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(IndexFolderError, match="locked by another program"):
            put(store, article_of("Another day."))
        other.execute("ROLLBACK")


def test_a_folder_that_cannot_hold_a_database_is_told(tmp_path: Path) -> None:
    """Creating a database where there is no folder gives Dateline's message."""
    with pytest.raises(IndexFolderError, match="check the folder's permissions"):
        EmbeddedStore.create(tmp_path / "gone" / "index.sqlite3", {})


def damaged(raw: bytes, seed: int) -> bytes:
    """The bytes of a database with one of several kinds of damage."""
    random_ = random.Random(seed)
    page = random_.randrange(len(raw) // 4096) * 4096
    place = random_.randrange(len(raw))
    many = bytearray(raw)
    for _ in range(2000):
        many[random_.randrange(len(raw))] = random_.randrange(256)
    return [
        raw[:page] + random_.randbytes(4096) + raw[page + 4096 :],
        raw[:page] + bytes(4096) + raw[page + 4096 :],
        raw[:place],
        random_.randbytes(8) + raw[8:],
        raw[: place % 100] + random_.randbytes(4) + raw[place % 100 + 4 :],
        random_.randbytes(10_000),
        bytes(many),
        raw.replace(b"harbour", b"harbo\xffr"),
    ][seed % 8]


def use(store: EmbeddedStore) -> None:
    """Read and write everything."""
    store.meta(), store.files(), store.counts(), store.newest()
    ids = store.allowed_chunks(Filters(until="3000"))
    assert len(store.vectors_of(ids, DIMENSIONS)[0]) == len(ids)
    found_texts(store, "the harbour taxes", Filters(source="n"))
    for article in store.latest(100):
        put(store, replace(article_of(article.text + "."), path=article.path))
        with store.transaction():
            store.withdraw(article.path, LATER)


def test_damage_is_a_dateline_error_or_harmless(tmp_path: Path) -> None:
    """Whatever happened to the file, the user gets a message, mostly with the way to repair it."""
    good = EmbeddedStore.create(tmp_path / "good.sqlite3", {"model": "m"})
    put(good, *(article_of(f"Day {n} in the harbour. " * 9, published="2024") for n in range(60)))
    good.close()
    raw = good.path.read_bytes()
    told = 0
    for seed in range(160):
        copy = tmp_path / f"{seed}.sqlite3"
        copy.write_bytes(damaged(raw, seed))
        store = EmbeddedStore(copy)
        try:
            use(store)
        except IndexDamagedError as error:
            assert "`dateline index build FOLDER --rebuild`" in str(error)  # noqa: PT017 - some are harmless
            told += 1
        except (DatelineError, AssertionError):
            told += 1
        store.close()
    assert told > 100


def test_vectors_of_another_length_are_damage(store: EmbeddedStore) -> None:
    """Vectors that do not have the encoder's length are never reshaped into others."""
    with pytest.raises(IndexDamagedError, match="a vector has the wrong length"):
        store.vectors_of(store.allowed_chunks(Filters()), DIMENSIONS // 2)
