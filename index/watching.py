"""Keep an index in step with folders and addresses for as long as it runs.

Folders are watched by the operating system's own notices; feeds and other addresses are asked
again at an interval. What goes wrong is told, and tried again: nothing ends the watch but its
caller.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from index.adding import WAIT_S, add_address
from index.builder import build, named_roots
from index.errors import DatelineError
from index.intake import BuildReport
from index.writer import IndexWriter

if TYPE_CHECKING:
    from index.web.fetching import Fetcher

SETTLE_MS = 400  # a file that is being written is read once it has been left alone so long
LOOK_MS = 500  # how often feeds, failures and the end of the watch are looked at
RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched, and who hears of it.

    Attributes:
        folders: Folders of articles.
        addresses: Feeds, sitemaps, pages.
        interval_s: Time between two looks at an address.
        done: Told of each look that found or failed at something.
        failed: Told in one sentence what went wrong; it is tried again.
    """

    folders: Sequence[Path]
    addresses: Sequence[str]
    interval_s: float
    done: Callable[[BuildReport], None]
    failed: Callable[[str], None]


def watch(
    writer: IndexWriter, watched: Watched, fetcher: "Fetcher", stop: Event, max_pages: int = 100
) -> None:
    """Bring the index up to date, then follow every change until `stop` is set.

    Raises:
        UsageError: A folder is missing.
    """
    named_roots(watched.folders or [Path()])
    watched = replace(watched, folders=[folder.resolve() for folder in watched.folders])
    running = _Watch(writer, watched, fetcher, stop, max_pages)
    notices = _notices(watched.folders, stop)
    next(notices)  # so that nothing is missed while the first build runs
    running.look()
    for changed in notices:
        running.changed |= changed
        running.look()


def _notices(roots: Sequence[Path], stop: Event) -> Iterator[set[Path]]:
    """Files that changed, about every `LOOK_MS`; the first time at once, and none."""
    if not roots:
        yield set()
        while not stop.wait(LOOK_MS / 1000):
            yield set()
        return
    from watchfiles import watch as follow

    notices = follow(
        *roots,
        watch_filter=None,
        debounce=4 * SETTLE_MS,
        step=SETTLE_MS,
        stop_event=stop,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
    )
    for changes in notices:
        yield {Path(path) for _, path in changes}


class _Watch:
    """What is still to be done, and when."""

    def __init__(
        self, writer: IndexWriter, watched: Watched, fetcher: "Fetcher", stop: Event, pages: int
    ) -> None:
        self._writer, self._watched, self._fetcher = writer, watched, fetcher
        self._stop, self._pages = stop, pages
        self.changed: set[Path] = set()
        self._everything = bool(watched.folders)
        self._folders_due = 0.0
        self._trouble = ""
        self._due = dict.fromkeys(watched.addresses, 0.0)

    def look(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        if (self._everything or self.changed) and now >= self._folders_due:
            only = None if self._everything else self.changed
            if self._told(lambda: self._build(only)):
                self._everything, self.changed = False, set()
            else:
                self._folders_due = time.monotonic() + RETRY_S
        for url, due in self._due.items():
            if now >= due and not self._stop.is_set():
                self._told(lambda url=url: self._add(url))  # type: ignore[misc]
                self._due[url] = time.monotonic() + self._watched.interval_s

    def _build(self, only: set[Path] | None) -> BuildReport:
        return build(self._writer, self._watched.folders, only=only, wait_s=WAIT_S)

    def _add(self, url: str) -> BuildReport:
        return add_address(self._writer, url, self._fetcher, max_pages=self._pages)

    def _told(self, task: Callable[[], BuildReport]) -> bool:
        """Do it, tell what came of it, and whether it was done."""
        try:
            report = task()
        except DatelineError as exc:
            if str(exc) != self._trouble:  # once, however often it is tried again
                self._trouble = str(exc)
                self._watched.failed(self._trouble)
            return False
        self._trouble = ""
        if report.any_change or report.failed:
            self._watched.done(report)
        return True
