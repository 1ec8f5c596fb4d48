"""What an answer is: plain data, with the way to the exact words in every citation.

Knows nothing of how an answer is found or shown. "Cannot answer" is a value of `Answer`, not an
exception. `Answer.to_json` is the contract that scripts rely on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

MAX_TURNS = 6
"""How much of a conversation a question comes with."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation: `article.text[start:end] == quote`, always.

    Attributes:
        n: Number of the citation within its answer, from 1.
        answer_start: Where in the article the short answer begins, if it stands in this quote.
        answer_end: Where it ends (exclusive).
        path: File of the article, relative to the indexed folder.
        published: ISO 8601 date (YYYY-MM-DD).
        carried_by: Ids of the other articles of the same story that carry these words, lightly
            edited at most, the earliest first; together they are one source.
    """

    n: int
    article_id: str
    title: str | None
    source: str | None
    author: str | None
    published: str | None
    path: str
    url: str | None
    start: int
    end: int
    quote: str
    answer_start: int | None = None
    answer_end: int | None = None
    carried_by: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call the article: its title, else its file."""
        return self.title or self.path


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article that was considered.

    `score` orders the passages of one answer: the probability that the answer stands there, as
    the reader sees it, and 0 where reading stopped before; for an overview, the search's score.
    """

    article_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of a conversation and the answer that was given.

    Attributes:
        question: As it was asked.
        answer: The short answer; None where none was found.
        standalone: The question as it was searched, with what it took from turns before it; None
            where it is not known.
        quotes: The sentences that were cited, best first.
    """

    question: str
    answer: str | None
    standalone: str | None = None
    quotes: tuple[str, ...] = ()


