"""How much or how many an answer says: a number or a range, its bound, its unit, what is counted.

Knows no questions and no articles. A bound is a part of the value: "over 300" is what "more than
300" says, fits 340, and is not 300.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from index.stories.wording import words
from retrieval.values.figures import Figure, crowd_at, figure_at
from retrieval.values.measures import Measure, currency_at, measure_at
from retrieval.values.phrases import weighs

ABOUT = Decimal("0.05")  # how far, as a share of it, a rounded number may be off


class Bound(Enum):
    """How a number limits what is meant."""

    EXACT = "exact"
    ABOUT = "about"
    NEARLY = "nearly"
    OVER = "over"
    LEAST = "at least"
    UNDER = "under"
    MOST = "at most"
    RANGE = "between"


_BEFORE = (
    (Bound.LEAST, r"at least|no (?:fewer|less) than|a minimum of|minimum"),
    (Bound.MOST, r"at most|up to|as (?:many|much|high) as|no more than|a maximum of|maximum"),
    (Bound.OVER, r"more than|over|above|upwards? of|greater than|in excess of|>"),
    (Bound.UNDER, r"(?:fewer|less) than|under|below|<"),
    (Bound.NEARLY, r"nearly|almost|just under|close to|not quite"),
    (
        Bound.ABOUT,
        r"about|around|approximately|approx\.?|roughly|some|circa|ca?\.|~|(?:an )?estimated"
        r"|more or less|in the region of",
    ),
    (Bound.EXACT, r"exactly|precisely|only|just|a total of|as few as|another|all|the|in|at|for|of"),
)
_HEDGES = tuple(
    (bound, re.compile(rf"(?:{pattern})(?:(?<=\W)|\s)\s*")) for bound, pattern in _BEFORE
)
_AFTER = (
    (Bound.LEAST, re.compile(r" ?\+(?!\d)| or (?:more|above|over)\b| at least\b| plus\b")),
    (Bound.MOST, re.compile(r" or (?:less|fewer|under|below)\b| at (?:the )?most\b")),
    (Bound.ABOUT, re.compile(r" or so\b")),
)
_SHORT_MILLION = re.compile(r" ?m\b(?! (?:tall|high|long|wide|deep|away|above|below|from)\b)")
_WORD_AFTER = re.compile(r" [^\W\d_]")
_BETWEEN = re.compile(r"(?:between|from)\s+")
_TO = re.compile(r" ?(?:to|and|or|until|[-–—]) ?(?=[\d$€£¥₽₺₹a-z])")
_LITTLE = frozenset(
    """a an the of in on at to for from by with were was are is be been have has had who that which
    their its his her""".split()
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it is stated.

    Attributes:
        spans: What it may be, each as lowest and highest, in the smallest unit of its kind.
        stated: The numbers themselves, one for each of `spans`; of a range the lowest.
        bound: How they limit it.
        measure: Its unit or currency, if it has one.
        counted: The other words, without endings of the plural.
    """

    spans: tuple[tuple[Decimal, Decimal], ...]
    stated: tuple[Decimal, ...]
    bound: Bound
    measure: Measure | None
    counted: frozenset[str]


def read_quantity(text: str) -> Quantity | None:
    """Read a plain text that begins with a number, after words such as "about" and a currency."""
    bound, at = _hedged(text)
    if crowd := crowd_at(text, at):
        low, high, end = crowd
        measure, end = measure_at(text, end) or (None, end)
        return Quantity(((low, high),), (low,), Bound.RANGE, measure, _counted(text[end:]))
    if between := _BETWEEN.match(text, at):
        at = between.end()
    currency, at = currency_at(text, at) or (None, at)
    first = _amount_at(text, at, currency)
    if not first:
        return None
    last = _upper(text, first, currency)
    end = (last or first).end
    measure, end = (currency, end) if currency else measure_at(text, end) or (None, end)
    factor = measure.factor if measure else Decimal(1)
    if last:
        low, high = (reading * factor for reading in last.readings)
        return Quantity(((low, high),), (low,), Bound.RANGE, measure, _counted(text[end:]))
    for after, pattern in _AFTER:
        if found := pattern.match(text, end):
            bound, end = after, found.end()
    stated = tuple(reading * factor for reading in first.readings)
    spans = tuple(_limits(value, bound) for value in stated)
    return Quantity(spans, stated, bound, measure, _counted(text[end:]))


