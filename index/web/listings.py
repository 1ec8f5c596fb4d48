"""Read what lists articles: a feed, a sitemap with all it names, the feed of a front page.

Knows nothing of the articles themselves.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from index.errors import FetchError
from index.web.collected import NOT_THERE, Collected, Failed, Known, SourceRead, without_body
from index.web.feed_entries import FeedEntry
from index.web.feeds import read_feed
from index.web.fetched import Fetched, Gone, NotModified, NotThere
from index.web.fetching import Fetcher
from index.web.kinds import Kind, kind_of
from index.web.sitemaps import MAX_SITEMAP_BYTES, read_sitemap

MAX_FEEDS = 3  # of a front page; the first that can be read is read
MAX_SITEMAPS, MAX_DEPTH = 50, 3
MAX_ENTRIES = 100_000  # of all sitemaps together


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a feed or sitemap has it.

    Attributes:
        key: The address that it is known by: its page's, or a place in the feed.
        entry: What is said of it.
        stamp: The same as before as long as nothing else is said; empty if that tells nothing.
        source: The address of the feed or sitemap.
    """

    key: str
    entry: FeedEntry
    stamp: str
    source: str


class Listing:
    """What feeds and sitemaps list, gathered in one run.

    Attributes:
        entries: Articles by the address that they are known by, in the order they were found.
        sources: The feeds and sitemaps that were read.
        complete: Nothing was left out and nothing failed.
    """

    def __init__(self, fetcher: Fetcher, known: Mapping[str, Known]) -> None:
        self._fetcher, self._known = fetcher, known
        self.entries: dict[str, Listed] = {}
        self.sources: list[SourceRead] = []
        self.complete = True

    def fetch(self, url: str) -> Fetched | NotModified | NotThere | Gone:
        """Fetch a page, feed or sitemap if it has changed.

        Raises:
            FetchError: It cannot be had.
        """
        validators = self._known.get(url, Known()).validators
        return self._fetcher.fetch(url, validators, max_bytes=MAX_SITEMAP_BYTES)

    def read(self, url: str, answer: Fetched, kind: Kind) -> tuple[str, ...]:
        """Take in what a feed or sitemap lists.

        Returns:
            The sitemaps that it names.

        Raises:
            FetchError: It cannot be read.
        """
        title, damage = None, None
        further: tuple[str, ...] = ()
        if kind is Kind.FEED:
            feed = read_feed(answer.body, answer.url, answer.charset)
            title, damage = feed.title, feed.damage
            for entry in feed.entries:
                key = entry.url or f"{url}#{quote(entry.id, safe='')}"
                self.entries.setdefault(key, Listed(key, entry, entry.stamp, url))
        else:
            sitemap = read_sitemap(answer.body, answer.url)
            further = sitemap.sitemaps
            self.complete = self.complete and not sitemap.left_out
            for page in sitemap.pages:
                entry = FeedEntry("", page.url, page.title, None, page.published, page.lastmod)
                self.entries.setdefault(page.url, Listed(page.url, entry, page.lastmod or "", url))
        moved_to = answer.url if answer.redirected_permanently else None
        self.sources.append(
            SourceRead(url, kind, title, Known(answer.validators), moved_to, damage=damage)
        )
        return further

    def read_front(self, feeds: tuple[str, ...]) -> Iterator[Collected]:
        """Read the first feed of a front page that can be read.

        Raises:
            FetchError: There is none.
        """
        reasons = []
        for feed in feeds[:MAX_FEEDS]:
            try:
                answer = self.fetch(feed)
                if isinstance(answer, Fetched):
                    self.read(feed, answer, Kind.FEED)
                    return
                if isinstance(answer, NotModified):
                    yield without_body(feed, answer, self._known.get(feed, Known()))
                    return
                reasons.append(f"{feed} {NOT_THERE}")
            except FetchError as exc:
                reasons.append(f"{feed} {exc}")
        raise FetchError(f"is a front page whose feeds cannot be read: {'; '.join(reasons)}")

    def walk(self, sitemaps: tuple[str, ...]) -> Iterator[Collected]:
        """Read the sitemaps that a sitemap names, and those that they name."""
        seen = {source.url for source in self.sources}
        waiting = deque((url, 1) for url in sitemaps if url not in seen)
        seen.update(sitemaps)
        asked = 0
        while waiting:
            url, depth = waiting.popleft()
            if asked == MAX_SITEMAPS or len(self.entries) >= MAX_ENTRIES or depth > MAX_DEPTH:
                self.complete = False
                yield Failed(url, f"was passed over with {len(waiting)} more: too many sitemaps")
                return
            asked += 1
            try:
                answer = self.fetch(url)
                if not isinstance(answer, Fetched):
                    event = without_body(url, answer, self._known.get(url, Known()))
                    self.complete = self.complete and isinstance(answer, NotModified)
                    yield event
                    continue
                kind = kind_of(answer.body, answer.content_type)
                if kind is Kind.PAGE:
                    raise FetchError("is no sitemap")
                found = self.read(url, answer, kind)
            except FetchError as exc:
                self.complete = False
                yield Failed(url, str(exc))
                continue
            new = [sitemap for sitemap in found if sitemap not in seen]
            seen.update(new)
            waiting.extend((sitemap, depth + 1) for sitemap in new)
