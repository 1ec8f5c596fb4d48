"""Parse HTML of any kind without harm, and turn it into blocks of text.

Used for pages, mails and books. No entity is expanded, nothing is fetched, and what would take
the extraction of an article too long is refused by its size. Knows nothing of articles.
"""

import re
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.formats.decoding import decode, decode_stated

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_ELEMENTS = 20_000  # a long page of news has 5,000; at this number the slowest takes 10 s
MAX_ATTRIBUTES = 5000  # of one tag: libxml2 compares each with all others, 20,000 take 1.4 s
HEAD_BYTES = 4096  # where an encoding is stated, if anywhere

_STATED_ENCODING = re.compile(
    rb"""<meta\b[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\b[^>]*?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+)"""
_ATTRIBUTE = rf"(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+{_VALUE})?+)"
_OVERLOADED_TAG = re.compile(rf"<[a-z][^\s/>]*+{_ATTRIBUTE}{{{MAX_ATTRIBUTES}}}+", re.IGNORECASE)
_NO_MARKUP = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # libxml2 stops at them
_UNREAD = "script style svg template iframe noscript object select button head".split()
_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main nav ol p
    pre section summary table tbody tfoot thead tr ul head item list quote row""".split()
)  # the last line: names in what trafilatura returns
_CELLS = frozenset(("td", "th", "cell"))
_BREAKS = frozenset(("br", "lb"))


def decode_markup(raw: bytes) -> str:
    """Decode HTML by its mark, by the encoding that it states, or by a guess.

    Raises:
        ArticleError: It is not text.
    """
    if stated := _STATED_ENCODING.search(raw[:HEAD_BYTES]):
        return decode_stated(raw, (stated[1] or stated[2]).decode("ascii", "replace"))
    return decode(raw)


def parse_markup(text: str) -> "HtmlElement":
    """Parse HTML, however broken, as a whole document.

    Raises:
        ArticleError: It holds nothing, or a tag with thousands of attributes.
        lxml.etree.LxmlError: It cannot be mended.
    """
    from lxml.html import HTMLParser, document_fromstring

    content = _NO_MARKUP.sub("", text).encode("utf-8", "ignore")
    if not content.strip():
        raise ArticleError("holds no text")
    if _OVERLOADED_TAG.search(text):
        raise ArticleError(f"has a tag with {MAX_ATTRIBUTES:,} attributes or more")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    return document_fromstring(content, parser=parser)


def check_size(tree: "HtmlElement") -> None:
    """Refuse a tree that would keep the extraction of an article busy for minutes.

    Raises:
        ArticleError: It has too many elements.
    """
    count = sum(1 for _ in tree.iter())
    if count > MAX_ELEMENTS:
        raise ArticleError(
            f"has {count:,} elements, more than the {MAX_ELEMENTS:,} of a page with one article"
        )


def block_texts(tree: "HtmlElement", *, keep_lines: bool = False) -> list[str]:
    """The text of a tree, one string a block, rows of tables with bars between their cells.

    Args:
        tree: Any tree of HTML, or what trafilatura returns.
        keep_lines: Whether line feeds are line ends, as in what trafilatura returns; in HTML they
            are blanks.
    """
    from lxml.etree import iterwalk

    blocks = _Blocks(keep_lines=keep_lines)
    walker = iterwalk(tree, events=("start", "end"))
    for event, element in walker:
        if event == "start":
            if element.tag in _UNREAD and not keep_lines:
                walker.skip_subtree()
            else:
                blocks.start(element)
        else:
            blocks.end(element)
            if element is not tree:
                blocks.add(element.tail)
    blocks.finish()
    return blocks.found


class _Blocks:
    """Gathers text and cuts it into blocks."""

    def __init__(self, *, keep_lines: bool) -> None:
        self.found: list[str] = []
        self._waiting: list[str] = []
        self._keep_lines = keep_lines

    def start(self, element: "HtmlElement") -> None:
        """An element begins, and its first text with it."""
        if element.tag in _BLOCKS and not _in_cell(element):
            self.finish()
        elif element.tag in _BREAKS:
            self._waiting.append("\n")
        self.add(element.text)

    def end(self, element: "HtmlElement") -> None:
        """An element ends."""
        if element.tag in _BLOCKS and not _in_cell(element):
            self.finish()
        elif element.tag in _CELLS:
            self._waiting.append(" | ")

    def add(self, text: str | None) -> None:
        """Take text into the block that is being gathered."""
        if text:
            self._waiting.append(text if self._keep_lines else text.replace("\n", " "))

    def finish(self) -> None:
        """End the block that is being gathered."""
        lines = (" ".join(line.split()) for line in "".join(self._waiting).split("\n"))
        if block := "\n".join(filter(None, lines)).strip("| "):
            self.found.append(block)
        self._waiting.clear()


def _in_cell(element: "HtmlElement") -> bool:
    """Whether a block is the content of a cell of a table of data, which stays in one line."""
    parent = element.getparent()
    return parent is not None and parent.tag in _CELLS and len(parent) == 1
