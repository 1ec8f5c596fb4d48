"""Find paragraphs, headings and sentences in a canonical text, as character spans.

Sentences are split by nupunkt. Wire copy puts one paragraph on a line, mail and older archives
wrap paragraphs at a fixed width; both are told apart here. Knows nothing of tokens.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.metadata import is_label

Span = tuple[int, int]

MAX_HEADING_CHARS, MAX_HEADING_WORDS = 120, 16
WRAP_WIDTHS = range(55, 101)

_BLOCK = re.compile(r"[^\n]++(?:\n(?!\s*\n)[^\n]*+)*+")  # possessive: else 1 GB for 10 MB of text
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_ENDS_SENTENCE = re.compile(r"(?<!\b[ap]\.m)[.!?…:;,。！？؟][\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph's span; a heading (or byline, or date line) belongs to what follows it."""

    start: int
    end: int
    heading: bool


@lru_cache(maxsize=16)  # a question asks this of the same few articles some thirty times
def split_paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Split a canonical text at blank lines, and at line ends where lines are paragraphs."""
    spans: list[Span] = []
    for block in _BLOCK.finditer(text):
        lines = [line.span() for line in _LINE.finditer(text, *block.span())]
        if lines and _is_wrapped([text[a:b] for a, b in lines]):
            spans.append((lines[0][0], lines[-1][1]))
        else:
            spans.extend(lines)
    spans = [trimmed for span in spans if (trimmed := trim(text, span))]
    last = len(spans) - 1
    return tuple(
        Paragraph(start, end, number < last and is_heading(text[start:end]))
        for number, (start, end) in enumerate(spans)
    )


def is_heading(line: str) -> bool:
    """Whether a paragraph reads as a heading, byline or date line rather than a sentence."""
    if is_label(line):
        return True
    short = len(line) <= MAX_HEADING_CHARS and len(line.split()) <= MAX_HEADING_WORDS
    return short and "\n" not in line and not _ENDS_SENTENCE.search(line)


def split_sentences(text: str, start: int, end: int) -> list[Span]:
    """Split text[start:end] into sentences without surrounding blanks."""
    from nupunkt import sent_spans  # 0.05 s, and `--help` needs no sentences

    part = text[start:end]
    spans = (trim(text, (start + a, start + b)) for a, b in sent_spans(part))
    return [span for span in spans if span]


def article_sentences(text: str) -> Iterator[tuple[Span, bool]]:
    """Every sentence of a canonical text in order, and whether it is a heading."""
    for paragraph in split_paragraphs(text):
        if paragraph.heading:
            yield (paragraph.start, paragraph.end), True
            continue
        for span in split_sentences(text, paragraph.start, paragraph.end):
            yield span, False


def _is_wrapped(lines: list[str]) -> bool:
    """Whether lines were broken at a fixed width: full but for the last, few end a sentence."""
    if len(lines) < 2:
        return False
    full = lines[:-1]
    if not all(len(line) in WRAP_WIDTHS for line in full):
        return False
    return sum(bool(_ENDS_SENTENCE.search(line)) for line in full) <= len(full) / 2


def trim(text: str, span: Span) -> Span | None:
    """The span without the blanks at its ends; None if nothing else is in it."""
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
