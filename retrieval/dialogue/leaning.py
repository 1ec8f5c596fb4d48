"""Whether a question leans on what was said before. Cheap: looks at words only."""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

from retrieval.answer import Turn
from retrieval.dialogue.wording import (
    AUXILIARY,
    POINTING,
    WORD,
    changed_subject,
    is_verb_like,
    stem,
    stems,
    without_lead,
)
from retrieval.questions import content_words

MAX_FRAGMENT_WORDS = 3
MAX_LEANING_WORDS = 5  # a question with more content, and no pronoun, says what it is about
MAX_PHRASE_WORDS = 3
MAX_BARE_WORDS = 2  # content words of a question without a name that may lack its topic

_POINTS = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|these|ones)\b"
    r"|\bthose\b(?! (?:of|who|with|against|that|in|from|for|which)\b)"
    r"|\bthat\b(?=\W*$|\s+(?:\w+\s*\W*$|time|day|year|month|week|is\b|was\b|happen))"
    r"|\b(?:said|say|says|claimed|reported|confirmed|announced|told|think|thinks|do|did|does)"
    r" (?:so|that|this|it)\b(?=\W*$|\s+(?:in|on|at|to|when)\b)"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )\bthere\b(?=\W*$|\s+(?:in|on|at|by|for)\b)"
    r"|\b(?:new|big|small|last|next|first|second|other|which|another|good|old|best) one\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|was) it (?:true|possible|safe to|legal to|better to|normal)\b"
    r"|\bit (?:is|was) (?:true|possible|said)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:other|another|same|else|latter|former|instead|again|afterwards)\b", re.I
)
_DEFINES = re.compile(r"(?:what|who)(?:['’]s| is| are| was| were) (?!the\b)", re.IGNORECASE)
_VAGUE = re.compile(
    r"what(?:['’]s| is| are| was| were) (?:an?|some|any|the|examples?|popular|important|common"
    r"|typical|good|famous|possible|different)\b (?!\w+\W*$)|(?:what|which) (?:kind|type|sort)s?\b",
    re.IGNORECASE,
)
# Do not say which one is meant: "the main base".
_NO_HELP = frozenset(
    """first second third last next new old main major best most biggest largest highest oldest only
    same other important possible famous key different common current possible now then""".split()
)
_SPECIFY = ("of", "that", "who", "which")
_AFTER_NOUN = frozenset("of in from on at for about between by to who that which".split())
_HEADS_END = (
    AUXILIARY | _AFTER_NOUN | POINTING | frozenset("and or with than as when where".split())
)


class Lean(IntEnum):
    """How surely a question leans back."""

    NO = 0
    MAYBE = 1
    YES = 2


def leans_back(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question may need the turns before it to be understood.

    Args:
        question: As it was asked.
        history: Earlier turns, oldest first.
    """
    return lean(question, history) is not Lean.NO


def lean(question: str, history: Sequence[Turn]) -> Lean:
    """How surely a question leans on the turns before it."""
    if not history:
        return Lean.NO
    plain = without_lead(question)
    if changed_subject(question) is not None:
        return Lean.YES
    if _POINTS.search(_EXPLETIVE.sub("", plain)) or _is_fragment(plain):
        return Lean.YES
    known = {stem(word) for turn in history for word in _words_of(turn)}
    heads = [stem(head) for head in bare_heads(plain)]
    if len(stems(plain)) > MAX_LEANING_WORDS:
        return Lean.NO
    if any(head in known for head in heads):
        return Lean.YES if not has_name(plain) else Lean.MAYBE
    joined = Lean.MAYBE if plain != question else Lean.NO
    if has_name(plain):
        return joined
    if heads or joined or _COMPARED.search(plain) or _VAGUE.match(plain):
        return Lean.MAYBE
    few = len(stems(plain)) <= MAX_BARE_WORDS and not _DEFINES.match(plain)
    return Lean.MAYBE if few else Lean.NO


def has_name(question: str) -> bool:
    """Whether a word other than the first is written like a name or a number."""
    words = WORD.findall(question)[1:]
    return any(word[0].isupper() or word[0].isdigit() for word in words if word != "I")


def bare_heads(question: str) -> list[str]:
    """Words of the noun phrases with "the" that say no more: "base" of "the base?".

    "The runway of Hmeimim" and "the Suez Canal" say which one is meant.
    """
    return [
        word
        for start, end in _bare_phrases(question)
        for word in WORD.findall(question[start:end])
        if word.islower() and word not in _NO_HELP
    ]


def bare_phrase(question: str) -> tuple[int, int] | None:
    """Where the first such phrase stands, without its "the"."""
    return next(_bare_phrases(question), None)


def _bare_phrases(question: str) -> Iterator[tuple[int, int]]:
    words = list(WORD.finditer(question))
    for at, article in enumerate(words[:-1]):
        if article.group().lower() != "the":
            continue
        end = at + 1
        while end < len(words) and end - at <= MAX_PHRASE_WORDS and not _ends(words[end].group()):
            end += 1
        follows = words[end].group().lower() if end < len(words) else ""
        told = [word.group() for word in words[at + 1 : end] if word.group() not in _NO_HELP]
        bare = len(told) <= 1 and (end > at + 1) and words[at + 1].group()[0].islower()
        if bare and follows not in _SPECIFY:
            yield words[at + 1].start(), words[end - 1].end()


def _ends(word: str) -> bool:
    return word.lower() in _HEADS_END or is_verb_like(word)


def _is_fragment(question: str) -> bool:
    """Whether a question is too short to be one: "why?", "from where exactly?", "Rotterdam?"."""
    words = WORD.findall(question)
    if len(words) > MAX_FRAGMENT_WORDS:
        return False
    verb = any(word.lower() in AUXILIARY for word in words)
    content = content_words(question)
    if has_name(question) and len(content) > 1:  # "Who founded Latakia?"
        return False
    return not (verb and (content or has_name(question))) and len(content) <= 2


def _words_of(turn: Turn) -> list[str]:
    told = (turn.standalone or turn.question, turn.answer or "", *turn.quotes)
    return [word for part in told for word in content_words(part)]
