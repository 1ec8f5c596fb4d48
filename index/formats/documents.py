"""Read a Word document (.docx)."""

import io
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.formats.archives import Allowance, opened
from index.formats.drafts import Draft, translated
from index.formats.properties import file_properties
from index.metadata import Metadata, iso_date

if TYPE_CHECKING:
    from docx.document import Document

MAX_PART_BYTES = 30_000_000  # of XML; ten times as much memory is needed to read it
TITLE_PARAGRAPHS = 10  # a title is looked for among the first of them

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNREAD = {  # what was deleted, and what stands there a second time for older programs
    f"{_WORD}del",
    f"{_WORD}moveFrom",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_TEMPLATE_MADE = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)  # what python-docx writes unasked
_CHARACTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(raw: bytes, allowance: Allowance) -> Draft:
    """Read a Word document.

    Raises:
        ArticleError: It is damaged, dangerous, or holds no text.
    """
    with opened(raw, "a Word document", allowance) as archive:
        for member in archive.members:
            if member.name.endswith((".xml", ".rels")) and member.size > MAX_PART_BYTES:
                raise ArticleError(f"has {member.size / 1e6:.0f} MB of XML in one part")
            content = archive.read(member)  # python-docx would unpack more than a member may hold
            if member.name.endswith(".xml") and b"<!DOCTYPE" in content:
                raise ArticleError("declares entities in its XML, which no Word document does")
    with translated("a Word document"):
        import docx  # 0.1 s, and only Word documents need it

        document = docx.Document(io.BytesIO(raw))
        stated, assumed = _properties(document)
        stated = stated.filled_from(Metadata(title=_title(document)))
        return Draft("\n\n".join(_Body(document).blocks), stated, assumed)


def _properties(document: "Document") -> tuple[Metadata, Metadata]:
    """What the file says of itself, and when it was made.

    It may be made years after the article was published.
    """
    try:
        about = document.core_properties
        made = about.created if about.created != _TEMPLATE_MADE else None
        stated = file_properties(about.title, about.author, about.language)
        return stated, Metadata(published=iso_date(made))
    except Exception:  # broken properties are no reason to lose the text
        return Metadata(), Metadata()


def _title(document: "Document") -> str | None:
    """The first paragraph that is styled as a title or as a heading of the first rank."""
    from docx.text.paragraph import Paragraph

    for block in islice(document.iter_inner_content(), TITLE_PARAGRAPHS):
        if isinstance(block, Paragraph) and block.text.strip():
            style = block.style.name if block.style is not None else None
            if style in ("Title", "Heading 1"):
                return block.text
    return None


class _Body:
    """All paragraphs of a document: also those in tables, text boxes and tracked insertions.

    python-docx knows only those that stand directly in the body.
    """

    def __init__(self, document: "Document") -> None:
        from lxml.etree import XMLParser, fromstring, iterwalk, tostring

        # The objects that python-docx makes of elements are ten times slower to walk.
        body = fromstring(tostring(document.element.body), XMLParser(resolve_entities=False))
        self.blocks: list[str] = []
        self._rows: list[list[list[str]]] = []  # of tables within tables, cells, paragraphs
        self._waiting: list[str] = []
        walker = iterwalk(body, events=("start", "end"))
        for event, element in walker:
            if event == "start" and element.tag in _UNREAD:
                walker.skip_subtree()
            elif isinstance(element.tag, str) and element.tag.startswith(_WORD):
                kind = element.tag.removeprefix(_WORD)
                self._start(kind, element.text) if event == "start" else self._end(kind)

    def _start(self, kind: str, text: str | None) -> None:
        if kind == "p":
            self._finish()
        elif kind == "tr":
            self._rows.append([])
        elif kind == "tc" and self._rows:
            self._rows[-1].append([])
        elif kind == "t":
            self._waiting.append(text or "")
        else:
            self._waiting.append(_CHARACTERS.get(kind, ""))

    def _end(self, kind: str) -> None:
        if kind == "p":
            self._finish()
        elif kind == "tr" and self._rows:
            cells = self._rows.pop()
            if all(len(cell) < 2 for cell in cells):
                self._put(" | ".join("".join(cell) for cell in cells).strip("| "))
            else:  # a table that only arranges paragraphs
                for cell in cells:
                    for paragraph in cell:
                        self._put(paragraph)

    def _finish(self) -> None:
        """End the paragraph that is being read."""
        lines = (" ".join(line.split()) for line in "".join(self._waiting).split("\n"))
        self._put("\n".join(filter(None, lines)))
        self._waiting.clear()

    def _put(self, block: str) -> None:
        """Add a block to the cell that is being read, or to the document."""
        if block and self._rows and self._rows[-1]:
            self._rows[-1][-1].append(block)
        elif block:
            self.blocks.append(block)
