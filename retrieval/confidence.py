"""How likely a candidate answer is right: a logistic model over a few measurements.

The weights and the threshold are fitted on labelled questions that the reader was not trained on
(`retrieval.calibration`), and kept as data. Knows nothing of articles.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ModelError

PACKAGED = Path(__file__).parent / "reader_model" / "calibration.json"
# Bounds that keep short questions from being doubted for their shortness: labelled questions are
# long, so that their passages are nearer and found sooner than those of a reader's few words.
MAX_SIMILARITY = 0.75
MAX_RANK = math.log(2)
NEVER = 1.1  # a threshold that no confidence reaches
FEATURES = (
    "margin",
    "gap",
    "similarity",
    "coverage",
    "words",
    "names",
    "fits",
    "rank",
    "agreement",
)


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a candidate.

    Attributes:
        margin: The reader's margin.
        gap: Margin minus that of the best candidate with another answer.
        similarity: Cosine of question and the sentence that is quoted.
        coverage: Share of the question's content words that the passage holds.
        words: BM25 score of the passage, as a share of the best passage's.
        names: Share of the question's names and numbers that the article holds.
        fits: 1 where the answer has the look of the day, number or name that is asked for, -1 where
            it has not, 0 where the question asks for none of them.
        rank: Logarithm of the passage's rank.
        agreement: Logarithm of the number of articles that give the same answer.
    """

    margin: float
    gap: float
    similarity: float
    coverage: float
    words: float
    names: float
    fits: float
    rank: float
    agreement: float

    def values(self) -> tuple[float, ...]:
        """The measurements, bounded, in the order of `FEATURES`."""
        return (
            max(-15.0, min(15.0, self.margin)),
            max(-15.0, min(15.0, self.gap)),
            min(MAX_SIMILARITY, self.similarity),
            self.coverage,
            self.words,
            self.names,
            self.fits,
            min(MAX_RANK, self.rank),
            self.agreement,
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted model of confidence, and the thresholds that keep stated risks.

    Attributes:
        weights: One for each of `FEATURES`; their sum with `bias` ranks candidates.
        bias: Constant of the same sum.
        scale: Slope from that sum to the log-odds of being right, for the candidate chosen.
        shift: Constant from that sum to the log-odds.
        thresholds: Lowest confidence that is answered, by risk in hundredths; the risk bounds
            the share of given answers that are wrong. Above 1 nothing is answered.
        risk: The risk that is kept when none is asked for.
        level: Confidence level of the bounds (Clopper-Pearson, one-sided).
        questions: Number of labelled questions behind the thresholds.
        data_sha256: Hash of those questions.
    """

    weights: tuple[float, ...]
    bias: float
    scale: float
    shift: float
    thresholds: dict[int, float]
    risk: float
    level: float
    questions: int
    data_sha256: str

    def threshold(self, risk: float | None = None) -> float:
        """The lowest confidence that may be answered at a risk; its own risk if None is given."""
        wanted = int((self.risk if risk is None else risk) * 100 + 1e-9)
        kept = [known for known in self.thresholds if known <= wanted]
        return self.thresholds[max(kept)] if kept else NEVER

    def kept_risks(self) -> list[int]:
        """The risks, in hundredths, at which anything is answered."""
        return [risk for risk, threshold in self.thresholds.items() if threshold < NEVER]

    def score(self, features: Features) -> float:
        """Ranks the candidates of one question."""
        return self.bias + sum(
            weight * value for weight, value in zip(self.weights, features.values(), strict=True)
        )

    def probability(self, score: float) -> float:
        """Probability that the best candidate, having this score, is right."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, self.scale * score + self.shift))))

    def to_json(self) -> str:
        """The calibration as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, origin: str) -> "Calibration":
        """Read a calibration that `to_json` wrote; `origin` is for the message.

        Raises:
            ModelError: It is damaged, or of another version.
        """
        try:
            fields = json.loads(text)
            fields["weights"] = tuple(map(float, fields["weights"]))
            fields["thresholds"] = {int(k): float(kept) for k, kept in fields["thresholds"].items()}
            fields |= {name: float(fields[name]) for name in ("bias", "scale", "shift", "risk")}
            loaded = cls(**fields)
            if len(loaded.weights) != len(FEATURES):
                raise ValueError(f"{len(loaded.weights)} weights, not {len(FEATURES)}")
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            raise ModelError(
                f"the calibration in {origin} cannot be used ({exc}); "
                "make it anew with `dateline calibrate`, or install Dateline again."
            ) from exc
        return loaded

    @classmethod
    def packaged(cls, path: Path = PACKAGED) -> "Calibration":
        """The calibration that was fitted with the packaged reader.

        Raises:
            ModelError: The file is missing or damaged.
        """
        try:
            text = path.read_text()
        except (OSError, UnicodeDecodeError) as exc:
            raise ModelError(
                f"there is no calibration in {str(path)!r}; install Dateline again."
            ) from exc
        return cls.from_json(text, repr(str(path)))


# Weighs nothing; for collecting what a fit needs.
UNDECIDED = Calibration((0.0,) * len(FEATURES), 0.0, 0.0, -50.0, {}, 0.0, 0.0, 0, "")


def log_count(count: int) -> float:
    """Logarithm of a rank or count from 1."""
    return math.log(max(1, count))
