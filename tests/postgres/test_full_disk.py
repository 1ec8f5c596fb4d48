"""A disk that is really full, where tests may mount one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import DatabaseError
from index.filters import Filters
from index.location import Address, read_location
from index.postgres.engine import close_engines
from tests.postgres.nodes import QUICK, Node
from tests.support import build, open_library, write_files

MOUNTING = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none"]
# Rows until there is no room for one more; what a failed statement took of the disk stays taken.
FILLING = """
CREATE TABLE filler (x BIGINT);
DO $$ DECLARE count INT := 100000; BEGIN
    WHILE count > 0 LOOP
        BEGIN INSERT INTO filler SELECT generate_series(1, count);
        EXCEPTION WHEN disk_full THEN count := count / 10; END;
    END LOOP;
END $$
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """A server with a database `small` on a disk of 40 MB."""
    able = os.geteuid() == 0 and shutil.which("unshare")
    if not able or subprocess.run([*MOUNTING, str(tmp_path)], check=False).returncode:
        pytest.skip("no right to mount a disk")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    node = Node(QUICK, small_mb=40).start()
    node.run_sql(f"CREATE TABLESPACE small LOCATION '{node.small}'")
    node.run_sql("CREATE DATABASE small TABLESPACE small")
    yield node
    close_engines()
    node.remove()


def test_an_index_on_a_full_disk_is_as_it_was_and_grows_when_there_is_room(
    small: Node, tmp_path: Path
) -> None:
    """What does not fit is told; questions are answered meanwhile; nothing is left of it."""
    address = read_location(small.url("small"))
    assert isinstance(address, Address)
    articles = write_files(tmp_path / "articles", {"a.txt": "Ferries\nThe ferry sailed at noon."})
    build(articles, address)
    before = open_library(address).nearest("ferry", 3, Filters())
    small.run_sql(FILLING, "small")
    more = {f"{n}.txt": f"News {n}\n" + f"A zebra ran past {n}. " * 300 for n in range(4)}
    write_files(articles, more)
    with pytest.raises(DatabaseError, match="has no room on its disk; all is as it was"):
        build(articles, address)
    library = open_library(address)
    assert library.count() == 1
    assert library.nearest("ferry", 3, Filters()) == before
    small.run_sql("DROP TABLE filler", "small")
    assert len(build(articles, address).added) == len(more)
    assert open_library(address).count() == 1 + len(more)
