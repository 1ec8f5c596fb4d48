"""What a question asks for: a span, a whole sentence, or an overview. Knows no articles."""

import re
from enum import Enum

from index.errors import QuestionError

MAX_QUESTION_CHARS = 2000

_OVERVIEW = re.compile(
    r"(?:please |can you |could you )?(?:summari[sz]e|sum up|tell me about|describe|overview of"
    r"|what (?:has |had |is |was |'s )?(?:happen\w*|going on|the latest|new)\b"
    r"|what'?s new|latest on)",
    re.IGNORECASE,
)
_MEASURE = (
    r"how (?:many|much|long|old|far|often|tall|big|large|high|deep|wide|fast|heavy|large|hot|cold"
    r"|soon|early|late|close|near|few|little|strong|wide|expensive|frequently)\b"
)
_SENTENCE = re.compile(
    rf"(?:and |but |so )?(?:why\b|how come\b|(?!{_MEASURE})how\b"
    r"|(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might"
    r"|must)(?:n't|n’t)? )",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)


class Kind(Enum):
    """How a question wants to be answered."""

    SPAN = "span"  # who, what, when, where, how many: the exact words
    SENTENCE = "sentence"  # yes or no, why, how: the sentence that tells
    OVERVIEW = "overview"  # what happened, summarise: several sentences


def question_kind(question: str) -> Kind:
    """Tell by its first words how a question wants to be answered."""
    if _OVERVIEW.match(question):
        return Kind.OVERVIEW
    if _SENTENCE.match(question) and not _CHOICE.search(question):
        return Kind.SENTENCE
    return Kind.SPAN


def checked_question(question: str) -> str:
    """The question without surrounding blanks.

    Raises:
        QuestionError: It is empty or too long.
    """
    stripped = " ".join(question.split())
    if not stripped:
        raise QuestionError("the question is empty; ask something like 'who said so?'.")
    if len(stripped) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"the question has {len(stripped):,} characters; "
            f"ask in {MAX_QUESTION_CHARS:,} or fewer."
        )
    return stripped
