"""A schema of a PostgreSQL database as a `Database`, for code that knows SQL and no driver.

Outside a transaction each statement stands for itself and is whole when it returns. A transaction
belongs to the thread that began it. What questions ask goes where the address says that reading
may go, and is tried again if its connection is lost; inside a transaction nothing is.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from index.errors import IndexDamagedError
from index.postgres.engine import Engine, Link, Record
from index.postgres.statements import arguments, translated
from index.sql import Database, Parameters


class FetchedRows:
    """What a statement has given back; see `index.sql.Rows`."""

    def __init__(self, records: list[Record]) -> None:
        self._left = iter(records)

    def __iter__(self) -> Iterator[Record]:
        return self._left

    def fetchone(self) -> Record | None:
        return next(self._left, None)

    def fetchall(self) -> list[Record]:
        return list(self._left)


class _Words:
    """What PostgreSQL says differently; see `index.sql.Connection`."""

    among: ClassVar[str] = "= ANY(?)"
    joined_next: ClassVar[str] = "JOIN"

    def listed(self, values: Iterable[object]) -> list[object]:
        return list(values)

    def indexed_by(self, name: str) -> str:
        """Nothing: the planner knows."""
        return ""


class PostgresConnection(_Words):
    """A connection in a transaction; see `index.sql.Connection`."""

    in_transaction: ClassVar[bool] = True

    def __init__(self, engine: Engine, link: Link, timeout_s: float | None = None) -> None:
        """Use a connection; a statement may take so long, or for ever."""
        self._engine, self._link, self._timeout_s = engine, link, timeout_s

    def alone(self, what: str) -> None:
        self.execute(
            "SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(?))", (what,)
        )

    def execute(self, sql: str, parameters: Parameters = (), /) -> FetchedRows:
        told, names = translated(sql)
        values = arguments(names, parameters)
        fetched = self._engine.fetched(self._link, told, values, self._timeout_s)
        return FetchedRows(self._engine.run(fetched))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> None:
        rows = [list(row) for row in parameters]
        if rows:
            told = translated(sql)[0]
            self._engine.call(lambda: self._link.executemany(told, rows))

    def fetch_each(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> list[Record]:
        told, rows = translated(sql)[0], [list(row) for row in parameters]
        return self._engine.call(lambda: self._link.fetchmany(told, rows)) if rows else []

    def script(self, sql: str) -> None:
        """Run several statements without parameters."""
        self._engine.call(lambda: self._link.execute(sql))


class FloatingConnection(_Words):
    """Statements outside a transaction, each on whichever connection is free."""

    in_transaction: ClassVar[bool] = False

    def __init__(self, engine: Engine, schema: str, *, reading: bool) -> None:
        self._engine, self._schema, self._reading = engine, schema, reading

    def alone(self, what: str) -> None:
        """Nothing: a statement by itself is over as soon as it is made."""

    def execute(self, sql: str, parameters: Parameters = (), /) -> FetchedRows:
        told, names = translated(sql)
        values = arguments(names, parameters)
        found = self._engine.fetch(self._schema, told, values, reading=self._reading)
        return FetchedRows(found)

    def fetch_each(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> list[Record]:
        with self._engine.transaction(self._schema, reading=self._reading) as link:
            return PostgresConnection(self._engine, link).fetch_each(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> None:
        with self._engine.transaction(self._schema) as link:
            PostgresConnection(self._engine, link).executemany(sql, parameters)


class PostgresDatabase(Database):
    """The tables of one schema."""

    def __init__(self, engine: Engine, schema: str, *, writing: bool = False) -> None:
        """Nothing is connected before it is needed.

        Args:
            engine: The connections.
            schema: Where the tables are.
            writing: Read, too, from the server that is written to: a standby may lag.
        """
        self.engine, self.schema, self.writing = engine, schema, writing
        self._local = threading.local()
        self._writing = FloatingConnection(engine, schema, reading=False)
        self._reading = FloatingConnection(engine, schema, reading=not writing)

    @property
    def connection(self) -> PostgresConnection | FloatingConnection:
        """That of this thread's transaction, or any."""
        held: PostgresConnection | None = getattr(self._local, "connection", None)
        return held or self._writing

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[object, ...]]:
        held: PostgresConnection | None = getattr(self._local, "connection", None)
        return (held or self._reading).execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Nothing: the pool is the process's."""

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Nothing: the engine has done it."""
        yield

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.engine.transaction(self.schema) as link, self._held(link):
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if getattr(self._local, "connection", None) is not None:
            yield  # what is inside a transaction sees its state
            return
        isolation = "repeatable_read"
        with (
            self.engine.transaction(
                self.schema, reading=not self.writing, isolation=isolation
            ) as link,
            self._held(link),
        ):
            yield

    @contextmanager
    def _held(self, link: Link) -> Iterator[None]:
        assert getattr(self._local, "connection", None) is None, "transactions are not nested"
        self._local.connection = PostgresConnection(self.engine, link)
        try:
            yield
        finally:
            self._local.connection = None

    def damaged(self, exc: Exception) -> IndexDamagedError:
        return IndexDamagedError(
            f"the index in {str(self.engine.address)!r} is damaged ({exc}); "
            "make it anew with `dateline index build FOLDER --rebuild`."
        )
