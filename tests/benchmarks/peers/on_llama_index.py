"""LlamaIndex: its reader, its sentence splitter, and the stores that it persists by itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.jobs import Job, Opened, Passage


class _Index:
    """A vector store index, loaded."""

    def __init__(self, job: Job) -> None:
        from llama_index.core import StorageContext, load_index_from_storage

        storage = StorageContext.from_defaults(persist_dir=str(job.index))
        self._index = load_index_from_storage(storage, embed_model=_embedding(job))
        self._retrievers: dict[int, Any] = {}

    def search(self, question: str, limit: int) -> Sequence[Passage]:
        if limit not in self._retrievers:
            self._retrievers[limit] = self._index.as_retriever(similarity_top_k=limit)
        found = self._retrievers[limit].retrieve(question)
        return [Passage(one.node.metadata["article"], one.node.text) for one in found]

    def articles(self) -> set[str]:
        return {node.metadata["article"] for node in self._index.docstore.docs.values()}


def _embedding(job: Job) -> Any:  # noqa: ANN401 - not installed where types are checked
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(model_name=str(job.model), device="cpu")


def build(job: Job) -> int:
    """Read, split, embed, persist; names are no part of what is embedded."""
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    def named(file: str) -> dict[str, str]:
        return {"article": Path(file).relative_to(job.articles).as_posix()}

    reader = SimpleDirectoryReader(str(job.articles), recursive=True, file_metadata=named)
    articles = reader.load_data()
    for article in articles:
        article.excluded_embed_metadata_keys = ["article"]
        article.excluded_llm_metadata_keys = ["article"]
    splitter = SentenceSplitter(chunk_size=job.max_tokens, chunk_overlap=job.overlap_tokens)
    index = VectorStoreIndex.from_documents(
        articles, transformations=[splitter], embed_model=_embedding(job)
    )
    index.storage_context.persist(persist_dir=str(job.index))
    return len(index.docstore.docs)


def open_index(job: Job) -> Opened:
    """Load what was persisted."""
    return _Index(job)
