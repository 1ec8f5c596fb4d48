"""Every answer that the reader offers in the passages that it reads, and what is measured of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.articles import Article
from index.encoders import FloatArray
from index.filters import Filters
from index.library import Library
from index.sentences import Span
from retrieval.confidence import Calibration, Features, log_count
from retrieval.questions import answer_fits, content_words, names_in
from retrieval.quotes import is_in_label, sentence_around, tidy_span
from retrieval.reader import Reader
from retrieval.search import Hit
from retrieval.values.sameness import same_value

FIT = {True: 1.0, None: 0.0, False: -1.0}
STEM_CHARS = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that one passage offers: `article.text[start:end]`.

    Attributes:
        hit: The passage.
        article: The article.
        story: Its story.
        start: Where the answer begins.
        end: Where it ends (exclusive).
        sentence: Where the sentence around it stands, which would be quoted.
        carriers: The articles of the story that carry the sentence, the earliest first.
        first: The earliest of them that has the very same words.
        features: What was measured of it.
        score: The higher, the likelier it is right.
    """

    hit: Hit
    article: Article
    story: str
    start: int
    end: int
    sentence: Span
    carriers: tuple[Article, ...]
    first: Article
    features: Features
    score: float

    @property
    def day(self) -> str | None:
        """Day (YYYY-MM-DD) on which this was first told: a reprint makes nothing newer."""
        return self.first.published[:10] if self.first.published else None

    @property
    def text(self) -> str:
        """The exact words."""
        return self.article.text[self.start : self.end]

    @property
    def quote(self) -> str:
        """The sentence around them."""
        start, end = self.sentence
        return self.article.text[start:end]


@dataclass(frozen=True, slots=True)
class Found:
    """A span with what is known before the others are read."""

    article: Article
    story: str
    start: int
    end: int
    margin: float
    hit: Hit
    rank: int
    coverage: float
    names: float
    fits: bool | None
    sentence: Span = (0, 0)
    carriers: tuple[Article, ...] = ()
    first: Article | None = None
    similarity: float = 0.0

    def agrees(self, other: "Found") -> bool:
        """Whether both say the same, each on the day on which it was published."""
        return same_value(
            self.article.text[self.start : self.end],
            other.article.text[other.start : other.end],
            self.article.published,
            other.article.published,
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """The question with what is computed of it once."""

    question: str
    words: frozenset[str]
    vector: FloatArray


def content_stems(text: str) -> frozenset[str]:
    """The words of a text that carry its content, cut to their first letters."""
    return frozenset(word[:STEM_CHARS] for word in content_words(text))


def read_batch(
    library: Library,
    reader: Reader,
    asked: Asked,
    batch: Sequence[tuple[int, Hit]],
    filters: Filters,
) -> list[Found]:
    """Read some hits with their ranks, all in one call.

    Args:
        library: Open index.
        reader: Reads the passages.
        asked: The question.
        batch: Ranks from 1, and hits.
        filters: Which articles count as carriers.

    Returns:
        What was offered; a passage that offers nothing is left out.
    """
    articles = [library.article(hit.chunk.article_id) for _, hit in batch]
    pairs = [
        (rank, hit, article)
        for (rank, hit), article in zip(batch, articles, strict=True)
        if article
    ]
    stories = library.stories([article.id for _, _, article in pairs], filters)
    passages = [article.text[hit.chunk.start : hit.chunk.end] for _, hit, article in pairs]
    found = []
    for (rank, hit, article), passage, reading in zip(
        pairs, passages, reader.read(asked.question, passages), strict=True
    ):
        if reading.start == reading.end:
            continue
        offset = hit.chunk.start
        start, end = tidy_span(
            article.text, offset + reading.start, offset + reading.end, asked.question
        )
        if start == end or is_in_label(article.text, start):
            continue
        answer = article.text[start:end]
        found.append(
            Found(
                article,
                stories.get(article.id, article.id),
                start,
                end,
                reading.margin,
                hit,
                rank,
                coverage_of(asked, passage),
                _share_of_names(asked.question, article),
                answer_fits(asked.question, answer),
            )
        )
    return _with_sentences(library, asked, found, filters)


def coverage_of(asked: Asked, passage: str) -> float:
    """Share of the question's content words that a passage holds."""
    return len(asked.words & content_stems(passage)) / max(1, len(asked.words))


def _with_sentences(
    library: Library, asked: Asked, found: list[Found], filters: Filters
) -> list[Found]:
    """Compare the sentences that would be quoted with the question, and find who carries them."""
    if not found:
        return []
    spans = [sentence_around(one.article.text, one.start, one.end) for one in found]
    quotes = [one.article.text[a:b] for one, (a, b) in zip(found, spans, strict=True)]
    cosines = library.encoder.encode(quotes) @ asked.vector  # all in one call
    whole = []
    for one, span, quote, cosine in zip(found, spans, quotes, cosines, strict=True):
        carriers = tuple(library.carriers(one.article, quote, filters))
        first = next((carrier for carrier in carriers if quote in carrier.text), one.article)
        whole.append(
            replace(one, sentence=span, carriers=carriers, first=first, similarity=float(cosine))
        )
    return whole


def _share_of_names(question: str, article: Article) -> float:
    """Share of the question's names and numbers that the article holds; 1 where it has none."""
    names = names_in(question)
    text = f"{article.title or ''} {article.text}".lower()
    return sum(name in text for name in names) / len(names) if names else 1.0


def measure(found: Sequence[Found], calibration: Calibration) -> list[Candidate]:
    """Compare the spans with one another and score them."""
    candidates = []
    for one in found:
        agrees = [(other, one.agrees(other)) for other in found]
        others = [other.margin for other, agreed in agrees if not agreed]
        # copies of one report are one source
        stories = {other.story for other, agreed in agrees if agreed and other.margin > 0}
        features = Features(
            one.margin,
            one.margin - max(others, default=-15.0),
            one.similarity,
            one.coverage,
            one.hit.word_share,
            one.names,
            FIT[one.fits],
            log_count(one.rank),
            log_count(len(stories | {one.story})),
        )
        candidates.append(
            Candidate(
                one.hit,
                one.article,
                one.story,
                one.start,
                one.end,
                one.sentence,
                one.carriers,
                one.first or one.article,
                features,
                calibration.score(features),
            )
        )
    candidates.sort(key=lambda candidate: -candidate.score)
    return candidates
