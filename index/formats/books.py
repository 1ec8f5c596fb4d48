"""Read an EPUB file: an issue of a newspaper, or one long article.

Each document in its reading order is an article with its own headline; what the file says of
itself holds for all of them. Covers, tables of contents and other lists of links are passed over.
"""

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from index.articles import Article, Parsed
from index.errors import ArticleError
from index.formats.archives import Allowance, Archive, opened
from index.formats.drafts import Draft, article_from, translated
from index.formats.markup import block_texts, check_size, decode_markup, parse_markup
from index.formats.properties import file_properties
from index.metadata import Metadata, iso_date

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_DOCUMENT_BYTES = 10_000_000
MAX_LINKED = 0.6  # a document with a larger share of its text in links is a list of them

_HEADINGS = "//h1 | //h2 | //h3"
_PASSED_OVER = ("cover", "toc", "title-page", "titlepage", "copyright-page")


@dataclass(frozen=True, slots=True)
class _Book:
    """What the package document of an EPUB file says.

    Attributes:
        documents: Names of the members to read, in order.
        about: What is stated of the whole.
    """

    documents: tuple[str, ...]
    about: Metadata


def read_epub(raw: bytes, path: str, allowance: Allowance) -> Parsed:
    """Read all articles of an EPUB file.

    Raises:
        ArticleError: The file is damaged, dangerous or protected, or holds no text.
    """
    articles: list[Article] = []
    failed: list[tuple[str, str]] = []
    with opened(raw, "an EPUB file", allowance) as archive:
        book = _read_package(archive)
        for name in book.documents:
            try:
                if draft := _read_document(archive.find(name), book.about):
                    articles.append(article_from(draft, f"{path}/{name}"))
            except ArticleError as exc:
                failed.append((f"{path}/{name}", str(exc)))
    if not articles:
        raise ArticleError(failed[0][1] if failed else "holds no text")
    if len(articles) == 1 and not failed:
        articles = [_alone(articles[0], book.about, path)]
    return Parsed(tuple(articles), tuple(failed))


def _alone(article: Article, about: Metadata, path: str) -> Article:
    """The only article of a file, which has the name and the title of the file."""
    return replace(article, path=path, title=about.title or article.title)


def _read_package(archive: Archive) -> _Book:
    """Find the package document, and what it lists."""
    container = _xml(archive.find("META-INF/container.xml"))
    places = container.xpath("//*[local-name()='rootfile']/@full-path")
    if not places:
        raise ArticleError("names no package document")
    package = _xml(archive.find(places[0]))

    def member(href: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(places[0]), unquote(href)))

    guide = package.xpath("//*[local-name()='guide']/*[local-name()='reference']")
    skipped = {
        member(item.get("href", "").partition("#")[0])
        for item in guide
        if item.get("type") in _PASSED_OVER
    }
    items = {item.get("id"): item for item in package.xpath("//*[local-name()='item']")}
    names = []
    for reference in package.xpath("//*[local-name()='spine']/*[local-name()='itemref']"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        if "html" in item.get("media-type", "") and reference.get("linear") != "no":
            names.append(member(item.get("href", "")))
    kept = [name for name in dict.fromkeys(names) if name not in skipped]
    _refuse_protected(archive, kept)
    return _Book(tuple(kept), _about(package))


def _refuse_protected(archive: Archive, names: list[str]) -> None:
    """Refuse a book whose text is encrypted; encrypted fonts do no harm."""
    if not any(member.name == "META-INF/encryption.xml" for member in archive.members):
        return
    encrypted = _xml(archive.find("META-INF/encryption.xml")).xpath("//@URI")
    if set(map(unquote, encrypted)) & set(names):
        raise ArticleError("is protected (DRM); only its own reader can open it")


def _about(package: "_Element") -> Metadata:
    """Title, publisher, author, date and language of the whole (Dublin Core)."""

    def values(name: str) -> list[str]:
        path = f"//*[local-name()='metadata']//*[local-name()='{name}']"
        found = sorted(  # of several dates, that of publication counts
            package.xpath(path), key=lambda element: "publication" not in element.attrib.values()
        )
        return [" ".join(text.split()) for element in found if (text := element.text)]

    def first(name: str) -> str | None:
        return next(iter(values(name)), None)

    told = file_properties(first("title"), ", ".join(values("creator")), first("language"))
    publisher = file_properties(None, first("publisher")).author  # "calibre" is none
    return Metadata(
        title=first("title"),
        source=publisher,
        author=told.author,
        published=next(filter(None, map(iso_date, values("date"))), None),
        language=told.language,
    )


def _read_document(raw: bytes, about: Metadata) -> Draft | None:
    """Read one document of a book; None for a list of links or a page without text."""
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise ArticleError(f"has {len(raw) / 1e6:.0f} MB, more than the 10 MB of an article")
    with translated("a document of an EPUB file"):
        tree = parse_markup(decode_markup(raw))
        for around in tree.xpath("//nav | //*[contains(@class, 'navbar')]"):
            around.drop_tree()
        check_size(tree)
        blocks = block_texts(tree)
        linked = sum(len("".join(link.itertext())) for link in tree.iter("a"))
        if not blocks or linked > MAX_LINKED * sum(map(len, blocks)):
            return None
        headings = (" ".join(heading.text_content().split()) for heading in tree.xpath(_HEADINGS))
        title = next(filter(None, headings), None)
    return Draft("\n\n".join(blocks), Metadata(title=title).filled_from(about))


def _xml(raw: bytes) -> "_Element":
    """Parse XML; no entity is expanded and nothing is fetched."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(raw, parser)
