"""What was fetched is told by what it is, and by its label only where that leaves doubt."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.web.kinds import HEAD_BYTES, Kind, kind_of, suffix_of

RSS = b"<?xml version='1.0'?>\n<!-- made by hand -->\n<rss version='2.0'><channel/></rss>"
URLSET = b"<?xml version='1.0'?><urlset xmlns='x'></urlset>"
HTML = b"<!DOCTYPE html>\n<html><head><title>About &lt;rss&gt;</title></head></html>"
LIST = b"https://news.example/1\nhttps://news.example/2\n"
JSON_FEED = json.dumps({"items": [], "version": "https://jsonfeed.org/version/1"}).encode()


@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (RSS, "text/html", Kind.FEED),
        (RSS, "", Kind.FEED),
        (b"\xef\xbb\xbf  " + RSS, "text/xml", Kind.FEED),
        (RSS.decode().encode("utf-16"), "application/xml", Kind.FEED),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "text/plain", Kind.FEED),
        (b"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'/>", "text/xml", Kind.FEED),
        (b"<rdf:RDF xmlns:rdf='x'/>", "text/xml", Kind.FEED),
        (b"<!DOCTYPE rss [<!ENTITY x 'y'>]><rss/>", "text/xml", Kind.FEED),
        (b"<br />\nWarning: x in <b>y</b>\n" + RSS, "text/html", Kind.FEED),
        (b"broken <", "application/rss+xml", Kind.FEED),
        (JSON_FEED, "application/json", Kind.FEED),
        (JSON_FEED.replace(b"/", b"\\/"), "text/html", Kind.FEED),
        (URLSET, "text/html", Kind.SITEMAP),
        (b"<sitemapindex/>", "application/rss+xml", Kind.SITEMAP),
        (gzip.compress(URLSET), "application/octet-stream", Kind.SITEMAP),
        (gzip.compress(LIST), "application/x-gzip", Kind.SITEMAP),
        (gzip.compress(LIST * HEAD_BYTES), "application/x-gzip", Kind.SITEMAP),
        (LIST, "text/plain", Kind.SITEMAP),
        (LIST * HEAD_BYTES, "", Kind.SITEMAP),
        (b"https://news.example/1", "text/plain", Kind.SITEMAP),
        (HTML, "text/html", Kind.PAGE),
        (HTML, "application/rss+xml", Kind.PAGE),
        (b"<title>No html, and <rss> besides", "text/html", Kind.PAGE),
        (LIST, "text/html", Kind.PAGE),
        (b"See https://news.example/1\nfor more", "text/plain", Kind.PAGE),
        (b"", "text/plain", Kind.PAGE),
        (b"{}", "application/json", Kind.PAGE),
        (b'{"about": "jsonfeed.org"}', "application/json", Kind.PAGE),
        (gzip.compress(HTML), "application/gzip", Kind.PAGE),
        (b"\x1f\x8bnonsense", "application/gzip", Kind.PAGE),
        (b"%PDF-1.7", "application/pdf", Kind.PAGE),
    ],
)
def test_kinds(body: bytes, content_type: str, kind: Kind) -> None:
    """Feeds served as pages are feeds, pages served as feeds are pages."""
    assert kind_of(body, content_type) is kind


@pytest.mark.parametrize(
    ("body", "content_type", "path", "suffix"),
    [
        (HTML, "text/html", "/a", ".html"),
        (HTML, "application/xhtml+xml", "/a", ".html"),
        (HTML, "", "/a", ".html"),
        (HTML, "application/xml", "/a.xml", ".html"),
        (HTML, "application/octet-stream", "/a.php", ".html"),
        (b"Words", "text/html", "/a", ".html"),
        (b"Words", "text/plain", "/a", ".txt"),
        (b"# Words", "text/plain", "/a.md", ".md"),
        (b"# Words", "text/markdown", "/a", ".md"),
        (b"%PDF-1.7", "text/html", "/a", ".pdf"),
        (b"Words", "application/pdf", "/a", ".pdf"),
        (b"Words", "", "/a/b.TXT", ".txt"),
        (b"Words", "", "/a.exe", None),
        (b"Words", "application/octet-stream", "/a.docx", ".docx"),
        (RSS, "application/xml", "/a.xml", None),
        (b"\xff\xd8\xff", "image/jpeg", "/a.html", None),
        (b"{}", "application/json", "/a", None),
        (b"PK", "application/zip", "/a.zip", None),
    ],
)
def test_suffixes(body: bytes, content_type: str, path: str, suffix: str | None) -> None:
    """The label counts; without one the content and the name; a picture is no article."""
    assert suffix_of(body, content_type, f"https://news.example{path}?x=.html") == suffix


@pytest.mark.timeout(30)
@pytest.mark.parametrize("start", [b"<!--", b"<!", b"<?", b"<", b"\n", b"{", b"http://"])
def test_a_head_made_to_keep_busy_is_read(start: bytes) -> None:
    """Openings without an end cost no more than a look at the beginning."""
    assert isinstance(kind_of(start * 1_000_000, "text/plain"), Kind)


@given(st.binary(max_size=300), st.sampled_from(["", "text/plain", "text/html"]))
def test_any_bytes_are_of_some_kind(body: bytes, content_type: str) -> None:
    """Nothing is raised."""
    assert isinstance(kind_of(body, content_type), Kind)
    suffix_of(body, content_type, "https://news.example/")
