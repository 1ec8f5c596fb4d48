"""Make a question stand on its own, given the turns before it."""

import re
from collections.abc import Sequence

from retrieval.answer import Turn

MAX_SHORT_WORDS = 3
_LEANS_BACK = re.compile(
    r"^(?:and|but|so|what about|how about)\b"
    r"|\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then"
    r"|one|ones)\b",
    re.IGNORECASE,
)


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Put the last question and its answer before one that cannot stand alone.

    A question leans on what was said if it has a pronoun, begins like a continuation, or is very
    short; any other is returned as it is.
    """
    if not history:
        return question
    if len(question.split()) > MAX_SHORT_WORDS and not _LEANS_BACK.search(question):
        return question
    last = history[-1]
    return " ".join(part for part in (last.question, last.answer, question) if part)
