"""An index in a database: which generation is live, and who may write.

A new generation is a schema beside the live one, and goes live by one UPDATE. Of a build that was
cut off its generation stays, and the next build with the same recipe goes on in it: what was
encoded is not encoded again.
"""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from index.chunking import ChunkSettings
from index.encoders import Encoder, EncoderCard
from index.errors import ConnectionLostError, IndexBusyError, IndexMissingError, UsageError
from index.folder import ENCODER_FOLDER
from index.location import Address
from index.postgres.catalog import Catalog
from index.postgres.database import PostgresConnection
from index.postgres.engine import engine_of
from index.postgres.jobs import QueuedEncoding
from index.postgres.models import models_folder, new_models_folder
from index.postgres.schema import NEAREST_INDEX, generation_sql
from index.postgres.searching import PostgresSearcher
from index.postgres.store import PostgresStore
from index.store import SCHEMA_VERSION, Store

LOOK_S = 0.1  # how often a lock that somebody else has is tried
REANALYSED = 0.1  # of the chunks may have changed before the planner is told


class PostgresGeneration:
    """One generation; see `index.places.Generation`."""

    def __init__(self, catalog: Catalog, number: int, new: Path | None = None) -> None:
        """Know it by its number.

        Args:
            catalog: That has it.
            number: Its number.
            new: Where its models are made, if it is being made.
        """
        self.catalog, self.number, self._new = catalog, number, new

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PostgresGeneration) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[object, int]:
        return self.catalog.address, self.number

    @property
    def name(self) -> str:
        """Of its schema."""
        return schema_of(self.catalog.address, self.number)

    @property
    def index(self) -> str:
        """The database, without user and password."""
        return str(self.catalog.address)

    @property
    def dimensions(self) -> int:
        """Of its encoder."""
        return EncoderCard.load(self.folder / ENCODER_FOLDER).dimensions

    @cached_property
    def folder(self) -> Path:
        """Its models on this machine."""
        return self._new or models_folder(self.catalog, self.number)

    def create(self, meta: dict[str, str], dimensions: int, *, resumes: bool = False) -> None:
        """Make its tables; or go on with those that a build with this recipe has left."""
        self.keep_folder()
        wanted = {"schema": str(SCHEMA_VERSION), "revision": "0", **meta}
        with self.catalog.engine.transaction("public") as link:
            connection = PostgresConnection(self.catalog.engine, link)
            sql = "SELECT to_regclass(?) IS NOT NULL"
            ((there,),) = connection.execute(sql, (f"{self.name}.meta",))
            if resumes and there and not wanted.items() - self.store().meta().items():
                return
            connection.script(
                f"DROP SCHEMA IF EXISTS {self.name} CASCADE; CREATE SCHEMA {self.name};"
            )
            connection.execute(
                "SELECT set_config('search_path', ?, true)", (f"{self.name}, public",)
            )
            connection.script(generation_sql(dimensions))
            connection.executemany(
                "INSERT INTO meta (key, value) VALUES (?, ?)",
                list(wanted.items()),
            )
            connection.execute(
                f"DELETE FROM {self.catalog.schema}.jobs WHERE number = ?",  # noqa: S608
                (self.number,),
            )

    def store(self) -> PostgresStore:
        """Its tables."""
        return PostgresStore(self.catalog.engine, self.name, writing=self.catalog.writing)

    def searcher(self, store: Store, dimensions: int) -> PostgresSearcher:
        """What searches it."""
        assert isinstance(store, PostgresStore)
        return PostgresSearcher(store)

    def encoding(self, store: Store, encoder: Encoder, chunking: ChunkSettings) -> QueuedEncoding:
        """What gives its articles chunks: whoever works off the queue, this process among them."""
        assert isinstance(store, PostgresStore)
        return QueuedEncoding(self.catalog, self.number, store, encoder, chunking)

    def copy_from(self, source: object) -> None:
        """Become a copy of another generation, as its last build has left it."""
        assert isinstance(source, PostgresGeneration)
        store, before = self.store(), source.store()
        meta = before.meta()
        if self._new:
            shutil.copytree(source.folder, self._new, dirs_exist_ok=True)
        self.create(meta, source.dimensions)
        store.copy_tables(before)

    def keep_folder(self) -> None:
        """Keep the models in the database, for all who search and encode."""
        if self._new:
            self.catalog.put_models(self.number, self._new)

    def settle(self, store: Store, dimensions: int) -> None:
        """Make the index of vectors, if there is none, and let the planner know what there is."""
        assert isinstance(store, PostgresStore)
        with store.transaction():
            store.connection.execute(NEAREST_INDEX)
        chunks = int(str(store.rows("SELECT count(*) FROM chunks")[0][0]))
        known = int(store.meta().get("analysed", "0"))
        if abs(chunks - known) > REANALYSED * known:
            for table in ("articles", "chunks", "article_months", "versions"):
                store.connection.execute(f"ANALYZE {table}")
            store.set_meta({"analysed": str(chunks)})


class IndexDatabase:
    """A database that holds an index, or may come to hold one; see `index.places.Place`."""

    def __init__(self, address: Address, *, writing: bool = False) -> None:
        """Nothing is connected before it is needed; see `open_place`."""
        self.catalog = Catalog(engine_of(address), address, writing=writing)

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
        return PostgresGeneration(self.catalog, number, new_models_folder())

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
        with suppress(ConnectionLostError):
            rows = self.catalog.connection.execute(
                "SELECT g.number FROM generations g JOIN current c ON g.number > c.number "
                "WHERE g.was_live"
            )
            self._drop(int(str(number)) for (number,) in rows)

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


def schema_of(address: Address, number: int) -> str:
    """Where the tables of a generation are."""
    return f"{address.schema}_{number:04d}"
