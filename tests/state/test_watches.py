"""Watched questions in a real SQLite file."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.state.people import move_chat, set_gone
from bot.state.watches import (
    Watch,
    due_watches,
    end_watch,
    note_told,
    note_unchanged,
    put_watch,
    watch_by_id,
    watches_of,
)
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer, Turn
from tests.messenger.support import CITATION
from tests.state.conftest import in_memory

ANSWER = Answer("Who?", True, "Ada Lind", 0.9, (CITATION,), ())
OTHER = replace(ANSWER, answer="Bo Berg")
WATCH = Watch(5, -1, 9, 1, "ru", "Who?", None, Filters(), ANSWER, 10.0, 10.0, "a 1")


@pytest.fixture(autouse=True)
def watch_there(connection: Connection) -> None:
    """A state with one watch."""
    put_watch(connection, WATCH)


texts = st.text()


@given(
    st.builds(
        Watch,
        watch_id=st.integers(1, 2**53 - 1),
        chat_id=st.integers(-(2**53), 2**53),
        thread_id=st.none() | st.integers(1, 2**31),
        user_id=st.integers(1, 2**53),
        language=texts,
        question=st.text(st.characters(codec="utf-8")),
        after=st.none()
        | st.builds(Turn, texts, st.none() | texts, st.none() | texts, st.lists(texts).map(tuple)),
        filters=st.builds(Filters, *[st.none() | texts] * 4),
        answer=st.sampled_from([ANSWER, Answer("Who?", False, None, 0.1, (), (), (CITATION,))]),
        told=st.floats(0, 1e10),
        created=st.floats(0, 1e10),
        checked=st.just("a 1"),
    )
)
def test_a_watch_comes_back_as_it_was_put(watch: Watch) -> None:
    """Nothing of a watch is lost or altered in the file."""
    connection = in_memory()
    watch = replace(watch, language="en")
    put_watch(connection, watch)
    assert watch_by_id(connection, watch.watch_id) == watch
    connection.close()


def test_a_watch_of_an_earlier_version_is_read(connection: Connection) -> None:
    """It kept less of the turn that it follows on, and of the filters."""
    put_watch(connection, replace(WATCH, watch_id=6, after=Turn("Is there?", "Yes", "s", ("q",))))
    sql = "SELECT answer FROM watches WHERE watch_id = 6"
    known = json.loads(connection.execute(sql).fetchone()[0])
    for within, names in (
        (known["after"], ("standalone", "quotes")),
        (known, ("source", "as_of")),
        (known["answer"], ("support", "variants", "understanding")),
    ):
        for name in names:
            del within[name]
    connection.execute("UPDATE watches SET answer = ?", (json.dumps(known),))
    watch = watch_by_id(connection, 6)
    assert watch == replace(WATCH, watch_id=6, after=Turn("Is there?", "Yes"))


def test_a_chat_has_its_own_watches(connection: Connection) -> None:
    """In the order in which they were set, and none of another chat."""
    older, other = replace(WATCH, watch_id=9, created=9.0), replace(WATCH, watch_id=6, chat_id=2)
    put_watch(connection, older)
    put_watch(connection, other)
    assert watches_of(connection, -1) == [older, WATCH]
    assert watches_of(connection, 3) == []


def test_what_has_ended_is_gone(connection: Connection) -> None:
    """A watch is ended once; ending it again does nothing."""
    end_watch(connection, 5)
    end_watch(connection, 5)
    assert watch_by_id(connection, 5) is None
    assert watches_of(connection, -1) == []


def test_a_watch_is_due_once_for_each_version(connection: Connection) -> None:
    """As long as the index is the same nobody need ask; any other version is a reason to."""
    assert due_watches(connection, "a 1", 0, 9) == []
    assert due_watches(connection, "a 2", 0, 9) == [WATCH]
    note_unchanged(connection, WATCH, "a 2")
    assert due_watches(connection, "a 2", 0, 9) == []
    assert due_watches(connection, "a 1", 0, 9) == [replace(WATCH, checked="a 2")]


def test_what_is_due_comes_in_batches(connection: Connection) -> None:
    """However many are due, few are in memory at a time, and none is passed over."""
    for watch_id in (9, 7):
        put_watch(connection, replace(WATCH, watch_id=watch_id))
    first = due_watches(connection, "a 2", 0, 2)
    assert [watch.watch_id for watch in first] == [5, 7]
    assert [watch.watch_id for watch in due_watches(connection, "a 2", 7, 2)] == [9]
    assert due_watches(connection, "a 2", 9, 2) == []


def test_nothing_due_costs_nothing() -> None:
    """It is asked every second, so it must not read all watches."""
    connection = in_memory()
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    due_watches(connection, "a 1", 0, 9)
    connection.set_trace_callback(None)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {steps[0]}").fetchall()
    told = " ".join(str(row[-1]) for row in plan)
    assert told.count("SEARCH watches USING COVERING INDEX watches_checked (checked") == 2
    assert "SCAN watches" not in told


def test_a_chat_that_is_gone_waits(connection: Connection) -> None:
    """Nobody asks for a chat that has blocked the bot, until it takes the bot back."""
    set_gone(connection, -1, "group", 1.0)
    assert due_watches(connection, "a 2", 0, 9) == []
    set_gone(connection, -1, "group", None)
    assert due_watches(connection, "a 2", 0, 9) == [WATCH]


def test_what_was_told_is_what_the_next_answer_is_compared_with(
    connection: Connection,
) -> None:
    """After a notice, the new answer stands with its date, and nothing is due."""
    note_told(connection, WATCH, OTHER, 20.0, "a 2")
    assert watches_of(connection, -1) == [replace(WATCH, answer=OTHER, told=20.0, checked="a 2")]
    assert due_watches(connection, "a 2", 0, 9) == []


def test_a_change_is_told_once(connection: Connection) -> None:
    """Two that noticed the same change cannot both tell of it."""
    assert note_told(connection, WATCH, OTHER, 20.0, "a 2")
    assert not note_told(connection, WATCH, OTHER, 21.0, "a 2")
    assert watches_of(connection, -1)[0].told == 20.0


def test_nobody_is_told_of_a_watch_that_has_ended(connection: Connection) -> None:
    """Ended while it was being asked, a watch says nothing."""
    end_watch(connection, 5)
    assert not note_told(connection, WATCH, OTHER, 20.0, "a 2")


def test_a_chat_that_has_moved_is_told_where_it_is_now(connection: Connection) -> None:
    """Moved while it was being asked, a watch stays due, in the new chat."""
    move_chat(connection, -1, -100)
    assert not note_told(connection, WATCH, OTHER, 20.0, "a 2")
    assert due_watches(connection, "a 2", 0, 9) == [replace(WATCH, chat_id=-100)]
