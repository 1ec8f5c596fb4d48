"""An encoder that keeps what it encodes until the change is whole: nothing is encoded twice.

A change of an index folder is one transaction, and one that is cut off leaves nothing in the index.
The vectors, which are nearly all of its work, are kept in a file of their own, by the model and the
text that they are of. Whoever has ended a change removes the file.
"""

import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from index.encoders import Encoder, EncoderCard, FloatArray

LEAST_KEPT = 64  # passages of a call; fewer are encoded again in half a second

logger = logging.getLogger(__name__)


class RememberingEncoder:
    """An encoder that looks first whether it has encoded a passage before; see `Encoder`."""

    def __init__(self, encoder: Encoder, file: Path) -> None:
        """Nothing is opened before many passages are encoded.

        Args:
            encoder: Encodes what was not.
            file: Where vectors are kept. One that cannot be read or written is done without.
        """
        self._encoder, self._file, self._usable = encoder, file, True

    @property
    def card(self) -> EncoderCard:
        """Of the encoder."""
        return self._encoder.card

    def count_tokens(self, text: str) -> int:
        return self._encoder.count_tokens(text)

    def encode_question(self, question: str) -> FloatArray:
        return self._encoder.encode_question(question)

    def encode(self, passages: Sequence[str]) -> FloatArray:
        if len(passages) < LEAST_KEPT or not self._usable:
            return self._encoder.encode(passages)
        keys = [self._key(passage) for passage in passages]
        held = self._held(keys)
        new = [place for place, key in enumerate(keys) if key not in held]
        vectors = np.empty((len(passages), self.card.dimensions), dtype=np.float32)
        for place, key in enumerate(keys):
            if key in held:
                vectors[place] = held[key]
        if new:
            vectors[new] = self._encoder.encode([passages[place] for place in new])
            self._keep((keys[place], vectors[place].tobytes()) for place in new)
        return vectors

    def _key(self, passage: str) -> str:
        told = f"{self.card.sha256} {self.card.passage_prompt}{passage}"
        return hashlib.sha256(told.encode()).hexdigest()

    def _held(self, keys: Sequence[str]) -> Mapping[str, FloatArray]:
        if not self._file.is_file():
            return {}
        sql = "SELECT key, vector FROM vectors WHERE key IN (SELECT value FROM json_each(?))"
        try:
            with closing(sqlite3.connect(self._file)) as database:
                rows = database.execute(sql, (json.dumps(keys),)).fetchall()
            found = {key: np.frombuffer(raw, dtype=np.float32) for key, raw in rows}
        except (sqlite3.Error, ValueError, TypeError) as exc:
            self._do_without(exc)
            return {}
        return {key: one for key, one in found.items() if len(one) == self.card.dimensions}

    def _keep(self, rows: Iterable[tuple[str, bytes]]) -> None:
        try:
            with closing(sqlite3.connect(self._file)) as database, database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB) "
                    "WITHOUT ROWID"
                )
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error as exc:  # as on a full disk, where its room is of more use
            self._do_without(exc)

    def _do_without(self, exc: Exception) -> None:
        logger.debug("%s is not used: %s", self._file, exc)
        self._usable = False
        forget(self._file)


def forget(file: Path) -> None:
    """Remove the file of an encoder, and what SQLite has beside it."""
    for one in (file, file.with_name(f"{file.name}-journal")):
        with suppress(OSError):
            one.unlink(missing_ok=True)
