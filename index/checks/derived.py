"""Checks of what follows the chunks: full text, changes, stories, snapshots."""

from collections.abc import Iterator

import numpy as np

from index.accelerators import VECTORS_FILE, WORDS_FILE
from index.checks.checked import Check, Checked
from index.embedded import EmbeddedStore
from index.intake import Progress
from index.snapshot import START, Snapshot, SnapshotDamagedError
from index.stories.fingerprints import fingerprint
from index.stories.grouping import Stories
from index.vectors import CodedVectors

PROPOSED = 100  # a chunk's own vector must be among so many that its codes propose


def _words(checked: Checked) -> Iterator[str]:
    held = checked.store.rows("SELECT id FROM chunk_words_docsize ORDER BY id")
    there = checked.store.rows("SELECT id FROM chunks ORDER BY id")
    if held != there:
        yield f"the full text holds {len(held):,} chunks, and {len(there):,} are in the search"
    if not checked.embedded.words_are_in_step():
        yield "the words of some chunks are not those of their text"


def _mend_words(checked: Checked, progress: Progress) -> None:
    checked.store.rebuild_words()


def _changes(checked: Checked) -> Iterator[str]:
    rows = checked.store.rows(
        "SELECT chunk_id, sum(2 * live - 1) FROM changes GROUP BY chunk_id "
        "HAVING sum(2 * live - 1) != (chunk_id IN (SELECT id FROM chunks)) "
        "UNION ALL SELECT id, 0 FROM chunks WHERE id NOT IN (SELECT chunk_id FROM changes)"
    )
    for chunk, _ in rows:
        yield f"the list of changes is wrong about chunk {chunk}"


def _mend_changes(checked: Checked, progress: Progress) -> None:
    run = checked.store.connection.execute
    run("DELETE FROM changes")
    run("INSERT INTO changes (chunk_id, live) SELECT id, 1 FROM chunks")


def _stories(checked: Checked) -> Iterator[str]:
    for article, _, live in checked.articles():
        if live != bool(checked.store.stories_of([article.id])):
            yield f"article {article.id} is {'in no story' * live or 'in a story, but not live'}"
        elif live and _signature(checked, article.id) != fingerprint(article.text).signature:
            yield f"the fingerprint of article {article.id} is not that of its text"
    rows = checked.store.rows(
        "SELECT story_id FROM story_articles GROUP BY story_id HAVING min(article_id) != story_id"
    )
    for (story,) in rows:
        yield f"story {story} is not named after its first member"


def _signature(checked: Checked, identity: str) -> object:
    rows = checked.store.rows(
        "SELECT s.signature FROM story_articles a JOIN story_signatures s ON s.id = a.id "
        "WHERE a.article_id = ?",
        (identity,),
    )
    return rows[0][0] if rows else None


def _mend_stories(checked: Checked, progress: Progress) -> None:
    for table in ("story_pairs", "story_keys", "story_signatures", "story_articles"):
        checked.store.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - own names
    stories = Stories(checked.store.connection)
    for article, _, live in checked.articles():
        if live:
            stories.add(article.id, article.text)


def _snapshots(checked: Checked) -> Iterator[str]:
    for name in (VECTORS_FILE, WORDS_FILE):
        path = checked.folder / name
        if not path.exists():
            continue  # it is derived when it is needed
        snapshot = Snapshot.load(path)
        try:
            if snapshot is None:
                yield f"{name} is damaged"
            elif not checked.embedded.knows(snapshot.position):
                yield f"{name} is of another database"
            else:
                snapshot.check()
                yield from _against_database(checked, snapshot, name)
        except SnapshotDamagedError as exc:
            yield f"{name}: {exc} is damaged"


def _against_database(checked: Checked, snapshot: Snapshot, name: str) -> Iterator[str]:
    ids = snapshot.array("ids")
    since = checked.embedded.changes(snapshot.position)
    now = np.setdiff1d(np.union1d(ids, since.added), since.removed)
    if not np.array_equal(now, checked.embedded.changes(START).added):
        yield f"{name} holds other chunks than the database"
    elif name == VECTORS_FILE:
        coded = CodedVectors(snapshot)
        chosen = np.sort(np.random.default_rng(0).permutation(ids)[: checked.sample])
        found, vectors = checked.store.vectors_of(chosen, checked.encoder.card.dimensions)
        for number, vector in zip(found, vectors, strict=True):
            if number not in coded.propose(vector, PROPOSED):
                yield f"the codes in {name} do not find chunk {number}"


def _mend_snapshots(checked: Checked, progress: Progress) -> None:
    """They are derived anew as soon as they are missed."""
    for name in (VECTORS_FILE, WORDS_FILE):
        (checked.folder / name).unlink(missing_ok=True)


CHECKS = (
    Check("the full text", _words, _mend_words, EmbeddedStore),
    Check("the list of changes", _changes, _mend_changes, EmbeddedStore),
    Check("the stories", _stories, _mend_stories),
    Check("the snapshots", _snapshots, _mend_snapshots, EmbeddedStore),
)
