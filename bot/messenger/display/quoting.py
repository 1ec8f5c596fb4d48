"""How a quotation, its source and the answer in it are laid out, as blocks of rich text.

Knows citations; knows nothing of messages and their limits. Quotations are never altered.
"""

from collections.abc import Iterable, Sequence

import regex

from bot.messenger.display.borders import border, chars_within, is_seen, utf16_units
from bot.messenger.display.buttons import is_overview
from bot.messenger.display.language import Phrases
from bot.messenger.display.links import address_of_words
from bot.messenger.display.markup import BOLD, CODE, QUOTE, Block, Run, Tag, link_tag, marked
from index.articles import Article
from retrieval.answer import Answer, Citation

MAX_NAME_UNITS = 120
"""Longest title or source where all must be in one message."""

_FIRST_STRONG, _POP = "\u2068", "\u2069"
_DIRECTIONS = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")  # in a name they would turn the line
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")


def answer_blocks(
    answer: Answer, say: Phrases, *, whole: bool, room: int | None = None
) -> list[Block]:
    """An answer or an abstention.

    Args:
        answer: The answer.
        say: Words.
        whole: With the quotations that are otherwise behind buttons.
        room: UTF-16 units of the longest quotation; without it all is given in full length.

    Raises:
        ValueError: An answer has no citation; without one it must not be shown.
    """
    if not answer.answered:
        near = answer.closest if whole else answer.closest[:1]
        return _abstained(near, say, room)
    if is_overview(answer):
        quoted = [numbered(one, say, room) for one in answer.citations]
        return headed(say("pages-overview"), quoted)
    first, *further = answer.citations
    blocks = [answer_block(answer.answer or "", first, say, room)]
    return [*blocks, *(numbered(one, say, room) for one in further if whole)]


def answer_block(short: str, citation: Citation, say: Phrases, room: int | None = None) -> Block:
    """The short answer and the quotation that holds it; what is all of it is not said twice."""
    said = is_seen(short) and short != citation.quote
    above = (Run(clipped(short, room), (BOLD,)), Run("\n")) if said else ()
    return (*above, *cited(citation, say, room))


def cited(citation: Citation, say: Phrases, room: int | None = None) -> Block:
    """A quotation with its source below."""
    return (*_quotation(citation, room), Run("\n"), *_cited_source(citation, say, room))


def numbered(citation: Citation, say: Phrases, room: int | None = None) -> Block:
    """A quotation below its source, which has the number that the citation has in its answer."""
    source = _cited_source(citation, say, room)
    return (Run(f"{citation.n}. "), *source, Run("\n"), *_quotation(citation, room))


def headed(heading: str, blocks: Sequence[Block]) -> list[Block]:
    """Blocks below a heading, which is never left alone at the end of a message."""
    first, *further = blocks or [()]
    above = (Run(heading, (BOLD,)), *([Run("\n\n")] if first else []))
    return [(*above, *first), *further]


def source_line(item: Article | Citation, most_units: int | None = None) -> Block:
    """Title (else file name, else id), linked if it can be, then source and date, if known.

    Args:
        item: What is named; a link to a citation leads to its very words.
        most_units: Longest title, source or file name; without it, they are given whole.
    """
    words = item.quote if isinstance(item, Citation) else ""
    link = link_tag(address_of_words(item.url, words))
    title, source, path = (
        clipped(one_line(name), most_units) for name in (item.title, item.source, item.path)
    )
    name = title or path or (item.article_id if isinstance(item, Citation) else item.id)
    tag = link or (None if title else CODE)
    facts = [fact for fact in (source, (item.published or "")[: len("YYYY-MM-DD")]) if fact]
    if _RIGHT_TO_LEFT.search(name + source):  # else the date would read 04-05-2024
        facts = [_isolated(fact) for fact in facts]
    return (Run(name, (tag,) if tag else ()), Run("".join(f" · {fact}" for fact in facts)))


def answer_marks(citation: Citation, start: int) -> list[tuple[int, int, Tag]]:
    """Where the short answer stands in a text whose first character is the article's `start`."""
    if citation.answer_start is None or citation.answer_end is None:
        return []
    return [(citation.answer_start - start, citation.answer_end - start, BOLD)]


def clipped(text: str, most_units: int | None) -> str:
    """A text that ends in an ellipsis, after a sentence, word or letter, if it is too long."""
    if most_units is None or utf16_units(text) <= most_units:
        return text
    return text[: border(text, chars_within(text, most_units - 1))].rstrip() + "…"


def isolated(text: str, beside: str = "") -> str:
    """A text that neither turns what stands beside it nor is turned by it; as it is where none is.

    Args:
        text: The text.
        beside: What it stands beside; else "52 people" would be read as "people 52" after Arabic.
    """
    return _isolated(text) if _RIGHT_TO_LEFT.search(text + beside) else text


def one_line(text: str | None) -> str:
    """A name without line ends, what would turn the line, and what cannot be sent."""
    if not text:
        return ""
    if not text.isascii():
        text = _DIRECTIONS.sub("", text.encode("utf-8", "replace").decode())
    line = " ".join(text.split())
    return line if is_seen(line) else ""


def _isolated(text: str) -> str:
    return f"{_FIRST_STRONG}{text}{_POP}"


def _abstained(near: Iterable[Citation], say: Phrases, room: int | None) -> list[Block]:
    """The plain statement, with the quotations that came nearest."""
    told = (Run(say("pages-not-told"), (BOLD,)),)
    quoted = [cited(one, say, room) for one in near]
    if not quoted:
        return [told]
    return [(*told, Run(f" {say('pages-nearest')}\n"), *quoted[0]), *quoted[1:]]


def _quotation(citation: Citation, room: int | None) -> Block:
    """The quotation, with the short answer bold where it stands in it.

    What there is no room for is left out at the end, and three dots outside of it say so.
    """
    quote = citation.quote
    if room is not None and utf16_units(quote) > room:
        quote = quote[: border(quote, chars_within(quote, room))]
    rest = (Run("…"),) if len(quote) < len(citation.quote) else ()
    return (*marked(quote, answer_marks(citation, citation.start), (QUOTE,)), *rest)


def _cited_source(citation: Citation, say: Phrases, room: int | None) -> Block:
    """The source, and how many others of its story carried the words."""
    line = source_line(citation, None if room is None else MAX_NAME_UNITS)
    others = len(citation.carried_by)
    return (*line, Run(f" · {say('pages-carried', count=others + 1)}")) if others else line
