"""What a question depends on and what its answer leads to: messages, and what is remembered.

Knows conversations and pages; knows nothing of handlers, and of how an answer is found.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import Message

from bot.messenger.chats import author_of, note_chat, place_of, topic_of
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import answer_pages
from bot.messenger.plan import Outgoing, Page, Place, Plan, delete, edit, new_answer_id, send
from bot.messenger.services import Metrics
from bot.state.conversations import (
    GivenAnswer,
    answer_shown_by,
    answer_to,
    messages_of,
    recent_turns,
    remember_answer,
)
from bot.state.figures import count_question
from bot.state.people import Chat, known_chat, set_noticed
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import MAX_TURNS, Answer, Turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered that the answer to a message depends on.

    Attributes:
        chat: What was set in the chat.
        turns: What the question may lean on, oldest first.
        earlier: For an edited question, the answer it had.
        shown: The messages that show that answer.
    """

    chat: Chat
    turns: tuple[Turn, ...]
    earlier: GivenAnswer | None
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer that was just found.

    Attributes:
        question: As it was asked, without what addressed the bot.
        answer: The answer.
        asked: When, in seconds since 1970.
        took_s: How long it took.
    """

    question: str
    answer: Answer
    asked: float
    took_s: float


def read_known(connection: Connection, message: Message, *, edited: bool = False) -> Known:
    """Read what the answer to a message depends on.

    A reply to an answer leans on that answer alone, any other question on the last turns of its
    chat and topic; an edited one on those before it.

    Args:
        connection: Any.
        message: The message.
        edited: Whether it may have been answered before it was edited.
    """
    chat_id, replied = message.chat.id, message.reply_to_message
    earlier = answer_to(connection, chat_id, message.message_id) if edited else None
    meant = answer_shown_by(connection, chat_id, replied.message_id) if replied else None
    before = earlier.given if earlier else None
    turns = (
        [meant.turn]
        if meant
        else recent_turns(connection, chat_id, topic_of(message), MAX_TURNS, before)
    )
    shown = messages_of(connection, earlier.answer_id) if earlier else []
    return Known(known_chat(connection, chat_id), tuple(turns), earlier, tuple(shown))


def note_found(metrics: Metrics, update_id: int, found: Found) -> None:
    """Count an answer, and log how it was found."""
    metrics.question(answered=found.answer.answered, took_s=found.took_s)
    facts = {
        "update": update_id,
        "answered": found.answer.answered,
        "took_ms": round(found.took_s * 1000),
        "question": found.question,
        "answer": found.answer.answer,
    }
    logger.info("Question answered", extra=facts)


def answer_plan(message: Message, known: Known, found: Found, say: Phrases) -> Plan:
    """Show an answer, in the place of the earlier one if the question was edited; remember it."""
    given = _given(message, known, found, say)
    notices = [range_notice(given.filters, say)]
    notices += [] if known.chat.noticed else [say("asking-stored")]
    notice = "\n\n".join(text for text in notices if text) or None
    pages = answer_pages(given.answer, given.answer_id, say, notice=notice)

    def remember(connection: Connection) -> None:
        note_chat(connection, message)
        if not known.chat.noticed:
            set_noticed(connection, message.chat.id, time.time())
        remember_answer(connection, given)
        count_question(connection, found.asked, found.answer.answered, found.took_s * 1000)

    return Plan(tuple(_calls(place_of(message), pages, known.shown, given.answer_id)), remember)


def range_notice(filters: Filters, say: Phrases) -> str | None:
    """Which articles alone an answer may come from, if /since or /until was set."""
    if filters.since and filters.until:
        return say("asking-between", since=filters.since, until=filters.until)
    if filters.since:
        return say("asking-since", since=filters.since)
    return say("asking-until", until=filters.until) if filters.until else None


def _given(message: Message, known: Known, found: Found, say: Phrases) -> GivenAnswer:
    """The answer as it is kept."""
    if known.earlier:
        return replace(
            known.earlier,
            question=found.question,
            answer=found.answer,
            filters=known.chat.filters,
            language=say.language,
        )
    return GivenAnswer(
        answer_id=new_answer_id(),
        chat_id=message.chat.id,
        thread_id=topic_of(message),
        user_id=author_of(message),
        question_message_id=message.message_id,
        question=found.question,
        answer=found.answer,
        given=found.asked,
        filters=known.chat.filters,
        language=say.language,
    )


def _calls(
    place: Place, pages: Sequence[Page], shown: Sequence[int], answer_id: int
) -> list[Outgoing]:
    """Put pages into the messages that are there; send what is missing, delete what is left."""
    edits = [
        edit(place.chat_id, message_id, page, answer_id)
        for message_id, page in zip(shown, pages, strict=False)  # either may be longer
    ]
    further = replace(place, reply_to=None) if shown else place
    return [
        *edits,
        *send(further, pages[len(shown) :], answer_id),
        *(delete(place.chat_id, message_id) for message_id in shown[len(pages) :]),
    ]
