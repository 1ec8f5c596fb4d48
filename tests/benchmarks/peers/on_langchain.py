"""LangChain with FAISS: its loader, its recursive splitter, `save_local` and `load_local`."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks.peers.jobs import RESUMED_CHUNKS, Job, Opened, Passage


class _Store:
    """A FAISS vector store, loaded."""

    def __init__(self, job: Job) -> None:
        from langchain_community.vectorstores import FAISS

        self._root = job.articles
        self._store = FAISS.load_local(
            str(job.index), _embeddings(job), allow_dangerous_deserialization=True
        )

    def search(self, question: str, limit: int) -> Sequence[Passage]:
        found = self._store.similarity_search(question, k=limit)
        return [Passage(one.metadata["article"], one.page_content) for one in found]

    def articles(self) -> set[str]:
        ids = self._store.index_to_docstore_id.values()
        return {self._store.docstore.search(one).metadata["article"] for one in ids}


def _embeddings(job: Job) -> Any:  # noqa: ANN401 - not installed where types are checked
    from langchain_huggingface import HuggingFaceEmbeddings

    return HuggingFaceEmbeddings(
        model_name=str(job.model),
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True},
    )


def build(job: Job) -> int:
    """Load, split, embed, save; to go on, it keeps vectors in files by the hash of the text."""
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_community.vectorstores import FAISS
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    loader = DirectoryLoader(
        str(job.articles),
        glob="**/*.txt",
        loader_cls=TextLoader,
        loader_kwargs={"encoding": "utf-8"},
    )
    articles = loader.load()
    for article in articles:
        name = article.metadata["source"].removeprefix(f"{job.articles}/")
        article.metadata = {"article": name}
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=job.max_chars, chunk_overlap=job.overlap_chars
    )
    chunks = splitter.split_documents(articles)
    embeddings = _embeddings(job)
    if job.resume:
        from langchain_classic.embeddings import CacheBackedEmbeddings
        from langchain_classic.storage import LocalFileStore

        embeddings = CacheBackedEmbeddings.from_bytes_store(
            embeddings,
            LocalFileStore(f"{job.index}.cache"),
            namespace="minilm",
            batch_size=RESUMED_CHUNKS,  # without it, nothing is kept before all is embedded
            key_encoder="sha256",
        )
    FAISS.from_documents(chunks, embeddings).save_local(str(job.index))
    return len(chunks)


def open_index(job: Job) -> Opened:
    """Load what was saved."""
    return _Store(job)
