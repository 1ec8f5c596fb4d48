"""What is verified, and how one check looks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.articles import Article
from index.chunking import ChunkSettings
from index.embedded import EmbeddedStore
from index.encoders import Encoder
from index.history import ARTICLE_COLUMNS
from index.intake import Intake, Progress
from index.location import Location
from index.places import Generation
from index.store import Store


@dataclass(frozen=True, slots=True)
class Checked:
    """An open index, and what the checks need of it."""

    location: Location
    generation: Generation
    store: Store
    encoder: Encoder
    sample: int

    @property
    def embedded(self) -> EmbeddedStore:
        """The store, for checks that are about this kind."""
        assert isinstance(self.store, EmbeddedStore)
        return self.store

    @property
    def folder(self) -> Path:
        """Where the generation's files are."""
        return self.generation.folder

    def articles(self) -> Iterator[tuple[Article, str, bool]]:
        """All articles, with the hash of the text and whether they are live, as they are stored."""
        last = ""
        while True:
            rows = self.store.rows(
                f"SELECT {ARTICLE_COLUMNS}, text_id, live FROM articles WHERE id > ? "  # noqa: S608 - own names
                "ORDER BY id LIMIT 64",
                (last,),
            )
            if not rows:
                return
            for row in rows:
                yield Article(*row[:-2]), str(row[-2]), bool(row[-1])  # type: ignore[arg-type]
            last = str(rows[-1][0])

    def intake(self, progress: Progress) -> Intake:
        """What cuts and encodes articles as a build of this index does."""
        chunking = ChunkSettings.of(self.store.meta())
        encoding = self.generation.encoding(self.store, self.encoder, chunking)
        return Intake(self.store, encoding, progress)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is verified.

    Attributes:
        name: What it is about.
        find: Yields a sentence for each problem.
        mend: Puts it right, inside a transaction; None where it cannot be derived.
        of: The kind of store that it is about.
    """

    name: str
    find: Callable[[Checked], Iterator[str]]
    mend: Callable[[Checked, Progress], None] | None = None
    of: type = object
