"""All that a follow-up may mean: ways to make it stand alone, likely ones first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from retrieval.answer import Turn
from retrieval.dialogue.inserting import append, expand, has_pronoun, insert, points_to_person
from retrieval.dialogue.leaning import Lean, bare_heads, lean
from retrieval.dialogue.names import (
    all_names,
    asks_place,
    full_name,
    has_number,
    is_name,
    later_names,
    people,
)
from retrieval.dialogue.sentences import (
    asks_who_said,
    question_of,
    short_answer,
    subject_of,
    who_said,
    with_new_asking,
)
from retrieval.dialogue.timing import at_another_time
from retrieval.dialogue.topic import Topic, topic_of
from retrieval.dialogue.wording import (
    POINTING,
    WORD,
    Asked,
    changed_subject,
    in_parts,
    is_verb_like,
    stem,
    stems,
    without_lead,
)
from retrieval.questions import readable

MAX_CANDIDATES = 5
MAX_THING_WORDS = 4
MAX_ASKED_WORDS = 2  # "From which air base?"
MAX_NOUN_WORDS = 6
LIKELY_CONTEXT = 0.35
LIKELY_AGENT = 0.6
MAX_VAGUE_WORDS = 2  # content words
LIKELY_ALONE = 0.5  # of a question that may lean back, that it does not
MAX_CHARS = 300  # the reader cuts a question at 64 tokens
_ASKS_AGENT = re.compile(r"(?:who|which|what)\b", re.IGNORECASE)
_ONES = re.compile(r"(?<=\w) ones?$")
_MANY = re.compile(r"(?:[^s]s|people|men|children)$")
_PLURAL = re.compile(r"\b(?:they|them|their|these|those)\b", re.IGNORECASE)
_EVENT = re.compile(
    r"^((?:when|where|why|how))(?:['’]s| is| was| were| did) (?:(?:that|this)(?: happen)?|it happen"
    r"|they do so|(?:he|she|they|it) do (?:that|so|it))(?=\W*$)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"(?:from|to|in|on|at|by|with|for|of|under|after|before|during)\b", re.I)


class Form(StrEnum):
    """How a rewrite is made."""

    ASKED = "as asked"
    TOPIC = "topic"  # what the conversation is about, in a pronoun's place or at the end
    ANSWER = "answer"  # the last answer, likewise
    NAME = "name"  # "the base" by its full name
    EVENT = "event"  # something else about the same event
    SAID = "said"  # who said what was said
    SUBJECT = "subject"  # what the last question was about
    CONTEXT = "context"  # the turn before behind it
    SWAP = "swap"  # the same question about something else


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to make a question stand alone.

    Attributes:
        text: The question, its question word first.
        form: How it is made.
        probability: How likely its added words are meant, by the words alone; 0 to 1.
    """

    text: str
    form: Form
    probability: float


def rewrites(question: str, history: Sequence[Turn]) -> list[Candidate]:
    """Up to `MAX_CANDIDATES` rewrites, different in their words; none of a question without need.

    Args:
        question: As it was asked.
        history: Earlier turns, oldest first, each with its standalone question if that is known.
    """
    sure = lean(question, history)
    if sure is Lean.NO:
        return []
    kept: dict[tuple[str, ...], Candidate] = {}
    for one in _all(question, history, sure):
        text = readable(" ".join(one.text.split()))
        if len(text) <= MAX_CHARS or one.form is Form.ASKED:
            words = tuple(sorted(stems(text)))
            first = kept.get(words, Candidate(text, one.form, 0.0))  # reads best
            kept[words] = replace(first, probability=max(first.probability, one.probability))
    best = sorted(kept.values(), key=lambda one: -one.probability)
    asked = [one for one in best if one.form is Form.ASKED]
    return [one for one in best if one.form is not Form.ASKED][: MAX_CANDIDATES - 1] + asked


def _all(question: str, history: Sequence[Turn], sure: Lean) -> Iterator[Candidate]:
    plain = capitalised(without_lead(question))
    short = _EVENT.sub(r"\1", plain)
    asked = in_parts(short)
    subject = changed_subject(question)
    event = _event_turns(history)
    if subject is not None:
        yield from _with_changed_subject(subject, question, history)
    elif (said := who_said(plain, event[0])) is not None:
        names = people(plain, history) if points_to_person(said) else []
        yield Candidate(insert(said, names[0]) if names else said, Form.SAID, 0.9)
    elif is_elliptic(asked, short):
        for turn, probability in zip(event, (0.9, 0.5), strict=False):
            yield Candidate(with_new_asking(asked, turn), Form.EVENT, probability)
    else:
        yield from _with_things(plain, history)
    yield Candidate(f"{plain} ({_said(history[-1])})", Form.CONTEXT, LIKELY_CONTEXT)
    yield Candidate(plain, Form.ASKED, _alone(plain) if sure is Lean.MAYBE else 0.0)


def _alone(question: str) -> float:
    """How likely a question that may lean back does not: the more it says, the likelier."""
    return LIKELY_ALONE + (0.2 if len(stems(question)) > MAX_VAGUE_WORDS else 0)


