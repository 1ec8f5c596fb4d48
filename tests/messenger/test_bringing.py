"""What a message brings is told from the message alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, Message, Update, User
from telegram.ext import ExtBot

from bot.messenger.editing.bringing import (
    MAX_NAME_CHARS,
    Bringing,
    Links,
    Upload,
    brought,
    is_brought_by,
)
from bot.messenger.editing.editorial import Post
from index.metadata import Metadata
from tests.messenger.newsrooms import forwarded
from tests.telegram_server import BOT, TOKEN


class NamedBot(ExtBot[None]):
    """A bot that knows who it is without having asked."""

    @property
    def bot(self) -> User:
        """As on the server of the tests."""
        return User(7, str(BOT["first_name"]), True, username=str(BOT["username"]))


THE_BOT = NamedBot(TOKEN)


def message(bot: Bot = THE_BOT, **content: Any) -> Message:  # noqa: ANN401 - JSON
    """A message to the bot."""
    told = {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 1, "type": "private"},
        "from": {"id": 1, "is_bot": False, "first_name": "Ann"},
        **content,
    }
    made = Message.de_json(told, bot)
    assert made is not None
    return made


def document(name: str | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A document as a message holds it."""
    told = {"file_id": "f", "file_unique_id": "f", "file_size": 7}
    return {"document": {**told, **({"file_name": name} if name is not None else {})}, **more}


@pytest.mark.parametrize(
    ("told", "name", "readable"),
    [
        ("report.pdf", "report.pdf", True),
        ("REPORT.PDF", "REPORT.PDF", True),
        ("../../etc/a.txt", "a.txt", True),
        ("C:\\news\\a.txt", "a.txt", True),
        ("two\nlines \u202egnp.txt", "two lines gnp.txt", True),
        ("e\u0301.md", "é.md", True),
        ("clip.mp4", "clip.mp4", False),
        ("txt", "txt", False),
        (None, "", False),
        (f"{'x' * 300}.jsonl.gz", f"{'x' * 111}.jsonl.gz", True),
    ],
)
def test_a_document_is_a_file_with_a_usable_name(
    told: str | None, name: str, readable: bool
) -> None:
    """Whatever it calls itself."""
    assert brought(message(**document(told))) == Upload(name, "f", 7, readable)


@given(st.text(max_size=300))
def test_any_name_of_a_file_can_be_shown_and_stored(name: str) -> None:
    """On one line, in no folder, with the ending that tells its kind."""
    found = brought(message(**document(name + ".TXT")))
    assert isinstance(found, Upload)
    assert found.name.isprintable()
    assert len(found.name) <= MAX_NAME_CHARS
    assert found.name.endswith(".TXT")
    assert not {"/", "\\"} & set(found.name)


def test_a_post_is_known_by_where_it_was_published() -> None:
    """With an address, if its channel is public."""
    text = "Bridge opened\n\nAda Lind opened it."
    public = message(text=text, **forwarded(author_signature="Ada Lind"))
    assert brought(public) == Post(
        -1001234,
        42,
        text,
        Metadata(
            source="Harbour News",
            author="Ada Lind",
            published="2024-05-03T10:00:00+00:00",
            url="https://t.me/harbour/42",
        ),
    )
    private = brought(message(caption="Words.", **forwarded(username=None)))
    assert isinstance(private, Post)
    assert (private.text, private.stated.url) == ("Words.", None)


def test_a_file_in_a_post_is_a_file_if_it_can_be_read() -> None:
    """Else the words below it are the post."""
    assert isinstance(brought(message(**document("a.pdf"), **forwarded())), Upload)
    clip = message(**document("a.mp4"), caption="Words.", **forwarded())
    assert isinstance(brought(clip), Post)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("https://a.example", ["https://a.example"]),
        (" HTTP://a.example/x?y=1#z \n https://b.example ", None),
        ("https://a.example https://a.example", ["https://a.example"]),
        ("@dateline_bot https://a.example", ["https://a.example"]),
        ("https://a.example, @DateLine_Bot", ["https://a.example,"]),
        ("@dateline_bot: https://a.example/@dateline_bot", ["https://a.example/@dateline_bot"]),
        ("see https://a.example", []),
        ("a.example", []),
        ("ftp://a.example", []),
        ("https://", []),
        ("@dateline_bot", []),
        ("?", []),
        ("", []),
    ],
)
def test_links_are_all_that_a_message_says(text: str, urls: list[str] | None) -> None:
    """But for the name of the bot; each counts once."""
    found = brought(message(text=text))
    expected = tuple(text.split() if urls is None else urls)
    assert found == (Links(expected) if expected else None)


def test_the_name_of_the_bot_alone_speaks_of_what_it_replies_to() -> None:
    """Not of what the bot itself has said."""
    somebody = {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}}
    ben = {"id": 2, "is_bot": False, "first_name": "Ben"}
    said = {**somebody, "from": ben, **document("a.txt")}
    assert brought(message(text="@dateline_bot", reply_to_message=said)) == Upload(
        "a.txt", "f", 7, True
    )
    assert brought(message(text="@dateline_bot why?", reply_to_message=said)) is None
    own = {**somebody, "from": BOT, "text": "https://a.example"}
    assert brought(message(text="@dateline_bot", reply_to_message=own)) is None


def test_other_things_bring_nothing() -> None:
    """Pictures, moving ones among them, voices, questions."""
    moving = {"animation": {"file_id": "f", "file_unique_id": "f", "width": 1, "height": 1}}
    moving["animation"]["duration"] = 1
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}]
    for content in (
        document("a.txt", **moving),
        {"photo": photo},
        {"photo": photo, "caption": "https://a.example"},
        {"text": "who flew?"},
    ):
        assert brought(message(**content)) is None


def test_a_file_that_cannot_be_indexed_counts_for_editors_only() -> None:
    """What is not meant for the bot counts for nobody."""
    for_editors = Bringing(frozenset({1}))
    for_others = Bringing(frozenset({3}))
    clip, text = message(**document("a.mp4")), message(**document("a.txt"))
    assert [bool(for_editors.filter(one)) for one in (clip, text)] == [True, True]
    assert [bool(for_others.filter(one)) for one in (clip, text)] == [False, True]
    in_group = message(**document("a.txt"), chat={"id": -5, "type": "group", "title": "G"})
    assert not for_editors.filter(in_group)


def test_editors_bring_what_they_send_and_not_what_they_press_or_edit() -> None:
    """Others bring nothing."""
    news = message(text="https://a.example")
    editors, others = frozenset({1}), frozenset({2})
    assert is_brought_by(editors, Update(1, message=news))
    assert not is_brought_by(others, Update(1, message=news))
    assert not is_brought_by(editors, Update(1, edited_message=news))
    assert not is_brought_by(editors, Update(1, message=message(text="who flew?")))
    assert not is_brought_by(editors, Update(1))
