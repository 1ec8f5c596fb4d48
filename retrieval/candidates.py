"""Read the passages that search found, and measure every answer that the reader offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.articles import Article
from index.library import Library
from retrieval.confidence import Calibration, Features, log_count
from retrieval.questions import answer_fits, content_words, names_in
from retrieval.quotes import is_in_label, tidy_span
from retrieval.reader import Reader
from retrieval.search import Hit
from retrieval.spans import normalise_answer

BATCHES = (4, 1, 1, 1, 1, 1, 1)  # passages read at a time, best first; alone they need no padding
STOP_PROBABILITY = 0.9  # read no further once the best answer so far is this sure
STEM_CHARS = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that one passage offers: `article.text[start:end]`."""

    hit: Hit
    article: Article
    start: int
    end: int
    key: str
    features: Features
    score: float

    @property
    def text(self) -> str:
        """The exact words."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Found:
    """A span with what is known before the others are read."""

    article: Article
    start: int
    end: int
    key: str
    margin: float
    hit: Hit
    rank: int
    coverage: float
    names: float
    fits: bool


def read_candidates(
    library: Library, reader: Reader, calibration: Calibration, question: str, hits: Sequence[Hit]
) -> list[Candidate]:
    """Read the hits, best first, until the answer is sure; candidates by score, best first."""
    found: list[_Found] = []
    measured: list[Candidate] = []
    words = content_stems(question)
    read = 0
    for size in BATCHES:
        batch = list(enumerate(hits[read : read + size], read + 1))
        if not batch:
            break
        found += _read_batch(library, reader, question, words, batch)
        read += size
        measured = _measure(found, calibration)
        if measured and calibration.probability(measured[0].score) >= STOP_PROBABILITY:
            break
    return measured


def content_stems(text: str) -> frozenset[str]:
    """The words of a text that carry its content, cut to their first letters."""
    return frozenset(word[:STEM_CHARS] for word in content_words(text))


def _read_batch(
    library: Library,
    reader: Reader,
    question: str,
    words: frozenset[str],
    batch: Sequence[tuple[int, Hit]],
) -> list[_Found]:
    articles = [library.article(hit.chunk.article_id) for _, hit in batch]
    pairs = [
        (rank, hit, article)
        for (rank, hit), article in zip(batch, articles, strict=True)
        if article
    ]
    passages = [article.text[hit.chunk.start : hit.chunk.end] for _, hit, article in pairs]
    found = []
    for (rank, hit, article), passage, reading in zip(
        pairs, passages, reader.read(question, passages), strict=True
    ):
        if reading.start == reading.end:
            continue
        offset = hit.chunk.start
        start, end = tidy_span(article.text, offset + reading.start, offset + reading.end, question)
        if start == end or is_in_label(article.text, start):
            continue
        answer = article.text[start:end]
        found.append(
            _Found(
                article,
                start,
                end,
                normalise_answer(answer),
                reading.margin,
                hit,
                rank,
                len(words & content_stems(passage)) / max(1, len(words)),
                _share_of_names(question, article),
                answer_fits(question, answer),
            )
        )
    return found


def _share_of_names(question: str, article: Article) -> float:
    """Share of the question's names and numbers that the article holds; 1 where it has none."""
    names = names_in(question)
    text = f"{article.title or ''} {article.text}".lower()
    return sum(name in text for name in names) / len(names) if names else 1.0


def _measure(found: Sequence[_Found], calibration: Calibration) -> list[Candidate]:
    """Compare the spans with one another and score them."""
    candidates = []
    for one in found:
        others = [other.margin for other in found if not same_answer(other.key, one.key)]
        agreeing = {
            other.article.id
            for other in found
            if same_answer(other.key, one.key) and other.margin > 0
        } | {one.article.id}
        features = Features(
            one.margin,
            one.margin - max(others, default=-15.0),
            one.hit.similarity or 0.0,
            one.coverage,
            one.hit.word_share,
            one.names,
            float(one.fits),
            log_count(one.rank),
            log_count(len(agreeing)),
        )
        candidates.append(
            Candidate(
                one.hit,
                one.article,
                one.start,
                one.end,
                one.key,
                features,
                calibration.score(features),
            )
        )
    candidates.sort(key=lambda candidate: -candidate.score)
    return candidates


def same_answer(left: str, right: str) -> bool:
    """Whether two normalised answers say the same: equal, or one is part of the other."""
    if left == right:
        return True
    short, long = sorted((left.split(), right.split()), key=len)
    return bool(short) and any(
        long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1)
    )
