"""Read a PDF file: its lines of print from pypdf, its paragraphs by how they stand.

pypdf, beside pdfminer.six: it gives the words of columns in their order, where pdfminer mixes up
justified ones; takes a fifth to a half of the time; and bounds what a stream may unpack to.
"""

import io
import math
import re
import time
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from index.errors import ArticleError
from index.formats.drafts import Draft, translated
from index.formats.layout import headline, paragraphs
from index.formats.lines import Line
from index.formats.properties import file_properties
from index.metadata import Metadata, iso_date

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_PAGES = 500
MAX_OPERATIONS, MAX_SECONDS = 3_000_000, 30  # of all pages; a page of news has 5,000, and takes 0.1
MAX_FORMS = 1000  # drawn on one page; one that draws the next one twice makes them double
MAX_STREAM_BYTES = 20_000_000
MAX_CHARS = 10_000_000

_LIGATURES = re.compile("[\ufb00-\ufb06]")


def read_pdf(raw: bytes) -> Draft:
    """Read a PDF file with a text layer.

    Raises:
        ArticleError: It is damaged, encrypted, too large, or holds only pictures.
    """
    with translated("a PDF file", "pypdf"):
        from pypdf import PdfReader, apply_configuration  # 0.15 s, and only PDF needs it

        with apply_configuration(
            zlib_maximum_output_length=MAX_STREAM_BYTES,
            lzw_maximum_output_length=MAX_STREAM_BYTES,
            run_length_maximum_output_length=MAX_STREAM_BYTES,
            array_based_stream_maximum_output_length=MAX_STREAM_BYTES,
            page_tree_maximum_entries=10 * MAX_PAGES,
            xform_maximum_invocations_per_extraction=MAX_FORMS,
            jbig2dec_binary=None,
        ):
            reader = PdfReader(io.BytesIO(raw), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise ArticleError("is encrypted; save it without a password first")
            return _read(reader)


def _read(reader: "PdfReader") -> Draft:
    """Text and metadata of an open PDF file."""
    count = len(reader.pages)
    if count > MAX_PAGES:
        raise ArticleError(f"has {count:,} pages, more than the {MAX_PAGES} that are read of a PDF")
    budget = _Budget()
    lines: list[Line] = []
    for number, page in enumerate(reader.pages):
        lines += _lines(page, number, budget)
        budget.check()
    found = paragraphs(lines)
    if not found:
        raise ArticleError("holds no text; it needs OCR first")
    stated, assumed = _properties(reader)
    stated = stated.filled_from(Metadata(title=headline(found)))
    return Draft("\n\n".join(paragraph.text for paragraph in found), stated, assumed)


def _properties(reader: "PdfReader") -> tuple[Metadata, Metadata]:
    """What the file says of itself, and when it was made.

    It is made when it is saved, which may be years after the article was published.
    """
    try:
        about = reader.metadata
        language = reader.root_object.get("/Lang")
        stated = file_properties(about and about.title, about and about.author, language)
        made = about and about.creation_date
        return stated, Metadata(published=iso_date(made) if isinstance(made, datetime) else None)
    except Exception:  # broken properties are no reason to lose the text
        return Metadata(), Metadata()


class _Budget:
    """What all pages of one file may cost together."""

    def __init__(self) -> None:
        self._operations = self._chars = 0
        self._end = time.thread_time() + MAX_SECONDS

    def operation(self, *_: object) -> None:
        """Count an operation of a page.

        Raises:
            ArticleError: Too much was done already. pypdf lets it not out of a nested form, but
                it is raised again by the next operation.
        """
        self._operations += 1
        self.check()

    def text(self, text: str) -> None:
        """Count text that was found; raises as above."""
        self._chars += len(text)
        self.check()

    def check(self) -> None:
        """Raise as above."""
        if self._chars > MAX_CHARS:
            raise ArticleError(f"holds more than {MAX_CHARS / 1e6:.0f} million characters")
        if self._operations > MAX_OPERATIONS or time.thread_time() > self._end:
            raise ArticleError("is drawn so intricately that reading it takes minutes")


class _Part(NamedTuple):
    """Text that was set in one go: where it starts, and in which type."""

    text: str
    x: float
    y: float
    size: float
    font: str


def _lines(page: "PageObject", number: int, budget: _Budget) -> Iterator[Line]:
    """The lines of a page in the order of its content, which is that of reading."""
    parts: list[_Part] = []

    def visit(
        text: str,
        cm: list[float],
        tm: list[float],
        font: Mapping[str, object] | None,
        size: float | None,
    ) -> None:
        budget.text(text)
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = math.hypot(tm[2], tm[3]) * math.hypot(cm[2], cm[3])
        name = str((font or {}).get("/BaseFont", "")).rpartition("+")[2]
        parts.append(_Part(text, x, y, (size or 0) * scale, name))

    page.extract_text(visitor_text=visit, visitor_operand_before=budget.operation)
    waiting: list[_Part] = []
    for part in parts:
        *ended, rest = part.text.split("\n")
        for text in ended:
            yield from _line([*waiting, part._replace(text=text)], number)
            waiting = []
        waiting.append(part._replace(text=rest))
    yield from _line(waiting, number)


def _line(parts: list[_Part], page: int) -> Iterator[Line]:
    """One line, if it has any words; it stands where the first of them does."""
    parts = [part for part in parts if part.text.strip()]
    if not parts:
        return
    text = " ".join("".join(part.text for part in parts).split())
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    size = max(1.0, *(part.size for part in parts))
    fonts = {part.font for part in parts}
    font = fonts.pop() if len(fonts) == 1 else ""
    yield Line(text, parts[0].x, parts[0].y, size, font, page)
