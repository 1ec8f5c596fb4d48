"""How likely a candidate answer is right: a logistic model over a few measurements.

The weights and the threshold are fitted on labelled questions that the reader was not trained on
(`retrieval.calibration`), and kept as data. Knows nothing of articles.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ModelError

PACKAGED = Path(__file__).parent / "reader_model" / "calibration.json"
FEATURES = ("margin", "gap", "similarity", "coverage", "rank", "agreement")


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a candidate.

    Attributes:
        margin: The reader's margin.
        gap: Margin minus that of the best candidate with another answer.
        similarity: Cosine of passage and question.
        coverage: Share of the question's content words that the passage holds.
        rank: Logarithm of the passage's rank.
        agreement: Logarithm of the number of articles that give the same answer.
    """

    margin: float
    gap: float
    similarity: float
    coverage: float
    rank: float
    agreement: float

    def values(self) -> tuple[float, ...]:
        """The measurements, bounded, in the order of `FEATURES`."""
        return (
            max(-15.0, min(15.0, self.margin)),
            max(-15.0, min(15.0, self.gap)),
            self.similarity,
            self.coverage,
            self.rank,
            self.agreement,
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted model of confidence, and the threshold for a stated risk.

    Attributes:
        weights: One for each of `FEATURES`; their sum with `bias` ranks candidates.
        bias: Constant of the same sum.
        scale: Slope from that sum to the log-odds of being right, for the candidate chosen.
        shift: Constant from that sum to the log-odds.
        threshold: Answer at this confidence or more.
        risk: Bound on the share of given answers that are wrong.
        level: Confidence level of the bound (Clopper-Pearson, one-sided).
        questions: Number of labelled questions behind the threshold.
        data_sha256: Hash of those questions.
    """

    weights: tuple[float, ...]
    bias: float
    scale: float
    shift: float
    threshold: float
    risk: float
    level: float
    questions: int
    data_sha256: str

    def score(self, features: Features) -> float:
        """Ranks the candidates of one question."""
        return self.bias + sum(
            weight * value for weight, value in zip(self.weights, features.values(), strict=True)
        )

    def probability(self, score: float) -> float:
        """Probability that the best candidate, having this score, is right."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.scale * score + self.shift))))

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def load(cls, path: Path = PACKAGED) -> "Calibration":
        """Read it.

        Raises:
            ModelError: The file is missing or damaged.
        """
        try:
            fields = json.loads(path.read_text())
            loaded = cls(**{**fields, "weights": tuple(fields["weights"])})
        except (OSError, ValueError, TypeError, KeyError) as exc:
            raise ModelError(
                f"no readable calibration in {str(path)!r}; make it anew "
                "with `dateline calibrate`, or install Dateline again"
            ) from exc
        if len(loaded.weights) != len(FEATURES):
            raise ModelError(
                f"the calibration in {str(path)!r} is of another version of Dateline; "
                "make it anew with `dateline calibrate`"
            )
        return loaded


def log_count(count: int) -> float:
    """Logarithm of a rank or count from 1."""
    return math.log(max(1, count))


def best_index(scores: Sequence[float]) -> int:
    """Position of the highest score, the first of equals."""
    return max(range(len(scores)), key=lambda position: (scores[position], -position))
