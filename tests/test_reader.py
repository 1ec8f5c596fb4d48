"""The packaged reader on any text, and what is said when its folder is damaged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.encoders import MODEL_FILE, TOKENIZER_FILE
from index.errors import ModelError
from retrieval.reader import PACKAGED, OnnxReader, ReaderCard

PASSAGE = "Vice-Admiral Bertram Ramsay directed the operation from tunnels under Dover Castle."
SCRIPTS = st.lists(
    st.sampled_from(
        [
            "Putin said so. ",
            "e\u0301\u0323",
            "👩\u200d👩\u200d👧",
            "👍🏽",
            "🇫🇷",
            "مرحبا بالعالم ",
            "水位が上がった。",
            "नमस्ते ",
            "\u202eabc\u202c ",
            "<div><br/></div>",
            "\u0301\u0301",
            "\u200d",
            " \n\t",
            "x" * 120,
            "ﬁ",
            "İ",
        ]
    )
    | st.text(max_size=8),
    max_size=12,
).map("".join)


@hypothesis_settings(max_examples=40)
@given(SCRIPTS, st.lists(SCRIPTS, max_size=3))
@example("", [""])
@example("?! " * 700, [PASSAGE])
@example("🙂" * 2000, [PASSAGE, ""])
@example("a" * 2000, [PASSAGE])
@example("Who?", ["and so it went on, " * 500])
@example("Who?", ["<p><b></b></p>" * 200, "\u0301\u0301", "\u200d\ufeff\u00ad"])
def test_every_span_lies_within_its_passage(
    reader: OnnxReader, question: str, passages: list[str]
) -> None:
    """One reading a passage, in order, whatever the texts; only an empty span has no margin."""
    readings = reader.read(question, passages)
    assert len(readings) == len(passages)
    for reading, passage in zip(readings, passages, strict=True):
        assert 0 <= reading.start <= reading.end <= len(passage)
        assert np.isfinite(reading.margin) == (reading.start < reading.end)


def test_the_answer_stands_out(reader: OnnxReader) -> None:
    """The exact words with a positive margin; a passage that does not tell has a negative one."""
    told, untold = reader.read(
        "Who directed the operation?", [PASSAGE, "Storage of the seeds is free of charge."]
    )
    assert "Bertram Ramsay" in PASSAGE[told.start : told.end]
    assert told.margin > 0 > untold.margin


def test_a_passage_is_judged_by_itself(reader: OnnxReader) -> None:
    """Longer passages beside it change neither where the answer stands nor whether there is one.

    Its borders and its margin may move a little: int8 rounds by the largest value of a batch.
    """
    question = "Who directed the operation?"
    (alone,) = reader.read(question, [PASSAGE])
    together, _, without = reader.read(question, [PASSAGE, "The ferry sailed. " * 60, "So be it."])
    assert max(alone.start, together.start) < min(alone.end, together.end)
    assert alone.margin > 0 > without.margin
    assert together.margin == pytest.approx(alone.margin, abs=2)


def test_what_is_asked_first_is_read(reader: OnnxReader) -> None:
    """Of a question that is far too long, the first 64 tokens count."""
    question = "Who directed the operation?"
    (short,) = reader.read(question + " Tell me." * 30, [PASSAGE])
    (long,) = reader.read(question + " Tell me." * 200, [PASSAGE])
    assert (short.start, short.end, short.margin) == (long.start, long.end, long.margin)


def copied(folder: Path) -> Path:
    """A copy of the packaged reader."""
    return Path(shutil.copytree(PACKAGED, folder / "reader"))


def truncate(folder: Path) -> None:
    """Cut the model off in the middle, as an interrupted copy does."""
    with (folder / MODEL_FILE).open("r+b") as model:
        model.truncate(1_000_000)


def garble(folder: Path) -> None:
    """Replace the model by noise of the size that the card states."""
    (folder / MODEL_FILE).write_bytes(b"noise" * 100)
    card = json.loads((folder / ReaderCard.FILE).read_text())
    (folder / ReaderCard.FILE).write_text(json.dumps({**card, "model_bytes": 500}))


def append(folder: Path) -> None:
    """Make the model a byte longer."""
    with (folder / MODEL_FILE).open("ab") as model:
        model.write(b"\0")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "model truncated": truncate,
    "model of noise": garble,
    "model too long": append,
    "model missing": lambda folder: (folder / MODEL_FILE).unlink(),
    "tokenizer missing": lambda folder: (folder / TOKENIZER_FILE).unlink(),
    "tokenizer damaged": lambda folder: (folder / TOKENIZER_FILE).write_text("{"),
    "card missing": lambda folder: (folder / ReaderCard.FILE).unlink(),
    "card not JSON": lambda folder: (folder / ReaderCard.FILE).write_text("{"),
    "card not text": lambda folder: (folder / ReaderCard.FILE).write_bytes(b"\xff\xfe\xff"),
    "card of another kind": lambda folder: (folder / ReaderCard.FILE).write_text('{"inputs": []}'),
    "card no object": lambda folder: (folder / ReaderCard.FILE).write_text("[1]"),
    "folder missing": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_reader_is_told_in_one_sentence(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    """It names the folder and what to do; no library's own error reaches the user."""
    folder = copied(tmp_path)
    damage(folder)
    with pytest.raises(ModelError) as caught:
        OnnxReader(folder, threads=1)
    message = str(caught.value)
    assert "\n" not in message
    assert repr(str(folder)) in message
    assert "install Dateline again" in message


def test_a_card_survives_saving(tmp_path: Path) -> None:
    """What is saved is what is loaded."""
    card = ReaderCard("some reader", "0" * 64, ("input_ids", "attention_mask"), 12)
    card.save(tmp_path)
    assert ReaderCard.load(tmp_path) == card


def test_reader_of_another_hash_is_refused(tmp_path: Path) -> None:
    """One flipped byte of the weights is a damaged reader, although the size is right."""
    folder = tmp_path / "reader"
    shutil.copytree(PACKAGED, folder)
    data = bytearray((folder / MODEL_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / MODEL_FILE).write_bytes(data)
    with pytest.raises(ModelError, match="hash"):
        OnnxReader(folder)
