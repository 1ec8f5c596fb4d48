"""A Word document gives all of its text, whatever it stands in."""

from datetime import UTC, datetime

import docx
import pytest

from index.articles import Article
from index.errors import ArticleError
from index.formats import documents
from index.formats.files import parse_article
from tests.formats.made_files import HEADLINE, PARAGRAPHS, TEXT, make_docx, replace_member

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PART = "word/document.xml"


def read(raw: bytes) -> Article:
    """The article in a Word document."""
    return parse_article(raw, "a.docx")


def with_body(body: str, before: str = "") -> bytes:
    """A Word document with this body, in XML."""
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    part = f"<w:document xmlns:w='{WORD}' xmlns:mc='{mc}'><w:body>{body}</w:body></w:document>"
    return replace_member(make_docx(), PART, f"<?xml version='1.0'?>{before}{part}".encode())


def run(text: str) -> str:
    """A run of text."""
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def test_text_and_properties() -> None:
    """Title, author, language and the text itself; the template's own date is none."""
    document = docx.Document()
    document.add_heading(HEADLINE, 0)
    for paragraph in PARAGRAPHS:
        document.add_paragraph(paragraph)
    article = read(make_docx(document))
    assert (article.text, article.title) == (f"{HEADLINE}\n\n{TEXT}", HEADLINE)
    assert (article.author, article.published, article.language) == (None, None, "en")
    about = document.core_properties
    about.title, about.author, about.language = "Harbour silent", "Jane Doe", "en-GB"
    about.created = datetime(2024, 12, 21, 9, 55, tzinfo=UTC)
    article = read(make_docx(document))
    assert (article.title, article.author) == ("Harbour silent", "Jane Doe")
    assert (article.published, article.language) == ("2024-12-21T09:55:00+00:00", "en")


def test_a_date_in_the_text_comes_before_that_of_the_file() -> None:
    """A file may be saved years after its article was published."""
    document = docx.Document()
    for line in (HEADLINE, "By Jane Doe", "2 May 2020", *PARAGRAPHS):
        document.add_paragraph(line)
    document.core_properties.created = datetime(2024, 12, 21, tzinfo=UTC)
    assert read(make_docx(document)).published == "2020-05-02"


def test_broken_properties_lose_no_text() -> None:
    """A date that is none, and what is no property at all, are passed over."""
    package = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    for inner in ("<c:created>soon</c:created>", "<d:created xmlns:d='x'/>", "lost"):
        core = f"<c:coreProperties xmlns:c='{package}'>{inner}</c:coreProperties>"
        article = read(replace_member(make_docx(), "docProps/core.xml", core.encode()))
        assert PARAGRAPHS[0] in article.text


def test_tables_text_boxes_links_and_insertions_are_read() -> None:
    """What stands elsewhere than in plain paragraphs counts; what was deleted does not."""
    cell = "<w:tc><w:p>{}</w:p></w:tc>"
    row = "<w:tr>" + cell.format(run("2023")) + cell.format(run("41")) + "</w:tr>"
    long = f"<w:tr><w:tc><w:p>{run('Left.')}</w:p><w:p>{run('Below.')}</w:p></w:tc></w:tr>"
    box = f"<w:pict><w:txbxContent><w:p>{run('In a box.')}</w:p></w:txbxContent></w:pict>"
    body = (
        f"<w:p>{run('One ')}<w:hyperlink>{run('link')}</w:hyperlink><w:ins>{run(' added')}</w:ins>"
        f"<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:br/></w:r>{run('line.')}</w:p>"
        f"<w:tbl><w:tblPr/>{row}{long}</w:tbl><w:sdt><w:sdtContent><w:p>{run('Control.')}</w:p>"
        f"</w:sdtContent></w:sdt><w:p>{run('Around')}<mc:Fallback>{run('twice')}</mc:Fallback>"
        f"<w:r>{box}</w:r></w:p><w:p/>"
    )
    assert read(with_body(body)).text.split("\n\n") == [
        "One link added\nline.",
        "2023 | 41",
        "Left.",
        "Below.",
        "Control.",
        "Around",
        "In a box.",
    ]


LAUGHS = '<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (with_body(f"<w:p>{run('&i;')}</w:p>", f"<!DOCTYPE x [{LAUGHS}]>"), "declares entities"),
        (
            with_body(f"<w:p>{run('&x;')}</w:p>", '<!DOCTYPE x [<!ENTITY x SYSTEM "/etc/x">]>'),
            "declares entities",
        ),
        (with_body("<w:p>" * 10_000), "cannot be read as a Word document .*depth"),
        (with_body(""), "holds no text"),
        (replace_member(make_docx(), PART, b"<w:document/>"), "cannot be read as a Word document"),
        (replace_member(make_docx(), PART, b""), "cannot be read as a Word document"),
        (replace_member(make_docx(), "x.bin", bytes(20_000_000)), "times its size"),
        (make_docx()[:-50], "cannot be read as a Word document"),
        (make_docx()[:99], "cannot be read as a Word document"),
        (b"PK\x03\x04", "cannot be read as a Word document"),
        (b"", "cannot be read as a Word document"),
    ],
)
def test_dangerous_and_broken_documents_are_refused(raw: bytes, reason: str) -> None:
    """Bombs of XML, of packing and of nesting, and torn files: each has its sentence."""
    with pytest.raises(ArticleError, match=reason):
        read(raw)


def test_huge_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """XML takes ten times its size in memory, so a part has a bound of its own."""
    monkeypatch.setattr(documents, "MAX_PART_BYTES", 1000)
    with pytest.raises(ArticleError, match="of XML in one part"):
        read(make_docx())
