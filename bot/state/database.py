"""What holds all that the bot remembers, and who may use it: here a file of SQLite's.

Functions over a connection (`bot.state.inbox` and the modules after it) say what is read and
written; a state runs them, and each change is one transaction that survives a power cut. Knows
nothing of Telegram.
"""

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from bot.state.schema import MIGRATIONS, SCHEMA, SCHEMA_VERSION
from index.errors import StateBusyError, StateError
from index.sql import Connection, SqliteConnection

BUSY_TIMEOUT_S = 10.0

Result = TypeVar("Result")


class State(ABC):
    """The state of a bot. Its methods may be awaited from anywhere."""

    @abstractmethod
    def close(self) -> None:
        """Give it back; what was begun is ended first."""

    @abstractmethod
    async def write(self, change: Callable[[Connection], Result]) -> Result:
        """Run a change as one transaction; when this returns, a power cut cannot undo it.

        Raises:
            StateError: It cannot be written; nothing of the change has happened.
        """

    @abstractmethod
    async def read(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query.

        Raises:
            StateError: It cannot be read.
        """

    @abstractmethod
    async def forget_log(self) -> None:
        """Empty what else the engine keeps of texts that were deleted."""


class FileState(State):
    """The state of one bot, in a file, open in one process."""

    def __init__(self, path: Path, lock: FileLock, executor: ThreadPoolExecutor) -> None:
        """Use `open_file`."""
        self.path, self._lock, self._executor = path, lock, executor
        self._connection: SqliteConnection | None = None

    @classmethod
    def open_file(cls, path: Path) -> "FileState":
        """Open the file, or make it, and keep others out until `close`.

        Raises:
            StateBusyError: Another process has it open.
            StateError: It cannot be used.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(f"{path}.lock")
            lock.acquire(timeout=0)
            if not path.exists():
                path.touch(mode=0o600)  # people wrote to the bot alone; SQLite follows the mode
        except Timeout as exc:
            raise StateBusyError(
                f"Another bot is running with the state {str(path)!r}; stop it first, or give "
                "this one another DATELINE_STATE."
            ) from exc
        except OSError as exc:
            raise StateError(
                f"The state {str(path)!r} cannot be opened: {exc.strerror or exc}. "
                "Check DATELINE_STATE and its permissions."
            ) from exc
        state = cls(path, lock, ThreadPoolExecutor(1, thread_name_prefix="state"))
        try:
            state._executor.submit(state._connect).result()
        except BaseException:
            state.close()
            raise
        return state

    def close(self) -> None:
        """Close the file and let others use it; what was begun is ended first."""
        self._executor.submit(self._disconnect).result()
        self._executor.shutdown()
        self._lock.release()

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        return await self._run(lambda: self._in_transaction(change))

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        return await self._run(lambda: query(self._opened()))

    async def forget_log(self) -> None:
        """Write the log of SQLite into the file and empty it: what was deleted stands there, too.

        While somebody else reads the file, such as a backup, this is left for the next time, for
        everybody would wait.
        """
        await self._run(lambda: _truncate_log(self._opened()))

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Run work in the thread of the state, even if whoever awaits it is cancelled."""
        future = asyncio.get_running_loop().run_in_executor(self._executor, self._translated, work)
        return await asyncio.shield(future)

    def _translated(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise  # a mistake in the SQL, which no waiting mends
            raise StateError(f"The state {str(self.path)!r} cannot be used: {exc}.") from exc
        except sqlite3.DatabaseError as exc:
            if isinstance(exc, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            raise StateError(
                f"The state {str(self.path)!r} is damaged ({exc}); bring back a copy of it."
            ) from exc

    def _in_transaction(self, change: Callable[[Connection], Result]) -> Result:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = change(connection)
            connection.execute("COMMIT")
            return result
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _opened(self) -> SqliteConnection:
        if self._connection is None:
            raise StateError(f"The state {str(self.path)!r} is closed.")
        return self._connection

    def _connect(self) -> None:
        self._translated(self._open_and_prepare)

    def _open_and_prepare(self) -> None:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, factory=SqliteConnection
        )
        self._connection = connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # acknowledged means on the disk
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is gone
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        version = _version(connection)
        while version in MIGRATIONS:
            connection.executescript(f"BEGIN IMMEDIATE; {MIGRATIONS[version]} COMMIT;")
            version = _version(connection)
        if version != str(SCHEMA_VERSION):
            raise StateError(
                f"The state {str(self.path)!r} is of another version of Dateline ({version}, not "
                f"{SCHEMA_VERSION}); use that version, or another DATELINE_STATE."
            )

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _truncate_log(connection: SqliteConnection) -> None:
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")


def _version(connection: sqlite3.Connection) -> str:
    (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return str(version)
