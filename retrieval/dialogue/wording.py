"""The words of a question that matter here: what points back, what asks, what carries content."""

import re
from dataclasses import dataclass
from itertools import pairwise

from retrieval.questions import content_words

STEM_CHARS = 5  # "evacuated" and "evacuation" tell of the same thing
WORD = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:[’'-]\w+)*")
# Stand for something else, and tell nothing themselves.
POINTING = frozenset(
    """he she it they him her them his hers its their theirs this that these those there here then
    one ones so such""".split()
)
AUXILIARY = frozenset(
    """is are was were am be do does did has have had can could will would shall should may might
    must isn't aren't wasn't weren't don't doesn't didn't""".split()
)
# Say how a question follows another, and nothing of what it asks.
_LEADING = re.compile(
    r"(?:(?:and|but|so|or|also|then|now|well|ok|okay|oh)\b[\s,.:;–—-]*)+(?=\S)", re.IGNORECASE
)
_WHAT_ABOUT = re.compile(r"(?:what|how) about\b[\s,:]*(?=\w)", re.IGNORECASE)
_PREPOSITION = (
    r"(?:by way of|by means of|because of|out of|from|to|in|on|at|by|with|for|of|under|since|until"
    r"|into|through|about|after)"
)
_QUESTION_WORD = re.compile(
    r"\b(?:who|whom|whose|what|which|where|when|why|how)(?:['’]s)?\b", re.IGNORECASE
)
_ASKING = re.compile(rf"(?:{_PREPOSITION} )?{_QUESTION_WORD.pattern}", re.IGNORECASE)
_IMPERATIVE = frozenset(
    "tell describe show explain summarise summarize give list compare name please say".split()
)
MAX_SUBJECT_WORDS = 5
_COUNTING = re.compile(
    r"(?:many|much|long|old|far|often|tall|big|large|high|deep|wide|fast|heavy|late|soon|away|exactly)\b",
    re.IGNORECASE,
)
_TAKES_NOUN = re.compile(r"(?:what|which|whose|how (?:many|much))$", re.IGNORECASE)
_ASKS_SUBJECT = re.compile(r"who|what|which|whose|how (?:many|much)", re.IGNORECASE)
_DETERMINER = frozenset(
    """the a an this that these those his her its their our your my all both some any each every
    he she it they you we i there""".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in parts; together they are its words, in order.

    Attributes:
        asking: What is asked for: "From which base", "How many fighters"; empty for others.
        auxiliary: The verb that follows, if it is one that changes places with a subject.
        rest: Whatever comes after, without the question mark.
    """

    asking: str
    auxiliary: str
    rest: str

    @property
    def inverted(self) -> bool:
        """Whether a subject of its own follows the auxiliary: "When was / the bridge opened"."""
        first = self.rest.split(" ")[0]
        return bool(self.auxiliary) and (
            not _ASKS_SUBJECT.match(self.asking)
            or self.auxiliary.lower() in ("do", "does", "did")
            or first.lower() in _DETERMINER
            or first[:1].isupper()
        )

    @property
    def noun(self) -> str:
        """The noun of what is asked for: "fighters" of "How many fighters"."""
        words = self.asking.split(" ")
        at = next((n for n, word in enumerate(words) if _ASKING.match(word)), 0)
        while at + 1 < len(words) and _COUNTING.match(words[at + 1]):
            at += 1
        return " ".join(words[at + 1 :])


def without_lead(question: str) -> str:
    """A question without the words that only join it to the one before."""
    return _LEADING.sub("", question, count=1) if _LEADING.match(question) else question


def changed_subject(question: str) -> str | None:
    """X of "what about X?" and "And X?"; None for any other question."""
    rest = without_lead(question)
    if found := _WHAT_ABOUT.match(rest):
        return rest[found.end() :].rstrip(" ?!.")
    words = [word.lower() for word in WORD.findall(rest)]
    has_verb = bool(AUXILIARY & set(words)) or (words[:1] and words[0] in _IMPERATIVE)
    if (
        len(words) > MAX_SUBJECT_WORDS
        or has_verb
        or _QUESTION_WORD.search(rest)
        or not content_words(rest)
        or not question.rstrip().endswith("?")
    ):
        return None
    return rest.rstrip(" ?!.")


def in_parts(question: str) -> Asked:
    """Part a question; `asking` is empty where it does not begin with a question word."""
    plain = question.strip().rstrip(" ?!.")
    found = _ASKING.match(plain)
    if not found:
        return Asked("", "", plain)
    words = plain.split(" ")
    at = found.group().count(" ") + 1
    while at < len(words) and _COUNTING.match(words[at]):
        at += 1
    if _TAKES_NOUN.search(" ".join(words[:at])):
        nouns = at
        while nouns < len(words) and nouns < at + 5 and words[nouns].lower() not in AUXILIARY:
            nouns += 1
        if (nouns < len(words) and words[nouns].lower() in AUXILIARY) or nouns == len(words):
            at = nouns
        elif at < len(words) and not words[0].lower().startswith("what"):
            at += 1  # "Which company owns ..."
    auxiliary = words[at] if at < len(words) and words[at].lower() in AUXILIARY else ""
    return Asked(" ".join(words[:at]), auxiliary, " ".join(words[at + bool(auxiliary) :]))


# Participles without -ed that end many questions: "When was the Rosetta Stone found?"
_IRREGULAR = frozenset(
    """begun begin began born bought brought built caught chosen come done drawn driven fallen fell
    felt flown fought found given gone grown held hit kept known laid led left lost made meant met
    paid put read run said seen sent set shot shown sold spent stood struck sung sunk taken taught
    told thrown took understood went
    wrote won worn withdrew withdrawn froze frozen flew rose risen sank drove written""".split()
)


def is_verb_like(word: str) -> bool:
    """Whether a word is likely a verb by its form; names never are."""
    return word.islower() and (word.endswith("ed") or word in _IRREGULAR)


def verbs_of(question: str) -> set[str]:
    """Stems of the words that look like the verbs of a question, by their forms and places."""
    asked = in_parts(question)
    words = WORD.findall(question)
    verbs = {stem(word) for word in words if is_verb_like(word)}
    rest = WORD.findall(asked.rest)
    if asked.asking and not asked.auxiliary and rest and rest[0].islower():
        verbs.add(stem(rest[0]))  # "Who owns the ship?"
    if asked.auxiliary.lower() in ("do", "does", "did"):
        after_name = [b for a, b in pairwise(rest) if a[0].isupper() and b.islower()]
        verbs |= {stem(word) for word in after_name[:1]}  # "When did Krakatoa erupt?"
    return verbs - {stem(word) for word in words if not word.islower()}


def stem(word: str) -> str:
    """A word cut to its first letters, in lower case."""
    return word.lower()[:STEM_CHARS]


def stems(text: str) -> list[str]:
    """Stems of the content words of a text, in order."""
    return [stem(word) for word in content_words(text) if word not in POINTING]
