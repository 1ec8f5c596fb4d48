"""Read the head of a page: what it is, where it lives, and which feeds it links to.

The article in it is read elsewhere. Knows nothing of fetching.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.web.feed_entries import resolved
from index.web.trees import html_tree

if TYPE_CHECKING:
    from lxml.etree import _Element

HEAD_BYTES = 500_000
_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
)


@dataclass(frozen=True, slots=True)
class PageHead:
    """What a page says of itself.

    Attributes:
        feeds: Addresses of the feeds that it links to, without those of comments.
        canonical: The address that it wants to be known by, on its own site.
        is_front: It is a way in to articles, not one itself.
    """

    feeds: tuple[str, ...] = ()
    canonical: str | None = None
    is_front: bool = False


def read_head(body: bytes, url: str, charset: str | None = None) -> PageHead:
    """Read the head of an HTML page, however broken.

    Args:
        body: Its bytes.
        url: Where it is.
        charset: What the server declares.
    """
    root = html_tree(body[:HEAD_BYTES], charset)
    if root is None:
        return PageHead()
    base = next((resolved(url, href) for href in _values(root, "base", "href")), None) or url
    feeds: dict[str, None] = {}
    canonical = None
    for link in root.iter("link"):
        relations = (link.get("rel") or "").lower().split()
        address = resolved(base, link.get("href"))
        if address is None:
            continue
        if "canonical" in relations and canonical is None:
            canonical = address if _is_same_page(address, url) else None
        media_type = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in relations and media_type in _FEED_TYPES and not _of_comments(link):
            feeds[address] = None
    kind = next((_kind(meta) for meta in root.iter("meta") if _kind(meta)), "")
    depth = len(urlsplit(url).path.strip("/").split("/")) if urlsplit(url).path != "/" else 0
    is_front = bool(feeds) and kind != "article" and depth <= (1 if kind == "website" else 0)
    return PageHead(tuple(feeds), canonical, is_front)


def _values(root: "_Element", tag: str, attribute: str) -> Iterator[str]:
    for element in root.iter(tag):
        if value := element.get(attribute):
            yield value


def _kind(meta: "_Element") -> str:
    """What a page says it is in Open Graph, such as "article" or "website"."""
    if (meta.get("property") or meta.get("name") or "").lower() != "og:type":
        return ""
    return (meta.get("content") or "").strip().lower().partition(".")[0]


def _of_comments(link: "_Element") -> bool:
    return "comment" in f"{link.get('title')} {link.get('href')}".lower()


def _is_same_page(canonical: str, url: str) -> bool:
    """Whether an address may stand for a page: on the same site, and not the site as a whole."""
    theirs, ours = urlsplit(canonical), urlsplit(url)
    same_site = _site(theirs.hostname) == _site(ours.hostname)
    return same_site and (theirs.path not in ("", "/") or ours.path in ("", "/"))


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.").removeprefix("m.").removeprefix("amp.")
