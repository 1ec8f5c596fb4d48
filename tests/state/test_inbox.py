"""The inbox: whatever Telegram sends is stored, each update once."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.state import inbox
from bot.state.database import FileState
from bot.state.inbox import StoredInbox, Waiting, store
from index.sql import Connection
from tests.state.conftest import in_memory

NOW = 1_700_000_000.0
ANN = {"id": 5, "is_bot": False, "first_name": "Ann"}
PRIVATE = {"id": 5, "type": "private"}
GROUP = {"id": -1001, "type": "supergroup", "title": "News"}


def message(update_id: int, number: int = 7, chat: object = PRIVATE, **more: object) -> Any:  # noqa: ANN401
    """Somebody has written."""
    content = {"message_id": number, "from": ANN, "chat": chat, "text": "who?"}
    return {"update_id": update_id, "message": {**content, **more}}


def found(db: Connection, columns: str, table: str = "updates") -> list[tuple[Any, ...]]:
    """Columns of all rows."""
    return db.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()


def test_updates_wait_in_order_until_they_are_done_with(db: Connection) -> None:
    """What is stored comes back as it was sent; what is done with or set aside does not."""
    raws = [message(12), message(10), message(11)]
    assert store(db, raws, NOW) == [12, 10, 11]
    assert [one.update_id for one in inbox.unfinished(db)] == [10, 11, 12]
    assert {one.raw for one in inbox.unfinished(db)} == {""}
    assert inbox.waiting(db, 12) == Waiting(12, "chat 5", 5, 5, False, NOW, 0, json.dumps(raws[0]))
    inbox.finish(db, 12, NOW + 1, "nothing to say")
    inbox.set_aside(db, 10, NOW + 2, "odd")
    assert inbox.waiting(db, 12) is None
    assert [one.update_id for one in inbox.unfinished(db)] == [11]
    assert found(db, "update_id, status, reason, finished, raw IS NULL") == [
        (10, "aside", "odd", NOW + 2, 0),
        (11, "new", None, None, 0),
        (12, "done", "nothing to say", NOW + 1, 0),
    ]


def test_an_update_is_stored_once(db: Connection) -> None:
    """Offered again, it is dropped, whether it waits or is done with."""
    assert store(db, [message(1), message(1, 8)], NOW) == [1]
    inbox.finish(db, 1, NOW)
    assert store(db, [message(1), message(2)], NOW) == [2]
    assert found(db, "update_id, status") == [(1, "done"), (2, "new")]


def test_what_is_done_with_is_not_ended_again(db: Connection) -> None:
    """The first word about an update stands."""
    store(db, [message(1)], NOW)
    inbox.finish(db, 1, NOW)
    inbox.set_aside(db, 1, NOW + 1, "late")
    assert found(db, "update_id, status, finished") == [(1, "done", NOW)]


@pytest.mark.parametrize(
    ("content", "lane", "chat_id", "user_id", "number"),
    [
        ({"message": message(1)["message"]}, "chat 5", 5, 5, 7),
        ({"edited_message": message(1)["message"]}, "chat 5", 5, 5, 7),
        ({"channel_post": {"message_id": 3, "chat": GROUP}}, "chat -1001", -1001, None, 3),
        (
            {"callback_query": {"from": ANN, "message": {"message_id": 9, "chat": GROUP}}},
            "chat -1001",
            -1001,
            5,
            None,  # the message with the button is the bot's
        ),
        ({"callback_query": {"from": ANN, "inline_message_id": "x"}}, "user 5", None, 5, None),
        ({"inline_query": {"id": "1", "from": ANN, "query": ""}}, "user 5", None, 5, None),
        ({"my_chat_member": {"chat": PRIVATE, "from": ANN}}, "chat 5", 5, 5, None),
        (
            {"message_reaction": {"chat": GROUP, "message_id": 9, "user": ANN}},
            "chat -1001",
            -1001,
            5,
            None,
        ),
        ({"poll": {"id": "1"}}, "none", None, None, None),
    ],
)
def test_the_lane_is_the_chat_or_else_the_user(
    db: Connection,
    content: dict[str, object],
    lane: str,
    chat_id: int | None,
    user_id: int | None,
    number: int | None,
) -> None:
    """Every kind of update is worked off in order with others of its chat, or of its user."""
    store(db, [{"update_id": 1, **content}], NOW)
    assert found(db, "lane, chat_id, user_id, message_id") == [(lane, chat_id, user_id, number)]


def test_chats_are_kept_up_to_date(db: Connection) -> None:
    """Kind and highest message number are known of every chat; a press tells of its message."""
    press = {"from": ANN, "message": {"message_id": 20, "chat": PRIVATE}}
    upgraded = {**GROUP, "type": "group"}
    store(db, [message(1, 7), message(2, 6), {"update_id": 3, "callback_query": press}], NOW)
    store(db, [message(4, 3, upgraded), message(5, 4, GROUP)], NOW)
    assert found(db, "chat_id, kind, last_message_id", "chats") == [
        (-1001, "supergroup", 4),
        (5, "private", 20),
    ]


def test_who_writes_again_has_not_left(db: Connection) -> None:
    """A chat that had blocked the bot is back with its first message, not with the news of it."""
    store(db, [message(1)], NOW)
    db.execute("UPDATE chats SET gone = 1")
    store(db, [{"update_id": 2, "my_chat_member": {"chat": PRIVATE, "from": ANN}}], NOW)
    assert found(db, "gone", "chats") == [(1.0,)]
    store(db, [message(3)], NOW)
    assert found(db, "gone", "chats") == [(None,)]


@pytest.mark.parametrize(
    "odd",
    [
        *({"update_id": n} for n in (None, "9", True, -4, 2**63, 1.5)),
        {},
        [],
        "text",
        None,
        7,
    ],
)
def test_an_update_without_a_usable_id_holds_up_no_other(
    db: Connection, odd: object, caplog: pytest.LogCaptureFixture
) -> None:
    """It is set aside with its text, logged, and kept once however often it is offered."""
    with caplog.at_level(logging.ERROR):
        assert store(db, [message(1), odd, message(2)], NOW) == [1, 2]
    assert store(db, [odd], NOW) == []
    assert found(db, "update_id, status, lane, raw")[0] == (-1, "aside", "none", json.dumps(odd))
    assert len(found(db, "update_id")) == 3
    assert "without a usable id was set aside as -1" in caplog.text
    store(db, [{"another": 1}], NOW)
    assert found(db, "update_id")[0] == (-2,)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
PERSON = JSON | st.fixed_dictionaries({"id": JSON})
CONTENT = st.fixed_dictionaries(
    {}, optional={"from": PERSON, "user": PERSON, "chat": PERSON, "message_id": JSON, "type": JSON}
)


@given(
    kind=st.sampled_from(["message", "callback_query", "inline_query", "update", ""]),
    content=JSON | CONTENT | st.fixed_dictionaries({"message": JSON | CONTENT}),
)
def test_whatever_has_an_id_is_stored(kind: str, content: object) -> None:
    """However odd an update is, it is stored whole, and waits to be looked at."""
    db = in_memory()
    raw = {kind: content, "update_id": 3}
    assert store(db, [message(1), raw, message(4)], NOW) == [1, 3, 4]
    kept = inbox.waiting(db, 3)
    assert kept is not None
    assert kept.raw == json.dumps(raw)
    db.close()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_inbox_of_a_state_does_the_same(tmp_path: Path) -> None:
    """What the bot uses is a thin layer over the functions."""
    state = FileState.open_file(tmp_path / "bot.sqlite3")
    box = StoredInbox(state)
    assert await box.store([message(1), message(2), message(2), message(3)]) == [1, 2, 3]
    await box.finish(1, "done")
    await box.set_aside(2, "odd")
    (left,) = await box.unfinished()
    waiting = await box.waiting(3)
    assert waiting is not None
    assert (left.update_id, waiting.update_id, left.received) == (3, 3, waiting.received)
    assert await box.waiting(1) is None
    state.close()
