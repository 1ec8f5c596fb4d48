"""What was encoded once is not encoded again, until the change that needs it is whole."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.builder import build as build_folders
from index.encoders import Encoder, EncoderCard, FloatArray
from index.errors import IndexMissingError
from index.filters import Filters
from index.generations import ENCODED_FILE
from index.remembering import LEAST_KEPT, RememberingEncoder
from index.writer import IndexWriter
from tests.support import DIMENSIONS, MODEL, RECIPE, HashEncoder, contents, open_library
from tests.support import write_files as write

TEXTS = [f"The ferry number {n} sailed at noon." for n in range(2 * LEAST_KEPT)]


class CountingEncoder(HashEncoder):
    """Knows how many passages it has encoded, and is interrupted after some."""

    def __init__(self, card: EncoderCard, last: int = 10**9) -> None:
        super().__init__(card)
        self.encoded, self._last = 0, last

    def encode(self, passages: Sequence[str]) -> FloatArray:
        if self.encoded + len(passages) > self._last:
            raise KeyboardInterrupt
        self.encoded += len(passages)
        return super().encode(passages)


def counting(sha256: str = "0" * 64, last: int = 10**9) -> CountingEncoder:
    """Such an encoder of some model."""
    card = EncoderCard(MODEL, sha256, DIMENSIONS, 256, (), "", "", 0, 1.0)
    return CountingEncoder(card, last)


def test_vectors_are_those_of_the_encoder(tmp_path: Path) -> None:
    """Whether they are new, held, or some of both."""
    first, again = counting(), counting()
    wanted = HashEncoder(first.card).encode(TEXTS)
    kept = RememberingEncoder(first, tmp_path / "kept").encode(TEXTS[:LEAST_KEPT])
    np.testing.assert_array_equal(kept, wanted[:LEAST_KEPT])
    both = RememberingEncoder(again, tmp_path / "kept").encode(TEXTS[::-1])
    np.testing.assert_array_equal(both, wanted[::-1])
    assert (first.encoded, again.encoded) == (LEAST_KEPT, LEAST_KEPT)


def test_another_model_encodes_for_itself(tmp_path: Path) -> None:
    """The vectors of one are of no use to another."""
    RememberingEncoder(counting(), tmp_path / "kept").encode(TEXTS)
    other = counting("1" * 64)
    RememberingEncoder(other, tmp_path / "kept").encode(TEXTS)
    assert other.encoded == len(TEXTS)


def test_a_few_passages_are_not_kept(tmp_path: Path) -> None:
    """Adding an article makes no file."""
    RememberingEncoder(counting(), tmp_path / "kept").encode(TEXTS[: LEAST_KEPT - 1])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 99])
def test_a_damaged_file_is_done_without(tmp_path: Path, damage: bytes) -> None:
    """It is removed, and all is encoded."""
    RememberingEncoder(counting(), tmp_path / "kept").encode(TEXTS)
    (tmp_path / "kept").write_bytes(damage)
    encoder = counting()
    vectors = RememberingEncoder(encoder, tmp_path / "kept").encode(TEXTS)
    np.testing.assert_array_equal(vectors, HashEncoder(encoder.card).encode(TEXTS))
    assert encoder.encoded == len(TEXTS)


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    """Nothing is kept, and nothing fails."""
    remembering = RememberingEncoder(counting(), tmp_path / "nowhere" / "kept")
    assert len(remembering.encode(TEXTS)) == len(TEXTS)


def test_a_build_that_was_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    """Nothing of it is seen; the next one encodes the rest, and gives what one alone gives."""
    articles = write(
        tmp_path / "articles", {f"{n:04}.txt": f"Boat {n} left the port." for n in range(900)}
    )
    cut, last = counting(last=600), counting()

    def writer(encoder: Encoder, index: Path) -> IndexWriter:
        def make(name: str, folder: Path, threads: int) -> Encoder:
            folder.mkdir()
            encoder.card.save(folder)
            return encoder

        return IndexWriter(index, replace(RECIPE, make_encoder=make))

    with pytest.raises(KeyboardInterrupt):
        build_folders(writer(cut, tmp_path / "index"), [articles])
    with pytest.raises(IndexMissingError):
        open_library(tmp_path / "index")
    build_folders(writer(last, tmp_path / "index"), [articles])
    assert (cut.encoded, last.encoded) == (512, 900 - 512)
    assert not (tmp_path / "index" / ENCODED_FILE).exists()
    build_folders(writer(counting(), tmp_path / "alone"), [articles])
    one, other = (contents(tmp_path / index) for index in ("index", "alone"))
    assert [len(table) for table in one] == [len(table) for table in other]
    vectors = [
        open_library(tmp_path / index).nearest("boat 7", 9, Filters())
        for index in ("index", "alone")
    ]
    assert vectors[0] == vectors[1]
