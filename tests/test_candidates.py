"""Every answer that the passages offer, measured by hand."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.candidates import Candidate, content_stems
from retrieval.reader import Reading
from retrieval.reading import BATCHES, HOPELESS_AFTER, MORE, read_candidates
from retrieval.search import search
from tests.retrieval_support import PhraseReader, margin_calibration, small_library

FILES = {
    "a.txt": "The harbour bridge was opened by Ada Lind on Friday.",
    "b.txt": "Dr Ada Lind opened the harbour bridge, said the mayor.",
    "c.txt": "The harbour bridge was opened, others say, by Ben Ode.",
    "d.txt": "Nobody noticed the harbour bridge. It was dark.",
}
QUESTION = "Who opened the harbour bridge?"


def found(
    folder: Path, files: Mapping[str, str], margins: Mapping[str, float], question: str = QUESTION
) -> tuple[dict[str, Candidate], PhraseReader]:
    """The candidates by the file they stand in, and the reader that was asked."""
    library, reader = small_library(folder, files), PhraseReader(margins)
    hits = search(library, question)
    candidates = read_candidates(library, reader, margin_calibration(), question, hits)
    scores = [one.score for one in candidates]
    assert scores == sorted(scores, reverse=True)
    return {one.article.path: one for one in candidates}, reader


def test_every_measurement_is_as_defined(tmp_path: Path) -> None:
    """Margin, gap to another answer, similarity, word coverage, rank and agreeing articles."""
    margins = {"Dr Ada Lind": 1.5, "Ada Lind": 2.0, "Ben Ode": 0.5}
    candidates, _ = found(tmp_path, FILES, margins)
    assert {path: one.text for path, one in candidates.items()} == {
        "a.txt": "Ada Lind",
        "b.txt": "Dr Ada Lind",
        "c.txt": "Ben Ode",
        "d.txt": "Nobody",
    }
    margin = {"a.txt": 2.0, "b.txt": 1.5, "c.txt": 0.5, "d.txt": -9.0}
    gap = {"a.txt": 1.5, "b.txt": 1.0, "c.txt": -1.5, "d.txt": -11.0}
    agreement = {"a.txt": 2, "b.txt": 2, "c.txt": 1, "d.txt": 1}
    coverage = {"a.txt": 1.0, "b.txt": 1.0, "c.txt": 1.0, "d.txt": 2 / 3}
    library = small_library(tmp_path / "again", FILES)
    hits = search(library, QUESTION)
    for rank, hit in enumerate(hits, 1):
        article = library.article(hit.chunk.article_id)
        assert article
        path, one = article.path, candidates[article.path]
        assert one.features.margin == margin[path]
        assert one.features.gap == gap[path]
        sentence = "Nobody noticed the harbour bridge." if path == "d.txt" else FILES[path]
        cosine = library.encoder.encode_question(sentence) @ library.question_vector(QUESTION)
        assert one.features.similarity == pytest.approx(float(cosine), abs=1e-6)
        assert one.features.coverage == coverage[path]
        assert one.features.words == hit.word_share
        assert one.features.rank == math.log(rank)
        assert one.features.agreement == math.log(agreement[path])
        assert one.score == margin[path]


def test_an_article_that_denies_does_not_agree(tmp_path: Path) -> None:
    """The same words with a negative margin support nobody."""
    margins = {"Dr Ada Lind": -1.0, "Ada Lind": 2.0}
    candidates, _ = found(tmp_path, FILES, margins)
    assert candidates["a.txt"].features.agreement == 0.0


def test_the_quotation_is_tidied_in_the_article(tmp_path: Path) -> None:
    """The span grows to whole words and its noun, beyond what the reader chose."""
    library = small_library(
        tmp_path, {"a.txt": "Some news.\n\nThere were 4,000 old fighters there."}
    )
    question = "how many fighters?"
    hits = search(library, question)
    (one, *_) = read_candidates(
        library, PhraseReader({",000": 3.0}), margin_calibration(), question, hits
    )
    assert one.text == "4,000 old fighters"
    assert one.article.text[one.start : one.end] == one.text


def test_reading_stops_when_the_answer_is_sure_or_none_in_sight(tmp_path: Path) -> None:
    """A sure answer in the first passages spares the others; an unsure one does not.

    Where five passages offer next to nothing, the others are not read either.
    """
    files = {f"{number}.txt": f"Note {number} on the harbour bridge." for number in range(12)}
    unsure, reader = found(tmp_path / "unsure", files, {"Note": -0.2})
    assert (len(unsure), len(reader.asked)) == (sum(BATCHES), len(BATCHES))
    hopeless, reader = found(tmp_path / "hopeless", files, {"Note": -5.0})
    assert (len(hopeless), len(reader.asked)) == (HOPELESS_AFTER, 2)
    sure, reader = found(tmp_path / "sure", files, {"Note": 5.0}, "What about the harbour bridge?")
    assert (len(sure), len(reader.asked)) == (BATCHES[0], 1)


def test_where_a_value_is_asked_for_other_stories_are_read_on(tmp_path: Path) -> None:
    """A few passages more, if they are as near to the question: they may tell of an update."""
    near = {f"{number}.txt": f"Note {number} on the harbour bridge." for number in range(12)}
    sure, reader = found(tmp_path / "near", near, {"Note": 5.0})
    assert (len(sure), len(reader.asked)) == (BATCHES[0] + MORE, 2)
    far = {f"{number}.txt": f"Note {number} on a bridge." for number in range(12)}
    far |= {f"near {number}.txt": f"Note {number} on the harbour bridge." for number in range(5)}
    sure, _ = found(tmp_path / "far", far, {"Note": 5.0})
    assert len(sure) == BATCHES[0] + 1


class BlindReader:
    """Finds nothing to read, as the real one in a passage without a token."""

    sha256 = "0" * 64

    def read(self, _question: str, passages: Sequence[str]) -> list[Reading]:
        return [Reading(0, 0, -np.inf) for _ in passages]


def test_a_passage_without_a_token_offers_nothing(tmp_path: Path) -> None:
    """Not even the word that its border cuts through."""
    library = small_library(tmp_path, {"a.txt": "harbour" * 600})
    hits = search(library, QUESTION)
    assert len(hits) > 2
    assert read_candidates(library, BlindReader(), margin_calibration(), QUESTION, hits) == []


def test_no_passages_no_candidates(tmp_path: Path) -> None:
    """An empty search needs no reader."""
    library = small_library(tmp_path, FILES)
    assert read_candidates(library, BlindReader(), margin_calibration(), QUESTION, []) == []


@given(st.text(), st.text())
def test_stems_do_not_depend_on_order_or_case(one: str, other: str) -> None:
    """A text has the stems of its parts."""
    assert content_stems(f"{one} {other}") == content_stems(one) | content_stems(other)


def test_stems_leave_the_asking_words_out() -> None:
    """Five letters tell a word; who, how many, was and the like tell nothing."""
    assert content_stems("How many FIGHTERS were evacuated?") == {"fight", "evacu"}
