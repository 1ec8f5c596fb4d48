"""Collect articles from the web: from a page, a feed, a sitemap or a site's front page.

What an address is, is told from what comes. What was collected before is fetched only if it has
changed, and an article that is no longer listed stays: only what its publisher withdraws goes.
Knows nothing of where articles are kept and how they are read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from index.errors import FetchError
from index.web.addresses import parse_url
from index.web.collected import (
    NOT_THERE,
    Collected,
    Failed,
    Known,
    Unchanged,
    WebDocument,
    Withdrawn,
    without_body,
)
from index.web.documents import copy_of, head_of, read_document
from index.web.fetched import Fetched, NotThere, Validators
from index.web.fetching import Fetcher
from index.web.kinds import Kind, kind_of
from index.web.listings import Listed, Listing

MARKED = "was withdrawn by its publisher"


def collect(
    url: str, fetcher: Fetcher, known: Mapping[str, Known], *, max_pages: int = 100
) -> Iterator[Collected]:
    """Collect what is new or has changed at an address.

    Args:
        url: A page, a feed, a sitemap, or the front page of a site that has a feed.
        fetcher: Fetches, one page at a time.
        known: What was kept at earlier times, by address.
        max_pages: How many pages are fetched at most, the newest first; the others are left for
            the next time.

    Yields:
        One thing after the other, as it comes; the feeds and sitemaps themselves come last.
        Nothing is raised for what cannot be fetched or read. If that is `url` itself, one
        `Failed` is all there is.
    """
    listing = Listing(fetcher, known)
    try:
        url = str(parse_url(url, allow_private=fetcher.settings.allow_private))
        answer = listing.fetch(url)
        if not isinstance(answer, Fetched):
            yield without_body(url, answer, known.get(url, Known()))
            return
        kind = kind_of(answer.body, answer.content_type)
        if kind is not Kind.PAGE:
            further = listing.read(url, answer, kind)
        elif (head := head_of(answer)).is_front:
            further = ()
            yield from listing.read_front(head.feeds)
        else:
            yield read_document(url, answer, known.get(url, Known()), fetcher.settings.max_bytes)
            return
    except FetchError as exc:
        yield Failed(url, str(exc))
        return
    yield from listing.walk(further)
    yield from _Articles(fetcher, known).collect(listing, max_pages)


class _Articles:
    """Collects the articles of a listing."""

    def __init__(self, fetcher: Fetcher, known: Mapping[str, Known]) -> None:
        self._fetcher, self._known = fetcher, known
        named = Counter((record.source, record.entry_id) for record in known.values())
        self._by_id = {
            name: url
            for url, record in known.items()
            if named[name := (record.source, record.entry_id)] == 1 and record.entry_id
        }

    def collect(self, listing: Listing, max_pages: int) -> Iterator[Collected]:
        """Everything that is listed, and the sources at the end."""
        fresh = []
        for listed in listing.entries.values():
            record = self._known.get(listed.key)
            if listed.entry.withdrawn:
                if url := self._withdrawn_by(listed):
                    yield Withdrawn(url, MARKED)
            elif record and not record.from_feed and listed.stamp and listed.stamp == record.stamp:
                yield Unchanged(listed.key, record)
            else:
                fresh.append(listed)
        # The newest first; what has no date, and was there before, can wait.
        fresh.sort(key=lambda item: (-item.entry.moment, item.key in self._known))
        complete = listing.complete and len(fresh) <= max_pages
        for listed in fresh[:max_pages]:
            event = self._article(listed)
            failed = isinstance(event, Failed)
            copied = isinstance(event, WebDocument) and event.known.from_feed
            complete = complete and not failed and not copied
            yield event
        for source in listing.sources:
            yield replace(
                source,
                known=source.known if complete else Known(),
                left_out=max(len(fresh) - max_pages, 0),
            )

    def _withdrawn_by(self, listed: Listed) -> str | None:
        """The address of the known article that an entry withdraws.

        A feed may withdraw what it has listed itself, and what is on its own host: what other
        publishers have said is not for it to take back.
        """
        record = self._known.get(listed.key)
        if record is None:
            return self._by_id.get((listed.source, listed.entry.id))
        own_host = urlsplit(listed.key).netloc == urlsplit(listed.source).netloc
        return listed.key if own_host or record.source == listed.source else None

    def _article(self, listed: Listed) -> Collected:
        """One article: its page, or else the feed's copy of it."""
        if listed.entry.url is None:
            return self._copy(listed, "has neither an address nor a text in its feed")
        record = self._known.get(listed.key, Known())
        record = replace(record, stamp=listed.stamp)
        if listed.entry.id:  # sitemaps give none, and withdraw nothing
            record = replace(record, source=listed.source, entry_id=listed.entry.id)
        try:
            answer = self._fetcher.fetch(listed.key, record.validators)
        except FetchError as exc:
            return self._copy(listed, str(exc))
        if isinstance(answer, NotThere):
            return self._copy(listed, NOT_THERE)
        if not isinstance(answer, Fetched):
            return without_body(listed.key, answer, record)
        read = read_document(
            listed.key, answer, record, self._fetcher.settings.max_bytes, listed.entry
        )
        return self._copy(listed, read.reason) if isinstance(read, Failed) else read

    def _copy(self, listed: Listed, reason: str) -> Collected:
        """The text that the feed itself has, unless the page was fetched at an earlier time."""
        record, entry = self._known.get(listed.key), listed.entry
        if entry.content is None or (record and entry.url and not record.from_feed):
            return Failed(listed.key, reason)
        if record and record.stamp == listed.stamp:
            return Unchanged(listed.key, record)
        record = Known(Validators(), listed.stamp, listed.source, entry.id, entry.url is not None)
        return copy_of(entry, listed.key, record)
