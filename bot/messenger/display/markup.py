"""Rich text for Telegram: styled runs in, HTML messages within Telegram's limits out.

Knows nothing of answers or articles. Text is cut while it is still plain, and turned into HTML
afterwards, so that no cut can fall inside a tag or a character reference.

Limits: https://core.telegram.org/bots/api#sendmessage and #formatting-options
"""

import html
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bot.messenger.display.borders import LOOKAHEAD_CHARS, border, is_seen, utf16_units
from bot.messenger.display.links import is_linkable

MAX_UNITS = 4096
"""UTF-16 code units of a message after its HTML has been parsed."""
MAX_ENTITIES = 100
"""Formatted stretches of a message; Telegram drops the formatting of further ones."""
MAX_BYTES = 32_768
"""UTF-8 bytes of a message before its HTML is parsed."""
_MOST_BYTES_OF_UNIT = len("&amp;")


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

    @property
    def size(self) -> int:
        """UTF-8 bytes of both."""
        return 2 * len(self.name) + len("<></>") + len(self.attributes.encode())


BOLD = Tag("b")
UNDERLINE = Tag("u")
ITALIC = Tag("i")
CODE = Tag("code")
QUOTE = Tag("blockquote", " expandable")


def link_tag(url: str | None) -> Tag | None:
    """A link to `url`, or None where Telegram would not make it one."""
    return Tag("a", f' href="{html.escape(url)}"') if url and is_linkable(url) else None


@dataclass(frozen=True, slots=True)
class Run:
    """Plain text within the same tags, outermost first."""

    text: str
    tags: tuple[Tag, ...] = ()


Block = tuple[Run, ...]
"""A paragraph or more that had better stay in one message."""

_BETWEEN_BLOCKS = Run("\n\n")


def to_html(runs: Iterable[Run]) -> str:
    """Runs as HTML; tags that neighbouring runs share are opened once."""
    parts: list[str] = []
    opened: tuple[Tag, ...] = ()
    for run in runs:
        if run.text:
            if opened != run.tags:
                shared = _shared(opened, run.tags)
                parts += [tag.closing for tag in reversed(opened[shared:])]
                parts += [tag.opening for tag in run.tags[shared:]]
                opened = run.tags
            parts.append(_escape(run.text))
    parts += [tag.closing for tag in reversed(opened)]
    return "".join(parts)


def split_messages(blocks: Iterable[Block]) -> list[str]:
    """Blocks as HTML messages: as few as possible, a block in one message if it can be.

    A longer block goes on where the one before has ended, and is cut after a paragraph, line,
    sentence or word, else between letters; every character, with its tags, is in exactly one
    message. A part that has nothing to show is left out, because Telegram refuses it.
    """
    messages: list[list[Run]] = [[]]
    filled, between = _EMPTY, _cost([_BETWEEN_BLOCKS])
    for block in blocks:
        cost = _cost(block)
        joined = filled.plus(between).plus(cost)
        if messages[-1] and joined.fits():
            messages[-1] += [_BETWEEN_BLOCKS, *block]
            filled = joined
        elif cost.fits():
            messages.append(list(block))
            filled = cost
        else:
            begun = (*messages.pop(), _BETWEEN_BLOCKS) if messages[-1] else ()
            messages += _split((*begun, *block))
            filled = _cost(messages[-1])
    return [to_html(runs) for runs in messages if is_seen("".join(run.text for run in runs))]


def marked(text: str, marks: Sequence[tuple[int, int, Tag]], tags: tuple[Tag, ...] = ()) -> Block:
    """A text within `tags`, stretches of it within further ones.

    Args:
        text: Plain.
        marks: Start, end and tag of each stretch, outermost first; what lies beyond the text is
            passed over.
        tags: Around all of it, outermost first.
    """
    inside = [(max(start, 0), min(end, len(text)), tag) for start, end, tag in marks]
    inside = [mark for mark in inside if mark[0] < mark[1]]
    ends = sorted({0, len(text), *(at for start, end, _ in inside for at in (start, end))})
    return tuple(
        Run(text[a:b], (*tags, *(tag for start, end, tag in inside if start <= a < end)))
        for a, b in pairwise(ends)
    )


class _Cost(NamedTuple):
    """What a part takes of each limit; `size` may be too high, never too low."""

    units: int
    entities: int
    size: int

    def plus(self, other: "_Cost") -> "_Cost":
        """The two together."""
        return _Cost(
            self.units + other.units, self.entities + other.entities, self.size + other.size
        )

    def fits(self) -> bool:
        """Whether one message takes it."""
        return self.units <= MAX_UNITS and self.entities <= MAX_ENTITIES and self.size <= MAX_BYTES


_EMPTY = _Cost(0, 0, 0)


def _cost(runs: Iterable[Run]) -> _Cost:
    units = entities = size = 0
    opened: tuple[Tag, ...] = ()
    for run in runs:
        if run.text:
            units += utf16_units(run.text)
            if opened != run.tags:
                for tag in run.tags[_shared(opened, run.tags) :]:
                    entities += 1
                    size += tag.size
                opened = run.tags
    return _Cost(units, entities, size + units * _MOST_BYTES_OF_UNIT)


def _split(block: Block) -> list[list[Run]]:
    """Cut one block into parts that each fit a message; a part is at least half full."""
    parts: list[list[Run]] = []
    rest = [run for run in block if run.text]
    while rest:
        limit = _fitting_chars(rest)
        if limit is None:
            return [*parts, rest]
        at = border(_beginning(rest, limit + LOOKAHEAD_CHARS), limit)
        head, rest = _cut(rest, at)
        parts.append(head)
    return parts


def _fitting_chars(runs: Sequence[Run]) -> int | None:
    """How many characters of the runs, from their start, fit one message; None: all."""
    chars = 0
    for n, run in enumerate(runs):
        before = _cost(runs[:n])
        if _cost(runs[: n + 1]).fits():
            chars += len(run.text)
            continue

        def is_too_long(length: int, n: int = n, run: Run = run) -> bool:
            return not _cost([*runs[:n], Run(run.text[:length], run.tags)]).fits()

        longest = min(len(run.text), MAX_UNITS - before.units + 1)
        fitting = bisect_right(range(longest + 1), False, key=is_too_long) - 1
        return max(1, chars + fitting)
    return None


def _beginning(runs: Iterable[Run], chars: int) -> str:
    text = ""
    for run in runs:
        text += run.text[: chars - len(text)]
        if len(text) == chars:
            break
    return text


def _cut(runs: Iterable[Run], at: int) -> tuple[list[Run], list[Run]]:
    """Divide runs after `at` characters."""
    head: list[Run] = []
    tail: list[Run] = []
    for run in runs:
        head.append(Run(run.text[:at], run.tags))
        tail.append(Run(run.text[at:], run.tags))
        at = max(0, at - len(run.text))
    return [run for run in head if run.text], [run for run in tail if run.text]


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
    escaped = html.escape(text, quote=False)
    return escaped if escaped.isascii() else escaped.encode("utf-8", "replace").decode()