def same_count(left: Quantity, right: Quantity) -> bool:
    """Whether both count the same thing, as far as they say what."""
    if (left.measure and left.measure.kind) != (right.measure and right.measure.kind):
        measure = left.measure or right.measure
        if (left.measure and right.measure) or (measure and measure.strict):
            return False
    if not (left.counted <= right.counted or right.counted <= left.counted):
        return False
    return not weighs(left.counted ^ right.counted)


def same_figure(left: Quantity, right: Quantity) -> bool:
    """Whether both state the same number, whatever bounds it."""
    if left.bound is Bound.RANGE or right.bound is Bound.RANGE:
        return left.bound is right.bound and left.spans == right.spans
    return bool({*left.stated} & {*right.stated})


def equal_amount(left: Quantity, right: Quantity) -> bool:
    """Whether both state the same number with the same bound; "about" does not count."""
    return same_figure(left, right) and _rough(left.bound) is _rough(right.bound)


def fits(left: Quantity, right: Quantity) -> bool:
    """Whether one amount lies within the other."""
    return any(
        (low <= other_low and other_high <= high) or (other_low <= low and high <= other_high)
        for low, high in left.spans
        for other_low, other_high in right.spans
    )


def reach(one: Quantity) -> Decimal:
    """How far apart the lowest and the highest amount are that may be meant."""
    return min(high - low for low, high in one.spans)


def _rough(bound: Bound) -> Bound:
    return Bound.EXACT if bound is Bound.ABOUT else bound


def _hedged(text: str) -> tuple[Bound, int]:
    """The bound that the first words set, and where the number may begin."""
    bound, at = Bound.EXACT, 0
    while True:
        for found_bound, pattern in _HEDGES:
            if found := pattern.match(text, at):
                bound = bound if found_bound is Bound.EXACT else found_bound
                at = found.end()
                break
        else:
            return bound, at


def _amount_at(text: str, at: int, currency: Measure | None) -> Figure | None:
    """The number that begins here; "m" is million after a currency or before a noun."""
    figure = figure_at(text, at)
    short = _SHORT_MILLION.match(text, figure.end) if figure else None
    if not figure or not short or not (currency or _WORD_AFTER.match(text, short.end())):
        return figure
    million = Decimal(10**6)
    readings = tuple(reading * million for reading in figure.readings)
    return Figure(figure.start, short.end(), readings, million)


def _upper(text: str, first: Figure, currency: Measure | None) -> Figure | None:
    """A range that the first number begins, as a figure with both ends: "3 to 4 million"."""
    _, end = measure_at(text, first.end) or (None, first.end)
    joint = _TO.match(text, end)
    if not joint:
        return None
    _, at = currency_at(text, joint.end()) or (None, joint.end())
    last = _amount_at(text, at, currency)
    if not last:
        return None
    low, high = first.readings[0], last.readings[-1]
    if first.scale == 1 and low * last.scale < high:
        low *= last.scale
    return Figure(first.start, last.end, (low, high), last.scale) if low < high else None


def _limits(value: Decimal, bound: Bound) -> tuple[Decimal, Decimal]:
    """The lowest and the highest that is meant.

    "More than 300" reaches to 400, not further: of 450 one would have said more than 400.
    """
    reach = abs(value) * ABOUT
    step = Decimal(10) ** value.adjusted() if value else Decimal(1)
    hair = step * Decimal("1e-9")
    return {
        Bound.EXACT: (value, value),
        Bound.RANGE: (value, value),
        Bound.ABOUT: (value - reach, value + reach),
        Bound.NEARLY: (value - reach, value),
        Bound.OVER: (value + hair, value + step - hair),
        Bound.LEAST: (value, value + step - hair),
        Bound.UNDER: (value - step + hair, value - hair),
        Bound.MOST: (value - step + hair, value),
    }[bound]


def _counted(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in words(text) if word not in _LITTLE)
