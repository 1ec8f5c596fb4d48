"""What all tests share: no network, and one export of the real embedding model."""

import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from index.location import Location, read_location
from retrieval.answerer import Answerer
from retrieval.reader import OnnxReader
from tests.retrieval_support import SEEDS, build_real

if TYPE_CHECKING:
    from tests.postgres.nodes import Node

settings.register_profile("dateline", deadline=None)  # a busy machine is no failure
settings.load_profile("dateline")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse every connection and look-up that would leave this machine."""

    def guarded(method: Callable[..., object]) -> Callable[..., object]:
        def check(*arguments: object, **options: object) -> object:
            if not _stays_here(*arguments):
                raise RuntimeError(f"a test reaches for the network: {arguments!r}")
            return method(*arguments, **options)

        return check

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (socket.socket, "connect"),
            (socket.socket, "connect_ex"),
            (socket, "getaddrinfo"),
        ):
            patch.setattr(owner, name, guarded(getattr(owner, name)))
        yield


def _stays_here(target: object = None, address: object = None, *_: object) -> bool:
    """Whether a look-up of a host, or a connection of a socket, ends on this machine."""
    if isinstance(target, socket.socket):
        if target.family == socket.AF_UNIX:
            return True
        target = address[0] if isinstance(address, tuple) else address
    host = target.decode() if isinstance(target, bytes) else target
    try:
        return host in (None, "", "localhost") or ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is exported for one test for the others, and out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged MiniLM, exported once for all tests (15 s, most of them to import torch)."""
    from index.export import DEFAULT_MODEL
    from index.exported import ready_encoder

    folder = tmp_path_factory.mktemp("minilm") / "encoder"
    ready_encoder(DEFAULT_MODEL, folder)
    return folder


@pytest.fixture(scope="session")
def reader() -> OnnxReader:
    """The packaged reader."""
    return OnnxReader(threads=1)


@pytest.fixture(scope="session")
def seeds_index(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over seeds/ with the packaged model, to be read only."""
    return build_real(SEEDS, tmp_path_factory.mktemp("seeds") / "index", encoder_folder)


@pytest.fixture(scope="session")
def seeds_answerer(seeds_index: Path) -> Answerer:
    """The packaged reader and calibration over seeds/."""
    return Answerer.open(seeds_index, threads=1)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no setting of Dateline in the environment."""
    for name in os.environ:
        if name.startswith(("DATELINE_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def postgres_node() -> "Iterator[Node]":
    """A PostgreSQL server for all tests, with pgvector in what new databases are made of."""
    from tests.postgres.nodes import QUICK, Node

    node = Node(QUICK).start()
    node.run_sql("CREATE EXTENSION vector", "template1")
    yield node
    node.remove()


@pytest.fixture
def database_url(postgres_node: "Node") -> Iterator[str]:
    """The URL of a database of its own."""
    from index.postgres.engine import close_engines

    name = f"test_{uuid4().hex}"
    postgres_node.run_sql(f"CREATE DATABASE {name}")
    yield postgres_node.url(name)
    close_engines()
    postgres_node.run_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["folder", "database"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Location:
    """Where an index or a state may be: what is tested with it holds for either."""
    if request.param == "folder":
        return tmp_path / "place"
    return read_location(request.getfixturevalue("database_url"))
