"""The file that holds what the bot remembers."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.state import database
from bot.state.conversations import forget_conversation, recent_turns
from bot.state.database import BUSY_TIMEOUT_S, FileState
from bot.state.figures import anybody_waits, tidy
from bot.state.people import forget_user
from index.errors import StateError
from index.sql import Connection
from tests.state.conftest import in_memory

pytestmark = pytest.mark.anyio

PUT = "INSERT INTO meta VALUES (?, 'x')"


@pytest.fixture
def anyio_backend() -> str:
    """The state runs on asyncio."""
    return "asyncio"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[FileState]:
    """A new state."""
    opened = FileState.open_file(tmp_path / "bot.sqlite3")
    yield opened
    opened.close()


async def keys(state: FileState) -> set[str]:
    """The keys that tests have put in."""
    found = await state.read(lambda db: db.execute("SELECT key FROM meta").fetchall())
    return {key for (key,) in found} - {"schema"}


async def test_what_is_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    """A folder is made where there is none, and what was written in it stays."""
    path = tmp_path / "new" / "bot.sqlite3"
    state = FileState.open_file(path)
    await state.write(lambda db: db.execute(PUT, ("kept",)))
    state.close()
    state = FileState.open_file(path)
    assert await keys(state) == {"kept"}
    state.close()


async def test_a_power_cut_cannot_undo_a_change(state: FileState) -> None:
    """SQLite is told to wait for the disk, and to wipe what is deleted."""
    told = {
        name: (await state.read(lambda db, n=name: db.execute(f"PRAGMA {n}").fetchone()))[0]  # type: ignore[misc]
        for name in ("journal_mode", "synchronous", "secure_delete")
    }
    assert told == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


async def test_a_change_that_fails_leaves_nothing(state: FileState) -> None:
    """A change is made as a whole or not at all, and the next one is not disturbed."""

    def change(db: Connection) -> None:
        db.execute(PUT, ("half",))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await state.write(change)
    await state.write(lambda db: db.execute(PUT, ("next",)))
    assert await keys(state) == {"next"}


async def test_a_wrong_statement_is_a_bug_and_stays_one(state: FileState) -> None:
    """What is no failure of the file is not dressed up as one."""
    with pytest.raises(sqlite3.IntegrityError):
        await state.write(lambda db: db.execute(PUT, ("schema",)))


async def test_a_change_is_made_though_nobody_waits_for_it_any_more(state: FileState) -> None:
    """Cancelling whoever awaits a change does not cut the change in two."""
    writing = asyncio.create_task(state.write(lambda db: db.execute(PUT, ("kept",))))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await keys(state) == {"kept"}


async def test_changes_are_made_one_after_the_other(state: FileState) -> None:
    """Many who write at once do not disturb one another."""
    await asyncio.gather(
        *(state.write(lambda db, n=n: db.execute(PUT, (str(n),))) for n in range(50))  # type: ignore[misc]
    )
    assert await keys(state) == {str(n) for n in range(50)}


def test_a_second_bot_is_kept_out(state: FileState) -> None:
    """Another process says that the state is in use, and what to do."""
    program = "import sys, pathlib; from bot.state.database import FileState; "
    program += "FileState.open_file(pathlib.Path(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-c", program, str(state.path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert ran.returncode == 1
    assert "StateBusyError: Another bot is running with the state" in ran.stderr


def test_a_state_that_was_closed_can_be_opened(tmp_path: Path) -> None:
    """Closing gives the file free, also if it could not be opened at all."""
    path = tmp_path / "bot.sqlite3"
    path.write_bytes(b"not a database, but long enough to be looked at " * 50)
    for _ in range(2):
        with pytest.raises(StateError, match=r"is damaged \(file is not a database\); bring back"):
            FileState.open_file(path)
    path.unlink()
    FileState.open_file(path).close()


async def test_a_closed_state_says_so(tmp_path: Path) -> None:
    """Who comes too late is told that it is closed."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    await state.read(lambda db: None)
    state._executor.submit(state._disconnect).result()
    with pytest.raises(StateError, match="is closed"):
        await state.read(lambda db: None)
    state.close()


async def test_a_disk_that_is_full_is_told_and_got_over(state: FileState) -> None:
    """Without room nothing is written; as soon as there is room it can be written."""
    big = "INSERT INTO meta VALUES ('big', hex(zeroblob(100000)))"
    await state.read(lambda db: db.execute("PRAGMA max_page_count = 1"))
    with pytest.raises(StateError, match=r"cannot be used: database or disk is full"):
        await state.write(lambda db: db.execute(big))
    await state.read(lambda db: db.execute("PRAGMA max_page_count = 100000"))
    await state.write(lambda db: db.execute(big))
    assert await keys(state) == {"big"}


