"""Dateline, retrieval only: the index as `dateline index build` makes it, and `search`."""

from collections.abc import Sequence

from tests.benchmarks.peers.jobs import Job, Opened, Passage


class _Library:
    """An open library."""

    def __init__(self, job: Job) -> None:
        from index.library import Library
        from retrieval.search import search

        self._library = Library.open(job.index, threads=job.threads, lasting=job.lasting)
        self._search = search

    def search(self, question: str, limit: int) -> Sequence[Passage]:
        found = []
        for hit in self._search(self._library, question, limit):
            article = self._library.article(hit.chunk.article_id)
            assert article is not None
            text = article.text[hit.chunk.start : hit.chunk.end]
            found.append(Passage(str(article.path), text))
        return found

    def articles(self) -> set[str]:
        return {str(article.path) for article in self._library.latest(self._library.count())}


def build(job: Job) -> int:
    """Make the index match the folder."""
    from index.builder import build_index
    from index.chunking import ChunkSettings
    from index.export import DEFAULT_MODEL
    from index.library import Library

    settings = ChunkSettings(job.max_tokens, job.overlap_tokens)
    build_index(job.articles, job.index, DEFAULT_MODEL, settings, threads=job.threads)
    return Library.open(job.index, threads=job.threads).status().chunks


def open_index(job: Job) -> Opened:
    """Open the live generation."""
    return _Library(job)
