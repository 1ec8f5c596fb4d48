"""txtai with its own BM25 beside the vectors, the two fused: `hybrid`."""

from tests.benchmarks.peers.jobs import Job
from tests.benchmarks.peers.on_txtai import build as build_dense
from tests.benchmarks.peers.on_txtai import open_index

__all__ = ["build", "open_index"]


def build(job: Job) -> int:
    """As without BM25, and index words too."""
    return build_dense(job, hybrid=True)
