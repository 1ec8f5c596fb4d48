"""What the contract tests share."""

from collections.abc import Iterator

import pytest

from index.location import Location, read_location
from index.postgres.engine import close_engines
from tests.postgres.nodes import Node


@pytest.fixture(scope="module")
def shared_address(
    postgres_node: Node, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Location]:
    """One database for many examples of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        postgres_node.run_sql("CREATE DATABASE many")
        yield read_location(postgres_node.url("many"))
        close_engines()
        postgres_node.run_sql("DROP DATABASE many WITH (FORCE)")
