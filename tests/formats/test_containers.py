"""A file of many articles gives each of them, and a reason for each that cannot be read."""

import codecs

import pytest

from index.articles import Parsed
from index.errors import ArticleError
from index.formats import containers
from index.formats.files import SUFFIXES, parse_article, parse_articles
from tests.formats.made_files import TEXT, make_docx, make_gzip, make_lines, make_page, make_zip
from tests.formats.made_pdfs import make_pdf


def unzipped(members: dict[str, bytes]) -> Parsed:
    """What an archive of these members holds."""
    return parse_articles(make_zip(members), "a.zip")


def test_an_archive_gives_all_its_articles() -> None:
    """Every kind of file in it is read, and known by its place; others are passed over."""
    parsed = unzipped(
        {
            "2024-12-21/a.txt": b"One.",
            "b.MD": b"# Two\n\nMore.",
            "c.html": make_page(),
            "d.pdf": make_pdf(),
            "e.docx": make_docx(),
            "f.jsonl": make_lines([{"text": "Three."}, {"text": "Four."}]),
            "photo.jpg": b"\xff\xd8",
            ".hidden.txt": b"x",
            "__MACOSX/._a.txt": b"x",
            ".git/a.txt": b"x",
        }
    )
    assert parsed.failed == ()
    assert [article.path for article in parsed.articles] == [
        "a.zip/2024-12-21/a.txt",
        "a.zip/b.MD",
        "a.zip/c.html",
        "a.zip/d.pdf",
        "a.zip/e.docx",
        "a.zip/f.jsonl/1",
        "a.zip/f.jsonl/2",
    ]


def test_a_bad_member_loses_no_other() -> None:
    """Empty, binary, torn, encrypted and badly named members are told with their reasons."""
    placeholder = "evil/evil/a.txt"
    raw = make_zip(
        {
            "empty.txt": b"",
            "binary.txt": b"\0\1\2",
            "torn.pdf": make_pdf()[:99],
            placeholder: b"x",
            "good.txt": b"Good.",
        }
    ).replace(placeholder.encode(), b"../../../ab.txt")
    parsed = parse_articles(raw, "a.zip")
    assert [article.path for article in parsed.articles] == ["a.zip/good.txt"]
    assert {path: reason.split(" (")[0] for path, reason in parsed.failed} == {
        "a.zip/empty.txt": "holds no text",
        "a.zip/binary.txt": "is a binary file",
        "a.zip/torn.pdf": "cannot be read as a PDF file",
        "a.zip/../../../ab.txt": "has a name that leads out of the archive",
    }


def test_of_two_members_of_one_name_the_later_counts() -> None:
    """As in every program that unpacks; the earlier one is named."""
    raw = make_zip({"a.txt": b"Old.", "b.txt": b"New."}).replace(b"b.txt", b"a.txt")
    parsed = parse_articles(raw, "a.zip")
    assert [article.text for article in parsed.articles] == ["New."]
    assert parsed.failed == (("a.zip/a.txt", "is replaced by a later member of the same name"),)


def test_an_archive_in_an_archive_is_read_but_no_deeper() -> None:
    """One level more is usual, a third one is a trap."""
    inner = make_zip({"a.txt": b"One.", "deep.zip": make_zip({"b.txt": b"Two."})})
    parsed = unzipped({"inner.zip": inner})
    assert [article.path for article in parsed.articles] == ["a.zip/inner.zip/a.txt"]
    assert parsed.failed == (
        ("a.zip/inner.zip/deep.zip", "lies too deep in other archives; unpack them first"),
    )


@pytest.mark.parametrize("members", [{}, {"photo.jpg": b"x"}, {"d/": b""}])
def test_an_archive_without_articles_is_refused(members: dict[str, bytes]) -> None:
    """The reason names the endings of what could be read."""
    with pytest.raises(
        ArticleError, match=r"cannot be read|holds no articles \(files ending in .t"
    ):
        unzipped(members)


