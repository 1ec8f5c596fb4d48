"""One generation of an index in a database: its tables, its models, what searches it."""

import shutil
from functools import cached_property
from pathlib import Path

from index.chunking import ChunkSettings
from index.encoders import Encoder, EncoderCard
from index.generations import ENCODER_FOLDER
from index.location import Address
from index.postgres.catalog import Catalog
from index.postgres.database import PostgresConnection
from index.postgres.jobs import QueuedEncoding
from index.postgres.models import models_folder
from index.postgres.schema import NEAREST_INDEX, generation_sql
from index.postgres.searching import PostgresSearcher
from index.postgres.store import PostgresStore
from index.store import SCHEMA_VERSION, Store

REANALYSED = 0.1  # of the chunks may have come before the planner is told


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
        # Numbers that chunks were given, not chunks: to count millions takes seconds.
        sql = (
            "SELECT last_value, "
            "(SELECT reltuples >= 0 FROM pg_class WHERE oid = CAST('chunks' AS REGCLASS)) "
            "FROM chunk_numbers"
        )
        ((given, analysed),) = store.connection.execute(sql)
        known = int(store.meta().get("analysed", "0"))
        if not analysed or given - known > REANALYSED * known:
            for table in ("articles", "chunks", "article_months", "versions"):
                store.connection.execute(f"ANALYZE {table}")
            store.set_meta({"analysed": str(given)})


def schema_of(address: Address, number: int) -> str:
    """Where the tables of a generation are."""
    return f"{address.schema}_{number:04d}"
