"""Fit the confidence and choose the threshold for a stated risk, from labelled questions.

An answer is right if its token F1 with a gold answer is at least 0.5. Weights are fitted by
logistic regression over all candidates, then slope and shift by Platt scaling over the chosen
ones. The threshold is found by fixed-sequence testing (Angelopoulos et al. 2021, "Learn then
Test"): from the strictest down, each must keep the Clopper-Pearson upper bound of the share of
wrong answers within the risk, and the last that does is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from index.errors import UsageError
from retrieval.candidates import Candidate
from retrieval.confidence import NEVER, Calibration, Features
from retrieval.reading import may_stop
from retrieval.spans import RIGHT_F1, token_f1

LEVEL = 0.95
RISKS = range(1, 51)  # in hundredths
MIN_ANSWERED = 20  # a bound over fewer answers says nothing
FIRST_TESTED = 0.30  # share of the questions that the strictest threshold answers: below it, the
# bound is so wide that a few unlucky questions would end the sequence
STEP = 0.01  # share of the questions between one threshold and the next


@dataclass(frozen=True, slots=True)
class Judged:
    """The candidates of one labelled question, each with whether it is right.

    Attributes:
        features: Of each, once all passages are read.
        right: Of each.
        earlier: The same after fewer passages, where reading may have stopped.
    """

    features: tuple[Features, ...]
    right: tuple[bool, ...]
    earlier: tuple["Judged", ...] = ()


def judge(stages: Iterable[Sequence[Candidate]], answers: Sequence[str]) -> Judged:
    """Compare candidates with the gold answers; where there are none, every one is wrong.

    Args:
        stages: What `candidates.reading_stages` gives.
        answers: Gold answers.
    """
    judged = [
        Judged(
            tuple(candidate.features for candidate in candidates),
            tuple(
                any(token_f1(candidate.text, gold) >= RIGHT_F1 for gold in answers)
                for candidate in candidates
            ),
        )
        for candidates in stages
    ]
    return replace(judged[-1], earlier=tuple(judged[:-1])) if judged else Judged((), ())


def fit_calibration(judged: Sequence[Judged], risk: float, data_sha256: str) -> Calibration:
    """Fit weights, slope, shift and thresholds.

    Args:
        judged: Labelled questions; those without an answer belong among them.
        risk: The risk to keep when none is asked for.
        data_sha256: Hash of the labelled questions.

    Raises:
        UsageError: The questions hold no right candidate, or no wrong one, or only such are
            chosen.
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.array([one.values() for question in judged for one in question.features])
    right = np.array([right for question in judged for right in question.right], dtype=bool)
    _refuse_one_sided(right, "answers")
    ranking = LogisticRegression(max_iter=1000).fit(rows, right)
    fitted = Calibration(
        weights=tuple(float(weight) for weight in ranking.coef_[0]),
        bias=float(ranking.intercept_[0]),
        scale=1.0,
        shift=0.0,
        thresholds={},
        risk=risk,
        level=LEVEL,
        questions=len(judged),
        data_sha256=data_sha256,
    )
    scores, chosen_right = chosen(judged, fitted, read_all=True)
    _refuse_one_sided(chosen_right, "best answers")
    platt = LogisticRegression(C=1e6, max_iter=1000).fit(scores[:, None], chosen_right)
    fitted = replace(fitted, scale=float(platt.coef_[0][0]), shift=float(platt.intercept_[0]))
    return with_thresholds(fitted, judged)


def with_thresholds(calibration: Calibration, judged: Sequence[Judged]) -> Calibration:
    """The same confidence, with the thresholds that keep their risks for some questions.

    Args:
        calibration: Its weights, slope and shift stay.
        judged: Labelled questions; those without an answer belong among them.
    """
    scores, right = chosen(judged, calibration)
    probabilities = np.array([calibration.probability(score) for score in scores])
    thresholds = {
        hundredths: round(risk_threshold(probabilities, right, hundredths / 100), 6)
        for hundredths in RISKS
    }
    return replace(calibration, thresholds=thresholds)


def _refuse_one_sided(right: npt.NDArray[np.bool_], what: str) -> None:
    if not right.any() or right.all():
        raise UsageError(
            "a calibration needs questions that the articles answer and questions that they do "
            f"not; of the {len(right)} {what} found here {int(right.sum())} are right."
        )


def chosen(
    judged: Sequence[Judged], calibration: Calibration, *, read_all: bool = False
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Score and rightness of the best candidate of every question that has one.

    Args:
        judged: Labelled questions.
        calibration: Ranks the candidates.
        read_all: Read every passage, where reading would stop else.
    """
    scores, right = [], []
    for question in judged:
        best: tuple[float, bool] | None = None
        for number, stage in enumerate((*question.earlier, question), start=1):
            ranked = zip(map(calibration.score, stage.features), stage.right, strict=True)
            best = max(ranked, key=lambda one: one[0], default=None)
            sure = calibration.probability(best[0]) if best else 0.0
            if not read_all and may_stop(number, sure):
                break
        if best:
            scores.append(best[0])
            right.append(best[1])
    return np.array(scores), np.array(right, dtype=bool)


def risk_threshold(
    probabilities: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], risk: float
) -> float:
    """The lowest threshold whose answers keep the risk, with `LEVEL` confidence.

    Args:
        probabilities: Confidence of each chosen answer, shape (n,).
        right: Whether it is right, shape (n,).
        risk: Largest share of wrong answers.
    """
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(~right[order])
    total, threshold = len(order), NEVER
    step = max(MIN_ANSWERED, round(total * STEP))
    for count in (*range(max(step, round(total * FIRST_TESTED)), total, step), total):
        if count < MIN_ANSWERED:
            break
        candidate = float(probabilities[order[count - 1]])
        answered = int((probabilities >= candidate).sum())  # with all that are as sure
        if upper_bound(int(wrong[answered - 1]), answered) > risk:
            break
        threshold = candidate
    return threshold


def upper_bound(wrong: int, answered: int, level: float = LEVEL) -> float:
    """Clopper-Pearson: with `level` confidence the true share of wrong answers is below this."""
    from scipy.stats import beta

    return 1.0 if wrong >= answered else float(beta.ppf(level, wrong + 1, answered - wrong))
