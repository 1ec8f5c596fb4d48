"""Read XML and HTML from strangers: nothing outside it is loaded, no entity unfolds.

Knows nothing of what the elements mean.
"""

from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLOCKS = frozenset("p br div li h1 h2 h3 h4 h5 h6 tr blockquote section article".split())


def xml_elements(body: bytes, *names: str) -> Iterator["_Element"]:
    """The elements of these local names, in any namespace, one after the other.

    Broken XML yields what stands before the fault and what can be told after it. Each element
    is emptied once the caller asks for the next, so that a large file takes little memory.
    """
    from lxml import etree

    try:
        parsed = etree.iterparse(
            BytesIO(body),
            tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            recover=True,
            huge_tree=False,
        )
        for _, element in parsed:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        return  # so broken that nothing more can be told


def child(element: "_Element", name: str) -> "_Element | None":
    """The first child of this local name, in any namespace."""
    return next(element.iterchildren(f"{{*}}{name}"), None)


def child_text(element: "_Element", name: str) -> str | None:
    """The text of such a child; None if there is no child or no text."""
    found = child(element, name)
    return None if found is None else "".join(found.itertext()).strip() or None


def html_tree(body: bytes, charset: str | None = None) -> "_Element | None":
    """The tree of a page, however broken; None if there is nothing in it."""
    from lxml import etree

    try:
        parser = etree.HTMLParser(encoding=charset, no_network=True, huge_tree=False)
    except LookupError:  # a charset that nobody knows
        parser = etree.HTMLParser(no_network=True, huge_tree=False)
    try:
        root: _Element | None = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def plain_text(html: str) -> str:
    """The words of a piece of HTML on one line."""
    if "<" not in html:
        return " ".join(unescape(html).split())
    root = html_tree(html.encode("utf-8", "replace"), "utf-8")
    if root is None:
        return ""
    for element in root.iter():
        if element.tag in ("script", "style") or not isinstance(element.tag, str):
            element.text = ""
        elif element.tag in _BLOCKS:
            element.tail = f" {element.tail or ''}"
    return " ".join("".join(root.itertext()).split())
