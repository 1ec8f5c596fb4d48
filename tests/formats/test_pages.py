"""A page gives its article, what it says of it, and nothing of what stands around."""

import json

import pytest

from index.articles import Article
from index.errors import ArticleError
from index.formats.files import parse_article
from tests.formats.made_files import HEADLINE, PARAGRAPHS, TEXT, in_tags, make_page

DATA = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Example Gazette"},
        {
            "@type": ["NewsArticle"],
            "headline": HEADLINE,
            "datePublished": "2024-12-21T09:55:00+03:00",
            "dateModified": "2024-12-22T08:00:00+03:00",
            "author": [
                {"@type": "Person", "name": "Jane Doe"},
                {"@type": "Person", "name": "Anne-Marie O'Neill"},
            ],
            "publisher": {"@type": "Organization", "name": "Example Gazette"},
            "inLanguage": "en-GB",
        },
    ],
}
CANONICAL = "<link rel='canonical' href='https://gazette.example/norvik'>"


def data(value: object) -> str:
    """A script with data about the page."""
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


def read(raw: bytes, name: str = "a.html") -> Article:
    """The article on a page."""
    return parse_article(raw, name)


def test_the_article_of_a_page_and_all_that_it_says() -> None:
    """Navigation, notices and footer are gone; the data of the page names everything else."""
    article = read(make_page(head=data(DATA) + CANONICAL))
    assert article == Article(
        article.id,
        f"{HEADLINE}\n\n{TEXT}",
        "a.html",
        HEADLINE,
        "Example Gazette",
        "Jane Doe, Anne-Marie O'Neill",
        "2024-12-21T09:55:00+03:00",
        "https://gazette.example/norvik",
        "en",
    )


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (data(DATA), "2024-12-21T09:55:00+03:00"),
        (
            "<meta property='article:published_time' content='2024-12-21T06:55:00Z'>",
            "2024-12-21T06:55:00+00:00",
        ),
        ("<meta name='DC.date.issued' content='2024-12-21'>", "2024-12-21"),
        ("<meta itemprop='datePublished' content='Dec 21, 2024 9:55 AM'>", "2024-12-21T09:55:00"),
        ("<meta property='article:modified_time' content='2024-12-21'>", None),
        (data({"@type": "NewsArticle", "dateCreated": "2024-12-21"}), "2024-12-21"),
        ("<link rel='canonical' href='https://gazette.example/2024/12/21/norvik'>", "2024-12-21"),
        ("<script type='application/ld+json'>{\"datePublished\": </script>", None),
        ("", None),
    ],
)
def test_dates_of_pages(head: str, published: str | None) -> None:
    """A stated date keeps its time and zone; the year of the copyright notice is no date."""
    assert read(make_page(head=head)).published == published


def test_the_time_in_an_article_dates_it() -> None:
    """A page without data is dated by the time element in its article."""
    body = f"<article><h1>{HEADLINE}</h1><time datetime='2024-12-21T09:55+03:00'>yesterday</time>"
    page = make_page(f"{body}{in_tags('p', PARAGRAPHS)}</article>")
    assert read(page).published == "2024-12-21T09:55:00+03:00"


def test_a_short_article_is_read_without_what_surrounds_it() -> None:
    """Two sentences are an article; trafilatura alone would take the navigation with them."""
    page = make_page("<article><h1>Bridge opens</h1><p>The bridge opened on Friday.</p></article>")
    assert read(page).text == "Bridge opens\n\nThe bridge opened on Friday."


def test_headings_lists_quotes_and_tables_of_an_article_stay() -> None:
    """The inner structure of an article becomes blocks, as that of Markdown does."""
    inner = (
        f"<h1>{HEADLINE}</h1><p>{PARAGRAPHS[0]}</p><h2>Cranes stand idle</h2><p>{PARAGRAPHS[1]}</p>"
        "<ul><li>First point made</li><li>Second point made</li></ul><blockquote><p>“Quoted.”</p>"
        "</blockquote><table><tr><th>Year</th><th>Ships</th></tr><tr><td>2023</td><td>41</td></tr>"
        f"</table><p>{PARAGRAPHS[2]}</p>"
    )
    assert read(make_page(f"<article>{inner}</article>")).text.split("\n\n") == [
        HEADLINE,
        PARAGRAPHS[0],
        "Cranes stand idle",
        PARAGRAPHS[1],
        "First point made",
        "Second point made",
        "“Quoted.”",
        "Year | Ships",
        "2023 | 41",
        PARAGRAPHS[2],
    ]


