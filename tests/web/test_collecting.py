"""Articles are collected from whatever an address holds, and nothing is lost or fetched twice."""

import gzip
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.web.collected import (
    Collected,
    Failed,
    Known,
    SourceRead,
    Unchanged,
    WebDocument,
    Withdrawn,
)
from index.web.collecting import collect
from index.web.fetched import Validators
from index.web.fetching import Fetcher
from index.web.kinds import Kind
from tests.web.web_server import WebServer, eager_fetcher, response

ATOM = "application/atom+xml"
LAST_PAGE = 3


class Reader:
    """Keeps what it is told to keep, as an index would."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.known: dict[str, Known] = {}

    def read(self, path: str, max_pages: int = 100) -> list[Collected]:
        """Collect with a new fetcher."""
        events = list(collect(self.url + path, eager_fetcher(), self.known, max_pages=max_pages))
        for event in events:
            if isinstance(event, WebDocument | Unchanged | SourceRead):
                self.known[event.url] = event.known
            elif isinstance(event, Withdrawn):
                self.known.pop(event.url, None)
        return events


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A site with three pages."""
    with WebServer() as running:
        for n in range(1, LAST_PAGE + 1):
            running.pages[f"/{n}"] = page(n)
        yield running


@pytest.fixture
def reader(server: WebServer) -> Reader:
    """Somebody who knows nothing of it yet."""
    return Reader(server.url)


def page(n: int, version: int = 1) -> bytes:
    """A page with a validator."""
    return response(f"<!DOCTYPE html><title>{n}</title><p>Text {version}.", ETag=f'"{version}"')


def entry(n: int, updated: str = "2024-12-21T00:00:00Z", more: str = "") -> str:
    """An entry of an Atom feed."""
    return (
        f'<entry><id>tag:{n}</id><link href="/{n}"/><title>Title {n}</title>'
        f"<author><name>Jane Doe</name></author><updated>{updated}</updated>{more}</entry>"
    )


def feed(*entries: str, etag: str | None = None) -> bytes:
    """An Atom feed."""
    return response(
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:at="http://purl.org/atompub/tombstones/1.0">'
        f"<title>Example</title>{''.join(entries)}</feed>",
        ATOM,
        ETag=etag,
    )


def told(events: list[Collected], url: str) -> list[tuple[str, str]]:
    """Each event by its kind and path; sources are left out."""
    return [
        (type(event).__name__, event.url.removeprefix(url))
        for event in events
        if not isinstance(event, SourceRead)
    ]


def documents(events: list[Collected]) -> list[WebDocument]:
    """Only these."""
    return [event for event in events if isinstance(event, WebDocument)]


# Pages


def test_a_page(server: WebServer, reader: Reader) -> None:
    """An article comes as it is, with the address to cite and the feeds it links to."""
    body = (
        '<!DOCTYPE html><link rel="canonical" href="/1"><meta property="og:type" content="article">'
        '<link rel="alternate" type="application/rss+xml" href="/feed"><p>größer'
    ).encode("latin-1")
    server.pages["/1?utm=x"] = response(body, "text/html; charset=ISO-8859-1", ETag='"1"')
    (document,) = reader.read("/1?utm=x")
    assert document == WebDocument(
        server.url + "/1?utm=x",
        server.url + "/1",
        body,
        ".html",
        "iso-8859-1",
        Known(Validators('"1"')),
        feeds=(server.url + "/feed",),
    )


def test_a_page_that_has_not_changed(server: WebServer, reader: Reader) -> None:
    """The second time nothing is sent; what is known stays known."""
    reader.read("/1")
    server.pages["/1"] = response(status=304)
    assert reader.read("/1") == [Unchanged(server.url + "/1", Known(Validators('"1"')))]
    assert server.requests[-1].headers["if-none-match"] == '"1"'


@pytest.mark.parametrize(
    ("body", "content_type", "suffix"),
    [(b"%PDF-1.7", "application/pdf", ".pdf"), (b"Words.", "text/plain; charset=x", ".txt")],
)
def test_other_formats(
    server: WebServer, reader: Reader, body: bytes, content_type: str, suffix: str
) -> None:
    """What is no page may still be an article."""
    server.pages["/a"] = response(body, content_type)
    (document,) = documents(reader.read("/a"))
    assert (document.body, document.suffix) == (body, suffix)


