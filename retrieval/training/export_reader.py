"""Turn a checkpoint of `train_reader` into the int8 ONNX reader that ships with the package.

`python -m retrieval.training.export_reader CHECKPOINT --encoder FOLDER --to FOLDER`; with
`--fp32 FOLDER` the unquantised model is written as well, so that both can be evaluated.
"""

import argparse
import shutil
from pathlib import Path

import torch

from index.encoders import TOKENIZER_FILE
from index.export import INPUTS
from retrieval.reader_export import export_reader
from retrieval.training.train_reader import load_model


def main() -> None:
    """Export the averaged weights of a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--encoder", type=Path, required=True, help="folder training started from")
    parser.add_argument("--to", type=Path, required=True, help="reader folder to fill")
    parser.add_argument("--fp32", type=Path, help="second folder, for the unquantised model")
    arguments = parser.parse_args()
    state = torch.load(arguments.checkpoint, weights_only=True)
    model = load_model(str(arguments.encoder))
    model.load_state_dict(state["model"], strict=False)
    model.load_state_dict(state["average"], strict=False)
    name = f"dateline-reader ({state['position']['examples']:,} examples)"
    for folder in (arguments.to, arguments.fp32):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(arguments.encoder / TOKENIZER_FILE, folder / TOKENIZER_FILE)
            print(export_reader(model, name, INPUTS, folder, int8=folder == arguments.to))


if __name__ == "__main__":
    main()
