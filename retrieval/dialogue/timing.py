"""The last question at another time: "And yesterday?", "And before November 22?"."""

from datetime import date

from retrieval.dialogue.wording import WORD
from retrieval.times.expressions import Expression, find_expressions
from retrieval.times.periods import LANGUAGES
from retrieval.times.wordings import CORE

_NO_DAY = date(2000, 1, 1)  # which day is meant does not matter here
_RECKONED = frozenset({"deictic", "past", "ago", "weekday"})


def at_another_time(question: str, time: str) -> str | None:
    """A question with other words of time in the place of its own.

    Args:
        question: What was asked before; a year in a name ("the 2018 World Cup") stays.
        time: What is asked now.

    Returns:
        None where that is more than a time, or none.
    """
    if not CORE.search(time):  # without it nothing slow is imported
        return None
    if WORD.search(_without(time, _times(time))):
        return None
    times = [one for one in _times(question) if one.led or one.is_open or one.kind in _RECKONED]
    kept = " ".join(_without(question, times).rstrip(" ?!.").split())
    return f"{kept} {time}?"


def _times(text: str) -> tuple[Expression, ...]:
    return find_expressions(text, _NO_DAY, tuple(LANGUAGES)) if CORE.search(text) else ()


def _without(text: str, times: list[Expression] | tuple[Expression, ...]) -> str:
    for one in reversed(times):
        text = f"{text[: one.start]} {text[one.end :]}"
    return text
