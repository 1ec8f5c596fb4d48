"""What all tests of the state share: an empty state on either engine, and its connection."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bot.state.schema import SCHEMA
from bot.state.shared import SharedState
from index.location import Address, read_location
from index.postgres.database import PostgresConnection
from index.postgres.engine import close_engines, engine_of
from index.sql import Connection, SqliteConnection
from tests.postgres.nodes import Node


def in_memory() -> SqliteConnection:
    """An empty state that nobody else sees."""
    database = sqlite3.connect(":memory:", isolation_level=None, factory=SqliteConnection)
    database.executescript(SCHEMA)
    return database


@pytest.fixture(scope="session")
def state_address(postgres_node: Node) -> Iterator[Address]:
    """A database with an empty state, for tests that commit nothing."""
    postgres_node.run_sql("CREATE DATABASE state")
    address = read_location(postgres_node.url("state"))
    assert isinstance(address, Address)
    SharedState(address).close()
    yield address
    close_engines()


@pytest.fixture(params=["file", "database"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to an empty state; in a database, in a transaction that is never committed."""
    if request.param == "file":
        database = in_memory()
        yield database
        database.close()
        return
    address: Address = request.getfixturevalue("state_address")
    engine = engine_of(address)
    with suppress(Undone), engine.transaction(f"{address.schema}_state") as link:
        shared = PostgresConnection(engine, link)
        shared.script("TRUNCATE outbox, cited RESTART IDENTITY")  # their numbers begin at 1
        yield shared
        raise Undone


class Undone(Exception):  # noqa: N818 - no error
    """Ends a transaction whose changes are not kept."""


@pytest.fixture
def db(connection: Connection) -> Connection:
    """The same by a shorter name."""
    return connection
