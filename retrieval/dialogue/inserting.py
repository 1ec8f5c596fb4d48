"""Put a phrase into a question where it belongs: in a pronoun's place, else at its end."""

import re

from retrieval.dialogue.leaning import bare_phrase
from retrieval.dialogue.wording import STEM_CHARS, WORD, stem

# In the order in which they are likely to stand for a thing that was named.
_PERSON = re.compile(r"\b(?:he|she|him)\b|\bher\b(?=\W*$)", re.IGNORECASE)
_OWNER = re.compile(r"\b(?:his|her|its|their)\b(?=\s+\w)", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|they|them)\b"
    r"|\b(?:this|these|those)\b(?=\W*$|\s+(?:is|are|was|were|be|has|have|in|on|at|to|for|and)\b)"
    r"|(?<!\w )\bthat\b(?=\W*$|\s+(?:is|was)\b)|\bthat\b(?= mean\b)",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(r"\bit (?=(?:is|was|take|takes|took|mean|means) )", re.IGNORECASE)
_THAT_AT_END = re.compile(r"(?<=\w )\b(?:that|this)\b(?=\W*$)", re.IGNORECASE)
_PLACE = re.compile(r"\bthere\b(?=\W*$|\s+(?:in|on|at|by|for)\b)", re.IGNORECASE)
_END = re.compile(r"[\s?!.]*$")


def points_to_person(question: str) -> bool:
    """Whether a question has a pronoun for a person."""
    return bool(_PERSON.search(question) or re.search(r"\bhis\b|\bher\b", question, re.IGNORECASE))


def has_pronoun(question: str) -> bool:
    """Whether `insert` finds a word to replace."""
    return any(one.search(question) for one in (_PERSON, _OWNER, _THING, _THAT_AT_END, _PLACE))


def insert(question: str, phrase: str) -> str:
    """The question with a phrase instead of its first pronoun, else of its definite noun phrase.

    Where it has neither, the phrase stands at the end.
    """
    pronouns = (_PERSON, _OWNER, _THING, _THAT_AT_END, _PLACE)
    places = [(found, one) for one in pronouns if (found := one.search(question))]
    if places:
        found, pattern = min(places, key=lambda place: place[0].start())
        new = phrase
        if pattern is _OWNER:
            new = phrase + ("’" if phrase.endswith("s") else "’s")
        elif pattern is _PLACE:
            new = f"in {phrase}"
        return question[: found.start()] + new + question[found.end() :]
    return expand(question, phrase) or specify(question, phrase) or append(question, phrase)


def specify(question: str, phrase: str) -> str | None:
    """The question with "of" the phrase after its first noun phrase with "the" that is bare."""
    found = bare_phrase(question)
    if not found or found[1] >= len(question.rstrip(" ?!.")):
        return None
    return f"{question[: found[1]]} of {phrase}{question[found[1] :]}"


def expand(question: str, phrase: str) -> str | None:
    """The question with the full name instead of "the base"; None where the heads differ."""
    head = stem(WORD.findall(phrase)[-1]) if WORD.search(phrase) else ""
    found = re.search(
        rf"\b(the|that|this|which|what)((?:\s+[\w’'-]+)??)\s+({re.escape(head[:STEM_CHARS])}\w*)\b",
        question,
        re.IGNORECASE,
    )
    if not head or not found:
        return None
    inner = WORD.findall(phrase)[:-1]
    lacking = [word for word in inner if stem(word) not in set(map(stem, WORD.findall(question)))]
    if not lacking:
        return None
    return f"{question[: found.start(3)]}{' '.join(lacking)} {question[found.start(3) :]}"


def append(question: str, phrase: str) -> str:
    """The question with a phrase before its question mark."""
    end = _END.search(question)
    at = end.start() if end else len(question)
    joint = " " if phrase.split(" ")[0].lower() in _JOINTS else " of "
    return f"{question[:at]}{joint}{phrase}{question[at:]}"


_JOINTS = frozenset("of in from on at for about between by to with".split())
