"""One file of named arrays that is derived from the database: written whole, checked when read.

    SHA-256 of the header, its length, the header (JSON), then the arrays

The header holds the position in the database's list of changes that the arrays were made at, and
a CRC-32 for every block of 1 MiB. Blocks are checked when they are first used, so that a file of
half a gigabyte opens in milliseconds and a question reads only what it needs. Whoever meets
damage drops the file and derives it anew. Knows nothing of what the arrays mean.
"""

import hashlib
import json
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FORMAT = 1
BLOCK_BYTES = 1 << 20
_ALIGNMENT = 64
_DIGEST_BYTES, _LENGTH_BYTES = 32, 8
_MOST_HEADER_BYTES = 1 << 24


class Position(NamedTuple):
    """A place in the database's list of changes.

    Attributes:
        number: Number of the last change that counts; 0 before the first.
        mark: The random number that was drawn for it. A database that was put back from a copy
            and then changed again reaches the same numbers, but other marks.
    """

    number: int
    mark: int


START = Position(0, 0)


class SnapshotDamagedError(Exception):
    """A block has not the bytes that were written. Never shown: the file is derived anew."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an array lies: offset and bytes in the file, and a checksum for each block."""

    dtype: str
    start: int
    size: int
    checksums: tuple[int, ...]


class Snapshot:
    """An open file. It stays readable when another one takes its name."""

    def __init__(self, position: Position, memory: mmap.mmap, places: dict[str, _Place]) -> None:
        self.position = position
        self._memory, self._places = memory, places
        self._unchecked = {name: set(range(len(p.checksums))) for name, p in places.items()}

    def length(self, name: str) -> int:
        """Number of elements of an array."""
        place = self._places[name]
        return place.size // np.dtype(place.dtype).itemsize

    def array(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        """An array, or a part of it, without copying.

        Raises:
            SnapshotDamagedError: The bytes are not those that were written.
        """
        place = self._places[name]
        dtype = np.dtype(place.dtype)
        stop = self.length(name) if stop is None else stop
        self._check(name, start * dtype.itemsize, stop * dtype.itemsize)
        return np.frombuffer(
            self._memory, dtype, stop - start, place.start + start * dtype.itemsize
        )

    def check(self) -> None:
        """Compare all that is held with its checksums.

        Raises:
            SnapshotDamagedError: Something is not what was written.
        """
        for name in self._places:
            self.array(name)

    def _check(self, name: str, start: int, stop: int) -> None:
        """Compare the blocks that hold some bytes of an array with their checksums, once."""
        place, unchecked = self._places[name], self._unchecked[name]
        for number in range(start // BLOCK_BYTES, -(-stop // BLOCK_BYTES)):
            if number in unchecked:
                first = place.start + number * BLOCK_BYTES
                last = min(first + BLOCK_BYTES, place.start + place.size)
                block = memoryview(self._memory)[first:last]
                if zlib.crc32(block) != place.checksums[number]:
                    raise SnapshotDamagedError(f"block {number} of {name!r}")
                unchecked.discard(number)

    @classmethod
    def load(cls, path: Path) -> "Snapshot | None":
        """Open a file; None if it is missing, cut, damaged in its header, or of another format."""
        try:
            with path.open("rb") as file:
                memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # ValueError: it is empty
            return None
        start = _DIGEST_BYTES + _LENGTH_BYTES
        length = int.from_bytes(memory[_DIGEST_BYTES:start], "little")
        if length > _MOST_HEADER_BYTES:
            return None
        header = memory[start : start + length]
        if hashlib.sha256(header).digest() != memory[:_DIGEST_BYTES]:
            return None
        known = json.loads(header)
        if known["format"] != FORMAT or known["size"] != len(memory):
            return None
        places = {
            name: _Place(dtype, begin, size, tuple(checksums))
            for name, (dtype, begin, size, checksums) in known["arrays"].items()
        }
        return cls(Position(*known["position"]), memory, places)


def save_snapshot(path: Path, position: Position, arrays: Mapping[str, Array]) -> None:
    """Write arrays of one dimension to a file, in place of the one that was there.

    Raises:
        OSError: It cannot be written; what was there is unharmed.
    """
    header, size = _header(position, arrays)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(hashlib.sha256(header).digest())
            file.write(len(header).to_bytes(_LENGTH_BYTES, "little"))
            file.write(header)
            for array in arrays.values():
                file.write(bytes(-file.tell() % _ALIGNMENT))
                file.write(_bytes(array))
            assert file.tell() == size
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _header(position: Position, arrays: Mapping[str, Array]) -> tuple[bytes, int]:
    """The header, padded so that its length does not depend on the offsets, and the file's size."""
    checksums = {name: list(_checksums(array)) for name, array in arrays.items()}
    names = sum(len(json.dumps(name)) for name in arrays)  # six bytes for what is not ASCII
    draft = 512 + names + sum(128 + 12 * len(held) for held in checksums.values())
    end = _DIGEST_BYTES + _LENGTH_BYTES + draft
    places = {}
    for name, array in arrays.items():
        start = end + -end % _ALIGNMENT
        places[name] = (array.dtype.str, start, array.nbytes, checksums[name])
        end = start + array.nbytes
    known = {"format": FORMAT, "position": position, "size": end, "arrays": places}
    return json.dumps(known).encode().ljust(draft), end


def _checksums(array: Array) -> Iterator[int]:
    data = _bytes(array)
    for start in range(0, len(data), BLOCK_BYTES):
        yield zlib.crc32(data[start : start + BLOCK_BYTES])


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).view(np.uint8).data
