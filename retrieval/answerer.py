"""The facade: a question and its history in, an `Answer` out.

The way of a question: stand on its own (`dialogue`), find passages (`search`), read them
(`reader`, `candidates`), weigh the answer (`confidence`), quote it (`quotes`) or keep silent.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from index.articles import Article
from index.filters import Filters
from index.folder import IndexFolder
from index.library import EVERYTHING, Expected, Library
from index.sentences import Span
from retrieval.answer import Answer, Citation, Passage, Support, Turn, Understanding, Variant
from retrieval.candidates import Candidate, read_candidates
from retrieval.confidence import Calibration
from retrieval.dialogue.probing import LibraryProber
from retrieval.dialogue.resolving import resolve
from retrieval.overview import overview
from retrieval.questions import Kind, checked_question, question_kind, readable
from retrieval.quotes import is_in_heading, sentence_around
from retrieval.reader import PACKAGED, READER_FOLDER, OnnxReader, Reader
from retrieval.search import Hit, search
from retrieval.variants import compare

MAX_PASSAGES = 10
MAX_CITATIONS = 3
MAX_CLOSEST = 3


class Answerer:
    """Answers questions from one open index. Safe to call from several threads."""

    def __init__(
        self,
        library: Library,
        reader: Reader,
        calibration: Calibration,
        risk: float | None = None,
    ) -> None:
        """Join an open index, a reader and the calibration of its confidence.

        Args:
            library: Open index.
            reader: Reads the passages.
            calibration: Turns measurements into confidence.
            risk: Share of given answers that may be wrong; None takes the calibration's own.
        """
        self.library, self.reader, self.calibration = library, reader, calibration
        self.threshold = calibration.threshold(risk)

    @classmethod
    def open(
        cls,
        index: Path,
        expected: Expected | None = None,
        threads: int = 2,
        risk: float | None = None,
    ) -> "Answerer":
        """Open an index folder with its own reader, if it has one, or the packaged one.

        Raises:
            IndexFolderError: There is no usable index; the message says what to do.
            ModelError: A model is missing or damaged.
        """
        return cls.open_generation(IndexFolder(index).current(), expected, threads, risk)

    @classmethod
    def open_generation(
        cls,
        generation: Path,
        expected: Expected | None = None,
        threads: int = 2,
        risk: float | None = None,
    ) -> "Answerer":
        """Open one generation of an index, which need not be live; else as `open`."""
        own_reader = generation / READER_FOLDER
        folder = own_reader if own_reader.is_dir() else PACKAGED
        with ThreadPoolExecutor(1) as background:  # loading both at once saves 0.1 s of a start
            reader = background.submit(OnnxReader, folder, threads)
            library = Library.open_generation(generation, expected, threads)
            own = library.store.meta().get(calibration_key(reader.result()))
        calibration = (
            Calibration.from_json(own, repr(str(generation.parent)))
            if own
            else Calibration.packaged()
        )
        return cls(library, reader.result(), calibration, risk)

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer one question from the articles, or say that they do not tell.

        Args:
            question: In any words, at most `questions.MAX_QUESTION_CHARS` characters.
            history: Earlier turns of the conversation, oldest first.
            filters: Which articles may answer.

        Raises:
            QuestionError: The question is empty or too long.
        """
        began = time.perf_counter()
        question = checked_question(question)
        filters = filters or Filters()
        prober = LibraryProber(self.library, self.reader, self.calibration, filters)
        resolution = resolve(question, history, prober)
        asked = readable(resolution.standalone)
        hits = search(self.library, asked, MAX_PASSAGES, filters)
        found = time.perf_counter()
        kind = question_kind(asked)
        if kind is Kind.OVERVIEW:
            answer = self._overview(asked, hits, filters)
        else:
            answer = self._read(asked, hits, kind, filters)
        ended = time.perf_counter()
        return replace(
            answer,
            question=question,
            understanding=Understanding(asked, None, filters.as_of, resolution.rewrites),
            timing_ms={
                "search": (found - began) * 1000,
                "read": (ended - found) * 1000,
                "total": (ended - began) * 1000,
            },
        )

    def candidates(
        self, question: str, hits: Sequence[Hit], filters: Filters = EVERYTHING
    ) -> list[Candidate]:
        """Every answer that the hits offer, best first, however unlikely."""
        return read_candidates(self.library, self.reader, self.calibration, question, hits, filters)

    def _read(self, question: str, hits: Sequence[Hit], kind: Kind, filters: Filters) -> Answer:
        """Answer with the reader's span, or with the sentence around it."""
        candidates = self.candidates(question, hits, filters)
        passages = _ranked(hits, candidates, self.calibration)
        if not candidates:
            return Answer(question, False, None, 0.0, (), passages)
        if kind is Kind.SENTENCE:  # a headline names the question, the text below answers it
            told = [one for one in candidates if not is_in_heading(one.article.text, one.start)]
            candidates = told or candidates
        found = compare(question, candidates, self.calibration, self.threshold)
        if found.confidence < self.threshold:
            closest = self._cite(_distinct_sentences(candidates)[:MAX_CLOSEST], filters)
            return Answer(question, False, None, found.confidence, (), passages, closest)
        citations = self._cite(found.agreeing[:MAX_CITATIONS], filters)
        short = citations[0].quote if kind is Kind.SENTENCE else found.best.text
        others = [] if kind is Kind.SENTENCE else found.others  # sentences differ in any case
        variants = tuple(
            Variant(
                relation, group[0].text, self._cite(group[:MAX_CITATIONS], filters), _support(group)
            )
            for relation, group in others
        )
        return Answer(
            question,
            True,
            short,
            found.confidence,
            citations,
            passages,
            support=_support(found.agreeing),
            variants=variants,
        )

    def _overview(self, question: str, hits: Sequence[Hit], filters: Filters) -> Answer:
        """Answer with several sentences, newest first; where none is near enough, read."""
        sentences = overview(self.library, question, hits)
        if not sentences:
            return self._read(question, hits, Kind.SENTENCE, filters)
        passages = tuple(_passage(hit, hit.score) for hit in hits)
        citations = tuple(
            self._citation(n, one.article, (one.start, one.end), None, filters)
            for n, one in enumerate(sentences, 1)
        )
        best = max(one.similarity for one in sentences)
        text = "\n".join(citation.quote for citation in citations)
        return Answer(question, True, text, min(1.0, best), citations, passages)

    def _cite(self, candidates: Sequence[Candidate], filters: Filters) -> tuple[Citation, ...]:
        """Quote the sentence around each candidate."""
        return tuple(
            self._citation(
                n,
                one.article,
                sentence_around(one.article.text, one.start, one.end),
                (one.start, one.end),
                filters,
            )
            for n, one in enumerate(candidates, 1)
        )

    def _citation(
        self, n: int, article: Article, span: Span, answer: Span | None, filters: Filters
    ) -> Citation:
        """Quote a span, from the earliest article of its story that has the very same words."""
        quote = article.text[span[0] : span[1]]
        carriers = self.library.carriers(article, quote, filters)
        first = next((one for one in carriers if quote in one.text), article)
        moved = 0 if first.id == article.id else first.text.index(quote) - span[0]
        start, end = (answer[0] + moved, answer[1] + moved) if answer else (None, None)
        return Citation(
            n,
            first.id,
            first.title,
            first.source,
            first.author,
            first.published[:10] if first.published else None,
            first.path,
            first.url,
            span[0] + moved,
            span[1] + moved,
            quote,
            start,
            end,
            tuple(one.id for one in carriers if one.id != first.id),
        )


