"""Turn a checkpoint of `train_reader` into the int8 ONNX reader that ships with the package.

`python -m retrieval.training.export_reader CHECKPOINT --encoder FOLDER --to FOLDER`; with
`--keep-fp32` the unquantised model is written beside it, so that both can be evaluated.
"""

import argparse
import hashlib
import shutil
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from index.encoders import MODEL_FILE, TOKENIZER_FILE
from index.export import INPUTS, optimise_graph, trace_graph
from retrieval.reader import ReaderCard
from retrieval.training.train_reader import load_model


class SpanLogits(torch.nn.Module):  # type: ignore[misc]  # torch is not read by mypy
    """A question-answering model as a function of plain tensors: (batch, length, start and end)."""

    def __init__(self, model: torch.nn.Module, names: tuple[str, ...]) -> None:
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        out = self.model(**dict(zip(self.names, tensors, strict=True)))
        return torch.stack((out.start_logits, out.end_logits), dim=-1)


def export_reader(
    model: torch.nn.Module, name: str, tokenizer_file: Path, folder: Path, *, fp32: bool = False
) -> ReaderCard:
    """Export a question-answering model to a reader folder.

    Args:
        model: Takes `INPUTS`, returns start and end logits.
        name: What the card calls it.
        tokenizer_file: Its `tokenizer.json`.
        folder: Reader folder to fill.
        fp32: Leave the weights unquantised.
    """
    folder.mkdir(parents=True, exist_ok=True)
    raw, small = folder / "raw.onnx", folder / "small.onnx"
    sample = {key: torch.ones(2, 12, dtype=torch.long) for key in INPUTS}
    trace_graph(SpanLogits(model.eval(), INPUTS), sample, raw, ("logits", {0, 1}))
    if not fp32:
        # AVX2 adds pairs of 8-bit products in 16 bits: 7-bit weights cannot overflow there.
        quantize_dynamic(
            raw, small, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
    optimise_graph(raw if fp32 else small, folder / MODEL_FILE)
    raw.unlink()
    small.unlink(missing_ok=True)
    shutil.copyfile(tokenizer_file, folder / TOKENIZER_FILE)
    data = (folder / MODEL_FILE).read_bytes()
    card = ReaderCard(name, hashlib.sha256(data).hexdigest(), INPUTS, len(data))
    card.save(folder)
    return card


def main() -> None:
    """Export the averaged weights of a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--encoder", type=Path, required=True, help="folder training started from")
    parser.add_argument("--to", type=Path, required=True, help="reader folder to fill")
    parser.add_argument("--keep-fp32", type=Path, help="second folder, for the unquantised model")
    arguments = parser.parse_args()
    state = torch.load(arguments.checkpoint, weights_only=True)
    model = load_model(str(arguments.encoder))
    model.load_state_dict(state["model"], strict=False)
    model.load_state_dict(state["average"], strict=False)
    tokenizer = arguments.encoder / TOKENIZER_FILE
    examples = state["position"]["examples"]
    name = f"dateline-reader ({examples:,} examples)"
    print(export_reader(model, name, tokenizer, arguments.to))
    if arguments.keep_fp32:
        print(export_reader(model, name, tokenizer, arguments.keep_fp32, fp32=True))


if __name__ == "__main__":
    main()
