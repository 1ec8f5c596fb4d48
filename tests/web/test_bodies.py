"""A body is unpacked whole, or not beyond the limit."""

import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchError
from index.web.bodies import gunzip, read_body


@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    st.integers(1, 60),
    st.sampled_from([b"", b"\0" * 9, b"\x1f", b"trailing"]),
)
def test_gzip_of_any_cut_and_any_number_of_members(
    parts: list[bytes], size: int, tail: bytes
) -> None:
    """Chunks may end anywhere, members follow one another, padding is passed over."""
    whole = b"".join(gzip.compress(part, mtime=0) for part in parts) + tail
    chunks = [whole[n : n + size] for n in range(0, len(whole), size)]
    assert read_body(chunks, "GZIP", 10_000) == b"".join(parts)


@given(st.lists(st.binary(max_size=300)))
def test_a_body_that_is_not_packed(chunks: list[bytes]) -> None:
    """It is what its chunks are."""
    assert read_body(chunks, "", 100_000) == read_body(chunks, "identity", 100_000)
    assert read_body(chunks, "", 100_000) == b"".join(chunks)


def test_the_limit_holds_exactly() -> None:
    """So many bytes are taken, and one more is refused or cut off, packed or not."""
    for encoding, body in (("", bytes(5000)), ("gzip", gzip.compress(bytes(5000), mtime=0))):
        assert len(read_body([body], encoding, 5000)) == 5000
        with pytest.raises(FetchError, match=r"has more than 0\.004999 MB"):
            read_body([body], encoding, 4999)
        assert len(read_body([body], encoding, 4999, cut=True)) == 4999


def test_a_bomb_is_not_unpacked_beyond_the_limit() -> None:
    """A gigabyte in a megabyte costs as much memory as the limit, and little more."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([packer.compress(bytes(10_000_000)) for _ in range(10)]) + packer.flush()
    tracemalloc.start()
    try:
        with pytest.raises(FetchError, match="has more than 1 MB"):
            gunzip(bomb, 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_packed_nothing_without_end_is_refused() -> None:
    """Members that unpack to nothing are counted as they come in."""
    empty = gzip.compress(b"", mtime=0) * 100
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += len(empty)
            yield empty

    with pytest.raises(FetchError, match=r"has more than 0\.01 MB"):
        read_body(chunks(), "gzip", 10_000)
    assert taken < 20_000
    assert read_body(chunks(), "gzip", 10_000, cut=True) == b""


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", b"<html>", "is packed with gzip but is not"),
        ("gzip", gzip.compress(b"a" * 500)[:-20], "breaks off in the middle"),
        ("gzip", b"", "breaks off in the middle"),
        ("gzip", gzip.compress(b"a" * 500)[:-8] + b"12345678", "or is damaged"),
        ("br", b"\x0b\x02\x80", "is packed as 'br', which was not asked for"),
        ("zstd", b"", "is packed as 'zstd'"),
        ("gzip, gzip", b"", "is packed as 'gzip, gzip'"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(encoding: str, body: bytes, reason: str) -> None:
    """Damaged, cut off, mislabelled, or packed in a way nobody asked for."""
    with pytest.raises(FetchError, match=reason):
        read_body([body], encoding, 10_000)