def test_lines_give_articles_with_what_they_state() -> None:
    """Usual names of fields are known, and so are objects, lists and seconds for values."""
    parsed = parse_articles(
        make_lines(
            [
                {
                    "title": "Harbour\nfalls silent",
                    "text": TEXT,
                    "published": "2024-12-21T09:55:00+03:00",
                    "source": "Example Gazette",
                    "author": "Jane Doe",
                    "url": "https://gazette.example/norvik",
                    "language": "en-GB",
                },
                {
                    "Headline": "Harbour falls silent",
                    "content": ["One.", "Two."],
                    "publishedAt": 1734774900,
                    "source": {"id": 7, "name": "Example Gazette"},
                    "authors": [{"name": "Jane Doe"}, "John Roe", [1]],
                    "link": "https://www.gazette.example/norvik",
                },
                {"body": "Three.", "title": None, "date_published": 1734774900123, "source": 7},
            ]
        ),
        "a.ndjson",
    )
    first, second, third = parsed.articles
    assert (first.path, first.text, first.title) == ("a.ndjson/1", TEXT, "Harbour falls silent")
    assert (first.source, first.author, first.url) == (
        "Example Gazette",
        "Jane Doe",
        "https://gazette.example/norvik",
    )
    assert (first.published, first.language) == ("2024-12-21T09:55:00+03:00", "en")
    assert (second.text, second.title) == ("One.\n\nTwo.", "Harbour falls silent")
    assert (second.source, second.author) == ("Example Gazette", "Jane Doe, John Roe")
    assert (second.published, second.url) == (
        "2024-12-21T09:55:00+00:00",
        "https://www.gazette.example/norvik",
    )
    assert (third.text, third.title, third.source) == ("Three.", None, "7")
    assert third.published == "2024-12-21T09:55:00+00:00"


def test_a_bad_line_loses_no_other() -> None:
    """Each line that is no article is told by its number, counted from one, blanks included."""
    lines = [
        '{"text": "One."}',
        "",
        "{",
        "[1]",
        '{"title": "no text"}',
        '{"text": 5}',
        '{"text": " "}',
        "[" * 100_000,
        '{"n": ' + "9" * 5000 + "}",
        '{"text": "\\ud800 half"}',
    ]
    parsed = parse_articles("\n".join(lines).encode() + b"\n\xff\xfe{}", "a.jsonl")
    assert [article.path for article in parsed.articles] == ["a.jsonl/1", "a.jsonl/10"]
    assert {path: reason.split(" (")[0] for path, reason in parsed.failed} == {
        "a.jsonl/3": "is no JSON",
        "a.jsonl/4": "is no JSON object",
        "a.jsonl/5": 'has no "text"',
        "a.jsonl/6": 'has no "text"',
        "a.jsonl/7": "holds no text",
        "a.jsonl/8": "is nested too deeply",
        "a.jsonl/9": "is no JSON",
        "a.jsonl/11": "is no JSON",
    }


@pytest.mark.parametrize("name", ["a.jsonl", "a.JSONL.gz", "a.ndjson", "a.ndjson.gz"])
def test_lines_are_read_packed_or_not(name: str) -> None:
    """The first bytes tell whether a file is packed, whatever its name says."""
    raw = make_lines([{"text": "Über uns."}])
    for packed in (raw, make_gzip(raw), codecs.BOM_UTF8 + raw, raw.decode().encode("utf-16")):
        article = parse_article(packed, name)
        assert (article.text, article.path) == ("Über uns.", f"{name}/1")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "holds no text"),
        (b"\n \n", "holds no text"),
        (b"no json\n" * 1001, r"more than 1,000 lines that cannot be read \(line 1: is no JSON"),
        (make_gzip(bytes(20_000_000)), "unpacks to more than 10 MB"),
        (make_gzip(make_lines([{"text": "One."}]))[:-9], "cannot be read as a gzip file"),
    ],
)
def test_files_that_are_no_lines_are_refused(raw: bytes, reason: str) -> None:
    """Empty files, other files, bombs and torn ones are refused as a whole."""
    with pytest.raises(ArticleError, match=reason):
        parse_articles(raw, "a.jsonl.gz")


def test_the_number_and_length_of_lines_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line may be as long as an article, and a file may have so many of them."""
    raw = make_lines([{"text": "One."}, {"text": "Two, which is longer."}])
    monkeypatch.setattr(containers, "MAX_LINE_BYTES", 20)
    ((path, reason),) = parse_articles(raw, "a.jsonl").failed
    assert (path, reason) == ("a.jsonl/2", "has 0 MB, more than the 10 MB of an article")
    monkeypatch.undo()
    monkeypatch.setattr(containers, "MAX_LINES", 1)
    with pytest.raises(ArticleError, match="has more than 1 articles; split it into parts"):
        parse_articles(raw, "a.jsonl")


def test_all_kinds_are_known_to_an_archive() -> None:
    """What a folder may hold, an archive may hold."""
    with pytest.raises(ArticleError) as error:
        unzipped({"a.png": b""})
    assert all(suffix in str(error.value) for suffix in SUFFIXES)
