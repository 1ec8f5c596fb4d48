"""The servers that other tests rely on keep what they promise."""

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import psutil

from tests.postgres.folders import remove_left
from tests.postgres.nodes import QUICK, Node

SAFE = {**QUICK, "synchronous_commit": "on"}


def test_databases_of_two_tests_are_apart(postgres_node: Node, database_url: str) -> None:
    """One begins empty but for pgvector, whatever was written into another."""
    postgres_node.run_sql("CREATE DATABASE other")
    postgres_node.run_sql("CREATE TABLE mine (x INT)", "other")
    name = database_url.rsplit("/", 1)[1]
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert postgres_node.run_sql(tables, name) == "0"
    assert postgres_node.run_sql(tables, "other") == "1"
    assert postgres_node.run_sql("SELECT '[1,2]'::vector <-> '[1,2]'", name) == "0"
    postgres_node.run_sql("DROP DATABASE other")


def test_a_standby_has_every_row_that_was_acknowledged() -> None:
    """The primary is killed in mid-insert; the standby takes over, and takes writes."""
    primary = Node(SAFE).start()
    standby = Node(SAFE, of=primary).start()
    try:
        primary.run_sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.run_sql("SELECT pg_reload_conf()")
        primary.run_sql("CREATE TABLE told (x INT)")

        async def write() -> list[int]:
            link = await asyncpg.connect(primary.url())
            told: list[int] = []
            try:
                while True:
                    await link.execute("INSERT INTO told VALUES ($1)", len(told))
                    told.append(len(told))
                    if len(told) == 300:
                        primary.kill()
            except (asyncpg.PostgresError, OSError, asyncpg.InterfaceError):
                return told

        told = asyncio.run(write())
        standby.promote()
        standby.run_sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        standby.run_sql("SELECT pg_reload_conf()")
        assert len(told) >= 300
        assert int(standby.run_sql("SELECT count(*) FROM told")) >= len(told)
        standby.run_sql("INSERT INTO told VALUES (-1)")
    finally:
        primary.remove()
        standby.remove()


def test_a_server_comes_back_on_its_port_with_other_settings() -> None:
    """After each way to end it, with what was committed."""
    node = Node(SAFE).start()
    try:
        node.run_sql("CREATE TABLE kept (x INT)")
        for count, end in enumerate(
            (node.stop, lambda: node.stop(signal.SIGQUIT), node.kill), start=1
        ):
            port = node.port
            node.run_sql("INSERT INTO kept VALUES (1)")
            end()
            assert not node.is_ready()
            node.settings = {**SAFE, "work_mem": f"{count}MB"}
            node.start()
            assert node.port == port
            assert node.run_sql("SHOW work_mem") == f"{count}MB"
            assert node.run_sql("SELECT count(*) FROM kept") == str(count)
    finally:
        node.remove()


def test_nothing_is_left_of_tests_that_are_killed() -> None:
    """Their servers end with them, and the next who makes a server removes their files."""
    program = (
        "import time; from tests.postgres.nodes import QUICK, Node\n"
        "node = Node(QUICK).start()\n"
        "print(node.folder, (node.data / 'postmaster.pid').read_text().split()[0], flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as tests:
        assert tests.stdout
        folder, pid = tests.stdout.readline().decode().split()
        assert psutil.pid_exists(int(pid))
        remove_left()
        assert Path(folder, "data").exists()  # it is in use
        tests.send_signal(signal.SIGKILL)
    last = time.monotonic() + 5
    while psutil.pid_exists(int(pid)) or Path(folder).exists():
        remove_left()
        assert time.monotonic() < last
        time.sleep(0.02)
