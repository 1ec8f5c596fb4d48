"""What a question asks for: a span, a whole sentence, or an overview. Knows no articles."""

import re
from enum import Enum

from index.articles import canonical_text
from index.errors import QuestionError

MAX_QUESTION_CHARS = 2000

_OVERVIEW = re.compile(
    r"(?:please |can you |could you )?(?:summari[sz]e|sum up|tell me about|describe|overview of"
    r"|what(?:['’]?s| has| had| is| was)? (?:happen\w*|going on|the latest"
    r"|new(?= (?:about|at|from|in|on|with|since|today|yesterday|this|last)\b|\W*$))\b|latest on)",
    re.IGNORECASE,
)
_MEASURE = (
    r"how (?:many|much|long|old|far|often|tall|big|large|high|deep|wide|fast|heavy|large|hot|cold"
    r"|soon|early|late|close|near|few|little|strong|wide|expensive|frequently)\b"
)
_EXPLAIN = re.compile(rf"(?:and |but |so )?(?:why\b|how come\b|(?!{_MEASURE})how\b)", re.IGNORECASE)
_YES_NO = re.compile(
    r"(?:and |but |so )?"
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might"
    r"|must)(?:n't|n’t)? ",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_ASKING = frozenset(
    """a an and are as at be been but by can could did do does for from had has have he her his how
    i if in into is it its many me much my of on or our she so some than that the their them then
    there these they this those to was we were what when where which who whom whose why will with
    would you your""".split()
)
_NUMBER_LIKE = re.compile(
    r"\d|\b(?:no|none|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|\w+ty|hundreds?|thousands?|[mb]illions?|dozens?|half|once|twice|several|few|many|all|both"
    r"|single|pair|quarter|third)\b",
    re.IGNORECASE,
)
_DAY_LIKE = re.compile(
    r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\b|\w+day\b|\b(?:spring|summer"
    r"|autumn|fall|winter|morning|noon|evening|night|week|month|year|decade|century|centuries|after"
    r"|before|during|when|while|until|end|beginning|early|late|tomorrow)\b",
    re.IGNORECASE,
)
_NAME_LIKE = re.compile(r"[^\W\d_a-z]\w|[^\x00-\u024f]")  # a capital, or a script without them
_ASKS_DAY = re.compile(
    r"(?:and |but |so )?(?:when|(?:in |on )?(?:what|which) (?:year|date|day|month))\b",
    re.IGNORECASE,
)
_ASKS_NAME = re.compile(r"(?:and |but |so )?(?:who|whom|whose|where)\b", re.IGNORECASE)
_ASKS_NUMBER = re.compile(rf"(?:and |but |so )?{_MEASURE}", re.IGNORECASE)
_PROPER = re.compile(r"(?<=\s)(?:[A-Z][\w’'-]*\w|\d[\d.,]*\d|\d)")
_POSSESSIVE = re.compile(r"[’']s$")
_ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
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
    if _EXPLAIN.match(question):
        return Kind.SENTENCE
    if _YES_NO.match(question) and not _CHOICE.search(question):  # "A or B?" wants one of them
        return Kind.SENTENCE
    return Kind.SPAN


def content_words(text: str) -> list[str]:
    """The words of a text that carry its content, in lower case, in order.

    Words that any question may have only cost time in word search, and precision: dropping them
    took the share of right paragraphs that BM25 finds first from 0.890 to 0.906.
    """
    return [word for word in _WORD.findall(text.lower()) if word not in _ASKING]


def answer_fits(question: str, answer: str) -> bool | None:
    """Whether an answer has the look of what is asked for; None where nothing special is.

    A day, a number and a name have a look of their own.
    """
    for asks, look in (
        (_ASKS_DAY, _DAY_LIKE),
        (_ASKS_NUMBER, _NUMBER_LIKE),
        (_ASKS_NAME, _NAME_LIKE),
    ):
        if asks.match(question):
            return bool(look.search(answer))
    return None


def names_in(question: str) -> list[str]:
    """Proper names and numbers of a question, in lower case; the first word tells nothing."""
    return [_POSSESSIVE.sub("", name.lower()) for name in _PROPER.findall(question)]


def readable(text: str) -> str:
    """The text, with question marks for what is no Unicode: bytes of a terminal, half pairs."""
    return text.encode(errors="replace").decode()


def checked_question(question: str) -> str:
    """The question on one line of valid text, without surrounding blanks.

    Raises:
        QuestionError: It is empty or too long.
    """
    stripped = " ".join(canonical_text(_ESCAPE.sub("", readable(question))).split())
    if not stripped:
        raise QuestionError("the question is empty; ask something like 'who said so?'.")
    if len(stripped) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"the question has {len(stripped):,} characters; "
            f"ask in {MAX_QUESTION_CHARS:,} or fewer."
        )
    return stripped
