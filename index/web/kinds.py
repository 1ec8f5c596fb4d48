"""Tell what was fetched: a feed, a sitemap or an article, and in which format.

By its content first, since servers label feeds as all sorts of things. Knows nothing of fetching.
"""

import re
from contextlib import suppress
from enum import Enum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.errors import FetchError
from index.web.bodies import GZIP_MARK, read_body
from index.web.sitemaps import is_address

HEAD_BYTES = 4096
_PROLOGUE = re.compile(r"<\?.*?\?>|<!--.*?-->|<!.*?>", re.DOTALL)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([a-z][\w.-]*)", re.IGNORECASE)
_FEED_INSIDE = re.compile(r"<(?:rss|feed|rdf:rdf)[\s>]", re.IGNORECASE)
_JSON_FEED = re.compile(rb'"https:\\?/\\?/jsonfeed\.org\\?/version\\?/')
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_SUFFIX = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/epub+zip": ".epub",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "message/rfc822": ".eml",
}
_UNTOLD = ("", "application/octet-stream", "binary/octet-stream", "application/unknown")


class Kind(Enum):
    """What an address holds."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"


def kind_of(body: bytes, content_type: str) -> Kind:
    """Tell a feed and a sitemap from everything else.

    Args:
        body: What was fetched.
        content_type: Its media type in lower case, as the server has it.
    """
    if body.startswith(GZIP_MARK):
        with suppress(FetchError):
            inner = kind_of(read_body([body], "gzip", HEAD_BYTES, cut=True), "text/plain")
            return Kind.SITEMAP if inner is Kind.SITEMAP else Kind.PAGE
        return Kind.PAGE
    root = _root(body)
    if root in ("rss", "feed", "rdf"):
        return Kind.FEED
    if root in ("urlset", "sitemapindex"):
        return Kind.SITEMAP
    if root != "html" and (content_type in _FEED_TYPES or _FEED_INSIDE.search(_head(body))):
        return Kind.FEED
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" and _JSON_FEED.search(body):
        return Kind.FEED
    if content_type in ("text/plain", *_UNTOLD) and not root and _is_list(body):
        return Kind.SITEMAP
    return Kind.PAGE


def suffix_of(body: bytes, content_type: str, url: str) -> str | None:
    """The suffix that a file of this content would have; None if it can be no article.

    Args:
        body: What was fetched.
        content_type: Its media type in lower case, as the server has it.
        url: Where it was.
    """
    if body.startswith(b"%PDF-"):
        return ".pdf"
    named = PurePosixPath(urlsplit(url).path).suffix.lower()
    told = _SUFFIX.get(content_type)
    if told == ".txt" and named in (".md", ".markdown"):
        return ".md"
    if told is None and (content_type in _UNTOLD or content_type.endswith("/xml")):
        if _root(body) == "html":
            return ".html"
        return named if named in {*_SUFFIX.values(), ".htm"} else None
    return told


def _head(body: bytes) -> str:
    """The beginning of a text, decoded as far as markup is concerned."""
    head = body[:HEAD_BYTES]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def _root(body: bytes) -> str:
    """The name of the first element in lower case, without prefix; empty if there is none."""
    first = _ELEMENT.search(_PROLOGUE.sub("", _head(body)))
    if first is None:
        return ""
    name = first[1].lower()
    return "html" if name in ("head", "body", "title", "meta") else name


def _is_list(body: bytes) -> bool:
    """Whether a text has nothing but addresses, one a line; the last one may be cut off."""
    *lines, last = _head(body).splitlines() or [""]
    stated = [line for line in lines if line.strip()] or [last]
    return all(is_address(line) for line in stated)
