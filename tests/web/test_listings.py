"""Everything that a feed or sitemap names is read, once, and not without end."""

from collections.abc import Iterator

import pytest

from index.errors import FetchError
from index.web.collected import Collected, Failed, Known, Unchanged, Withdrawn
from index.web.fetched import Fetched, Validators
from index.web.kinds import Kind
from index.web.listings import MAX_DEPTH, MAX_SITEMAPS, Listing
from tests.web.web_server import WebServer, eager_fetcher, response


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A site that has nothing yet."""
    with WebServer() as running:
        yield running


def index_of(*names: str) -> bytes:
    """A sitemap of sitemaps."""
    listed = "".join(f"<sitemap><loc>/{name}</loc></sitemap>" for name in names)
    return response(f"<sitemapindex>{listed}</sitemapindex>", "text/xml")


def sitemap_of(*names: str) -> bytes:
    """A sitemap of pages."""
    listed = "".join(f"<url><loc>/{name}</loc></url>" for name in names)
    return response(f"<urlset>{listed}</urlset>", "text/xml", ETag='"1"')


def walk(
    server: WebServer, known: dict[str, Known] | None = None
) -> tuple[Listing, list[Collected]]:
    """Read /sitemap.xml and all that it names."""
    listing = Listing(eager_fetcher(), known or {})
    url = server.url + "/sitemap.xml"
    answer = listing.fetch(url)
    assert isinstance(answer, Fetched)
    return listing, list(listing.walk(listing.read(url, answer, Kind.SITEMAP)))


def test_all_that_an_index_names_is_read_once(server: WebServer) -> None:
    """Sitemaps of sitemaps, feeds among them, in circles or not."""
    server.pages["/sitemap.xml"] = index_of("a", "b", "a", "sitemap.xml")
    server.pages["/a"] = sitemap_of("1", "2")
    server.pages["/b"] = index_of("a", "b", "c")
    server.pages["/c"] = response("<rss><channel><item><link>/3</link></item></channel></rss>")
    listing, events = walk(server)
    assert events == []
    assert [key.removeprefix(server.url) for key in listing.entries] == ["/1", "/2", "/3"]
    assert [source.url.removeprefix(server.url) for source in listing.sources] == [
        "/sitemap.xml",
        "/a",
        "/b",
        "/c",
    ]
    assert listing.complete
    assert len(server.asked) == 4


def test_sitemaps_that_cannot_be_read_do_not_stop_the_others(server: WebServer) -> None:
    """Each is named with its reason; one that has not changed is no failure."""
    server.pages["/sitemap.xml"] = index_of("a", "b", "c", "d", "e", "f")
    server.pages["/a"] = response(status=500)
    server.pages["/b"] = response("<p>Hello", "text/html")
    server.pages["/c"] = response(status=304)
    server.pages["/d"] = response(status=410)
    server.pages["/f"] = sitemap_of("1")
    known = Known(Validators('"1"'))
    listing, events = walk(server, {server.url + "/c": known})
    assert events == [
        Failed(server.url + "/a", "answers 500 (Internal Server Error)"),
        Failed(server.url + "/b", "is no sitemap"),
        Unchanged(server.url + "/c", known),
        Withdrawn(server.url + "/d", "is gone for good (410)"),
        Failed(server.url + "/e", "is not there (404)"),
    ]
    assert list(listing.entries) == [server.url + "/1"]
    assert not listing.complete


def test_an_unchanged_sitemap_leaves_the_listing_complete(server: WebServer) -> None:
    """There is nothing in it that was not there before."""
    server.pages["/sitemap.xml"] = index_of("a")
    server.pages["/a"] = response(status=304)
    listing, _ = walk(server, {server.url + "/a": Known(Validators('"1"'))})
    assert listing.complete


def test_sitemaps_without_end_are_left(server: WebServer) -> None:
    """So many at most, so deep at most; what was passed over is said."""
    server.pages["/sitemap.xml"] = index_of(*(f"wide{n}" for n in range(MAX_SITEMAPS + 9)))
    for n in range(MAX_SITEMAPS + 9):
        server.pages[f"/wide{n}"] = sitemap_of(f"page{n}")
    listing, events = walk(server)
    assert events == [
        Failed(f"{server.url}/wide{MAX_SITEMAPS}", "was passed over with 8 more: too many sitemaps")
    ]
    assert (len(listing.entries), listing.complete) == (MAX_SITEMAPS, False)
    server.pages["/sitemap.xml"] = index_of("deep1")
    for n in range(1, 20):
        server.pages[f"/deep{n}"] = index_of(f"deep{n + 1}")
    listing, events = walk(server)
    assert len(listing.sources) == 1 + MAX_DEPTH
    assert not listing.complete


def test_pages_without_end_are_left(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """No further sitemap is read once there are enough."""
    monkeypatch.setattr("index.web.listings.MAX_ENTRIES", 2)
    server.pages["/sitemap.xml"] = index_of("a", "b")
    server.pages["/a"] = sitemap_of("1", "2", "3")
    listing, events = walk(server)
    assert [type(event) for event in events] == [Failed]
    assert (len(listing.entries), listing.complete) == (3, False)


def test_a_front_page_whose_feeds_cannot_be_read(server: WebServer) -> None:
    """Some are tried, and each is named with its reason."""
    listing = Listing(eager_fetcher(), {})
    feeds = tuple(f"{server.url}/{n}" for n in range(9))
    with pytest.raises(FetchError, match=r"/0 is not there .404.; .*/2 is not there") as failure:
        list(listing.read_front(feeds))
    assert "/3" not in str(failure.value)
