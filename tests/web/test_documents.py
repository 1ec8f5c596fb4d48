"""What was fetched becomes a document to be read, or a reason why not."""

from dataclasses import replace

from index.web.collected import Failed, Known, WebDocument
from index.web.documents import copy_of, read_document
from index.web.feed_entries import FeedEntry
from index.web.fetched import Fetched, Validators

URL = "https://news.example/a"
ENTRY = FeedEntry("1", URL, "5 < 6", "Jane Doe", None, "2024-12-21", None, "<p>Text</p>")
ANSWER = Fetched(URL, 200, b"<p>Text", "text/html", "utf-8", Validators('"2"'), False)


def test_a_document_has_what_the_page_and_the_feed_say() -> None:
    """The server's validators are kept with what was known, and the page is no copy any more."""
    known = Known(Validators('"1"'), "stamp", "feed", "1", from_feed=True)
    assert read_document(URL, ANSWER, known, 100, ENTRY) == WebDocument(
        URL,
        URL,
        b"<p>Text",
        ".html",
        "utf-8",
        Known(Validators('"2"'), "stamp", "feed", "1"),
        "5 < 6",
        "Jane Doe",
        "2024-12-21",
    )


def test_what_is_no_document() -> None:
    """Too large, empty, or of another kind."""
    for answer, reason in (
        (replace(ANSWER, body=b"<p>" + b"a" * 98), "has more than 0.0001 MB"),
        (replace(ANSWER, body=b""), "is empty"),
        (replace(ANSWER, content_type="video/mp4"), "is no article (video/mp4)"),
        (replace(ANSWER, body=b"<rss><channel/></rss>"), "is no article (text/html)"),
    ):
        assert read_document(URL, answer, Known(), 100) == Failed(URL, reason)


def test_the_copy_of_a_feed_is_a_page() -> None:
    """With its headline, and safe from titles that look like markup."""
    copy = copy_of(ENTRY, URL, Known())
    assert b"<title>5 &lt; 6</title>" in copy.body
    assert b"<h1>5 &lt; 6</h1><p>Text</p>" in copy.body
    assert b"<h1>" not in copy_of(replace(ENTRY, title=None), URL, Known()).body
    copy_of(replace(ENTRY, content="\ud800"), URL, Known()).body.decode()
