"""The catalog of an index in a database: its versions, models and golden questions."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.errors import DatabaseError
from index.location import Address
from index.postgres.database import PostgresConnection, PostgresDatabase
from index.postgres.engine import Engine
from index.postgres.schema import (
    CATALOG_VERSION,
    LEAST_VECTOR,
    MIGRATIONS,
    catalog_sql,
    is_too_old,
    vector_version,
)

PART_BYTES = 16 << 20


class Catalog(PostgresDatabase):
    """The tables of the schema that an address names."""

    def __init__(self, engine: Engine, address: Address, *, writing: bool = False) -> None:
        """See `PostgresDatabase`."""
        super().__init__(engine, address.schema, writing=writing)
        self.address = address
        self._checked = self._replicated = False

    def exists(self) -> bool:
        """Whether there is a catalog of this version of Dateline.

        Raises:
            DatabaseError: It is of a later version.
        """
        if not self._checked:
            sql = "SELECT to_regclass(?) IS NOT NULL"
            ((there,),) = self.rows(sql, (f"{self.schema}.generations",))
            if not there:
                return False
            self._refuse_later(self._version())
            self._refuse_old_vectors()
            self._checked = self._version() == str(CATALOG_VERSION)
        return True

    def live(self) -> tuple[int, int]:
        """The number of the live generation and how often another one went live; zeros if none is.

        As the server has it that questions are asked of: a standby names a generation when it has
        all of it.
        """
        if not self.exists():
            return 0, 0
        if not self._replicated:
            ((there,),) = self.rows("SELECT to_regclass('current') IS NOT NULL")
            self._replicated = bool(there)
        sql = "SELECT number, swaps FROM current"
        rows = self.rows(sql) if self._replicated else self.connection.execute(sql).fetchall()
        return (int(str(rows[0][0])), int(str(rows[0][1]))) if rows else (0, 0)

    def ensure(self) -> None:
        """Make the catalog, or bring it to this version; whole or not at all.

        Raises:
            DatabaseError: It is of a later version, or pgvector is missing or too old.
        """
        if self._checked:
            return
        with self._alone("public") as connection:
            if vector_version(self) is None:
                connection.script("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
        self._refuse_old_vectors()
        self.engine.forget_connections()  # which do not know vectors yet
        with self._alone(self.schema) as connection:
            ((there,),) = connection.execute(
                "SELECT to_regclass(?) IS NOT NULL", (f"{self.schema}.generations",)
            )
            if not there:
                connection.script(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
                connection.script(catalog_sql())
        while (version := self._version()) in MIGRATIONS:
            with self._alone(self.schema) as connection:
                if self._version() == version:  # nobody else was faster
                    connection.script(MIGRATIONS[version])
        self._refuse_later(version)
        self._checked = True

    @contextmanager
    def _alone(self, schema: str) -> Iterator[PostgresConnection]:
        """A transaction beside which nobody else makes or changes the catalog."""
        with self.engine.transaction(schema) as link:
            connection = PostgresConnection(self.engine, link)
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('dateline catalog'))")
            yield connection

    def _version(self) -> str:
        sql = "SELECT value FROM meta WHERE key = 'schema'"
        ((version,),) = self.connection.execute(sql)  # not from a standby, which may lag
        return str(version)

    def _refuse_later(self, version: str) -> None:
        if int(version) > CATALOG_VERSION:
            raise DatabaseError(
                f"the index in {str(self.address)!r} is of a later version of Dateline ({version}, "
                f"not {CATALOG_VERSION}); use that version, or another schema."
            )

    def _refuse_old_vectors(self) -> None:
        version = vector_version(self)
        if version is not None and is_too_old(version):
            least = ".".join(map(str, LEAST_VECTOR))
            raise DatabaseError(
                f"the database {str(self.address)!r} has pgvector {version}, which corrupts its "
                f"indexes on vacuum; install {least} or newer and run "
                "`ALTER EXTENSION vector UPDATE`."
            )

    def put_models(self, number: int, folder: Path) -> None:
        """Keep the files of a folder as the models of a generation, in the place of those before.

        Raises:
            OSError: A file cannot be read.
        """
        files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        with self.transaction():
            run = self.connection.execute
            run("DELETE FROM model_files WHERE number = ?", (number,))
            for name, path in files.items():
                sha256 = self._put_blob(path)
                run(
                    "INSERT INTO model_files (number, path, sha256) VALUES (?, ?, ?)",
                    (number, name, sha256),
                )

    def _put_blob(self, path: Path) -> str:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if not self.rows("SELECT 1 FROM blobs WHERE sha256 = ? LIMIT 1", (sha256,)):
                file.seek(0)
                for part, raw in enumerate(iter(lambda: file.read(PART_BYTES), b"")):
                    self.connection.execute(
                        "INSERT INTO blobs (sha256, part, bytes) VALUES (?, ?, ?) "
                        "ON CONFLICT (sha256, part) DO NOTHING",
                        (sha256, part, raw),
                    )
        return sha256

    def models(self, number: int) -> dict[str, str]:
        """The hashes of a generation's model files, by their paths."""
        rows = self.rows(
            "SELECT path, sha256 FROM model_files WHERE number = ? ORDER BY path", (number,)
        )
        return {str(path): str(sha256) for path, sha256 in rows}

    def blob(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a file, in parts."""
        part = 0
        sql = "SELECT bytes FROM blobs WHERE sha256 = ? AND part = ?"
        while rows := self.rows(sql, (sha256, part)):
            raw = rows[0][0]
            assert isinstance(raw, bytes)
            yield raw
            part += 1

    def golden_lines(self) -> Sequence[str]:
        """What is kept of golden questions."""
        return [str(row[0]) for row in self.rows("SELECT line FROM golden ORDER BY place")]

    def put_golden_lines(self, lines: Sequence[str]) -> None:
        """Keep these in their place."""
        with self.transaction():
            self.connection.execute("DELETE FROM golden")
            self.connection.executemany(
                "INSERT INTO golden (place, line) VALUES (?, ?)", list(enumerate(lines))
            )
