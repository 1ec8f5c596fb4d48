"""Put the lines of printed pages together as paragraphs, by where they stand.

A printed page knows only lines: paragraphs are told by indents, gaps, sizes and short last lines;
they go on in the next column and on the next page; words are cut by hyphens. Knows nothing of the
format that the lines come from.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from index.formats.lines import Line, rows, without_running_heads

SAME_SIZE = 1.05  # type is as large as other type up to this factor
STEP, GAP = 1.2, 1.35  # a step down in sizes of type, and how much larger one is a gap
MIN_STEPS = 5  # so often must a step be seen to be the usual one
INDENT, MAX_INDENT = 0.5, 5.0  # of a first line, in sizes of its type
SHORT = 0.75  # a last line may be this much shorter than the others, before it ends a paragraph
LABEL = 0.5  # a line that is shorter than this is a label, whatever it ends in
MIN_CUTS = 0.02  # of all lines end in a hyphen where words are cut
HEADLINE = 1.3  # a headline is larger than the text by this factor
NEARBY = 5  # lines before and after that show how wide a column is

_SENTENCE_END = re.compile(r"[.!?…:。！？؟][\"'”’»)\]]*$")
_SOFT_HYPHENS = ("\u00ad", "\u2010")  # they stand only where a word is cut
_HYPHENS = ("-", *_SOFT_HYPHENS)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together, as one line of text."""

    text: str
    size: float
    page: int


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Put lines together, in the order in which they are given."""
    lines = without_running_heads(rows(lines))
    if not lines:
        return []
    steps = _usual_steps(lines)
    words = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
    found: list[list[Line]] = [[lines[0]]]
    for number in range(1, len(lines)):
        if _starts_paragraph(lines, number, steps):
            found.append([])
        found[-1].append(lines[number])
    cuts = _cuts_words(lines)
    return [
        Paragraph(_joined(part, words, cuts=cuts), part[0].size, part[0].page) for part in found
    ]


def headline(found: Sequence[Paragraph]) -> str | None:
    """The largest paragraph of the first page, if it is larger than the text is."""
    sizes = [paragraph.size for paragraph in found for _ in range(len(paragraph.text))]
    first_page = [paragraph for paragraph in found if paragraph.page == found[0].page]
    largest = max(first_page, key=lambda paragraph: paragraph.size, default=None)
    if largest is None or largest.size < HEADLINE * median(sizes):
        return None
    return largest.text


def _usual_steps(lines: Sequence[Line]) -> dict[int, float]:
    """The usual step from line to line, in points, for each size of type that is common."""
    steps: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        if _same_type(before, line) and before.y > line.y and before.page == line.page:
            steps.setdefault(round(line.size), []).append(before.y - line.y)
    return {  # not the median: in short paragraphs every second step is a gap
        size: sorted(found)[len(found) // 4]
        for size, found in steps.items()
        if len(found) >= MIN_STEPS
    }


def _same_type(one: Line, other: Line) -> bool:
    """Whether two lines may be set in one type; a line of several fonts may be anything."""
    if one.font and other.font and one.font != other.font:
        return False
    return max(one.size, other.size) <= SAME_SIZE * min(one.size, other.size)


def _is_near(other: Line, line: Line) -> bool:
    """Whether two lines may be of the same column."""
    return other.page == line.page and abs(other.x - line.x) <= MAX_INDENT * line.size


def _follows(before: Line, line: Line) -> bool:
    """Whether a line stands below another one in the same column."""
    return before.y > line.y and _is_near(before, line)


def _starts_paragraph(lines: Sequence[Line], number: int, steps: dict[int, float]) -> bool:
    """Whether a line begins a paragraph rather than going on with the one before."""
    before, line = lines[number - 1], lines[number]
    if not _same_type(before, line) or _is_indented(lines, number):
        return True
    beside = lines[max(0, number - NEARBY) : number + NEARBY]
    longest = max(len(other.text) for other in beside if _same_type(other, line))
    ended = bool(_SENTENCE_END.search(before.text))
    short = len(before.text) < SHORT * longest
    if not _follows(before, line):
        return ended or short  # the next column or page
    step = steps.get(round(line.size), STEP * line.size)
    label = len(before.text) < LABEL * longest
    return label or (ended and short) or before.y - line.y > GAP * step


def _is_indented(lines: Sequence[Line], number: int) -> bool:
    """Whether a line starts further right than its column does, as a first line may."""
    before, line = lines[number - 1], lines[number]
    after = lines[number + 1] if number + 1 < len(lines) else None

    def right_of(edge: float) -> bool:
        return INDENT * line.size < line.x - edge < MAX_INDENT * line.size

    if after and _same_type(line, after) and _follows(line, after) and right_of(after.x):
        return True
    beside = lines[max(0, number - NEARBY) : number + NEARBY]
    column = [other.x for other in beside if _is_near(other, line)]
    return bool(_SENTENCE_END.search(before.text)) and right_of(min(column))


def _cuts_words(lines: Sequence[Line]) -> bool:
    """Whether "-" at line ends cuts words: it is frequent then, and no other hyphen does it."""
    hyphens = [line.text[-1] for line in lines if line.text.endswith(_HYPHENS)]
    common = len(hyphens) >= max(2, MIN_CUTS * len(lines))
    return common and not any(hyphen in _SOFT_HYPHENS for hyphen in hyphens)


def _joined(part: Sequence[Line], words: Counter[str], *, cuts: bool) -> str:
    """One line of text; a hyphen goes where it only cuts a word.

    Args:
        part: The lines of a paragraph.
        words: How often each word and compound stands inside a line of the article.
        cuts: Whether "-" may cut a word; it does not where other hyphens do.
    """
    text = part[0].text
    for line in part[1:]:
        if not text.endswith(_HYPHENS) or not text[-2:-1].isalnum():
            text = f"{text} {line.text}"
            continue
        if not line.text[:1].islower():  # Anne-Marie, 2019-2024
            text = text.rstrip("\u00ad") + line.text
            continue
        head, tail = _WORD.findall(text[:-1])[-1:], _WORD.match(line.text)
        halves = (head[0].lower(), tail[0].lower()) if head and tail else ("", "")
        compound = words["-".join(halves)] > words["".join(halves)] or not cuts
        text = (text if text.endswith("-") and compound else text[:-1]) + line.text
    return text