def calibration_key(reader: Reader) -> str:
    """Where an index keeps the calibration that was fitted to its articles with this reader."""
    return f"calibration {reader.sha256}"


def _support(agreeing: Sequence[Candidate]) -> Support:
    """How many say so, and how fresh the newest is; they are of different stories."""
    days = [one.article.published[:10] for one in agreeing if one.article.published]
    return Support(len(agreeing), max(days, default=None))


def _distinct_sentences(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates in different sentences, best first."""
    seen = set()
    chosen = []
    for candidate in candidates:
        place = (
            candidate.article.id,
            sentence_around(candidate.article.text, candidate.start, candidate.end),
        )
        if place not in seen:
            seen.add(place)
            chosen.append(candidate)
    return chosen


def _ranked(
    hits: Sequence[Hit], candidates: Sequence[Candidate], calibration: Calibration
) -> tuple[Passage, ...]:
    """Passages that were read by what the reader made of them, then the others as found."""
    read = [_passage(one.hit, calibration.probability(one.score)) for one in candidates]
    known = {candidate.hit.chunk.id for candidate in candidates}
    return tuple(read + [_passage(hit, 0.0) for hit in hits if hit.chunk.id not in known])


def _passage(hit: Hit, score: float) -> Passage:
    return Passage(hit.chunk.article_id, hit.chunk.start, hit.chunk.end, score)
