"""Make an index match a folder of articles: new and changed files in, removed ones out.

All changes of a build are one transaction; a first build, or one with another model or chunking,
makes a new generation beside the live one. Either way the index is as before or as after.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from index.accelerators import renew_snapshots
from index.articles import Article
from index.chunking import ChunkSettings, TokenLimit, split_chunks
from index.encoders import Encoder, OnnxEncoder
from index.errors import ArticleError, DatelineError, IndexFolderError, NoArticlesError, UsageError
from index.export import export_encoder
from index.folder import DATABASE_FILE, ENCODER_FOLDER, IndexFolder
from index.formats.files import SINGLE_SUFFIXES as SUFFIXES
from index.formats.files import parse_article, read_file
from index.library import Expected, mismatches
from index.sentences import Span
from index.store import Store

SPECIAL_TOKENS = 2  # [CLS] and [SEP], or their like
ENCODE_CHUNKS = 256  # chunks per call: enough to sort by length, few enough for a moving bar


@dataclass(slots=True)
class BuildReport:
    """What a build did; paths are relative to the folder."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    chunks_encoded: int = 0

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


def build_index(
    articles: Path,
    path: Path,
    model: str,
    chunking: ChunkSettings,
    *,
    threads: int = 2,
    rebuild: bool = False,
    progress: Progress | None = None,
    keeps: Callable[[Path], bool] = lambda live: True,
    prepare: Callable[[Path], None] = lambda rebuilt: None,
    make_encoder: Callable[[str, Path, int], Encoder] = export_encoder,
    open_encoder: Callable[[Path, int], Encoder] = OnnxEncoder,
) -> BuildReport:
    """Make the index in `path` match the folder `articles`.

    Args:
        articles: Folder of articles, read with all its subfolders.
        path: Index folder.
        model: Embedding model, as sentence-transformers knows it.
        chunking: How to cut chunks.
        threads: CPU threads for the encoder.
        rebuild: Make everything anew even if nothing differs.
        progress: Told what is going on.
        keeps: Whether the live generation may be changed in place; if not, a copy of it is.
        prepare: Called with a new generation before it goes live; may refuse it by raising.
        make_encoder: Exports a model into a folder; given by tests.
        open_encoder: Opens what `make_encoder` has made; given by tests.

    Raises:
        UsageError: The folder of articles is missing.
        NoArticlesError: It holds none that can be read.
        IndexFolderError: The index folder cannot be used.
        ModelError: The model cannot be used.
    """
    progress = progress or Progress()
    passed_over: list[tuple[str, str]] = []
    names = find_articles(articles, passed_over)
    folder = IndexFolder(path)
    with folder.locked():
        wanted = Expected(model, chunking.max_tokens, chunking.overlap_tokens)
        live = None if rebuild else _usable(folder, wanted)
        in_place = live is not None and keeps(live)
        try:
            generation = live if live and in_place else folder.new_generation()
            if live is None:
                progress.stage(f"Preparing the model {model}")
                encoder = make_encoder(model, generation / ENCODER_FOLDER, threads)
                Store.create(generation / DATABASE_FILE, _meta(encoder, chunking)).close()
            else:
                if not in_place:
                    copy_generation(live, generation)
                encoder = open_encoder(generation / ENCODER_FOLDER, threads)
            build = _Build(generation, articles, encoder, chunking)
            report = build.run(names, passed_over, progress)
            if not in_place:
                prepare(generation)
                folder.publish(generation)
        except OSError as exc:
            raise IndexFolderError(
                f"{str(path)!r} cannot be written: {exc.strerror or exc}; the index is as it was."
            ) from exc
        finally:
            folder.discard_unpublished()
        return report


def find_articles(folder: Path, passed_over: list[tuple[str, str]] | None = None) -> list[str]:
    """Relative paths of all files with a known suffix, sorted; hidden ones are passed over.

    Args:
        folder: Folder of articles; linked folders in it are not followed.
        passed_over: Takes the subfolders that cannot be read, ending in "/", with the reason.

    Raises:
        UsageError: The folder is missing.
        NoArticlesError: It holds no such file.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise UsageError(f"{str(folder)!r} {what}; name a folder of articles.")
    names: list[str] = []
    waiting = [""]
    while waiting:  # no recursion: folders may be nested deeper than Python's stack
        inner = waiting.pop()
        try:
            with os.scandir(folder / inner) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{inner}{entry.name}/")
                    elif entry.name.lower().endswith(SUFFIXES) and entry.is_file():
                        names.append(inner + entry.name)
        except OSError as exc:
            if passed_over is not None:
                passed_over.append((inner or "./", f"cannot be read: {exc.strerror}"))
    if not names:
        raise NoArticlesError(
            f"{str(folder)!r} holds no articles (files ending in {', '.join(SUFFIXES)}); "
            "nothing was changed."
        )
    return sorted(names)


def _usable(folder: IndexFolder, expected: Expected) -> Path | None:
    """The live generation, if it was made the way it is wanted."""
    live = folder.current_or_none()
    if live is None:
        return None
    store = Store(live / DATABASE_FILE)
    try:
        return None if mismatches(store.meta(), expected) else live
    except DatelineError:
        return None  # a damaged one is made anew
    finally:
        store.close()  # or SQLite keeps what is built in a second file, which a copy may miss


def copy_generation(source: Path, target: Path) -> None:
    """Copy a generation into an empty folder, as it stands after its last build."""
    for entry in source.iterdir():
        if entry.is_dir():
            shutil.copytree(entry, target / entry.name)
        elif not entry.name.startswith(DATABASE_FILE):  # with the log that SQLite keeps beside it
            shutil.copyfile(entry, target / entry.name)
    Store(source / DATABASE_FILE).copy_to(target / DATABASE_FILE)


def _meta(encoder: Encoder, chunking: ChunkSettings) -> dict[str, str]:
    return {
        "model": encoder.card.name,
        "model_sha256": encoder.card.sha256,
        "chunk_tokens": str(chunking.max_tokens),
        "chunk_overlap_tokens": str(chunking.overlap_tokens),
    }


def _shown(name: str) -> str:
    """A file's name as it can be printed and stored."""
    return name.encode(errors="backslashreplace").decode()


