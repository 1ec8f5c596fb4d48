"""Kill a change of an index at any moment, and see what is left. Run it in a process of its own.

`python -m tests.crashes KIND KILLS FOLDER`: it forks, which threads would not survive.
"""

import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from index.adding import add_files, withdraw
from index.database import SqliteDatabase
from index.folder import IndexFolder
from index.generations import DATABASE_FILE
from index.sql import SqliteConnection
from tests.support import build, contents, index_writer, write_files

FILES = {
    "ferry.txt": "Ferry sails\nBy Example News\nThe ferry sailed at noon. All were on board.",
    "deep/er/taxes.md": "# Taxes rise\n\nThe council raised taxes again.",
    "calm.text": "The harbour was calm on all days of the week. " * 20,
}
WATCHED = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


def first_build(folder: Path, index: Path) -> None:
    """There is no index yet."""
    build(folder / "articles", index)


def later_build(folder: Path, index: Path) -> None:
    """Files are new, edited and gone."""
    build(folder / "later", index)


def rebuild(folder: Path, index: Path) -> None:
    """Everything is made anew, what was added by name is carried over."""
    build(folder / "later", index, rebuild=True)


def add(folder: Path, index: Path) -> None:
    """Two files come in by name, one of them in place of an earlier one."""
    add_files(index_writer(index), [folder / "extra.txt", folder / "again" / "more.txt"])


def take_back(folder: Path, index: Path) -> None:
    """An article is withdrawn, if it is still there."""
    if any(row[0] == "ferry.txt" for row in state(index)[2]):  # type: ignore[index]
        withdraw(index_writer(index), ["ferry.txt"])


KINDS: dict[str, Callable[[Path, Path], None]] = {
    change.__name__: change for change in (first_build, later_build, rebuild, add, take_back)
}


def prepare(folder: Path, index: Path, kind: str) -> None:
    """Make the articles, and the index as it is before the change."""
    write_files(folder / "articles", FILES)
    write_files(folder / "later", {**FILES, "ferry.txt": "It sank.", "new.txt": "A zebra ran."})
    (folder / "later" / "calm.text").unlink()
    write_files(folder, {"extra.txt": "Extra words of the day.", "more.txt": "More words."})
    write_files(folder / "again", {"more.txt": "Other words than before."})
    if kind != "first_build":
        build(folder / "articles", index)
        add_files(index_writer(index), [folder / "more.txt"])


def state(index: Path) -> list[list[tuple[object, ...]]] | None:
    """All that the live generation holds, and how its versions ended; None if there is none."""
    live = IndexFolder(index).current_or_none()
    if live is None:
        return None
    with closing(sqlite3.connect(live.folder / DATABASE_FILE)) as database:
        ended = database.execute(
            "SELECT path, article_id, ended FROM versions WHERE ended NOT NULL ORDER BY path"
        )
        return [*contents(index), ended.fetchall()]


def count_steps(folder: Path, last: int | None) -> list[int]:
    """Count file operations below a folder and SQL statements; at the last one, kill.

    Args:
        folder: Folder.
        last: After so many, this process is killed with SIGKILL; None only counts.

    Returns:
        A list whose only element is the number so far.
    """
    steps = [0]

    def step() -> None:
        if steps[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)
        steps[0] += 1

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if event in WATCHED and str(arguments[0]).startswith(str(folder)):
            step()

    connect = SqliteDatabase._connect

    def traced(database: SqliteDatabase) -> SqliteConnection:
        connection = connect(database)
        connection.set_trace_callback(lambda _: step())
        return connection

    sys.addaudithook(audit)
    SqliteDatabase._connect = traced  # type: ignore[method-assign,assignment]
    return steps


def in_child(change: Callable[[], object]) -> int:
    """Run something in a child process, and tell how it ended."""
    if (child := os.fork()) == 0:
        try:
            change()
        except BaseException as exc:  # the child must end here, whatever happens
            sys.stderr.write(f"{exc!r}\n")
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def number_of_steps(change: Callable[[Path, Path], None], folder: Path, index: Path) -> int:
    """How many steps a change takes."""
    told = folder / "steps"

    def counted() -> None:
        steps = count_steps(index, None)
        change(folder, index)
        told.write_text(str(steps[0]))

    assert in_child(counted) == 0
    return int(told.read_text())


def crash(kind: str, kills: int, folder: Path) -> None:
    """Kill a change at random steps; each time the index is as before or as after, and heals."""
    change = KINDS[kind]
    prepare(folder, folder / "index", kind)
    before = state(folder / "index")
    complete = folder / "complete"
    if before:
        shutil.copytree(folder / "index", complete)
    steps = number_of_steps(change, folder, complete)
    after = state(complete)
    assert after != before or kind == "rebuild"
    seen = set()
    for place in random.Random(kind).choices(range(steps), k=kills):
        copy = folder / "copy"
        if before:
            shutil.copytree(folder / "index", copy)

        def killed(place: int = place, copy: Path = copy) -> None:
            count_steps(copy, place)
            change(folder, copy)

        ended = in_child(killed)
        assert os.WIFSIGNALED(ended), f"{kind} was not killed at {place} of {steps}"
        found = state(copy)
        assert found in (before, after), f"{kind}, killed at {place} of {steps}"
        seen.add(found == after)
        change(folder, copy)
        assert state(copy) == after, f"{kind}, done again after it was killed at {place}"
        shutil.rmtree(copy)
    sys.stdout.write(f"{kills} kills at {steps} steps; after: {sorted(seen)}\n")


if __name__ == "__main__":
    crash(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
