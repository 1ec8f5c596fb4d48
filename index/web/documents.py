"""Make documents of what was fetched, for somebody else to read them as articles.

Knows nothing of fetching and of what was collected before.
"""

from dataclasses import replace
from html import escape

from index.web.collected import Failed, Known, WebDocument
from index.web.feed_entries import FeedEntry
from index.web.fetched import Fetched
from index.web.kinds import Kind, kind_of, suffix_of
from index.web.page_heads import PageHead, read_head


def read_document(
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
    head = head_of(answer) if suffix == ".html" else PageHead()
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


def head_of(answer: Fetched) -> PageHead:
    """What a fetched page says of itself."""
    return read_head(answer.body, answer.url, answer.charset)


def copy_of(entry: FeedEntry, url: str, record: Known) -> WebDocument:
    """The text that a feed itself has of an article, as a page.

    Args:
        entry: An entry that has a text.
        url: The address that it is known by.
        record: What is to be known of it.
    """
    return WebDocument(
        url,
        entry.url or url,
        _as_page(entry),
        ".html",
        "utf-8",
        record,
        entry.title,
        entry.author,
        entry.published or entry.updated,
    )


def _as_page(entry: FeedEntry) -> bytes:
    """The text of a feed entry as a page of its own."""
    title = escape(entry.title or "", quote=False)
    heading = f"<h1>{title}</h1>" if title else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article>{heading}{entry.content}</article></body></html>"
    ).encode("utf-8", "replace")
