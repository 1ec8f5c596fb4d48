"""Where a text may be cut: after a paragraph, a line, a sentence, a word, at worst a letter.

Knows nothing of messages. What is one letter to the eye (an emoji of several characters, a
letter with its marks, a flag) stays whole: Unicode Standard Annex 29, "extended grapheme cluster".
"""

from bisect import bisect_right

import regex

from index.sentences import split_sentences

LOOKAHEAD_CHARS = 64
"""How much `border` wants to see of what follows."""

_CLUSTER = regex.compile(r"\X")
# The last place, from the right, at which a letter begins whatever stands before it.
_LETTER = regex.compile(r"(?r)(?<![\p{GCB=Prepend}\p{M}\u200d])\p{GCB=Other}")
_WHOLE = r"(?![\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}])"  # what follows is a letter anew
_CLOSING = r"[\"'”’»)\]]*+"
_PARAGRAPH, _LINE, _SENTENCE, _WORD = (
    regex.compile(rf"(?:{pattern}){_WHOLE}")
    for pattern in (
        r"\n{2,}+",
        r"\n",
        rf"[.!?…؟۔।॥։።]{_CLOSING}\s++|[。！？｡][」』”’）》]*+",
        r"\s++",
    )
)
_FULL_STOP = regex.compile(rf"\.{_CLOSING}\s*\Z")
_MOST_BORDER_CHARS = 16  # of a stop, what closes and blanks, where it begins before `least`
_BEFORE_STOP_CHARS, _AFTER_STOP_CHARS, _MOST_STOPS = 120, 60, 5
# Nothing in them is seen, or Telegram takes it away: https://github.com/tdlib/td, misc.cpp
_UNSEEN = regex.compile(
    r"[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u030a\u0333\u033f\u2800\ufffc]*+"
)


def is_seen(text: str) -> bool:
    """Whether a reader would see anything of a text; Telegram refuses a message without it."""
    return not _UNSEEN.fullmatch(text)


def utf16_units(text: str) -> int:
    """Length of a text as Telegram counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def chars_within(text: str, units: int) -> int:
    """How many characters from the start of a text are no more than so many UTF-16 units."""
    few = text[:units]
    if utf16_units(few) <= units:
        return len(few)
    return bisect_right(range(len(few)), units, key=lambda chars: utf16_units(few[:chars])) - 1


def border(text: str, limit: int, least: int = 0) -> int:
    """The best place to end a part of `text` that may have `limit` characters.

    Args:
        text: Longer than `limit`; what follows tells whether a letter ends there, of which no
            more than `LOOKAHEAD_CHARS` are looked at.
        limit: Most characters, at least 1.
        least: Fewest characters; without it, half of the limit.
    """
    least = least or limit // 2
    seen = text[: limit + LOOKAHEAD_CHARS]
    for pattern in (_PARAGRAPH, _LINE, _SENTENCE, _WORD):
        ends = [match.end() for match in pattern.finditer(seen, max(0, least - _MOST_BORDER_CHARS))]
        fitting = [end for end in reversed(ends) if least < end <= limit]
        if pattern is _SENTENCE:
            fitting = [end for end in fitting[:_MOST_STOPS] if _ends_sentence(seen, end)][:1]
        if fitting:
            return fitting[0]
    return _after_whole_letters(seen, limit)


def _ends_sentence(text: str, at: int) -> bool:
    """Whether a full stop before `at` ends a sentence; it may belong to "Gen." or an initial."""
    around = text[max(0, at - _BEFORE_STOP_CHARS) : at + _AFTER_STOP_CHARS]
    before = around[: min(at, _BEFORE_STOP_CHARS)]
    if not _FULL_STOP.search(before):
        return True
    return any(end == len(before.rstrip()) for _, end in split_sentences(around, 0, len(around)))


def _after_whole_letters(text: str, limit: int) -> int:
    """The end of the last letter that ends within the limit; a longer one is cut after all."""
    begun = _LETTER.search(text, 0, limit + 1)
    end = start = begun.start() if begun else 0
    for cluster in _CLUSTER.finditer(text, start):
        if cluster.end() > limit:
            break
        end = cluster.end()
    return end or limit