def test_redirects_give_the_address_to_cite(server: WebServer, reader: Reader) -> None:
    """The article is known by the address that was asked for and cited by where it is."""
    server.pages["/old"] = response(status=302, Location="/1")
    (document,) = documents(reader.read("/old"))
    assert (document.url, document.canonical_url) == (server.url + "/old", server.url + "/1")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (response(status=500), "answers 500"),
        (response(status=404), "is not there"),
        (response(b"\xff\xd8\xff", "image/jpeg"), r"is no article \(image/jpeg\)"),
        (response(b"PK", None), r"is no article \(of no known type\)"),
        (response(b""), "is empty"),
        (response(b"a" * 11_000_000), "has more than 10 MB"),
        (response("<rss", "application/rss+xml"), "is no feed"),
        (response("<urlset/>", "text/xml"), "is no sitemap"),
        (response(gzip.compress(b"<urlset><url>" * 9)[:-9], "application/gzip"), "is no article"),
    ],
)
def test_an_address_that_holds_nothing_to_read(
    server: WebServer, reader: Reader, reply: bytes, reason: str
) -> None:
    """One sentence, and nothing is raised."""
    server.pages["/a"] = reply
    (event,) = reader.read("/a")
    assert isinstance(event, Failed)
    assert event.url == server.url + "/a"
    assert re.search(reason, event.reason)


def test_addresses_that_cannot_be_asked() -> None:
    """They come back as they were given; this machine is not asked by default."""
    for url, reason in (
        ("news.example", "is no web address"),
        ("file:///etc/passwd", "is no web address"),
        ("http://127.0.0.1/", "which is no public address"),
    ):
        (event,) = collect(url, Fetcher(), {})
        assert isinstance(event, Failed)
        assert event.url == url
        assert reason in event.reason


def test_an_article_that_is_gone_is_withdrawn(server: WebServer, reader: Reader) -> None:
    """410 says so."""
    server.pages["/1"] = response(status=410)
    assert reader.read("/1") == [Withdrawn(server.url + "/1", "is gone for good (410)")]


# Feeds


def test_a_feed(server: WebServer, reader: Reader) -> None:
    """Its articles, the newest first, with what it says of them, and the feed itself last."""
    server.pages["/feed"] = feed(entry(1), entry(2, "2024-12-22T00:00:00Z"), etag='"f"')
    *articles, source = reader.read("/feed")
    assert [document.url for document in documents(articles)] == [
        server.url + "/2",
        server.url + "/1",
    ]
    first = documents(articles)[0]
    assert (first.title, first.author, first.published) == (
        "Title 2",
        "Jane Doe",
        "2024-12-22T00:00:00+00:00",
    )
    assert first.known.validators == Validators('"1"')
    assert first.known.entry_id == "tag:2"
    assert source == SourceRead(
        server.url + "/feed", Kind.FEED, "Example", Known(Validators('"f"'))
    )


def test_a_feed_that_has_not_changed(server: WebServer, reader: Reader) -> None:
    """One request, and no article is asked for."""
    server.pages["/feed"] = feed(entry(1), etag='"f"')
    reader.read("/feed")
    server.pages["/feed"] = response(status=304)
    server.requests.clear()
    assert told(reader.read("/feed"), server.url) == [("Unchanged", "/feed")]
    assert server.asked == ["/feed"]


def test_only_what_is_new_or_changed_is_fetched(server: WebServer, reader: Reader) -> None:
    """By what the feed says of an entry, and then by what the page's server says of the page."""
    server.pages["/feed"] = feed(entry(1), entry(2))
    reader.read("/feed")
    server.pages["/feed"] = feed(entry(3), entry(2, "2024-12-22T00:00:00Z"), entry(1))
    server.pages["/2"] = response(status=304)
    server.requests.clear()
    assert told(reader.read("/feed"), server.url) == [
        ("Unchanged", "/1"),
        ("Unchanged", "/2"),
        ("WebDocument", "/3"),
    ]
    assert server.asked == ["/feed", "/2", "/3"]
    server.requests.clear()
    reader.read("/feed")
    assert server.asked == ["/feed"]


def test_an_article_that_scrolls_off_the_feed_stays(server: WebServer, reader: Reader) -> None:
    """Nothing is said of it at all."""
    server.pages["/feed"] = feed(entry(1), entry(2))
    reader.read("/feed")
    server.pages["/feed"] = feed(entry(2))
    assert told(reader.read("/feed"), server.url) == [("Unchanged", "/2")]


