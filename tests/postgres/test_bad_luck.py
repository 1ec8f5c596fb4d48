"""What a server may do to an index: be away, vanish, be full, be old, be crowded, be taken over."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.encoders import Encoder, FloatArray
from index.errors import ConnectionLostError, DatabaseError
from index.filters import Filters
from index.location import Address, read_location
from index.places import open_place
from index.postgres import engine as engines
from index.postgres import schema
from index.postgres.catalog import Catalog
from index.postgres.engine import close_engines, engine_of
from index.postgres.schema import is_too_old
from index.writer import IndexWriter
from tests.postgres.nodes import PASSWORD, QUICK, Node
from tests.retrieval_support import run
from tests.support import RECIPE, HashEncoder, build, open_encoder, open_library, write_files

FILES = {f"{n}.txt": f"Article {n}\nThe ferry number {n} sailed at noon." for n in range(24)}
SAFE = {**QUICK, "synchronous_commit": "on"}  # what is committed outlives the processes


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """A server of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    node = Node(SAFE).start()
    yield node
    close_engines()
    node.remove()


@pytest.fixture
def address(node: Node) -> Address:
    """A database on it."""
    return address_of(node.url())


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of articles."""
    return write_files(tmp_path / "articles", FILES)


def address_of(url: str) -> Address:
    """What a URL names."""
    found = read_location(url)
    assert isinstance(found, Address)
    return found


def test_a_server_that_is_not_there_is_told_in_one_sentence(node: Node) -> None:
    """By every command, with what to do, and without the password."""
    node.stop()
    for command in (("ask", "who?"), ("index", "status"), ("index", "build", "seeds")):
        result = run(*command, "--index", node.url())
        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
        assert "cannot be reached or has gone away" in result.stderr
        assert PASSWORD not in result.output


def test_a_wrong_password_is_told_and_not_shown(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the message nor in a log nor in what is printed of a location."""
    wrong = node.url(password="a-wrong-one")
    result = run("ask", "who?", "--index", wrong)
    assert result.exit_code == 1
    assert "refuses the user or the password; correct the URL." in result.stderr
    assert "a-wrong-one" not in result.output + caplog.text + repr(read_location(wrong))


def test_what_cannot_be_a_database_is_told(node: Node) -> None:
    """One that is not there, a URL that is none, a schema that cannot be one."""
    for url, told in (
        (node.url("nowhere"), "does not exist; make it with `createdb`"),
        ("postgresql://u@localhost:port/x", "the URL of"),
        (node.url(more="?schema=drop%20table"), "cannot be one; use up to 41 small letters"),
        (node.url(more="?target_session_attrs=fast"), "'fast' of 'postgresql://127.0.0.1"),
        (node.url(more="?shade=blue"), "cannot be used (unrecognized configuration parameter"),
        ("mysql://u:secret@localhost/x", "cannot be in 'mysql://'; name a folder"),
    ):
        result = run("ask", "who?", "--index", url)
        assert told in result.stderr, result.output
        assert result.exit_code in (1, 2)


def test_questions_outlast_a_server_that_falls_and_comes_back(
    node: Node, address: Address, articles: Path
) -> None:
    """Killed in mid-query, a question waits and is answered when the server is there again."""
    build(articles, address)
    library = open_library(address)
    expected = library.nearest("ferry number 7", 3, Filters())
    stop, answered = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            answered.append(library.nearest("ferry number 7", 3, Filters()) == expected)

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask) for _ in range(2)]
        time.sleep(0.2)
        node.kill()
        node.start()
        count = len(answered)
        while len(answered) < count + 20:
            time.sleep(0.02)
        stop.set()
        for one in asking:
            one.result()
    assert all(answered)


class SlowEncoder(HashEncoder):
    """Takes its time, and tells when it has begun."""

    began = threading.Event()

    def encode(self, passages: Sequence[str]) -> FloatArray:
        self.began.set()
        time.sleep(0.1)
        return super().encode(passages)


def slow_recipe(folder: Path, threads: int) -> Encoder:
    """Open a slow encoder."""
    SlowEncoder.began.clear()
    return SlowEncoder(open_encoder(folder, threads).card)


