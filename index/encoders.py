"""Encode texts as unit vectors with ONNX Runtime; torch is never imported here.

An encoder is a folder that travels with its index: `model.onnx` (tokens in, unit vectors out),
`tokenizer.json` and `encoder.json`. `index.export` makes it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from index.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime as ort
    from tokenizers import Tokenizer

FloatArray = npt.NDArray[np.float32]

TOKENIZER_FILE = "tokenizer.json"
MODEL_FILE, WEIGHTS_FILE = "model.onnx", "model.bin"  # the second only where weights are mapped
MAX_BATCH_TOKENS = 4096
REMEDY = "make it anew with `dateline index build FOLDER --rebuild`"


class ModelCard:
    """What a model folder says of itself, in a file of its own; the fields are its heirs'.

    Attributes:
        FILE: Name of the file.
        REMEDY: What to do where it is missing or damaged.
    """

    __slots__ = ()
    FILE: ClassVar[str]
    REMEDY: ClassVar[str]

    def save(self, folder: Path) -> None:
        """Write the card into a model folder."""
        fields = asdict(self)  # type: ignore[call-overload]  # every heir is a dataclass
        (folder / self.FILE).write_text(json.dumps(fields, indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the card of a model folder.

        Raises:
            ModelError: The folder holds no readable card.
        """
        try:
            fields = json.loads((folder / cls.FILE).read_text())
            return cls(**{**fields, "inputs": tuple(fields["inputs"])})
        except (OSError, ValueError, TypeError, KeyError) as exc:
            raise ModelError(f"{str(folder)!r} holds no readable model; {cls.REMEDY}") from exc


@dataclass(frozen=True, slots=True)
class EncoderCard(ModelCard):
    """What an encoder folder says of itself.

    Attributes:
        name: Model as sentence-transformers knows it.
        sha256: Hash of the original weights; equal hashes mean equal vectors.
        dimensions: Length of a vector.
        max_tokens: Most tokens the model reads, special tokens included.
        inputs: Names of the model's inputs.
        question_prompt: What stands before a question when it is encoded.
        passage_prompt: What stands before a passage.
        model_bytes: Size of the model's files; another size means a damaged copy.
        probe_cosine: Lowest cosine to the original's vectors when it was exported.
    """

    FILE: ClassVar[str] = "encoder.json"
    REMEDY: ClassVar[str] = REMEDY

    name: str
    sha256: str
    dimensions: int
    max_tokens: int
    inputs: tuple[str, ...]
    question_prompt: str
    passage_prompt: str
    model_bytes: int
    probe_cosine: float


class Encoder(Protocol):
    """Texts in, unit vectors out; every implementation is deterministic."""

    @property
    def card(self) -> EncoderCard:
        """What the encoder is."""

    def count_tokens(self, text: str) -> int:
        """Number of the model's own tokens, without special tokens."""

    def encode(self, passages: Sequence[str]) -> FloatArray:
        """Vectors of passages, shape (n, dimensions), each of length 1."""

    def encode_question(self, question: str) -> FloatArray:
        """Vector of a question, shape (dimensions,), of length 1."""


class OnnxEncoder:
    """An encoder folder, loaded."""

    def __init__(self, folder: Path, threads: int = 2, *, pack_weights: bool = False) -> None:
        """Load it; about 0.2 s for MiniLM.

        Args:
            folder: Encoder folder.
            threads: CPU threads of the session.
            pack_weights: See `load_onnx`.

        Raises:
            ModelError: A file is missing or damaged.
        """
        self.card = EncoderCard.load(folder)
        self._session, self._tokenizer = load_onnx(
            folder, self.card.model_bytes, threads, pack_weights=pack_weights
        )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.card.max_tokens)

    def count_tokens(self, text: str) -> int:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return len(encoded.ids) + sum(len(rest.ids) for rest in encoded.overflowing)

    def encode(self, passages: Sequence[str]) -> FloatArray:
        vectors = np.empty((len(passages), self.card.dimensions), dtype=np.float32)
        prompted = [self.card.passage_prompt + passage for passage in passages]
        encoded = self._tokenizer.encode_batch_fast(prompted)
        for rows in _batches([len(item.ids) for item in encoded]):
            vectors[rows] = self._run([encoded[row].ids for row in rows])
        return vectors

    def encode_question(self, question: str) -> FloatArray:
        ids = self._tokenizer.encode(self.card.question_prompt + question).ids
        vector: FloatArray = self._run([ids])[0]
        return vector

    def _run(self, token_ids: list[list[int]]) -> FloatArray:
        """Pad to the longest and run the model once."""
        feeds = pad([(row, 0) for row in token_ids])
        (vectors,) = self._session.run(None, {name: feeds[name] for name in self.card.inputs})
        return np.asarray(vectors, dtype=np.float32)


def packed_encoder(folder: Path, threads: int) -> OnnxEncoder:
    """Open an encoder folder for many texts; see `load_onnx`."""
    return OnnxEncoder(folder, threads, pack_weights=True)


def load_onnx(
    folder: Path,
    model_bytes: int,
    threads: int,
    remedy: str = REMEDY,
    sha256: str | None = None,
    *,
    pack_weights: bool = False,
) -> tuple["ort.InferenceSession", "Tokenizer"]:
    """Load the model and the tokenizer of a folder.

    Args:
        folder: Model folder.
        model_bytes: Size that the model file must have.
        threads: CPU threads of the session.
        remedy: What the message says to do if that fails.
        sha256: Hash that the model file must have, where checking it is cheap.
        pack_weights: Copy every weight into the order in which it is used. For MiniLM that takes 27
            ms of a start, and 3 of the 6.5 ms of a question; so it is for whoever asks or encodes
            more than a few. The reader's int8 weights gain nothing by it.

    Raises:
        ModelError: A file is missing or damaged.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # its builds report to their maker by default
    import onnxruntime as ort  # 0.1 s
    from tokenizers import Tokenizer

    ort.disable_telemetry_events()
    model = folder / MODEL_FILE
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # The file was optimised when it was exported; doing it again costs 0.2 s at each start.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.disable_prepacking", str(int(not pack_weights)))
    # Threads that spin while they wait take the cores from each other where others compute: on two
    # shared cores seven passages are read in 143 ms without, in 210 with (best of 12, in turns).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        if (found := model_size(folder)) != model_bytes:
            raise ValueError(f"{found} bytes, not {model_bytes}")
        if sha256 and hashlib.sha256(model.read_bytes()).hexdigest() != sha256:
            raise ValueError("its hash is not the one on its card")
        session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return session, Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    except Exception as exc:  # both libraries raise bare Exception subclasses of their own
        raise ModelError(f"the model in {str(folder)!r} is damaged ({exc}); {remedy}") from exc


def model_size(folder: Path) -> int:
    """Bytes of a model folder's graph and weights."""
    files = (folder / MODEL_FILE, folder / WEIGHTS_FILE)
    return sum(file.stat().st_size for file in files if file.exists())


def pad(rows: Sequence[tuple[list[int], int]]) -> dict[str, npt.NDArray[np.int64]]:
    """Pad rows of token ids to the longest.

    Args:
        rows: Token ids, and where the second segment begins (0: there is none).

    Returns:
        `input_ids`, `attention_mask` and `token_type_ids`, each of shape (rows, length).
    """
    length = max(len(ids) for ids, _ in rows)
    ids = np.zeros((len(rows), length), dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for row, (tokens, second) in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
        if second:
            types[row, second : len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of like length together, so that little is padded; longest first."""
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    start = 0
    while start < len(order):
        size = max(1, MAX_BATCH_TOKENS // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size
