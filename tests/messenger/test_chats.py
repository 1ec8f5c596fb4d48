"""What a message asks, whether it is meant for the bot, and where a reply to it goes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, Message, Update, User

from bot.messenger.chats import Addressed, message_of, place_of, question_of, say_in, topic_of
from bot.messenger.plan import Place
from tests.telegram_server import BOT, GROUP_ID, TOKEN
from tests.telegram_server.server import Json, user

NAME = str(BOT["username"])
PLACES = {1: {"id": 1, "type": "private"}, GROUP_ID: {"id": GROUP_ID, "type": "supergroup"}}


class KnownBot(Bot):
    """The bot as it is once Telegram has told it its name."""

    @property
    def bot(self) -> User:
        """Its name."""
        return User(7, "Dateline", True, username=NAME)


KNOWN = KnownBot(TOKEN)


def message(text: str | None = None, **more: object) -> Message:
    """A message as Telegram sends it."""
    told = {"message_id": 9, "date": 1, "from": user(1), "chat": PLACES[GROUP_ID], **more}
    return Message.de_json(told if text is None else {**told, "text": text}, KNOWN)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Who opened it?", "Who opened it?"),
        (f"@{NAME} who?", "who?"),
        (f"@{NAME.upper()}, who?", "who?"),
        (f"who, @{NAME}?", "who, ?"),
        (f"who?@{NAME}", "who?"),
        (f"write to ann@{NAME}", f"write to ann@{NAME}"),
        (f"@{NAME}_news who?", f"@{NAME}_news who?"),
        ("- who?", "- who?"),
        ("km/h or m /s?", "km/h or m /s?"),
        ("/ask who?", "who?"),
        (f"/ask@{NAME} who?", "who?"),
        ("/ask\nwho?\nand when?", "who?\nand when?"),
        ("/ask", ""),
        (f"@{NAME}", ""),
        ("  ", ""),
        ("who \ud83d?", "who ??"),
    ],
)
def test_what_addresses_the_bot_is_no_part_of_the_question(text: str, question: str) -> None:
    """Commands and mentions go, in any case; what only looks like one stays."""
    assert question_of(message(text)) == question


@given(st.text().filter(lambda text: "@" not in text and not text.lstrip().startswith("/")))
def test_words_are_asked_as_they_are(text: str) -> None:
    """Without a mention only the blanks around a question are not asked."""
    assert question_of(message(text)) == text.encode(errors="replace").decode().strip()


@pytest.mark.parametrize(
    ("text", "replied", "more", "question"),
    [
        ("/ask", {"text": "Who opened it?"}, {}, "Who opened it?"),
        ("/ask", {"caption": "Who is it?"}, {}, "Who is it?"),
        ("/ask", {"text": "One. Two."}, {"quote": {"text": "Two.", "position": 5}}, "Two."),
        ("/ask and when?", {"text": "Who opened it?"}, {}, "and when?"),
        ("/ask", {"text": "Re: who", "from": BOT}, {}, ""),
        ("/ask", {"forum_topic_created": {"name": "News", "icon_color": 1}}, {}, ""),
        (f"@{NAME}", {"text": f"@{NAME} who?"}, {}, "who?"),
    ],
)
def test_what_was_said_can_be_asked(text: str, replied: Json, more: Json, question: str) -> None:
    """A reply without words of its own asks those of the message, unless they are the bot's."""
    said = {"message_id": 5, "date": 1, "from": user(2), "chat": PLACES[GROUP_ID], **replied}
    assert question_of(message(text, reply_to_message=said, **more)) == question


def mention(text: str, name: str = NAME) -> list[Json]:
    """The entities of a text that mentions a name."""
    return [{"type": "mention", "offset": text.index(f"@{name}"), "length": len(name) + 1}]


@pytest.mark.parametrize(
    ("more", "addressed"),
    [
        ({"text": "who?"}, False),
        ({"text": "who?", "chat": PLACES[1]}, True),
        ({"text": f"@{NAME} who?"}, False),  # a link that only shows the name
        ({"text": f"@{NAME} who?", "entities": mention(f"@{NAME} who?")}, True),
        ({"caption": f"@{NAME}", "caption_entities": mention(f"@{NAME}")}, True),
        ({"text": "@other_bot", "entities": mention("@other_bot", "other_bot")}, False),
        ({"text": "who?", "from": {**user(1), "is_bot": True}, "chat": PLACES[1]}, False),
        ({"text": "who?", "via_bot": BOT, "chat": PLACES[1]}, False),
        ({"text": "who?", "via_bot": {**BOT, "id": 8}, "chat": PLACES[1]}, True),
    ],
)
def test_a_message_is_meant_for_the_bot(more: Json, addressed: bool) -> None:
    """All in private but what bots write; in groups what mentions the bot."""
    assert Addressed().filter(message(**more)) is addressed


def test_who_writes_as_a_chat_is_no_bot() -> None:
    """Anonymous administrators have the sender of a bot, and may ask."""
    name = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    text = f"@{NAME} who?"
    said: Json = {"from": name, "sender_chat": PLACES[GROUP_ID], "entities": mention(text)}
    assert Addressed().filter(message(text, **said))
    assert not Addressed().filter(message(text, **{**said, "sender_chat": None}))


def test_a_reply_goes_below_the_message() -> None:
    """Into its topic if it is in one; the number of a thread of replies names no topic."""
    topic = {"message_thread_id": 4, "is_topic_message": True}
    assert place_of(message("who?")) == Place(GROUP_ID, None, 9)
    assert place_of(message("who?", **topic)) == Place(GROUP_ID, 4, 9)
    assert topic_of(message("who?", message_thread_id=4)) is None


def test_words_follow_whoever_an_update_comes_from() -> None:
    """The language of the client; English where nobody can be named."""
    told: dict[str, Any] = {"message_id": 9, "date": 1, "chat": PLACES[1], "text": "x"}
    russian = {**told, "from": {**user(1), "language_code": "ru"}}
    said = [Update.de_json({"update_id": 1, "message": one}, None) for one in (told, russian)]
    assert [say_in(update).language for update in said] == ["en", "ru"]
    with pytest.raises(TypeError, match="update 2 has no message"):
        message_of(Update(2))
