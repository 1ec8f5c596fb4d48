"""Keep the vector index and the word index in step with the database.

Below `SNAPSHOT_FROM` chunks nothing is kept in files: vectors are read from the database, and
FTS5 itself finds words. From there on each index is a snapshot in a file, and the chunks that
came and went since. A build that has committed renews a snapshot that is too far behind; until
then, or if that was cut short, the old one serves with more that came since. A file that is
missing, damaged or of another database is derived anew by whoever opens the index.
"""

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from index.changes import ChangeList
from index.encoders import FloatArray
from index.errors import IndexFolderError
from index.postings import WordSnapshot, save_words
from index.snapshot import START, Snapshot, SnapshotDamagedError
from index.vectors import CodedVectors, IntArray, VectorIndex, save_vectors
from index.words import WordIndex

# At 24,000 chunks a fused search without snapshots takes 20 ms (p95 33) and opening 0.4 s; with
# them, at 26,000, 10 ms (12) and 0.06 s, for a second or two of writing after a build.
SNAPSHOT_FROM = 25_000
MOST_ADDED = 4_096  # since a snapshot; whoever opens the index cuts their words once more
MOST_REMOVED = 0.1  # of a snapshot's chunks; a word's rarity still counts them
MOST_HELD = 4 * MOST_ADDED  # beyond it FTS5 answers sooner than words are cut
VECTORS_FILE, WORDS_FILE = "vectors.snapshot", "words.snapshot"

Found = list[tuple[int, float]]
T = TypeVar("T")


def renew_snapshots(store: ChangeList, folder: Path, dimensions: int) -> None:
    """Write the snapshots that are needed and missing or too far behind; drop needless ones.

    Raises:
        OSError: The folder cannot be written; what was there serves on.
    """
    for leftover in folder.glob("*.snapshot.*.partial"):  # of a process that was killed
        leftover.unlink(missing_ok=True)
    with store.snapshot():
        for name in (VECTORS_FILE, WORDS_FILE):
            snapshot = _usable(store, folder / name)
            changes = store.changes(snapshot.position if snapshot else START)
            held = snapshot.length("ids") if snapshot else 0
            if held + len(changes.added) - len(changes.removed) < SNAPSHOT_FROM:
                (folder / name).unlink(missing_ok=True)
            elif (
                snapshot is None
                or len(changes.added) > MOST_ADDED
                or len(changes.removed) > MOST_REMOVED * held
            ):
                _write(store, folder / name, dimensions)


def _usable(store: ChangeList, path: Path) -> Snapshot | None:
    """The snapshot in a file, if it is one of this database's past or present."""
    snapshot = Snapshot.load(path)
    return snapshot if snapshot and store.knows(snapshot.position) else None


def _write(store: ChangeList, path: Path, dimensions: int) -> None:
    """Derive one of the two files from the database as it is."""
    ids = store.changes(START).added
    if path.name == VECTORS_FILE:
        save_vectors(
            path, store.position(), ids, lambda wanted: store.vectors_of(wanted, dimensions)
        )
    else:
        save_words(path, store.position(), ids, store.vocabulary())


class Accelerators:
    """The two indexes of an open database. Several threads may search at once."""

    def __init__(self, store: ChangeList, folder: Path, dimensions: int) -> None:
        """Nothing is opened before it is needed.

        Args:
            store: Database.
            folder: Where the snapshots are.
            dimensions: Length of a vector.
        """
        self._store, self._folder, self._dimensions = store, folder, dimensions
        self._lock = threading.Lock()
        self._vectors, self._vectors_at = VectorIndex(dimensions, self._fetch), START
        self._words: WordIndex | None = None
        self._words_at = START
        self._seen: object = None

    def nearest(self, vector: FloatArray, limit: int, allowed: IntArray | None) -> Found:
        """Chunks nearest to a vector, as `VectorIndex.search` finds them."""
        return self._whole(lambda: self._current()[0].search(vector, limit, allowed))

    def matching(self, words: Sequence[str], limit: int, allowed: IntArray | None) -> Found | None:
        """Chunks that share words, as `WordIndex.search` finds them; None where FTS5 is to."""

        def search() -> Found | None:
            index = self._current()[1]
            return index.search(words, limit, allowed) if index else None

        return self._whole(search)

    def _whole(self, ask: Callable[[], T]) -> T:
        """Ask; if a file turns out to be damaged, once more of a new one."""
        try:
            return ask()
        except SnapshotDamagedError:
            pass
        try:
            with self._lock, self._store.snapshot():
                self._open(anew=True)
            return ask()
        except SnapshotDamagedError as exc:
            raise IndexFolderError(
                f"{str(self._folder)!r}: {exc} is damaged as soon as it is written; "
                "see whether the disk is failing."
            ) from exc

    def _current(self) -> tuple[VectorIndex, WordIndex | None]:
        """Both indexes, in step with what has been committed."""
        with self._lock, self._store.snapshot():
            if self._seen != self._identities():
                self._open()
            self._follow()
            return self._vectors, self._words

    def _identities(self) -> object:
        """What tells whether a file has been replaced."""
        found: list[tuple[int, int] | None] = []
        for name in (VECTORS_FILE, WORDS_FILE):
            try:
                state = (self._folder / name).stat()
                found.append((state.st_ino, state.st_mtime_ns))
            except OSError:
                found.append(None)
        return found

    def _open(self, *, anew: bool = False) -> None:
        """Begin with the snapshots, if there are enough chunks for them."""
        vectors, words = (self._snapshot(name, anew) for name in (VECTORS_FILE, WORDS_FILE))
        coded = CodedVectors(vectors) if vectors else None
        self._vectors = VectorIndex(self._dimensions, self._fetch, coded)
        self._vectors_at = vectors.position if vectors else START
        self._words = WordIndex(WordSnapshot(words)) if words else None
        self._words_at = words.position if words else START
        self._seen = self._identities()

    def _snapshot(self, name: str, anew: bool) -> Snapshot | None:
        """A snapshot from its file, or derived anew; None where there are too few chunks."""
        path = self._folder / name
        snapshot = None if anew else _usable(self._store, path)
        if snapshot or self._store.live_chunks() < SNAPSHOT_FROM:
            return snapshot
        try:
            _write(self._store, path, self._dimensions)
            return Snapshot.load(path)
        except OSError:
            # A folder that cannot be written still answers, it only opens slower.
            with tempfile.TemporaryDirectory() as scratch:
                _write(self._store, Path(scratch) / name, self._dimensions)
                return Snapshot.load(Path(scratch) / name)

    def _follow(self) -> None:
        """Take in what was committed since."""
        position = self._store.position()
        if self._vectors_at != position:
            changes = self._store.changes(self._vectors_at)
            self._vectors.change(*self._fetch(changes.added), changes.removed)
            self._vectors_at = position
        if self._words and self._words_at != position:
            changes = self._store.changes(self._words_at)
            if self._words.held + len(changes.added) > MOST_HELD:
                self._words = None
            else:
                self._words.change(*self._store.texts_of(changes.added), changes.removed)
                self._words_at = position

    def _fetch(self, ids: IntArray) -> tuple[IntArray, FloatArray]:
        return self._store.vectors_of(ids, self._dimensions)
