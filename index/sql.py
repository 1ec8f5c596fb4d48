"""What the code asks of a database, whichever engine it is: SQLite's or PostgreSQL's.

SQL is written once, in the words that both engines know, with `?`, `?1` or `:name` for parameters.
What they say differently hangs on the connection. Knows no driver.
"""

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol

from index.errors import IndexDamagedError

Parameters = Sequence[Any] | Mapping[str, Any]


class Rows(Protocol):
    """What a statement has given back."""

    def __iter__(self) -> Iterator[Any]:
        """The rows, as tuples."""
        ...

    def fetchone(self) -> Any:  # noqa: ANN401 - a tuple or None, as its statement says
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...


class Connection(Protocol):
    """A connection to a database.

    Attributes:
        among: SQL that tells whether what stands before it is among the values of one parameter,
            which is made by `listed`.
    """

    @property
    def among(self) -> str:
        """See above."""
        ...

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    @property
    def joined_next(self) -> str:
        """SQL that joins another table, after those before it where the engine can be told so."""
        ...

    def indexed_by(self, name: str) -> str:
        """SQL behind a table that has it looked up by an index, where the engine must be told."""
        ...

    def alone(self, what: str) -> None:
        """Wait until no other transaction has been alone with something; this one is, then."""
        ...

    def listed(self, values: Iterable[object]) -> object:
        """Some values, numbers or texts, as one parameter for `among`."""
        ...

    def execute(self, sql: str, parameters: Parameters = (), /) -> Rows:
        """Run a statement."""
        ...

    def fetch_each(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> list[Any]:
        """The rows of a query for each of several rows of parameters, in one journey."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> object:
        """Run a statement for each of several rows of parameters."""
        ...


class SqliteConnection(sqlite3.Connection):
    """A `Connection` to an SQLite file; see `sqlite3.Connection`."""

    among: ClassVar[str] = "IN (SELECT value FROM json_each(?))"
    joined_next: ClassVar[str] = "CROSS JOIN"

    def listed(self, values: Iterable[object]) -> str:
        """See `Connection`."""
        return json.dumps(list(values))

    def fetch_each(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> list[Any]:
        """See `Connection`."""
        return [row for one in parameters for row in self.execute(sql, one)]

    def indexed_by(self, name: str) -> str:
        """See `Connection`."""
        return f"INDEXED BY {name}"

    def alone(self, what: str) -> None:
        """Nothing: whoever writes is alone with all."""


class Database(ABC):
    """A database that holds an index. Readers may be in many threads; the writer is one."""

    @property
    @abstractmethod
    def connection(self) -> Connection:
        """What this thread runs statements on."""

    @abstractmethod
    def close(self) -> None:
        """Give back what this thread holds."""

    @abstractmethod
    def translated(self) -> AbstractContextManager[None]:
        """Turn the engine's errors into Dateline's; the one place where that happens."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """All that is written inside happens whole or not at all, whatever is raised."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """All reads inside see one state of the index, whatever a writer commits meanwhile."""

    @abstractmethod
    def damaged(self, exc: Exception) -> IndexDamagedError:
        """What to raise where the database holds what it cannot hold."""

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[object, ...]]:
        """All rows of a query."""
        with self.translated():
            return self.connection.execute(sql, parameters).fetchall()
