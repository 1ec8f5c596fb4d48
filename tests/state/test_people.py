"""Chats and what was set in them; and that nothing is left of who wants to be forgotten."""

import json
import re
from dataclasses import asdict

import pytest

from bot.state.conversations import (
    GivenAnswer,
    answer_shown_by,
    answer_to,
    given_answer,
    put_feedback,
    recent_turns,
    remember_answer,
)
from bot.state.people import (
    Chat,
    asks_again_inline,
    forget_request,
    forget_user,
    former_id,
    held_about,
    known_chat,
    move_chat,
    see_chat,
    set_gone,
    set_noticed,
    set_range,
)
from bot.state.schema import SCHEMA
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer

ME, OTHER = 4711, 815
GROUP, SUPERGROUP = -55, -1001
BOUNDS = Filters("2024-01-01", "2024-12-31")


def answer(connection: Connection, answer_id: int, chat_id: int, user_id: int = ME) -> None:
    """Remember an answer, shown by the message of the same number."""
    words = f"words of {user_id}"
    given = Answer(words, True, words, 0.9, (), ())
    remember_answer(
        connection, GivenAnswer(answer_id, chat_id, None, user_id, answer_id, words, given, 1.0)
    )
    connection.execute(
        "INSERT INTO answer_messages VALUES (?, ?, ?)", (chat_id, answer_id, answer_id)
    )


def update(
    connection: Connection,
    update_id: int,
    user_id: int,
    status: str = "done",
    chat_id: int = GROUP,
    raw: object = None,
) -> None:
    """Store an update and a call that it led to."""
    text = raw if isinstance(raw, str) else json.dumps(raw or {"from": {"id": user_id}})
    connection.execute(
        "INSERT INTO updates (update_id, raw, lane, chat_id, user_id, received, status) "
        "VALUES (?, ?, ?, ?, ?, 1, ?)",
        (update_id, text, f"chat {chat_id}", chat_id, user_id, status),
    )
    call = {"done": "sent", "aside": "sent", "planned": "planned", "new": "planned"}[status]
    connection.execute(
        "INSERT INTO outbox (update_id, lane, chat_id, user_id, method, parameters, status, "
        "created) VALUES (?, ?, ?, ?, 'sendMessage', ?, ?, 1)",
        (
            update_id,
            f"chat {chat_id}",
            chat_id,
            user_id,
            json.dumps({"chat_id": chat_id, "text": "x", "reply_parameters": {"message_id": 5}}),
            call,
        ),
    )


def watch(connection: Connection, watch_id: int, chat_id: int, user_id: int) -> None:
    """Keep a watch, as far as this module knows of it."""
    connection.execute(
        "INSERT INTO watches (watch_id, chat_id, user_id, language, question, answer, created, "
        "checked) VALUES (?, ?, ?, 'en', 'q', '{}', 1, '')",
        (watch_id, chat_id, user_id),
    )


def everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    tables = re.findall(r"CREATE TABLE (\w+)", SCHEMA)
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}


def test_a_chat_keeps_what_was_set_in_it(connection: Connection) -> None:
    """Bounds, notice and absence; seeing the chat again changes none of the first two."""
    assert known_chat(connection, 1) == Chat()
    see_chat(connection, 1, "private", "ru")
    set_range(connection, 1, BOUNDS)
    set_noticed(connection, 1, 5.0)
    set_gone(connection, 1, "private", 6.0)
    assert known_chat(connection, 1) == Chat(BOUNDS, noticed=True, gone=True)
    see_chat(connection, 1, "private", "tr")
    assert known_chat(connection, 1) == Chat(BOUNDS, noticed=True)
    assert connection.execute("SELECT language FROM chats").fetchall() == [("tr",)]
    set_gone(connection, 2, "group", 6.0)
    assert known_chat(connection, 2).gone
    set_gone(connection, 2, "group", None)
    assert not known_chat(connection, 2).gone


def test_a_supergroup_takes_over_what_its_group_had(connection: Connection) -> None:
    """Settings, conversation, watches and what is still to be sent; done twice, done once."""
    see_chat(connection, GROUP, "group", None)
    set_range(connection, GROUP, BOUNDS)
    set_noticed(connection, GROUP, 5.0)
    answer(connection, 30, GROUP)
    watch(connection, 1, GROUP, ME)
    update(connection, 1, ME, "planned")
    update(connection, 2, ME, "done")
    for _ in range(2):
        move_chat(connection, GROUP, SUPERGROUP)
        assert known_chat(connection, SUPERGROUP) == Chat(BOUNDS, noticed=True)
        assert known_chat(connection, GROUP) == Chat()
        assert len(recent_turns(connection, SUPERGROUP, None, 6)) == 1
        assert connection.execute("SELECT chat_id FROM watches").fetchall() == [(SUPERGROUP,)]
        calls = connection.execute("SELECT chat_id, parameters FROM outbox ORDER BY id").fetchall()
        assert calls[0][0] == SUPERGROUP
        assert json.loads(calls[0][1]) == {"chat_id": SUPERGROUP, "text": "x"}
        assert calls[1][0] == GROUP
    assert former_id(connection, SUPERGROUP) == GROUP
    assert former_id(connection, GROUP) is None


def test_messages_of_a_supergroup_are_not_mistaken_for_those_of_its_group(
    connection: Connection,
) -> None:
    """It numbers its messages afresh, so number 30 asks and shows something else there."""
    answer(connection, 30, GROUP)
    move_chat(connection, GROUP, SUPERGROUP)
    assert answer_to(connection, SUPERGROUP, 30) is None
    assert answer_shown_by(connection, SUPERGROUP, 30) is None
    assert given_answer(connection, 30)


