"""Feeds are read as they are found: each dialect, each kind of damage, each trick."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchError
from index.web.feed_entries import Feed, FeedEntry
from index.web.feeds import MAX_TAGS, MIN_FULL_CHARS, read_feed

URL = "https://news.example/feeds/world.xml"


def rss(items: str, more: str = "") -> Feed:
    """Read an RSS feed of some items."""
    body = f"""<?xml version="1.0" encoding="utf-8"?>{more}
        <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:content="http://purl.org/rss/1.0/modules/content/">
        <channel><title>World &amp;amp; <![CDATA[more]]></title><link>https://news.example</link>
        {items}</channel></rss>"""
    return read_feed(body.encode(), URL)


def atom(entries: str) -> Feed:
    """Read an Atom feed of some entries."""
    body = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/base/"
        xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>World</title>{entries}</feed>"""
    return read_feed(body.encode(), URL)


def test_rss() -> None:
    """All that an item says, with its text in full."""
    feed = rss(
        """<item><title>Tom &amp;amp; Jerry&amp;#8217;s &lt;i&gt;boat&lt;/i&gt;</title>
        <link>../2024/boat?utm=rss&amp;x=1#top</link><guid isPermaLink="false">boat-1</guid>
        <dc:creator>Jane Doe</dc:creator><pubDate>Sat, 21 Dec 2024 09:55:00 +0300</pubDate>
        <description>Short &lt;b&gt;text&lt;/b&gt;</description>
        <content:encoded><![CDATA[<p>Long <a href="/x">text</a></p><script>x()</script>]]>
        </content:encoded></item>"""
    )
    assert feed.title == "World & more"
    assert feed.damage is None
    assert feed.entries == (
        FeedEntry(
            "boat-1",
            "https://news.example/2024/boat?utm=rss&x=1",
            "Tom & Jerry’s boat",
            "Jane Doe",
            "2024-12-21T09:55:00+03:00",
            None,
            "Short <b>text</b>",
            '<p>Long <a href="/x">text</a></p><script>x()</script>',
        ),
    )


def test_atom() -> None:
    """Base address, authors, both dates, all types of text."""
    feed = atom(
        """<entry><id>tag:news.example,2024:1</id><link rel="self" href="self"/>
        <link href="one"/><title type="html">A &lt;b&gt;bold&lt;/b&gt; move</title>
        <author><name>Jane Doe</name></author><author><name>John Roe</name></author>
        <published>2024-12-20</published><updated>2024-12-21T01:00:00+03:00</updated>
        <summary>5 &lt; 6</summary>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content>
        </entry>
        <entry><id>https://news.example/two</id><title type="text">5 &lt; 6</title>
        <content type="text">First.

        Second &amp; last.</content></entry>"""
    )
    assert feed.title == "World"
    assert feed.entries == (
        FeedEntry(
            "tag:news.example,2024:1",
            "https://news.example/base/one",
            "A bold move",
            "Jane Doe, John Roe",
            "2024-12-20",
            "2024-12-21T01:00:00+03:00",
            "<p>5 &lt; 6</p>",
            "<p>Text</p>",
        ),
        FeedEntry(
            "https://news.example/two",
            "https://news.example/two",
            "5 < 6",
            content="<p>First.</p><p>Second &amp; last.</p>",
        ),
    )