def test_what_a_feed_withdraws(server: WebServer, reader: Reader) -> None:
    """By a mark, by a tombstone that knows only the id, by a page that is gone."""
    server.pages["/feed"] = feed(entry(1), entry(2), entry(3))
    reader.read("/feed")
    server.pages["/feed"] = feed(
        entry(1).replace("Title", "WITHDRAWN: Title"),
        entry(3, "2024-12-22T00:00:00Z"),
        '<at:deleted-entry ref="tag:2" when="2024-12-22T00:00:00Z"/>',
        '<at:deleted-entry ref="tag:99" when="2024-12-22T00:00:00Z"/>',
    )
    server.pages["/3"] = response(status=410)
    server.requests.clear()
    assert told(reader.read("/feed"), server.url) == [
        ("Withdrawn", "/1"),
        ("Withdrawn", "/2"),
        ("Withdrawn", "/3"),
    ]
    assert server.asked == ["/feed", "/3"]


def test_a_feed_withdraws_only_what_is_its_own(server: WebServer, reader: Reader) -> None:
    """What it has listed, or what is on its host; ids mean nothing beyond a feed."""
    with WebServer() as other:
        other.pages["/1"], other.pages["/2"] = page(1), page(2)
        links = [f'href="{other.url}/{n}"' for n in (1, 2)]
        entries = [entry(n).replace(f'href="/{n}"', links[n - 1]) for n in (1, 2)]
        server.pages["/feed"] = feed(*entries)
        reader.read("/feed")
        marked = [stated.replace("Title", "Retracted: Title") for stated in entries]
        tombstone = '<at:deleted-entry ref="tag:2" when="2025-01-01T00:00:00Z"/>'
        server.pages["/elsewhere"] = feed(marked[0], tombstone)
        assert told(reader.read("/elsewhere"), other.url) == []
        server.pages["/feed"] = feed(marked[0], tombstone)
        assert told(reader.read("/feed"), other.url) == [
            ("Withdrawn", "/1"),
            ("Withdrawn", "/2"),
        ]


def test_a_page_may_be_withdrawn_by_any_feed_of_its_host(server: WebServer, reader: Reader) -> None:
    """However it was found."""
    reader.read("/1")
    server.pages["/feed"] = feed(entry(1).replace("Title", "WITHDRAWN: Title"))
    assert told(reader.read("/feed"), server.url) == [("Withdrawn", "/1")]


def test_an_id_that_several_entries_share_withdraws_none_of_them(
    server: WebServer, reader: Reader
) -> None:
    """Nobody can say which one is meant."""
    server.pages["/feed"] = feed(entry(1), entry(2).replace("tag:2", "tag:1"))
    reader.read("/feed")
    server.pages["/feed"] = feed(
        '<at:deleted-entry ref="tag:1" when="2025-01-01T00:00:00Z"/>', entry(3)
    )
    assert told(reader.read("/feed"), server.url) == [("WebDocument", "/3")]


CONTENT = '<content type="html">&lt;p&gt;Größer &amp;amp; all.&lt;/p&gt;</content>'


@pytest.mark.parametrize("status", [404, 403, 500])
def test_the_copy_in_the_feed_stands_in_for_a_page(
    server: WebServer, reader: Reader, status: int
) -> None:
    """Until the page can be fetched; then the page counts, and the copy never replaces it."""
    server.pages["/feed"] = feed(entry(1, more=CONTENT), entry(2), etag='"f"')
    server.pages["/1"] = server.pages["/2"] = response(status=status)
    events = reader.read("/feed")
    assert told(events, server.url) == [("WebDocument", "/1"), ("Failed", "/2")]
    (copy,) = documents(events)
    assert copy.body.decode() == (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Title 1</title></head>'
        "<body><article><h1>Title 1</h1><p>Größer &amp; all.</p></article></body></html>"
    )
    assert (copy.suffix, copy.charset, copy.canonical_url) == (".html", "utf-8", copy.url)
    assert copy.known.from_feed
    assert told(reader.read("/feed"), server.url) == [("Failed", "/2"), ("Unchanged", "/1")]
    server.pages["/1"] = page(1)
    (document,) = documents(reader.read("/feed"))
    assert (b"Text 1." in document.body, document.known.from_feed) == (True, False)
    server.pages["/1"] = response(status=status)
    server.pages["/feed"] = feed(entry(1, "2024-12-25T00:00:00Z", CONTENT))
    assert told(reader.read("/feed"), server.url) == [("Failed", "/1")]


