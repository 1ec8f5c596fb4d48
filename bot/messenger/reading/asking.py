"""Questions: a new one is answered, an edited one has its answer edited, anything else declined.

Thin: what an answer depends on and leads to is said in `bot.messenger.reading.answering`.
"""

import time
from datetime import timedelta
from functools import partial

from telegram import Message, Update
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.messenger.chats import (
    Addressed,
    Context,
    Handler,
    message_of,
    question_of,
    reply,
    say_in,
    typing_in,
)
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.reading.answering import Found, Known, answer_plan, note_found, read_known
from bot.messenger.services import Services
from index.errors import QuestionError
from retrieval.answer import Answer
from retrieval.questions import MAX_QUESTION_CHARS, checked_question

MAX_EDIT_AGE = timedelta(hours=48)
"""How long after a question its edits count; Telegram lets no older message be deleted."""
_MAX_ALBUMS = 1000


def handlers(services: Services) -> list[Handler]:
    """What answers questions, and declines what is none."""
    asking = _Asking(services)
    new, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
    words = (filters.TEXT & ~filters.COMMAND) | filters.CAPTION
    return [
        CommandHandler("ask", asking.ask, new),
        CommandHandler("ask", asking.reword, edited),
        MessageHandler(new & Addressed() & words, asking.ask),
        MessageHandler(edited & Addressed() & words, asking.reword),
        MessageHandler(new & Addressed() & filters.ATTACHMENT, asking.decline),
    ]


class _Asking:
    """Answers in the chat in which it is asked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._albums: dict[int, str] = {}

    async def ask(self, update: Update, context: Context) -> None:
        """A question: answer it, and remember both."""
        message = message_of(update)
        self._is_new_album(message)
        await self._answer(update, message)

    async def reword(self, update: Update, context: Context) -> None:
        """An edited question: edit its answer; if it has none, answer it."""
        message = message_of(update)
        if message.edit_date is None or message.edit_date - message.date <= MAX_EDIT_AGE:
            await self._answer(update, message)

    async def decline(self, update: Update, context: Context) -> None:
        """Anything without words; an album is declined once."""
        message, say = message_of(update), say_in(update)
        if not self._is_new_album(message):
            return
        spoken = message.voice or message.audio or message.video_note
        pages = plain_pages(say("asking-spoken" if spoken else "asking-wordless"))
        await reply(self._services, update, pages)

    async def _answer(self, update: Update, message: Message) -> None:
        asked, question, say = time.time(), question_of(message), say_in(update)
        edited = update.edited_message is not None
        known = await self._services.state.read(partial(read_known, message=message, edited=edited))
        if known.earlier and known.earlier.question == question:
            return  # what was edited is not what is asked
        try:
            answer = await self._find(message, question, known)
        except QuestionError as exc:
            await reply(self._services, update, plain_pages(explained(exc, question, say)))
            return
        found = Found(question, answer, asked, took_s=time.time() - asked)
        note_found(self._services.metrics, update.update_id, found)
        plan = answer_plan(message, known, found, say)
        await self._services.delivery.carry_out(update.update_id, plan)

    async def _find(self, message: Message, question: str, known: Known) -> Answer:
        """Find an answer; who waits for it sees that the bot is at work."""
        answerer, filters = self._services.answerer, known.chat.filters
        async with typing_in(message):
            return await self._services.in_thread(
                partial(answerer.answer, question, known.turns, filters)
            )

    def _is_new_album(self, message: Message) -> bool:
        """Whether no other part of an album was answered or declined; true for what is in none."""
        chat_id, album = message.chat.id, message.media_group_id
        if album is None:
            return True
        known = self._albums.pop(chat_id, None)
        self._albums[chat_id] = album
        if len(self._albums) > _MAX_ALBUMS:
            del self._albums[next(iter(self._albums))]
        return known != album


def explained(refused: QuestionError, question: str, say: Phrases) -> str:
    """Why a question was refused, in the words of the user."""
    try:
        checked_question(question)
    except QuestionError:
        if len(question) > MAX_QUESTION_CHARS:
            return say("asking-too-long", chars=len(question), most=MAX_QUESTION_CHARS)
        return say("asking-empty")
    return str(refused)  # by an answerer that refuses for reasons of its own
