"""Trying again for as long as it takes, on a clock that jumps."""

import asyncio
import sqlite3
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.messenger.delivery.patience import BACK_OFF, PatientState
from bot.state.database import FileState
from tests.messenger.delivering import Counted
from tests.messenger.hasty_loop import HastyLoop

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """asyncio, on a loop that does not wait."""
    return "asyncio", {"loop_factory": HastyLoop}


async def test_waiting_grows_to_a_minute() -> None:
    """Whatever is down for hours is asked about once a minute, and soon after it went down."""
    times: list[float] = []

    async def down() -> None:
        times.append(asyncio.get_running_loop().time())
        if times[-1] - times[0] < 7200:
            raise ConnectionError

    await BACK_OFF(ConnectionError, down)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert 1 <= pauses[0] <= 2
    assert pauses[-10:] == pytest.approx([60] * 10)
    assert times[-1] - times[0] <= 7200 + 60


async def test_a_change_waits_until_it_can_be_made(tmp_path: Path) -> None:
    """A file that cannot be written delays a change, and is counted; then it is made once."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    await state.read(lambda db: db.execute("PRAGMA busy_timeout = 1"))
    backup = sqlite3.connect(state.path, isolation_level=None)
    backup.execute("BEGIN IMMEDIATE")

    class UntilThree(Counted):
        """The backup ends when the third failure is counted."""

        def error(self, kind: str) -> None:
            """Remember it."""
            super().error(kind)
            if len(self.errors) == 3:
                backup.execute("COMMIT")

    metrics = UntilThree()
    patient = PatientState(state, metrics)
    await patient.write(lambda db: db.execute("INSERT INTO questions VALUES (1, 1, 1)"))
    assert await patient.read(lambda db: db.execute("SELECT * FROM questions").fetchall()) == [
        (1, 1, 1)
    ]
    assert metrics.errors == ["state"] * 3
    backup.close()
    state.close()


async def test_a_bug_is_not_tried_again(tmp_path: Path) -> None:
    """Only what may get better by itself is waited for."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    with pytest.raises(ZeroDivisionError):
        await PatientState(state, Counted()).write(lambda db: 1 // 0)
    state.close()
