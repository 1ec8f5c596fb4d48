"""An EPUB file gives an article for each of its documents that has something to read."""

import pytest

from index.articles import Parsed
from index.errors import ArticleError
from index.formats.files import parse_article, parse_articles
from tests.formats.made_files import (
    CONTAINER,
    HEADLINE,
    PARAGRAPHS,
    TEXT,
    in_tags,
    make_epub,
    make_zip,
)

ONE = f"<h1>{HEADLINE}</h1>{in_tags('p', PARAGRAPHS)}"
TWO = "<h2>Taxes rise</h2><p>The council raised taxes again.</p>"
ABOUT = (
    "<dc:title>Example Gazette, 21 December</dc:title><dc:publisher>Example Gazette</dc:publisher>"
    "<dc:creator>Jane Doe</dc:creator><dc:creator>John Roe</dc:creator><dc:date>2019-01-01"
    "</dc:date><dc:date event='publication'>2024-12-21T06:00:00+03:00</dc:date>"
    "<dc:language>en-GB</dc:language>"
)


def read(raw: bytes) -> Parsed:
    """What an EPUB file holds."""
    return parse_articles(raw, "issue.epub")


def test_an_issue_gives_its_articles_in_order() -> None:
    """Each document is an article with its own headline; the issue says the rest."""
    parsed = read(make_epub({"b.xhtml": ONE, "a.xhtml": TWO}, ABOUT))
    assert parsed.failed == ()
    assert [(article.path, article.title) for article in parsed.articles] == [
        ("issue.epub/OEBPS/b.xhtml", HEADLINE),
        ("issue.epub/OEBPS/a.xhtml", "Taxes rise"),
    ]
    article = parsed.articles[0]
    assert article.text == f"{HEADLINE}\n\n{TEXT}"
    assert (article.source, article.author) == ("Example Gazette", "Jane Doe, John Roe")
    assert (article.published, article.language) == ("2024-12-21T06:00:00+03:00", "en")


def test_a_book_of_one_article_is_that_article() -> None:
    """It goes by the name and the title of the file."""
    article = parse_article(make_epub({"b.xhtml": ONE}, ABOUT), "norvik.epub")
    assert (article.path, article.title) == ("norvik.epub", "Example Gazette, 21 December")


def test_covers_contents_and_lists_of_links_are_passed_over() -> None:
    """Only what can be read is an article; what programs write of themselves is no source."""
    links = "".join(f"<li><a href='{n}.xhtml'>Headline {n}</a></li>" for n in range(9))
    guide = "<guide><reference type='cover' href='cover.xhtml'/></guide>"
    raw = make_epub(
        {
            "cover.xhtml": "<p>Example Gazette</p>",
            "contents.xhtml": f"<h1>Contents</h1><ul>{links}</ul>",
            "image.xhtml": "<img src='a.jpg'/>",
            "a.xhtml": f"{ONE}<div class='calibre_navbar'><a href='b'>Next</a> | Main menu</div>",
        },
        "<dc:title>Gazette</dc:title><dc:publisher>calibre</dc:publisher>",
        guide,
    )
    (article,) = read(raw).articles
    assert (article.text, article.source) == (f"{HEADLINE}\n\n{TEXT}", None)


def test_a_bad_document_loses_no_other() -> None:
    """A document that is missing, binary or too intricate is named, and the rest is read."""
    raw = make_epub(
        {"a.xhtml": ONE, "gone.xhtml": "", "b.xhtml": "", "c%20d.xhtml": "", "deep.xhtml": ""},
        more={
            "OEBPS/b.xhtml": b"\x89PNG\0\0",
            "OEBPS/c d.xhtml": TWO.encode(),
            "OEBPS/deep.xhtml": b"<br>" * 30_000,
        },
    )
    with_gap = raw.replace(b"OEBPS/gone.xhtml", b"OEBPS/lost.xhtml")
    parsed = read(with_gap)
    assert [article.path for article in parsed.articles] == [
        "issue.epub/OEBPS/a.xhtml",
        "issue.epub/OEBPS/c d.xhtml",
    ]
    assert {path.rpartition("/")[2]: reason.split(" (")[0] for path, reason in parsed.failed} == {
        "gone.xhtml": "lacks its part 'OEBPS/gone.xhtml'",
        "b.xhtml": "is a binary file",
        "deep.xhtml": "has 30,002 elements, more than the 20,000 of a page with one article",
    }


def protected(uri: str) -> bytes:
    """A file that says that this part of it is encrypted."""
    listed = f"<encryption><CipherReference URI='{uri}'/></encryption>".encode()
    return make_epub({"a.xhtml": ONE}, more={"META-INF/encryption.xml": listed})


LAUGHS = '<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (protected("OEBPS/a.xhtml"), r"is protected \(DRM\)"),
        (make_epub({}), "holds no text"),
        (make_epub({"a.xhtml": "<p> </p>"}), "holds no text"),
        (make_zip({"META-INF/container.xml": b"<x/>"}), "names no package document"),
        (make_zip({"META-INF/container.xml": CONTAINER}), "lacks its part 'OEBPS/content.opf'"),
        (
            make_epub(
                {"a.xhtml": ONE},
                more={"OEBPS/content.opf": f"<!DOCTYPE p [{LAUGHS}]><p>&i;</p>".encode()},
            ),
            "cannot be read as an EPUB file .*amplification",
        ),
        (
            make_epub({"a.xhtml": ONE}, more={"OEBPS/content.opf": b"<p>" * 10_000}),
            "cannot be read as an EPUB file .*depth",
        ),
        (make_epub({"a.xhtml": "x" * 20_000_000}), "times its size"),
        (make_epub({"a.xhtml": ONE})[:-30], "cannot be read as an EPUB file"),
        (b"", "cannot be read as an EPUB file"),
    ],
)
def test_dangerous_and_broken_books_are_refused(raw: bytes, reason: str) -> None:
    """Locked, empty, torn and explosive files: each has its sentence."""
    with pytest.raises(ArticleError, match=reason):
        read(raw)


def test_encrypted_fonts_do_no_harm() -> None:
    """Many publishers scramble the fonts of a book that anyone may read."""
    assert len(read(protected("OEBPS/font.otf")).articles) == 1
