"""An open index: what retrieval asks for articles, chunks and nearest vectors.

Several threads may read at once. When a build commits, the next question sees it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.articles import Article
from index.asof import AsOf
from index.asof_stories import StoriesAsOf
from index.encoders import Encoder, OnnxEncoder
from index.errors import IndexMismatchError
from index.filters import Filters
from index.generations import ENCODER_FOLDER
from index.location import Location
from index.places import Generation, open_place
from index.store import SCHEMA_VERSION, Store, StoredChunk, searchable
from index.stories.revisions import carries

QUESTIONS_KEPT = 8  # vectors of the latest questions: searching and weighing both need them
DAYS_KEPT = 4  # with what stood on them: a question asks of one day several times
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds.

    Attributes:
        articles: Number of articles that may be quoted.
        chunks: Number of their chunks.
        stories: Number of groups of copies among them, an article without copies being one.
        superseded: Number of versions that an edit has replaced.
        withdrawn: Number of versions that were withdrawn.
        model: Name of the embedding model.
        built: When it was last changed (ISO 8601, UTC).
        newest_article: Date of the newest article.
        folders: The folders of articles that it mirrors.
        chunk_tokens: Token budget of a chunk.
        chunk_overlap_tokens: Token budget of the overlap.
        revision: Number of the last build that changed anything.
    """

    articles: int
    chunks: int
    stories: int
    superseded: int
    withdrawn: int
    model: str
    built: str
    newest_article: str | None
    folders: list[str]
    chunk_tokens: int
    chunk_overlap_tokens: int
    revision: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old an index is, without counting anything.

    Attributes:
        built: When it was last changed (ISO 8601, UTC).
        newest_article: Date of the newest article (YYYY-MM-DD).
    """

    built: str
    newest_article: str | None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the settings ask of an index; None where they ask nothing."""

    model: str | None = None
    chunk_tokens: int | None = None
    chunk_overlap_tokens: int | None = None


def mismatches(meta: dict[str, str], expected: Expected) -> list[str]:
    """Name every difference between an index and what is expected of it."""
    wanted = {
        "schema": SCHEMA_VERSION,
        "model": expected.model,
        "chunk_tokens": expected.chunk_tokens,
        "chunk_overlap_tokens": expected.chunk_overlap_tokens,
    }
    return [
        f"{key} is {meta.get(key)!r}, not {str(value)!r}"
        for key, value in wanted.items()
        if value is not None and meta.get(key) != str(value)
    ]


