"""Makes small files of every kind that is read, good and dangerous, with real libraries."""

import gzip
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

import docx
from docx.document import Document

HEADLINE = "Harbour of Norvik falls silent"
PARAGRAPHS = (
    "The harbour of Norvik, which fed half the island since the spring of 2015, has reportedly "
    "fallen silent after the storm of last week broke the old pier in two places.",
    "“We moved 4,000 crates in a week,” the harbour master said of the year 2019, and put the "
    "fall down to the price of diesel rather than to the storm.",
    "Since the end of November no ship has been unloaded, three dockers said, while two cranes "
    "stand idle and the council waits for an answer from the mainland.",
    "Mayor Ada Lind promised an answer by the end of the year. The change shows how the trade of "
    "the island has shifted since the bridge was opened to lorries.",
)
TEXT = "\n\n".join(PARAGRAPHS)


def make_page(body: str = "", head: str = "") -> bytes:
    """An HTML page with navigation, notices and a footer around an article."""
    article = body or f"<article><h1>{HEADLINE}</h1>{in_tags('p', PARAGRAPHS)}</article>"
    links = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(12))
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{HEADLINE} | Example Gazette"
        f"</title>{head}</head><body><nav><ul>{links}</ul></nav><div id='cookie-banner'><p>We use "
        f"cookies to make this site better for you.</p></div>{article}"
        "<footer><p>© 2031 Example House. All rights reserved.</p></footer></body></html>"
    ).encode()


def in_tags(tag: str, texts: Sequence[str]) -> str:
    """Each text in a tag."""
    return "".join(f"<{tag}>{text}</{tag}>" for text in texts)


def make_docx(document: Document | None = None) -> bytes:
    """A Word document; without an argument one with the headline and the paragraphs."""
    if document is None:
        document = docx.Document()
        document.add_heading(HEADLINE, 0)
        for paragraph in PARAGRAPHS:
            document.add_paragraph(paragraph)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def make_zip(members: Mapping[str, bytes], *, packed: bool = True) -> bytes:
    """A ZIP archive."""
    file = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
    return file.getvalue()


def replace_member(raw: bytes, name: str, content: bytes) -> bytes:
    """The same archive with one member replaced or added."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    return make_zip({**members, name: content})


PACKAGE = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{about}</metadata>
<manifest>{items}</manifest><spine>{spine}</spine>{rest}</package>"""
CONTAINER = b"""<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""


def make_epub(
    documents: Mapping[str, str],
    about: str = "<dc:title>Example Gazette, 21 December</dc:title>",
    rest: str = "",
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """An EPUB file of documents given by the content of their bodies."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(documents)
    )
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(documents)))
    pages = {
        f"OEBPS/{name}": f"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head>"
        f"<body>{body}</body></html>".encode()
        for name, body in documents.items()
    }
    package = PACKAGE.format(about=about, items=items, spine=spine, rest=rest).encode()
    return make_zip(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/content.opf": package,
            **pages,
            **(more or {}),
        }
    )


def make_mail(text: str = TEXT, **headers: str) -> EmailMessage:
    """A mail with a plain text, to be added to."""
    message = EmailMessage()
    given = {
        "Subject": HEADLINE,
        "From": "Ada Lind <ada@gazette.example>",
        "Date": "Sat, 21 Dec 2024 09:55:00 +0300",
    }
    for name, value in (given | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def make_lines(objects: Sequence[object]) -> bytes:
    """JSON Lines."""
    return b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in objects)


def make_gzip(raw: bytes) -> bytes:
    """The bytes packed by gzip, always the same."""
    return gzip.compress(raw, mtime=0)
