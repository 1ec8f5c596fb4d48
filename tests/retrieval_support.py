"""What the tests of retrieval and of the command line share: indexes, a scripted reader, a CLI."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result

from bot.cli import main
from index.builder import build_index
from index.chunking import ChunkSettings
from index.encoders import Encoder, OnnxEncoder
from index.export import DEFAULT_MODEL
from index.library import Library
from retrieval.answer import Citation
from retrieval.answerer import Answerer
from retrieval.confidence import FEATURES, Calibration
from retrieval.reader import Reading
from tests.support import build, open_library, write_files

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
DATELINE = (sys.executable, "-c", "from bot.cli import main; main(prog_name='dateline')")


@dataclass
class PhraseReader:
    """Finds known phrases, each with its margin, and remembers what it was asked.

    A passage with none of them reads as the real reader's "no answer": its first word, negative.
    """

    margins: Mapping[str, float]
    asked: list[str] = field(default_factory=list)
    sha256: str = "0" * 64

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        self.asked.append(question)
        return [self._read(passage) for passage in passages]

    def _read(self, passage: str) -> Reading:
        for phrase, margin in self.margins.items():
            if phrase in passage:
                start = passage.index(phrase)
                return Reading(start, start + len(phrase), margin)
        return Reading(0, len(passage.split()[0]), -9.0) if passage.split() else NOTHING


NOTHING = Reading(0, 0, -np.inf)


def margin_calibration(threshold: float = 0.5) -> Calibration:
    """The confidence is the logistic function of the reader's margin, nothing else counts."""
    return Calibration(
        weights=tuple(float(name == "margin") for name in FEATURES),
        bias=0.0,
        scale=1.0,
        shift=0.0,
        thresholds={20: threshold},
        risk=0.2,
        level=0.95,
        questions=100,
        data_sha256="0" * 64,
    )


def bridge_citation(quote: str, start: int, path: str, url: str) -> Citation:
    """A quotation from an article on a bridge, in which Ada Lind is the answer."""
    answer = start + quote.index("Ada Lind")
    return Citation(
        n=1,
        article_id="0123456789abcdef",
        title="Bridge opened",
        source="Harbour Gazette",
        author=None,
        published="2024-05-04",
        path=path,
        url=url,
        start=start,
        end=start + len(quote),
        quote=quote,
        answer_start=answer,
        answer_end=answer + len("Ada Lind"),
    )


def small_library(folder: Path, files: Mapping[str, str]) -> Library:
    """An index of `files`, without a model (`tests.support.HashEncoder`)."""
    build(write_files(folder / "articles", files), folder / "index")
    return open_library(folder / "index")


def scripted_answerer(
    folder: Path, files: Mapping[str, str], margins: Mapping[str, float]
) -> Answerer:
    """An answerer over `small_library` that knows the phrases of `PhraseReader`."""
    return Answerer(small_library(folder, files), PhraseReader(margins), margin_calibration())


def copy_encoder(encoder_folder: Path) -> Callable[[str, Path, int], Encoder]:
    """What `build_index` takes to make its encoder: one that was exported before, linked."""

    def make(_name: str, folder: Path, threads: int) -> Encoder:
        shutil.copytree(encoder_folder, folder, copy_function=os.link)
        return OnnxEncoder(folder, threads)

    return make


def build_real(articles: Path, index: Path, encoder_folder: Path) -> Path:
    """An index as `dateline index build` makes it, but for the export; returns its folder."""
    build_index(
        articles,
        index,
        DEFAULT_MODEL,
        ChunkSettings(),
        threads=1,
        make_encoder=copy_encoder(encoder_folder),
    )
    return index


def run(
    *arguments: str | Path,
    stdin: str | bytes | None = None,
    env: Mapping[str, str | None] | None = None,
) -> Result:
    """Run `dateline` in this process; whatever is no exit status is raised."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(main, words, input=stdin, env=env, prog_name="dateline")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def start(*arguments: str | Path) -> "subprocess.Popen[bytes]":
    """Start `dateline` as a process of its own, its output in pipes."""
    return subprocess.Popen(
        [*DATELINE, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