def is_elliptic(asked: Asked, plain: str) -> bool:
    """Whether a question is only what is asked for: "Where to?", "From which base?"."""
    told = asked.noun.split()
    if not asked.asking or len(told) > MAX_ASKED_WORDS or any(map(is_verb_like, told)):
        return False
    rest = [word for word in WORD.findall(asked.rest) if word.lower() not in POINTING]
    only_tail = len(rest) <= 1 and not stems(asked.rest) and not has_pronoun(plain)
    return only_tail and not asked.auxiliary


def _with_things(question: str, history: Sequence[Turn]) -> Iterator[Candidate]:
    """The question with what it points to: a name told before, the topic, or the last answer."""
    heads = {stem(head) for head in bare_heads(question)}
    if heads and (name := full_name(heads, history)) and (text := expand(question, name)):
        yield Candidate(text, Form.NAME, 0.85)
        question = text if has_pronoun(text) else question
    person, pointing = points_to_person(question), has_pronoun(question)
    topic = topic_of(question, history)
    if topic and not person:
        yield from _with_topic(question, topic)
    answer = short_answer(history[-1])
    if person and answer and asks_place(history[-1]):
        answer = None
    if answer and _is_thing(answer) and (pointing or heads):
        agent = _ASKS_AGENT.match(question_of(history[-1])) and is_name(answer)
        likely = 0.8 if person else LIKELY_AGENT if pointing and agent else 0.4
        yield Candidate(insert(question, answer), Form.ANSWER, likely)
    if person:
        for rank, name in enumerate(people(question, history)):
            yield Candidate(insert(question, name), Form.ANSWER, 0.6 - 0.1 * rank)
    elif pointing:
        yield from _with_subject(question, history[-1], topic)


def _with_subject(question: str, last: Turn, topic: Topic | None) -> Iterator[Candidate]:
    """The question about what the last one was about."""
    if noun := in_parts(question_of(last)).noun:
        agrees = _MANY.search(noun) and _PLURAL.search(question)
        yield Candidate(insert(question, f"the {noun}"), Form.SUBJECT, 0.65 if agrees else 0.3)
    elif (subject := subject_of(last)) and not has_number(subject):
        within = topic and topic.phrases[0] in subject and len(subject.split()) <= MAX_NOUN_WORDS
        likely = topic.probability - 0.1 if topic and within else 0.3
        yield Candidate(insert(question, subject), Form.SUBJECT, likely)


def _with_topic(question: str, topic: Topic) -> Iterator[Candidate]:
    """The question with the likeliest phrase of its topic, or only the name in it."""
    names = [name for phrase in topic.phrases for name in all_names(phrase)]
    yield Candidate(insert(question, topic.phrases[0]), Form.TOPIC, topic.probability)
    if names:
        yield Candidate(insert(question, names[0]), Form.TOPIC, topic.probability * 0.9)


def _is_thing(answer: str) -> bool:
    """Whether an answer can stand for "it" or "he": a name, or a few words without a number."""
    return is_name(answer) or (len(answer.split()) <= MAX_THING_WORDS and not has_number(answer))


def _with_changed_subject(
    subject: str, question: str, history: Sequence[Turn]
) -> Iterator[Candidate]:
    """The last question about another subject, in the place of each of its phrases."""
    last = _event_turns(history)[0]
    text = question_of(last)
    if changed := at_another_time(text, subject):
        yield Candidate(changed, Form.SWAP, 0.9)
        return
    if _PREPOSITION.match(subject):
        word = subject.split(" ")[0]
        cut = re.search(rf"\s{re.escape(word)}\s+(?:\S+\s?){{1,5}}$", text)
        yield Candidate(f"{text[: cut.start()] if cut else text} {subject}?", Form.SWAP, 0.8)
        return
    names = later_names(text)
    subject = _ONES.sub("", subject) if names else subject
    if subject[0].isupper() or subject.split(" ")[0].lower() in ("the", "a", "an"):
        for name in reversed(names):
            start = name.start()
            article = text[max(0, start - 4) : start].lower() in (" the", "the ")
            taken = subject.removeprefix("the ") if article else subject
            yield Candidate(f"{text[:start]}{taken}{text[name.end() :]}?", Form.SWAP, 0.8)
    topic = topic_of(question, history)
    if topic:
        phrase = topic.phrases[0]
        if phrase in text:
            yield Candidate(text.replace(phrase, subject, 1) + "?", Form.SWAP, 0.55)
        yield Candidate(append(f"What about {subject}?", phrase), Form.TOPIC, 0.5)


def _event_turns(history: Sequence[Turn]) -> list[Turn]:
    """The latest turns that tell of an event; who said so is none."""
    told = [turn for turn in reversed(history) if not asks_who_said(turn)]
    return told or [history[-1]]


def _said(turn: Turn) -> str:
    """The last question with its answer; the question comes first, so that little is cut."""
    return " ".join(part for part in (turn.standalone or turn.question, short_answer(turn)) if part)


def capitalised(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
