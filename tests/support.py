"""Small real things that several tests share: an encoder without a model, folders, an oracle."""

import re
import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from index.builder import build as build_folders
from index.builder import build_index
from index.chunking import ChunkSettings
from index.embedded import EmbeddedStore
from index.encoders import Encoder, EncoderCard, FloatArray
from index.folder import IndexFolder
from index.generations import DATABASE_FILE, ENCODER_FOLDER
from index.intake import BuildReport, Progress
from index.library import Expected, Library, open_store
from index.location import Location
from index.places import open_place
from index.writer import IndexWriter, Recipe

MODEL, DIMENSIONS = "tests/hashed-words", 64
CHUNKING = ChunkSettings(48, 12)


class HashEncoder:
    """Counts the words of a text by their hashes: like texts get like vectors, without a model."""

    def __init__(self, card: EncoderCard) -> None:
        self.card = card

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def encode(self, passages: Sequence[str]) -> FloatArray:
        return np.stack([self.encode_question(passage) for passage in passages])

    def encode_question(self, question: str) -> FloatArray:
        vector = np.full(DIMENSIONS, 0.01, dtype=np.float32)
        for word in re.findall(r"\w+", question.lower()):
            vector[zlib.crc32(word.encode()) % DIMENSIONS] += 1
        unit: FloatArray = vector / np.linalg.norm(vector)
        return unit


def make_encoder(name: str, folder: Path, threads: int) -> Encoder:
    """Write the encoder folder of a HashEncoder, as `index.export.export_encoder` does."""
    folder.mkdir()
    EncoderCard(name, "0" * 64, DIMENSIONS, 256, (), "", "", 0, 1.0).save(folder)
    return open_encoder(folder, threads)


def open_encoder(folder: Path, threads: int) -> Encoder:
    """Open such a folder; a HashEncoder needs no threads."""
    return HashEncoder(EncoderCard.load(folder))


RECIPE = Recipe(MODEL, CHUNKING, make_encoder=make_encoder, open_encoder=open_encoder)


def build(
    articles: Path | Sequence[Path],
    index: Location,
    *,
    chunking: ChunkSettings = CHUNKING,
    model: str = MODEL,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Build an index with HashEncoder."""
    return build_index(
        articles,
        index,
        model,
        chunking,
        rebuild=rebuild,
        progress=progress,
        make_encoder=make_encoder,
        open_encoder=open_encoder,
    )


def index_writer(index: Location, model: str = MODEL) -> IndexWriter:
    """A writer of such an index."""
    return IndexWriter(index, replace(RECIPE, model=model))


def writer_at(day: str, index: Location, recipe: Recipe = RECIPE) -> IndexWriter:
    """A writer whose changes happen at noon (UTC) of a day (YYYY-MM-DD)."""
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return IndexWriter(index, replace(recipe, clock=lambda: noon))


def build_at(
    day: str, articles: Path | Sequence[Path], index: Location, recipe: Recipe = RECIPE
) -> BuildReport:
    """Make an index match folders as they are, as if it were noon of a day (YYYY-MM-DD).

    Edit, add and remove files between two calls, and the index has had them on those days.
    """
    folders = [articles] if isinstance(articles, Path) else articles
    return build_folders(writer_at(day, index, recipe), folders)


def open_library(index: Location, expected: Expected | None = None) -> Library:
    """Open such an index."""
    generation = open_place(index).current()
    store = open_store(generation, expected or Expected())
    return Library(generation, open_encoder(generation.folder / ENCODER_FOLDER, 1), store)


def path_of(writer: IndexWriter) -> Path:
    """The index folder that a writer changes."""
    assert isinstance(writer.place, IndexFolder)
    return writer.place.path


def embedded(library: Library) -> EmbeddedStore:
    """The store of an index folder, with what others have not."""
    assert isinstance(library.store, EmbeddedStore)
    return library.store


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write texts to files, folders made as needed; returns the folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def contents(index: Path) -> list[list[tuple[object, ...]]]:
    """All that the live generation holds, read by plain SQL, after SQLite has checked it.

    The checks: pages and keys, every foreign key, every word of the full-text index.
    """
    with closing(sqlite3.connect(IndexFolder(index).current().folder / DATABASE_FILE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        database.execute(
            "INSERT INTO chunk_words (chunk_words, rank) VALUES ('integrity-check', 1)"
        )
        database.rollback()
        return [
            database.execute(query).fetchall()
            for query in (
                "SELECT * FROM articles WHERE live ORDER BY id",
                "SELECT * FROM files ORDER BY path",
                "SELECT path, file, article_id FROM versions WHERE until IS NULL ORDER BY path",
                "SELECT article_id, story_id FROM story_articles ORDER BY article_id",
                "SELECT article_id, start, end, vector FROM chunks ORDER BY article_id, start",
            )
        ]
