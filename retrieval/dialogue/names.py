"""Names that were told before, and that a question may point to."""

import re
from collections.abc import Sequence

from retrieval.answer import Turn
from retrieval.dialogue.sentences import question_of, short_answer
from retrieval.dialogue.wording import WORD, stem

MAX_PEOPLE = 3
_NAME = re.compile(r"(?<=\s)[A-Z][\w’'-]*(?:\s+(?:(?:of|the|de|al)\s+)*(?:[A-Z][\w’'-]*|\d+))*")
_NAME_ANYWHERE = re.compile(
    r"(?:\b(?:the|a)\s+)?(?<![\w’'-])[A-Z][\w’'-]*(?:\s+(?:(?:of|the|de|al)\s+)*(?:[A-Z][\w’'-]*|\d+))*"
)
_PLACED = re.compile(r"\b(?:in|at|from|near|to|on|of)(?: the)? $", re.IGNORECASE)
_ASKS_PLACE = re.compile(
    r"(?:(?:to|from|in|at) )?(?:where|when|which (?:city|country))\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\d")


def all_names(text: str) -> list[str]:
    """All names in a text, its first word included, each with its article."""
    return [name.group().strip() for name in _NAME_ANYWHERE.finditer(text)]


def later_names(text: str) -> list[re.Match[str]]:
    """Where the names of a text stand, but for one at its very beginning."""
    return list(_NAME.finditer(text))


def is_name(text: str) -> bool:
    """Whether a text is a name and nothing else."""
    return _NAME_ANYWHERE.fullmatch(text) is not None


def has_number(text: str) -> bool:
    """Whether a digit stands in a text."""
    return _NUMBER.search(text) is not None


def asks_place(turn: Turn) -> bool:
    """Whether a turn asked for a place or a time, so that its answer is no person."""
    return _ASKS_PLACE.match(question_of(turn)) is not None


def people(question: str, history: Sequence[Turn]) -> list[str]:
    """Up to `MAX_PEOPLE` names that "he" may stand for.

    First the last answer, then the first name that was asked about, earlier answers, and the names
    in what was quoted.
    """
    answer = None if asks_place(history[-1]) else short_answer(history[-1])
    last = [answer] if answer and is_name(answer) else []
    answers = [
        told
        for turn in reversed(history[:-1])
        if (told := short_answer(turn)) and not asks_place(turn)
    ]
    quoted = [
        name.group()
        for quote in history[-1].quotes[:1]
        for name in later_names(quote)
        if " " in name.group()
    ]
    told = history[-1].standalone or history[-1].question
    asked = [
        name.group() for name in later_names(told) if not _PLACED.search(told, 0, name.start())
    ]
    names = [name for name in (*last, *asked[:1], *answers, *quoted) if name[0].isupper()]
    return [n for n in dict.fromkeys(names) if n not in question and not has_number(n)][:MAX_PEOPLE]


def full_name(heads: set[str], history: Sequence[Turn]) -> str | None:
    """The latest name in earlier turns that ends in one of the heads: "Hmeimim Air Base"."""
    for turn in reversed(history):
        for text in (turn.answer or "", turn.standalone or turn.question, *turn.quotes):
            for name in all_names(text):
                words = WORD.findall(name)
                if len(words) > 1 and stem(words[-1]) in heads:
                    return " ".join(word for word in words if word.lower() not in ("the", "a"))
    return None
