"""The outbox: what is going to be done, and what became of it."""

import json
from typing import Any

import pytest

from bot.messenger.plan import Outgoing
from bot.state import inbox, outbox
from bot.state.message_ids import saw_message
from bot.state.outbox import Call, OpenCall
from index.sql import Connection

SEND = Outgoing("sendMessage", {"chat_id": 5, "text": "Hi", "x": "\ud83d"}, 77)
TOAST = Outgoing("answerCallbackQuery", {"callback_query_id": "1"})


@pytest.fixture
def db(connection: Connection) -> Connection:
    """A state with one update of user 6 in chat 5, message 40."""
    chat = {"id": 5, "type": "private"}
    content = {"message_id": 40, "chat": chat, "from": {"id": 6}}
    inbox.store(connection, [{"update_id": 1, "message": content}], 0)
    return connection


def row(db: Connection, columns: str, call_id: int = 1) -> tuple[Any, ...]:
    """Columns of a call."""
    result: tuple[Any, ...] = db.execute(
        f"SELECT {columns} FROM outbox WHERE id = ?", (call_id,)
    ).fetchone()
    return result


def loaded(db: Connection, call_id: int = 1) -> Call:
    """A call that is there."""
    found = outbox.call(db, call_id)
    assert found is not None
    return found


def test_a_plan_is_stored_with_its_update(db: Connection) -> None:
    """The update is planned from then on, and its calls are there in order, as they were meant."""
    assert outbox.plan_reply(db, 1, [SEND, TOAST], 3.0) == [1, 2]
    (waiting,) = inbox.unfinished(db)
    assert waiting.planned
    assert outbox.calls_of(db, 1) == [1, 2]
    assert loaded(db) == Call(1, 1, 5, "sendMessage", SEND.parameters, 77, "planned", None, 0, None)
    assert loaded(db, 2).chat_id is None
    assert row(db, "lane, user_id, created", 2) == ("chat 5", 6, 3.0)


def test_an_update_is_planned_for_once(db: Connection) -> None:
    """A second plan, or one for what is done with or was never there, is not stored."""
    outbox.plan_reply(db, 1, [SEND], 0)
    assert outbox.plan_reply(db, 1, [SEND], 0) is None
    inbox.finish(db, 1, 0)
    assert outbox.plan_reply(db, 1, [SEND], 0) is None
    assert outbox.plan_reply(db, 99, [SEND], 0) is None
    assert outbox.calls_of(db, 1) == [1]


def test_open_calls_are_those_that_are_not_ended(db: Connection) -> None:
    """What is planned or interrupted comes back, with and without an update; the rest does not."""
    outbox.plan_reply(db, 1, [SEND, TOAST], 1.0)
    notices = outbox.plan_notice(db, "chat 5", [SEND, SEND, SEND], 2.0)
    assert notices == [3, 4, 5]
    outbox.begin(db, 2)
    outbox.end_sent(db, outbox.begin(db, 3), 0, 50, "private")
    outbox.end_failed(db, 4, "refused", "no", 0)
    assert outbox.open_calls(db) == [
        OpenCall(1, 1, "chat 5", False, 1.0),
        OpenCall(2, 1, "chat 5", True, 1.0),
        OpenCall(5, None, "chat 5", False, 2.0),
    ]
    assert [loaded(db, n).is_open for n in range(1, 6)] == [True, True, False, False, True]


def test_sending_begins_above_all_known_messages(db: Connection) -> None:
    """The floor is what was known when the first try began that may have made the message."""
    outbox.plan_reply(db, 1, [SEND], 0)
    assert (outbox.begin(db, 1).floor, loaded(db).status) == (40, "sending")
    saw_message(db, 9, "private", 60)
    outbox.put_back(db, 1, in_doubt=True)
    begun = outbox.begin(db, 1)
    assert (begun.floor, begun.attempts) == (40, 2)
    assert begun == loaded(db)


def test_a_try_that_did_nothing_does_not_count(db: Connection) -> None:
    """After it the floor is what is known by then."""
    outbox.plan_reply(db, 1, [SEND], 0)
    outbox.begin(db, 1)
    outbox.put_back(db, 1, in_doubt=False)
    saw_message(db, 9, "private", 60)
    begun = outbox.begin(db, 1)
    assert (begun.floor, begun.attempts) == (60, 1)


def test_a_call_that_is_amended_begins_afresh(db: Connection) -> None:
    """Its parameters, and perhaps its chat, are others; it is planned again."""
    outbox.plan_reply(db, 1, [SEND], 0)
    outbox.begin(db, 1)
    outbox.amend(db, 1, {"chat_id": -1_001_234_567_890, "text": "Hi"})
    assert row(db, "status, attempts, chat_id, parameters") == (
        "planned",
        0,
        -1_001_234_567_890,
        json.dumps({"chat_id": -1_001_234_567_890, "text": "Hi"}),
    )
    assert outbox.begin(db, 1).floor is None


def test_what_was_sent_is_known_from_then_on(db: Connection) -> None:
    """The message shows its answer, and its number is the highest of its chat."""
    outbox.plan_reply(db, 1, [SEND], 0)
    outbox.end_sent(db, outbox.begin(db, 1), 9.0, 41, "private")
    assert row(db, "status, message_id, finished") == ("sent", 41, 9.0)
    assert db.execute("SELECT * FROM answer_messages").fetchall() == [(5, 41, 77)]
    assert db.execute("SELECT last_message_id FROM chats").fetchall() == [(41,)]


def test_an_edit_changes_which_answer_a_message_shows(db: Connection) -> None:
    """A message shows one answer at a time, and none once it is deleted."""
    target = {"chat_id": 5, "message_id": 41}
    edits = [
        Outgoing("editMessageText", target, 77),
        Outgoing("editMessageText", target, 78),
        Outgoing("deleteMessage", target),
    ]
    outbox.plan_reply(db, 1, edits, 0)
    shown = []
    for call_id in (1, 2, 3):
        outbox.end_sent(db, outbox.begin(db, call_id), 0, 41, None)
        shown.append(db.execute("SELECT answer_id FROM answer_messages").fetchall())
    assert shown == [[(77,)], [(78,)], []]


def test_a_chat_that_takes_nothing_is_spared_the_rest_of_the_plan(db: Connection) -> None:
    """Only calls of the same plan to the same chat are refused with the one that was."""
    elsewhere = Outgoing("sendMessage", {"chat_id": 6})
    outbox.plan_reply(db, 1, [SEND, SEND, TOAST, elsewhere], 1.0)
    outbox.plan_notice(db, "chat 5", [SEND, SEND], 1.0)
    outbox.plan_notice(db, "chat 5", [SEND], 2.0)
    outbox.refuse_rest(db, outbox.begin(db, 1), 9.0, gone=False)
    assert [loaded(db, n).status for n in range(1, 8)] == [
        "sending",
        "refused",
        *["planned"] * 5,
    ]
    assert db.execute("SELECT gone FROM chats").fetchall() == [(None,)]
    outbox.refuse_rest(db, outbox.begin(db, 5), 9.0, gone=True)
    assert [loaded(db, n).status for n in (5, 6, 7)] == ["sending", "refused", "planned"]
    assert db.execute("SELECT gone FROM chats").fetchall() == [(9.0,)]


def test_a_call_that_was_forgotten_is_not_there(db: Connection) -> None:
    """Asking for it is no error; beginning it is one."""
    assert outbox.call(db, 5) is None
    with pytest.raises(LookupError, match="there is no call 5"):
        outbox.begin(db, 5)
