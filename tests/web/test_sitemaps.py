"""Sitemaps of every kind are read; none can do harm."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchError
from index.web.sitemaps import MAX_SITEMAP_BYTES, Sitemap, SitemapPage, read_sitemap

URL = "https://news.example/sitemap.xml"
NAMESPACES = """xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
    xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" """


def urlset(urls: str) -> bytes:
    """A sitemap of pages."""
    return f'<?xml version="1.0"?><urlset {NAMESPACES}>{urls}</urlset>'.encode()


def test_pages_with_what_is_said_of_them() -> None:
    """Addresses in full, dates as dates; what cannot be fetched is passed over."""
    body = urlset(
        """<url><image:image><image:loc>https://img.example/1</image:loc></image:image>
        <loc> https://news.example/1?a=1&amp;b=2 </loc><lastmod>2024-12-21</lastmod></url>
        <url><loc>/2</loc><lastmod>2024-12-21T09:55:00+03:00</lastmod></url>
        <url><loc>/3</loc><lastmod>lately</lastmod></url><url><loc>/3</loc></url>
        <url><loc>ftp://news.example/4</loc></url><url><loc/></url><url/>"""
    )
    assert read_sitemap(body, URL) == Sitemap(
        (
            SitemapPage("https://news.example/1?a=1&b=2", "2024-12-21"),
            SitemapPage("https://news.example/2", "2024-12-21T09:55:00+03:00"),
            SitemapPage("https://news.example/3"),
        )
    )


def test_news_sitemaps_tell_title_and_date() -> None:
    """The headline of the article, not that of its picture."""
    body = urlset(
        """<url><loc>/1</loc><image:image><image:title>Picture</image:title></image:image>
        <news:news><news:publication><news:name>Example</news:name></news:publication>
        <news:publication_date>2024-12-21T09:55+03:00</news:publication_date>
        <news:title>Tom &amp;
        Jerry</news:title></news:news></url><url><loc>/2</loc><news:news/></url>"""
    )
    assert read_sitemap(body, URL).pages == (
        SitemapPage("https://news.example/1", None, "Tom & Jerry", "2024-12-21T09:55:00+03:00"),
        SitemapPage("https://news.example/2"),
    )


def test_an_index_names_the_newest_sitemaps_first() -> None:
    """What is to be read first when not all can be."""
    body = f"""<sitemapindex {NAMESPACES}><sitemap><loc>/1.xml</loc></sitemap>
        <sitemap><loc>/2.xml.gz</loc><lastmod>2024-12-20</lastmod></sitemap>
        <sitemap><loc>/3.xml</loc><lastmod>2024-12-21</lastmod></sitemap></sitemapindex>"""
    assert read_sitemap(body.encode(), URL) == Sitemap(
        (), tuple(f"https://news.example/{name}" for name in ("3.xml", "2.xml.gz", "1.xml"))
    )


@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "body",
    [
        urlset("<url><loc>https://news.example/1</loc></url>"),
        b"\xef\xbb\xbf\n" + urlset("<url><loc>/1</loc></url>").partition(b"?>")[2],
        urlset("<url><loc>/1</loc></url>").decode().encode("utf-16"),
        b"<urlset xmlns='http://www.google.com/schemas/sitemap/0.84'><url><loc>/1</loc></url></urlset>",
        b"<urlset><url><loc>/1</loc></url>&bogus;",
        b"https://news.example/1\r\n",
        b"\xef\xbb\xbfhttps://news.example/1\n\nnonsense\nhttps://news.example/1#again",
    ],
)
def test_all_writings_of_a_sitemap(body: bytes, wrap: type[bytes]) -> None:
    """Any namespace, any encoding, broken, packed, or a plain list."""
    assert read_sitemap(wrap(body), URL).pages == (SitemapPage("https://news.example/1"),)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no sitemap, or an empty one"),
        (urlset(""), "no sitemap, or an empty one"),
        (b"<!DOCTYPE html><html><body><p>Hello</p></body></html>", "no sitemap"),
        (b"plain words", "no sitemap"),
        (b"\0\0\0\0", "no sitemap"),
        (gzip.compress(b"plain words"), "no sitemap"),
        (gzip.compress(urlset("<url><loc>/1</loc></url>"))[:-9], "breaks off"),
        (b"\x1f\x8bnonsense", "packed with gzip but is not"),
        (gzip.compress(bytes(MAX_SITEMAP_BYTES + 1)), "more than 52.4288 MB"),
    ],
)
def test_what_is_no_sitemap(body: bytes, reason: str) -> None:
    """Each has its sentence; a bomb is not unpacked beyond what a sitemap may be."""
    with pytest.raises(FetchError, match=reason):
        read_sitemap(body, URL)


def test_more_pages_than_allowed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sitemap of any length gives what the protocol allows, and says how many are missing."""
    monkeypatch.setattr("index.web.sitemaps.MAX_PAGES", 20)
    body = "".join(f"https://news.example/{n}\n" for n in range(25)).encode()
    sitemap = read_sitemap(body, URL)
    assert (len(sitemap.pages), sitemap.left_out) == (20, 5)
    sitemap = read_sitemap(urlset("<url><loc>/1</loc></url>" * 25), URL)
    assert (len(sitemap.pages), sitemap.left_out) == (1, 5)


@given(st.binary(max_size=300), st.sampled_from([b"", b"<urlset><url><loc>", b"https://x.example"]))
def test_any_bytes_are_a_sitemap_or_a_fetch_error(body: bytes, start: bytes) -> None:
    """Nothing else is raised."""
    try:
        read_sitemap(start + body, URL)
    except FetchError:
        return
