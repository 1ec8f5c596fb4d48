"""The model of confidence: monotonic, bounded, and the same after it was stored."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from retrieval.confidence import FEATURES, NEVER, Calibration, Features, log_count
from tests.retrieval_support import margin_calibration

FINITE = st.floats(-1e6, 1e6)
MEASURED = st.builds(Features, *[st.floats(allow_nan=False)] * len(FEATURES))
CALIBRATIONS = st.builds(
    Calibration,
    weights=st.tuples(*[FINITE] * len(FEATURES)),
    bias=FINITE,
    scale=st.floats(0.01, 10),
    shift=FINITE,
    thresholds=st.dictionaries(st.integers(1, 50), st.floats(0, NEVER)),
    risk=st.floats(0.01, 0.5),
    level=st.just(0.95),
    questions=st.integers(0),
    data_sha256=st.text(),
)


@given(CALIBRATIONS, st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_a_higher_score_is_never_less_likely(
    calibration: Calibration, one: float, other: float
) -> None:
    """Probability grows with the score, and is one: from 0 to 1."""
    low, high = sorted((one, other))
    assert 0 <= calibration.probability(low) <= calibration.probability(high) <= 1


def test_probability_is_the_logistic_function() -> None:
    """With slope and constant, against the formula."""
    calibration = replace(margin_calibration(), scale=2.0, shift=-1.0)
    assert calibration.probability(0.5) == 0.5
    assert calibration.probability(2.0) == pytest.approx(1 / (1 + math.exp(-3)))


def test_the_score_is_a_weighted_sum() -> None:
    """Every measurement has its weight, in the order of `FEATURES`, plus the bias."""
    weights = tuple(float(number) for number in range(2, 2 + len(FEATURES)))
    calibration = replace(margin_calibration(), weights=weights, bias=0.5)
    for name, weight in zip(FEATURES, weights, strict=True):
        measured = Features(**{**dict.fromkeys(FEATURES, 0.0), name: 0.25})
        assert calibration.score(measured) == 0.5 + 0.25 * weight


@given(MEASURED)
def test_measurements_are_bounded(measured: Features) -> None:
    """A margin without bounds, as of an empty passage, counts as 15 at most."""
    margin, gap, *_ = measured.values()
    assert -15 <= margin <= 15
    assert -15 <= gap <= 15


@given(CALIBRATIONS)
def test_a_calibration_survives_storing(calibration: Calibration) -> None:
    """What is written as JSON is what is read."""
    assert Calibration.from_json(calibration.to_json(), "here") == calibration


WHOLE = json.loads(margin_calibration().to_json())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[1]",
        "{}",
        json.dumps({**WHOLE, "weights": [1.0]}),
        json.dumps({**WHOLE, "weights": 7}),
        json.dumps({**WHOLE, "weights": ["heavy"] * len(FEATURES)}),
        json.dumps({**WHOLE, "bias": None}),
        json.dumps({**WHOLE, "thresholds": {"some": 0.5}}),
        json.dumps({**WHOLE, "thresholds": {"20": "high"}}),
        json.dumps({**WHOLE, "thresholds": [0.5]}),
        json.dumps({**WHOLE, "added_later": 1}),
        json.dumps({key: kept for key, kept in WHOLE.items() if key != "scale"}),
    ],
)
def test_a_damaged_calibration_is_told_in_one_sentence(text: str) -> None:
    """Whatever is wrong with it, the message names where it stands and what to do."""
    with pytest.raises(
        ModelError, match=r"^the calibration in here .* `dateline calibrate`"
    ) as told:
        Calibration.from_json(text, "here")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_a_damaged_installation_is_told(tmp_path: Path, content: bytes | None) -> None:
    """A packaged calibration that is missing or unreadable says to install Dateline again."""
    file = tmp_path / "calibration.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError, match=r"calibration\.json.* install Dateline again") as told:
        Calibration.packaged(file)
    assert "\n" not in str(told.value)


def test_the_packaged_calibration_fits_its_risk() -> None:
    """It can be read, a higher score is more likely right, and its own risk has a threshold."""
    packaged = Calibration.packaged()
    assert packaged.scale > 0
    assert 0 < packaged.threshold() <= 1


@pytest.mark.parametrize(
    ("risk", "threshold"),
    [
        (None, 0.6),
        (0.2, 0.6),
        (0.29, 0.5),
        (0.299, 0.5),
        (0.35, 0.4),
        (0.5, 0.4),
        (0.1, 0.9),
        (0.1999, 0.9),
        (0.0999, NEVER),
        (0.01, NEVER),
    ],
)
def test_a_threshold_keeps_the_risk_that_is_asked_for(risk: float | None, threshold: float) -> None:
    """The nearest stricter risk that is known counts; where none is, nothing is answered."""
    calibration = replace(margin_calibration(), thresholds={10: 0.9, 20: 0.6, 29: 0.5, 30: 0.4})
    assert calibration.threshold(risk) == threshold


def test_log_count_starts_at_zero() -> None:
    """The first rank, or a single article, weighs nothing."""
    assert [log_count(count) for count in (0, 1, 10)] == [0.0, 0.0, math.log(10)]
