"""Collect articles from the web: from a page, a feed, a sitemap or a site's front page.

What an address is, is told from what comes. What was collected before is fetched only if it has
changed, and an article that is no longer listed stays: only what its publisher withdraws goes.
Knows nothing of where articles are kept and how they are read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from index.addresses import parse_url
from index.collected import (
    NOT_THERE,
    Collected,
    Failed,
    Known,
    Unchanged,
    WebDocument,
    Withdrawn,
    without_body,
)
from index.errors import FetchError
from index.feed_entries import FeedEntry
from index.fetched import Fetched, NotThere, Validators
from index.fetching import Fetcher
from index.kinds import Kind, kind_of, suffix_of
from index.listings import Listed, Listing
from index.page_heads import PageHead, read_head

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
        elif (head := _head(answer)).is_front:
            further = ()
            yield from listing.read_front(head.feeds)
        else:
            yield _document(url, answer, known.get(url, Known()), fetcher.settings.max_bytes)
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

    def collect(self, listing: Listing, max_pages: int) -> Iterator[Collected]:
        """Everything that is listed, and the sources at the end."""
        by_id = {record.entry_id: url for url, record in self._known.items() if record.entry_id}
        fresh = []
        for listed in listing.entries.values():
            record = self._known.get(listed.key)
            if listed.entry.withdrawn:
                url = listed.key if record else by_id.get(listed.entry.id, listed.entry.url)
                if url:
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

    def _article(self, listed: Listed) -> Collected:
        """One article: its page, or else the feed's copy of it."""
        if listed.entry.url is None:
            return self._copy(listed, "has neither an address nor a text in its feed")
        record = self._known.get(listed.key, Known())
        record = replace(record, stamp=listed.stamp, entry_id=listed.entry.id or record.entry_id)
        try:
            answer = self._fetcher.fetch(listed.key, record.validators)
        except FetchError as exc:
            return self._copy(listed, str(exc))
        if isinstance(answer, NotThere):
            return self._copy(listed, NOT_THERE)
        if not isinstance(answer, Fetched):
            return without_body(listed.key, answer, record)
        read = _document(listed.key, answer, record, self._fetcher.settings.max_bytes, listed.entry)
        return self._copy(listed, read.reason) if isinstance(read, Failed) else read

    def _copy(self, listed: Listed, reason: str) -> Collected:
        """The text that the feed itself has, unless the page was fetched at an earlier time."""
        record, entry = self._known.get(listed.key), listed.entry
        if entry.content is None or (record and entry.url and not record.from_feed):
            return Failed(listed.key, reason)
        if record and record.stamp == listed.stamp:
            return Unchanged(listed.key, record)
        return WebDocument(
            listed.key,
            entry.url or listed.key,
            _as_page(entry),
            ".html",
            "utf-8",
            Known(Validators(), listed.stamp, entry.id, from_feed=entry.url is not None),
            entry.title,
            entry.author,
            entry.published or entry.updated,
        )


def _document(
    url: str, answer: Fetched, record: Known, max_bytes: int, entry: FeedEntry | None = None
) -> WebDocument | Failed:
    """What was fetched, if it can be an article.

    Args:
        url: The address that it was asked for by.
        answer: What came.
        record: What is known of it.
        max_bytes: Largest article.
        entry: What a feed or sitemap says of it.
    """
    entry = entry or FeedEntry()
    suffix = suffix_of(answer.body, answer.content_type, answer.url)
    if suffix is None or kind_of(answer.body, answer.content_type) is not Kind.PAGE:
        return Failed(url, f"is no article ({answer.content_type or 'of no known type'})")
    if not answer.body:
        return Failed(url, "is empty")
    if len(answer.body) > max_bytes:
        return Failed(url, f"has more than {max_bytes / 1e6:g} MB")
    head = _head(answer) if suffix == ".html" else PageHead()
    return WebDocument(
        url,
        head.canonical or answer.url,
        answer.body,
        suffix,
        answer.charset,
        replace(record, validators=answer.validators, from_feed=False),
        entry.title,
        entry.author,
        entry.published or entry.updated,
        head.feeds,
    )


def _head(answer: Fetched) -> PageHead:
    return read_head(answer.body, answer.url, answer.charset)


def _as_page(entry: FeedEntry) -> bytes:
    """The text of a feed entry as a page of its own."""
    title = escape(entry.title or "", quote=False)
    heading = f"<h1>{title}</h1>" if title else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article>{heading}{entry.content}</article></body></html>"
    ).encode("utf-8", "replace")
