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
    """Put the last question and its answer behind one that cannot stand alone.

    A question leans on what was said if it has a pronoun, begins like a continuation, or is very
    short; any other is returned as it is. It stays in front: the reader answers what it reads
    first, and cuts what is long at the end.
    """
    if not history:
        return question
    if len(question.split()) > MAX_SHORT_WORDS and not _LEANS_BACK.search(question):
        return question
    said = " ".join(part for part in (history[-1].question, history[-1].answer) if part)
    return f"{question} ({said})" if said else question