def test_rdf() -> None:
    """RSS 1.0 keeps its items outside the channel."""
    feed = read_feed(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="x"><title>World</title></channel><item rdf:about="/1">
        <title>One</title><link>/1</link><dc:date>2024-12-21</dc:date></item></rdf:RDF>""",
        URL,
    )
    (entry,) = feed.entries
    assert (feed.title, entry.title, entry.url) == ("World", "One", "https://news.example/1")
    assert entry.updated == "2024-12-21"


def json_feed(*items: object, **more: object) -> Feed:
    """Read a JSON Feed of some items."""
    stated = {"version": "https://jsonfeed.org/version/1.1", "title": "World", "items": items}
    return read_feed(json.dumps(stated | more).encode(), URL)


def test_json_feed() -> None:
    """Both versions of authors, HTML before text, numbers as ids."""
    feed = json_feed(
        {
            "id": 1,
            "url": "/1",
            "title": " One\nday ",
            "authors": [{"name": "Jane Doe"}, {"url": "x"}, 5],
            "date_published": "2024-12-21T09:55:00Z",
            "date_modified": "2024-12-22T09:55:00Z",
            "summary": "Short",
            "content_html": "<p>Long</p>",
            "content_text": "Long",
            "tags": ["World", 5],
        },
        {"id": "2", "external_url": "https://other.example/2", "content_text": "A < B"},
        {"id": "3", "url": "/3", "author": {"name": "John Roe"}, "tags": ["Withdrawn"]},
    )
    assert feed.title == "World"
    assert feed.entries == (
        FeedEntry(
            "1",
            "https://news.example/1",
            "One day",
            "Jane Doe",
            "2024-12-21T09:55:00+00:00",
            "2024-12-22T09:55:00+00:00",
            "<p>Short</p>",
            "<p>Long</p>",
        ),
        FeedEntry("2", "https://other.example/2", content="<p>A &lt; B</p>"),
        FeedEntry("3", "https://news.example/3", author="John Roe", withdrawn=True),
    )


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": {}, "url": [], "title": 5.5, "authors": "Jane", "tags": {"a": 1}},
        {"id": True, "url": "javascript:x", "content_html": None, "date_published": 20241221},
        {"id": 10**400},
        {"title": "\ud800"},
    ],
)
def test_json_of_other_types_is_passed_over(item: object) -> None:
    """A value that is not what it should be counts as not there."""
    (entry,) = json_feed(item, "no object", 5, None).entries
    assert (entry.url, entry.author, entry.published, entry.content) == (None,) * 4


# Entries with something wrong


def test_entries_that_lack_what_they_should_have() -> None:
    """Without address or id an entry is still one, and can be told from the others."""
    feed = rss(
        """<item><guid>https://news.example/permalink</guid></item>
        <item><guid isPermaLink="false">no address</guid></item>
        <item><link>/only-a-link</link></item>
        <item><description>Only words</description></item>
        <item><description>Other words</description></item>
        <item><title>Bad</title><link>javascript:alert(1)</link></item><item/>"""
    )
    assert [entry.url for entry in feed.entries] == [
        "https://news.example/permalink",
        None,
        "https://news.example/only-a-link",
        None,
        None,
        None,
        None,
    ]
    assert len({entry.id for entry in feed.entries}) == 7
    assert all(entry.id for entry in feed.entries)


def test_the_same_id_for_all_does_not_make_them_one() -> None:
    """Some feeds know no better; the same page twice is one article."""
    feed = rss(
        """<item><guid isPermaLink="false">1</guid><link>/a</link></item>
        <item><guid isPermaLink="false">1</guid><link>/b</link></item>
        <item><guid isPermaLink="false">2</guid><link>/b#live</link></item>"""
    )
    assert [entry.url for entry in feed.entries] == [
        "https://news.example/a",
        "https://news.example/b",
    ]


