"""What happened: up to five sentences, newest first, none said twice."""

from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from index.sentences import split_paragraphs, split_sentences
from retrieval.answer import AskedPeriod, Basis
from retrieval.answerer import Answerer
from retrieval.overview import (
    MAX_LIKENESS,
    MAX_PER_ARTICLE,
    MAX_SENTENCES,
    MIN_SIMILARITY,
    Sentence,
    overview,
)
from retrieval.search import search
from tests.retrieval_support import small_library

QUESTION = "what happened to the ferry in the harbour?"


def sentences(library: Library, question: str) -> list[Sentence]:
    """The overview of what search finds."""
    return overview(library, question, search(library, question))


def dated(day: int, *said: str) -> str:
    """An article of May 2024."""
    return f"Notes of the day\n\n2024-05-{day:02d}\n\n" + "\n\n".join(said)


def test_sentences_come_newest_first(tmp_path: Path) -> None:
    """By date of the article, those without a date last; within one, in the order of its text."""
    files = {
        "old.txt": dated(1, "The ferry in the harbour happened to lose an anchor yesterday."),
        "new.txt": dated(
            9,
            "What happened to the ferry in the harbour is known: it burned.",
            "To the ferry nothing else happened in the harbour since then, the owner said.",
        ),
        "undated.txt": "A cook happened to leave the ferry in the harbour, for good this time.",
    }
    library = small_library(tmp_path, files)
    found = sentences(library, QUESTION)
    assert [one.article.path for one in found] == ["new.txt", "new.txt", "old.txt", "undated.txt"]
    assert found[0].start < found[1].start


def test_what_several_articles_say_is_quoted_once(tmp_path: Path) -> None:
    """A sentence that wire copies share stands once, and so does one that is almost the same."""
    said = "The ferry in the harbour of the town happened to lose its anchor."
    files = {f"{day}.txt": dated(day, said) for day in range(1, 5)}
    files["almost.txt"] = dated(8, said.replace("anchor", "anchors"))
    library = small_library(tmp_path, files)
    assert len(sentences(library, QUESTION)) == 1


def test_there_are_never_more_than_five(tmp_path: Path) -> None:
    """And never more than two of one article."""

    def said(day: int, number: int) -> str:
        unlike = " ".join(f"word{day}{number}{position}" for position in range(7))
        return f"The ferry in the harbour happened {unlike}."

    files = {f"{day}.txt": dated(day, *(said(day, n) for n in range(4))) for day in range(1, 6)}
    found = sentences(small_library(tmp_path, files), QUESTION)
    assert len(found) == MAX_SENTENCES
    paths = [one.article.path for one in found]
    assert max(map(paths.count, paths)) <= MAX_PER_ARTICLE


def test_nothing_near_is_no_overview(tmp_path: Path) -> None:
    """Headings, scraps and sentences about other things are not quoted."""
    files = {
        "a.txt": dated(1, "Ferry in harbour.", "A cabinet of seven ministers was sworn at dawn."),
        "b.txt": "The ferry in the harbour\n\nParliament met and voted on next year’s budget.",
    }
    assert sentences(small_library(tmp_path, files), QUESTION) == []


def test_no_hits_no_overview(tmp_path: Path) -> None:
    """Where a filter leaves nothing, nothing is quoted."""
    library = small_library(tmp_path, {"a.txt": "The ferry happened to be in the harbour at noon."})
    assert overview(library, QUESTION, []) == []


@pytest.mark.parametrize(
    "question", ["what happened at Hmeimim?", "Summarise the war in Syria", "tell me about measles"]
)
def test_the_real_encoder_keeps_the_rules(seeds_answerer: Answerer, question: str) -> None:
    """Whole sentences of the seeds, near to the question, unlike one another, newest first."""
    library = seeds_answerer.library
    found = sentences(library, question)
    assert 1 <= len(found) <= MAX_SENTENCES
    for one in found:
        text = one.article.text
        whole = [
            span
            for paragraph in split_paragraphs(text)
            if not paragraph.heading
            for span in split_sentences(text, paragraph.start, paragraph.end)
        ]
        assert (one.start, one.end) in whole
        assert one.similarity >= MIN_SIMILARITY
    days = [one.article.published or "" for one in found]
    assert days == sorted(days, reverse=True)
    vectors = library.encoder.encode([one.article.text[one.start : one.end] for one in found])
    likeness = vectors @ vectors.T - 2 * np.eye(len(found))
    assert likeness.max() < MAX_LIKENESS


HARBOUR = {
    "a.txt": dated(1, "The ferry burned in the harbour on 30 April 2024, to the last plank."),
    "b.txt": dated(3, "What happened to the ferry in the harbour on 2 May 2024 is not known."),
}


def test_what_happened_at_another_time_is_left_out(tmp_path: Path) -> None:
    """An article of a day after a period also tells what happened later."""
    library = small_library(tmp_path, HARBOUR)
    question = "what happened to the ferry in the harbour before May 2024?"
    period = AskedPeriod(None, "2024-04-30", Basis.HAPPENED, "before May 2024")
    found = overview(library, question, search(library, question), period)
    assert [one.article.path for one in found] == ["a.txt"]


@pytest.mark.parametrize("question", ["what happened since Monday?", "the latest since Monday"])
def test_all_the_news_of_some_days_is_what_its_articles_begin_with(
    tmp_path: Path, question: str
) -> None:
    """However little the words of a question without a topic are like any sentence."""
    library = small_library(tmp_path, HARBOUR)
    period = AskedPeriod("2024-04-29", None, Basis.PUBLISHED, "since Monday")
    found = overview(library, question, search(library, question), period)
    assert [one.article.path for one in found] == ["b.txt", "a.txt"]
