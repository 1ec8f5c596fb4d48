"""Say in plain words where an expected passage was lost."""

from collections.abc import Iterator

from bot.terminal import printable
from retrieval.search import CANDIDATES, MAX_PASSAGES
from retrieval.tracing.traces import Found, Offer, Trace, Way

MAX_SHOWN = 160  # characters of a quotation


def trace_lines(trace: Trace) -> Iterator[str]:
    """The stage, why it is that one, and what came of the stages before."""
    if trace.quoted:
        other = f", as another answer ({trace.relation})" if trace.relation else ""
        yield f"The answer quotes it{other}."
    else:
        yield f"Lost at: {trace.stage}."
    if trace.asked != trace.question:
        yield f"Searched as: {_shown(trace.asked)}"
    if trace.period:
        days = f"{trace.period.first or '…'} to {trace.period.last or '…'}"
        yield f"Asked about: {_shown(trace.period.words)} ({trace.period.basis} {days})"
    yield from _indexed_lines(trace)
    if trace.barred_by:
        yield f"Kept out by: {', '.join(map(printable, trace.barred_by))}."
    if trace.way:
        yield from _way_lines(trace, trace.way)
    yield _outcome(trace)


def _indexed_lines(trace: Trace) -> Iterator[str]:
    """Where the words stand."""
    if not trace.found:
        yield "Indexed: no article has these words, not even in other typography."
    for found in trace.found:
        known = " · ".join(filter(None, (printable(found.path), found.published, found.article_id)))
        yield f"Indexed: {known}{_but(found)}"
    if trace.places > len(trace.found):
        yield f"  {trace.places} places in all"


def _but(found: Found) -> str:
    """What is particular about an article that has the words."""
    told = f", {found.ended}" if found.ended else ""
    if not found.exact:
        told += f", where it is written {_shown(found.words)}"
    return told


def _way_lines(trace: Trace, way: Way) -> Iterator[str]:
    """How far the best passage came, a stage a line."""
    part = "" if way.whole else ", which has a part of it; no passage has it whole"
    yield f"Passage: {printable(way.path)} {way.start}:{way.end}{part}"
    of = f"of {trace.searched:,}; the first {CANDIDATES} go on"
    yield f"By meaning (dense): rank {way.dense_rank:,} {of}"
    if way.word_rank is None:
        yield "By words (BM25): it shares no word with the question"
    else:
        yield f"By words (BM25): rank {way.word_rank:,} {of}"
    if way.copy_of:
        yield f"Fused: left out as a copy of a passage in {printable(way.copy_of)}"
    elif way.fused_rank is None:
        yield "Fused: it is not among the candidates of either search"
    else:
        yield f"Fused: rank {way.fused_rank}; the first {MAX_PASSAGES} are read"
    if way.fused_rank is not None and way.fused_rank <= MAX_PASSAGES:
        yield from _reading_lines(trace, way)


def _reading_lines(trace: Trace, way: Way) -> Iterator[str]:
    """What the reader made of the passage."""
    if trace.overview:
        if trace.quoted:
            return
        yield "Overview: other sentences of the passages fit the question better"
        return
    if not way.read:
        yield f"Reader: it stopped after {trace.passages_read} passages, before this one"
    would = "offers" if way.read else "would have offered"
    if way.offer is None:
        yield f"Reader: it {would} no answer from this passage"
        return
    other = "" if way.offers_words else ", in another sentence"
    yield f"Reader: it {would} {_offer(way.offer)}{other}"
    if trace.best and trace.best != way.offer:
        yield f"  best of all is {_offer(trace.best)} from {printable(trace.best.path)}"


def _offer(offer: Offer) -> str:
    return (
        f"{_shown(offer.answer)} (margin {offer.margin:+.2f}, score {offer.score:+.2f}, "
        f"rank {offer.rank})"
    )


def _outcome(trace: Trace) -> str:
    """What was answered, or how much it lacked."""
    sure = f"confidence {trace.confidence:.3f}, threshold {trace.threshold:.3f}"
    if trace.answer is None:
        return f"Answer: none ({sure})"
    return f"Answer: {_shown(trace.answer)} ({sure})"


def _shown(text: str) -> str:
    told = printable(" ".join(text.split()))
    return f"“{told if len(told) <= MAX_SHOWN else told[: MAX_SHOWN - 1] + '…'}”"
