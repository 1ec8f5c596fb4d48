"""The state of a fleet of bots, in a database that any number of processes have open.

Changes run side by side, each in a transaction of its own. One whose connection is lost while it
commits may have happened: whoever tries it again must cope with that, as every change here does.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.state.claims import TABLES as CLAIMS
from bot.state.database import State
from bot.state.schema import POSTGRES_MIGRATIONS, POSTGRES_SCHEMA, SCHEMA_VERSION
from index.errors import CrossedError, DatabaseError, StateError
from index.location import Address
from index.postgres.database import PostgresConnection
from index.postgres.engine import STATEMENT_S, Engine, engine_of
from index.sql import Connection

AT_ONCE = 6
"""Half of the pool's connections: the rest is for what questions read of the index."""
STALLED_MS = 4000
"""Less than the time after which a bot is taken for dead."""
TRIES = 5
"""Of a change that another one has crossed."""

Result = TypeVar("Result")


class SharedState(State):
    """The state in one schema of a database."""

    def __init__(self, address: Address) -> None:
        """Open it, make its tables, or bring them to this version.

        Raises:
            StateError: The database cannot be used, or is of another version of Dateline.
        """
        self.address = address
        self._engine: Engine = engine_of(address)
        self._schema = f"{address.schema}_state"
        self._executor = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="state")
        self._closed = False
        try:
            self._translated(self._prepare)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._closed = True
        self._executor.shutdown()

    async def write(self, change: Callable[[Connection], Result]) -> Result:
        return await self._run(lambda: self._in_transaction(change))

    async def read(self, query: Callable[[Connection], Result]) -> Result:
        return await self._run(lambda: self._in_transaction(query))

    async def forget_log(self) -> None:
        """Nothing: what is deleted goes with the next vacuum, which the server does by itself."""

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Run work in a thread, even if whoever awaits it is cancelled."""
        if self._closed:
            raise StateError(f"The state {str(self.address)!r} is closed.")
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._executor, self._translated, work))

    def _translated(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except DatabaseError as exc:
            raise StateError(f"The state cannot be used: {exc}") from exc

    def _in_transaction(self, change: Callable[[Connection], Result]) -> Result:
        for _ in range(TRIES - 1):
            try:
                return self._once(change)
            except CrossedError:
                continue
        return self._once(change)

    def _once(self, change: Callable[[Connection], Result]) -> Result:
        with self._engine.transaction(self._schema) as link:
            connection = PostgresConnection(self._engine, link, STATEMENT_S)
            # What a process has locked that is stopped here, nobody else could go on with.
            connection.execute(f"SET LOCAL idle_in_transaction_session_timeout = {STALLED_MS}")
            return change(connection)

    def _prepare(self) -> None:
        """Make or migrate the tables, whole or not at all, and nobody beside."""
        with self._engine.transaction("public") as link:
            connection = PostgresConnection(self._engine, link)
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (self._schema,))
            sql = "SELECT to_regclass(?) IS NOT NULL"
            ((there,),) = connection.execute(sql, (f"{self._schema}.meta",))
            if not there:
                connection.script(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
            path = f"{self._schema}, public"
            connection.execute("SELECT set_config('search_path', ?, true)", (path,))
            if not there:
                connection.script(POSTGRES_SCHEMA + CLAIMS)
            while (version := _version(connection)) in POSTGRES_MIGRATIONS:
                connection.script(POSTGRES_MIGRATIONS[version])
        if version != str(SCHEMA_VERSION):
            raise StateError(
                f"The state {str(self.address)!r} is of another version of Dateline ({version}, "
                f"not {SCHEMA_VERSION}); use that version, or another DATELINE_STATE."
            )


def _version(connection: Connection) -> str:
    ((version,),) = connection.execute("SELECT value FROM meta WHERE key = 'schema'")
    return str(version)
