"""How an answer stands: who says so, how fresh it is, what else is said, what time it is of.

Says nothing that the quotation and its source say already, so most answers get nothing from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.messenger.display.borders import utf16_units
from bot.messenger.display.buttons import is_overview
from bot.messenger.display.language import Phrases
from bot.messenger.display.markup import BOLD, MAX_UNITS, Block, Run
from bot.messenger.display.quoting import clipped, isolated, one_line
from retrieval.answer import Answer, AskedPeriod, Basis, Relation, Variant

MAX_OTHERS = 6
"""Most other answers below an answer; a button shows them all, with their quotations."""
_ROOM_FOR_NOTICES = 800
_MAX_VALUE_UNITS, _MAX_SOURCE_UNITS, _MAX_WORDS_UNITS = 100, 60, 60
_BY_WEIGHT = (Relation.CONFLICT, Relation.UPDATE, Relation.SCOPE)


@dataclass(frozen=True, slots=True)
class _Line:
    """One other answer, under the heading of its kind."""

    relation: Relation
    text: str


def with_standing(
    blocks: list[Block], answer: Answer, say: Phrases, most: int = MAX_OTHERS
) -> list[Block]:
    """The blocks of an answer with who says so, what else is said, and which time it is of.

    Args:
        blocks: The answer with its quotation first.
        answer: The answer.
        say: Words.
        most: Most other answers; fewer where a message does not hold them.
    """
    first, *further = blocks
    if answer.answered and not is_overview(answer):
        support = support_line(answer, say)
        first = (*first, Run(f"\n{support}")) if support else first
        room = MAX_UNITS - _ROOM_FOR_NOTICES - sum(utf16_units(run.text) for run in first)
        others = _others(answer, say, most, room)
        further = [*([others] if others else []), *further]
    period = period_line(answer, say)
    return [first, *further, *([(Run(period),)] if period else [])]


def support_line(answer: Answer, say: Phrases) -> str | None:
    """How many independent sources say so and how fresh they are, as far as it is not seen."""
    support = answer.support
    if support is None:
        return None
    seen, facts = answer.citations[0].published if support.sources == 1 else None, []
    if answer.day and any(one.relation is Relation.UPDATE for one in answer.variants):
        facts.append(say("standing-as-of", date=answer.day))
        seen = answer.day
    facts.append(say("standing-sources", count=support.sources))
    if support.newest and support.newest != seen:
        facts.append(say("standing-newest", date=support.newest))
    return " · ".join(facts)


def period_line(answer: Answer, say: Phrases) -> str | None:
    """Which time the question was taken to ask about, and by which words."""
    period = answer.understanding.period if answer.understanding else None
    if period is None or not (period.first or period.last):
        return None
    key = "standing-published" if period.basis is Basis.PUBLISHED else "standing-happened"
    told = say(key, shape=_shape(period), first=period.first or "", last=period.last or "")
    words = clipped(one_line(period.words), _MAX_WORDS_UNITS)
    return f"🗓 {told} (“{isolated(words, told)}”)" if words else f"🗓 {told}"


def variant_heading(variant: Variant, say: Phrases) -> str:
    """What another answer is to the one that is given, and what it says."""
    value = clipped(one_line(variant.answer), _MAX_VALUE_UNITS) or "…"
    key = f"standing-{variant.relation}"
    heading = say(key)
    return f"{heading} {isolated(value, heading)}"


def _shape(period: AskedPeriod) -> str:
    if period.first == period.last:
        return "day"
    if period.first and period.last:
        return "between"
    return "since" if period.first else "until"


def _others(answer: Answer, say: Phrases, most: int, room: int) -> Block:
    """Other answers, the weightiest kind first, within a kind the newest."""
    lines = sorted(_lines(answer, say), key=lambda line: _BY_WEIGHT.index(line.relation))
    runs: list[Run] = []
    told: Relation | None = None
    for n, line in enumerate(lines):
        key = f"standing-{line.relation}"
        heading = "" if line.relation is told else say(key)
        room -= utf16_units(heading) + utf16_units(line.text) + 1
        if n == most or room < 0:
            rest = say("standing-more", count=len(lines) - n)
            return (*runs, Run("\n" * bool(runs) + rest))
        if heading:
            runs.append(Run("\n" * bool(runs) + heading, (BOLD,)))
        runs.append(Run(f"\n{line.text}"))
        told = line.relation
    return tuple(runs)


def _lines(answer: Answer, say: Phrases) -> Iterator[_Line]:
    """Each other answer in one line, the newest first; an update with what it became."""
    later = _dated(answer.answer or "", answer.day, say)
    for variant in answer.variants:
        citation = variant.citations[0]
        value = _dated(variant.answer, variant.day, say)
        text = value
        if variant.relation is Relation.UPDATE:
            text, later = say("standing-became", before=value, after=later), value
        name = one_line(citation.source) or one_line(citation.title) or one_line(citation.path)
        source = clipped(name, _MAX_SOURCE_UNITS)
        line = f"• {text} · {isolated(source, text)}" if source else f"• {text}"
        yield _Line(variant.relation, line)


def _dated(answer: str, date: str | None, say: Phrases) -> str:
    value = isolated(clipped(one_line(answer), _MAX_VALUE_UNITS) or "…")
    return say("standing-on", value=value, date=date) if date else value