class _Build:
    """One run over the files, inside one transaction."""

    def __init__(
        self, generation: Path, articles: Path, encoder: Encoder, chunking: ChunkSettings
    ) -> None:
        self.report = BuildReport()
        self._generation, self._articles, self._encoder = generation, articles, encoder
        self._store = Store(generation / DATABASE_FILE)
        self._chunking = chunking
        self._limit = TokenLimit(
            lambda text: encoder.count_tokens(encoder.card.passage_prompt + text),
            encoder.card.max_tokens - SPECIAL_TOKENS,
        )
        self._known: dict[str, tuple[str, str]] = {}
        self._waiting: list[tuple[Article, list[Span]]] = []

    def run(
        self, names: list[str], passed_over: list[tuple[str, str]], progress: Progress
    ) -> BuildReport:
        """Bring the generation's database and accelerator in step with the folder.

        Args:
            names: Files that are there.
            passed_over: Subfolders that could not be read, with the reason.
            progress: Told what is going on.
        """
        store = self._store
        try:
            with store.transaction():
                self._known = store.files()
                self.report.failed += [(_shown(name), reason) for name, reason in passed_over]
                progress.stage("Reading and encoding articles", len(names))
                for name in names:
                    self.take(name)
                    progress.advance(1)
                self.finish(names, tuple(name for name, _ in passed_over))
                meta = store.meta()
                if self.report.any_change:
                    meta["revision"] = str(int(meta["revision"]) + 1)
                    meta["built"] = datetime.now(UTC).isoformat(timespec="seconds")
                store.set_meta({**meta, "folder": str(self._articles.resolve())})
            with suppress(OSError):  # the index is whole without them, it only opens slower
                renew_snapshots(store, self._generation, self._encoder.card.dimensions)
        finally:
            store.close()
        return self.report

    def take(self, name: str) -> None:
        """Read one file if it is new or changed; a bad one is noted and keeps its old article."""
        try:
            if _shown(name) != name:
                raise ArticleError("has a name that is not UTF-8; rename it")
            raw = read_file(self._articles / name)
            sha256 = hashlib.sha256(raw).hexdigest()
            if name in self._known and self._known[name][0] == sha256:
                self.report.unchanged += 1
                return
            article = parse_article(raw, name)
        except ArticleError as exc:
            kept = "; its earlier version stays" if name in self._known else ""
            self.report.failed.append((_shown(name), f"{exc}{kept}"))
            return
        (self.report.changed if name in self._known else self.report.added).append(name)
        held = self._store.article(article.id)
        if held is None or name <= held.path:
            self._store.put_article(article)
        if held is None:
            spans = split_chunks(article.text, self._chunking, self._limit)
            self._waiting.append((article, spans))
        self._store.put_file(name, sha256, article.id)
        if sum(len(spans) for _, spans in self._waiting) >= ENCODE_CHUNKS:
            self._encode_waiting()

    def finish(self, names: list[str], passed_over: tuple[str, ...]) -> None:
        """Encode the rest, drop what is gone; what could not be looked at stays.

        Raises:
            NoArticlesError: Nothing could be read, now or before.
        """
        self._encode_waiting()
        gone = (name for name in self._known if not name.startswith(passed_over))
        for name in sorted(set(gone) - set(names)):
            self._store.remove_file(name)
            self.report.removed.append(name)
        self._store.remove_unfiled_articles()
        for article_id, name in self._store.misnamed_articles():
            self._rename(article_id, name)
        if not self._store.counts()[0]:
            name, reason = self.report.failed[0]
            raise NoArticlesError(
                f"none of the {len(self.report.failed)} files in {str(self._articles)!r} can be "
                f"read as an article ({name}: {reason}); nothing was changed."
            )

    def _rename(self, article_id: str, name: str) -> None:
        """Know an article of several files by the first of them and by what that one says."""
        try:
            article = parse_article(read_file(self._articles / name), name)
        except ArticleError:
            article = None
        if article is None or article.id != article_id:  # the file has turned bad meanwhile
            held = self._store.article(article_id)
            assert held is not None
            article = replace(held, path=name)
        self._store.put_article(article)

    def _encode_waiting(self) -> None:
        """Encode the chunks that have gathered, all in one call, and store them."""
        texts = [article.text[a:b] for article, spans in self._waiting for a, b in spans]
        if texts:
            vectors = self._encoder.encode(texts)
            done = 0
            for article, spans in self._waiting:
                self._store.put_chunks(article, spans, vectors[done : done + len(spans)])
                done += len(spans)
            self.report.chunks_encoded += len(texts)
        self._waiting = []