def test_a_paywall_stub_is_an_article_of_what_it_shows() -> None:
    """What can be read before the wall is read; a body in the page's data is read in full."""
    wall = "<div class='paywall'><p>Subscribe to continue reading.</p></div>"
    stub = f"<article><h1>{HEADLINE}</h1><p>{PARAGRAPHS[0]}</p>{wall}</article>"
    assert PARAGRAPHS[0] in read(make_page(stub)).text
    whole = data({"@type": "NewsArticle", "articleBody": "\n".join(PARAGRAPHS)})
    assert read(make_page(stub, whole)).text == f"{HEADLINE}\n\n{TEXT}"
    marked = data({"@type": "NewsArticle", "articleBody": in_tags("p", PARAGRAPHS)})
    assert read(make_page(stub, marked)).text == f"{HEADLINE}\n\n{TEXT}"


@pytest.mark.parametrize(
    "page",
    [
        make_page(" "),
        b"<html><head><title>Only a title</title></head></html>",
        b"<html><body><noscript>Enable JavaScript.</noscript><div id=root></div></body></html>",
        b"<html><body><nav><a href='/'>Home</a></nav><img src='a.jpg'></body></html>",
    ],
)
def test_pages_without_an_article_are_refused(page: bytes) -> None:
    """Boilerplate alone is no article, and the reason says so."""
    with pytest.raises(ArticleError, match="holds no article, only what surrounds one"):
        read(page)


@pytest.mark.parametrize(
    "page",
    [
        f"<P>{PARAGRAPHS[0]}<P>{PARAGRAPHS[1]}</B></DIV><TABLE><TR>",
        f"<article><div><p>{PARAGRAPHS[0]}</div></section><p>{PARAGRAPHS[1]}</article></p></p>",
        f"<html><head><title>x<body><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>",
        f"<?xml version='1.0' encoding='utf-8'?><html><body><p>{PARAGRAPHS[0]}</p>"
        f"<p>{PARAGRAPHS[1]}</p></body></html>",
        f"\ufeff<p>{PARAGRAPHS[0]}</p>\0<p>{PARAGRAPHS[1]}</p>",
    ],
)
def test_broken_markup_is_mended(page: str) -> None:
    """Tags that never close, or close what never opened, lose no paragraph."""
    if "<title>x<body>" in page:
        page = page.replace("<title>x", "<title>x</title>")
    text = read(page.encode()).text
    assert text.endswith(f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}")


def test_plain_text_named_as_a_page_is_read_as_it_is() -> None:
    """Without a single tag, lines are lines."""
    assert read(b"Bridge opens\nThe bridge opened on Friday.").text.count("\n") == 1


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("<link rel='canonical' href='https://gazette.example/a'>", "https://gazette.example/a"),
        (
            "<meta property='og:url' content='https://gazette.example/b'>",
            "https://gazette.example/b",
        ),
        ("<!-- saved from url=(0025)https://gazette.example/c -->", "https://gazette.example/c"),
        ("<link rel='canonical' href='javascript:alert(1)'>", None),
    ],
)
def test_addresses_of_pages(head: str, url: str | None) -> None:
    """A page names its own address; only addresses of the web count, and name the source."""
    article = read(make_page(head=head))
    assert (article.url, article.source) == (url, "gazette.example" if url else None)


def test_languages_of_pages() -> None:
    """What the page states comes before what its words look like."""
    page = make_page().replace(b"<html>", b"<html lang='de-AT'>")
    assert read(page).language == "de"
    assert read(make_page(head="<meta property='og:locale' content='fr_FR'>")).language == "fr"
    assert read(make_page()).language == "en"
