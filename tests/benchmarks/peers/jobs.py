"""What a peer is asked to do, and what it hands back. Imports nothing that a peer may not have."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

CHARS_A_TOKEN = 4.5  # of English news, for splitters that count characters

RESUMED_CHUNKS = 32  # a peer that can go on keeps its work after so many


@dataclass(frozen=True, slots=True)
class Job:
    """An index to build or to open.

    Attributes:
        articles: Folder of text files, read with all its subfolders.
        index: Folder for the index.
        model: Folder of the embedding model, as sentence-transformers saves it.
        max_tokens: Budget of a chunk.
        overlap_tokens: Budget of what two chunks share.
        threads: CPU threads.
        lasting: Many questions will be asked: what speeds them up may take longer to open.
        resume: Use what the peer offers for going on where a build was stopped, if it offers it.
    """

    articles: Path
    index: Path
    model: Path
    max_tokens: int = 128
    overlap_tokens: int = 24
    threads: int = 2
    resume: bool = False
    lasting: bool = False

    @property
    def max_chars(self) -> int:
        """Budget of a chunk in characters."""
        return round(self.max_tokens * CHARS_A_TOKEN)

    @property
    def overlap_chars(self) -> int:
        """Budget of what two chunks share, in characters."""
        return round(self.overlap_tokens * CHARS_A_TOKEN)

    def to_json(self) -> str:
        """The job as an argument of a command."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, told: str) -> "Job":
        """The job of an argument."""
        fields = json.loads(told)
        paths = {name: Path(fields[name]) for name in ("articles", "index", "model")}
        return cls(**{**fields, **paths})

    def files(self) -> list[tuple[str, Path]]:
        """Names and places of the articles, in the order of the names."""
        found = sorted(self.articles.rglob("*.txt"))
        return [(file.relative_to(self.articles).as_posix(), file) for file in found]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found, and the name of the article it is said to be from."""

    article: str
    text: str


class Opened(Protocol):
    """An index, opened for questions."""

    def search(self, question: str, limit: int) -> Sequence[Passage]:
        """The chunks that fit best, best first."""

    def articles(self) -> set[str]:
        """Names of the articles that can be found in it."""


class Peer(Protocol):
    """A module of a peer. Heavy imports wait until a function needs them."""

    def build(self, job: Job) -> int:
        """Build the index, in the place of one that is there; returns the number of chunks."""

    def open_index(self, job: Job) -> Opened:
        """Open it; raises whatever the peer raises."""
