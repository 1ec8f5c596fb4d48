"""One generation of an index folder: its database, its encoder, what searches it.

GENERATION/index.sqlite3, encoder/, and from some size on vectors.snapshot and words.snapshot
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.accelerators import renew_snapshots
from index.chunking import ChunkSettings
from index.embedded import EmbeddedStore
from index.encoders import Encoder, EncoderCard
from index.intake import LocalEncoding
from index.remembering import RememberingEncoder
from index.searching import EmbeddedSearcher
from index.store import Store

DATABASE_FILE, ENCODER_FOLDER = "index.sqlite3", "encoder"
ENCODED_FILE = "encoded.sqlite3"
"""Beside the generations of its index, for what is cut off takes its generation along."""


@dataclass(frozen=True, slots=True, order=True)
class FolderGeneration:
    """One generation of an index folder; see `index.places.Generation`."""

    folder: Path

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.folder.name

    @property
    def index(self) -> str:
        """The index folder."""
        return str(self.folder.parent)

    @property
    def dimensions(self) -> int:
        """Of its encoder."""
        return EncoderCard.load(self.folder / ENCODER_FOLDER).dimensions

    def create(self, meta: dict[str, str], dimensions: int, *, resumes: bool = False) -> None:
        """Make an empty database.

        Raises:
            IndexFolderError: The folder cannot be written or the disk is full.
        """
        EmbeddedStore.create(self.folder / DATABASE_FILE, meta).close()

    def store(self) -> EmbeddedStore:
        """The database; nothing is opened before it is needed."""
        return EmbeddedStore(self.folder / DATABASE_FILE)

    def searcher(self, store: Store, dimensions: int) -> EmbeddedSearcher:
        """What searches it."""
        assert isinstance(store, EmbeddedStore)
        return EmbeddedSearcher(store, self.folder, dimensions)

    def encoding(self, store: Store, encoder: Encoder, chunking: ChunkSettings) -> LocalEncoding:
        """What gives its articles chunks: this process."""
        remembering = RememberingEncoder(encoder, self.folder.parent / ENCODED_FILE)
        return LocalEncoding(store, remembering, chunking)

    def copy_from(self, source: object) -> None:
        """Become a copy of another generation, as its last build has left it."""
        assert isinstance(source, FolderGeneration)
        for entry in source.folder.iterdir():
            if entry.is_dir():
                shutil.copytree(entry, self.folder / entry.name)
            elif not entry.name.startswith(DATABASE_FILE):  # with the log that SQLite keeps by it
                shutil.copyfile(entry, self.folder / entry.name)
        source.store().copy_to(self.folder / DATABASE_FILE)

    def keep_folder(self) -> None:
        """Nothing: it is kept where it is."""

    def settle(self, store: Store, dimensions: int) -> None:
        """Renew the snapshots, as far as the folder can be written."""
        assert isinstance(store, EmbeddedStore)
        with suppress(OSError):  # the index is whole without them, it only opens slower
            renew_snapshots(store, self.folder, dimensions)