async def test_another_program_that_writes_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that holds the file for too long is told, and leaves nothing undone for later."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.01)
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    other = sqlite3.connect(state.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="database is locked"):
        await state.write(lambda db: db.execute(PUT, ("late",)))
    other.execute("COMMIT")
    other.close()
    await state.write(lambda db: db.execute(PUT, ("late",)))
    assert await keys(state) == {"late"}
    state.close()


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    """What a later version has written is not guessed at."""
    path = tmp_path / "bot.sqlite3"
    FileState.open_file(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    db.close()
    with pytest.raises(StateError, match=r"another version of Dateline \(99, not 2\)"):
        FileState.open_file(path)


async def test_a_state_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """It has the tables of a new one, and it is known what its answers quote."""
    path = tmp_path / "bot.sqlite3"
    FileState.open_file(path).close()
    told = '{"answer": {"citations": [{"article_id": "a"}, {"article_id": "a"}]}}'
    with sqlite3.connect(path) as db:
        before = db.execute("SELECT name FROM pragma_table_list ORDER BY 1").fetchall()
        columns = db.execute("SELECT name, type, dflt_value FROM pragma_table_info('updates')")
        wanted = columns.fetchall()
        db.executescript(
            "DROP TABLE cited; ALTER TABLE updates DROP COLUMN attempts;"
            "UPDATE meta SET value = '1' WHERE key = 'schema';"
        )
        sql = "INSERT INTO answers (answer_id, chat_id, user_id, question, answer, given)"
        db.execute(f"{sql} VALUES (1, 7, 5, 'who?', ?, 1), (2, NULL, 5, 'who?', ?, 1)", [told] * 2)
    db.close()
    for _ in range(2):
        state = FileState.open_file(path)
        rows = await state.read(lambda db: db.execute("SELECT * FROM cited").fetchall())
        state.close()
        assert rows == [(1, 1, "a")]
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT name FROM pragma_table_list ORDER BY 1").fetchall() == before
        now = db.execute("SELECT name, type, dflt_value FROM pragma_table_info('updates')")
        assert now.fetchall() == wanted
    db.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The message says which path failed, why, and which setting it comes from."""
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match=r"file/bot.sqlite3' cannot be opened: .*DATELINE_STATE"):
        FileState.open_file(tmp_path / "file" / "bot.sqlite3")


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """Whatever the umask: it holds what people wrote in private."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    await state.write(lambda db: db.execute(PUT, ("one",)))
    files = list(tmp_path.glob("bot.sqlite3*"))
    modes = {file.name: file.stat().st_mode & 0o077 for file in files if file.suffix != ".lock"}
    state.close()
    assert modes == dict.fromkeys(("bot.sqlite3", "bot.sqlite3-wal", "bot.sqlite3-shm"), 0)


async def test_the_log_of_sqlite_keeps_nobody_waiting(tmp_path: Path) -> None:
    """A backup that reads the file for a minute must not hold up the bot, and locks still wait."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    await state.write(lambda db: db.execute(PUT, ("one",)))
    backup = sqlite3.connect(state.path, isolation_level=None)
    backup.execute("BEGIN")
    backup.execute("SELECT * FROM meta").fetchall()
    async with asyncio.timeout(BUSY_TIMEOUT_S / 2):
        await state.write(lambda db: db.execute(PUT, ("two",)))
        await state.forget_log()
        (waits_ms,) = await state.read(lambda db: db.execute("PRAGMA busy_timeout").fetchone())
    backup.close()
    assert waits_ms == BUSY_TIMEOUT_S * 1000
    log = tmp_path / "bot.sqlite3-wal"
    assert log.stat().st_size
    await state.forget_log()
    assert not log.stat().st_size
    state.close()


@pytest.mark.parametrize(
    ("table", "work"),
    [
        ("updates", anybody_waits),
        ("answers", lambda connection: recent_turns(connection, 1, None, 6, before=9.0)),
        ("answers", lambda connection: forget_conversation(connection, 1, None)),
        ("answers", lambda connection: forget_user(connection, 1, 2)),
        ("answers", lambda connection: tidy(connection, 9e9, 1, 1, 1)),
    ],
)
def test_no_table_that_grows_is_read_from_end_to_end(
    table: str, work: Callable[[Connection], object]
) -> None:
    """All wait for the one thread of the state: what anybody can cause finds its rows by index."""
    connection = in_memory()
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    work(connection)
    connection.set_trace_callback(None)
    plans = [connection.execute(f"EXPLAIN QUERY PLAN {step}").fetchall() for step in steps]
    connection.close()
    told = [str(row[-1]) for plan in plans for row in plan]
    assert any(f"{table} USING" in step for step in told)
    assert f"SCAN {table}" not in told


def test_a_conversation_that_was_forgotten_is_not_gone_through_again() -> None:
    """/reset costs what was said since the last one."""
    connection = in_memory()
    for answer_id in (1, 2, 3):
        row = (answer_id, 1, 5, "who?", "{}", answer_id)
        sql = "INSERT INTO answers (answer_id, chat_id, user_id, question, answer, given)"
        connection.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?)", row)
    changed = []
    for _ in range(2):
        before = connection.total_changes
        forget_conversation(connection, 1, None)
        changed.append(connection.total_changes - before)
    connection.close()
    assert changed == [3, 0]


async def test_a_mistake_in_the_sql_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """It is raised as it is: what waits for the file to mend would wait for ever."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await state.write(lambda db: db.execute("INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(sqlite3.OperationalError, match="syntax"):
        await state.read(lambda db: db.execute("SELEKT 1"))
    state.close()
