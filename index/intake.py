"""Take articles into one generation: new ones are encoded, edited ones become versions.

All that happens to an `Intake` is inside one transaction, which its writer opens and commits.
Knows nothing of folders or the web.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from index.articles import Article, Parsed
from index.chunking import ChunkSettings, TokenLimit, split_chunks
from index.encoders import Encoder
from index.history import File
from index.sentences import Span
from index.store import Store

SPECIAL_TOKENS = 2  # [CLS] and [SEP], or their like
ENCODE_CHUNKS = 256  # chunks per call: enough to sort by length, few enough for a moving bar


@dataclass(slots=True)
class BuildReport:
    """What a build did; articles are named by their paths.

    Attributes:
        added: New articles.
        changed: Edited ones, of which a new version is in and the old one is kept as superseded.
        removed: Withdrawn ones.
        unchanged: How many are as they were.
        failed: What could not be read, with the reason.
        chunks_encoded: How many chunks went through the encoder.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    chunks_encoded: int = 0

    def include(self, other: "BuildReport") -> None:
        """Add what another build did."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def any_change(self) -> bool:
        """Whether the index differs from before."""
        return bool(self.added or self.changed or self.removed)


class Progress:
    """What a build tells while it runs; this one keeps silent."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins; `total` is its number of steps, if known."""

    def advance(self, steps: int) -> None:
        """So many steps of the stage are done."""


class Encoding(Protocol):
    """Gives articles chunks.

    Attributes:
        encoded: How many chunks went through an encoder for it.
    """

    @property
    def encoded(self) -> int:
        """See above."""
        ...

    def announce(self, article: Article) -> None:
        """An article that is not in the store is about to come into it."""
        ...

    def put(self, article: Article) -> None:
        """Give an article of the store chunks, at once or by `finish`."""
        ...

    def finish(self, progress: Progress) -> None:
        """Have given chunks to all that were put."""
        ...


class LocalEncoding:
    """Cuts and encodes in this process, many articles in one call."""

    def __init__(self, store: Store, encoder: Encoder, chunking: ChunkSettings) -> None:
        """Begin with nothing.

        Args:
            store: Database of the generation.
            encoder: Its encoder.
            chunking: How to cut chunks.
        """
        self.encoded = 0
        self._store, self._encoder, self._chunking = store, encoder, chunking
        self._limit = TokenLimit(
            lambda text: encoder.count_tokens(encoder.card.passage_prompt + text),
            encoder.card.max_tokens - SPECIAL_TOKENS,
        )
        self._waiting: list[tuple[Article, list[Span]]] = []

    def announce(self, article: Article) -> None:
        """Nothing: it is put in a moment."""

    def put(self, article: Article) -> None:
        """Give it the chunks of the same text, if there are any, or new ones."""
        if held := self._store.chunks_of_text(article.text, self._encoder.card.dimensions):
            self._store.put_chunks(article, *held)
            return
        spans = split_chunks(article.text, self._chunking, self._limit)
        self._waiting.append((article, spans))
        if sum(len(spans) for _, spans in self._waiting) >= ENCODE_CHUNKS:
            self._encode_waiting()

    def finish(self, progress: Progress) -> None:
        """See `Encoding`."""
        self._encode_waiting()

    def _encode_waiting(self) -> None:
        """Encode the chunks that have gathered, all in one call, and store them."""
        texts = [article.text[a:b] for article, spans in self._waiting for a, b in spans]
        if texts:
            vectors = self._encoder.encode(texts)
            done = 0
            for article, spans in self._waiting:
                self._store.put_chunks(article, spans, vectors[done : done + len(spans)])
                done += len(spans)
            self.encoded += len(texts)
        self._waiting = []


class Intake:
    """Changes one generation, and keeps account."""

    def __init__(
        self,
        store: Store,
        encoding: Encoding,
        progress: Progress,
        now: datetime | None = None,
    ) -> None:
        """Begin.

        Args:
            store: Database of the generation.
            encoding: Gives articles chunks.
            progress: Told what is going on.
            now: When the changes happen; None for the time that it is.
        """
        self.store, self.progress, self.report = store, progress, BuildReport()
        self.files = store.files()
        self._encoding = encoding
        moment = (now or datetime.now(UTC)).astimezone(UTC)
        self._now = moment.isoformat(timespec="microseconds")

    def keep(self, path: str) -> None:
        """A file is as it was."""
        self.report.unchanged += len(self.store.current(path))

    def take(self, file: File, parsed: Parsed, *, brings_back: bool = False) -> None:
        """A file is new or has changed: its articles come in, those that it lost are withdrawn.

        Members that could not be read keep their earlier version.

        Args:
            file: What to remember of it.
            parsed: What it holds.
            brings_back: Also what was withdrawn by name, and has not changed since.
        """
        before = self.store.current(file.path)
        for path, reason in parsed.failed:
            self.fail(path, reason, stays=path in before)
        for article in parsed.articles:
            self._take_article(file.path, article, brings_back)
        here = {article.path for article in parsed.articles} | {path for path, _ in parsed.failed}
        self.withdraw(set(before) - here)
        self.store.put_file(file)
        self.files[file.path] = file

    def fail(self, path: str, reason: str, *, stays: bool) -> None:
        """Something could not be read; its earlier version may stay."""
        self.report.failed.append((path, f"{reason}; its earlier version stays" * stays or reason))

    def drop(self, path: str) -> None:
        """A file is gone: its articles are withdrawn."""
        self.withdraw(self.store.current(path))
        self.store.remove_file(path)
        self.files.pop(path, None)

    def withdraw(self, paths: Iterable[str]) -> None:
        """Articles are taken back, by their paths; they are kept, but quoted no more."""
        for path in sorted(paths):
            self.store.withdraw(path, self._now)
            self.report.removed.append(path)

    def encode_missing(self) -> None:
        """Cut and encode every article that has no chunks, as after a change of the model."""
        self._encoding.finish(self.progress)
        missing = self.store.unencoded()
        self.progress.stage("Encoding articles", len(missing))
        for identity in missing:
            article = self.store.article(identity)
            assert article is not None
            self._encoding.put(article)
            self.progress.advance(1)
        self._encoding.finish(self.progress)

    def finish(self) -> None:
        """Encode what still waits, and count the change."""
        self._encoding.finish(self.progress)
        self.report.chunks_encoded = self._encoding.encoded
        if self.report.any_change or "built" not in self.store.meta():
            revision = str(self.store.revision() + 1)
            self.store.set_meta({"revision": revision, "built": f"{self._now[:19]}+00:00"})

    def _take_article(self, file: str, article: Article, brings_back: bool) -> None:
        held = self.store.current_at(article.path)
        stays_away = held is None and not brings_back and self._is_withdrawn(file, article)
        if held == article.id or stays_away:
            self.report.unchanged += 1
            return
        (self.report.changed if held else self.report.added).append(article.path)
        known = self.store.article(article.id) is not None
        if not known:
            self._encoding.announce(article)
        self.store.set_version(file, article, self._now)
        if not known:
            self._encoding.put(article)

    def _is_withdrawn(self, file: str, article: Article) -> bool:
        """Whether an article of a file that is still there was taken back by name."""
        versions = self.store.versions(article.path) if file in self.files else []
        return bool(versions) and versions[-1].article_id == article.id
