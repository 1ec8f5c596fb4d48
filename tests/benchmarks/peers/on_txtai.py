"""txtai: its segmentation by sentences, and an index that keeps the content in SQLite."""

import shutil
from collections.abc import Iterator, Sequence

from tests.benchmarks.peers.jobs import RESUMED_CHUNKS, Job, Opened, Passage

Row = tuple[str, dict[str, str], None]


class _Embeddings:
    """An embeddings database, loaded."""

    def __init__(self, job: Job) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(str(job.index))

    def search(self, question: str, limit: int) -> Sequence[Passage]:
        found = self._embeddings.search(
            "SELECT article, text, score FROM txtai WHERE similar(:question)",
            limit,
            parameters={"question": question},
        )
        return [Passage(one["article"], one["text"]) for one in found]

    def articles(self) -> set[str]:
        rows = self._embeddings.search(
            "SELECT article FROM txtai GROUP BY article", self._embeddings.count()
        )
        return {row["article"] for row in rows}


def build(job: Job, *, hybrid: bool = False) -> int:
    """Segment, embed, save; to go on, it keeps vectors in a checkpoint by their order."""
    from txtai import Embeddings
    from txtai.pipeline import Segmentation

    segments = Segmentation(
        chunker="sentence",
        tokenizer="character",
        chunk_size=job.max_chars,
        chunk_overlap=job.overlap_chars,
    )

    def rows() -> Iterator[Row]:
        for name, file in job.files():
            for number, text in enumerate(segments(file.read_text(encoding="utf-8"))):
                yield f"{name} {number}", {"text": text, "article": name}, None

    config = {"path": str(job.model), "content": True, "hybrid": hybrid}
    checkpoint = f"{job.index}.checkpoint" if job.resume else None
    embeddings = Embeddings(config | ({"batch": RESUMED_CHUNKS} if checkpoint else {}))
    embeddings.index(rows(), checkpoint=checkpoint)
    embeddings.save(str(job.index))
    if checkpoint:
        shutil.rmtree(checkpoint)  # the next build would take these vectors for its own texts
    return int(embeddings.count())


def open_index(job: Job) -> Opened:
    """Load what was saved."""
    return _Embeddings(job)
