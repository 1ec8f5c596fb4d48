"""The last turns of a conversation in the terminal, kept in a file from one start to the next.

One conversation for each index: what was said of other articles means nothing to these.
"""

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.location import Location
from retrieval.answer import MAX_TURNS, Turn

logger = logging.getLogger(__name__)


class Conversation:
    """The turns so far, oldest first, at most `MAX_TURNS`."""

    def __init__(self, file: Path | None = None) -> None:
        """Go on with what a file keeps; without a file nothing outlives the process."""
        self._file = file
        self.turns: Sequence[Turn] = _read(file) if file else ()

    def add(self, turn: Turn) -> None:
        """Go on by one turn; the oldest is forgotten."""
        self.turns = [*self.turns, turn][-MAX_TURNS:]
        self._keep()

    def forget(self) -> None:
        """Begin anew."""
        self.turns = ()
        self._keep()

    def _keep(self) -> None:
        """Write the file whole or not at all; a conversation goes on without it."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            written = self._file.with_suffix(f".{os.getpid()}")
            told = json.dumps([asdict(turn) for turn in self.turns])
            written.write_text(told, encoding="utf-8")
            written.replace(self._file)
        except OSError as exc:
            logger.warning("the conversation is not kept: %s", exc)
            self._file = None


def conversation_file(folder: Path, index: Location) -> Path:
    """Where the conversation over an index is kept."""
    told = str(index.resolve() if isinstance(index, Path) else index)
    name = hashlib.sha256(told.encode(errors="surrogateescape")).hexdigest()
    return folder / f"conversation-{name[:16]}.json"


def _read(file: Path) -> list[Turn]:
    """The turns that a file keeps; none where it is missing or damaged."""
    try:
        return [_turn(told) for told in json.loads(file.read_bytes())][-MAX_TURNS:]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []


def _turn(told: dict[str, Any]) -> Turn:
    words = [told["question"], *told["quotes"]]
    words += [said for said in (told["answer"], told["standalone"]) if said is not None]
    if not all(isinstance(said, str) for said in words):
        raise TypeError("a turn is not made of words")
    return Turn(told["question"], told["answer"], told["standalone"], tuple(told["quotes"]))
