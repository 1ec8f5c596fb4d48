"""Whether two answers to one question say the same, in whatever words articles put it.

Knows answers; knows nothing of who is told what.
"""

import re

from bot.messenger.display.buttons import is_overview
from index.metadata import iso_date
from index.stories.wording import words
from retrieval.answer import Answer
from retrieval.quotes import NUMBER_WORDS

_SIGNS = str.maketrans(
    {
        "%": " percent ",
        "$": " dollar ",
        "€": " euro ",
        "£": " pound ",
        "¥": " yen ",
        "₽": " ruble ",
        "₺": " lira ",
    }
)
_BELOW_ZERO = re.compile(r"(?<!\w)[-−–](?=\d)")
_ARTICLES = frozenset("a an the".split())
# Beside an answer these make it another one: "guilty" and "not guilty", "300" and "over 300".
_WEIGHTY = NUMBER_WORDS | frozenset(
    """not no never nor and or but except without non minus percent dollar euro pound yen ruble
    lira about around nearly almost some over under least most more less fewer up only roughly
    close exactly half twice former ex acting vice deputy не нет без бывший degil eski لا ليس
    غير""".split()
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


def says_the_same(told: Answer, now: Answer) -> bool:
    """Whether somebody who was told one answer learns nothing from the other.

    Scores do not count, nor does which article is quoted, nor how far the answer reaches into its
    sentence: "Lind" is "Ada Lind", "3 May" is "3 May 2024". Numbers and what bounds them count,
    and for an overview which sentences there are, in any order.
    """
    if not (told.answered and now.answered):
        return told.answered == now.answered
    before, after = _said(told), _said(now)
    if before == after:
        return True
    return len(before) == len(after) == 1 and _agree(*before, *after)


def _said(answer: Answer) -> frozenset[str]:
    """What an answer says: one text, or the sentences of an overview, without typography."""
    if is_overview(answer):
        return frozenset(_plain(citation.quote) for citation in answer.citations)
    return frozenset([_plain(answer.answer or "")])


def _plain(text: str) -> str:
    """Words without case, accents and punctuation; a text that has none is left as it is."""
    signed = _BELOW_ZERO.sub(" minus ", text).translate(_SIGNS)
    kept = [word for word in words(signed) if word not in _ARTICLES]
    return " ".join(kept) or text.strip()


def _agree(one: str, other: str) -> bool:
    """Whether one is part of the other and what is left does not weigh, or both are one day."""
    short, long = sorted((one.split(), other.split()), key=len)
    for at in range(len(long) - len(short) + 1):
        if long[at : at + len(short)] == short:
            return not any(map(_weighs, (*long[:at], *long[at + len(short) :])))
    return (day := iso_date(one)) is not None and day == iso_date(other)


def _weighs(word: str) -> bool:
    if _YEAR.fullmatch(word):
        return False
    return word in _WEIGHTY or any(character.isnumeric() for character in word)
