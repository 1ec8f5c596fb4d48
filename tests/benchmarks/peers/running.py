"""Run a peer's worker: a build, a cold question, or a process that answers question after question.

Everything is offline: nothing here may reach for a model or a vocabulary.
"""

import json
import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.benchmarks.peers.environments import ROOT, Contender, python_of
from tests.benchmarks.peers.jobs import Job, Passage

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "GOMP_SPINCOUNT": "0",  # threads that wait in one process must not slow the others
}


class WorkerError(Exception):
    """A worker ended early; the message is the end of what it printed."""


@dataclass(frozen=True, slots=True)
class Built:
    """A build that went through.

    Attributes:
        chunks: How many chunks there are.
        seconds: Wall time of the whole process.
        cpu_seconds: Processor time of it.
        peak_mb: Most memory that it had, in MB.
    """

    chunks: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Stand:
    """A contender, where it is installed, and the job that it is given."""

    contender: Contender
    environments: Path
    job: Job

    def on(self, **changes: object) -> "Stand":
        """The same with another job."""
        return replace(self, job=replace(self.job, **changes))  # type: ignore[arg-type]

    def start(self, command: str, *more: str) -> subprocess.Popen[str]:
        """Start its worker; what it and its peer print on standard error goes to a file."""
        python = python_of(self.contender, self.environments)
        worker = [str(python), "-m", "tests.benchmarks.peers.worker", command]
        threads = {"OMP_NUM_THREADS": str(self.job.threads)}
        with self.log.open("w") as log:
            return subprocess.Popen(
                [*worker, self.contender.module, self.job.to_json(), *more],
                cwd=ROOT,
                env={**os.environ, **OFFLINE, **threads},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def log(self) -> Path:
        """Where the latest worker's standard error goes."""
        return self.environments / f"{self.contender.module}.log"

    def run(self, command: str, *more: str) -> tuple[dict[str, Any], float]:
        """What a worker told last, and the wall time of its process."""
        began = time.perf_counter()
        worker = self.start(command, *more)
        told, _ = worker.communicate()
        seconds = time.perf_counter() - began
        if worker.returncode:
            raise WorkerError(f"{self.contender.name} {command}: {self.log.read_text()[-2000:]}")
        return json.loads(told.splitlines()[-1]), seconds

    def build(self) -> Built:
        """Build from nothing."""
        self.forget()
        told, seconds = self.run("build")
        return Built(told["chunks"], seconds, told["cpu_seconds"], told["peak_mb"])

    def ask(self, question: str) -> tuple[float, float]:
        """A cold question: wall and processor seconds of a process that opens and answers."""
        told, seconds = self.run("ask", question)
        return seconds, told["cpu_seconds"]

    def forget(self) -> None:
        """Remove the index, and what the peer keeps beside it."""
        index = self.job.index
        for place in (index, *index.parent.glob(f"{index.name}.*")):
            shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Served:
    """What a worker tells when it ends.

    Attributes:
        peak_mb: Most memory that it had while it answered, in MB.
        articles: Names of the articles in its index.
    """

    peak_mb: float
    articles: frozenset[str]


class Serving:
    """A worker that has an index open.

    Raises:
        WorkerError: The peer cannot open it, here or when it is asked something.
    """

    def __init__(self, stand: Stand) -> None:
        self._worker = stand.start("serve")
        self._stand = stand
        self._hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(ValueError, BrokenPipeError):  # it has ended, or its input is closed
            self._worker.communicate()
        self._worker.wait()

    def search(self, question: str, limit: int) -> tuple[list[Passage], float]:
        """The passages it finds and the seconds that took, as it measures them itself."""
        assert self._worker.stdin is not None
        print(json.dumps({"question": question, "limit": limit}), file=self._worker.stdin)
        self._worker.stdin.flush()
        told = self._hear()
        return [Passage(**one) for one in told["passages"]], told["seconds"]

    def end(self) -> Served:
        """End it, and hear what it took and holds."""
        assert self._worker.stdin is not None
        self._worker.stdin.close()
        told = self._hear()
        return Served(told["peak_mb"], frozenset(told["articles"]))

    def _hear(self) -> dict[str, Any]:
        assert self._worker.stdout is not None
        line = self._worker.stdout.readline()
        if not line:
            raise WorkerError(
                f"{self._stand.contender.name}: {self._stand.log.read_text()[-2000:]}"
            )
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise WorkerError(told["error"])
        return told
