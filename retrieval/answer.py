"""What an answer is: plain data, with the way to the exact words in every citation.

Knows nothing of how an answer is found or shown. "Cannot answer" is a value of `Answer`, not an
exception. `Answer.to_json` is the contract that scripts rely on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


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
    """One earlier question of a conversation and the answer that was given (None: none found)."""

    question: str
    answer: str | None


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
    """

    question: str
    answered: bool
    answer: str | None
    confidence: float
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]
    closest: tuple[Citation, ...] = ()
    timing_ms: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The answer as JSON-ready data, fields in the order of the contract."""
        return {
            "question": self.question,
            "answered": self.answered,
            "answer": self.answer,
            "confidence": round(self.confidence, 4),
            "citations": [_citation_json(citation) for citation in self.citations],
            "closest": [_citation_json(citation) for citation in self.closest],
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
        """The answer that `to_json` gave these data of, its numbers as they were rounded."""
        return cls(
            question=told["question"],
            answered=told["answered"],
            answer=told["answer"],
            confidence=told["confidence"],
            citations=tuple(map(_citation, told["citations"])),
            passages=tuple(Passage(**passage) for passage in told["passages"]),
            closest=tuple(map(_citation, told["closest"])),
            timing_ms=dict(told["timing_ms"]),
        )


def _citation(told: Mapping[str, Any]) -> Citation:
    return Citation(**{**told, "carried_by": tuple(told["carried_by"])})


def _citation_json(citation: Citation) -> dict[str, object]:
    """One citation as JSON-ready data; slots keep the declared order."""
    known = {name: getattr(citation, name) for name in Citation.__slots__}
    return {**known, "carried_by": list(citation.carried_by)}
