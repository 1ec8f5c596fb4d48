"""An archive is opened only if unpacking it can do no harm."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from index.errors import ArticleError
from index.formats import archives
from index.formats.archives import Allowance, opened, unpack_gzip
from tests.formats.made_files import make_gzip, make_zip


def names(raw: bytes) -> list[str]:
    """Names of all members, each of which was unpacked."""
    with opened(raw, "a ZIP archive", Allowance()) as archive:
        return [member.name for member in archive.members if archive.read(member) is not None]


def edited(raw: bytes, edit: Callable[[bytearray, int], None]) -> bytes:
    """The archive with an edit made at each entry of its central directory."""
    changed = bytearray(raw)
    at = changed.find(b"PK\x01\x02")
    while at >= 0:
        edit(changed, at)
        at = changed.find(b"PK\x01\x02", at + 46)
    return bytes(changed)


def test_members_are_read_whole() -> None:
    """Packed or not, with names in any alphabet, from Windows or elsewhere."""
    assert names(make_zip({"a.txt": b"one", "deep/ü.txt": b"two", "d/": b""})) == [
        "a.txt",
        "deep/ü.txt",
    ]
    assert names(make_zip({"a\\b.txt": b"one", "./c.txt": b"two"}, packed=False)) == [
        "a/b.txt",
        "c.txt",
    ]
    unflagged = bytearray(make_zip({"ü.txt": b"one"}))
    struct.pack_into("<H", unflagged, unflagged.find(b"PK\x03\x04") + 6, 0)
    struct.pack_into("<H", unflagged, unflagged.find(b"PK\x01\x02") + 8, 0)
    assert names(bytes(unflagged)) == ["ü.txt"]


def test_packed_blanks_are_refused_before_they_are_unpacked() -> None:
    """Text packs to a tenth, not to a thousandth."""
    with pytest.raises(ArticleError, match=r"unpacks to 1,0\d+ times its size; no archive of text"):
        names(make_zip({"a.txt": bytes(20_000_000)}))
    assert names(make_zip({"a.txt": b"short " * 100_000})) == ["a.txt"]


def test_all_archives_in_a_file_share_one_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is nested cannot unpack to more than what is not."""
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 1000)
    allowance = Allowance()
    with opened(make_zip({"a.txt": b"x" * 700}), "a ZIP archive", allowance):
        pass
    again = make_zip({"b.txt": b"x" * 700})
    with (
        pytest.raises(ArticleError, match="unpacks to more than 0 MB; split it into parts"),
        opened(again, "a ZIP archive", allowance),
    ):
        pass


def test_members_over_each_other_are_refused() -> None:
    """Entries that share their bytes make a bomb out of any archive."""
    raw = make_zip({"a.txt": b"x" * 999, "b.txt": b"y" * 999})
    overlapping = edited(raw, lambda raw, at: struct.pack_into("<I", raw, at + 42, 0))
    with pytest.raises(ArticleError, match="has members that lie over each other"):
        names(overlapping)
    behind = edited(raw, lambda raw, at: struct.pack_into("<I", raw, at + 20, 99_999))
    with pytest.raises(ArticleError, match=r"lie over each other|ends behind the archive"):
        names(behind)


def test_false_sizes_unpack_to_no_more_than_they_say() -> None:
    """A member that claims to be small is cut off, and its sum is wrong."""
    raw = make_zip({"a.txt": bytes(9_000_000)})
    lying = edited(raw, lambda raw, at: struct.pack_into("<I", raw, at + 24, 10))
    with pytest.raises(ArticleError, match=r"cannot be read as a member of an archive .*CRC"):
        names(lying)


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of members has a bound of its own."""
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert len(names(make_zip({f"{n}.txt": b"" for n in range(3)}))) == 3
    with pytest.raises(ArticleError, match="has 4 members, more than 3"):
        names(make_zip({f"{n}.txt": b"" for n in range(4)}))


def test_members_that_need_a_password_or_an_unusual_method() -> None:
    """Encrypted members, and methods that unpack without bounds, are named."""
    raw = make_zip({"a.txt": b"one"})
    locked = edited(raw, lambda raw, at: struct.pack_into("<H", raw, at + 8, 1))
    with pytest.raises(ArticleError, match="is encrypted; unpack it with its password first"):
        names(locked)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.txt", "one")
    with pytest.raises(ArticleError, match="is packed in an unusual way"):
        names(file.getvalue())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../etc/a.txt", "leads out of the archive"),
        ("a/..\\..\\b.txt", "leads out of the archive"),
        ("/etc/a.txt", "absolute path"),
        ("C:\\a.txt", "absolute path"),
        ("\\\\host\\a.txt", "absolute path"),
        ("a.txt\0.png", "control character"),
        ("a\n.txt", "control character"),
        ("x" * 2000 + ".txt", "too long a name"),
        ("a..b/c...txt", None),
    ],
)
def test_names_that_lead_astray_are_refused(name: str, reason: str | None) -> None:
    """Nothing is written to disk, but such a name tells of harm, and would be shown."""
    placeholder = "x" * len(name)
    raw = make_zip({placeholder: b"one"}).replace(placeholder.encode(), name.encode())
    with opened(raw, "a ZIP archive", Allowance()) as archive:
        (member,) = archive.members
        refusal = member.refusal()
    assert member.name.isprintable()
    assert (refusal is None) if reason is None else (reason in (refusal or ""))


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"PK\x05\x06", make_zip({"a": b"b"})[:-9]])
def test_damaged_archives_are_refused(raw: bytes) -> None:
    """A torn archive is named as such."""
    with pytest.raises(ArticleError, match="cannot be read as a ZIP archive"):
        names(raw)


def test_gzip_is_unpacked_with_bounds() -> None:
    """Several parts are one text; a bomb, a torn and a false file are refused."""
    assert unpack_gzip(make_gzip(b"one") + make_gzip(b"two"), Allowance()) == b"onetwo"
    with pytest.raises(ArticleError, match="unpacks to more than 10 MB; split it into parts"):
        unpack_gzip(make_gzip(bytes(20_000_000)), Allowance())
    for raw in (make_gzip(b"one")[:-9], make_gzip(b"one") + b"junk", b"\x1f\x8b"):
        with pytest.raises(ArticleError, match="cannot be read as a gzip file"):
            unpack_gzip(raw, Allowance())
