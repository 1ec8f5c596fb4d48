"""A PDF file gives its paragraphs in the order of reading; a dangerous one gives a reason."""

import pytest

from index.articles import Article
from index.errors import ArticleError
from index.formats import pdfs
from index.formats.files import parse_article
from tests.formats.made_files import HEADLINE, PARAGRAPHS
from tests.formats.made_pdfs import make_pdf, one_page, raw_pdf, stream

TEXT = b"BT /F 12 Tf 72 700 Td (The ferry sailed.) Tj ET"
LONG = [f"{paragraph} {PARAGRAPHS[n % 4]}" for n, paragraph in enumerate(PARAGRAPHS * 6)]


def read(raw: bytes) -> Article:
    """The article in a PDF file."""
    return parse_article(raw, "a.pdf")


@pytest.mark.parametrize(
    "print_as",
    [
        {"columns": 1, "gap": 7},
        {"columns": 1, "gap": 0, "indent": 12, "justified": True},
        {"columns": 2, "gap": 5},
        {"columns": 3, "gap": 0, "indent": 8, "justified": True},
        {"columns": 2, "gap": 0, "indent": 10, "running_head": "Example Gazette"},
    ],
)
def test_paragraphs_of_printed_pages(print_as: dict[str, object]) -> None:
    """However an article of two pages is set, nearly all of its paragraphs come out whole."""
    article = read(make_pdf(LONG, **print_as))  # type: ignore[arg-type]
    blocks = article.text.split("\n\n")
    assert blocks.count(HEADLINE) == 1
    whole = sum(paragraph in blocks for paragraph in LONG)
    assert whole >= len(LONG) - 2, "only where a column or page ends may a paragraph fall apart"
    words = " ".join(blocks).split()
    assert sorted(words) == sorted(
        [*HEADLINE.split(), *" ".join(LONG).split()]
        + ("Example Gazette | Page 1".split() if "running_head" in print_as else [])
    )


def test_what_the_file_says_of_itself() -> None:
    """Title, author and language of the file count; the day it was made only if nothing else."""
    article = read(make_pdf(title="Harbour falls silent", author="Jane Doe", lang="en-GB"))
    assert (article.title, article.author) == ("Harbour falls silent", "Jane Doe")
    assert (article.language, article.published) == ("en", "2000-01-01T00:00:00+00:00")
    dated = read(make_pdf(["21 December 2024", *PARAGRAPHS], title="layout1.indd", author="admin"))
    assert (dated.title, dated.author, dated.published) == (HEADLINE, None, "2024-12-21")


def test_broken_properties_lose_no_text() -> None:
    """A title that is no string, and a date that is none, are passed over."""
    info = {7: b"<</Title [1 2]/Author 7/CreationDate (soon)>>", 1: b"<</Pages 2 0 R/Lang [1]>>"}
    raw = one_page(TEXT, more=info).replace(b"trailer\n<<", b"trailer\n<</Info 7 0 R")
    article = read(raw)
    assert (article.text, article.published) == ("The ferry sailed.", None)


def test_ligatures_are_letters() -> None:
    """A word is found however its letters were cast."""
    cmap = stream(
        b"begincmap 1 begincodespacerange <00><FF> endcodespacerange "
        b"2 beginbfchar <61> <FB01> <62> <006E> endbfchar endcmap"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/X/ToUnicode 6 0 R>>"
    raw = one_page(b"BT /F 12 Tf 72 700 Td (ab) Tj ET", more={5: font, 6: cmap})
    assert read(raw).text == "fin"


def test_encrypted_files() -> None:
    """A file that opens without a password is read; one that asks for it is named."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    free = make_pdf(password=StandardEncryption("", "owner", canCopy=0))
    assert read(free).text.startswith(HEADLINE)
    with pytest.raises(ArticleError, match="is encrypted; save it without a password first"):
        read(make_pdf(password="secret"))


def test_scanned_pages_are_told() -> None:
    """A page that is a picture has no text to quote."""
    image = b"/Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceGray"
    scanned = one_page(b"/I Do", b"/XObject<</I 20 0 R>>", {20: stream(b"\xff" * 81, image)})
    with pytest.raises(ArticleError, match="holds no text; it needs OCR first"):
        read(scanned)


def pages(kids: bytes, more: dict[int, bytes] | None = None) -> bytes:
    """A PDF file with this page tree; 10 is a page of text."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    return raw_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[%s]/Count 1>>" % kids,
            4: stream(TEXT),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
            10: page + b"/Resources<</Font<</F 5 0 R>>>>>>",
            **(more or {}),
        }
    )


def doubling(levels: int) -> dict[int, bytes]:
    """Page trees that each hold the next one twice."""
    trees = {
        100 + n: b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count 2>>" % (101 + n, 101 + n)
        for n in range(levels)
    }
    return {**trees, 100 + levels: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R>>"}


def forms(levels: int) -> dict[int, bytes]:
    """Forms that each draw the next one twice, the last one a text."""
    kind = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>"
    drawn = {
        20 + n: stream(b"/X Do /X Do", kind + b"/XObject<</X %d 0 R>>>>" % (21 + n))
        for n in range(levels)
    }
    return {**drawn, 20 + levels: stream(TEXT, kind + b">>")}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (pages(b"10 0 R " * 501), "has 501 pages, more than the 500 that are read"),
        (pages(b"10 0 R " * 9000), "cannot be read as a PDF file .*page tree entry limit"),
        (pages(b"2 0 R 10 0 R"), "cannot be read as a PDF file .*cyclic"),
        (pages(b"100 0 R", doubling(60)), "cannot be read as a PDF file .*page tree entry limit"),
        (one_page(b" " * 50_000_000), "cannot be read as a PDF file .*decompressing"),
        (one_page(b"[" * 100_000), "is nested too deeply to be read as a PDF file"),
        (b"%PDF-1.7\n" + b"junk " * 99, "cannot be read as a PDF file"),
        (b"%PDF-", "cannot be read as a PDF file"),
        (make_pdf()[:-900], "PDF file|no text"),
    ],
)
def test_dangerous_and_broken_files_are_refused(raw: bytes, reason: str) -> None:
    """Endless page trees, packed blanks, deep nesting and torn files: each has its sentence."""
    with pytest.raises(ArticleError, match=reason):
        read(raw)


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations, seconds and characters of all pages together are counted, in forms too."""
    raw = one_page(b"/X Do", b"/XObject<</X 20 0 R>>", forms(7))
    assert "The ferry sailed." in read(raw).text
    for name, reason in (
        ("MAX_OPERATIONS", "is drawn so intricately"),
        ("MAX_SECONDS", "is drawn so intricately"),
        ("MAX_CHARS", "million characters"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(pdfs, name, 0)
            with pytest.raises(ArticleError, match=reason):
                read(raw)


def test_forms_that_double_are_cut_short() -> None:
    """Thirty forms that each draw the next one twice would be a thousand million."""
    raw = one_page(TEXT + b" /X Do", b"/XObject<</X 20 0 R>>", forms(30))
    assert read(raw).text.startswith("The ferry sailed.")
