"""Names and other words: one may be a part of the other, if what is left over does not weigh."""

import re
from collections.abc import Iterable, Sequence

from index.stories.wording import words
from retrieval.quotes import NUMBER_WORDS
from retrieval.values.figures import plain, with_digits

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
    lira about around nearly almost some over under least most more less fewer up roughly
    close half twice former ex acting vice deputy before after until unless anti
    не нет без бывший degil eski لا ليس غير""".split()
)
_TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady king queen prince princess president
    prime minister chancellor mayor governor senator representative judge justice general colonel
    major captain lieutenant sergeant admiral pope bishop archbishop cardinal rev reverend imam
    sheikh chief director secretary ambassador spokesman spokeswoman spokesperson inspector
    commander gov sen rep gen col capt lt sgt foreign defence defense interior finance""".split()
)
_SMALL_WORDS = frozenset("of the and for in on de la le du des von van der und y e".split())
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_ACRONYM = re.compile(r"[A-Z](?:\.?[A-Z]){1,5}\.?")


def plain_words(text: str) -> list[str]:
    """Words without case, accents, articles and typography, numbers in one writing.

    A text that has no words, such as an emoji, is its own word.
    """
    signed = _BELOW_ZERO.sub(" minus ", with_digits(plain(text))).translate(_SIGNS)
    kept = [word for word in words(signed) if word not in _ARTICLES]
    return kept or [text.strip()]


def same_words(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether one is a part of the other and what is left does not weigh, or both name one.

    "Lind" is "Mayor Ada Lind" and "Dr Lind" is "Dr Ada Lind", but "guilty" is not "not guilty".
    """
    if _is_part(left, right):
        return True
    (titles, name), (other_titles, other_name) = _titled(left), _titled(right)
    if not (titles <= other_titles or other_titles <= titles):  # King Street, Queen Street
        return False
    return _is_part(name, other_name) or _same_initials(name, other_name)


def is_acronym(left: str, right: str) -> bool:
    """Whether one text is made of the first letters of the other: "WHO"."""
    for short, long in ((left, right), (right, left)):
        short = re.sub(r"^[Tt]he ", "", short.strip())
        if _ACRONYM.fullmatch(short):
            named = [word for word in words(long) if word not in _SMALL_WORDS]
            letters = short.replace(".", "").casefold()
            if len(named) > 1 and "".join(word[0] for word in named) == letters:
                return True
    return False


def weighs(left_over: Iterable[str]) -> bool:
    """Whether any of the words that only one of two answers has makes it another answer."""
    return any(map(_weighs, left_over))


def _weighs(word: str) -> bool:
    if _YEAR.fullmatch(word):
        return False
    return word in _WEIGHTY or any(character.isnumeric() for character in word)


def _is_part(left: Sequence[str], right: Sequence[str]) -> bool:
    short, long = sorted((left, right), key=len)
    for at in range(len(long) - len(short) + 1):
        if long[at : at + len(short)] == short:
            return not weighs([*long[:at], *long[at + len(short) :]])
    return False


def _titled(name: Sequence[str]) -> tuple[set[str], Sequence[str]]:
    """The titles before a name, and the name."""
    at = 0
    while at < len(name) - 1 and name[at] in _TITLES:
        at += 1
    return set(name[:at]), name[at:]


def _same_initials(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether one shortens names before the last: "A. Lind" and "Ada Lind"."""
    if len(left) != len(right) or len(left) < 2 or left[-1] != right[-1]:
        return False
    return all(
        one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])
        for one, other in zip(left, right, strict=True)
    )
