"""Figures that equal a count by hand, and questions asked of a small index with the real reader."""

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from retrieval.answerer import Answerer
from retrieval.evaluation import (
    Figures,
    Outcome,
    calibration_error,
    evaluate,
    figures,
    plot_curves,
    risk_coverage,
)
from retrieval.labelled import LabelledFile, LabelledQuestion, read_labelled, write_contexts
from tests.retrieval_support import build_real, scripted_answerer

OUTCOMES = [
    #        answerable rank  f1   em  gold f1, em  conf. answered cited  ms
    Outcome(True, 1, 1.0, 1.0, 1.0, 1.0, 0.95, True, True, 10.0),  # right, well cited
    Outcome(True, 3, 0.4, 0.0, 0.8, 0.0, 0.85, True, False, 20.0),  # wrong
    Outcome(True, None, 0.0, 0.0, 1.0, 1.0, 0.30, False, None, 30.0),  # not found, silent
    Outcome(True, 7, 0.6, 0.0, 0.5, 0.0, 0.45, False, None, 40.0),  # right, but kept back
    Outcome(False, None, 0.0, 0.0, None, None, 0.75, True, False, 50.0),  # false answer
    Outcome(False, None, 0.0, 0.0, None, None, 0.15, False, None, 60.0),  # rightly silent
    Outcome(True, 2, 1.0, 1.0, 1.0, 1.0, 0.92, True, False, 70.0),  # right, badly cited
]
COUNTED = {
    "questions": 7,
    "answerable": 5,
    "recall_1": 1 / 5,
    "recall_5": 3 / 5,
    "recall_10": 4 / 5,
    "mrr": (1 + 1 / 3 + 0 + 1 / 7 + 1 / 2) / 5,
    "exact": 2 / 5,
    "f1": (1 + 0.4 + 0 + 0.6 + 1) / 5,
    "f1_answered": (1 + 0.4 + 0 + 0 + 0 + 1 + 1) / 7,
    "gold_exact": 3 / 5,
    "gold_f1": (1 + 0.8 + 1 + 0.5 + 1) / 5,
    "coverage": 3 / 5,
    "false_answers": 1 / 2,
    "wrong_share": 2 / 4,
    "abstention_precision": 2 / 3,
    "abstention_recall": 2 / 4,
    "aurc": (0 + 0 + 1 / 3 + 2 / 4 + 2 / 5 + 3 / 6 + 4 / 7) / 7,
    "calibration_error": (2 * (1 - 0.935) + 0.85 + 0.75 + (1 - 0.45) + 0.30 + 0.15) / 7,
    "citation_precision": 1 / 2,
    "p50_ms": 40.0,
    "p95_ms": 60 + 0.7 * 10,
}

PROBABILITIES = st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 1.0])
ANSWERS = st.lists(st.tuples(PROBABILITIES, st.booleans()), min_size=1, max_size=60)
SHARES = [name for name in Figures.__slots__ if not name.endswith(("questions", "able", "_ms"))]


def outcomes() -> st.SearchStrategy[list[Outcome]]:
    """Any outcomes, possible or not."""
    shares = st.floats(0, 1)
    return st.lists(
        st.builds(
            Outcome,
            st.booleans(),
            st.none() | st.integers(1, 10),
            shares,
            shares,
            st.none() | shares,
            st.none() | shares,
            PROBABILITIES,
            st.booleans(),
            st.none() | st.booleans(),
            st.floats(0, 1e6),
        ),
        max_size=12,
    )


