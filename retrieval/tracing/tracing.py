"""Tell where words were lost that an answer should quote."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.filters import Filters
from index.library import Library
from index.store import StoredChunk
from retrieval.answer import Answer, Citation
from retrieval.answerer import Answerer
from retrieval.proof.originals import IndexedArticles
from retrieval.questions import Kind, question_kind, readable
from retrieval.times.asked import filters_for
from retrieval.tracing.places import Place, find_words, loose_pattern
from retrieval.tracing.traces import Found, Stage, Trace, Way
from retrieval.tracing.ways import MOST, Read, offer_of, read_all, search_all, way_of

MAX_FOUND = 10  # articles that are named
STAGES = list(Stage)


def trace(answerer: Answerer, question: str, words: str, filters: Filters | None = None) -> Trace:
    """Tell where words were lost that an answer should quote.

    Args:
        answerer: Answers the question.
        question: In any words.
        words: See `places.expected_words`.
        filters: Which articles may answer.

    Raises:
        QuestionError: The question is empty or too long.
    """
    library, answer = answerer.library, answerer.answer(question, filters=filters)
    asked = answer.understanding.standalone if answer.understanding else readable(answer.question)
    period = answer.understanding.period if answer.understanding else None
    narrowed = filters_for(period, filters or Filters()) if period else filters or Filters()
    searched = search_all(library, asked, narrowed)
    places = find_words(library.store, words)
    quoted = _quotes(answer.citations, words)
    others = [one.relation for one in answer.variants if _quotes(one.citations, words)]
    relation = None if quoted else next(iter(others), None)
    quoted = quoted or relation is not None
    told = Trace(
        question=answer.question,
        asked=asked,
        period=period,
        expected=words,
        stage=Stage.ANSWERED if quoted else Stage.NOT_INDEXED,
        quoted=quoted,
        relation=relation,
        answer=answer.answer,
        confidence=answer.confidence,
        threshold=answerer.threshold,
        searched=len(searched.dense_ranks),
        places=len(places),
        found=tuple(_found(library, places)),
        overview=_is_overview(asked, answer),
    )
    chunks = _holders(library, places)
    within = [held for held in chunks if held[0].id in searched.dense_ranks]
    if not within:
        barred = _barring(library, asked, narrowed, [chunk.id for chunk, _ in chunks])
        lost = barred and not quoted
        return replace(told, stage=Stage.FILTERED if lost else told.stage, barred_by=barred)
    read = Read() if told.overview else read_all(answerer, searched, answer)
    ways = [way_of(answerer, searched, read, chunk, whole, words) for chunk, whole in within]
    way = min(ways, key=_lag)
    return replace(
        told,
        barred_by=(f"“{period.words}”",) if period and way.stage is Stage.FILTERED else (),
        stage=told.stage if quoted else way.stage,
        way=way,
        best=offer_of(answerer, read.chosen, read.offers) if read.chosen else None,
        passages_read=read.count,
    )


def _lag(way: Way) -> tuple[int, bool, int, int]:
    """Orders the ways of passages, the one that came farthest first."""
    rank = way.offer.rank if way.offer else MOST
    return -STAGES.index(way.stage), not way.offers_words, rank, way.fused_rank or MOST


def _quotes(citations: Iterable[Citation], words: str) -> bool:
    return any(loose_pattern(words).search(citation.quote) for citation in citations)


def _is_overview(asked: str, answer: Answer) -> bool:
    wanted = question_kind(asked) is Kind.OVERVIEW
    return wanted and any(citation.answer_start is None for citation in answer.citations)


def _found(library: Library, places: Iterable[Place]) -> Iterable[Found]:
    """The articles that have the words, the live ones first."""
    originals = IndexedArticles(library.store)
    found: dict[str, Found] = {}
    for place in places:
        article = library.article(place.article_id)
        if article is None or article.id in found:
            continue
        found[article.id] = Found(
            article.id,
            article.path,
            article.published[:10] if article.published else None,
            article.text[place.start : place.end],
            place.exact,
            originals.ended(article.id),
        )
    return sorted(found.values(), key=lambda one: one.ended is not None)[:MAX_FOUND]


def _holders(library: Library, places: Iterable[Place]) -> list[tuple[StoredChunk, bool]]:
    """The chunks that have the words whole; of a place that none has whole, those that touch it."""
    held: dict[int, tuple[StoredChunk, bool]] = {}
    for place in places:
        chunks = library.store.chunks_of(place.article_id)
        touching = [one for one in chunks if one.start < place.end and one.end > place.start]
        whole = [one for one in touching if one.start <= place.start and one.end >= place.end]
        held |= {chunk.id: (chunk, bool(whole)) for chunk in whole or touching}
    return list(held.values())


def _barring(
    library: Library, asked: str, filters: Filters, chunks: Sequence[int]
) -> tuple[str, ...]:
    """The filters that keep chunks out; none, if they are out without any."""
    alone = {
        f"{name.replace('_', ' ')} {value}": Filters(**{name: value})
        for name in Filters.__slots__
        if (value := getattr(filters, name))
    }
    if not _passing(library, asked, Filters(), chunks) and not filters.as_of:
        return ()  # superseded or withdrawn
    barring = [told for told, one in alone.items() if not _passing(library, asked, one, chunks)]
    return tuple(barring or alone) if chunks else ()


def _passing(library: Library, asked: str, filters: Filters, chunks: Sequence[int]) -> set[int]:
    """Those of some chunks that a filter lets through."""
    found = library.nearest(asked, MOST, filters)
    return {chunk for chunk, _ in found} & set(chunks)
