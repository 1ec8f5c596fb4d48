"""The facade: a follow-up and the turns before it in, a question that stands alone out.

Rules propose (`rewriting`), then retrieval and the reader decide (`probing`): a rewrite that the
articles speak of, and that has an answer of its own, is what was meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answer import Rewrite, Turn
from retrieval.dialogue.probing import NO_REPLY, Finding, Prober, Reply
from retrieval.dialogue.rewriting import Candidate, rewrites
from retrieval.values.sameness import same_value

MAX_TURNS = 6
MAX_READ = 3


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a question was taken to mean.

    Attributes:
        standalone: The question that is searched and read.
        rewrites: What else it might have meant, best first.
    """

    standalone: str
    rewrites: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tried:
    """A candidate with what was made of it."""

    candidate: Candidate
    finding: Finding
    reply: Reply = NO_REPLY
    repeats: bool = False

    @property
    def found(self) -> float:
        """How well it does in the search."""
        return (
            self.candidate.probability
            + WEIGHTS["similarity"] * self.finding.similarity
            + WEIGHTS["coverage"] * self.finding.coverage
        )

    @property
    def score(self) -> float:
        """How well it does in all."""
        return (
            self.found
            + WEIGHTS["confidence"] * self.reply.confidence
            - WEIGHTS["repeats"] * self.repeats
        )


WEIGHTS = {"similarity": 0.5, "coverage": 0.4, "confidence": 0.6, "repeats": 0.5}


def resolve(question: str, history: Sequence[Turn], prober: Prober) -> Resolution:
    """Make a question stand alone; one that does already costs nothing.

    Args:
        question: As it was asked.
        history: Earlier turns, oldest first; the last six count.
        prober: Tries rewrites on the articles.
    """
    told = with_standalones(history[-MAX_TURNS:])
    candidates = rewrites(question, told)
    if not candidates:
        return Resolution(question)
    if len(candidates) == 1:
        return Resolution(candidates[0].text)
    tried = [_Tried(one, prober.find(one.text)) for one in candidates]
    tried.sort(key=lambda one: -one.found)
    said = told[-1].answer or ""
    read = [_read(one, said, prober) for one in tried[:MAX_READ]]
    best, *others = sorted([*read, *tried[MAX_READ:]], key=lambda one: -one.score)
    return Resolution(
        best.candidate.text,
        tuple(Rewrite(one.candidate.text, one.score) for one in others),
    )


def with_standalones(history: Sequence[Turn]) -> list[Turn]:
    """The turns, each with its standalone question: by the words alone where none is known."""
    told: list[Turn] = []
    for turn in history:
        if turn.standalone is None:
            likely = rewrites(turn.question, told)
            turn = replace(turn, standalone=likely[0].text if likely else turn.question)
        told.append(turn)
    return told


def _read(tried: _Tried, said: str, prober: Prober) -> _Tried:
    reply = prober.read(tried.candidate.text)
    repeats = bool(said and reply.text and same_value(reply.text, said))
    return replace(tried, reply=reply, repeats=repeats)
