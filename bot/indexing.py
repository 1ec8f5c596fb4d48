"""From settings to what changes an index: the writer, the fetcher, the watch."""

import logging
import shlex
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.opening import expected
from bot.terminal import print_changes, print_encoded, print_trouble, printable
from index.adding import is_address
from index.builder import named_roots
from index.chunking import ChunkSettings
from index.errors import UsageError
from index.golden import GoldenQuestions
from index.intake import BuildReport, Progress
from index.library import open_store
from index.location import Address
from index.places import Generation, open_place
from index.watching import Watched, watch
from index.writer import IndexWriter, Recipe

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.web.fetching import Fetcher

logger = logging.getLogger(__name__)
RESTART_S, STOP_S = 60, 10


def index_writer(
    settings: "Settings",
    progress: Progress | None = None,
    *,
    rebuilds: bool = False,
    force: bool = False,
) -> IndexWriter:
    """The writer of the index that the settings name.

    Args:
        settings: Where it is, and how it is made.
        progress: Told what is going on.
        rebuilds: Make the index anew where it differs from the settings. Else it goes on as it
            was made, and what was set on purpose must fit.
        force: Let a rebuild lose golden questions.

    Raises:
        IndexMismatchError: It does not fit.
    """
    from retrieval.reader import has_reader

    told = progress or Progress()
    live = open_place(settings.index).current_or_none()
    made = None if rebuilds or live is None else open_store(live, expected(settings)).meta()
    model = made["model"] if made else settings.model
    chunking = (
        ChunkSettings.of(made)
        if made
        else ChunkSettings(settings.chunk_tokens, settings.chunk_overlap_tokens)
    )
    recipe = Recipe(
        model,
        chunking,
        settings.threads,
        lambda live: has_reader(live.folder, settings.reader),
        lambda rebuilt: _prepare(settings, rebuilt, force, told),
    )
    return IndexWriter(settings.index, recipe, told)


def fetcher(settings: "Settings") -> "Fetcher":
    """Fetches from the web as the settings say."""
    from index.web.fetching import Fetcher, FetchSettings

    return Fetcher(
        FetchSettings(
            total_s=settings.web_timeout_s,
            max_bytes=settings.web_max_mb * 1_000_000,
            delay_s=settings.web_delay_s,
            allow_private=settings.web_allow_private,
            contact=settings.web_contact,
        )
    )


def watch_until_stopped(settings: "Settings", names: Sequence[str]) -> None:
    """Watch folders and addresses until SIGINT or SIGTERM, and print what comes of it."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    _watch(settings, names, stop, print_changes, print_trouble)


def encode_until_stopped(settings: "Settings", *, until_empty: bool) -> None:
    """Encode what waits in the queue of a database until SIGINT or SIGTERM.

    Raises:
        UsageError: The index is in a folder, which has no queue.
    """
    if not isinstance(settings.index, Address):
        raise UsageError(
            f"{str(settings.index)!r} is a folder, and its builds encode by themselves; workers "
            "are for an index in a database (DATELINE_INDEX=postgresql://...)."
        )
    from index.encoders import packed_encoder
    from index.postgres.working import Workshop, work_until_stopped

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    work_until_stopped(
        Workshop(settings.index, settings.threads, packed_encoder),
        stop,
        print_encoded,
        print_trouble,
        until_empty=until_empty,
    )


@contextmanager
def watching(settings: "Settings") -> Iterator[None]:
    """Watch what the settings name in a thread while the body runs; log what comes of it.

    Raises:
        UsageError: The setting cannot be read, or a folder is missing.
    """
    names = _watched_names(settings.watch)
    named_roots([Path(name) for name in names if not is_address(name)] or [Path()])
    if not names:
        yield
        return
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                _watch(settings, names, stop, _log_changes, logger.warning)
            except Exception:  # a bug here must not leave the bot without news for good
                logger.exception("the watch has failed; it begins again in %d s", RESTART_S)
                stop.wait(RESTART_S)

    thread = threading.Thread(target=run, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_S)


def _watch(
    settings: "Settings",
    names: Sequence[str],
    stop: threading.Event,
    done: Callable[[BuildReport], None],
    failed: Callable[[str], None],
) -> None:
    watched = Watched(
        [Path(name) for name in names if not is_address(name)],
        [name for name in names if is_address(name)],
        settings.feed_interval_s,
        done,
        failed,
    )
    watch(index_writer(settings), watched, fetcher(settings), stop, settings.web_max_pages)


def _watched_names(setting: str) -> list[str]:
    try:
        return shlex.split(setting)
    except ValueError as exc:
        raise UsageError(f"DATELINE_WATCH {setting!r} cannot be read ({exc}).") from exc


def _log_changes(report: BuildReport) -> None:
    logger.info(
        "index: %d added, %d changed, %d withdrawn",
        len(report.added),
        len(report.changed),
        len(report.removed),
    )
    for name, reason in report.failed:
        logger.warning("not indexed: %s: %s", printable(name), reason)


def _prepare(settings: "Settings", rebuilt: Generation, force: bool, progress: Progress) -> None:
    """Give a new generation its reader, and hold it to the golden questions."""
    from retrieval.golden import refuse_if_worse
    from retrieval.reader import has_reader

    if not has_reader(rebuilt.folder, settings.reader):
        from retrieval.reader_export import ensure_reader

        progress.stage(f"Preparing the reader {settings.reader or 'that ships'}")
        ensure_reader(rebuilt.folder, settings.reader, settings.threads)
    questions = GoldenQuestions(settings.index).all()
    if questions and not force:
        progress.stage("Asking the golden questions")
        live = open_place(settings.index).current_or_none()
        refuse_if_worse(live, rebuilt, questions, settings.threads)
