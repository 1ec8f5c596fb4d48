"""Lines of print: where each one stands, and which of them are none of the text.

Knows nothing of the format that the lines come from.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

CHAR_WIDTH, TAB = 0.5, 3.0  # of a character, and of a blank that parts columns, in sizes
MIN_REPEATS = 2  # pages on which a line must stand to be a running head


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print.

    Attributes:
        text: Its words; blanks are single.
        x: Where it starts, from the left, in points.
        y: Its height above the bottom of the page, in points.
        size: Size of its type, in points.
        font: Name of its font; empty if it has several.
        page: Number of its page, from 0.
    """

    text: str
    x: float
    y: float
    size: float
    font: str
    page: int


def rows(lines: Sequence[Line]) -> list[Line]:
    """Put parts of one line together; a bar stands between those that are far apart."""
    found: list[Line] = []
    end = 0.0
    for line in lines:
        before = found[-1] if found else None
        same = before and before.page == line.page and abs(before.y - line.y) < line.size / 3
        if before and same and line.x > before.x:
            joint = " | " if line.x - end > TAB * line.size else " "
            font = before.font if before.font == line.font else ""
            found[-1] = replace(before, text=before.text + joint + line.text, font=font)
        else:
            found.append(line)
        end = line.x + CHAR_WIDTH * line.size * len(line.text)
    return found


def without_running_heads(lines: Sequence[Line]) -> list[Line]:
    """Leave out what stands at one place on most pages, but for the first time."""

    def place(line: Line) -> tuple[str, int]:
        return re.sub(r"\d+", "0", line.text), round(line.y)

    pages = Counter(found for found, _ in {(place(line), line.page) for line in lines})
    most = max(MIN_REPEATS, len({line.page for line in lines}) // 2)
    seen: set[tuple[str, int]] = set()
    kept = []
    for line in lines:
        where = place(line)
        if pages[where] < most or where not in seen:
            kept.append(line)
        seen.add(where)
    return kept
