"""What the bot does with each kind of message. Thin: finding and wording are done elsewhere.

Knows the chat, never the index; the work of an answer runs in a thread, off the event loop.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from telegram import Message, Update
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackContext,
    CommandHandler,
    ExtBot,
    MessageHandler,
    filters,
)

from bot.messenger import pages as say
from bot.messenger.chats import Addressed, question_of, reply, typing_in
from index.articles import Article
from index.errors import QuestionError
from retrieval.answer import Answer, Turn

MAX_TURNS = 6
"""How much of a conversation is remembered."""

logger = logging.getLogger(__name__)


class Library(Protocol):
    """What the bot needs to know of the index."""

    def latest(self, limit: int) -> list[Article]:
        """The newest articles, newest first."""
        ...

    def count(self) -> int:
        """How many articles there are."""
        ...


class QuestionAnswerer(Protocol):
    """What the bot needs for its answers; called from several threads at once."""

    @property
    def library(self) -> Library:
        """The articles that are indexed."""
        ...

    def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question."""
        ...


@dataclass(slots=True)
class Conversation:
    """What is remembered of one chat, in memory only.

    Attributes:
        turns: The last questions and their answers, oldest first.
        album: The album that was last declined, so that its other pictures are passed over.
    """

    turns: deque[Turn] = field(default_factory=lambda: deque(maxlen=MAX_TURNS))
    album: str | None = None


BotContext = CallbackContext[ExtBot[int], dict[Any, Any], Conversation, dict[Any, Any]]
BotApplication = Application[
    ExtBot[int], BotContext, dict[Any, Any], Conversation, dict[Any, Any], None
]


class Handlers:
    """The handlers of one bot, around the answerer they share."""

    def __init__(self, answerer: QuestionAnswerer) -> None:
        """Keep the answerer; nothing is called yet."""
        self._answerer = answerer

    def register(self, application: BotApplication) -> None:
        """Add every handler; a message goes to the first one that fits."""
        new = filters.UpdateType.MESSAGE
        private = filters.ChatType.PRIVATE
        addressed = new & Addressed()
        text = filters.TEXT & ~filters.COMMAND
        for handler in (
            CommandHandler("start", self.start, new),
            CommandHandler("help", self.help, new),
            CommandHandler("sources", self.sources, new),
            CommandHandler("reset", self.reset, new),
            MessageHandler(addressed & text, self.ask),
            MessageHandler(new & private & filters.COMMAND, self.help),
            MessageHandler(addressed & ~filters.TEXT & ~filters.StatusUpdate.ALL, self.decline),
        ):
            application.add_handler(handler)
        application.add_error_handler(self.apologise)

    async def start(self, update: Update, context: BotContext) -> None:
        """/start: what the bot is for."""
        await reply(_message(update), [say.START])

    async def help(self, update: Update, context: BotContext) -> None:
        """/help, and any command the bot does not have: how to ask."""
        await reply(_message(update), [say.HELP])

    async def sources(self, update: Update, context: BotContext) -> None:
        """/sources: what is indexed."""
        library = self._answerer.library
        newest = await asyncio.to_thread(library.latest, say.MAX_SOURCES)
        count = await asyncio.to_thread(library.count)
        await reply(_message(update), say.sources_messages(newest, count))

    async def reset(self, update: Update, context: BotContext) -> None:
        """/reset: forget the conversation."""
        _conversation(context).turns.clear()
        await reply(_message(update), [say.RESET])

    async def ask(self, update: Update, context: BotContext) -> None:
        """A question: answer it, and remember both."""
        message = _message(update)
        turns = _conversation(context).turns
        question = question_of(message)
        async with typing_in(message):
            answer = await asyncio.to_thread(self._answerer.answer, question, tuple(turns))
        turns.append(Turn(question, answer.answer))
        await reply(message, say.answer_messages(answer))

    async def decline(self, update: Update, context: BotContext) -> None:
        """Anything that is not text; an album is declined once."""
        message, conversation = _message(update), _conversation(context)
        album, conversation.album = conversation.album, message.media_group_id
        if album is None or album != message.media_group_id:
            await reply(message, [say.TEXT_ONLY])

    async def apologise(self, update: object, context: BotContext) -> None:
        """An error: tell the user what they can do, and the log everything else."""
        error = context.error
        if isinstance(error, QuestionError):
            messages = say.plain_messages(str(error))
        else:
            number = update.update_id if isinstance(update, Update) else None
            logger.error("Update %s failed", number, exc_info=error)
            messages = [say.SOMETHING_WENT_WRONG]
        if isinstance(update, Update) and update.message:
            with suppress(TelegramError):  # the chat may be gone, and the log has the first error
                await reply(update.message, messages)


def _message(update: Update) -> Message:
    """The message of an update; handlers are registered for new messages only."""
    if update.message is None:
        raise TypeError(f"update {update.update_id} has no message")
    return update.message


def _conversation(context: BotContext) -> Conversation:
    """The conversation of the chat; every message has a chat."""
    if context.chat_data is None:
        raise TypeError("the update has no chat")
    return context.chat_data
