"""Confidence fitted to labelled questions, and thresholds that keep what they promise."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from index.errors import UsageError
from retrieval.calibration import (
    LEVEL,
    MIN_ANSWERED,
    RISKS,
    Judged,
    chosen,
    fit_calibration,
    judge,
    risk_threshold,
    upper_bound,
    with_thresholds,
)
from retrieval.confidence import FEATURES, NEVER, Features
from retrieval.search import search
from tests.retrieval_support import margin_calibration, scripted_answerer

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def measured(**known: float) -> Features:
    """Measurements that are 0 but for those given."""
    return Features(**{**dict.fromkeys(FEATURES, 0.0), **known})


# ---- the bound


@given(st.integers(1, 400), st.data())
def test_the_bound_is_that_of_clopper_and_pearson(answered: int, data: st.DataObject) -> None:
    """It equals SciPy's exact one-sided interval for the share of wrong answers."""
    wrong = data.draw(st.integers(0, answered))
    interval = binomtest(wrong, answered, alternative="less").proportion_ci(LEVEL, method="exact")
    assert upper_bound(wrong, answered) == pytest.approx(interval.high, abs=1e-9)


def test_the_bound_is_half_of_a_two_sided_one() -> None:
    """95 % on one side is the upper end of 90 % on both."""
    interval = binomtest(3, 50).proportion_ci(0.90, method="exact")
    assert upper_bound(3, 50) == pytest.approx(interval.high)


# ---- the threshold

# few levels of confidence, so that many answers are tied
JUDGED = st.lists(
    st.tuples(st.sampled_from([0.2, 0.5, 0.6, 0.9, 0.97]), st.booleans()), max_size=90
)


def as_arrays(judged: list[tuple[float, bool]]) -> tuple[FloatArray, BoolArray]:
    """Confidences and whether each answer is right."""
    return np.array([p for p, _ in judged], float), np.array([ok for _, ok in judged], bool)


@hypothesis_settings(max_examples=60)
@given(JUDGED, st.sampled_from([0.1, 0.2, 0.4]), st.integers(0, 80))
def test_the_answers_above_the_threshold_keep_the_bound(
    judged: list[tuple[float, bool]], risk: float, certain: int
) -> None:
    """All answers that would be given, ties included, have their bound within the risk."""
    probabilities, right = as_arrays([(0.99, True)] * certain + judged)
    threshold = risk_threshold(probabilities, right, risk)
    given_right = right[probabilities >= threshold]
    if threshold < NEVER:
        assert len(given_right) >= MIN_ANSWERED
        assert upper_bound(int((~given_right).sum()), len(given_right)) <= risk
    else:
        assert not len(given_right)


@hypothesis_settings(max_examples=40)
@given(JUDGED, st.integers(0, 80))
def test_a_greater_risk_never_answers_less(judged: list[tuple[float, bool]], certain: int) -> None:
    """Whoever allows more wrong answers gets no fewer answers."""
    probabilities, right = as_arrays([(0.99, True)] * certain + judged)
    thresholds = [risk_threshold(probabilities, right, risk) for risk in (0.05, 0.1, 0.2, 0.3, 0.5)]
    assert thresholds == sorted(thresholds, reverse=True)


@pytest.mark.parametrize(
    ("right", "wrong"), [(0, 500), (0, 0), (MIN_ANSWERED - 1, 0), (100, 100)], ids=str
)
def test_a_risk_that_cannot_be_kept_answers_nothing(right: int, wrong: int) -> None:
    """All wrong, too few, or tied with as many wrong ones: no confidence is enough."""
    probabilities, truth = as_arrays([(0.9, True)] * right + [(0.9, False)] * wrong)
    assert risk_threshold(probabilities, truth, 0.2) == NEVER


def test_a_sure_tool_answers_everything() -> None:
    """Where all of many answers are right, the lowest confidence is the threshold."""
    probabilities = np.linspace(0.01, 0.99, 200)
    assert risk_threshold(probabilities, np.ones(200, bool), 0.1) == 0.01


@pytest.mark.parametrize(
    ("a", "b", "risk"), [(2, 1, 0.2), (0.5, 0.5, 0.1), (1, 3, 0.2)], ids=["good", "split", "poor"]
)
def test_the_risk_is_kept_on_fresh_questions(a: float, b: float, risk: float) -> None:
    """In at least 95 % of repetitions the true share of wrong answers is within the risk.

    Confidences are drawn from a beta distribution and are true, so the share of wrong answers
    above a threshold is known. The test allows for chance: it fails once in a thousand worlds.
    """
    rng = np.random.default_rng(5)
    repetitions, broken = 400, 0
    fresh = rng.beta(a, b, 20_000)
    for _ in range(repetitions):
        probabilities = rng.beta(a, b, 300)
        threshold = risk_threshold(probabilities, rng.random(300) < probabilities, risk)
        answered = fresh[fresh >= threshold]
        broken += bool(len(answered)) and float((1 - answered).mean()) > risk
    assert binomtest(broken, repetitions, 1 - LEVEL, alternative="greater").pvalue > 0.001


# ---- the fit


def synthetic(rng: np.random.Generator, questions: int) -> list[Judged]:
    """Three candidates a question, right ones with a higher margin; a third has no right one."""
    judged = []
    for _ in range(questions):
        right = [bool(rng.random() < 0.67), False, False]
        margins = [rng.normal(3.0 if one else -2.0, 2.0) for one in right]
        features = tuple(
            measured(margin=margin, similarity=float(rng.random())) for margin in margins
        )
        judged.append(Judged(features, tuple(right)))
    return judged