def test_what_a_supergroup_has_set_itself_stays(connection: Connection) -> None:
    """The old chat may tell of the move later than the new one begins to talk."""
    see_chat(connection, GROUP, "group", None)
    set_range(connection, GROUP, BOUNDS)
    see_chat(connection, SUPERGROUP, "supergroup", None)
    set_range(connection, SUPERGROUP, Filters(since="2024-06-01"))
    move_chat(connection, GROUP, SUPERGROUP)
    expected = Filters("2024-06-01", "2024-12-31")
    assert known_chat(connection, SUPERGROUP).filters == expected
    move_chat(connection, SUPERGROUP, SUPERGROUP)
    assert known_chat(connection, SUPERGROUP).filters == expected


def fill(connection: Connection) -> None:
    """Something of two users in every table."""
    for number, (user_id, chat_id) in enumerate(
        [(ME, ME), (ME, GROUP), (OTHER, OTHER), (OTHER, GROUP)], start=1
    ):
        see_chat(connection, chat_id, "private" if chat_id > 0 else "group", None)
        answer(connection, number, chat_id, user_id)
        update(connection, number, user_id, chat_id=chat_id)
        watch(connection, number, chat_id, user_id)
    put_feedback(connection, 2, OTHER, True, 1.0)
    put_feedback(connection, 4, ME, True, 1.0)
    put_feedback(connection, 4, OTHER, True, 1.0)
    reply = {"from": {"id": OTHER}, "reply_to_message": {"from": {"id": ME}, "text": "my words"}}
    update(connection, 10, OTHER, raw=reply)
    update(connection, 11, OTHER, raw={"from": {"id": OTHER}, "text": f"about {ME}"})
    update(connection, 12, OTHER, "aside", raw=f"half a JSON {ME}")


def test_nothing_is_left_of_a_user(connection: Connection) -> None:
    """No row names the user, the private chat, or holds their words; what is others' stays."""
    fill(connection)
    before = everything(connection)
    held = held_about(connection, ME)
    assert asdict(held) == {
        "questions": 2,
        "messages": 2,
        "feedback": 1,
        "watches": 2,
        "settings": 1,
    }
    assert forget_user(connection, ME) == held
    after = everything(connection)
    named = [row for rows in after.values() for row in rows if ME in row]
    assert named == []
    told = json.dumps(after)
    assert f"words of {ME}" not in told
    assert "my words" not in told
    assert f"about {ME}" in told  # a number in the words of somebody else
    assert "half a JSON" not in told
    assert [row for row in after["answers"] if OTHER in row] == [
        row for row in before["answers"] if OTHER in row
    ]
    assert [row[:2] for row in after["feedback"]] == [(4, OTHER)]
    assert len(after["updates"]) == len(before["updates"])
    assert asdict(held_about(connection, ME)) == dict.fromkeys(asdict(held), 0)
    assert held_about(connection, OTHER).questions == 2


def test_what_is_waited_for_is_still_answered(connection: Connection) -> None:
    """Who asks in one chat and forgets in another loses no question and no answer under way."""
    update(connection, 1, ME, "new")
    update(connection, 2, ME, "planned")
    before = everything(connection)
    forget_user(connection, ME)
    assert everything(connection) == before


def test_the_request_itself_leaves_nothing(connection: Connection) -> None:
    """Its words go with the rest, the reply once it was sent; its id stays, lest it comes again."""
    update(connection, 1, ME, "planned", chat_id=ME)
    forget_user(connection, ME, asked_by=1)
    status, raw, lane = connection.execute("SELECT status, raw, lane FROM updates").fetchone()
    assert (status, raw, lane) == ("planned", None, f"chat {ME}")
    assert connection.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    connection.execute("UPDATE outbox SET status = 'sent'")
    connection.execute("UPDATE updates SET status = 'done'")
    see_chat(connection, ME, "private", "ru")
    forget_request(connection, ME, 1)
    after = everything(connection)
    assert after["outbox"] == after["chats"] == []
    assert [row for rows in after.values() for row in rows if ME in row] == []
    assert str(ME) not in json.dumps(after)
    assert connection.execute("SELECT update_id, status FROM updates").fetchall() == [(1, "done")]


def test_a_reply_that_is_not_sent_yet_is_left_to_be_sent(connection: Connection) -> None:
    """A dead network keeps what says that all is forgotten, until it has been said."""
    update(connection, 1, ME, "planned", chat_id=ME)
    forget_request(connection, ME, 1)
    assert connection.execute("SELECT status FROM outbox").fetchall() == [("planned",)]


@pytest.mark.parametrize(
    ("update_id", "user_id", "status", "raw", "newer"),
    [
        (11, ME, "new", {"inline_query": {"id": "1"}}, True),
        (9, ME, "new", {"inline_query": {"id": "1"}}, False),
        (11, OTHER, "new", {"inline_query": {"id": "1"}}, False),
        (11, ME, "done", {"inline_query": {"id": "1"}}, False),
        (11, ME, "planned", {"inline_query": {"id": "1"}}, False),
        (11, ME, "new", {"message": {"message_id": 1}}, False),
        (11, ME, "new", "no JSON", False),
    ],
)
def test_a_newer_inline_query_is_seen(
    connection: Connection,
    update_id: int,
    user_id: int,
    status: str,
    raw: object,
    newer: bool,
) -> None:
    """One of the same user that came later and waits to be answered."""
    update(connection, update_id, user_id, status, raw=raw)
    assert asks_again_inline(connection, ME, 10) is newer
