"""Open ZIP archives without harm: plain ones, and those that are a .docx or .epub file.

Nothing is ever written to disk. An archive that would unpack to very much, whose members lie over
each other, or that needs a password is refused before anything in it is unpacked. Knows nothing
of what the members hold.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import ArticleError
from index.formats.drafts import translated

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MAX_MEMBERS = 100_000
MAX_UNPACKED_BYTES = 500_000_000  # of a file with all that is packed in it
MAX_RATIO, FREE_BYTES = 100, 10_000_000  # text packs 3 to 10 times; the first bytes are free
MAX_NAME_CHARS = 1000

_LOCAL_HEADER_BYTES = 30
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800  # bits of a member's flags
_STORED, _DEFLATED = 0, 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DRIVE = re.compile(r"[A-Za-z]:")


class Allowance:
    """What a file may still unpack to; shared by all archives in it, so that none can hide."""

    def __init__(self) -> None:
        self.left = MAX_UNPACKED_BYTES

    def take(self, size: int) -> None:
        """Spend bytes.

        Raises:
            ArticleError: There are not so many left.
        """
        self.left -= size
        if self.left < 0:
            raise ArticleError(
                f"unpacks to more than {MAX_UNPACKED_BYTES / 1e6:.0f} MB; split it into parts"
            )


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name as it can be shown, and what it unpacks to."""

    name: str
    size: int
    info: "ZipInfo"

    def refusal(self) -> str | None:
        """Why it is not read, if its name would lead an unpacker astray."""
        if _CONTROL.search(self.info.orig_filename):
            return "has a control character in its name"
        if self.name.startswith("/") or _DRIVE.match(self.name):
            return "has an absolute path for its name"
        if ".." in self.name.split("/"):
            return "has a name that leads out of the archive ('..')"
        return "has too long a name" if len(self.name) > MAX_NAME_CHARS else None


@contextmanager
def opened(raw: bytes, kind: str, allowance: Allowance) -> Iterator["Archive"]:
    """Open an archive that is safe to unpack.

    Args:
        raw: Its bytes.
        kind: What it is called in messages.
        allowance: Pays for all its members at once.

    Raises:
        ArticleError: It is damaged or dangerous.
    """
    import zipfile  # 0.01 s, and `--help` needs none

    with translated(kind), zipfile.ZipFile(io.BytesIO(raw)) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise ArticleError(f"has {len(infos):,} members, more than {MAX_MEMBERS:,}")
        _check_places(infos, len(raw))
        size = sum(info.file_size for info in infos)
        if size > FREE_BYTES and size > MAX_RATIO * len(raw):
            raise ArticleError(
                f"unpacks to {size / len(raw):,.0f} times its size; no archive of text does"
            )
        allowance.take(size)
        yield Archive(archive)


class Archive:
    """An open archive that is safe to unpack."""

    def __init__(self, archive: "ZipFile") -> None:
        self._archive = archive
        self.members = [
            Member(_name(info), info.file_size, info)
            for info in archive.infolist()
            if not info.is_dir()
        ]
        self._by_name = {member.name: member for member in self.members}  # the last one counts

    def read(self, member: Member) -> bytes:
        """Unpack a member.

        Raises:
            ArticleError: It is damaged, needs a password, or is packed in an unusual way.
        """
        if member.info.flag_bits & _ENCRYPTED:
            raise ArticleError("is encrypted; unpack it with its password first")
        if member.info.compress_type not in (_STORED, _DEFLATED):  # others unpack without bounds
            raise ArticleError("is packed in an unusual way; pack it again as an ordinary ZIP")
        with translated("a member of an archive"), self._archive.open(member.info) as file:
            return file.read(member.size + 1)  # no more, whatever it unpacks to; its sum is checked

    def find(self, name: str) -> bytes:
        """Unpack the member of this name.

        Raises:
            ArticleError: There is none, or as for `read`.
        """
        member = self._by_name.get(name)
        if member is None:
            raise ArticleError(f"lacks its part {name!r}")
        return self.read(member)


def unpack_gzip(raw: bytes, allowance: Allowance) -> bytes:
    """Unpack gzip, of one part or several.

    Raises:
        ArticleError: It is damaged or cut off, or unpacks to very much.
    """
    from gzip import GzipFile

    most = min(allowance.left, max(FREE_BYTES, MAX_RATIO * len(raw)))
    with translated("a gzip file"), GzipFile(fileobj=io.BytesIO(raw)) as file:
        unpacked = file.read(most + 1)
    if len(unpacked) > most:
        raise ArticleError(f"unpacks to more than {most / 1e6:.0f} MB; split it into parts")
    allowance.take(len(unpacked))
    return unpacked


def zip_names(raw: bytes) -> set[str]:
    """Names of all that is in a ZIP archive; none if it is no such archive or damaged."""
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return set(archive.namelist())
    except Exception:
        return set()


def _name(info: "ZipInfo") -> str:
    """A member's name as it can be shown; many programs write UTF-8 without saying so."""
    name = info.orig_filename.replace("\\", "/")
    if not info.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    name = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", name)
    return name.encode(errors="backslashreplace").decode().removeprefix("./")


def _check_places(infos: list["ZipInfo"], size: int) -> None:
    """Refuse members that share bytes, or that claim more than there are.

    Source: Fifield, "A better zip bomb" (WOOT 2019); Python checks it only from 3.11.8.
    """
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ArticleError("has members that lie over each other, as those of a bomb do")
        end = info.header_offset + _LOCAL_HEADER_BYTES + info.compress_size
    if end > size:
        raise ArticleError("has a member that ends behind the archive; copy it anew")