def test_a_fit_is_calibrated_on_fresh_questions() -> None:
    """The margin counts, noise hardly does; confidence is honest and the risk is kept."""
    rng = np.random.default_rng(11)
    fitted = fit_calibration(synthetic(rng, 1500), 0.1, "0" * 64)
    weights = dict(zip(FEATURES, fitted.weights, strict=True))
    assert weights["margin"] > 0.5
    assert abs(weights["similarity"]) < 0.5
    scores, right = chosen(synthetic(rng, 3000), fitted)
    confidence = np.array([fitted.probability(score) for score in scores])
    for low in np.arange(0, 1, 0.2):
        within = (confidence >= low) & (confidence < low + 0.2)
        if within.sum() > 50:
            assert confidence[within].mean() == pytest.approx(right[within].mean(), abs=0.12)
    answered = confidence >= fitted.threshold()
    assert 0.3 < answered.mean() < 1
    assert (~right[answered]).mean() <= 0.12  # the bound is 0.1, with 95 % confidence
    assert (fitted.risk, fitted.questions, fitted.data_sha256) == (0.1, 1500, "0" * 64)


def test_a_fit_has_a_threshold_for_every_risk() -> None:
    """In hundredths; the more risk, the lower the threshold."""
    fitted = fit_calibration(synthetic(np.random.default_rng(3), 200), 0.2, "")
    assert list(fitted.thresholds) == list(RISKS)
    thresholds = list(fitted.thresholds.values())
    assert thresholds == sorted(thresholds, reverse=True)


def test_thresholds_alone_are_chosen_anew() -> None:
    """Where questions are harder than those of the fit, less is answered and the risk is kept."""
    fitted = fit_calibration(synthetic(np.random.default_rng(3), 1500), 0.2, "")
    easy = synthetic(np.random.default_rng(4), 1500)
    hard = [Judged(one.features, tuple(False for _ in one.right)) for one in easy[::5]]
    held = with_thresholds(fitted, easy + hard)
    assert (held.weights, held.bias, held.scale) == (fitted.weights, fitted.bias, fitted.scale)
    assert held.threshold(0.2) > fitted.threshold(0.2)
    scores, right = chosen(easy + hard, held)
    answered = np.array([held.probability(score) for score in scores]) >= held.threshold(0.2)
    assert upper_bound(int((~right[answered]).sum()), int(answered.sum())) <= 0.2


@pytest.mark.parametrize("right", [True, False])
def test_one_sided_questions_are_refused(right: bool) -> None:
    """Where every answer is right, or none, nothing can be learned, and the message says so."""
    judged = [Judged((measured(margin=1.0),), (right,))] * 30
    with pytest.raises(UsageError, match=f"of the 30 answers found here {30 * right} are right"):
        fit_calibration(judged, 0.2, "")


def test_no_candidates_at_all_are_refused() -> None:
    """An index that offers no answer to any question cannot be calibrated."""
    with pytest.raises(UsageError, match="of the 0 answers found here 0 are right"):
        fit_calibration([Judged((), ())] * 30, 0.2, "")


def test_the_best_candidate_of_a_question_is_the_one_that_counts() -> None:
    """Questions without a candidate are left out."""
    judged = [
        Judged((measured(margin=-1.0), measured(margin=2.0)), (True, False)),
        Judged((), ()),
        Judged((measured(margin=0.5),), (True,)),
    ]
    scores, right = chosen(judged, margin_calibration())
    assert scores.tolist() == [2.0, 0.5]
    assert right.tolist() == [False, True]


def test_reading_stops_where_it_would() -> None:
    """What a sure answer keeps from being read does not count, and is counted where it is read."""
    sure, better = measured(margin=2.0), measured(margin=3.0)
    early = Judged((sure,), (False,))
    judged = [Judged((sure, better), (False, True), (early,))]
    assert [list(part) for part in chosen(judged, margin_calibration())] == [[2.0], [False]]
    everything = chosen(judged, margin_calibration(), read_all=True)
    assert [list(part) for part in everything] == [[3.0], [True]]
    unsure = Judged((measured(margin=-0.1),), (False,))
    judged = [Judged((sure, better), (False, True), (Judged((), ()), unsure))]
    assert [list(part) for part in chosen(judged, margin_calibration())] == [[3.0], [True]]
    hopeless = Judged((measured(margin=-4.0),), (False,))
    judged = [Judged((sure, better), (False, True), (hopeless, hopeless))]
    assert [list(part) for part in chosen(judged, margin_calibration())] == [[-4.0], [False]]


def test_a_candidate_is_right_if_it_shares_half_its_words_with_a_gold_answer(
    tmp_path: Path,
) -> None:
    """Any of the gold answers will do; where there are none, every candidate is wrong."""
    files = {"a.txt": "The bridge was opened by Ada Lind on Friday.", "b.txt": "Ben Ode paid."}
    answerer = scripted_answerer(tmp_path, files, {"Ada Lind": 3.0, "Ben Ode": 1.0})
    candidates = answerer.candidates("Who?", search(answerer.library, "Who opened it?"))
    assert [candidate.text for candidate in candidates] == ["Ada Lind", "Ben Ode"]
    assert judge([candidates], ["nobody", "Dr Ada Lind"]).right == (True, False)
    assert judge([candidates], []).right == (False, False)
    assert judge([candidates], ["Ben Ode"]).features == tuple(one.features for one in candidates)