def test_a_page_that_is_no_article_is_replaced_by_the_copy(
    server: WebServer, reader: Reader
) -> None:
    """An entry that links to a recording has its text in the feed."""
    server.pages["/feed"] = feed(entry(1, more=CONTENT))
    server.pages["/1"] = response(b"ID3", "audio/mpeg")
    (copy,) = documents(reader.read("/feed"))
    assert "Größer".encode() in copy.body


def test_robots_txt_may_forbid_the_pages_of_a_feed(server: WebServer, reader: Reader) -> None:
    """The feed itself was allowed, and so is what it has."""
    server.pages["/robots.txt"] = response("User-agent: *\nDisallow: /1\nDisallow: /2")
    server.pages["/feed"] = feed(entry(1, more=CONTENT), entry(2))
    events = reader.read("/feed")
    assert told(events, server.url) == [("WebDocument", "/1"), ("Failed", "/2")]
    assert events[1] == Failed(server.url + "/2", "is forbidden by the robots.txt of its site")
    assert server.asked == ["/feed"]


def test_entries_without_a_page(server: WebServer, reader: Reader) -> None:
    """Their text in the feed is the article, known by a place in the feed."""
    server.pages["/feed"] = response(
        """<rss><channel><item><guid isPermaLink="false">a/b c</guid><title>5 &lt; 6</title>
        <description>Short.</description><encoded xmlns="http://purl.org/rss/1.0/modules/content/">
        &lt;p&gt;Long.&lt;/p&gt;</encoded></item><item><title>Nothing</title></item>
        </channel></rss>""",
        "application/rss+xml",
    )
    events = reader.read("/feed")
    assert told(events, server.url)[0] == ("WebDocument", "/feed#a%2Fb%20c")
    assert isinstance(events[1], Failed)
    assert events[1].reason == "has neither an address nor a text in its feed"
    assert b"<h1>5 &lt; 6</h1><p>Long.</p>" in documents(events)[0].body
    assert told(reader.read("/feed"), server.url)[0] == ("Unchanged", "/feed#a%2Fb%20c")


def test_what_is_left_out_comes_the_next_time(server: WebServer, reader: Reader) -> None:
    """The newest first; until all is there the feed is read again in full."""
    dates = ("2024-12-20", "2024-12-22", "2024-12-21")
    server.pages["/feed"] = feed(*(entry(n, date) for n, date in enumerate(dates, 1)), etag='"f"')
    first = reader.read("/feed", max_pages=2)
    assert told(first, server.url) == [("WebDocument", "/2"), ("WebDocument", "/3")]
    assert isinstance(first[-1], SourceRead)
    assert (first[-1].left_out, first[-1].known) == (1, Known())
    second = reader.read("/feed", max_pages=2)
    assert [kind for kind in told(second, server.url) if kind[0] == "WebDocument"] == [
        ("WebDocument", "/1")
    ]
    assert reader.known[server.url + "/feed"] == Known(Validators('"f"'))


def test_a_failure_is_tried_again_the_next_time(server: WebServer, reader: Reader) -> None:
    """The feed is not taken for read as long as an article of it is missing."""
    server.pages["/feed"] = feed(entry(1), entry(2), etag='"f"')
    server.pages["/1"] = [response(status=500), page(1)]
    assert ("Failed", "/1") in told(reader.read("/feed"), server.url)
    assert ("WebDocument", "/1") in told(reader.read("/feed"), server.url)


def test_a_feed_of_ten_thousand_entries(server: WebServer, reader: Reader) -> None:
    """As many as wanted are fetched, the others are counted."""
    server.pages["/feed"] = feed(
        *(f'<entry><id>{n}</id><link href="/{n}"/></entry>' for n in range(1, 10_001))
    )
    events = reader.read("/feed", max_pages=LAST_PAGE)
    assert len(documents(events)) == LAST_PAGE
    assert isinstance(events[-1], SourceRead)
    assert events[-1].left_out == 10_000 - LAST_PAGE


