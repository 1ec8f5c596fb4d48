"""Read an HTML page: the article on it, without what surrounds it, and what the page says of it.

trafilatura finds the article; dates and languages are read here, for trafilatura keeps no time of
day and takes the year of a copyright notice for a date.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.formats.drafts import Draft, translated
from index.formats.languages import iso_language
from index.formats.markup import block_texts, check_size, decode_markup, parse_markup
from index.metadata import Metadata, iso_date

if TYPE_CHECKING:
    from lxml.html import HtmlElement
    from trafilatura.settings import Document

MAX_BODY_LEAD = 2  # so much longer must the body in the page's data be, to be read instead
HEADLINE_BLOCKS = 3  # the headline stands among the first of them, or is put first

_AROUND = (  # never part of an article; libraries fall back to them where the article is short
    "//script[not(@type='application/ld+json')] | //style | //svg | //template | //iframe"
    "| //noscript | //nav | //footer[not(ancestor::article)] | //*[@role='navigation']"
    "| //*[@role='contentinfo'] | //*[@role='dialog'] | //dialog"
    "| //div[contains(concat(@id, ' ', @class), 'cookie')][not(.//h1 or .//article)]"
)
_PUBLISHED = frozenset(
    """articlepublishedtime articlepublished ogpublishedtime ogarticlepublishedtime datepublished
    date dcdate dcdateissued dctermsdate dctermscreated dctermsissued pubdate publishdate
    publicationdate parselypubdate sailthrudate citationpublicationdate citationdate
    originalpublicationdate""".split()
)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+)")
_DATE_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?!\d)")
_HEAD_CHARS = 4096
_Data = dict[str, object]


def read_page(raw: bytes) -> Draft:
    """Read the article on an HTML page.

    Raises:
        ArticleError: It is no text, is too large, or has no article.
    """
    text = decode_markup(raw)
    return read_markup(text) if "<" in text else Draft(text)  # plain text under a page's name


def read_markup(text: str) -> Draft:
    """Read the article on a page that is decoded already; raises as above."""
    with translated("an HTML page", "trafilatura", "htmldate", "courlan", "justext"):
        return _read(text)


def _read(text: str) -> Draft:
    """The article on a page; raises whatever lxml and trafilatura raise."""
    from trafilatura import bare_extraction  # 0.6 s, and only HTML needs it

    tree = parse_markup(text)
    for element in tree.xpath(_AROUND):
        element.drop_tree()
    check_size(tree)
    data = list(_news_data(tree))
    found = bare_extraction(
        tree,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    blocks = block_texts(found.body, keep_lines=True) if found is not None else []
    body = _stated_body(data)
    flattened = " ".join(body) == " ".join(blocks)  # trafilatura reads it too, without lines
    if flattened or sum(map(len, body)) > MAX_BODY_LEAD * sum(map(len, blocks)):
        blocks = body
    if not blocks:
        raise ArticleError("holds no article, only what surrounds one")
    url = (found and found.url) or next(iter(_SAVED_FROM.findall(text[:_HEAD_CHARS])), None)
    stated = Metadata(
        published=_published(tree, data), language=_language(tree, data), url=_address(url)
    ).filled_from(_told(found))
    dated = _DATE_IN_URL.search(stated.url or "")
    assumed = Metadata(published=iso_date("-".join(dated.groups())) if dated else None)
    return Draft("\n\n".join(_with_headline(blocks, tree)), stated, assumed)


def _told(found: "Document | None") -> Metadata:
    """What trafilatura has read of title, source and author."""
    if found is None:
        return Metadata()
    author = found.author.replace("; ", ", ") if found.author else None
    return Metadata(title=found.title, source=found.sitename, author=author)


def _address(url: object) -> str | None:
    """An address of the web; a page may name any other as its own."""
    return url if isinstance(url, str) and url.startswith(("http://", "https://")) else None


def _with_headline(blocks: list[str], tree: "HtmlElement") -> list[str]:
    """Put the headline of the page first, where the extraction has left it out."""
    headlines = [" ".join(heading.text_content().split()) for heading in tree.iter("h1")]
    first_lines = "\n".join(blocks[:HEADLINE_BLOCKS]).split("\n")
    if len(headlines) == 1 and headlines[0] and headlines[0] not in first_lines:
        return [headlines[0], *blocks]
    return blocks


def _news_data(tree: "HtmlElement") -> Iterator[_Data]:
    """Every article among the page's data (JSON-LD of schema.org)."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        waiting: list[object] = []
        with suppress(ValueError, RecursionError):  # of pages that do not close their brackets
            waiting.append(json.loads(script.text or "", strict=False))
        while waiting:
            item = waiting.pop(0)
            if isinstance(item, list):
                waiting[:0] = item
            elif isinstance(item, dict):
                if re.search(r"Article|Posting|Report", str(item.get("@type"))):
                    yield item
                waiting += [item[key] for key in ("@graph", "mainEntity") if key in item]


def _stated_body(data: list[_Data]) -> list[str]:
    """The longest body among the page's data; pages behind a paywall ship it now and then."""
    bodies = [body for item in data if isinstance(body := item.get("articleBody"), str)]
    body = max(bodies, key=len, default="")
    if re.search(r"</?(?:p|br|div)\b", body):
        return block_texts(parse_markup(body))
    return [block for line in body.split("\n") if (block := " ".join(line.split()))]


def _published(tree: "HtmlElement", data: list[_Data]) -> str | None:
    """When the page says that it was published, with time and zone as stated."""

    def candidates() -> Iterator[object]:
        yield from (item.get("datePublished") for item in data)
        for meta in tree.iter("meta"):
            name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
            if re.sub(r"[\W_]", "", name.lower()) in _PUBLISHED:
                yield meta.get("content")
        for element in tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate]"):
            yield element.get("datetime") or element.get("content") or element.text
        yield from (item.get("dateCreated") for item in data)
        yield from tree.xpath("(//article//time/@datetime)[1] | (//header//time/@datetime)[1]")

    return next(filter(None, map(iso_date, candidates())), None)


def _language(tree: "HtmlElement", data: list[_Data]) -> str | None:
    """The language that the page states."""
    candidates: list[object] = [item.get("inLanguage") for item in data]
    candidates += [tree.get("lang"), tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
    candidates += [tree.get("xml:lang"), *tree.xpath("//meta[@property='og:locale']/@content")]
    return next(filter(None, map(iso_language, candidates)), None)
