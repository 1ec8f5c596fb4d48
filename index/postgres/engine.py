"""One pool of connections to a database, driven by an event loop in a thread of its own.

Any thread may ask; it waits until the loop has the answer. Knows nothing of tables.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncpg
import stamina

from index.errors import ConnectionLostError, DatabaseError, UsageError
from index.location import Address
from index.postgres.refusals import CrowdedError, refusals_of

POOL_SIZE = 12
ACQUIRE_S, CONNECT_S = 10.0, 5.0
STATEMENT_S = 60.0  # for one that only reads; an index may take hours to make
PATIENCE_S = 20.0  # for a standby to take over, where a connection was there before
LEAST_SERVER = 150_000
# A dead host is noticed after 5 + 3 * 5 seconds, on either end.
_KEEPALIVE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

# How many rows HNSW looks at before its first is taken, and that it goes on where a filter drops
# most of them; a server without pgvector does not mind.
_HNSW = {"hnsw.ef_search": "100", "hnsw.iterative_scan": "relaxed_order"}

# What a server says of a URL whose query names what it does not know.
_ODD_URL = (asyncpg.UndefinedObjectError, asyncpg.CantChangeRuntimeParamError)

Result = TypeVar("Result")
Record = tuple[Any, ...]

logger = logging.getLogger(__name__)


class Link(asyncpg.Connection):  # type: ignore[misc]  # asyncpg is not read by mypy
    """A connection that knows which schema its statements are for."""

    __slots__ = ("schema",)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.schema = ""

    async def enter(self, schema: str) -> None:
        """Look for tables in a schema, from now on."""
        if self.schema != schema:
            await self.execute("SELECT set_config('search_path', $1, false)", f"{schema}, public")
            self.schema = schema


class Engine:
    """The connections of this process to one database."""

    def __init__(self, address: Address) -> None:
        """Nothing is connected before it is needed."""
        self.address, self.reached = address, False
        self._pools: dict[str, asyncpg.Pool] = {}
        self._lock: asyncio.Lock | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close all connections; whatever is under way is broken off."""

        async def end() -> None:
            for pool in self._pools.values():
                pool.terminate()
            self._pools.clear()
            await asyncio.sleep(0)  # so that transports are closed by the loop that has them

        if not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(end(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait, in any thread but the loop's own, for what the loop does."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def fetch(
        self, schema: str, sql: str, values: Sequence[Any] = (), *, reading: bool = False
    ) -> list[Record]:
        """Run one statement by itself; what only reads is tried again if its connection is lost.

        Args:
            schema: Where its tables are.
            sql: In the words of PostgreSQL.
            values: Of its parameters.
            reading: Whether it may go to a standby, and be done twice.

        Raises:
            DatabaseError: The database refuses, or cannot be reached.
        """

        async def once() -> list[Record]:
            async with self._acquired(schema, reading) as link:
                return await self.fetched(link, sql, values, STATEMENT_S if reading else None)

        if not reading or not self.reached:
            return self.run(once())
        for attempt in stamina.retry_context(
            on=ConnectionLostError,
            attempts=None,
            timeout=PATIENCE_S,
            wait_initial=0.05,
            wait_max=1.0,
        ):
            with attempt:
                return self.run(once())
        raise AssertionError("stamina tries or raises")

    async def fetched(
        self, link: Link, sql: str, values: Sequence[Any], timeout_s: float | None = None
    ) -> list[Record]:
        """The rows of a statement, as tuples; in the loop."""
        with refusals_of(self.address):
            return [tuple(row) for row in await link.fetch(sql, *values, timeout=timeout_s)]

    @contextmanager
    def transaction(
        self, schema: str, *, reading: bool = False, isolation: str = "read_committed"
    ) -> Iterator[Link]:
        """A connection in a transaction, for `run`; all that is done in it happens, or nothing."""
        acquired = self._acquired(schema, reading)
        link = self.run(acquired.__aenter__())
        try:
            begun = link.transaction(isolation=isolation, readonly=reading)
            self.run(self._told(begun.start, ACQUIRE_S))
            try:
                yield link
            except BaseException:
                self.run(self._abandoned(begun))
                raise
            self.run(self._told(begun.commit))
        finally:
            self.run(acquired.__aexit__(None, None, None))

    @contextmanager
    def held(self, schema: str) -> Iterator[Link]:
        """A connection for some time, without a transaction: for locks that it holds."""
        acquired = self._acquired(schema, reading=False)
        link = self.run(acquired.__aenter__())
        try:
            yield link
        finally:
            self.run(acquired.__aexit__(None, None, None))

    def forget_connections(self) -> None:
        """Have new connections made, which learn the types that there are now."""
        for pool in self._pools.values():
            self.run(pool.expire_connections())

    def call(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do something with a connection that one has, and translate what it raises."""
        return self.run(self._told(act))

    async def _told(
        self, act: Callable[[], Awaitable[Result]], timeout_s: float | None = None
    ) -> Result:
        with refusals_of(self.address):
            async with asyncio.timeout(timeout_s):  # a host that is gone says nothing at all
                return await act()

    async def _abandoned(self, begun: Any) -> None:  # noqa: ANN401 - asyncpg is not typed
        try:
            await begun.rollback()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as exc:
            logger.debug("nothing is left to roll back: %s", exc)  # the connection is gone

    def _acquired(self, schema: str, reading: bool) -> "_Acquired":
        return _Acquired(self, schema, reading)

    async def pool(self, reading: bool) -> asyncpg.Pool:
        """The pool for reading or for writing; it is the same unless the address says otherwise."""
        wanted = self.address.reads if reading and self.address.reads else "read-write"
        if self._lock is None:
            self._lock = asyncio.Lock()
        async with self._lock:
            if wanted not in self._pools:
                with refusals_of(self.address):
                    self._pools[wanted] = await asyncpg.create_pool(
                        self.address.url,
                        min_size=0,
                        max_size=POOL_SIZE,
                        connection_class=Link,
                        init=_prepare,
                        reset=_leave,
                        target_session_attrs=wanted,
                        timeout=CONNECT_S,
                        server_settings={"application_name": "dateline", **_KEEPALIVE, **_HNSW},
                    )
            return self._pools[wanted]


class _Acquired:
    """A connection of the pool for the time of a block."""

    def __init__(self, engine: Engine, schema: str, reading: bool) -> None:
        self._engine, self._schema, self._reading = engine, schema, reading
        self._pool: asyncpg.Pool | None = None
        self._link: Link | None = None

    async def __aenter__(self) -> Link:
        self._pool = await self._engine.pool(self._reading)
        with refusals_of(self._engine.address):
            try:
                self._link = await self._pool.acquire(timeout=ACQUIRE_S)
            except TimeoutError as exc:
                full = self._pool.get_size() == POOL_SIZE
                raise (CrowdedError() if full else exc) from exc
            except (ValueError, *_ODD_URL) as exc:
                reason = " ".join(str(exc).split())
                raise UsageError(
                    f"the URL of {str(self._engine.address)!r} cannot be used ({reason}); "
                    "correct it."
                ) from None
        self._engine.reached = True
        with refusals_of(self._engine.address):
            try:
                await self._link.enter(self._schema)
            except BaseException:
                await self._pool.release(self._link)
                raise
        return self._link

    async def __aexit__(self, *_: object) -> None:
        assert self._pool is not None
        try:
            await self._pool.release(self._link)
        except (asyncpg.InterfaceError, OSError) as exc:
            logger.debug("a connection was lost: %s", exc)


async def _prepare(link: Link) -> None:
    """See that a server is one that can be used, and teach the connection vectors."""
    version = link.get_server_version()
    if version.major * 10_000 < LEAST_SERVER:
        raise DatabaseError(
            f"the server is PostgreSQL {version.major}.{version.minor}; Dateline needs 15 or newer."
        )
    known = await link.fetchval("SELECT to_regtype('halfvec') IS NOT NULL")
    if known:
        from pgvector.asyncpg import register_vector

        await register_vector(link)


async def _leave(_link: Link) -> None:
    """Nothing: every transaction is ended by its block, and the schema is remembered."""


_engines: dict[Address, Engine] = {}
_engines_lock = threading.Lock()


def engine_of(address: Address) -> Engine:
    """The engine of this process for a database; index and state share it."""
    with _engines_lock:
        wanted = Address(address.url, address.shown.partition("?")[0], reads=address.reads)
        if wanted not in _engines:
            _engines[wanted] = Engine(wanted)
        return _engines[wanted]


def close_engines() -> None:
    """Close all connections of this process."""
    with _engines_lock:
        while _engines:
            _engines.popitem()[1].close()
