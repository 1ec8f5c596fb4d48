"""One peer, in its own environment: builds, or answers questions from standard input.

`python -m tests.benchmarks.peers.worker COMMAND PEER JOB [QUESTION]`, where COMMAND is one of
`COMMANDS`, PEER is a module's name and JOB is a `Job` as JSON. Whatever the peer prints goes to
standard error; standard output has one JSON object a line.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO, cast

from tests.benchmarks.peers.jobs import Job, Opened, Peer

Tell = Callable[..., None]


def peak_mb() -> float:
    """Most memory that this process ever had, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def build(peer: Peer, job: Job, tell: Tell, questions: TextIO) -> None:
    """Build, and tell how long it took and how much memory."""
    began = time.perf_counter()
    chunks = peer.build(job)
    tell(
        chunks=chunks,
        seconds=time.perf_counter() - began,
        cpu_seconds=time.process_time(),
        peak_mb=peak_mb(),
    )


def build_warm(peer: Peer, job: Job, tell: Tell, questions: TextIO) -> None:
    """Build something small first, so that all is loaded; tell that the real build begins."""
    with tempfile.TemporaryDirectory() as folder:
        small = replace(job, articles=Path(folder) / "articles", index=Path(folder) / "index")
        small.articles.mkdir()
        (small.articles / "one.txt").write_text("The ferry sailed at noon. All were on board.")
        peer.build(small)
    tell(began=True)
    build(peer, job, tell, questions)


def ask(peer: Peer, job: Job, tell: Tell, questions: TextIO) -> None:
    """Open the index, answer the question of the command line, end."""
    found = peer.open_index(job).search(sys.argv[4], 10)
    tell(passages=[asdict(one) for one in found], cpu_seconds=time.process_time())


def serve(peer: Peer, job: Job, tell: Tell, questions: TextIO) -> None:
    """Open the index and answer every line that comes in; then tell what it took and holds."""
    try:
        opened = peer.open_index(replace(job, lasting=True))
    except Exception as exc:  # whatever the peer raises is what is measured
        return tell(error=_shown(exc))
    tell(opened=True)
    for line in questions:
        _answer(opened, json.loads(line), tell)
    peak = peak_mb()  # listing the articles may take more than answering does
    try:
        return tell(peak_mb=peak, articles=sorted(opened.articles()))
    except Exception as exc:  # as above
        return tell(error=_shown(exc))


def _answer(opened: Opened, asked: dict[str, Any], tell: Tell) -> None:
    began = time.perf_counter()
    try:
        found = opened.search(asked["question"], asked["limit"])
    except Exception as exc:  # as above
        return tell(error=_shown(exc))
    seconds = time.perf_counter() - began
    return tell(seconds=seconds, passages=[asdict(one) for one in found])


def _shown(exc: Exception) -> str:
    """The kind of an error, and the beginning of what it says."""
    return f"{type(exc).__name__}: {str(exc).strip().splitlines()[0][:160] if str(exc) else ''}"


COMMANDS = {"build": build, "build-warm": build_warm, "ask": ask, "serve": serve}


def main() -> None:
    """Keep standard output for what is told; run the command."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(**fields: object) -> None:
        print(json.dumps(fields), file=told, flush=True)

    peer = cast(Peer, import_module(f"tests.benchmarks.peers.{sys.argv[2]}"))
    COMMANDS[sys.argv[1]](peer, Job.from_json(sys.argv[3]), tell, sys.stdin)


if __name__ == "__main__":
    main()