def test_a_build_that_loses_its_server_is_gone_on_with(
    node: Node, address: Address, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is as it was, it is told so, and what was encoded is not encoded again."""
    monkeypatch.setattr("index.postgres.jobs.BATCH", 4)
    build(articles, address)
    write_files(articles, {f"new {n}.txt": f"News {n}\nA zebra ran past {n}." for n in range(24)})
    close_engines()
    recipe = replace_open(slow_recipe)
    with ThreadPoolExecutor(1) as threads:
        building = threads.submit(build_with, recipe, articles, address)
        SlowEncoder.began.wait()
        time.sleep(0.25)
        node.kill()
        with pytest.raises(ConnectionLostError, match="what was being written is not"):
            building.result()
    node.start()
    close_engines()
    assert open_library(address).count() == 24
    waiting = Catalog(engine_of(address), address).rows("SELECT count(*) FROM jobs")[0][0]
    assert 0 < int(str(waiting)) < 24
    report = build(articles, address)
    assert len(report.added) == 24
    assert open_library(address).count() == 48


def replace_open(opens: object) -> object:
    """The recipe of the tests with another encoder."""
    from dataclasses import replace

    return replace(RECIPE, open_encoder=opens)  # type: ignore[arg-type]


def build_with(recipe: object, articles: Path, address: Address) -> object:
    """Make an index match a folder."""
    from index.builder import build as build_folders

    return build_folders(IndexWriter(address, recipe), [articles])  # type: ignore[arg-type]


def test_a_standby_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that was acknowledged is lost; questions and builds go on with the same URL."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    primary = Node(SAFE).start()
    standby = Node(SAFE, of=primary).start()
    try:
        primary.run_sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.run_sql("SELECT pg_reload_conf()")
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        url = primary.url().replace(f"127.0.0.1:{primary.port}", hosts)
        address = address_of(f"{url}?target_session_attrs=prefer-standby")
        articles = write_files(tmp_path / "articles", FILES)
        build(articles, address)
        library = open_library(address)
        expected = library.nearest("ferry number 7", 3, Filters())
        assert expected
        primary.kill()
        standby.promote()
        standby.run_sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        standby.run_sql("SELECT pg_reload_conf()")
        assert library.nearest("ferry number 7", 3, Filters()) == expected
        assert library.count() == 24
        write_files(articles, {"new.txt": "News\nA zebra ran."})
        assert build(articles, address).added == ["new.txt"]
        assert library.count() == 25
    finally:
        close_engines()
        primary.remove()
        standby.remove()


def test_a_full_disk_is_told_and_got_over(node: Node, address: Address, articles: Path) -> None:
    """Nothing of the change is there; as soon as there is room it can be made."""
    build(articles, address)
    write_files(articles, {"new.txt": "News\nA zebra ran."})
    node.run_sql(
        "CREATE FUNCTION no_room() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION USING "
        "ERRCODE = '53100', MESSAGE = 'could not extend file'; END $$ LANGUAGE plpgsql; "
        "CREATE TRIGGER full_disk BEFORE INSERT ON dateline_0001.versions "
        "FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    with pytest.raises(DatabaseError, match="has no room on its disk; all is as it was"):
        build(articles, address)
    assert open_library(address).count() == 24
    node.run_sql("DROP TRIGGER full_disk ON dateline_0001.versions")
    assert build(articles, address).added == ["new.txt"]


def test_a_migration_that_is_interrupted_is_made_by_the_next(
    node: Node, address: Address, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it is never there; a later version is refused with the reason by the earlier."""
    build(articles, address)
    good = "CREATE TABLE extra (x BIGINT); UPDATE meta SET value = '2' WHERE key = 'schema'"
    for module in ("index.postgres.schema", "index.postgres.catalog"):
        monkeypatch.setattr(f"{module}.CATALOG_VERSION", 2)
    monkeypatch.setitem(
        schema.MIGRATIONS, "1", good + "; SELECT pg_terminate_backend(pg_backend_pid())"
    )
    close_engines()
    with pytest.raises(ConnectionLostError), open_place(address).locked():
        pass
    assert node.run_sql("SELECT value FROM dateline.meta WHERE key = 'schema'") == "1"
    assert node.run_sql("SELECT to_regclass('dateline.extra') IS NULL") == "t"
    monkeypatch.setitem(schema.MIGRATIONS, "1", good)
    close_engines()
    with open_place(address).locked():
        pass
    assert node.run_sql("SELECT value FROM dateline.meta WHERE key = 'schema'") == "2"
    monkeypatch.undo()
    close_engines()
    with pytest.raises(DatabaseError, match=r"of a later version of Dateline \(2, not 1\)"):
        open_place(address).current()


@pytest.mark.parametrize(
    ("version", "old"),
    [("0.8.4", True), ("0.7.9", True), ("0.8.5", False), ("0.8.10", False), ("1.0", False)],
)
def test_an_old_pgvector_is_refused_by_name(version: str, old: bool) -> None:
    """Those before 0.8.5 corrupt their indexes."""
    assert is_too_old(version) == old


def test_an_old_pgvector_is_told(
    node: Node, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its version and the way out, before anything is made."""
    monkeypatch.setattr("index.postgres.catalog.vector_version", lambda database: "0.8.2")
    with pytest.raises(DatabaseError, match=r"has pgvector 0\.8\.2, .* install 0\.8\.5 or newer"):
        open_place(address).locked().__enter__()


def test_a_pool_that_is_exhausted_is_waited_for_and_then_told(
    node: Node, address: Address, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow statements keep others waiting, not for ever; afterwards all goes on."""
    build(articles, address)
    close_engines()
    monkeypatch.setattr(engines, "POOL_SIZE", 2)
    monkeypatch.setattr(engines, "ACQUIRE_S", 0.3)
    monkeypatch.setattr(engines, "PATIENCE_S", 0.1)
    library = open_library(address)
    slow = engine_of(address)
    with ThreadPoolExecutor(2) as threads:
        asleep = [threads.submit(slow.fetch, "public", "SELECT pg_sleep(1.2)") for _ in range(2)]
        time.sleep(0.2)
        with pytest.raises(ConnectionLostError, match="no connection left; try again"):
            library.nearest("ferry", 3, Filters())
        for one in asleep:
            one.result()
    assert library.nearest("ferry", 3, Filters())


def test_killed_workers_cost_their_batch(
    node: Node, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others encode what a killed one held; every article is there once, and whole."""
    articles = write_files(tmp_path / "many", {f"{n}.txt": f"Ferry {n} sailed." for n in range(80)})
    build(write_files(tmp_path / "one", {"a.txt": "Before all."}), address)
    monkeypatch.setattr("index.postgres.jobs.BATCH", 4)
    program = (
        "import sys, time; from pathlib import Path; from threading import Event\n"
        "from index.location import read_location; from index.postgres import jobs\n"
        "from index.postgres.working import Workshop, work_until_stopped\n"
        "from tests.support import HashEncoder, open_encoder\n"
        "jobs.BATCH = 4\n"
        "class Slow(HashEncoder):\n"
        "    def encode(self, passages):\n"
        "        time.sleep(0.05); return super().encode(passages)\n"
        "opens = lambda folder, threads: Slow(open_encoder(folder, threads).card)\n"
        "shop = Workshop(read_location(sys.argv[1]), 1, opens)\n"
        "work_until_stopped(shop, Event(), lambda n: print(n, flush=True), print)\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", program, node.url()], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    with ThreadPoolExecutor(1) as threads:
        building = threads.submit(build_with, replace_open(slow_recipe), articles, address)
        assert workers[0].stdout
        workers[0].stdout.readline()  # it has encoded something
        workers[0].send_signal(signal.SIGKILL)
        report = building.result()
    told = 0
    for worker in workers[1:]:
        worker.kill()
        told += sum(int(line) for line in worker.communicate()[0].split())
    workers[0].communicate()
    assert len(report.added) == 80  # type: ignore[attr-defined]
    library = open_library(address)
    assert library.status().chunks == 80
    assert told > 0
    assert node.run_sql("SELECT count(*) FROM dateline.jobs") == "0"
