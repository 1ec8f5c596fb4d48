"""Checks of the chunks and of their vectors."""

from collections.abc import Iterator

import numpy as np

from index.checks.checked import Check, Checked
from index.embedded import EmbeddedStore
from index.intake import Progress
from index.store import Store

# Of 600 chunks encoded one by one, by 7 and by 64, the lowest cosine to the first was 0.9999992.
LEAST_COSINE = 0.9999
MOST_OFF_UNIT = 1e-3
BLOCK = 4096  # rows looked at together

_MISPLACED = (
    ("live", "past_chunks", "SELECT id FROM articles WHERE live"),
    ("not live", "chunks", "SELECT id FROM articles WHERE NOT live"),
)


def _chunks(checked: Checked) -> Iterator[str]:
    for state, table, ids in _MISPLACED:
        sql = f"SELECT DISTINCT article_id FROM {table} WHERE article_id IN ({ids})"  # noqa: S608
        for (identity,) in checked.store.rows(sql):
            yield f"article {identity} is {state}, and has chunks among the {table}"
    for identity in checked.store.unencoded():
        yield f"article {identity} has no chunks"
    for identity in _with_bad_spans(checked):
        yield f"article {identity} has chunks that are not in its text"


def _with_bad_spans(checked: Checked) -> list[str]:
    rows = checked.store.rows(
        'SELECT DISTINCT c.article_id FROM (SELECT article_id, start, "end" FROM chunks UNION ALL '
        'SELECT article_id, start, "end" FROM past_chunks) c '
        "JOIN articles a ON a.id = c.article_id "
        'WHERE c.start < 0 OR c.start >= c."end" OR c."end" > length(a.text)'
    )
    return [str(row[0]) for row in rows]


def _mend_chunks(checked: Checked, progress: Progress) -> None:
    store = checked.store
    _forget_chunks(store, _with_bad_spans(checked))
    for _, table, ids in _MISPLACED:
        sql = f"SELECT DISTINCT article_id FROM {table} WHERE article_id IN ({ids})"  # noqa: S608
        _forget_chunks(store, [str(row[0]) for row in store.rows(sql)])
    _encode_missing(checked, progress)


def _forget_chunks(store: Store, article_ids: list[str]) -> None:
    """Without the full-text table, which is made anew after this."""
    for table in ("chunks", "past_chunks"):
        store.connection.executemany(
            f"DELETE FROM {table} WHERE article_id = ?",  # noqa: S608 - own names
            ((identity,) for identity in article_ids),
        )


def _vectors(checked: Checked) -> Iterator[str]:
    for chunk, article in _with_bad_vectors(checked):
        yield f"the vector of chunk {chunk} of article {article} is no unit vector"


def _with_bad_vectors(checked: Checked) -> Iterator[tuple[int, str]]:
    size = 4 * checked.encoder.card.dimensions
    for table in ("chunks", "past_chunks"):
        last = -1
        while rows := checked.store.rows(
            f"SELECT id, article_id, vector FROM {table} WHERE id > ? ORDER BY id LIMIT {BLOCK}",  # noqa: S608
            (last,),
        ):
            for number, article, raw in rows:
                if not isinstance(raw, bytes) or len(raw) != size or not _is_unit(raw):
                    yield int(str(number)), str(article)
            last = int(str(rows[-1][0]))


def _is_unit(raw: bytes) -> bool:
    length = np.linalg.norm(np.frombuffer(raw, dtype=np.float32).astype(np.float64))
    return bool(abs(length - 1) <= MOST_OFF_UNIT)  # false for what is not finite


def _mend_vectors(checked: Checked, progress: Progress) -> None:
    _forget_chunks(checked.store, sorted({article for _, article in _with_bad_vectors(checked)}))
    _encode_missing(checked, progress)


def _encoding(checked: Checked) -> Iterator[str]:
    rows = checked.store.rows("SELECT id FROM chunks ORDER BY id")
    ids = np.array(rows, dtype=np.int64).reshape(-1)
    chosen = np.random.default_rng(0).permutation(ids)[: checked.sample]
    chosen.sort()
    if not len(chosen):
        return
    held, texts = checked.store.texts_of(chosen)
    _, stored = checked.store.vectors_of(held, checked.encoder.card.dimensions)
    cosines = np.einsum("ij,ij->i", stored, checked.encoder.encode(texts))
    for number, cosine in zip(held, cosines, strict=True):
        if not cosine >= LEAST_COSINE:
            yield f"chunk {number} is encoded otherwise now (cosine {cosine:.4f})"


def _mend_encoding(checked: Checked, progress: Progress) -> None:
    """A sample was wrong, so any may be."""
    _forget_chunks(
        checked.store, [str(row[0]) for row in checked.store.rows("SELECT id FROM articles")]
    )
    _encode_missing(checked, progress)


def _encode_missing(checked: Checked, progress: Progress) -> None:
    checked.intake(progress).encode_missing()
    checked.store.rebuild_words()


CHECKS = (
    Check("the chunks", _chunks, _mend_chunks),
    Check("the vectors", _vectors, _mend_vectors, EmbeddedStore),
    Check("a sample of vectors, encoded again", _encoding, _mend_encoding),
)
