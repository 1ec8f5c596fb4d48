"""Figures without names, and how long anything is kept: in a real SQLite file."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.state import figures as module
from bot.state.database import FileState
from bot.state.figures import (
    DAY_S,
    KEPT_IDS,
    Figures,
    anybody_waits,
    count_question,
    figures,
    keep_tidy,
    tidy,
)
from index.sql import Connection
from tests.state.conftest import in_memory

NOW = 1_750_000_000.0
YEAR_S, WEEK_S = 365 * DAY_S, 7 * DAY_S


@pytest.fixture
def anyio_backend() -> str:
    """The state runs on asyncio only."""
    return "asyncio"


def put_update(connection: Connection, number: int, age_s: float, status: str) -> None:
    """Store an update that came, and was done with, so long ago."""
    finished = NOW - age_s if status in ("done", "aside") else None
    row = (number, '{"text": "secret"}', "chat 1", 1, 1, NOW - age_s, status, "why", finished)
    connection.execute(
        "INSERT INTO updates (update_id, raw, lane, chat_id, user_id, received, status, reason, "
        "finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )


def put_call(connection: Connection, update_id: int | None, age_s: float, status: str) -> None:
    """Store a call of the Bot API that was made so long ago."""
    finished = None if status in ("planned", "sending") else NOW - age_s
    connection.execute(
        "INSERT INTO outbox (update_id, lane, method, parameters, status, created, finished) "
        "VALUES (?, 'chat 1', 'sendMessage', '{\"text\": \"secret\"}', ?, ?, ?)",
        (update_id, status, NOW - age_s, finished),
    )


def put_answer(connection: Connection, number: int, age_s: float) -> None:
    """Store an answer that was given so long ago, shown by a message and found helpful."""
    connection.execute(
        "INSERT INTO answers (answer_id, chat_id, user_id, question, answer, given) "
        "VALUES (?, 1, 1, 'secret', '{}', ?)",
        (number, NOW - age_s),
    )
    connection.execute("INSERT INTO answer_messages VALUES (1, ?, ?)", (number, number))
    connection.execute("INSERT INTO feedback VALUES (?, 1, 1, ?)", (number, NOW - age_s))


def all_of(connection: Connection, sql: str) -> list[Any]:
    """The first column of what a query finds."""
    return [row[0] for row in connection.execute(sql)]


def test_no_question_has_no_p95(connection: Connection) -> None:
    """Where nothing was asked there is no time, rather than a time of nought."""
    assert figures(connection, 0) == Figures(0, 0, None)


def test_figures_count_from_a_time_on(connection: Connection) -> None:
    """Only what was asked at that time or later counts."""
    for asked, answered, took_ms in ((1, True, 900), (2, False, 40), (3, True, 50)):
        count_question(connection, asked, answered, took_ms)
    assert figures(connection, 2) == Figures(2, 1, 50)
    assert figures(connection, 0) == Figures(3, 1, 900)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_p95_is_the_nearest_rank(times: list[float]) -> None:
    """At least 95 of 100 answers took so long or less, and it is the least such time."""
    connection = in_memory()
    for took_ms in times:
        count_question(connection, 1, True, took_ms)
    p95_ms = figures(connection, 0).p95_ms
    connection.close()
    assert p95_ms in times
    assert sum(one <= p95_ms for one in times) * 100 >= 95 * len(times)
    assert sum(one < p95_ms for one in times) * 100 < 95 * len(times)


@pytest.mark.parametrize("status", ["new", "planned", "done", "aside"])
def test_only_what_nobody_has_decided_on_waits(connection: Connection, status: str) -> None:
    """What is planned waits for Telegram, not for an answer."""
    assert not anybody_waits(connection)
    put_update(connection, 1, 0, status)
    assert anybody_waits(connection) == (status == "new")


def test_old_updates_lose_their_texts_and_owners(connection: Connection) -> None:
    """After the time that is set, nothing tells what was written or by whom; the id stays."""
    put_update(connection, 1, WEEK_S + 1, "done")
    put_update(connection, 2, WEEK_S + 1, "aside")
    put_update(connection, 3, WEEK_S - 1, "done")
    tidy(connection, NOW, YEAR_S, WEEK_S, WEEK_S)
    told = "SELECT raw IS NULL AND chat_id IS NULL AND user_id IS NULL AND reason IS NULL AND "
    assert all_of(connection, f"{told} lane = '' FROM updates ORDER BY update_id") == [1, 1, 0]


@pytest.mark.parametrize("status", ["new", "planned"])
def test_what_is_still_to_be_done_is_kept(connection: Connection, status: str) -> None:
    """However old an update is, it is kept whole until it is done with, and so are its calls."""
    put_update(connection, 1, YEAR_S * 2, status)
    for number in range(2, KEPT_IDS + 3):
        put_update(connection, number, 0, "done")
    put_call(connection, 1, YEAR_S, "sent")
    put_call(connection, 1, YEAR_S, "planned")
    put_call(connection, None, YEAR_S, "sending")
    before = connection.execute("SELECT * FROM updates, outbox").fetchall()
    tidy(connection, NOW, YEAR_S, WEEK_S, WEEK_S)
    assert connection.execute("SELECT * FROM updates, outbox").fetchall() == before


def test_ids_that_tell_duplicates_are_kept(connection: Connection) -> None:
    """Ids go when Telegram cannot offer them again, and never the highest ones."""
    for number in range(1, KEPT_IDS + 4):
        put_update(connection, number, {1: YEAR_S, 2: 1.5 * DAY_S}.get(number, YEAR_S), "done")
    tidy(connection, NOW, YEAR_S, keep_updates_s=60, keep_notices_s=60)
    ids = all_of(connection, "SELECT update_id FROM updates ORDER BY update_id")
    assert ids == [2, *range(4, KEPT_IDS + 4)]
    assert not any(all_of(connection, "SELECT raw FROM updates"))


def test_calls_that_were_made_are_forgotten(connection: Connection) -> None:
    """What was sent, refused or lost goes with its text, also where it replied to nothing."""
    put_update(connection, 1, WEEK_S + 1, "done")
    for status in ("sent", "refused", "unknown"):
        put_call(connection, 1, WEEK_S + 1, status)
        put_call(connection, None, WEEK_S + 1, status)
        put_call(connection, 1, WEEK_S - 1, status)
    tidy(connection, NOW, YEAR_S, WEEK_S, WEEK_S)
    assert all_of(connection, "SELECT count(*) FROM outbox") == [3]
    assert all_of(connection, "SELECT max(created) FROM outbox") == [NOW - WEEK_S + 1]


def test_old_answers_go_with_all_that_belongs_to_them(connection: Connection) -> None:
    """An answer that has been kept long enough leaves no message and no feedback behind."""
    put_answer(connection, 1, YEAR_S + 1)
    put_answer(connection, 2, YEAR_S - 1)
    tidy(connection, NOW, YEAR_S, WEEK_S, WEEK_S)
    for table in ("answers", "answer_messages", "feedback"):
        assert all_of(connection, f"SELECT answer_id FROM {table}") == [2]


def test_figures_go_after_ninety_days(connection: Connection) -> None:
    """A question is counted for ninety days."""
    count_question(connection, NOW - 90 * DAY_S - 1, True, 1)
    count_question(connection, NOW - 90 * DAY_S + 1, True, 1)
    tidy(connection, NOW, YEAR_S, WEEK_S, WEEK_S)
    assert figures(connection, 0).questions == 1


@pytest.mark.anyio
async def test_tidying_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is done at the start and again and again, and leaves nothing in any file of the state."""
    monkeypatch.setattr(module, "TIDY_EVERY_S", 0.02)
    monkeypatch.setattr(time, "time", lambda: NOW)
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    task = asyncio.create_task(keep_tidy(state, YEAR_S, WEEK_S, WEEK_S))
    try:
        for _ in range(2):
            await state.write(lambda connection: put_answer(connection, 1, YEAR_S + 1))
            async with asyncio.timeout(8):
                while await state.read(lambda one: all_of(one, "SELECT 1 FROM answers")):
                    await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
        files = sorted(tmp_path.glob("bot.sqlite3*"))
        assert not any(b"secret" in file.read_bytes() for file in files)
        assert (tmp_path / "bot.sqlite3-wal").stat().st_size == 0
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        state.close()


@pytest.mark.anyio
async def test_tidying_outlives_a_state_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that is full today is no reason to keep everything for ever."""
    monkeypatch.setattr(module, "TIDY_EVERY_S", 0.02)
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    await state.read(lambda connection: connection.execute("PRAGMA query_only = ON"))
    task = asyncio.create_task(keep_tidy(state, YEAR_S, WEEK_S, WEEK_S))
    try:
        async with asyncio.timeout(8):
            while caplog.text.count("could not be deleted") < 2:
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        state.close()
