"""Haystack with FAISS: its converter, its recursive splitter, and its FAISS document store."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.peers.jobs import Job, Opened, Passage

DIMENSIONS = 384


class _Pipeline:
    """A store, loaded, and the pipeline that asks it."""

    def __init__(self, job: Job) -> None:
        from haystack import Pipeline
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersTextEmbedder,
        )
        from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever

        self._store = _store(job)
        if not self._store.count_documents():  # it makes an empty one where none was saved
            raise FileNotFoundError(f"no documents in {job.index}")
        self._pipeline = Pipeline()
        self._pipeline.add_component("embedder", SentenceTransformersTextEmbedder(**_model(job)))
        self._pipeline.add_component(
            "retriever", FAISSEmbeddingRetriever(document_store=self._store)
        )
        self._pipeline.connect("embedder.embedding", "retriever.query_embedding")

    def search(self, question: str, limit: int) -> Sequence[Passage]:
        told = self._pipeline.run({"embedder": {"text": question}, "retriever": {"top_k": limit}})
        return [Passage(one.meta["article"], one.content) for one in told["retriever"]["documents"]]

    def articles(self) -> set[str]:
        return {one.meta["article"] for one in self._store.filter_documents()}


def _store(job: Job) -> Any:  # noqa: ANN401 - not installed where types are checked
    from haystack_integrations.document_stores.faiss import FAISSDocumentStore

    return FAISSDocumentStore(index_path=str(job.index / "store"), embedding_dim=DIMENSIONS)


def _model(job: Job) -> dict[str, Any]:
    """What both embedders are given."""
    from haystack.utils import ComponentDevice

    return {
        "model": str(job.model),
        "device": ComponentDevice.from_str("cpu"),
        "normalize_embeddings": True,
        "progress_bar": False,
    }


def build(job: Job) -> int:
    """Convert, split, embed, write, save."""
    from haystack import Pipeline
    from haystack.components.converters import TextFileToDocument
    from haystack.components.preprocessors import RecursiveDocumentSplitter
    from haystack.components.writers import DocumentWriter
    from haystack.document_stores.types import DuplicatePolicy
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
    )
    from haystack_integrations.document_stores.faiss import FAISSDocumentStore

    store = FAISSDocumentStore(embedding_dim=DIMENSIONS)
    splitter = RecursiveDocumentSplitter(
        split_length=job.max_chars,
        split_overlap=job.overlap_chars,
        split_unit="char",
        separators=["\n\n", "\n", r"\. ", " "],  # its own need a download of NLTK's
    )
    pipeline = Pipeline()
    pipeline.add_component("converter", TextFileToDocument())
    pipeline.add_component("splitter", splitter)
    pipeline.add_component("embedder", SentenceTransformersDocumentEmbedder(**_model(job)))
    pipeline.add_component("writer", DocumentWriter(store, policy=DuplicatePolicy.OVERWRITE))
    pipeline.connect("converter", "splitter")
    pipeline.connect("splitter", "embedder")
    pipeline.connect("embedder", "writer")
    names, files = zip(*job.files(), strict=True)
    articles = [{"article": name} for name in names]
    pipeline.run({"converter": {"sources": list(files), "meta": articles}})
    job.index.mkdir(parents=True, exist_ok=True)
    store.save(job.index / "store")
    return int(store.count_documents())


def open_index(job: Job) -> Opened:
    """Load what was saved."""
    return _Pipeline(job)
