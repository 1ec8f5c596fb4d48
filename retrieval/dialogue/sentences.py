"""What a turn said: its question with the answer in the place of what was asked.

An elliptic follow-up ("Where to?", "when?", "Who said so?") asks something else of the same event.
"""

import re

from retrieval.answer import Turn
from retrieval.dialogue.wording import WORD, Asked, in_parts, is_verb_like, stem

MAX_ANSWER_WORDS = 12
_SAYING = re.compile(
    r"\b(say|says|said|claims?|claimed|reports?|reported|confirms?|confirmed|announced?|told|think"
    r"|thinks)(?: (?:so|that|this|it))?(?=\W*$|\s+(?:in|on|at|to|when)\b)",
    re.IGNORECASE,
)
_SAID_IN_TURN = re.compile(
    r"(?:who|which \w+|whose \w+) (?:said|says|claim\w+|report\w+|confirm\w+|announc\w+)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"^(?:Up|About|Around|Nearly|Almost|Some|Over|More|Less|At|As|Only|The|An?)\b(?= )"
)
_NUMBER_BEFORE = re.compile(r"^(?:up|about|around|only|over|nearly) (?:to )?\d[\d.,]* (?=\w)")
_BREAKS = frozenset("to from into at on by with for under as its their his her when".split())
_DANGLING = re.compile(r" (?:to|from|in|at|on|by|with|for)$", re.IGNORECASE)


def question_of(turn: Turn) -> str:
    """The question of a turn as it stands alone, without the sign that ends it."""
    return (turn.standalone or turn.question).rstrip(" ?!.")


def short_answer(turn: Turn) -> str | None:
    """The answer of a turn, if it is short enough to be spoken of."""
    answer = (turn.answer or "").strip().rstrip(".")
    return answer if 0 < len(answer.split()) <= MAX_ANSWER_WORDS and "\n" not in answer else None


def asks_who_said(turn: Turn) -> bool:
    """Whether a turn asked only who said what was known before."""
    return bool(_SAID_IN_TURN.match(turn.standalone or turn.question))


def statement(turn: Turn) -> str:
    """What a turn's question and answer say together, as a clause."""
    asked, answer = in_parts(turn.standalone or turn.question), short_answer(turn)
    subject = subject_of(turn) if asked.inverted else None
    if subject and asked.auxiliary.lower() not in ("do", "does", "did"):
        added = _object(asked, answer) or _circumstance(asked, answer)
        return _joined(subject, asked.auxiliary, asked.rest.removeprefix(subject), added)
    return _joined(*_clause(asked, answer))


def with_new_asking(new: Asked, turn: Turn) -> str:
    """The turn's question, asking instead what an elliptic question asks: "Where to?"."""
    asked, answer = in_parts(turn.standalone or turn.question), short_answer(turn)
    tail = " ".join((new.auxiliary, new.rest)).strip()
    if asked.inverted:
        kept = _object(asked, answer)
        rest = asked.rest if kept else _DANGLING.sub("", asked.rest)
        return _joined(new.asking, asked.auxiliary, rest, kept, tail) + "?"
    subject = _NUMBER_BEFORE.sub("", _subject(asked, answer))
    if asked.auxiliary:
        return _joined(new.asking, asked.auxiliary, subject, asked.rest, tail) + "?"
    if not asked.asking:  # yes or no
        return _joined(new.asking, _lowered(asked.rest), tail) + "?"
    return _joined(new.asking, "was it that", subject, asked.rest, tail) + "?"


def subject_of(turn: Turn) -> str | None:
    """What a turn's question was about: what stands where its subject is, if that can be told."""
    asked = in_parts(turn.standalone or turn.question)
    words = asked.rest.split(" ")
    if not asked.inverted:
        return f"the {asked.noun}" if asked.noun else None
    end = next((n for n, word in enumerate(words) if n and word.lower() in _BREAKS), len(words))
    if asked.auxiliary.lower() in ("do", "does", "did"):
        names = [n for n, word in enumerate(words[:end]) if word[0].isupper()]
        owned = any(words[n].endswith(("’s", "'s")) for n in names)
        end = names[-1] + 1 if names and not owned else end - (end == len(words) or end > 1)
    elif end and is_verb_like(words[end - 1]):
        end -= 1
    return " ".join(words[:end]) or None


def who_said(question: str, turn: Turn) -> str | None:
    """The question with what was said for "so"; None unless it asks about what was said."""
    found = _SAYING.search(question)
    if not found:
        return None
    after = question[found.end() :].rstrip(" ?!.")
    return _joined(question[: found.end(1)], "that", statement(turn), after.strip()) + "?"


def _clause(asked: Asked, answer: str | None) -> tuple[str, ...]:
    if asked.inverted:
        return (asked.rest, _object(asked, answer) or _circumstance(asked, answer))
    return (_subject(asked, answer), asked.auxiliary, asked.rest)


def _subject(asked: Asked, answer: str | None) -> str:
    """Who or what did it."""
    return _asked_for(asked, answer) or "someone"


def _asked_for(asked: Asked, answer: str | None) -> str:
    """The answer, with the noun that was asked for; empty where neither is known."""
    if answer is None:
        return asked.noun
    answer = _HEDGE.sub(lambda found: found.group().lower(), answer)
    known = {stem(word) for word in WORD.findall(answer)}
    noun = " ".join(word for word in asked.noun.split() if stem(word) not in known)
    counts = asked.asking.lower().startswith("how")
    return f"{answer} {noun}".strip() if counts and noun else answer


def _object(asked: Asked, answer: str | None) -> str:
    """What the answer adds to a question that names who did it."""
    first = asked.asking.lower().split(" ")[0]
    if first in ("what", "which", "who", "whom", "how") and asked.asking.lower() != "how":
        return _asked_for(asked, answer)
    return ""


def _circumstance(asked: Asked, answer: str | None) -> str:
    return (answer or "") if not asked.asking.lower().startswith(("why", "how")) else ""


def _joined(*parts: str) -> str:
    return " ".join(part.strip() for part in parts if part and part.strip())


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
