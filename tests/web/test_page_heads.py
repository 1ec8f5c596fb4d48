"""The head of a page tells where it lives and which feeds it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web.page_heads import PageHead, read_head

SITE = "https://www.news.example"
FEED = '<link rel="alternate" type="application/rss+xml" href="/feed">'
ARTICLE = '<meta property="og:type" content="article">'
WEBSITE = '<meta property="og:type" content="website">'


def head(markup: str, path: str = "/") -> PageHead:
    """Read a page with this in its head."""
    return read_head(f"<html><head>{markup}</head><body>…</body></html>".encode(), SITE + path)


def test_feeds_that_a_page_links_to() -> None:
    """All formats, each once, in full, in order; no feeds of comments, no other versions."""
    found = head(
        """<link REL='Alternate feed' TYPE='application/atom+xml; charset=utf-8' href="atom">
        <link rel=alternate type=application/rss+xml href=/rss title="World">
        <link rel=alternate type=application/rss+xml href=/rss>
        <link rel=alternate type=application/feed+json href=//other.example/feed.json>
        <link rel=alternate type=application/rss+xml href=/comments/feed>
        <link rel=alternate type=application/rss+xml href=/feed2 title="Example » Comments Feed">
        <link rel=alternate hreflang=de href=/de><link rel=stylesheet href=/style>
        <link rel=alternate type=application/rss+xml><link rel=alternate
        type=application/rss+xml href="javascript:x()">""",
        "/world/",
    )
    assert found.feeds == (
        f"{SITE}/world/atom",
        f"{SITE}/rss",
        "https://other.example/feed.json",
    )


def test_addresses_are_relative_to_the_base_of_the_page() -> None:
    """If it states one that can be one."""
    assert head('<base href="/base/"><link rel="canonical" href="a">', "/x").canonical == (
        f"{SITE}/base/a"
    )
    assert head('<base href="data:x"><link rel="canonical" href="a">', "/x").canonical == (
        f"{SITE}/a"
    )


@pytest.mark.parametrize(
    ("href", "path", "canonical"),
    [
        ("/a", "/a?utm_source=rss", f"{SITE}/a"),
        ("https://news.example/a", "/amp/a", "https://news.example/a"),
        ("https://m.news.example/a", "/a", "https://m.news.example/a"),
        ("https://other.example/a", "/a", None),
        ("https://news.example.evil.example/a", "/a", None),
        ("/", "/a", None),
        ("/", "/?utm_source=rss", f"{SITE}/"),
        ("", "/a", None),
        ("ftp://news.example/a", "/a", None),
    ],
)
def test_canonical_addresses(href: str, path: str, canonical: str | None) -> None:
    """A page may name another address of its own site, not one elsewhere or the front page."""
    assert head(f'<link rel="canonical" href="{href}">', path).canonical == canonical


@pytest.mark.parametrize(
    ("markup", "path", "is_front"),
    [
        (FEED, "/", True),
        (FEED, "/?lang=en", True),
        (FEED + WEBSITE, "/world/", True),
        (FEED + WEBSITE, "/world", True),
        (FEED + WEBSITE, "/world/2024/a", False),
        (FEED, "/world/", False),
        (FEED + ARTICLE, "/", False),
        (FEED + ARTICLE, "/world/", False),
        (FEED + ARTICLE.replace("property", "name").replace("article", "Article"), "/", False),
        ("", "/", False),
        (WEBSITE, "/", False),
    ],
)
def test_front_pages(markup: str, path: str, is_front: bool) -> None:
    """A way in has a feed and does not call itself an article; articles link to feeds as well."""
    assert head(markup, path).is_front is is_front


@pytest.mark.parametrize(
    "body",
    [b"", b"\0", b"words", b"<" * 1000, b"<html>" * 100_000, b"<link " * 100_000, b"\xff\xfe<\0"],
)
def test_pages_without_a_head(body: bytes) -> None:
    """Nothing is told, and nothing is raised."""
    assert read_head(body, SITE) == PageHead()


def test_the_charset_of_the_server_is_used_where_it_exists() -> None:
    """A nonsensical one does no harm."""
    body = f"<link rel=canonical href='/größer'>{FEED}".encode("latin-1")
    assert read_head(body, SITE, "iso-8859-1").canonical == f"{SITE}/gr%C3%B6%C3%9Fer"
    assert read_head(body, SITE, "nonsense").feeds == (f"{SITE}/feed",)


@given(st.binary(max_size=300))
def test_any_bytes_are_read(body: bytes) -> None:
    """Nothing is raised."""
    read_head(b"<link rel='alternate canonical' type='application/rss+xml' href='" + body, SITE)
