"""Units, currencies and per cent: what they measure, and how much of it they are."""

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number measures; numbers of one kind compare after multiplying by `factor`.

    Attributes:
        kind: "length", "dollar" and the like.
        factor: How many of the smallest unit of its kind it is.
        strict: Whether a bare number cannot mean it: 45 is not 45 %.
    """

    kind: str
    factor: Decimal = Decimal(1)
    strict: bool = False


_LISTED = {
    "length": "mm millimet(?:er|re)s?=0.001 cm centimet(?:er|re)s?=0.01 m met(?:er|re)s?=1"
    " km kilomet(?:er|re)s?=1000 miles?=1609.344 f(?:oo|ee)t=0.3048 inch(?:es)?=0.0254"
    " yards?=0.9144",
    "weight": "g grams?=1 kg kilo(?:gram)?s?=1000 t tonn?es? tons?=1000000 lbs?=453.6",
    "time": "sec seconds?=1 min minutes?=60 hrs? hours?=3600 days?=86400 weeks?=604800",
    "months": "months?=1 years?=12 decades?=120",
    "area": "m2=1 km2=1000000 ha hectares?=10000 acres?=4046.86",
    "volume": "l lit(?:er|re)s?=1 barrels?=159",
    "celsius": "°c=1",
    "fahrenheit": "°f=1",
    "degree": "° degrees?=1",
}
_STRICT = {
    "percent": "% percent per_?cent pct",
    "percentage point": "percentage_points?",
    "dollar": r"us\$ \$ usd us_dollars? dollars?",
    "canadian dollar": r"c\$ cad canadian_dollars?",
    "australian dollar": r"a\$ aud australian_dollars?",
    "euro": "€ eur euros?",
    "pound": "£ gbp pounds?(?:_sterling)?",
    "yen": "¥ jpy yen",
    "ruble": "₽ rub rou?bles?",
    "lira": "₺ try liras?",
    "rupee": "₹ inr rs rupees?",
    "yuan": "cny yuan",
}
_SPOKEN = (
    (re.compile(r"degrees celsius|degrees? c\b"), "°c"),
    (re.compile(r"degrees fahrenheit|degrees? f\b"), "°f"),
    (re.compile(r"(?:square|sq\.?) kilomet(?:er|re)s?|sq\.? km"), "km2"),
    (re.compile(r"(?:square|sq\.?) met(?:er|re)s?"), "m2"),
)


def _table() -> list[tuple[str, Measure]]:
    rows = []
    for kind, listed in _LISTED.items():
        pending: list[str] = []
        for item in listed.split():
            pattern, _, factor = item.partition("=")
            pending.append(pattern)
            if factor:
                rows += [(one, Measure(kind, Decimal(factor))) for one in pending]
                pending = []
    for kind, listed in _STRICT.items():
        rows += [(one.replace("_", " "), Measure(kind, strict=True)) for one in listed.split()]
    return rows


_MEASURES = _table()
_ANY = re.compile(
    " ?-?(?:" + "|".join(f"({pattern})" for pattern, _ in _MEASURES) + r")(?![^\W\d_])"
)
_BEFORE = re.compile(r"(?:us|c|a)?\$|[€£¥₽₺₹]|(?:usd|eur|gbp|rs\.?)(?= ?\d)")


def spoken_out(text: str) -> str:
    """A plain text with measures of several words as signs: "°c" for "degrees celsius"."""
    for pattern, sign in _SPOKEN:
        text = pattern.sub(sign, text)
    return text


def measure_at(text: str, start: int) -> tuple[Measure, int] | None:
    """The unit that follows a number which ends here, and where the unit ends."""
    found = _ANY.match(text, start)
    if not found or not found.lastindex:
        return None
    return _MEASURES[found.lastindex - 1][1], found.end()


def currency_at(text: str, start: int) -> tuple[Measure, int] | None:
    """The currency whose sign begins here, before its number, and where the number begins."""
    found = _BEFORE.match(text, start)
    if not found or not (measure := measure_at(found[0].rstrip("."), 0)):
        return None
    end = found.end()
    return measure[0], end + (text[end : end + 1] == " ")
