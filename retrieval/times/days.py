"""One day in words or numbers, as people bound what they ask: "yesterday", "last week", 2024-12-21.

Knows nothing of commands.
"""

from datetime import date, datetime

from index.errors import UsageError
from index.metadata import iso_date
from retrieval.times.periods import read_period


def read_day(text: str, today: date, *, end: bool) -> str:
    """Read one day, as YYYY-MM-DD.

    Args:
        text: A day, week, month or year, in words or numbers.
        today: What "yesterday" is reckoned from.
        end: Of a week, month or year, take the last day instead of the first.

    Raises:
        UsageError: It is no date, or may mean two days.
    """
    try:
        return datetime.fromisoformat(text.strip()).date().isoformat()
    except ValueError:
        pass
    if period := read_period(text, today):
        return (period.last if end else period.first).isoformat()
    told = iso_date(text)  # knows more languages, and puts the month first
    if told is None:
        raise UsageError(f"{text!r} is no date; write it like 2024-12-21.")
    if not any(char.isalpha() for char in text):
        raise UsageError(f"{text!r} may mean two days; write it like 2024-12-21.")
    return told[:10]
