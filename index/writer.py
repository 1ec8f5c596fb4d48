"""Change an index, one writer at a time: in place, or in a new generation beside the live one.

Each change is one transaction; a first build, or one with another model or chunking, makes a new
generation. Either way the index is as before or as after, whenever the process is killed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.chunking import ChunkSettings
from index.encoders import Encoder, packed_encoder
from index.errors import DatelineError, IndexFolderError
from index.exported import ready_encoder
from index.generations import ENCODER_FOLDER
from index.history import File
from index.intake import Intake, Progress
from index.library import Expected, mismatches
from index.location import Location
from index.places import Generation, open_place

UNREADABLE = (
    "is damaged or of an earlier version of Dateline; its superseded articles, and those added by "
    "name or from the web, are not in the new one"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a generation is made.

    Attributes:
        model: Embedding model, as sentence-transformers knows it.
        chunking: How to cut chunks.
        threads: CPU threads for the encoder.
        keeps: Whether the live generation may be changed in place; if not, a copy of it is.
        prepare: Called with a new generation before it goes live; may refuse it by raising.
        make_encoder: Exports a model into a folder; given by tests.
        open_encoder: Opens what `make_encoder` has made; given by tests.
        clock: Tells when a change happens; given by tests.
    """

    model: str
    chunking: ChunkSettings
    threads: int = 2
    keeps: Callable[[Generation], bool] = lambda live: True
    prepare: Callable[[Generation], None] = lambda rebuilt: None
    make_encoder: Callable[[str, Path, int], Encoder] = ready_encoder
    open_encoder: Callable[[Path, int], Encoder] = packed_encoder
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class IndexWriter:
    """Changes the index in a place; may be kept for many changes, as the encoder is."""

    def __init__(
        self, location: Location, recipe: Recipe, progress: Progress | None = None
    ) -> None:
        """Nothing is opened or locked before the first change.

        Args:
            location: Where the index is, or is to be.
            recipe: How a generation is made, if one is needed.
            progress: Told what is going on.
        """
        self.place, self.recipe = open_place(location, writing=True), recipe
        self._progress = progress or Progress()
        self._encoder: tuple[Generation, Encoder] | None = None

    @contextmanager
    def changing(self, *, rebuild: bool = False, wait_s: float = 0) -> Iterator[Intake]:
        """Change the index: all that is done to the intake happens, or nothing if it raises.

        Args:
            rebuild: Make everything anew even if the live generation fits.
            wait_s: How long to wait for another writer.

        Raises:
            IndexBusyError: There still is one.
            IndexFolderError: The index folder cannot be used.
            ModelError: The model cannot be used.
        """
        with self.place.locked(wait_s):
            live = self.place.current_or_none()
            usable = live if not rebuild and live and self._fits(live) else None
            in_place = usable is not None and self.recipe.keeps(usable)
            try:
                generation = usable if usable and in_place else self.place.new_generation()
                if usable is None:
                    encoder = self._begin(generation)
                    lost = live is not None and not _carry_over(live, generation)
                else:
                    lost = False
                    if not in_place:
                        generation.copy_from(usable)
                    encoder = self._open_encoder(generation)
                yield from self._change(generation, encoder, lost=lost, anew=usable is None)
                if not in_place:
                    self.recipe.prepare(generation)
                    generation.keep_folder()
                    self.place.publish(generation)
                self.place.forget_encoded()
            except OSError as exc:
                raise IndexFolderError(
                    f"{str(self.place)!r} cannot be written: {exc.strerror or exc}; "
                    "the index is as it was."
                ) from exc
            finally:
                self.place.discard_unpublished()

    def files(self) -> dict[str, File]:
        """What the live generation has read, as far as it can be opened; see `Store.files`."""
        live = self.place.current_or_none()
        store = live.store() if live else None
        try:
            return store.files() if store and not mismatches(store.meta(), Expected()) else {}
        except DatelineError:
            return {}
        finally:
            if store:
                store.close()

    def _change(
        self, generation: Generation, encoder: Encoder, *, lost: bool, anew: bool
    ) -> Iterator[Intake]:
        """One transaction, and the snapshots that follow it.

        Args:
            generation: What is changed.
            encoder: Its encoder.
            lost: Nothing could be carried over from the generation before.
            anew: What was carried over is to be encoded.
        """
        store = generation.store()
        try:
            with store.transaction():
                encoding = generation.encoding(store, encoder, self.recipe.chunking)
                intake = Intake(store, encoding, self._progress, self.recipe.clock())
                if lost:
                    intake.fail("the index before", UNREADABLE, stays=False)
                yield intake
                if anew:
                    intake.encode_missing()
                intake.finish()
            generation.settle(store, encoder.card.dimensions)
        finally:
            store.close()

    def _fits(self, live: Generation) -> bool:
        """Whether the live generation was made the way it is wanted."""
        chunking = self.recipe.chunking
        wanted = Expected(self.recipe.model, chunking.max_tokens, chunking.overlap_tokens)
        store = live.store()
        try:
            return not mismatches(store.meta(), wanted)
        except DatelineError:
            return False  # a damaged one is made anew
        finally:
            store.close()  # or SQLite keeps what is built in a second file, which a copy may miss

    def _begin(self, generation: Generation) -> Encoder:
        """Make an empty generation."""
        self._progress.stage(f"Preparing the model {self.recipe.model}")
        encoder = self.recipe.make_encoder(
            self.recipe.model, generation.folder / ENCODER_FOLDER, self.recipe.threads
        )
        generation.create(
            _meta(encoder, self.recipe.chunking), encoder.card.dimensions, resumes=True
        )
        self._encoder = (generation, encoder)
        return encoder

    def _open_encoder(self, generation: Generation) -> Encoder:
        if self._encoder is None or self._encoder[0] != generation:
            opened = self.recipe.open_encoder(
                generation.folder / ENCODER_FOLDER, self.recipe.threads
            )
            self._encoder = (generation, opened)
        return self._encoder[1]


def _carry_over(live: Generation, generation: Generation) -> bool:
    """Give a new generation the articles of the live one; False where that cannot be read."""
    before, store = live.store(), generation.store()
    try:
        if mismatches(before.meta(), Expected()):
            return False
        store.carry_over(before)
        return True
    except DatelineError:
        return False
    finally:
        before.close()
        store.close()


def _meta(encoder: Encoder, chunking: ChunkSettings) -> dict[str, str]:
    return {
        "model": encoder.card.name,
        "model_sha256": encoder.card.sha256,
        **chunking.as_meta(),
    }
