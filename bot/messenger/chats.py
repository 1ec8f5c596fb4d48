"""One message and its chat: is it meant for the bot, what does it ask, how is it replied to.

Knows nothing of answers; what is sent comes in as HTML.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from telegram import LinkPreviewOptions, Message, MessageEntity, ReplyParameters
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import TelegramError
from telegram.ext import filters

TYPING_EVERY_S = 4.0
"""Telegram shows "typing" for five seconds at a time."""
_TYPING_GRACE_S = 1.0


class Addressed(filters.MessageFilter):
    """Messages meant for the bot: in a group, only its mentions and replies to it."""

    def filter(self, message: Message) -> bool:
        """Whether the message is meant for the bot."""
        if message.chat.type == ChatType.PRIVATE:
            return True
        bot = message.get_bot()
        replied = message.reply_to_message
        if replied and replied.from_user and replied.from_user.id == bot.id:
            return True
        mentions = message.parse_entities([MessageEntity.MENTION]) if message.text else {}
        return f"@{bot.username}".casefold() in map(str.casefold, mentions.values())


def question_of(message: Message) -> str:
    """The text of a message without the mention that addressed the bot."""
    mention = rf"@{re.escape(message.get_bot().username)}\b"
    return re.sub(mention, "", message.text or "", flags=re.IGNORECASE).strip()


async def reply(message: Message, messages: Sequence[str]) -> None:
    """Send HTML messages in order, the first as a reply to `message`."""
    quoting = ReplyParameters(message.message_id, allow_sending_without_reply=True)
    for n, text in enumerate(messages):
        await message.reply_text(
            text,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_parameters=None if n else quoting,
            do_quote=False,
        )


@asynccontextmanager
async def typing_in(message: Message) -> AsyncIterator[None]:
    """Show "typing" in the chat of `message` until the block is done."""
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
    topic = message.message_thread_id if message.is_topic_message else None
    while not done.is_set():
        with suppress(TelegramError):  # a sign of life is not worth losing an answer
            await message.chat.send_action(ChatAction.TYPING, message_thread_id=topic)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), TYPING_EVERY_S)
