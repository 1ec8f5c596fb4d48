"""Numbers in a text, in digits with any separators or in English words: "4,000", "half a million".

Knows nothing of what is counted. Digits of every script count; words are read by text2num.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from retrieval.quotes import NUMBER_WORDS

SCALES = {
    **dict.fromkeys(("dozen",), Decimal(12)),
    **dict.fromkeys(("hundred",), Decimal(100)),
    **dict.fromkeys(("thousand", "k", "tausend", "mille", "тыс", "тысяч", "bin"), Decimal(10**3)),
    **dict.fromkeys(
        """million mn mln mio millionen millions millones milioni milyon миллион миллиона
        миллионов млн مليون""".split(),
        Decimal(10**6),
    ),
    **dict.fromkeys(
        ("billion", "bn", "mrd", "milliarden", "milliards", "milyar", "млрд", "миллиардов"),
        Decimal(10**9),
    ),
    **dict.fromkeys(("trillion", "tn"), Decimal(10**12)),
}
_CROWDS = {"tens": 10, "dozens": 12, "hundreds": 100, "thousands": 10**3, "millions": 10**6}
_SMALL = NUMBER_WORDS - _CROWDS.keys() - {"dozen"} | {"zero"}
_ORDINALS = (
    r"(?:first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|hundred|thousand"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)tie)th)"
)
_BIG = r"(?:hundred|thousand|million|billion|trillion)"


def _either(words: set[str] | frozenset[str] | dict[str, Decimal]) -> str:
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"


_WORD = _either(_SMALL)
_DIGITS = (
    r"\d{1,3}(?:[ '’٬]\d{3})+(?!\d)(?:[.,٫]\d+)?"  # blanks or apostrophes between the thousands
    r"|\d+(?:[.,٫٬]\d+)*"
)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<sign>(?:minus |[-−–](?=\d)))?"
    rf"(?:(?P<half>half an? )|an? (?={_either(SCALES)}\b)|(?P<digits>{_DIGITS})"
    rf"|(?P<words>{_WORD}\b(?:(?:[ -]|(?<=hundred) and |(?<=[nd]) and (?={_WORD}\b(?! {_BIG}))"
    rf"){_WORD}\b)*))"
    rf"(?P<plus> and a half)?(?P<scales>(?:[ -]?{_either(SCALES)}\b\.?)*)"
)
_CROWD = re.compile(rf"(?:{_either(set(_CROWDS))}\b(?: of )?)+")
_BIG_AT_END = re.compile(rf"(?<= ){_BIG}(?=(?: {_BIG})*$)")
_SCALE = re.compile(_either(SCALES))
_ORDINAL = re.compile(rf"\b(?:{_WORD}[ -])*{_ORDINALS}\b")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that stands in a text, from `start` to `end`.

    Attributes:
        readings: What it may be: "1.234" is a bit more than one, or a bit more than a thousand.
        scale: How much the words "thousand", "million" and the like at its end make.
    """

    start: int
    end: int
    readings: tuple[Decimal, ...]
    scale: Decimal


def plain(text: str) -> str:
    """The text without case and typography, with the digits 0 to 9; its length may differ."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if folded.isascii():
        return folded
    return re.sub(r"\d", lambda digit: str(unicodedata.decimal(digit[0])), folded)


def figure_at(text: str, start: int) -> Figure | None:
    """The number that begins exactly here in a plain text."""
    found = _NUMBER.match(text, start)
    return _figure(found) if found else None


def crowd_at(text: str, start: int) -> tuple[Decimal, Decimal, int] | None:
    """Bounds of "dozens" or "hundreds of thousands", from twice to ten times, and where it ends."""
    found = _CROWD.match(text, start)
    if not found:
        return None
    unit = Decimal(1)
    for word in re.findall(_either(set(_CROWDS)), found[0]):
        unit *= _CROWDS[word]
    return 2 * unit, 10 * unit - 1, start + len(found[0].removesuffix(" of ").rstrip())


def with_digits(text: str) -> str:
    """A plain text in which every number is written in one way: as one run of letters and digits.

    "four thousand men" and "4,000 men" become the same, and so do "third" and "3rd".
    """
    text = _ORDINAL.sub(lambda word: _ordinal(word[0]), text)
    parts, at = [], 0
    for found in _NUMBER.finditer(text):
        if figure := _figure(found):
            parts += [text[at : found.start()], _written(figure.readings[-1])]
            at = figure.end
    return "".join([*parts, text[at:]])


def _figure(found: re.Match[str]) -> Figure | None:
    scales = _SCALE.findall(found["scales"])
    if found["digits"]:
        readings = _digits(found["digits"])
        if scales and len(readings) > 1:
            readings = readings[:1]  # "1.234 million"
    elif found["words"]:
        readings = _words(found["words"])
    else:
        readings = (Decimal("0.5") if found["half"] else Decimal(1),)
    if not readings or (found["half"] and not scales):
        return None
    scale, sign = _product(scales), -1 if found["sign"] else 1
    more = Decimal("0.5") if found["plus"] else Decimal(0)
    spoken = _product(_BIG_AT_END.findall(found["words"] or ""))
    return Figure(
        found.start(),
        found.end(),
        tuple((one + more) * scale * sign for one in readings),
        scale * spoken,
    )


def _product(scales: list[str]) -> Decimal:
    return prod((SCALES[scale] for scale in scales), start=Decimal(1))


def _digits(written: str) -> tuple[Decimal, ...]:
    """What digits with separators mean; nothing where no number is written so, as 3.5.2024."""
    written = re.sub("[ '’٬]", "", written).replace("٫", "." if "," in written else ",")
    dots, commas = written.count("."), written.count(",")
    if dots and commas:
        last = max(written.rfind("."), written.rfind(","))
        if written.count(written[last]) > 1:
            return ()
        whole, part = re.sub("[.,]", "", written[:last]), written[last + 1 :]
        return (Decimal(f"{whole}.{part}"),)
    if dots + commas > 1:
        grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}", written)
        return (Decimal(re.sub("[.,]", "", written)),) if grouped else ()
    if not dots + commas:
        return (Decimal(written),)
    whole, part = re.split("[.,]", written)
    decimal, grouped_by_three = Decimal(f"{whole}.{part}"), Decimal(whole + part)
    if len(part) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (decimal,)
    if commas or part == "000":
        return (grouped_by_three,)
    return decimal, grouped_by_three


def _words(written: str) -> tuple[Decimal, ...]:
    from text_to_num import text2num  # 14 ms, and few answers are written in words

    try:
        return (Decimal(text2num(written, "en")),)
    except ValueError:  # "nineteen ninety"
        return ()


def _ordinal(written: str) -> str:
    from text_to_num import alpha2digit

    return str(alpha2digit(written, "en", 0))


def _written(value: Decimal) -> str:
    digits = f"{value.normalize():f}"
    return digits.replace("-", "minus ").replace(".", "p")  # a point would part it
