"""Where an index lives: in a folder or in a database, one generation of it being live.

A generation is made beside the live one and goes live by one step that nobody sees half of, so
that a rebuild can neither fail a question nor be half a rebuild.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from index.chunking import ChunkSettings
from index.encoders import Encoder
from index.folder import IndexFolder
from index.intake import Encoding
from index.location import Address, Location
from index.searching import Searcher
from index.store import Store


class Generation(Protocol):
    """One generation of an index.

    Attributes:
        name: As no other generation of its index is called.
        index: What its user calls the index.
        dimensions: Length of a vector.
        folder: Where its models, and what was fitted to them, are on this machine.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def index(self) -> str:
        """See above."""
        ...

    @property
    def dimensions(self) -> int:
        """See above."""
        ...

    @property
    def folder(self) -> Path:
        """See above."""
        ...

    def create(self, meta: dict[str, str], dimensions: int, *, resumes: bool = False) -> None:
        """Make an empty store; the encoder is in the folder.

        Args:
            meta: Facts about the index.
            dimensions: Length of a vector.
            resumes: Go on with what a build that was cut off has left, where places keep that.
        """
        ...

    def store(self) -> Store:
        """Open its store; nothing is read before it is needed."""
        ...

    def searcher(self, store: Store, dimensions: int) -> Searcher:
        """What searches it."""
        ...

    def encoding(self, store: Store, encoder: Encoder, chunking: ChunkSettings) -> Encoding:
        """What gives its articles chunks."""
        ...

    def copy_from(self, source: "Generation") -> None:
        """Become a copy of another generation of the same index, as its last build has left it."""
        ...

    def keep_folder(self) -> None:
        """Keep what has changed in the folder."""
        ...

    def settle(self, store: Store, dimensions: int) -> None:
        """Renew what is derived from the store, after a change has been committed."""
        ...


class Place(Protocol):
    """Where an index lives; as text, what its user calls it."""

    def current(self) -> Generation:
        """The live generation.

        Raises:
            IndexMissingError: There is none.
            DatelineError: The place is something else than an index, or cannot be reached.
        """
        ...

    def current_or_none(self) -> Generation | None:
        """The live generation, or None before the first build."""
        ...

    def mark(self) -> object:
        """Something that is another whenever a generation has gone live."""
        ...

    def locked(self, wait_s: float = 0) -> AbstractContextManager[None]:
        """Keep all other writers out.

        Raises:
            IndexBusyError: Somebody else still writes.
        """
        ...

    def new_generation(self) -> Generation:
        """Make room for the next generation."""
        ...

    def publish(self, generation: Generation) -> None:
        """Make a generation the live one; the one before stays, older ones go."""
        ...

    def roll_back(self) -> Generation:
        """Make the generation before the live one live again.

        Raises:
            UsageError: There is none.
        """
        ...

    def discard_unpublished(self) -> None:
        """Remove what builds that failed or were cut off have left."""
        ...

    def forget_encoded(self) -> None:
        """Remove what was kept of changes that were cut off; the last one is whole."""
        ...

    def golden_lines(self) -> Sequence[str]:
        """What is kept of golden questions, a line each."""
        ...

    def put_golden_lines(self, lines: Sequence[str]) -> None:
        """Keep these in their place."""
        ...


def open_place(location: Location, *, writing: bool = False) -> Place:
    """The place that a setting names; nothing is opened before it is needed.

    Args:
        location: A folder or a database.
        writing: Nothing that is read may lag behind what was written.
    """
    if isinstance(location, Address):
        from index.postgres.places import IndexDatabase  # asyncpg: only where it is configured

        return IndexDatabase(location, writing=writing)
    return IndexFolder(location)
