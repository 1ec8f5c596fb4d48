"""The one SQLite file that holds all that the bot remembers, and who may use it.

Functions over a connection (`bot.state.inbox` and the modules after it) say what is read and
written; here it is opened, and each change is one transaction that survives a power cut. Knows
nothing of Telegram.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from bot.state.schema import MIGRATIONS, SCHEMA, SCHEMA_VERSION
from index.errors import StateBusyError, StateError

BUSY_TIMEOUT_S = 10.0

Result = TypeVar("Result")


class State:
    """The state of one bot, open in one process. Its methods may be awaited from anywhere."""

    def __init__(self, path: Path, lock: FileLock, executor: ThreadPoolExecutor) -> None:
        """Use `State.open`."""
        self.path, self._lock, self._executor = path, lock, executor
        self._connection: sqlite3.Connection | None = None

    @classmethod
    def open(cls, path: Path) -> "State":
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

    async def write(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a change as one transaction; when this returns, a power cut cannot undo it.

        Raises:
            StateError: It cannot be written; nothing of the change has happened.
        """
        return await self._run(lambda: self._in_transaction(change))

    async def read(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a query.

        Raises:
            StateError: The file cannot be read.
        """
        return await self._run(lambda: query(self._opened()))

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

    def _in_transaction(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
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

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StateError(f"The state {str(self.path)!r} is closed.")
        return self._connection

    def _connect(self) -> None:
        self._translated(self._open_and_prepare)

    def _open_and_prepare(self) -> None:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
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


def _version(connection: sqlite3.Connection) -> str:
    (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return str(version)
