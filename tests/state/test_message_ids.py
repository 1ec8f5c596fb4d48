"""Which numbers messages have."""

import pytest

from bot.messenger.plan import Outgoing
from bot.state import inbox, outbox
from bot.state.message_ids import (
    Numbers,
    highest_message_id,
    kind_of,
    numbers_above,
    saw_message,
)
from index.sql import Connection


def test_private_chats_and_groups_are_numbered_together(db: Connection) -> None:
    """The highest number of one is the highest of all that share the counter."""
    saw_message(db, 1, "private", 10)
    saw_message(db, -5, "group", 30)
    saw_message(db, -1001, "supergroup", 900)
    assert highest_message_id(db, 1) == highest_message_id(db, -5) == 30
    assert highest_message_id(db, 77) == 30  # not seen yet, but private by its id


def test_supergroups_and_channels_are_numbered_by_themselves(db: Connection) -> None:
    """What happens elsewhere says nothing about the numbers of a supergroup."""
    saw_message(db, 1, "private", 10_000)
    saw_message(db, -1001, "supergroup", 5)
    assert highest_message_id(db, -1001) == 5
    assert highest_message_id(db, -1_000_000_000_002) is None


def test_an_older_message_does_not_lower_the_highest_number(db: Connection) -> None:
    """An edited message is seen again with its old number."""
    saw_message(db, 1, "private", 10)
    saw_message(db, 1, "private", 7)
    assert highest_message_id(db, 1) == 10


@pytest.mark.parametrize(
    ("chat_id", "kind"),
    [
        (5, "private"),
        (-5, "group"),
        (-999_999_999_999, "group"),
        (-1_001_234_567_890, "supergroup"),
    ],
)
def test_the_kind_of_an_unknown_chat_is_told_by_its_id(
    db: Connection, chat_id: int, kind: str
) -> None:
    """Telegram gives ids of each kind from a range of its own."""
    assert kind_of(db, chat_id) == kind
    saw_message(db, chat_id, "channel", 1)
    assert kind_of(db, chat_id) == "channel"


def test_numbers_are_taken_by_all_that_is_known_of_the_same_counter(
    db: Connection,
) -> None:
    """What users wrote, what was sent, and what shows an answer; in chats that share a counter."""

    def written(update_id: int, chat: int, kind: str, number: int) -> dict[str, object]:
        where = {"id": chat, "type": kind}
        return {"update_id": update_id, "message": {"message_id": number, "chat": where}}

    inbox.store(
        db,
        [
            written(1, 1, "private", 10),
            written(2, 2, "private", 11),
            written(3, -1001, "supergroup", 12),
        ],
        0,
    )
    (call_id,) = outbox.plan_notice(db, "chat 2", [Outgoing("sendMessage", {"chat_id": 2})], 0)
    outbox.end_sent(db, outbox.begin(db, call_id), 0, 14, "private")
    db.execute("INSERT INTO answer_messages VALUES (1, 15, 0)")
    assert numbers_above(db, 1, 9) == Numbers(14, frozenset({10, 11, 14, 15}))
    assert numbers_above(db, 1, 11) == Numbers(14, frozenset({14, 15}))
    assert numbers_above(db, -1001, 0) == Numbers(12, frozenset({12}))
