"""Take in what a server sends, unpacked, and never more than is wanted.

A few kilobytes may unpack to gigabytes, so nothing is unpacked further than the limit.
"""

import zlib
from collections.abc import Iterable, Iterator

from index.errors import FetchError

GZIP_MARK = b"\x1f\x8b"
_PIECE_BYTES = 65_536
_GZIP_BITS = 16 + zlib.MAX_WBITS  # gzip's frame, largest window


def read_body(
    chunks: Iterable[bytes], encoding: str, max_bytes: int, *, cut: bool = False
) -> bytes:
    """Put the chunks of a body together.

    Args:
        chunks: The body as it comes in.
        encoding: Its Content-Encoding.
        max_bytes: Largest size, both as sent and unpacked.
        cut: Hand out the beginning of a longer body instead of refusing it.

    Raises:
        FetchError: It is too large, packed in a way nobody asked for, or damaged.
    """
    unpacked = bytearray()
    for piece in _unpacked(_counted(chunks, max_bytes, cut), encoding):
        unpacked += piece
        if len(unpacked) > max_bytes:
            if cut:
                break
            raise _too_large(max_bytes)
    return bytes(unpacked[:max_bytes])


def gunzip(packed: bytes, max_bytes: int) -> bytes:
    """Unpack a gzip file.

    Raises:
        FetchError: It is damaged or unpacks to more than the limit.
    """
    return read_body([packed], "gzip", max_bytes)


def _too_large(max_bytes: int) -> FetchError:
    return FetchError(f"has more than {max_bytes / 1e6:g} MB")


def _counted(chunks: Iterable[bytes], max_bytes: int, cut: bool) -> Iterator[bytes]:
    """The chunks, as long as they are not too many: packed, they may add up to nothing."""
    total = 0
    for chunk in chunks:
        total += len(chunk)
        yield chunk
        if total > max_bytes:
            if cut:
                return
            raise _too_large(max_bytes)


def _unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Undo a Content-Encoding piece by piece.

    Only gzip is asked for: every server knows it, and zlib stops where it is told to.
    """
    match encoding.strip().lower():
        case "" | "identity":
            yield from chunks
        case "gzip" | "x-gzip":
            yield from _inflated(chunks)
        case other:
            raise FetchError(f"is packed as {other[:40]!r}, which was not asked for")


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip, one member after the other; what follows the last one is passed over."""
    inflater = zlib.decompressobj(_GZIP_BITS)
    members = 0
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting:
                if inflater.eof:
                    inflater = zlib.decompressobj(_GZIP_BITS)
                    members += 1
                yield inflater.decompress(waiting, _PIECE_BYTES)
                waiting = inflater.unconsumed_tail or inflater.unused_data
        while rest := inflater.decompress(b"", _PIECE_BYTES):
            yield rest
    except zlib.error as exc:
        if not members:
            raise FetchError("says that it is packed with gzip but is not, or is damaged") from exc
        return
    if not members and not inflater.eof:
        raise FetchError("breaks off in the middle")
