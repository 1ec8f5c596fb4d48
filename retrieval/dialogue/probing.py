"""What retrieval and the reader do with a rewrite: whether the articles speak of it at all."""

from dataclasses import dataclass
from typing import Protocol

from index.filters import Filters
from index.library import Library
from retrieval.confidence import Calibration
from retrieval.reader import Reader
from retrieval.reading import read_candidates
from retrieval.search import Hit, search

COMPARED, READ = 3, 2  # of the first passages


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reader finds in the first passages for a rewrite.

    Attributes:
        text: The answer; empty where there is none.
        confidence: Probability that it is right, 0 to 1.
    """

    text: str
    confidence: float


NO_REPLY = Reply("", 0.0)


class Prober(Protocol):
    """Tries a rewrite."""

    def similarity(self, question: str) -> float:
        """Cosine of the nearest of the first passages, 0 where there is none; about 10 ms."""

    def read(self, question: str) -> Reply:
        """Let the reader answer it from its first passages; about 20 ms a passage."""


class LibraryProber:
    """Tries rewrites on an open index. For one question; keeps what it found."""

    def __init__(
        self, library: Library, reader: Reader, calibration: Calibration, filters: Filters
    ) -> None:
        self._library, self._reader = library, reader
        self._calibration, self._filters = calibration, filters
        self._hits: dict[str, list[Hit]] = {}

    def hits(self, question: str) -> list[Hit]:
        """The passages for a question, as many as an answer considers; searched at most once."""
        if question not in self._hits:
            self._hits[question] = search(self._library, question, filters=self._filters)
        return self._hits[question]

    def similarity(self, question: str) -> float:
        first = self.hits(question)[:COMPARED]
        return max((hit.similarity or 0.0 for hit in first), default=0.0)

    def read(self, question: str) -> Reply:
        read = read_candidates(
            self._library,
            self._reader,
            self._calibration,
            question,
            self.hits(question)[:READ],
            self._filters,
        )
        if not read:
            return NO_REPLY
        return Reply(read[0].text, self._calibration.probability(read[0].score))
