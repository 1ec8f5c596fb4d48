"""Another reader: exported with its own scores, used, kept, given up, or refused in one line."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import huggingface_hub.constants
import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForQuestionAnswering,
    BertConfig,
    BertForQuestionAnswering,
    BertModel,
    BertTokenizerFast,
)

from index.encoders import MODEL_FILE, TOKENIZER_FILE, pad
from index.errors import IndexFolderError, ModelError
from index.export import INPUTS
from index.folder import IndexFolder
from retrieval import reader_export
from retrieval.answerer import Answerer
from retrieval.reader import (
    MAX_TOKENS,
    PACKAGED,
    READER_FOLDER,
    OnnxReader,
    ReaderCard,
)
from retrieval.reader_export import ensure_reader
from tests.retrieval_support import build_real, run
from tests.support import write_files

pytestmark = pytest.mark.usefixtures("elsewhere")

LETTERS = [
    mark + letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789" for mark in ("", "##")
]
VOCABULARY = [
    *"[PAD] [UNK] [CLS] [SEP] [MASK] the ferry sailed at noon who".split(),
    *LETTERS,
    *"?.,",
]
QUESTION = "Who sailed at noon?"
PASSAGES = ["The ferry sailed at noon.", "Nobody else left the harbour, as far as we know. " * 40]


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Two threads that wait for each other on a busy machine take ten times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked for in the network, where it would be tried again for 70 s."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


def save_model(
    folder: Path,
    kind: type[BertForQuestionAnswering] | type[BertModel] = BertForQuestionAnswering,
    seed: int = 0,
    **options: int,
) -> Path:
    """A random BERT of one layer, with dropout as usual and no tokenizer; returns its folder."""
    torch.manual_seed(seed)
    sizes = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32, **options}
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        num_hidden_layers=1,
        **{"max_position_embeddings": MAX_TOKENS, **sizes},
    )
    kind(config).save_pretrained(folder)
    return folder


def save_tokenizer(folder: Path) -> Path:
    """A fast tokenizer that knows a few words and all letters; returns its folder."""
    write_files(folder, {"vocab.txt": "\n".join(VOCABULARY)})
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model whole, as transformers saves it."""
    return save_tokenizer(save_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one."""
    return save_tokenizer(save_model(tmp_path_factory.mktemp("models") / "other", seed=1))


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All files of a folder: when they were written, and what they hold."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file()
    }


# ---- the export


def test_the_scores_are_those_of_the_model(tiny: Path, tmp_path: Path) -> None:
    """The oracle is torch, for short and for long passages, padded; nothing else is left behind."""
    assert ensure_reader(tmp_path, str(tiny), 1)
    folder = tmp_path / READER_FOLDER
    assert {file.name for file in folder.iterdir()} == {ReaderCard.FILE, MODEL_FILE, TOKENIZER_FILE}
    assert not (tmp_path / "reader.partial").exists()
    reader = OnnxReader(folder, threads=1)
    assert (reader.card.name, reader.card.inputs) == (str(tiny), INPUTS)
    encoded = [reader.encode(QUESTION, passage) for passage in PASSAGES]
    assert len(encoded[1].ids) == MAX_TOKENS
    feeds = pad([(item.ids, item.sequence_ids.index(1)) for item in encoded])
    model = AutoModelForQuestionAnswering.from_pretrained(tiny).eval()
    with torch.no_grad():
        out = model(**{name: torch.from_numpy(feeds[name]) for name in INPUTS})
    expected = torch.stack((out.start_logits, out.end_logits), dim=-1).numpy()
    real = feeds["attention_mask"].astype(bool)
    assert np.abs(reader.logits(feeds) - expected)[real].max() < 1e-4
    for passage, reading in zip(PASSAGES, reader.read(QUESTION, PASSAGES), strict=True):
        assert 0 <= reading.start < reading.end <= len(passage)


def test_a_reader_is_exported_once(tiny: Path, other: Path, tmp_path: Path) -> None:
    """The same name changes nothing, another one does, and none gives the folder up."""
    assert not ensure_reader(tmp_path, None)
    assert ensure_reader(tmp_path, str(tiny), 1)
    before = state(tmp_path)
    assert not ensure_reader(tmp_path, str(tiny), 1)
    assert state(tmp_path) == before
    assert ensure_reader(tmp_path, str(other), 1)
    assert ReaderCard.load(tmp_path / READER_FOLDER).name == str(other)
    assert ensure_reader(tmp_path, None)
    assert not list(tmp_path.glob("reader*"))
    assert not ensure_reader(tmp_path, None)


@pytest.mark.parametrize("step", ["trace_graph", "optimise_graph", "_check"])
@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(28, "No space left on device"), IndexFolderError),
        (RuntimeError("unsupported operator\nand more"), ModelError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
    ids=["full disk", "odd model", "Ctrl-C"],
)
def test_a_broken_export_leaves_the_reader_as_it_was(
    tiny: Path,
    other: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    error: BaseException,
    told: type[BaseException],
) -> None:
    """Wherever it ends, the old reader answers on, and the next export succeeds."""
    ensure_reader(tmp_path, str(tiny), 1)
    before = state(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(reader_export, step, Mock(side_effect=error))
        with pytest.raises(told) as caught:
            ensure_reader(tmp_path, str(other), 1)
        assert "\n" not in str(caught.value)
    assert state(tmp_path) == before
    assert OnnxReader(tmp_path / READER_FOLDER, threads=1).read(QUESTION, PASSAGES)
    assert ensure_reader(tmp_path, str(other), 1)


def test_leftovers_of_a_killed_export_are_removed(tiny: Path, tmp_path: Path) -> None:
    """A half-made folder is no obstacle."""
    write_files(tmp_path / "reader.partial", {MODEL_FILE: "half"})
    assert ensure_reader(tmp_path, str(tiny), 1)
    assert [file.name for file in tmp_path.glob("reader*")] == [READER_FOLDER]


# ---- what is refused


def refusal(name: str, generation: Path) -> str:
    """The one sentence that tells why a reader is not taken; nothing of it is left behind."""
    with pytest.raises(ModelError) as told:
        ensure_reader(generation, name, 1)
    message = str(told.value)
    assert repr(name) in message
    assert "DATELINE_READER" in message
    assert "\n" not in message
    assert not list(generation.glob("reader*"))
    return message


@pytest.mark.parametrize("name", ["nobody/no-such-model", "./no/such/folder", "", "a b"])
def test_an_unknown_reader_is_one_line(tmp_path: Path, name: str) -> None:
    """It names the model and the setting to correct."""
    assert "cannot be loaded (" in refusal(name, tmp_path)


def test_a_reader_needs_a_fast_tokenizer(tmp_path: Path) -> None:
    """Neither one in Python will do, nor the empty one that transformers makes up for none."""
    slow, none = save_model(tmp_path / "slow"), save_model(tmp_path / "none")
    write_files(slow, {"tokenizer_config.json": json.dumps({"tokenizer_class": "CanineTokenizer"})})
    for folder in (slow, none):
        assert "has no fast tokenizer" in refusal(str(folder), tmp_path)


def test_a_model_that_answers_no_questions_is_refused(tmp_path: Path) -> None:
    """Transformers would give it random weights for what it lacks."""
    folder = save_tokenizer(save_model(tmp_path / "plain", BertModel))
    assert "is no question-answering model (it has no 'qa_outputs.bias')" in refusal(
        str(folder), tmp_path
    )


def test_a_model_that_cannot_read_a_whole_passage_is_refused(tmp_path: Path) -> None:
    """Else it would fail at the first long one, when somebody asks."""
    folder = save_tokenizer(save_model(tmp_path / "short", max_position_embeddings=MAX_TOKENS - 1))
    assert "cannot be exported (" in refusal(str(folder), tmp_path)


def test_scores_that_differ_are_refused(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model whose export computes something else never answers."""
    monkeypatch.setattr(reader_export, "MAX_LOGIT_DIFFERENCE", -1.0)
    assert "does not survive the export to ONNX" in refusal(str(tiny), tmp_path)


# ---- DATELINE_READER


def test_the_settings_choose_the_reader(
    tiny: Path, encoder_folder: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built with a name it is used; built again it is kept; built without, the packaged is back."""
    articles = write_files(elsewhere / "news", {"a.txt": "The ferry sailed at noon."})
    index = build_real(articles, elsewhere / "index", encoder_folder)
    folder = IndexFolder(index).current().folder / READER_FOLDER

    def build(reader: Path | None) -> str:
        name = None if reader is None else str(reader)
        environment = {"DATELINE_READER": name, "DATELINE_THREADS": "1"}
        result = run("index", "build", articles, "--index", index, env=environment)
        assert (result.exit_code, result.stderr) == (0, "")
        with_reader = Answerer.open(index, threads=1).reader
        assert isinstance(with_reader, OnnxReader)
        return with_reader.card.name

    packaged = ReaderCard.load(PACKAGED).name
    assert build(None) == packaged
    assert build(tiny) == str(tiny)
    assert run("ask", QUESTION, "--index", index).exit_code in (0, 3)
    before = state(folder)
    assert build(tiny) == str(tiny)
    assert state(folder) == before
    monkeypatch.setenv("DATELINE_READER", "nobody/no-such-model")
    result = run("index", "build", articles, "--index", index)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"dateline: the reader 'nobody/no-such-model' .*\n", result.stderr)
    assert state(folder) == before
    assert build(None) == packaged
    assert not folder.exists()
