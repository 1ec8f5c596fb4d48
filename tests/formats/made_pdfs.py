"""Makes PDF files: pages as a newspaper prints them, and dangerous ones byte by byte."""

import io
import zlib
from collections.abc import Mapping, Sequence

from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, FrameBreak, PageTemplate, Paragraph

from tests.formats.made_files import HEADLINE, PARAGRAPHS

WIDTH, HEIGHT, MARGIN, GUTTER = 595.0, 842.0, 57.0, 14.0


def make_pdf(
    texts: Sequence[str] = PARAGRAPHS,
    *,
    columns: int = 1,
    indent: float = 0,
    gap: float = 7,
    justified: bool = False,
    running_head: str = "",
    password: str | None = None,
    **about: str,
) -> bytes:
    """An article in columns under a headline, with a running head if one is given.

    Args:
        texts: Paragraphs; `<b>…</b>` alone makes a heading.
        columns: Number of columns.
        indent: Of first lines, in points.
        gap: Between paragraphs, in points.
        justified: Whether lines are as wide as the column.
        running_head: Printed on top of every page, with the number of the page.
        password: Needed to open the file.
        about: `title`, `author` and `lang` of the file.
    """
    width = (WIDTH - 2 * MARGIN - (columns - 1) * GUTTER) / columns

    def frames(height: float) -> list[Frame]:
        places = [MARGIN + n * (width + GUTTER) for n in range(columns)]
        return [Frame(x, MARGIN, width, height, 0, 0, 0, 0) for x in places]

    def head(canvas: Canvas, document: BaseDocTemplate) -> None:
        if running_head:
            canvas.setFont("Times-Roman", 8)
            canvas.drawString(MARGIN, HEIGHT - 30, f"{running_head} | Page {document.page}")

    style = ParagraphStyle(
        "body",
        fontName="Times-Roman",
        fontSize=10,
        leading=12,
        spaceAfter=gap,
        firstLineIndent=indent,
        alignment=TA_JUSTIFY if justified else TA_LEFT,
    )
    file = io.BytesIO()
    document = BaseDocTemplate(
        file, pagesize=(WIDTH, HEIGHT), invariant=1, encrypt=password, **about
    )
    top = Frame(MARGIN, HEIGHT - 2 * MARGIN, WIDTH - 2 * MARGIN, MARGIN, 0, 0, 0, 0)
    first = PageTemplate("first", [top, *frames(HEIGHT - 3 * MARGIN)], onPage=head)
    first.autoNextPageTemplate = "next"
    document.addPageTemplates(
        [first, PageTemplate("next", frames(HEIGHT - 2 * MARGIN), onPage=head)]
    )
    large = ParagraphStyle("headline", fontName="Times-Bold", fontSize=20, leading=24)
    document.build(
        [Paragraph(HEADLINE, large), FrameBreak(), *(Paragraph(text, style) for text in texts)]
    )
    return file.getvalue()


def raw_pdf(objects: Mapping[int, bytes]) -> bytes:
    """A PDF file of given objects, of which the first is the catalogue."""
    raw = b"%PDF-1.7\n"
    places = {}
    for number, content in objects.items():
        places[number] = len(raw)
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % places.get(n, 0) for n in range(1, max(objects) + 1))
    start = len(raw)
    size = max(objects) + 1
    raw += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return raw + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, start)


def stream(content: bytes, more: bytes = b"") -> bytes:
    """A packed stream object."""
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(packed), more, packed)


def one_page(
    content: bytes, resources: bytes = b"", more: Mapping[int, bytes] | None = None
) -> bytes:
    """A PDF file of one page that has this content; its font is /F."""
    return raw_pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F 5 0 R>>%s>>>>" % resources,
            4: stream(content),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
            **(more or {}),
        }
    )
