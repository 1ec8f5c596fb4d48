"""Read a question with passages: where in each the answer stands, and how sure that looks.

The reader is an extractive question-answering model in ONNX; `retrieval/reader_model/` holds the
one that ships, its card says how it was trained. A passage without the answer scores a negative
margin (Devlin et al. 2019, section 4.3: best span score minus the score of "no answer").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from index.encoders import FloatArray, ModelCard, load_onnx, pad
from retrieval.spans import best_span

if TYPE_CHECKING:
    from tokenizers import Encoding

PACKAGED = Path(__file__).parent / "reader_model"
READER_FOLDER = "reader"  # in a generation of the index, where the settings name another model
REMEDY = (
    "install Dateline again, or run `dateline index build FOLDER --rebuild` if DATELINE_READER "
    "names another"
)
MAX_QUESTION_TOKENS = 64
MAX_TOKENS = 384


@dataclass(frozen=True, slots=True)
class ReaderCard(ModelCard):
    """What a reader folder says of itself; see `index.encoders.EncoderCard`."""

    FILE: ClassVar[str] = "reader.json"
    REMEDY: ClassVar[str] = REMEDY

    name: str
    sha256: str
    inputs: tuple[str, ...]
    model_bytes: int


def has_reader(generation: Path, name: str | None) -> bool:
    """Whether a generation's own reader is the one named; None names the packaged one."""
    folder = generation / READER_FOLDER
    if name is None or not folder.exists():
        return name is None and not folder.exists()
    return ReaderCard.load(folder).name == name


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage.

    Attributes:
        start: First character of the best span, within the passage.
        end: Character after its last.
        margin: Score of the span minus score of "no answer" (log-odds like, unbounded).
    """

    start: int
    end: int
    margin: float


class Reader(Protocol):
    """Question and passages in, one reading a passage out.

    Attributes:
        sha256: Hash of its weights; confidence is fitted to one reader and to no other.
    """

    sha256: str

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Find the best span in each passage; it lies within the passage, whatever the text."""


class OnnxReader:
    """A reader folder, loaded."""

    def __init__(self, folder: Path = PACKAGED, threads: int = 2) -> None:
        """Load it; about 0.1 s.

        Args:
            folder: Reader folder.
            threads: CPU threads of the session.

        Raises:
            ModelError: A file is missing or damaged.
        """
        self.card = ReaderCard.load(folder)
        self.sha256 = self.card.sha256
        self._session, self._tokenizer = load_onnx(
            folder, self.card.model_bytes, threads, REMEDY, self.card.sha256
        )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        if not passages:
            return []
        asked = self._cut_question(question)
        encoded = [self.encode(asked, passage) for passage in passages]
        seconds = [item.sequence_ids.index(1) if 1 in item.sequence_ids else 0 for item in encoded]
        rows = [(item.ids, second) for item, second in zip(encoded, seconds, strict=True)]
        logits = self.logits(pad(rows))
        found = []
        for item, first, scores in zip(encoded, seconds, logits, strict=True):
            stop = first + item.sequence_ids.count(1) if first else 0
            null = float(scores[0].sum())
            if stop <= first:
                found.append(Reading(0, 0, -np.inf))
                continue
            score, a, b = best_span(scores[:, 0], scores[:, 1], first, stop)
            found.append(Reading(item.offsets[a][0], item.offsets[b][1], score - null))
        return found

    def encode(self, question: str, passage: str) -> "Encoding":
        """Token ids of the pair, cut at `MAX_TOKENS` in the passage."""
        return self._tokenizer.encode(question, passage)

    def logits(self, feeds: dict[str, npt.NDArray[np.int64]]) -> FloatArray:
        """Start and end logits, shape (rows, length, 2)."""
        (scores,) = self._session.run(None, {name: feeds[name] for name in self.card.inputs})
        return np.asarray(scores, dtype=np.float32)

    def _cut_question(self, question: str) -> str:
        """The first `MAX_QUESTION_TOKENS` tokens of the question, as text."""
        # The tokenizer is told to cut the second of two texts, and refuses a long single one.
        offsets = self._tokenizer.encode("", question, add_special_tokens=False).offsets
        if len(offsets) <= MAX_QUESTION_TOKENS:
            return question
        return question[: offsets[MAX_QUESTION_TOKENS - 1][1]]
