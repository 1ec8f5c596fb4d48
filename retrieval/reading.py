"""How far to read: the passages that search found, best first, while it may help."""

from collections.abc import Iterator, Sequence
from itertools import islice

from index.filters import Filters
from index.library import EVERYTHING, Library
from retrieval.candidates import (
    Asked,
    Candidate,
    Found,
    content_stems,
    coverage_of,
    measure,
    read_batch,
)
from retrieval.confidence import Calibration
from retrieval.questions import answer_fits
from retrieval.reader import Reader
from retrieval.search import Hit

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
        self._asked = Asked(question, content_stems(question), library.question_vector(question))
        self._found: list[Found] = []

    def read(self, batch: Sequence[tuple[int, Hit]]) -> list[Candidate]:
        """Read some more hits with their ranks; all candidates so far by score."""
        self._found += read_batch(self._library, self._reader, self._asked, batch, self._filters)
        return measure(self._found, self._calibration)

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
            if best.features.coverage - coverage_of(self._asked, passage) < LESS_COVERED:
                chosen.append((rank, hit))
                seen.add(story)
        return chosen