def arrays(
    answers: list[tuple[float, bool]],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Confidence and rightness."""
    return np.array([sure for sure, _ in answers]), np.array([right for _, right in answers])


# ---- figures


def test_figures_are_those_counted_by_hand() -> None:
    """Seven questions, one of each kind that matters."""
    found = figures(OUTCOMES)
    assert set(COUNTED) == set(Figures.__slots__)
    for name, value in COUNTED.items():
        assert getattr(found, name) == pytest.approx(value), name


def test_the_order_of_questions_does_not_matter() -> None:
    """Where no two are as sure as each other."""
    there, back = figures(OUTCOMES).to_json(), figures(OUTCOMES[::-1]).to_json()
    assert back == pytest.approx(there)


def test_no_questions_give_zeros() -> None:
    """Nothing is divided by nothing."""
    assert set(figures([]).to_json().values()) == {0}


@pytest.mark.parametrize("outcome", OUTCOMES, ids=range(len(OUTCOMES)))
def test_one_question_has_figures(outcome: Outcome) -> None:
    """Whatever there is none of, such as unanswerable questions, counts as 0."""
    found = figures([outcome])
    assert found.p50_ms == found.p95_ms == outcome.total_ms
    assert (found.coverage, found.false_answers) == (
        outcome.answerable and outcome.answered,
        not outcome.answerable and outcome.answered,
    )


@given(outcomes())
def test_shares_are_shares(asked: list[Outcome]) -> None:
    """Every figure is finite, and those that are shares lie between 0 and 1."""
    found = figures(asked)
    assert all(math.isfinite(value) for value in found.to_json().values())
    for name in SHARES:
        assert -1e-9 <= getattr(found, name) <= 1 + 1e-9, name


def test_an_answer_is_right_from_half_its_words() -> None:
    """Token F1 of 0.5 is enough."""
    assert [one.right for one in OUTCOMES] == [True, False, False, True, False, False, True]
    assert Outcome(True, 1, 0.5, 0.0, None, None, 0.5, True, True, 1.0).right


def test_json_is_rounded_and_ordered() -> None:
    """Four digits, the fields in their order, counts as whole numbers."""
    told = figures(OUTCOMES).to_json()
    assert list(told) == list(Figures.__slots__)
    assert told["mrr"] == 0.3952
    assert json.dumps([told["questions"], told["answerable"]]) == "[7, 5]"


# ---- curves


@pytest.mark.parametrize(
    ("answers", "risks"),
    [
        ([(0.9, True), (0.5, True)], [0, 0]),
        ([(0.9, False), (0.5, False), (0.1, False)], [1, 1, 1]),
        ([(0.1, False), (0.9, True)], [0, 1 / 2]),
        ([(0.1, True), (0.9, False), (0.5, True)], [1, 1 / 2, 1 / 3]),
        ([(0.5, False), (0.5, True)], [1, 1 / 2]),  # as sure as each other: in their order
    ],
    ids=["all right", "all wrong", "sorted out", "the wrong way round", "tied"],
)
def test_risk_follows_coverage(answers: list[tuple[float, bool]], risks: list[float]) -> None:
    """The surest are given first; the risk is the share of wrong ones among them."""
    coverage, risk = risk_coverage(*arrays(answers))
    assert coverage.tolist() == [(n + 1) / len(answers) for n in range(len(answers))]
    assert risk.tolist() == pytest.approx(risks)


@given(ANSWERS)
def test_the_curve_equals_a_count(answers: list[tuple[float, bool]]) -> None:
    """Each point by counting the wrong ones among the n surest."""
    surest = sorted(answers, key=lambda answer: -answer[0])
    counted = [sum(not right for _, right in surest[:n]) / n for n in range(1, len(answers) + 1)]
    assert risk_coverage(*arrays(answers))[1].tolist() == pytest.approx(counted)


@given(ANSWERS)
def test_the_calibration_error_equals_a_count(answers: list[tuple[float, bool]]) -> None:
    """Ten bins, the last one with its upper border, each weighed by its answers."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for sure, right in answers:
        bins.setdefault(min(9, math.floor(sure * 10)), []).append((sure, right))
    counted = sum(
        abs(sum(sure for sure, _ in held) - sum(right for _, right in held))
        for held in bins.values()
    )
    assert calibration_error(*arrays(answers)) == pytest.approx(counted / len(answers), abs=1e-9)


def test_perfect_confidence_has_no_calibration_error() -> None:
    """Sure of what is right, and sure that the rest is wrong."""
    assert calibration_error(*arrays([(1.0, True)] * 3 + [(0.0, False)] * 2)) == 0
    assert calibration_error(*arrays([(1.0, False), (0.0, True)])) == 1
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == 0


@pytest.mark.parametrize("asked", [OUTCOMES, OUTCOMES[:1]], ids=["some", "one"])
def test_curves_become_a_picture(tmp_path: Path, asked: list[Outcome]) -> None:
    """A PNG file whatever its name, made without a warning."""
    for name in ("curves.png", "curves", "curves.pdf"):
        plot_curves(asked, tmp_path / name)
        raw = (tmp_path / name).read_bytes()
        assert raw.startswith(b"\x89PNG\r\n\x1a\n")
        assert len(raw) > 1000


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One sentence with the path and the reason."""
    for path in (tmp_path, tmp_path / "no" / "curves.png"):
        with pytest.raises(UsageError, match="cannot be written: ") as told:
            plot_curves(OUTCOMES, path)
        assert repr(str(path)) in str(told.value)


def test_curves_need_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of an installation for users, so the message says how to get it."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match="run `pip install matplotlib`"):
        plot_curves(OUTCOMES, tmp_path / "curves.png")


# ---- questions

Paragraph = tuple[str, str, dict[str, str | None]]  # title, text, questions with their answers
PARAGRAPHS: list[Paragraph] = [
    (
        "Bridges",
        "The Marrow Bridge was opened on 4 May 1931 by Ada Lind. It crosses the river "
        "Tolm on seven arches of red granite.",
        {"Who opened the Marrow Bridge?": "Ada Lind", "When was the bridge opened?": "4 May 1931"},
    ),
    (
        "Bridges",
        "The bridge at Oskal fell down in a storm in November 1954. Nobody was hurt, because the "
        "gates had been closed by Jonas Weil an hour before.",
        {"Who closed the gates of the bridge at Oskal?": "Jonas Weil"},
    ),
    (
        "Harvests",
        "Farmers of the Brennan valley picked 840 tonnes of plums this autumn, the most since "
        "1998. Rosa Quill, who leads their cooperative, said that bees had made the difference.",
        {"Who leads the cooperative of the Brennan valley?": "Rosa Quill"},
    ),
    (
        "Music",
        "The Halvar Quartet played its last concert in the town hall of Mirov on Friday. Its "
        "cellist, Emil Sand, will teach at the conservatory in Trest.",
        {"Who designed the stamps of Portugal?": None, "When did Mount Tessil erupt?": None},
    ),
]


def squad(paragraphs: list[Paragraph]) -> str:
    """Paragraphs as a SQuAD file."""
    return json.dumps(
        {
            "data": [
                {
                    "title": title,
                    "paragraphs": [
                        {
                            "context": text,
                            "qas": [
                                {
                                    "id": question,
                                    "question": question,
                                    "answers": [{"text": gold}] if gold else [],
                                }
                                for question, gold in questions.items()
                            ],
                        }
                    ],
                }
                for title, text, questions in paragraphs
            ]
        }
    )


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> LabelledFile:
    """The questions above."""
    file = tmp_path_factory.mktemp("questions") / "mine.json"
    file.write_text(squad(PARAGRAPHS))
    return read_labelled(file)


@pytest.fixture(scope="module")
def answerer(
    questions: LabelledFile, encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Answerer:
    """The packaged reader over their contexts."""
    folder = tmp_path_factory.mktemp("contexts")
    write_contexts(questions.contexts, folder / "articles")
    build_real(folder / "articles", folder / "index", encoder_folder)
    return Answerer.open(folder / "index", threads=1)


def test_clear_questions_get_clear_figures(answerer: Answerer, questions: LabelledFile) -> None:
    """Found first, read exactly, well cited; the questions without an answer are abstained from."""
    steps: list[None] = []
    asked = evaluate(answerer, questions.questions, lambda: steps.append(None))
    assert len(asked) == len(steps) == len(questions.questions) == 6
    for question, outcome in zip(questions.questions, asked, strict=True):
        answer = answerer.answer(question.question)
        assert outcome.confidence == pytest.approx(answer.confidence)
        assert outcome.answered == answer.answered
        assert outcome.total_ms > 0
        assert outcome.answerable == bool(question.answers)
        assert outcome.rank == 1 or not question.answers
        alone = (1.0, 1.0) if question.answers else (None, None)
        assert (outcome.gold_f1, outcome.gold_exact) == alone
        if not question.answers:
            assert (outcome.answered, outcome.f1, outcome.cited) == (False, 0.0, None)
    found = figures(asked)
    assert (found.questions, found.answerable) == (6, 4)
    assert (found.recall_1, found.mrr, found.gold_exact, found.gold_f1) == (1, 1, 1, 1)
    assert (found.exact, found.f1, found.coverage) == (1, 1, 1)
    assert (found.false_answers, found.wrong_share, found.citation_precision) == (0, 0, 1)
    assert (found.abstention_precision, found.abstention_recall, found.aurc < 0.2) == (1, 1, True)


def test_a_context_that_is_not_in_the_index_cannot_answer(
    answerer: Answerer, questions: LabelledFile
) -> None:
    """Its questions count as unanswerable, even where another context answers them by chance."""
    first = questions.questions[0]
    (outcome,) = evaluate(answerer, [replace(first, context="elsewhere")])
    assert not outcome.answerable
    assert (outcome.rank, outcome.gold_f1, outcome.gold_exact) == (None, None, None)
    assert (outcome.f1, outcome.answered, outcome.cited) == (0.0, True, False)
    assert figures([outcome]).false_answers == 1


FILES = {
    "a.txt": "Ben Ode opened the bridge on Monday.",
    "b.txt": "Ada Lind closed the mill.",
    "c.txt": "Ada Lind closed the mill.",
}


def ask(folder: Path, margin: float, *asked: LabelledQuestion) -> list[Outcome]:
    """Outcomes over FILES with a reader that finds "Ada Lind" with a margin."""
    return evaluate(scripted_answerer(folder, FILES, {"Ada Lind": margin}), asked)


def test_like_contexts_are_one_passage(tmp_path: Path) -> None:
    """A context that stands in a file twice is in the index under both of its names."""
    asked = [LabelledQuestion(name, "Who closed the mill?", ("Ada Lind",), name) for name in "bc"]
    outcomes = ask(tmp_path, 5.0, *asked)
    assert [one.answerable for one in outcomes] == [True, True]
    assert [one.rank for one in outcomes] == [1, 1]
    assert [one.gold_f1 for one in outcomes] == [1.0, 1.0]


def test_what_an_abstention_kept_back_is_judged(tmp_path: Path) -> None:
    """Without an answer the best guess is compared with the gold answers, the best of them."""
    question = LabelledQuestion("1", "Who closed the mill?", ("Lind", "Ada B. Lind"), "b")
    (outcome,) = ask(tmp_path, -1.0, question)
    assert (outcome.answered, outcome.cited) == (False, None)
    assert outcome.f1 == pytest.approx(0.8)  # of "Ada B. Lind": all its words of two thirds
    assert (outcome.exact, outcome.right) == (0.0, True)


def test_a_gold_passage_that_was_not_found_has_no_rank(tmp_path: Path) -> None:
    """The reader gets it alone all the same."""
    many = {f"{n:02d}.txt": f"The mill number {n} closed. Who closed it?" for n in range(30)}
    answerer = scripted_answerer(tmp_path, {**many, "z.txt": "Ada Lind."}, {"Ada Lind": 5.0})
    question = LabelledQuestion("1", "Who closed the mill?", ("Ada Lind",), "z")
    (outcome,) = evaluate(answerer, [question])
    assert (outcome.answerable, outcome.rank, outcome.f1) == (True, None, 0.0)
    assert (outcome.gold_f1, outcome.gold_exact) == (1.0, 1.0)