def test_a_summary_as_long_as_an_article_is_the_article() -> None:
    """Many feeds have no other place for it; markup does not make a text long."""
    long, padded = "word " * (MIN_FULL_CHARS // 4), "&lt;br class='x'&gt;" * MIN_FULL_CHARS
    feed = rss(
        f"""<item><link>/a</link><description>{long}</description></item>
        <item><link>/b</link><description>{padded}</description></item>"""
    )
    assert feed.entries[0].content == feed.entries[0].summary == long.strip()
    assert feed.entries[1].content is None


@pytest.mark.parametrize(
    ("stated", "author"),
    [
        ("<author>jane@news.example (Jane Doe)</author>", "Jane Doe"),
        ("<author>Jane Doe &lt;jane@news.example&gt;</author>", "Jane Doe"),
        ("<author>jane@news.example</author>", None),
        ("<author>Jane Doe</author>", "Jane Doe"),
        ("<author/>", None),
        ("", None),
    ],
)
def test_authors_of_rss(stated: str, author: str | None) -> None:
    """A name is an author, a mail address alone is none."""
    (entry,) = rss(f"<item><link>/a</link>{stated}</item>").entries
    assert entry.author == author


def test_what_is_withdrawn() -> None:
    """Marked titles, marked categories and tombstones; the others stay."""
    feed = atom(
        """<entry><id>1</id><link href="/1"/><title>WITHDRAWN: One</title></entry>
        <entry><id>2</id><link href="/2"/><title>Two</title><category term="retracted"/></entry>
        <entry><id>tag:3</id><link href="/3"/><updated>2024-12-20T00:00:00Z</updated></entry>
        <entry><id>tag:4</id><link href="/4"/><updated>2024-12-22T00:00:00Z</updated></entry>
        <at:deleted-entry ref="tag:3" when="2024-12-21T00:00:00Z"/>
        <at:deleted-entry ref="tag:4" when="2024-12-21T00:00:00Z"/>
        <at:deleted-entry ref="https://news.example/5" when="2024-12-21T00:00:00Z">
        <at:comment>Wrong</at:comment></at:deleted-entry><at:deleted-entry/>"""
    )
    assert [(entry.url, entry.withdrawn) for entry in feed.entries] == [
        ("https://news.example/1", True),
        ("https://news.example/2", True),
        ("https://news.example/3", True),
        ("https://news.example/4", False),
        ("https://news.example/5", True),
    ]


# Feeds with something wrong


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (b"<rss><channel><item><title>A & B</title></item></channel></rss>", ["A & B"]),
        (b"<rss><channel><item><title>A</title></item><item><title>B", ["A", None]),
        (b"<rss><channel><item><title>A&nbsp;B&bogus;</title></item></channel></rss>", None),
        (
            b"\n\n<?xml version='1.0'?><rss><channel><item><title>A</title></item></channel></rss>",
            ["A"],
        ),
        (b"<rss><channel><item><title>A</item></channel></rss>", [None]),
        (b"<br/>Warning: x in y<rss><channel><item><title>A</title></item></channel></rss>", ["A"]),
    ],
)
def test_malformed_feeds_give_what_can_be_told(
    body: bytes, titles: list[str | None] | None
) -> None:
    """Bare ampersands, a cut-off end, unknown entities, junk before the feed: noted and read."""
    feed = read_feed(body, URL)
    assert feed.damage
    assert feed.entries
    assert titles is None or [entry.title for entry in feed.entries] == titles


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ("utf-8", None, None),
        ("utf-8", "iso-8859-1", None),
        ("utf-8", None, "iso-8859-1"),
        ("utf-8", "us-ascii", "us-ascii"),
        ("iso-8859-1", "iso-8859-1", None),
        ("iso-8859-1", None, "iso-8859-1"),
        ("iso-8859-1", None, None),
        ("windows-1252", "nonsense", "nonsense"),
        ("utf-16", "utf-16", None),
    ],
)
def test_charsets(encoding: str, declared: str | None, charset: str | None) -> None:
    """The bytes know best when they are UTF-8, then the server, then the feed."""
    stated = f' encoding="{declared}"' if declared else ""
    items = "<item><title>größer</title></item>"
    text = f"<?xml version='1.0'{stated}?><rss><channel>{items}</channel></rss>"
    (entry,) = read_feed(text.encode(encoding), URL, charset).entries
    assert entry.title == "größer"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is no feed"),
        (b"\0\0\0", "is no feed"),
        (b"<!DOCTYPE html><html><title>x</title><body><p>Hello</p></body></html>", "is no feed"),
        (b"plain text", "is no feed"),
        (b"<urlset><url><loc>x</loc></url></urlset>", "is no feed"),
        (b"{", "is no valid JSON"),
        (b"{}", "JSON, but not JSON Feed"),
        (b'{"version": 5}', "JSON, but not JSON Feed"),
        (b'{"a":' * 100_000, "is no valid JSON"),
        (b'{"version": "\xff"}', "is no valid JSON"),
        (b"<rss>" + b"<a/>" * (MAX_TAGS + 1), "more than 300,000 tags"),
        (b"<rss " + b"a='b' " * 20_000 + b">", "tag of more than 100 kB"),
        (b"<rss>" + bytes(10_000_000), "feed of more than 10 MB"),
    ],
)
def test_what_is_no_feed(body: bytes, reason: str) -> None:
    """Each has its sentence."""
    with pytest.raises(FetchError, match=reason):
        read_feed(body, URL)


def test_a_feed_cannot_name_files_and_addresses(tmp_path: Path) -> None:
    """What looks like a path or an address is not opened, nor is an entity's."""
    secret = tmp_path / "secret.xml"
    secret.write_text("<rss><channel><item><title>secret</title></item></channel></rss>")
    for body in (str(secret), secret.as_uri(), "https://news.example/feed"):
        with pytest.raises(FetchError, match="is no feed"):
            read_feed(body.encode(), URL)
    feed = rss(
        "<item><title>&x;</title></item>", f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    )
    assert "secret" not in repr(feed.entries)


def test_a_billion_laughs_are_not_heard() -> None:
    """Entities that unfold without end neither fill the memory nor the feed."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    feed = rss("<item><title>&l11;</title></item>", f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>')
    assert len(repr(feed)) < 10_000


@given(st.binary(max_size=300), st.sampled_from([b"", b"{", b"<rss>", b"<feed><entry>", b"<?xml"]))
def test_any_bytes_are_a_feed_or_a_fetch_error(body: bytes, start: bytes) -> None:
    """Nothing else is raised."""
    try:
        read_feed(start + body, URL)
    except FetchError:
        return
