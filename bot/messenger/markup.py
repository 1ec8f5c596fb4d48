"""Rich text for Telegram: styled runs in, HTML messages within Telegram's limits out.

Knows nothing of answers or articles. Text is cut while it is still plain, and turned into HTML
afterwards, so that no cut can fall inside a tag or a character reference.

Limits: https://core.telegram.org/bots/api#sendmessage and #formatting-options
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_UNITS = 4096
"""UTF-16 code units of a message after its HTML has been parsed."""
MAX_ENTITIES = 100
"""Formatted stretches of a message; Telegram drops the formatting of further ones."""
MAX_BYTES = 32_768
"""UTF-8 bytes of a message before its HTML is parsed."""
MAX_URL_CHARS = 2048
"""Longest address that is made a link; any browser and server takes this much."""

_BORDERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\n{2,}",
        r"\n",
        r"[.!?…][\"'”’»)\]]*\s+|[。！？][」』”’）]*",  # Chinese and Japanese stops
        r"\s+",
    )
)
_LINKABLE = re.compile(rf"https?://[^\s\x00-\x1f\x7f]{{1,{MAX_URL_CHARS}}}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    """An HTML element that Telegram knows; `attributes` begins with a space if there are any."""

    name: str
    attributes: str = ""

    @property
    def opening(self) -> str:
        """The start tag."""
        return f"<{self.name}{self.attributes}>"

    @property
    def closing(self) -> str:
        """The end tag."""
        return f"</{self.name}>"


BOLD = Tag("b")
CODE = Tag("code")
QUOTE = Tag("blockquote", " expandable")


def link_tag(url: str | None) -> Tag | None:
    """A link to `url`, or None where Telegram would not make it one."""
    if url is None or not _LINKABLE.fullmatch(url):
        return None
    return Tag("a", f' href="{html.escape(url)}"')


@dataclass(frozen=True, slots=True)
class Run:
    """Plain text within the same tags, outermost first."""

    text: str
    tags: tuple[Tag, ...] = ()


Block = tuple[Run, ...]
"""A paragraph or more that had better stay in one message."""


def to_html(runs: Iterable[Run]) -> str:
    """Runs as HTML; tags that neighbouring runs share are opened once."""
    parts: list[str] = []
    opened: tuple[Tag, ...] = ()
    for run in (*(run for run in runs if run.text), Run("")):  # the empty one closes every tag
        shared = _shared(opened, run.tags)
        parts += [tag.closing for tag in reversed(opened[shared:])]
        parts += [tag.opening for tag in run.tags[shared:]]
        parts.append(_escape(run.text))
        opened = run.tags
    return "".join(parts)


def split_messages(blocks: Iterable[Block]) -> list[str]:
    """Blocks as HTML messages: as few as possible, a block in one message if it can be.

    A longer block is cut after a paragraph, line, sentence or word, else between characters;
    every character, with its tags, is in exactly one message. A part that has nothing to show
    is left out, because Telegram refuses it.
    """
    messages: list[Block] = []
    current: Block = ()
    for block in blocks:
        joined = (*current, Run("\n\n"), *block) if current else block
        if _fitting_chars(joined) == _chars(joined):
            current = joined
            continue
        *full, rest = _split(block)
        messages += [current, *full]
        current = rest
    messages.append(current)
    return [to_html(runs) for runs in messages if any(run.text.strip() for run in runs)]


def _split(block: Block) -> list[Block]:
    """Cut one block into parts that each fit a message; a part is at least half full."""
    parts: list[Block] = []
    while (fitting := _fitting_chars(block)) < _chars(block):
        head, block = _cut(block, _border("".join(run.text for run in block), fitting))
        parts.append(head)
    return [*parts, block]


def _border(text: str, limit: int) -> int:
    """The best place to end a part of `text` that may have `limit` characters."""
    for pattern in _BORDERS:
        ends = [match.end() for match in pattern.finditer(text, limit // 2, limit)]
        if ends:
            return ends[-1]
    return limit


def _cut(block: Block, at: int) -> tuple[Block, Block]:
    """Divide a block after `at` characters."""
    head: list[Run] = []
    tail: list[Run] = []
    for run in block:
        head.append(Run(run.text[:at], run.tags))
        tail.append(Run(run.text[at:], run.tags))
        at = max(0, at - len(run.text))
    return tuple(run for run in head if run.text), tuple(run for run in tail if run.text)


def _chars(block: Block) -> int:
    return sum(len(run.text) for run in block)


def _fitting_chars(block: Block) -> int:
    """How many characters of a block, from its start, fit one message."""
    chars = units = entities = size = 0
    opened: tuple[Tag, ...] = ()
    for run in block:
        if not run.text:
            continue
        added = run.tags[_shared(opened, run.tags) :]
        opened = run.tags
        entities += len(added)
        size += sum(len((tag.opening + tag.closing).encode()) for tag in added)
        if entities > MAX_ENTITIES:
            return chars
        for char in run.text:
            units += 2 if char > "\uffff" else 1
            size += len(_escape(char).encode())
            if units > MAX_UNITS or size > MAX_BYTES:
                return chars
            chars += 1
    return chars


def _shared(opened: Sequence[Tag], tags: Sequence[Tag]) -> int:
    """How many outer tags two neighbouring runs have in common."""
    count = 0
    for one, other in zip(opened, tags, strict=False):  # nesting may differ in depth
        if one != other:
            break
        count += 1
    return count


def _escape(text: str) -> str:
    """Text as HTML; half a surrogate pair, which cannot be sent, becomes a question mark."""
    return html.escape(text, quote=False).encode("utf-8", "replace").decode()
