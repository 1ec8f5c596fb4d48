"""The pages of an article around a quotation: where each begins and ends.

Pure functions of text and numbers; knows nothing of messages and buttons.
"""

from functools import lru_cache

from bot.messenger.display.borders import LOOKAHEAD_CHARS, border, chars_within

PAGE_UNITS = 2500
"""About as long as a page is: one look at a telephone, a little scrolling."""
Span = tuple[int, int]


@lru_cache(maxsize=16)  # who turns the pages of an article comes back for each
def context_pages(text: str, start: int, end: int) -> tuple[Span, ...]:
    """Divide an article into pages, so that one holds a quotation and what surrounds it.

    The pages hold every character of the text once, in order. They end after paragraphs, else
    sentences; a quotation that fits a page is not cut.

    Args:
        text: Canonical text of the article.
        start: Where the quotation begins.
        end: Where it ends (exclusive).
    """
    room = max(0, PAGE_UNITS - (end - start))
    first = _beginning(text, start - room // 3, room // 3) if start > room // 3 * 2 else 0
    before = _forward(text, 0, first) if first else []
    return (*before, *_forward(text, first, len(text), end))


def page_of(pages: tuple[Span, ...], position: int) -> int:
    """Number of the page, from 1, that shows the character at `position`."""
    return next((n for n, (_, end) in enumerate(pages, start=1) if position < end), len(pages))


def _beginning(text: str, latest: int, slack: int) -> int:
    """Where a page had better begin: by so much before `latest`, or there."""
    if not slack:
        return latest
    window = text[latest - slack : latest + LOOKAHEAD_CHARS]
    return latest - slack + border(window, slack, 1)


def _forward(text: str, start: int, end: int, kept: int = 0) -> list[Span]:
    """Pages of text[start:end]; none ends before `kept` if it can hold so much."""
    pages = []
    while (most := chars_within(text[start : start + PAGE_UNITS], PAGE_UNITS)) < end - start:
        least = kept - start - 1 if most // 2 < kept - start <= most else 0
        at = start + border(text[start : start + most + LOOKAHEAD_CHARS], most, least)
        pages.append((start, at))
        start = at
    return [*pages, (start, end)]
