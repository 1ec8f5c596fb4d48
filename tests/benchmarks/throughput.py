"""Index build beside `SentenceTransformer.encode` alone on the same chunks.

`python -m tests.benchmarks.throughput FOLDER [ROUNDS]`; both use the same threads, and the build's
time includes reading, chunking, SQLite, full text and FAISS.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from index.builder import build_index
from index.chunking import ChunkSettings
from index.embedded import EmbeddedStore
from index.encoders import OnnxEncoder
from index.export import DEFAULT_MODEL, export_encoder, packaged_model
from index.filters import Filters
from index.generations import DATABASE_FILE, ENCODER_FOLDER, FolderGeneration
from index.library import Library

THREADS = 2


def main(articles: Path, rounds: int = 3) -> None:
    """Print chunks a second of both, and the ratio."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(THREADS)
    theirs = SentenceTransformer(packaged_model(), device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        encoder = export_encoder(DEFAULT_MODEL, Path(folder) / ENCODER_FOLDER, THREADS)
        built, alone = [], []
        texts: list[str] = []
        for number in range(rounds):
            path = Path(folder) / str(number)
            began = time.perf_counter()
            build_index(
                articles,
                path,
                DEFAULT_MODEL,
                ChunkSettings(),
                threads=THREADS,
                make_encoder=lambda *_: encoder,
            )
            built.append(time.perf_counter() - began)
            texts = texts or chunk_texts(path, encoder)
            began = time.perf_counter()
            theirs.encode(texts, normalize_embeddings=True)
            alone.append(time.perf_counter() - began)
    print(f"{len(texts)} chunks, median of {rounds}")
    print(f"index build                 {len(texts) / statistics.median(built):7.1f} chunks/s")
    print(f"SentenceTransformer.encode  {len(texts) / statistics.median(alone):7.1f} chunks/s")
    print(f"build / encode: {statistics.median(alone) / statistics.median(built):.2f}")


def chunk_texts(path: Path, encoder: OnnxEncoder) -> list[str]:
    """The chunks of an index, as text."""
    generation = next(path.glob("generation-*"))
    store = EmbeddedStore(generation / DATABASE_FILE)
    library = Library(FolderGeneration(generation), encoder, store)
    ids = [int(i) for i in store.allowed_chunks(Filters())]
    found = []
    for chunk in library.chunks(ids):
        article = library.article(chunk.article_id)
        assert article is not None
        found.append(article.text[chunk.start : chunk.end])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), *[int(argument) for argument in sys.argv[2:]])
