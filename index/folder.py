"""The index folder: which generation is live, and who may write.

    FOLDER/current            name of the live generation
    FOLDER/lock               held while somebody builds; who, is in FOLDER/lock.holder
    FOLDER/golden.jsonl       questions that every generation must go on answering
    FOLDER/encoded.sqlite3    vectors of a change that is going on or was cut off
    FOLDER/generation-0001/   see `index.generations`

A new generation is made beside the live one and goes live by one atomic rename, so nobody ever
sees a half-made index.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from index.errors import IndexBusyError, IndexFolderError, IndexMissingError, UsageError
from index.generations import DATABASE_FILE, ENCODED_FILE, FolderGeneration
from index.remembering import forget

GOLDEN_FILE = "golden.jsonl"
_CURRENT, _LOCK, _HOLDER, _PREFIX = "current", "lock", "lock.holder", "generation-"


class IndexFolder:
    """A folder that holds an index, or may come to hold one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def current(self) -> FolderGeneration:
        """The live generation.

        Raises:
            IndexMissingError: There is none.
            IndexFolderError: The path is something else than an index.
        """
        live = self.current_or_none()
        if live is None:
            raise IndexMissingError(
                f"there is no index in {str(self.path)!r} yet; make it with "
                f"`dateline index build FOLDER --index {self.path}`."
            )
        return live

    def current_or_none(self) -> FolderGeneration | None:
        """The live generation, or None before the first build.

        Raises:
            IndexFolderError: The path is a file, a folder with other things, or unreadable.
        """
        if self.path.exists() and not self.path.is_dir():
            raise IndexFolderError(f"{str(self.path)!r} is a file; --index names a folder.")
        try:
            name = (self.path / _CURRENT).read_text().strip()
        except FileNotFoundError:
            if self.path.is_dir() and not self._is_ours():
                raise IndexFolderError(
                    f"{str(self.path)!r} holds other things and no index; "
                    "name an empty or a new folder with --index."
                ) from None
            return None
        except (OSError, UnicodeDecodeError) as exc:
            raise IndexFolderError(f"{str(self.path)!r} cannot be read: {exc}.") from exc
        live = self.path / name
        if not name.startswith(_PREFIX) or not (live / DATABASE_FILE).is_file():
            raise IndexFolderError(
                f"{str(self.path)!r} names {name!r} as its index, which is not there; "
                "remove the folder and build the index anew."
            )
        return FolderGeneration(live)

    def mark(self) -> tuple[int, int]:
        """Something that is another whenever a generation has gone live; zeros before the first."""
        try:
            told = (self.path / _CURRENT).stat()
        except OSError:
            return 0, 0
        return told.st_ino, told.st_mtime_ns

    def _is_ours(self) -> bool:
        return all(
            entry.name in (_CURRENT, _LOCK, _HOLDER, GOLDEN_FILE)
            or entry.name.startswith((_PREFIX, _CURRENT, ENCODED_FILE))
            for entry in self.path.iterdir()
        )

    @contextmanager
    def locked(self, wait_s: float = 0) -> Iterator[None]:
        """Be the only one who builds.

        Args:
            wait_s: How long to wait for another one to end.

        Raises:
            IndexBusyError: Somebody else still does; the message says which process.
            IndexFolderError: The folder cannot be made or written.
        """
        from filelock import FileLock, Timeout

        self.current_or_none()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / _LOCK)
            lock.acquire(timeout=wait_s)
            self._sign()
        except Timeout as exc:
            raise IndexBusyError(
                f"{self._holder()} is building {str(self.path)!r}; try again when it has ended."
            ) from exc
        except OSError as exc:
            raise IndexFolderError(
                f"{str(self.path)!r} cannot be written: {exc.strerror or exc}."
            ) from exc
        try:
            self.discard_unpublished()
            yield
        finally:
            (self.path / _HOLDER).unlink(missing_ok=True)
            lock.release()

    def _sign(self) -> None:
        """Say in the folder who holds the lock; nothing depends on it."""
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        with suppress(OSError):  # as on a full disk
            (self.path / _HOLDER).write_text(f"process {os.getpid()} (since {since})\n")

    def _holder(self) -> str:
        try:
            return (self.path / _HOLDER).read_text().strip() or "another process"
        except OSError:
            return "another process"

    def new_generation(self) -> FolderGeneration:
        """Make an empty folder for the next generation."""
        numbers = [int(one.name.removeprefix(_PREFIX)) for one in self._generations()]
        folder = self.path / f"{_PREFIX}{max(numbers, default=0) + 1:04d}"
        folder.mkdir()
        return FolderGeneration(folder)

    def publish(self, generation: object) -> None:
        """Make a generation the live one; the one before stays, older ones go."""
        assert isinstance(generation, FolderGeneration)
        before = self.current_or_none()
        self._make_current(generation)
        for one in self._generations():
            if one not in (generation, before):
                shutil.rmtree(one.folder, ignore_errors=True)

    def roll_back(self) -> FolderGeneration:
        """Make the generation before the live one live again, and tell which it is.

        The one that was live stays for those who have it open, until the next build.

        Raises:
            UsageError: There is none before it.
        """
        live = self.current()
        earlier = [one for one in self._generations() if one < live]
        if not earlier:
            raise UsageError(
                f"{str(self.path)!r} holds no earlier index; only a rebuild leaves one behind."
            )
        self._make_current(earlier[-1])
        return earlier[-1]

    def golden_lines(self) -> Sequence[str]:
        """What is kept of golden questions, a line each.

        Raises:
            IndexFolderError: The file cannot be read.
        """
        file = self.path / GOLDEN_FILE
        try:
            return file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as exc:
            raise IndexFolderError(
                f"the golden questions in {str(file)!r} cannot be read ({exc}); "
                "mend or remove the file."
            ) from exc

    def put_golden_lines(self, lines: Sequence[str]) -> None:
        """Replace the file; whoever reads sees the old one or the new one."""
        file = self.path / GOLDEN_FILE
        partial = file.with_suffix(".partial")
        try:
            with partial.open("w", encoding="utf-8") as written:
                written.writelines(f"{line}\n" for line in lines)
                written.flush()
                os.fsync(written.fileno())
            os.replace(partial, file)
        except OSError as exc:
            raise IndexFolderError(
                f"{str(file)!r} cannot be written: {exc.strerror or exc}."
            ) from exc

    def _make_current(self, generation: FolderGeneration) -> None:
        """Name the live generation; whoever looks sees the one before or this one."""
        partial = self.path / f"{_CURRENT}.partial"
        with partial.open("w") as file:
            file.write(generation.name + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, self.path / _CURRENT)
        handle = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(handle)  # the name is in the folder, which has a cache of its own
        finally:
            os.close(handle)

    def forget_encoded(self) -> None:
        """Remove the vectors of changes that were cut off."""
        forget(self.path / ENCODED_FILE)

    def _generations(self) -> list[FolderGeneration]:
        return sorted(
            FolderGeneration(entry)
            for entry in self.path.glob(f"{_PREFIX}*")
            if entry.name.removeprefix(_PREFIX).isdigit()
        )

    def discard_unpublished(self) -> None:
        """Remove generations newer than the live one: builds that failed or were cut off."""
        live = self.current_or_none()
        for one in self._generations():
            if live is None or one > live:
                shutil.rmtree(one.folder, ignore_errors=True)