class Library:
    """An index opened for reading."""

    def __init__(self, generation: Generation, encoder: Encoder, store: Store) -> None:
        self.generation, self.encoder, self.store = generation, encoder, store
        self.question_vector = lru_cache(QUESTIONS_KEPT)(encoder.encode_question)
        self._searcher = generation.searcher(store, encoder.card.dimensions)
        self._read_asof = lru_cache(DAYS_KEPT)(self._asof_at)
        self._read_stories = lru_cache(DAYS_KEPT)(self._stories_at)

    @classmethod
    def open(
        cls,
        location: Location,
        expected: Expected | None = None,
        threads: int = 2,
        *,
        lasting: bool = False,
    ) -> "Library":
        """Open the live generation of an index.

        Args:
            location: Where the index is.
            expected: What the settings ask for.
            threads: CPU threads for the encoder.
            lasting: For many questions: a slower start, and faster questions.

        Raises:
            IndexMissingError: There is no index.
            IndexMismatchError: It was made otherwise; the message names every difference.
            IndexDamagedError: The database cannot be read.
            ModelError: The encoder is missing or damaged.
        """
        current = open_place(location).current()
        return cls.open_generation(current, expected, threads, lasting=lasting)

    @classmethod
    def open_generation(
        cls,
        generation: Generation,
        expected: Expected | None = None,
        threads: int = 2,
        *,
        lasting: bool = False,
    ) -> "Library":
        """Open one generation of an index, which need not be live; else as `open`."""
        store = open_store(generation, expected or Expected())
        folder = generation.folder / ENCODER_FOLDER
        encoder = OnnxEncoder(folder, threads, pack_weights=lasting)
        return cls(generation, encoder, store)

    def nearest(self, question: str, limit: int, filters: Filters) -> list[tuple[int, float]]:
        """Chunks nearest in meaning: ids and cosine similarities, best first."""
        vector = self.question_vector(question)
        if asof := self._asof(filters):
            live = self._searcher.nearest(vector, limit, filters, asof.live)
            return asof.nearest(vector, limit, live)
        return self._searcher.nearest(vector, limit, filters)

    def matching(
        self, words: Sequence[str], limit: int, filters: Filters
    ) -> list[tuple[int, float]]:
        """Chunks that hold any of the words: ids and BM25 scores, best first."""
        kept = searchable(words)
        if asof := self._asof(filters):
            live = self._searcher.matching(kept, limit, filters, asof.live)
            return asof.matching(kept, limit, live)
        return self._searcher.matching(kept, limit, filters)

    def _asof(self, filters: Filters) -> AsOf | None:
        """What stood on the day of a filter; None where it has none."""
        return self._read_asof(filters, self.store.revision()) if filters.as_of else None

    def _asof_at(self, filters: Filters, _revision: int) -> AsOf:
        return AsOf(self.store, filters, self.encoder.card.dimensions)

    def _stories_asof(self, day: str) -> StoriesAsOf:
        return self._read_stories(day, self.store.revision())

    def _stories_at(self, day: str, revision: int) -> StoriesAsOf:
        return StoriesAsOf(self.store, self._read_asof(Filters(as_of=day), revision))

    def chunks(self, ids: list[int], filters: Filters = EVERYTHING) -> list[StoredChunk]:
        """Chunks by id, in that order; past ones only if the filters name a day."""
        return self.store.chunks(ids, past=filters.as_of is not None)

    def article(self, article_id: str) -> Article | None:
        """An article by its id."""
        return self.store.article(article_id)

    def is_live(self, article_id: str) -> bool:
        """Whether an article may be quoted: neither superseded nor withdrawn."""
        return self.store.is_live(article_id)

    def stood(self, article_id: str, day: str) -> bool:
        """Whether an article might be quoted on a day (YYYY-MM-DD); see `index.standing`."""
        asof = self._asof(Filters(as_of=day))
        return asof is not None and article_id in asof.standing

    def live_among(self, article_ids: Sequence[str]) -> set[str]:
        """Those of some articles that may be quoted; quick for very many."""
        return self.store.live_among(article_ids)

    def successors(self, article_id: str, path: str) -> list[Article]:
        """What stands now in the place of an article; nothing where it was withdrawn.

        Args:
            article_id: The article.
            path: Where it was found; counts where the index has never held it.
        """
        paths = self.store.paths_of(article_id) or [path]
        ids = dict.fromkeys(filter(None, map(self.store.current_at, paths)))
        return [article for article in map(self.store.article, ids) if article]

    def version(self) -> str:
        """Changes with every build that changes anything, and with every rebuild."""
        return f"{self.generation.name} {self.store.revision()}"

    def stories(self, article_ids: Sequence[str], filters: Filters = EVERYTHING) -> dict[str, str]:
        """The story of each article; see `index.stories`.

        If the filters name a day, it is the story of that day (`index.asof_stories`); what else
        they say does not matter.
        """
        if filters.as_of:
            return self._stories_asof(filters.as_of).of(article_ids)
        return self.store.stories_of(article_ids)

    def carriers(self, article: Article, quote: str, filters: Filters) -> list[Article]:
        """The articles of a story that carry a quotation of one of them, the earliest first.

        That one is among them if the filters let it through.
        """
        if filters.as_of:
            members = self._stories_asof(filters.as_of).members(article.id)
            copies = self.store.articles(members, filters)
        else:
            copies = self.store.copies_of(article.id, filters)
        return [one for one in copies if one.id == article.id or carries(one.text, quote)]

    def latest(self, limit: int) -> list[Article]:
        """Articles, newest first."""
        return self.store.latest(limit)

    def count(self) -> int:
        """Number of articles."""
        return self.store.counts().articles

    def freshness(self) -> Freshness:
        """How old the index and its newest article are; cheap, however much there is."""
        return Freshness(self.store.meta()["built"], self.store.newest())

    def status(self) -> Status:
        """What the index holds now."""
        return read_status(self.store)


def open_store(generation: Generation, expected: Expected) -> Store:
    """Open a generation's store and compare it with what is expected.

    Raises:
        IndexMismatchError: It was made otherwise.
        IndexDamagedError: It cannot be read.
    """
    store = generation.store()
    if differences := mismatches(store.meta(), expected):
        raise IndexMismatchError(
            f"the index in {generation.index!r} does not fit the settings: "
            f"{'; '.join(differences)}. "
            "Make it anew with `dateline index build FOLDER`, or correct the settings."
        )
    return store


def read_status(store: Store) -> Status:
    """What a database holds; needs no model."""
    meta = store.meta()
    counts = store.counts()
    return Status(
        counts.articles,
        counts.chunks,
        counts.stories,
        counts.superseded,
        counts.withdrawn,
        meta["model"],
        meta["built"],
        store.newest(),
        json.loads(meta.get("folders", "[]")),
        int(meta["chunk_tokens"]),
        int(meta["chunk_overlap_tokens"]),
        int(meta["revision"]),
    )