def test_a_feed_that_has_moved_for_good(server: WebServer, reader: Reader) -> None:
    """The new address is told."""
    server.pages["/old"] = response(status=301, Location="/feed")
    server.pages["/feed"] = feed(entry(1))
    source = reader.read("/old")[-1]
    assert isinstance(source, SourceRead)
    assert (source.url, source.moved_to) == (server.url + "/old", server.url + "/feed")


def test_a_damaged_feed_is_read_and_noted(server: WebServer, reader: Reader) -> None:
    """As far as it can be told."""
    server.pages["/feed"] = response(
        "<rss><channel><item><title>A & B</title><link>/1</link></item></channel>", "text/xml"
    )
    document, source = reader.read("/feed")
    assert document.url == server.url + "/1"
    assert isinstance(source, SourceRead)
    assert source.damage


# Front pages and sitemaps


def test_a_front_page_leads_to_its_feed(server: WebServer, reader: Reader) -> None:
    """The first feed that can be read, and not the page itself."""
    links = "".join(
        f'<link rel="alternate" type="{ATOM}" href="/{name}">' for name in ("gone", "bad", "feed")
    )
    server.pages["/"] = response(f"<!DOCTYPE html>{links}<p>Welcome")
    server.pages["/bad"] = response("no feed", ATOM)
    server.pages["/feed"] = feed(entry(1), etag='"f"')
    events = reader.read("")
    assert told(events, server.url) == [("WebDocument", "/1")]
    assert events[-1].url == server.url + "/feed"
    server.pages["/feed"] = response(status=304)
    assert told(reader.read("/"), server.url) == [("Unchanged", "/feed")]
    server.pages["/feed"] = response(status=404)
    (failure,) = reader.read("/")
    assert isinstance(failure, Failed)
    assert "/bad is no feed" in failure.reason
    assert "/feed is not there (404)" in failure.reason


def test_a_sitemap(server: WebServer, reader: Reader) -> None:
    """New pages by date; a page of the same date is not asked for, one without a date is."""
    server.pages["/sitemap.xml"] = response(
        "<urlset><url><loc>/1</loc><lastmod>2024-12-20</lastmod></url><url><loc>/2</loc></url>"
        "<url><loc>/3</loc><lastmod>2024-12-21</lastmod></url></urlset>",
        "text/xml",
        ETag='"s"',
    )
    events = reader.read("/sitemap.xml")
    assert told(events, server.url) == [("WebDocument", f"/{n}") for n in (3, 1, 2)]
    assert events[-1] == SourceRead(
        server.url + "/sitemap.xml", Kind.SITEMAP, None, Known(Validators('"s"'))
    )
    server.pages["/2"] = response(status=304)
    server.requests.clear()
    assert told(reader.read("/sitemap.xml"), server.url) == [
        ("Unchanged", f"/{n}") for n in (1, 3, 2)
    ]
    assert server.asked == ["/sitemap.xml", "/2"]


def test_an_article_keeps_its_id_when_a_sitemap_lists_it(server: WebServer, reader: Reader) -> None:
    """So that the feed can still withdraw it by that."""
    server.pages["/feed"] = feed(entry(1))
    server.pages["/list"] = response(server.url + "/1", "text/plain")
    reader.read("/feed")
    reader.read("/list")
    assert reader.known[server.url + "/1"].entry_id == "tag:1"


@settings(max_examples=60)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda start, body, end: start + body + end,
            st.sampled_from([b"<rss><channel><item>", b"<urlset><url>", b"<html><link ", b"{"]),
            st.binary(max_size=100),
            st.sampled_from(
                [b"", b"<link>/1</link>", b"<loc>/1</loc>", b" rel=canonical href=/1>"]
            ),
        ),
    ),
    st.sampled_from(["text/html", "application/rss+xml", "text/xml", "text/plain", "", "a/b; c="]),
    st.sampled_from([200, 203, 301, 304, 404, 410, 429, 500]),
)
def test_any_answer_is_collected_or_failed(body: bytes, content_type: str, status: int) -> None:
    """Nothing is raised, whatever a server sends."""
    with WebServer() as server:
        server.pages["/a"] = response(body, content_type, status)
        events = list(collect(server.url + "/a", eager_fetcher(), {}))
        assert all(event.url.startswith(server.url) for event in events)
