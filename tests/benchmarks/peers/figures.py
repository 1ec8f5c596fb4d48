"""The arithmetic of the comparison, and its table. Knows nothing of peers or processes."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

ABSENT = 10**6  # rank of what was not found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def rank(found: Iterable[str], wanted: str) -> int:
    """Rank of the first passage that is from the wanted article, from 1."""
    return next((place for place, name in enumerate(found, 1) if name == wanted), ABSENT)


def recall(ranks: Sequence[int], limit: int) -> float:
    """Share of the questions whose article is among the first passages."""
    return sum(rank <= limit for rank in ranks) / len(ranks)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of all contenders.

    Attributes:
        name: What was measured, with its unit.
        values: By contender.
        more_is_better: Which way is ahead; None where neither is.
        digits: Digits after the point.
    """

    name: str
    values: Mapping[str, float]
    more_is_better: bool | None = False
    digits: int = 1

    def ratio(self, contender: str, base: str) -> float:
        """What a contender has, as a multiple of what the base has."""
        below = self.values[base]
        return self.values[contender] / below if below else math.inf

    def ahead(self, base: str) -> list[str]:
        """Contenders that are better than the base by what the table shows, the best first."""
        if self.more_is_better is None:
            return []
        sign = -1 if self.more_is_better else 1
        shown = {name: round(value, self.digits) for name, value in self.values.items()}
        better = [name for name, value in shown.items() if sign * value < sign * shown[base]]
        return sorted(better, key=lambda name: sign * shown[name])

    def cells(self, base: str) -> list[str]:
        """What the table shows: values, and ratios to the base; bold where one is ahead of it."""
        ahead = self.ahead(base)
        cells = []
        for name, value in self.values.items():
            shown = f"{value:,.{self.digits}f}"
            if name != base:
                shown += f" ({self.ratio(name, base):.2f}×)"
            cells.append(f"**{shown}**" if name in ahead else shown)
        return cells


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    marks = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, marks, *lines))


def side_by_side(rows: Sequence[Row], base: str) -> str:
    """All measures as a Markdown table, then where others are ahead of the base."""
    lines = [[row.name, *row.cells(base)] for row in rows]
    told = [table(["", *rows[0].values], lines), "", f"Ahead of {base} (bold above):"]
    behind = {row.name: row.ahead(base) for row in rows if row.ahead(base)}
    told += [f"- {name}: {', '.join(ahead)}" for name, ahead in behind.items()]
    return "\n".join(told if behind else [*told, "- nobody, in nothing"])
