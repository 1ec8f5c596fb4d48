"""Read the passages that search found, and measure every answer that the reader offers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from index.articles import Article
from index.encoders import FloatArray
from index.filters import Filters
from index.library import EVERYTHING, Library
from retrieval.confidence import Calibration, Features, log_count
from retrieval.questions import answer_fits, content_words, names_in
from retrieval.quotes import is_in_label, sentence_around, tidy_span
from retrieval.reader import Reader
from retrieval.search import Hit
from retrieval.values.sameness import same_value

BATCHES = (4, 1, 1, 1, 1, 1, 1)  # passages read at a time, best first; alone they need no padding
# Read no further once the best answer so far is this sure, or once some passages are read and
# none is in sight. Of 720 answerable questions 511 get a right answer, and 509 by reading all ten
# passages. In the mean that takes 5.4 of them, and 5.6 for questions from outside. Giving up after
# four costs one right answer, giving up below 0.2 four.
SURE, HOPELESS, HOPELESS_AFTER = 0.5, 0.1, 5
# An update may stand in a passage that is not read because the first answer is sure. For questions
# that ask for a number, a day or a name, that many more passages are read, of other stories that
# share as many of the question's words, but for this share.
MORE, LESS_COVERED = 3, 0.3
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


@dataclass(frozen=True, slots=True)
class _Found:
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
    carriers: tuple[Article, ...] = ()
    first: Article | None = None
    similarity: float = 0.0

    def agrees(self, other: "_Found") -> bool:
        """Whether both say the same, each on the day on which it was published."""
        return same_value(
            self.article.text[self.start : self.end],
            other.article.text[other.start : other.end],
            self.article.published,
            other.article.published,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The question with what is computed of it once."""

    question: str
    words: frozenset[str]
    vector: FloatArray


def read_candidates(
    library: Library,
    reader: Reader,
    calibration: Calibration,
    question: str,
    hits: Sequence[Hit],
    filters: Filters = EVERYTHING,
) -> list[Candidate]:
    """Read the hits, best first, while it may help; candidates by score, best first."""
    passages = _Passages(library, reader, calibration, question, filters)
    measured: list[Candidate] = []
    for stage, batch in enumerate(_batches(hits), start=1):
        measured = passages.read(batch)
        if may_stop(stage, calibration.probability(measured[0].score) if measured else 0.0):
            rest = list(enumerate(hits, 1))[sum(BATCHES[:stage]) :]
            more = passages.that_may_differ(measured, rest)
            return passages.read(more) if more else measured
    return measured


def may_stop(stage: int, best: float) -> bool:
    """Whether reading on would hardly change the answer.

    Args:
        stage: How many of `BATCHES` are read.
        best: Probability of the best answer so far.
    """
    return best >= SURE or (best < HOPELESS and sum(BATCHES[:stage]) >= HOPELESS_AFTER)


def reading_stages(
    library: Library,
    reader: Reader,
    calibration: Calibration,
    question: str,
    hits: Sequence[Hit],
    filters: Filters = EVERYTHING,
) -> Iterator[list[Candidate]]:
    """Read the hits, best first; after each of `BATCHES`, all candidates so far by score."""
    passages = _Passages(library, reader, calibration, question, filters)
    for batch in _batches(hits):
        yield passages.read(batch)


def _batches(hits: Sequence[Hit]) -> Iterator[list[tuple[int, Hit]]]:
    """The hits with their ranks, in the order and number in which they are read."""
    ranked = iter(enumerate(hits, 1))
    for size in BATCHES:
        if batch := list(islice(ranked, size)):
            yield batch


class _Passages:
    """The passages that were read for one question, and all that was found in them."""

    def __init__(
        self,
        library: Library,
        reader: Reader,
        calibration: Calibration,
        question: str,
        filters: Filters,
    ) -> None:
        self._library, self._reader, self._calibration = library, reader, calibration
        self._filters = filters
        self._asked = _Asked(question, content_stems(question), library.question_vector(question))
        self._found: list[_Found] = []

    def read(self, batch: Sequence[tuple[int, Hit]]) -> list[Candidate]:
        """Read some more hits with their ranks; all candidates so far by score."""
        self._found += _read_batch(self._library, self._reader, self._asked, batch, self._filters)
        return _measure(self._found, self._calibration)

    def that_may_differ(
        self, measured: Sequence[Candidate], rest: Sequence[tuple[int, Hit]]
    ) -> list[tuple[int, Hit]]:
        """Those of the unread hits that may give another answer where one is sure already.

        They are few: 25 for 201 questions about encyclopedic paragraphs, at 20 ms each.
        """
        asks_value = answer_fits(self._asked.question, "") is not None
        if not (measured and asks_value):
            return []
        best = measured[0]
        if self._calibration.probability(best.score) < SURE:
            return []
        seen = {one.story for one in self._found}
        chosen: list[tuple[int, Hit]] = []
        stories = self._library.stories([hit.chunk.article_id for _, hit in rest], self._filters)
        for rank, hit in rest:
            article = self._library.article(hit.chunk.article_id)
            story = stories.get(hit.chunk.article_id, hit.chunk.article_id)
            if article is None or story in seen or len(chosen) == MORE:
                continue
            passage = article.text[hit.chunk.start : hit.chunk.end]
            if best.features.coverage - _coverage(self._asked, passage) < LESS_COVERED:
                chosen.append((rank, hit))
                seen.add(story)
        return chosen


def content_stems(text: str) -> frozenset[str]:
    """The words of a text that carry its content, cut to their first letters."""
    return frozenset(word[:STEM_CHARS] for word in content_words(text))


def _read_batch(
    library: Library,
    reader: Reader,
    asked: _Asked,
    batch: Sequence[tuple[int, Hit]],
    filters: Filters,
) -> list[_Found]:
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
            _Found(
                article,
                stories.get(article.id, article.id),
                start,
                end,
                reading.margin,
                hit,
                rank,
                _coverage(asked, passage),
                _share_of_names(asked.question, article),
                answer_fits(asked.question, answer),
            )
        )
    return _with_sentences(library, asked, found, filters)


def _coverage(asked: _Asked, passage: str) -> float:
    """Share of the question's content words that a passage holds."""
    return len(asked.words & content_stems(passage)) / max(1, len(asked.words))


def _with_sentences(
    library: Library, asked: _Asked, found: list[_Found], filters: Filters
) -> list[_Found]:
    """Compare the sentences that would be quoted with the question, and find who carries them."""
    if not found:
        return []
    sentences = []
    for one in found:
        start, end = sentence_around(one.article.text, one.start, one.end)
        sentences.append(one.article.text[start:end])
    cosines = library.encoder.encode(sentences) @ asked.vector  # all in one call
    carriers = [
        tuple(library.carriers(one.article, sentence, filters))
        for one, sentence in zip(found, sentences, strict=True)
    ]
    return [
        replace(
            one,
            similarity=float(cosine),
            carriers=carried,
            first=next((first for first in carried if sentence in first.text), one.article),
        )
        for one, sentence, cosine, carried in zip(found, sentences, cosines, carriers, strict=True)
    ]


def _share_of_names(question: str, article: Article) -> float:
    """Share of the question's names and numbers that the article holds; 1 where it has none."""
    names = names_in(question)
    text = f"{article.title or ''} {article.text}".lower()
    return sum(name in text for name in names) / len(names) if names else 1.0


def _measure(found: Sequence[_Found], calibration: Calibration) -> list[Candidate]:
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
                one.carriers,
                one.first or one.article,
                features,
                calibration.score(features),
            )
        )
    candidates.sort(key=lambda candidate: -candidate.score)
    return candidates
