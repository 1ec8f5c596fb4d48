"""One message and its chat: is it meant for the bot, what does it ask, how is it replied to.

Knows nothing of answers; what is sent comes in as pages.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from telegram import Message, MessageEntity, Update
from telegram.constants import ChatAction, ChatType
from telegram.error import TelegramError
from telegram.ext import (
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
    ExtBot,
    filters,
)

from bot.messenger.display.language import Phrases, phrases
from bot.messenger.plan import Page, Place, Plan, send
from bot.messenger.services import Services
from bot.state.people import see_chat
from index.sql import Connection
from retrieval.questions import readable

TYPING_AFTER_S = 0.2
"""Most answers are there before anybody would see "typing", which counts as a message."""
TYPING_EVERY_S = 4.0
"""Telegram shows "typing" for five seconds at a time."""
_TYPING_GRACE_S = 1.0
_COMMAND = re.compile(r"\A\s*/\w+(?:@\w+)?(?:\s+|\Z)")
_PUNCTUATION = " \t\n,.:;!–—-"

OWN_COMMAND = filters.UpdateType.MESSAGE & ~filters.FORWARDED
"""What may change or delete something: what others wrote, and somebody has forwarded, may not."""

Context = CallbackContext[ExtBot[Any], Any, Any, Any]
Handler = BaseHandler[Update, Context, Any]


class PressHandler(CallbackQueryHandler[Context, Any]):
    """Takes presses whose data its pattern fits; without data a press fits none.

    `CallbackQueryHandler` takes those without data, whatever its pattern.
    """

    def check_update(self, update: object) -> bool | object | None:
        """Whether an update is such a press."""
        if isinstance(update, Update) and update.callback_query and not update.callback_query.data:
            return None
        return super().check_update(update)


class Addressed(filters.MessageFilter):
    """Messages meant for the bot: in a group, only its mentions and replies to it.

    Never what the bot itself has written for somebody inline, nor what another bot says.
    """

    def filter(self, message: Message) -> bool:
        """Whether the message is meant for the bot."""
        bot, sender = message.get_bot(), message.from_user
        if message.via_bot and message.via_bot.id == bot.id:
            return False
        if sender and sender.is_bot and not message.sender_chat:  # who writes as a chat seems a bot
            return False
        if message.chat.type == ChatType.PRIVATE:
            return True
        replied = message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == bot.id:
            return True
        return f"@{bot.username}".casefold() in map(str.casefold, _mentions(message))


def commanded(*names: str) -> Callable[[Update], bool]:
    """What tells whether an update is a new message with one of some commands for this bot."""

    async def handled_elsewhere(update: Update, context: Context) -> None:
        """Nothing: the handler only tells whether it would fit."""

    handler = CommandHandler(names, handled_elsewhere, filters.UpdateType.MESSAGE)
    return lambda update: bool(handler.check_update(update))


def message_of(update: Update) -> Message:
    """The message of an update that is a message, new or edited."""
    message = update.message or update.edited_message
    if message is None:
        raise TypeError(f"update {update.update_id} has no message")
    return message


def say_in(update: Update) -> Phrases:
    """The words for whoever an update comes from."""
    return phrases(update.effective_user.language_code if update.effective_user else None)


def question_of(message: Message) -> str:
    """What a message asks: its text or caption, without what addressed the bot.

    One that only addresses the bot, as a reply to somebody, asks what was said there.
    """
    question = _own_words(message)
    said = message.reply_to_message
    if question or said is None or (said.from_user and said.from_user.id == message.get_bot().id):
        return question
    quote = message.quote.text if message.quote else None
    return _own_words(said, quote)


def author_of(message: Message) -> int:
    """Who has written a message: a user, or the chat in whose name somebody writes."""
    return (message.sender_chat or message.from_user or message.chat).id


def place_of(message: Message) -> Place:
    """Where a reply to a message goes: its chat, its topic, below the message."""
    return Place(message.chat.id, topic_of(message), message.message_id)


def topic_of(message: Message) -> int | None:
    """The topic of a forum; the number of a thread of replies is no place to send to."""
    return message.message_thread_id if message.is_topic_message else None


def note_chat(connection: Connection, message: Message) -> None:
    """Remember that the chat of a message is there, and the language of a private one."""
    private = message.chat.type == ChatType.PRIVATE
    language = message.from_user.language_code if private and message.from_user else None
    see_chat(connection, message.chat.id, message.chat.type, language)


async def reply(
    services: Services,
    update: Update,
    pages: Sequence[Page],
    remember: Callable[[Connection], None] = lambda connection: None,
) -> None:
    """Reply to the message of an update, and remember what has changed by it."""
    calls = send(place_of(message_of(update)), pages)
    await services.delivery.carry_out(update.update_id, Plan(tuple(calls), remember))


@asynccontextmanager
async def typing_in(message: Message) -> AsyncIterator[None]:
    """Show "typing" in the chat of `message` until the block is done, if it takes a while."""
    done = asyncio.Event()
    task = asyncio.create_task(_keep_typing(message, done))
    try:
        yield
    finally:
        # A request under way is let through: one that arrived after the reply would outlast it.
        done.set()
        await asyncio.wait({task}, timeout=_TYPING_GRACE_S)
        task.cancel()


async def _keep_typing(message: Message, done: asyncio.Event) -> None:
    pause = TYPING_AFTER_S
    while not done.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), pause)
            return
        with suppress(TelegramError):  # a sign of life is not worth losing an answer
            await message.chat.send_action(ChatAction.TYPING, message_thread_id=topic_of(message))
        pause = TYPING_EVERY_S


def _own_words(message: Message, said: str | None = None) -> str:
    mention = rf"(?<![\w@])@{re.escape(message.get_bot().username)}\b"
    text = _COMMAND.sub("", readable(said or message.text or message.caption or ""), count=1)
    without = re.sub(mention, "", text, flags=re.IGNORECASE)
    return without.strip() if without == text else without.strip().lstrip(_PUNCTUATION)


def _mentions(message: Message) -> list[str]:
    """The names that a message mentions in its text or caption."""
    kinds: list[str | None] = [MessageEntity.MENTION]
    in_text = message.parse_entities(kinds) if message.text else {}
    in_caption = message.parse_caption_entities(kinds) if message.caption else {}
    return [*in_text.values(), *in_caption.values()]
