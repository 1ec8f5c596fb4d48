"""What a trace tells: plain data, from the words that were expected to where they were lost."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from retrieval.answer import AskedPeriod, Relation


class Stage(StrEnum):
    """Where a passage may be lost, in order."""

    NOT_INDEXED = "not indexed"
    FILTERED = "filtered"
    DENSE = "dense rank"
    WORDS = "BM25 rank"
    FUSION = "fusion"
    READER = "reader"
    THRESHOLD = "threshold"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Found:
    """An article that has the words.

    Attributes:
        path: Its file.
        published: Its date (YYYY-MM-DD).
        words: The words as they stand there.
        exact: Whether they are the very same.
        ended: What has become of the article, such as "withdrawn on 2024-12-20"; None if nothing.
    """

    article_id: str
    path: str
    published: str | None
    words: str
    exact: bool
    ended: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the reader offers from a passage.

    Attributes:
        answer: The short answer.
        quote: The sentence that would be quoted.
        path: File of the article.
        margin: The reader's margin.
        score: Ranks the offers.
        confidence: Probability that it is right.
        rank: Among the offers, from 1.
    """

    answer: str
    quote: str
    path: str
    margin: float
    score: float
    confidence: float
    rank: int


@dataclass(frozen=True, slots=True)
class Way:
    """How far one passage came.

    Attributes:
        stage: Where it was lost.
        article_id: Its article.
        path: The article's file.
        start: First character of the passage.
        end: Character after its last.
        whole: Whether it holds all of the words.
        dense_rank: Rank by meaning among all passages that the filters let through.
        word_rank: Rank by words, likewise; None where it shares none with the question.
        fused_rank: Rank after fusion, without copies; None where it is not among the candidates.
        copy_of: File of the passage of the same report that was read in its place.
        read: Whether the reader came to it; it stops when reading on would change nothing.
        offer: What the reader offers from it; what it would have, if it was not read.
        offers_words: Whether the quote of that offer has the words.
    """

    stage: Stage
    article_id: str
    path: str
    start: int
    end: int
    whole: bool
    dense_rank: int
    word_rank: int | None
    fused_rank: int | None = None
    copy_of: str | None = None
    read: bool = False
    offer: Offer | None = None
    offers_words: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """Where the expected words were lost.

    Attributes:
        question: As it was asked.
        asked: As it was searched.
        period: The time that it asks about, if it names one.
        expected: The words.
        stage: Where they were lost.
        quoted: Whether the answer quotes them.
        relation: How the answer that quotes them stands to the one that was given, where it is
            another one.
        answer: The short answer that was given, if one was.
        confidence: Its probability of being right, or that of what came nearest.
        threshold: Lowest confidence that is answered.
        searched: Number of passages that the filters let through.
        places: Number of places in articles, live or past, that have the words.
        found: Articles that have them, ten at most, the live ones first.
        barred_by: The filters that keep them out, such as "since 2024-12-01".
        way: That of the passage which came farthest.
        best: The reader's best offer, which was the answer if it was sure enough.
        passages_read: How many passages were read.
        overview: Whether several sentences were asked for, which are chosen without the reader.
    """

    question: str
    asked: str
    period: AskedPeriod | None
    expected: str
    stage: Stage
    quoted: bool
    relation: Relation | None
    answer: str | None
    confidence: float
    threshold: float
    searched: int = 0
    places: int = 0
    found: tuple[Found, ...] = ()
    barred_by: tuple[str, ...] = ()
    way: Way | None = None
    best: Offer | None = None
    passages_read: int = 0
    overview: bool = False

    def to_json(self) -> dict[str, object]:
        """The trace as JSON-ready data."""
        return asdict(self)
