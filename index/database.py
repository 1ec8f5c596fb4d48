"""One SQLite file: connections by thread, transactions, and errors in Dateline's words.

Knows nothing of what the file holds.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import IndexDamagedError, IndexFolderError
from index.sql import Database, SqliteConnection

BUSY_TIMEOUT_S = 10.0


class SqliteDatabase(Database):
    """One database file. Readers may be in many threads; the writer is one."""

    def __init__(self, path: Path) -> None:
        """Use an existing file; nothing is opened before it is needed."""
        self.path = path
        self._local = threading.local()

    @property
    def connection(self) -> SqliteConnection:
        """This thread's connection, opened at first use."""
        held: SqliteConnection | None = getattr(self._local, "connection", None)
        if held is None:
            held = self._local.connection = self._connect()
        return held

    def _connect(self) -> SqliteConnection:
        with self.translated():
            writable = _is_writable(self.path)
            # A database in a folder that cannot be written has no writer to wait for.
            mode = "mode=rw" if writable else "mode=ro&immutable=1"
            connection = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?{mode}",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
                factory=SqliteConnection,
            )
            connection.execute("PRAGMA foreign_keys = ON")
            connection.create_function("casefold", 1, _casefold, deterministic=True)
            connection.execute("SELECT value FROM meta WHERE key = 'schema'")
            return connection

    def close(self) -> None:
        """Close this thread's connection."""
        held = getattr(self._local, "connection", None)
        if held is not None:
            held.close()
            self._local.connection = None

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn SQLite's errors into Dateline's; the one place where that happens."""
        try:
            yield
        except sqlite3.OperationalError as exc:
            if "disk is full" in str(exc):
                message = "the disk is full; the index is as it was. Make room and run it again"
            elif "locked" in str(exc):
                message = "the database is locked by another program; try again when it has ended"
            elif "readonly" in str(exc) or "unable to open" in str(exc):
                message = "the database cannot be opened for this; check the folder's permissions"
            elif "disk I/O error" in str(exc):
                message = "the disk refuses to read or write; see whether it is full or failing"
            else:  # damage has a hundred messages, and the SQL here is tested
                raise self.damaged(exc) from exc
            raise IndexFolderError(f"{str(self.path.parent)!r}: {message}.") from exc
        except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:
            if isinstance(exc, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            raise self.damaged(exc) from exc

    def damaged(self, exc: Exception) -> IndexDamagedError:
        return IndexDamagedError(
            f"the index database {str(self.path)!r} is damaged ({exc}); "
            "make it anew with `dateline index build FOLDER --rebuild`."
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside happens whole or not at all, whatever is raised."""
        with self.translated():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads inside see one state of the index, whatever a writer commits meanwhile."""
        with self.translated():
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.execute("COMMIT")

    def copy_to(self, target: Path) -> None:
        """Write a copy that is whole, whatever is written here meanwhile."""
        with self.translated(), closing(sqlite3.connect(target)) as copy:
            self.connection.backup(copy)


def _casefold(value: str | None) -> str | None:
    return value.casefold() if value else value


def _is_writable(path: Path) -> bool:
    """Whether SQLite could make its companion files beside the database."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
