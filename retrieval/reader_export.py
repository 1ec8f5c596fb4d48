"""Export a question-answering model to a reader folder, and prove that its scores agree.

Imports torch, so nothing that answers questions imports this; `dateline index build` does, where
`DATELINE_READER` names a model of the user's own.
"""

import hashlib
import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.encoders import MODEL_FILE, TOKENIZER_FILE, pad
from index.errors import DatelineError, IndexFolderError, ModelError
from index.export import INPUTS, optimise_graph, trace_graph
from retrieval.reader import READER_FOLDER, OnnxReader, ReaderCard

if TYPE_CHECKING:
    import torch

MAX_LOGIT_DIFFERENCE = 1e-3
PROBES = (
    ("Who sailed at noon?", "The ferry, delayed since Tuesday by a storm, sailed at noon."),
    # as long as any passage, so that a model that cannot read so far is found out here
    ("How many?", "Zürich, 3 March: the council voted 41 to 7, with two abstentions. " * 40),
)


def ensure_reader(generation: Path, name: str | None, threads: int = 2) -> bool:
    """Make a generation's reader the one that the settings name.

    Args:
        generation: Folder of a generation of the index.
        name: Name or folder of a model; None for the packaged reader.
        threads: CPU threads for the check.

    Returns:
        Whether anything changed.

    Raises:
        ModelError: The model cannot be loaded or exported.
        IndexFolderError: The folder cannot be written.
    """
    folder = generation / READER_FOLDER
    if name is None:
        changed = folder.exists()
        shutil.rmtree(folder, ignore_errors=True)
        return changed
    if folder.exists() and ReaderCard.load(folder).name == name:
        return False
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    model, tokenizer = _load(name)
    names = tuple(key for key in INPUTS if key in tokenizer.model_input_names)
    partial.mkdir()
    try:
        tokenizer.backend_tokenizer.save(str(partial / TOKENIZER_FILE))
        export_reader(model, name, names, partial)
        _check(model, name, names, OnnxReader(partial, threads))
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(partial, folder)
    except DatelineError:
        raise
    except OSError as exc:
        raise IndexFolderError(
            f"{str(generation)!r} cannot be written: {exc.strerror or exc}; "
            "its reader is as it was."
        ) from exc
    except Exception as exc:  # torch and ONNX Runtime raise whatever the model makes them raise
        raise ModelError(
            f"the reader {name!r} cannot be exported ({_first_line(exc)}); "
            "choose another DATELINE_READER."
        ) from exc
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def export_reader(
    model: "torch.nn.Module", name: str, names: tuple[str, ...], folder: Path, *, int8: bool = False
) -> ReaderCard:
    """Write `model.onnx` and the card of a reader folder; the tokenizer is the caller's.

    Args:
        model: Returns `start_logits` and `end_logits`, each of shape (batch, length).
        name: What the card calls it.
        names: Names of its inputs.
        folder: Reader folder, which exists.
        int8: Quantise the weights, for a quarter of the size.
    """
    import torch

    class SpanLogits(torch.nn.Module):  # type: ignore[misc]  # torch is not read by mypy
        """The model as a function of plain tensors: (batch, length, start and end)."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model.eval()

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            out = self.model(**dict(zip(names, tensors, strict=True)))
            return torch.stack((out.start_logits, out.end_logits), dim=-1)

    raw, small = folder / "raw.onnx", folder / "small.onnx"
    sample = {key: torch.ones(2, 12, dtype=torch.long) for key in names}
    # The tracer gives a module back in the mode in which it came: a wrapper left in training
    # mode would turn the model's dropout on, and no later score would agree.
    trace_graph(SpanLogits().eval(), sample, raw, ("logits", {0, 1}))
    if int8:
        from onnxruntime.quantization import QuantType, quantize_dynamic

        # AVX2 adds pairs of 8-bit products in 16 bits: 7-bit weights cannot overflow there.
        quantize_dynamic(
            raw, small, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    optimise_graph(small if int8 else raw, folder / MODEL_FILE)
    raw.unlink()
    small.unlink(missing_ok=True)
    data = (folder / MODEL_FILE).read_bytes()
    card = ReaderCard(name, hashlib.sha256(data).hexdigest(), names, len(data))
    card.save(folder)
    return card


def _load(name: str) -> tuple["torch.nn.Module", Any]:
    """Load model and tokenizer in torch, quietly."""
    logging.getLogger("transformers").setLevel(logging.ERROR)
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model, found = AutoModelForQuestionAnswering.from_pretrained(
            name, attn_implementation="sdpa", output_loading_info=True
        )
    except Exception as exc:  # it raises whatever the hub, the files or the model code raise
        raise ModelError(
            f"the reader {name!r} cannot be loaded ({_first_line(exc)}); "
            "check DATELINE_READER, or unset it for the packaged reader."
        ) from exc
    if found["missing_keys"]:  # transformers makes up random ones, with a warning at most
        raise ModelError(
            f"{name!r} is no question-answering model (it has no "
            f"{min(found['missing_keys'])!r}); choose another DATELINE_READER."
        )
    # Where a folder holds no tokenizer, transformers makes up one that knows no word.
    knows = len(tokenizer) > len(tokenizer.all_special_ids)
    if getattr(tokenizer, "backend_tokenizer", None) is None or not knows:
        raise ModelError(f"{name!r} has no fast tokenizer; choose another DATELINE_READER.")
    return model.eval(), tokenizer


def _first_line(exc: Exception) -> str:
    return str(exc).splitlines()[0] if str(exc) else type(exc).__name__


def _check(model: "torch.nn.Module", name: str, names: tuple[str, ...], reader: OnnxReader) -> None:
    """Compare the logits of the probes."""
    import torch

    for question, passage in PROBES:
        encoded = reader.encode(question, passage)
        feeds = pad([(encoded.ids, encoded.sequence_ids.index(1))])
        with torch.no_grad():
            out = model(**{key: torch.from_numpy(feeds[key]) for key in names})
        ours = reader.logits(feeds)
        theirs = torch.stack((out.start_logits, out.end_logits), dim=-1).numpy()
        difference = float(np.abs(ours - theirs).max())
        if difference > MAX_LOGIT_DIFFERENCE:
            raise ModelError(
                f"{name!r} does not survive the export to ONNX (its scores differ by "
                f"{difference:.4f}); choose another DATELINE_READER."
            )
