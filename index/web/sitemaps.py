"""Read a sitemap: XML, an index of sitemaps, Google News, gzip, or a list of addresses.

Formats: sitemaps.org/protocol.html and Google's news extension. Knows nothing of fetching:
whatever a sitemap holds, reading it opens nothing and takes bounded time and memory.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import FetchError
from index.web.bodies import GZIP_MARK, gunzip
from index.web.feed_entries import feed_date, one_line, resolved
from index.web.trees import child, child_text, xml_elements

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_SITEMAP_BYTES = 52_428_800  # what the protocol allows, unpacked
MAX_PAGES = 50_000  # likewise


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """One page.

    Attributes:
        url: Its address, absolute.
        lastmod: When it changed last, as ISO 8601.
        title: Its headline, in a news sitemap.
        published: ISO 8601 date, or date and time, in a news sitemap.
    """

    url: str
    lastmod: str | None = None
    title: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap.

    Attributes:
        pages: The pages in it, each once.
        sitemaps: Other sitemaps that it names, those changed last first.
        left_out: How many pages there were beyond what the protocol allows.
    """

    pages: tuple[SitemapPage, ...]
    sitemaps: tuple[str, ...] = ()
    left_out: int = 0


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap of any kind; of more pages than the protocol allows, the first.

    Args:
        body: Its bytes, perhaps packed with gzip.
        url: Where it is, for relative addresses.

    Raises:
        FetchError: It is none, or unpacks to more than a sitemap may.
    """
    if body.startswith(GZIP_MARK):
        body = gunzip(body, MAX_SITEMAP_BYTES)
    is_xml = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"\0" in body[:4]
    sitemap = _read_xml(body, url) if is_xml else _read_lines(body, url)
    if not sitemap.pages and not sitemap.sitemaps:
        raise FetchError("is no sitemap, or an empty one")
    return sitemap


def _read_xml(body: bytes, url: str) -> Sitemap:
    pages: dict[str, SitemapPage] = {}
    sitemaps: dict[str, str] = {}
    left_out = 0
    for number, element in enumerate(xml_elements(body, "url", "sitemap")):
        if number >= MAX_PAGES:
            left_out += 1
            continue
        address = resolved(url, child_text(element, "loc"))
        if address is None:
            continue
        lastmod = feed_date(child_text(element, "lastmod"))
        if element.tag.endswith("sitemap"):
            sitemaps[address] = lastmod or ""
        else:
            pages.setdefault(address, _page(element, address, lastmod))
    newest_first = sorted(sitemaps, key=lambda name: sitemaps[name], reverse=True)
    return Sitemap(tuple(pages.values()), tuple(newest_first), left_out)


def _page(element: "_Element", address: str, lastmod: str | None) -> SitemapPage:
    """One page, with what the news extension says of it."""
    news = child(element, "news")
    if news is None:
        return SitemapPage(address, lastmod)
    title = one_line(child_text(news, "title"))
    published = feed_date(child_text(news, "publication_date"))
    return SitemapPage(address, lastmod, title or None, published)


def _read_lines(body: bytes, url: str) -> Sitemap:
    """Read a plain list, one address a line."""
    stated = [line for line in body.decode("utf-8-sig", "replace").splitlines() if is_address(line)]
    found = dict.fromkeys(resolved(url, line) for line in stated[:MAX_PAGES])
    pages = tuple(SitemapPage(address) for address in found if address)
    return Sitemap(pages, (), max(len(stated) - MAX_PAGES, 0))


def is_address(line: str) -> bool:
    """Whether a line is nothing but an address of the web."""
    return line.strip().lower().startswith(("http://", "https://")) and len(line.split()) == 1
