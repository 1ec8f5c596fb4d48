"""Which articles a question may be answered from, and what that is in SQL."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question may be answered from.

    Attributes:
        since: Published on this day (YYYY-MM-DD) or later; articles without a date are left out.
        until: Published on this day or earlier; likewise.
        source: A part of the source's name, in any case.
        as_of: The articles as they stood on this day (YYYY-MM-DD): what was superseded or
            withdrawn later counts, and nothing that was published later is seen.
        not_before: Not published before this day (YYYY-MM-DD); articles without a date may have
            been published at any time and stay.
    """

    since: str | None = None
    until: str | None = None
    source: str | None = None
    as_of: str | None = None
    not_before: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.since or self.until or self.source or self.as_of or self.not_before)


def filter_sql(filters: Filters, source_holds: str) -> tuple[str, list[object]]:
    """SQL conditions on an article `a` and their parameters; empty where nothing is filtered.

    Args:
        filters: What is asked for.
        source_holds: SQL that tells whether the folded source of `a` holds its one parameter.
    """
    conditions = ""
    parameters: list[object] = []
    if filters.since:
        conditions += " AND substr(a.published, 1, 10) >= ?"
        parameters.append(filters.since)
    if filters.not_before:
        conditions += " AND (a.published IS NULL OR substr(a.published, 1, 10) >= ?)"
        parameters.append(filters.not_before)
    if filters.until:
        conditions += " AND substr(a.published, 1, 10) <= ?"
        parameters.append(filters.until)
    if filters.source:
        conditions += f" AND {source_holds}"
        parameters.append(filters.source.casefold())
    return conditions, parameters
