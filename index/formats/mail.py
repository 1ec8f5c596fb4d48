"""Read a mail (.eml): its text is an article, and so are attachments that hold one.

The headers say who, when and what about. Of alternatives the richest is read, unless it is only
a shell around less text than another one has.
"""

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser

from index.articles import Article, Parsed
from index.errors import ArticleError
from index.formats.decoding import decode_stated
from index.formats.drafts import Draft, Nested, article_from, translated
from index.formats.headers import decoded_header, sender_host, stated_in_headers
from index.formats.markup import block_texts, decode_markup, parse_markup
from index.formats.pages import read_markup

MAX_PARTS = 1000
MAX_HEADER_CHARS = 100_000  # of one part, all its headers together
MIN_SHARE = 0.5  # of the words of the fullest reading, for a better one to be taken

_SUFFIXES = {  # of attachments without a name
    "application/epub+zip": ".epub",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/zip": ".zip",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}


def read_mail(raw: bytes, path: str, nested: Nested) -> Parsed:
    """Read a mail and what is attached to it.

    Args:
        raw: The mail as it was sent.
        path: Its path; those of its attachments start with it.
        nested: Reads the attachments.

    Raises:
        ArticleError: It is no mail, or nothing in it can be read.
    """
    articles: list[Article] = []
    failed: list[tuple[str, str]] = []
    with translated("a mail"):
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        _check(message)
        attachments = list(_attachments(message, path, nested))
        try:
            text = "\n\n".join(_blocks(message))
            articles.append(
                article_from(Draft(text, stated_in_headers(message), sender_host(message)), path)
            )
        except ArticleError as exc:
            if not attachments:
                raise
            if str(exc) != "holds no text":
                failed.append((path, str(exc)))
    for inner, content in attachments:
        try:
            parsed = nested.parse(content, inner)
        except ArticleError as exc:
            failed.append((inner, str(exc)))
            continue
        articles += parsed.articles
        failed += parsed.failed
    return Parsed(tuple(articles), tuple(failed))


def _check(message: Message) -> None:
    """Refuse what is no mail, and what would take long to look through."""
    if not any(message.get(name) for name in ("from", "subject", "date", "received")):
        raise ArticleError("is no mail (it has no From, Subject or Date)")
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            raise ArticleError(f"has more than {MAX_PARTS:,} parts")
        size = sum(len(name) + len(value) for name, value in part.raw_items())
        if size > MAX_HEADER_CHARS:
            raise ArticleError(f"has headers of {size:,} characters")


# ---- the text


def _is_attached(part: Message) -> bool:
    """Whether a part is a file of its own rather than a piece of the text."""
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return True
    return part.get_content_type() not in ("text/plain", "text/html")


def _parts(message: Message) -> list[Message]:
    """The parts of a multipart; a mail inside another is a file of its own."""
    inner = message.get_payload()
    multipart = message.get_content_maintype() == "multipart" and isinstance(inner, list)
    return [part for part in inner if isinstance(part, Message)] if multipart else []


def _blocks(part: Message) -> list[str]:
    """The text of a mail, one string a block."""
    if parts := _parts(part):
        readings = [_blocks(inner) for inner in parts]
        if part.get_content_subtype() != "alternative":
            return [block for reading in readings for block in reading]
        return _best(readings)
    if _is_attached(part):
        return []
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes) or not raw.strip():
        return []
    charset = str(part.get_param("charset") or "")
    if part.get_content_type() == "text/html":
        return _html_blocks(raw, charset)
    text = decode_stated(raw, charset)
    if part.get_param("format") == "flowed":
        text = _unflowed(text, spaced=part.get_param("delsp") != "yes")
    return [text]


def _best(readings: list[list[str]]) -> list[str]:
    """The last alternative, which is the richest; an earlier one if that has far fewer words."""
    most = max((_words(reading) for reading in readings), default=0)
    full = [reading for reading in readings if _words(reading) >= MIN_SHARE * most]
    return full[-1] if full else []


def _words(blocks: list[str]) -> int:
    return sum(len(block.split()) for block in blocks)


def _html_blocks(raw: bytes, charset: str) -> list[str]:
    """The article of an HTML mail, or all of its text where that is much more."""
    text = decode_stated(raw, charset) if charset else decode_markup(raw)
    everything = block_texts(parse_markup(text))
    try:
        found = read_markup(text).text.split("\n\n")
    except ArticleError:
        found = []
    return _best([everything, found])


def _unflowed(text: str, *, spaced: bool) -> str:
    """Join lines that were broken for transport (RFC 3676)."""
    joined: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        flows = line.endswith(" ") and line != "-- "
        joined.append((line if spaced else line[:-1]) if flows else f"{line}\n")
    return "".join(joined)


# ---- attachments


def _attachments(message: Message, path: str, nested: Nested) -> Iterator[tuple[str, bytes]]:
    """Path and content of every attached file that may be an article."""
    seen: set[str] = set()
    waiting = [message]
    number = 0
    while waiting:
        part = waiting.pop(0)
        if parts := _parts(part):
            waiting[:0] = parts
        elif _is_attached(part) and part is not message:
            number += 1
            name, content = _attached_file(part, number)
            name = f"{number}-{name}" if name in seen else name
            seen.add(name)
            if nested.reads(name) and content:
                yield f"{path}/{name}", content


def _attached_file(part: Message, number: int) -> tuple[str, bytes]:
    """Name and content of an attached file or mail."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        mail = inner[0] if isinstance(inner, list) and inner else None
        return f"mail-{number}.eml", mail.as_bytes() if isinstance(mail, Message) else b""
    told = decoded_header(part.get_filename() or "")
    name = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", re.split(r"[/\\]", told)[-1])[-200:]
    content = part.get_payload(decode=True)
    if not name.strip("."):
        name = f"attachment-{number}{_SUFFIXES.get(part.get_content_type(), '')}"
    return name, content if isinstance(content, bytes) else b""
