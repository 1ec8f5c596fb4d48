"""Addresses that Telegram makes links of, and that lead to the very words of a quotation.

Text fragments: https://wicg.github.io/scroll-to-text-fragment/#syntax
"""

import re
from urllib.parse import quote

from bot.messenger.display.borders import border

MAX_URL_CHARS = 2048
"""Longest address that is made a link; any browser and server takes this much."""
MAX_EXACT_CHARS = 120
"""Longest quotation that a link spells out; of a longer one it names beginning and end."""
_MAX_EDGE_CHARS, _EDGE_WORDS = 50, 5

# Telegram makes no link to a host without a dot, and none to what it cannot parse.
_LINKABLE = re.compile(
    r"https?://(?:[\w-]+(?:\.[\w-]+)+\.?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_NOT_IN_ADDRESS = re.compile(
    r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ud800-\udfff]"
)


def is_linkable(url: str | None) -> bool:
    """Whether Telegram makes a link of an address."""
    if not url or len(url) > MAX_URL_CHARS or _NOT_IN_ADDRESS.search(url):
        return False
    match = _LINKABLE.fullmatch(url)
    return match is not None and 0 < int(match["port"] or 80) <= 65_535


def address_of_words(url: str | None, words: str) -> str | None:
    """An address that scrolls to `words` and marks them, where the browser can.

    Returns:
        `url` as it is where the words make it too long; None where Telegram makes no link of it.
    """
    if url is None or not is_linkable(url):
        return None
    page, _, fragment = url.partition("#")
    directive = _text_directive(words)
    exact = f"{page}#{fragment.partition(':~:')[0]}:~:{directive}"
    return exact if directive and len(exact) <= MAX_URL_CHARS else url


def _text_directive(words: str) -> str:
    """`text=…`, or `text=first,last` for what is long or runs over the end of a paragraph.

    A browser finds one text only within one paragraph.
    """
    paragraphs = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    if not paragraphs:
        return ""
    if len(paragraphs) == 1 and len(paragraphs[0]) <= MAX_EXACT_CHARS:
        return f"text={_encoded(paragraphs[0])}"
    return f"text={_encoded(_first_words(paragraphs[0]))},{_encoded(_last_words(paragraphs[-1]))}"


def _first_words(text: str) -> str:
    """A few words; where none are told apart by blanks, a few characters."""
    few = " ".join(text.split()[:_EDGE_WORDS])
    if len(few) <= _MAX_EDGE_CHARS:
        return few
    return few[: border(few, _MAX_EDGE_CHARS)].rstrip()


def _last_words(text: str) -> str:
    few = " ".join(text.split()[-_EDGE_WORDS:])
    if len(few) <= _MAX_EDGE_CHARS:
        return few
    shortest, longest = len(few) - _MAX_EDGE_CHARS // 2, len(few) - _MAX_EDGE_CHARS
    return few[border(few, shortest, longest) :].lstrip()


def _encoded(text: str) -> str:
    """Percent-encoded; a dash, a comma or an ampersand would mean something else here."""
    return quote(text, safe="", errors="replace").replace("-", "%2D")
