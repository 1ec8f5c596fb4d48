"""An index in a database: which generation is live, and who may write.

A new generation is a schema beside the live one, and goes live by one UPDATE. Of a build that was
cut off its generation stays, and the next build with the same recipe goes on in it: what was
encoded is not encoded again.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import ConnectionLostError, IndexBusyError, IndexMissingError, UsageError
from index.location import Address
from index.postgres.catalog import Catalog
from index.postgres.database import PostgresConnection
from index.postgres.engine import engine_of
from index.postgres.generations import PostgresGeneration, schema_of
from index.postgres.models import new_models_folder

LOOK_S = 0.1  # how often a lock that somebody else has is tried


class IndexDatabase:
    """A database that holds an index, or may come to hold one; see `index.places.Place`."""

    def __init__(self, address: Address, *, writing: bool = False) -> None:
        """Nothing is connected before it is needed; see `open_place`."""
        self.catalog = Catalog(engine_of(address), address, writing=writing)
        self._new: Path | None = None

    def __str__(self) -> str:
        return str(self.catalog.address)

    def current(self) -> PostgresGeneration:
        """The live generation.

        Raises:
            IndexMissingError: There is none.
        """
        live = self.current_or_none()
        if live is None:
            raise IndexMissingError(
                f"there is no index in {str(self)!r} yet; make it with "
                "`dateline index build FOLDER`."
            )
        return live

    def current_or_none(self) -> PostgresGeneration | None:
        """The live generation, or None before the first build."""
        number, _ = self.mark()
        return PostgresGeneration(self.catalog, number) if number else None

    def mark(self) -> tuple[int, int]:
        """The number of the live generation, and how often another one went live."""
        return self.catalog.live()

    @contextmanager
    def locked(self, wait_s: float = 0) -> Iterator[None]:
        """Keep all other writers out, for as long as the connection lasts.

        Args:
            wait_s: How long to wait for another one to end.

        Raises:
            IndexBusyError: Somebody else still writes; the message says which process.
        """
        self.catalog.ensure()
        engine, key = self.catalog.engine, f"dateline {self.catalog.schema} writer"
        with engine.held("public") as link:
            connection = PostgresConnection(engine, link)
            last = time.monotonic() + wait_s
            while True:
                sql = "SELECT pg_try_advisory_lock(hashtext(?))"
                ((locked,),) = connection.execute(sql, (key,))
                if locked:
                    break
                if time.monotonic() >= last:
                    raise IndexBusyError(
                        f"{self._holder(connection, key)} is building {str(self)!r}; try again "
                        "when it has ended."
                    )
                time.sleep(LOOK_S)
            try:
                yield
            finally:
                connection.execute("SELECT pg_advisory_unlock_all()")

    def _holder(self, connection: PostgresConnection, key: str) -> str:
        rows = connection.execute(
            "SELECT a.pid, a.client_addr FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
            "WHERE l.locktype = 'advisory' AND l.granted "
            "AND l.objid = CAST(CAST(hashtext(?) AS BIT(32)) AS BIGINT) ",
            (key,),
        ).fetchall()
        if not rows:
            return "another process"
        return f"the process behind connection {rows[0][0]} ({rows[0][1] or 'on the server'})"

    def new_generation(self) -> PostgresGeneration:
        """Make room for the next generation, or go on with one that was cut off."""
        with self.catalog.transaction():
            rows = self.catalog.rows("SELECT number FROM generations WHERE NOT was_live")
            if rows:
                number = int(str(rows[0][0]))
            else:
                sql = "SELECT coalesce(max(number), 0) + 1 FROM generations"
                number = int(str(self.catalog.rows(sql)[0][0]))
                self.catalog.connection.execute(
                    "INSERT INTO generations (number, schema) VALUES (?, ?)",
                    (number, schema_of(self.catalog.address, number)),
                )
        self._new = new_models_folder()
        return PostgresGeneration(self.catalog, number, self._new)

    def publish(self, generation: object) -> None:
        """Make a generation the live one; the one before stays, older ones go."""
        assert isinstance(generation, PostgresGeneration)
        before = self.current_or_none()
        self._make_current(generation.number)
        kept = {generation.number, before.number if before else 0}
        self._drop(number for number in self._numbers() if number not in kept)

    def roll_back(self) -> PostgresGeneration:
        """Make the generation before the live one live again, and tell which it is.

        Raises:
            UsageError: There is none before it.
        """
        live = self.current()
        earlier = [number for number in self._numbers() if number < live.number]
        if not earlier:
            raise UsageError(
                f"{str(self)!r} holds no earlier index; only a rebuild leaves one behind."
            )
        with self.catalog.transaction():
            # What was live is of no use to the next build.
            self.catalog.connection.execute(
                "UPDATE generations SET was_live = TRUE WHERE number = ?", (live.number,)
            )
        self._make_current(earlier[-1])
        return PostgresGeneration(self.catalog, earlier[-1])

    def discard_unpublished(self) -> None:
        """Remove what a rollback has left behind; what was cut off is gone on with.

        Where the database is away, the next writer does it.
        """
        if self._new:  # what is live is fetched from the database
            shutil.rmtree(self._new, ignore_errors=True)
            self._new = None
        with suppress(ConnectionLostError):
            rows = self.catalog.connection.execute(
                "SELECT g.number FROM generations g JOIN current c ON g.number > c.number "
                "WHERE g.was_live"
            )
            self._drop(int(str(number)) for (number,) in rows)

    def forget_encoded(self) -> None:
        """Nothing: it is kept in the generation that is gone on with."""

    def golden_lines(self) -> Sequence[str]:
        """What is kept of golden questions, a line each."""
        return self.catalog.golden_lines() if self.catalog.exists() else []

    def put_golden_lines(self, lines: Sequence[str]) -> None:
        """Keep these in their place."""
        self.catalog.put_golden_lines(lines)

    def _numbers(self) -> list[int]:
        rows = self.catalog.rows("SELECT number FROM generations ORDER BY number")
        return [int(str(number)) for (number,) in rows]

    def _make_current(self, number: int) -> None:
        """Name the live generation; whoever looks sees the one before or this one."""
        with self.catalog.transaction():
            run = self.catalog.connection.execute
            run("UPDATE generations SET was_live = TRUE WHERE number = ?", (number,))
            run(
                "INSERT INTO current (number) VALUES (?) ON CONFLICT (one) DO UPDATE "
                "SET number = excluded.number, swaps = current.swaps + 1",
                (number,),
            )

    def _drop(self, numbers: Iterator[int]) -> None:
        """Remove generations, tables and all; a model file goes with the last that has it."""
        for number in list(numbers):
            schema = schema_of(self.catalog.address, number)
            with self.catalog.transaction():
                run = self.catalog.connection.execute
                run(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
                run("DELETE FROM generations WHERE number = ?", (number,))
                run("DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM model_files)")