class Basis(StrEnum):
    """Which date of an article a period is about."""

    PUBLISHED = "published"
    HAPPENED = "happened"


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """The time that a question asks about.

    Attributes:
        first: First day (YYYY-MM-DD), or None where it has no beginning.
        last: Last day, likewise.
        basis: Whether articles of that time are meant, or events.
        words: The words of the question that say so.
    """

    first: str | None
    last: str | None
    basis: Basis
    words: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A way to make a question stand on its own; the higher its score, the better it does."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a question was taken to mean.

    Attributes:
        standalone: The question as it was searched and read.
        period: The time that it asks about, if it names one.
        as_of: The day (YYYY-MM-DD) as of which it was answered; None for now.
        rewrites: What else it might have meant, best first; empty where it stands on its own.
    """

    standalone: str
    period: AskedPeriod | None = None
    as_of: str | None = None
    rewrites: tuple[Rewrite, ...] = ()

    @property
    def event_period(self) -> AskedPeriod | None:
        """When what is asked about took place, if the question says so."""
        if self.period and self.period.basis is Basis.HAPPENED:
            return self.period
        return None


@dataclass(frozen=True, slots=True)
class Support:
    """Who says so.

    Attributes:
        sources: Number of independent sources; copies of one report are one source.
        newest: Date of the newest article among them (YYYY-MM-DD), None where none has a date.
    """

    sources: int
    newest: str | None


class Relation(StrEnum):
    """How another answer differs from the one that is given."""

    UPDATE = "update"  # an earlier state of the same thing
    CONFLICT = "conflict"  # other sources say otherwise at the same time
    SCOPE = "scope"  # of another place, group or occasion


@dataclass(frozen=True, slots=True)
class Variant:
    """Another answer to the same question; `citations[0]` holds it."""

    relation: Relation
    answer: str
    citations: tuple[Citation, ...]
    support: Support

    @property
    def day(self) -> str | None:
        """As of which day (YYYY-MM-DD) it is; see `Answer.day`."""
        return _day(self.citations)


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    Attributes:
        answered: Whether the articles tell; if not, `answer` is None and `citations` is empty.
        answer: The short answer, words of the first citation's article.
        confidence: Estimated probability that the answer is right, 0 to 1.
        citations: Best first; the first one holds the answer.
        closest: For an abstention, up to three quotations that came nearest, best first.
        passages: Up to ten passages that were considered, best first.
        timing_ms: Milliseconds by stage, and "total".
        support: Who says so; None for an abstention, and for an overview, which says many things.
        variants: Other answers to the same question, the newest first.
        understanding: What the question was taken to mean.
    """

    question: str
    answered: bool
    answer: str | None
    confidence: float
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    closest: tuple[Citation, ...] = ()
    timing_ms: dict[str, float] = field(default_factory=dict)
    support: Support | None = None
    variants: tuple[Variant, ...] = ()
    understanding: Understanding | None = None

    @property
    def day(self) -> str | None:
        """As of which day it is: that of the newest report cited; reprints make nothing newer."""
        return _day(self.citations)

    @property
    def turn(self) -> Turn:
        """What was said, for what is asked next."""
        standalone = self.understanding.standalone if self.understanding else None
        quotes = tuple(citation.quote for citation in self.citations)
        return Turn(self.question, self.answer, standalone, quotes)

    def to_json(self) -> dict[str, object]:
        """The answer as JSON-ready data, fields in the order of the contract."""
        return {
            "question": self.question,
            "answered": self.answered,
            "answer": self.answer,
            "confidence": round(self.confidence, 4),
            "citations": [_citation_json(citation) for citation in self.citations],
            "closest": [_citation_json(citation) for citation in self.closest],
            "support": self.support and asdict(self.support),
            "variants": [_variant_json(variant) for variant in self.variants],
            "understanding": self.understanding and _understanding_json(self.understanding),
            "passages": [
                {
                    "article_id": passage.article_id,
                    "start": passage.start,
                    "end": passage.end,
                    "score": round(passage.score, 6),
                }
                for passage in self.passages
            ],
            "timing_ms": {stage: round(spent, 2) for stage, spent in self.timing_ms.items()},
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The answer that `to_json` gave these data of, its numbers as they were rounded.

        Data of an earlier Dateline, which had no "support", "variants" and "understanding", will
        do.
        """
        support, understanding = told.get("support"), told.get("understanding")
        return cls(
            question=told["question"],
            answered=told["answered"],
            answer=told["answer"],
            confidence=told["confidence"],
            citations=tuple(map(_citation, told["citations"])),
            passages=tuple(Passage(**passage) for passage in told["passages"]),
            closest=tuple(map(_citation, told["closest"])),
            support=support and Support(**support),
            variants=tuple(map(_variant, told.get("variants", ()))),
            understanding=understanding and _understanding(understanding),
            timing_ms=dict(told["timing_ms"]),
        )


def _day(citations: Sequence[Citation]) -> str | None:
    return max((one.published for one in citations if one.published), default=None)


def _citation(told: Mapping[str, Any]) -> Citation:
    return Citation(**{**told, "carried_by": tuple(told["carried_by"])})


def _citation_json(citation: Citation) -> dict[str, object]:
    """One citation as JSON-ready data; slots keep the declared order."""
    known = {name: getattr(citation, name) for name in Citation.__slots__}
    return {**known, "carried_by": list(citation.carried_by)}


def _variant(told: Mapping[str, Any]) -> Variant:
    return Variant(
        Relation(told["relation"]),
        told["answer"],
        tuple(map(_citation, told["citations"])),
        Support(**told["support"]),
    )


def _variant_json(variant: Variant) -> dict[str, object]:
    return {
        "relation": str(variant.relation),
        "answer": variant.answer,
        "citations": [_citation_json(citation) for citation in variant.citations],
        "support": asdict(variant.support),
    }


def _understanding(told: Mapping[str, Any]) -> Understanding:
    period = told["period"]
    return Understanding(
        told["standalone"],
        period and AskedPeriod(**{**period, "basis": Basis(period["basis"])}),
        told["as_of"],
        tuple(Rewrite(**rewrite) for rewrite in told["rewrites"]),
    )


def _understanding_json(understanding: Understanding) -> dict[str, object]:
    period = understanding.period
    return {
        "standalone": understanding.standalone,
        "period": period and {**asdict(period), "basis": str(period.basis)},
        "as_of": understanding.as_of,
        "rewrites": [
            {"text": rewrite.text, "score": round(rewrite.score, 4)}
            for rewrite in understanding.rewrites
        ],
    }
