"""The exported model encodes alike whatever the company, and a damaged one says so."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from index.encoders import MODEL_FILE, TOKENIZER_FILE, EncoderCard, OnnxEncoder, pad
from index.errors import ModelError
from tests.support import HashEncoder, make_encoder

PASSAGES = [
    "The ferry sailed at noon.",
    "a",
    "",
    "The harbour master said that it would sail, delayed since Tuesday by a storm. " * 30,
    "Вода поднялась на два метра. 水位が上がった。 😀",
    "<|endoftext|> [SEP] [MASK]",
]


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> OnnxEncoder:
    """The real MiniLM."""
    return OnnxEncoder(encoder_folder, threads=1)


def copy_of(folder: Path, target: Path) -> Path:
    """An encoder folder whose files can be replaced, but not written into: they are links."""
    target.mkdir()
    for file in folder.iterdir():
        os.link(file, target / file.name)
    return target


def replace(file: Path, content: bytes) -> None:
    """Put another file in the place of a link."""
    file.unlink()
    file.write_bytes(content)


def test_vectors_have_length_one(encoder: OnnxEncoder) -> None:
    """Inner products of passages and questions are cosines, also of cut and empty texts."""
    vectors = encoder.encode(PASSAGES)
    assert vectors.shape == (len(PASSAGES), encoder.card.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(encoder.encode_question("When?")) == pytest.approx(1, abs=1e-5)
    assert encoder.encode([]).shape == (0, encoder.card.dimensions)


def test_a_batch_equals_its_members(encoder: OnnxEncoder) -> None:
    """Padding and order in a batch leave no trace in the vectors."""
    batch = encoder.encode(PASSAGES)
    single = np.concatenate([encoder.encode([passage]) for passage in PASSAGES])
    backwards = encoder.encode(PASSAGES[::-1])[::-1]
    assert batch == pytest.approx(single, abs=1e-5)
    assert batch == pytest.approx(backwards, abs=1e-5)


def test_encoding_is_deterministic(encoder: OnnxEncoder, encoder_folder: Path) -> None:
    """The same passages give the same bytes, also in another session."""
    again = OnnxEncoder(encoder_folder, threads=1).encode(PASSAGES)
    assert encoder.encode(PASSAGES).tobytes() == again.tobytes()


def test_meaning_decides_nearness(encoder: OnnxEncoder) -> None:
    """A question is nearer to the passage that answers it, though they share hardly a word."""
    question = encoder.encode_question("At what time did the boat leave?")
    answer, other = encoder.encode(["The ferry sailed at noon.", "The time for taxes did come."])
    assert question @ answer > question @ other


def test_tokens_are_counted_beyond_what_the_model_reads(
    encoder: OnnxEncoder, encoder_folder: Path
) -> None:
    """The count is that of the whole text, so that a chunk that would be cut is noticed."""
    tokenizer = Tokenizer.from_file(str(encoder_folder / TOKENIZER_FILE))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for passage in [*PASSAGES, "word " * 255, "word " * 256, "word " * 257]:
        ids = tokenizer.encode(passage, add_special_tokens=False).ids
        assert encoder.count_tokens(passage) == len(ids)
    assert encoder.count_tokens(PASSAGES[3]) > encoder.card.max_tokens


def test_a_card_is_read_back(tmp_path: Path) -> None:
    """Every field of a card survives the file, tuples included."""
    card = EncoderCard("a/b", "0" * 64, 8, 256, ("input_ids",), "query: ", "passage: ", 5, 0.99999)
    card.save(tmp_path)
    assert EncoderCard.load(tmp_path) == card


@pytest.mark.parametrize(
    "card",
    [None, "", "{", "[]", "null", "{}", '{"inputs": 3}', '{"inputs": [], "more": 1}', "\xff"],
)
def test_an_unreadable_card_is_a_model_error(tmp_path: Path, card: str | None) -> None:
    """A folder without a whole card names itself and the command that makes it anew."""
    if card is not None:
        (tmp_path / EncoderCard.FILE).write_text(card, encoding="latin-1")
    with pytest.raises(
        ModelError, match="holds no readable model; make it anew with `dateline index build"
    ):
        OnnxEncoder(tmp_path)


@pytest.mark.parametrize("file", [MODEL_FILE, TOKENIZER_FILE])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "zeros"])
def test_a_damaged_model_is_a_model_error(
    encoder_folder: Path, tmp_path: Path, file: str, damage: str
) -> None:
    """A file that is gone, cut or overwritten gives one line with the command that repairs it."""
    folder = copy_of(encoder_folder, tmp_path / "encoder")
    size = (folder / file).stat().st_size
    with (folder / file).open("rb") as model:
        head = model.read(1000)
    replace(folder / file, head if damage == "cut" else b"")
    if damage == "zeros":
        os.truncate(folder / file, size)
    if damage == "missing":
        (folder / file).unlink()
    with pytest.raises(
        ModelError, match=r"is damaged .*`dateline index build FOLDER --rebuild`"
    ) as e:
        OnnxEncoder(folder)
    assert "\n" not in str(e.value)


def test_a_card_of_another_model_is_noticed(encoder_folder: Path, tmp_path: Path) -> None:
    """The size that the card states must be the model's."""
    folder = copy_of(encoder_folder, tmp_path / "encoder")
    fields = json.loads((folder / EncoderCard.FILE).read_text())
    replace(folder / EncoderCard.FILE, json.dumps({**fields, "model_bytes": 7}).encode())
    with pytest.raises(ModelError, match="bytes, not 7"):
        OnnxEncoder(folder)


def test_pad_fills_to_the_longest() -> None:
    """Padding is masked, and token types tell the second segment."""
    padded = pad([([5, 6, 7], 2), ([8], 0)])
    assert padded["input_ids"].tolist() == [[5, 6, 7], [8, 0, 0]]
    assert padded["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert padded["token_type_ids"].tolist() == [[0, 0, 1], [0, 0, 0]]


def test_the_encoder_of_the_tests_keeps_the_protocol(tmp_path: Path) -> None:
    """HashEncoder is what other tests rely on: unit vectors, and like texts alike."""
    encoder = make_encoder("a", tmp_path / "encoder", 1)
    assert isinstance(encoder, HashEncoder)
    vectors = encoder.encode(["The ferry sailed.", "A ferry sailed.", "Taxes rose again."])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert encoder.encode_question("The ferry sailed.") == pytest.approx(vectors[0])
