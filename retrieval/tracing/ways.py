"""Follow passages through search and reading, with the functions that do both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.filters import Filters
from index.library import Library
from index.store import StoredChunk
from index.stories.revisions import carries
from retrieval.answer import Answer, AskedPeriod
from retrieval.answerer import Answerer
from retrieval.candidates import Candidate
from retrieval.questions import Kind, content_words, question_kind
from retrieval.quotes import is_in_heading
from retrieval.reading import BATCHES, may_stop, reading_stages
from retrieval.search import CANDIDATES, MAX_PASSAGES, SAME_PASSAGE, Hit, search
from retrieval.times.events import event_fits
from retrieval.tracing.places import loose_pattern
from retrieval.tracing.traces import Offer, Stage, Way

MOST = 1_000_000_000  # more chunks than there are


@dataclass(frozen=True, slots=True)
class Searched:
    """What both searches and their fusion make of all passages that the filters let through."""

    asked: str
    filters: Filters
    dense_ranks: dict[int, int]
    word_ranks: dict[int, int]
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader makes of the first passages.

    Attributes:
        offers: All that it offered before it stopped, best first.
        count: How many passages it read.
        whole: What it offers once it reads them all, best first.
        chosen: The offer that is the answer if it is sure enough.
        answered: Whether it was.
        period: When it must have happened.
    """

    offers: Sequence[Candidate] = ()
    count: int = 0
    whole: Sequence[Candidate] = ()
    chosen: Candidate | None = None
    answered: bool = False
    period: AskedPeriod | None = None

    def of_other_time(self, one: Candidate) -> bool:
        """Whether the text tells that something happened at another time than is asked about."""
        return self.period is not None and (
            event_fits(one.article, one.start, one.end, self.period) is False
        )


def search_all(library: Library, asked: str, filters: Filters) -> Searched:
    """Search as an answer is searched, and on to the last passage."""
    dense = library.nearest(asked, MOST, filters)
    words = library.matching(content_words(asked), MOST, filters)
    return Searched(
        asked,
        filters,
        {chunk: rank for rank, (chunk, _) in enumerate(dense, 1)},
        {chunk: rank for rank, (chunk, _) in enumerate(words, 1)},
        search(library, asked, 2 * CANDIDATES, filters),
    )


def read_all(answerer: Answerer, searched: Searched, answer: Answer) -> Read:
    """Read as the answer was read, and on to the last passage."""
    hits, measured = searched.hits[:MAX_PASSAGES], list[Candidate]()
    asked = searched.asked
    if answer.understanding:
        asked, _ = answerer.offers(answer.understanding, hits, searched.filters)
    stages = reading_stages(
        answerer.library,
        answerer.reader,
        answerer.calibration,
        asked,
        hits,
        searched.filters,
    )
    count = None
    for stage, measured in enumerate(stages, 1):
        best = answerer.calibration.probability(measured[0].score) if measured else 0.0
        if count is None and may_stop(stage, best):
            count = min(sum(BATCHES[:stage]), len(hits))
    offers = answerer.candidates(asked, hits, searched.filters)
    read = Read(
        offers,
        len(hits) if count is None else count,
        measured,
        answered=answer.answered,
        period=answer.understanding.event_period if answer.understanding else None,
    )
    chosen = [one for one in offers if not read.of_other_time(one)]
    if question_kind(searched.asked) is not Kind.SPAN:  # a headline is no sentence that tells
        chosen.sort(key=lambda one: is_in_heading(one.article.text, one.start))
    elif answer.answered:
        chosen.sort(key=lambda one: one.text != answer.answer)
    return replace(read, chosen=next(iter(chosen), None))


def way_of(
    answerer: Answerer,
    searched: Searched,
    read: Read,
    chunk: StoredChunk,
    whole: bool,
    words: str,
) -> Way:
    """How far one passage came."""
    article = answerer.library.article(chunk.article_id)
    assert article is not None
    way = Way(
        Stage.FUSION,
        chunk.article_id,
        article.path,
        chunk.start,
        chunk.end,
        whole,
        searched.dense_ranks[chunk.id],
        searched.word_ranks.get(chunk.id),
    )
    ids = [hit.chunk.id for hit in searched.hits]
    if chunk.id not in ids:
        word_rank = way.word_rank or MOST
        if min(way.dense_rank, word_rank) <= CANDIDATES:
            return replace(way, copy_of=_copied(answerer.library, searched, chunk))
        return replace(way, stage=Stage.DENSE if way.dense_rank <= word_rank else Stage.WORDS)
    way = replace(way, fused_rank=ids.index(chunk.id) + 1)
    if (way.fused_rank or 0) > MAX_PASSAGES:
        return way
    return _reading_of(answerer, read, replace(way, stage=Stage.READER), chunk, words)


def _copied(library: Library, searched: Searched, chunk: StoredChunk) -> str | None:
    """The file of the passage that is read in the place of its copy."""
    article = library.article(chunk.article_id)
    ids = [chunk.article_id, *(hit.chunk.article_id for hit in searched.hits)]
    stories = library.stories(ids, searched.filters)
    for hit in searched.hits:
        other = library.article(hit.chunk.article_id)
        if article and other and stories.get(other.id) == stories.get(article.id):
            shown = other.text[hit.chunk.start : hit.chunk.end]
            if carries(shown, article.text[chunk.start : chunk.end], SAME_PASSAGE):
                return other.path
    return None


def _reading_of(answerer: Answerer, read: Read, way: Way, chunk: StoredChunk, words: str) -> Way:
    """What the reader made of a passage, and whether only the threshold kept it back."""
    offered = any(one.hit.chunk.id == chunk.id for one in read.offers)
    is_read = offered or (way.fused_rank or 0) <= read.count
    offers = read.offers if is_read else read.whole
    candidate = next((one for one in offers if one.hit.chunk.id == chunk.id), None)
    if candidate is None:
        return replace(way, read=is_read)
    offer = offer_of(answerer, candidate, offers)
    holds = loose_pattern(words).search(offer.quote) is not None
    kept_back = holds and not read.answered and candidate is read.chosen
    stage = Stage.THRESHOLD if kept_back else way.stage
    stage = Stage.FILTERED if read.of_other_time(candidate) else stage
    return replace(way, stage=stage, read=is_read, offer=offer, offers_words=holds)


def offer_of(answerer: Answerer, candidate: Candidate, offers: Sequence[Candidate]) -> Offer:
    """What the reader offers, for a trace."""
    return Offer(
        candidate.text,
        candidate.quote,
        candidate.article.path,
        candidate.features.margin,
        candidate.score,
        answerer.calibration.probability(candidate.score),
        offers.index(candidate) + 1,
    )
