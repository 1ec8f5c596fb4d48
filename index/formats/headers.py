"""Read the headers of a mail: who sent what about, and when.

Knows nothing of the parts of a mail.
"""

import re
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from index.formats.decoding import decode, decode_stated
from index.metadata import Metadata, iso_date, read_byline

_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|tr|rv)\s*:)+\s*", re.IGNORECASE)
_FREE_MAIL = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com yahoo.com icloud.com proton.me gmx.de".split()
)


def stated_in_headers(message: Message) -> Metadata:
    """What the headers say of the article in a mail.

    Raises:
        ArticleError: A header is no text.
        Exception: What the email package raises for broken encoded words.
    """
    who = read_byline(parseaddr(_header(message, "from"))[0])
    archived = re.search(r"https?://[^\s<>]+", _header(message, "archived-at"))
    return Metadata(
        title=_REPLY.sub("", _header(message, "subject")),
        source=_header(message, "organization") or who.get("source"),
        author=who.get("author"),
        published=_sent(_header(message, "date")),
        url=archived[0] if archived else None,
        language=_header(message, "content-language").partition(",")[0],
    )


def sender_host(message: Message) -> Metadata:
    """The sender's host, which stands for the publisher where nothing else names one."""
    host = parseaddr(_header(message, "from"))[1].rpartition("@")[2].lower()
    return Metadata(source=host if "." in host and host not in _FREE_MAIL else None)


def decoded_header(value: str) -> str:
    """The text of a header in whatever encoding it was written; blanks are single."""
    try:
        value.encode("ascii")
    except UnicodeEncodeError:  # bytes that should not stand there, kept as surrogates
        value = decode(value.encode("utf-8", "surrogateescape"))
    words = (
        decode_stated(part, charset) if isinstance(part, bytes) else part
        for part, charset in decode_header(value)
    )
    return " ".join("".join(words).split())


def _header(message: Message, name: str) -> str:
    value = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return decoded_header(value)


def _sent(value: str) -> str | None:
    """When a mail was sent, with the zone of its sender."""
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return iso_date(value)
