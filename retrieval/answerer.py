"""The facade: a question and its history in, an `Answer` out.

The way of a question: stand on its own (`dialogue`), ask about a time (`times`), find passages
(`search`), read them (`reader`, `candidates`), weigh what they say (`variants`, `confidence`),
quote it (`citing`) or keep silent.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

from index.filters import Filters
from index.library import EVERYTHING, Expected, Library
from index.location import Location
from index.places import Generation, open_place
from retrieval.answer import (
    Answer,
    Basis,
    Passage,
    Relation,
    Turn,
    Understanding,
    Variant,
)
from retrieval.candidates import Candidate
from retrieval.citing import citation, cite, support, worth_citing
from retrieval.confidence import Calibration
from retrieval.dialogue.probing import LibraryProber
from retrieval.dialogue.resolving import resolve
from retrieval.happening import not_told_otherwise, told_within
from retrieval.overview import overview
from retrieval.questions import Kind, checked_question, question_kind
from retrieval.quotes import is_in_heading
from retrieval.reader import PACKAGED, READER_FOLDER, OnnxReader, Reader
from retrieval.reading import read_candidates
from retrieval.search import MAX_PASSAGES, Hit, search
from retrieval.times.asked import asked_period, filters_for, without_time
from retrieval.variants import compare

MAX_CITATIONS = 3
MAX_CLOSEST = 3
MAX_VARIANTS = 5
MAX_VARIANT_CITATIONS = 2


class Answerer:
    """Answers questions from one open index. Safe to call from several threads."""

    def __init__(
        self,
        library: Library,
        reader: Reader,
        calibration: Calibration,
        risk: float | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Join an open index, a reader and the calibration of its confidence.

        Args:
            library: Open index.
            reader: Reads the passages.
            calibration: Turns measurements into confidence.
            risk: Share of given answers that may be wrong; None takes the calibration's own.
            today: What "yesterday" in a question is reckoned from.
        """
        self.today = today
        self.library, self.reader, self.calibration = library, reader, calibration
        self.threshold = calibration.threshold(risk)

    @classmethod
    def open(
        cls,
        index: Location,
        expected: Expected | None = None,
        threads: int = 2,
        risk: float | None = None,
        *,
        lasting: bool = False,
    ) -> "Answerer":
        """Open an index with its own reader, if it has one, or the packaged one.

        Raises:
            IndexFolderError: There is no usable index; the message says what to do.
            ModelError: A model is missing or damaged.
        """
        current = open_place(index).current()
        return cls.open_generation(current, expected, threads, risk, lasting=lasting)

    @classmethod
    def open_generation(
        cls,
        generation: Generation,
        expected: Expected | None = None,
        threads: int = 2,
        risk: float | None = None,
        *,
        lasting: bool = False,
    ) -> "Answerer":
        """Open one generation of an index, which need not be live; else as `open`."""
        own_reader = generation.folder / READER_FOLDER
        folder = own_reader if own_reader.is_dir() else PACKAGED
        with ThreadPoolExecutor(1) as background:  # loading both at once saves 0.1 s of a start
            reader = background.submit(OnnxReader, folder, threads)
            library = Library.open_generation(generation, expected, threads, lasting=lasting)
            own = library.store.meta().get(calibration_key(reader.result()))
        calibration = (
            Calibration.from_json(own, repr(generation.index)) if own else Calibration.packaged()
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
        understood, hits, filters = self._find(question, history, filters or Filters())
        found = time.perf_counter()
        kind = question_kind(understood.standalone)
        if kind is Kind.OVERVIEW:
            answer = self._overview(understood, hits, filters)
        else:
            answer = self._read(understood, hits, kind, filters)
        ended = time.perf_counter()
        return replace(
            answer,
            question=question,
            understanding=understood,
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

    def offers(
        self, understood: Understanding, hits: Sequence[Hit], filters: Filters
    ) -> tuple[str, list[Candidate]]:
        """The question as it is read, and what the hits offer of the time that it asks about.

        Articles of a time are filtered already, so that the words of time need not be read. Events
        are told by their text; where that gives no day, the article's own day must be near, or else
        the question is read with its words of time and they count.
        """
        period = understood.period
        if period is None:
            return understood.standalone, self.candidates(understood.standalone, hits, filters)
        asked = without_time(understood.standalone, period)
        found = self.candidates(asked, hits, filters)
        if period.basis is Basis.PUBLISHED:
            return asked, found
        told = told_within(found, period)
        if told and self.calibration.probability(told[0].score) >= self.threshold:
            return asked, told
        if asked != understood.standalone:
            found = self.candidates(understood.standalone, hits, filters)
        return understood.standalone, not_told_otherwise(found, period)

    def _find(
        self, question: str, history: Sequence[Turn], filters: Filters
    ) -> tuple[Understanding, list[Hit], Filters]:
        """What a question means, the passages that fit it, and which articles may answer it."""
        prober = LibraryProber(self.library, self.reader, self.calibration, filters)
        resolution = resolve(question, history, prober)
        asked = resolution.standalone
        today = date.fromisoformat(filters.as_of) if filters.as_of else self.today()
        # What a follow-up took from an earlier question is not when it is asked about itself.
        period = asked_period(question, today) or asked_period(asked, today)
        understood = Understanding(asked, period, filters.as_of, resolution.rewrites)
        narrowed = filters_for(period, filters) if period else filters
        if narrowed == filters:
            return understood, prober.hits(asked), filters
        return understood, search(self.library, asked, MAX_PASSAGES, narrowed), narrowed

    def _read(
        self, understood: Understanding, hits: Sequence[Hit], kind: Kind, filters: Filters
    ) -> Answer:
        """Answer with the reader's span, or with the sentence around it."""
        question, candidates = self.offers(understood, hits, filters)
        passages = _ranked(hits, candidates, self.calibration)
        if kind is Kind.SENTENCE:  # a headline names the question, the text below answers it
            told = [one for one in candidates if not is_in_heading(one.article.text, one.start)]
            candidates = told or candidates
        if not candidates:
            return Answer(question, False, None, 0.0, (), passages)
        found = compare(question, candidates, self.calibration, self.threshold)
        if found.confidence < self.threshold:
            closest = cite(_distinct_sentences(candidates)[:MAX_CLOSEST])
            return Answer(question, False, None, found.confidence, (), passages, closest)
        cited = worth_citing(found.agreeing, MAX_CITATIONS)
        citations = cite(cited)
        short = citations[0].quote if kind is Kind.SENTENCE else found.best.text
        others = [] if kind is Kind.SENTENCE else found.others  # sentences differ in any case
        return Answer(
            question,
            True,
            short,
            found.confidence,
            citations,
            passages,
            support=support(found.agreeing, cited),
            variants=_variants(others[:MAX_VARIANTS], len(citations) + 1),
        )

    def _overview(self, understood: Understanding, hits: Sequence[Hit], filters: Filters) -> Answer:
        """Answer with several sentences, newest first; where none is near enough, read."""
        question = understood.standalone
        sentences = overview(self.library, question, hits, understood.period)
        if not sentences:
            return self._read(understood, hits, Kind.SENTENCE, filters)
        passages = tuple(_passage(hit, hit.score) for hit in hits)
        citations = tuple(
            citation(
                n,
                one.article,
                (one.start, one.end),
                None,
                self.library.carriers(one.article, one.article.text[one.start : one.end], filters),
            )
            for n, one in enumerate(sentences, 1)
        )
        best = max(one.similarity for one in sentences)
        text = "\n".join(one.quote for one in citations)
        return Answer(question, True, text, min(1.0, best), citations, passages)


def calibration_key(reader: Reader) -> str:
    """Where an index keeps the calibration that was fitted to its articles with this reader."""
    return f"calibration {reader.sha256}"


def _variants(
    others: Sequence[tuple[Relation, list[Candidate]]], first: int
) -> tuple[Variant, ...]:
    """Other answers, their citations numbered from `first`."""
    made: list[Variant] = []
    for relation, group in others:
        cited = worth_citing(group, MAX_VARIANT_CITATIONS)
        made.append(Variant(relation, group[0].text, cite(cited, first), support(group, cited)))
        first += len(cited)
    return tuple(made)


def _distinct_sentences(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates in different sentences, best first."""
    seen = set()
    chosen = []
    for candidate in candidates:
        place = candidate.article.id, candidate.sentence
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
