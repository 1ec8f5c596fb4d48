"""The work of editors, done to an index in a folder.

Knows nothing of Telegram.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from bot.messenger.editing.editorial import Account, Item, Outcome, Post, Withdrawal
from index.adding import (
    WAIT_S,
    add_address,
    add_document,
    add_text,
    added_path,
    file_at,
    withdraw,
)
from index.articles import Article
from index.builder import build
from index.errors import DatelineError, UsageError
from index.history import FOLDER, WITHDRAWN
from index.intake import BuildReport, Progress
from index.library import Expected, Status, open_store, read_status
from index.location import Location
from index.places import open_place
from index.store import Store
from index.writer import IndexWriter

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.web.fetching import Fetcher

MAX_ITEMS = 20
"""How many articles are told of by name."""


@dataclass(frozen=True, slots=True)
class IndexDesk:
    """A `Desk` for the index in a folder.

    Attributes:
        folder: Index folder.
        writer: Makes a writer that tells its progress; the second argument is whether it makes
            the index anew.
        fetcher: Makes what fetches from the web.
        max_pages: Most pages that are fetched of a feed.
    """

    location: Location
    writer: Callable[[Progress, bool], IndexWriter]
    fetcher: Callable[[], "Fetcher"]
    max_pages: int = 100

    def add_file(self, name: str, raw: bytes) -> Account:
        """See `Desk`."""
        report = add_document(self.writer(Progress(), False), name, raw)
        return self._account(report, [added_path(name)])

    def add_post(self, post: Post) -> Account:
        """See `Desk`."""
        name = f"telegram/{abs(post.channel_id)}-{post.number}.txt"
        report = add_text(self.writer(Progress(), False), name, post.text, post.stated)
        return self._account(report, [added_path(name)])

    def add_links(self, urls: Sequence[str], stop: Event) -> Account:
        """See `Desk`."""
        fetcher, whole = self.fetcher(), BuildReport()
        for url in urls:
            try:
                report = add_address(
                    self.writer(Progress(), False),
                    url,
                    fetcher,
                    max_pages=self.max_pages,
                    brings_back=True,
                    stop=stop,
                )
            except DatelineError as exc:  # what came by the links before is to be told, too
                report = BuildReport(failed=[(url, str(exc))])
            whole.include(report)
        return self._account(whole, [file_at(url, fetcher) for url in urls])

    def find(self, name: str) -> list[Article]:
        """See `Desk`."""
        with self._opened() as store:
            paths = store.live_paths(name) or store.live_paths(added_path(name))
            found = {store.current_at(path): None for path in paths}
            return [article for one in found if one and (article := store.article(one))]

    def withdraw(self, article_id: str) -> Withdrawal:
        """See `Desk`."""
        with self._opened() as store:
            if store.article(article_id) is None:
                return Withdrawal(None, False)
            live = store.is_live(article_id)
        if live:
            with suppress(UsageError):  # somebody else was faster
                withdraw(self.writer(Progress(), False), [article_id])
        with self._opened() as store:
            article = store.article(article_id)
            assert article is not None  # nothing is ever deleted
            last = store.versions(article.path)[-1]
            file = store.file_of(article.path)
            if last.article_id == article_id and last.ended == WITHDRAWN:
                return Withdrawal(article, True, file is not None and file.kind == FOLDER)
            return Withdrawal(article if last.until is None else None, False)

    def status(self) -> Status:
        """See `Desk`."""
        with self._opened() as store:
            return read_status(store)

    def rebuild(self, progress: Progress) -> BuildReport:
        """See `Desk`."""
        folders = [Path(folder) for folder in self.status().folders]
        writer = self.writer(progress, True)
        if folders:
            return build(writer, folders, rebuild=True, wait_s=WAIT_S)
        with writer.changing(rebuild=True, wait_s=WAIT_S) as intake:
            pass  # what was added by name and from the web is carried over
        return intake.report

    @contextmanager
    def _opened(self) -> Iterator[Store]:
        """The live generation, for reading."""
        store = open_store(open_place(self.location).current(), Expected())
        try:
            yield store
        finally:
            store.close()

    def _account(self, report: BuildReport, files: Iterable[str]) -> Account:
        """What to say of a report; articles of `files` are named even if they are unchanged."""
        named = {*report.added, *report.changed, *(path for path, _ in report.failed)}
        with self._opened() as store:
            held = [path for file in dict.fromkeys(files) for path in store.current(file)]
            unchanged = [path for path in held if path not in named]
            told: dict[Outcome, list[tuple[str, str]]] = {
                Outcome.FAILED: report.failed,
                Outcome.ADDED: [(path, "") for path in report.added],
                Outcome.CHANGED: [(path, "") for path in report.changed],
                Outcome.GONE: [(path, "") for path in report.removed],
                Outcome.UNCHANGED: [(path, "") for path in unchanged[: report.unchanged]],
            }
            listed = [(what, path, why) for what, all_ in told.items() for path, why in all_]
            items = tuple(_item(store, *one) for one in listed[:MAX_ITEMS])
        counts = {outcome: len(paths) for outcome, paths in told.items()}
        counts[Outcome.UNCHANGED] = report.unchanged
        for item in items:
            counts[item.outcome] -= 1
        return Account(items, {outcome: count for outcome, count in counts.items() if count})


def index_desk(settings: "Settings") -> IndexDesk:
    """The desk for the index that the settings name."""
    from bot.indexing import fetcher, index_writer

    return IndexDesk(
        settings.index,
        lambda progress, rebuilds: index_writer(settings, progress, rebuilds=rebuilds),
        lambda: fetcher(settings),
        settings.web_max_pages,
    )


def _item(store: Store, outcome: Outcome, path: str, reason: str) -> Item:
    """What is known of one article, as the index holds it."""
    versions = store.versions(path)
    if not versions or outcome is Outcome.FAILED:
        return Item(outcome, path, reason=reason)
    article = store.article(versions[-1].article_id)
    if outcome is not Outcome.CHANGED or len(versions) < 2:
        return Item(outcome, path, article)
    before = versions[-2]
    return Item(outcome, path, article, store.article(before.article_id), before.since)
