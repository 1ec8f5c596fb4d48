"""Who may use the bot and who may change the index, as the settings say.

Whoever may not gets one polite refusal a day in private, and none in groups. Knows nothing of what
is asked.
"""

import re
import time

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.messenger.chats import Context, Handler, commanded, place_of, say_in
from bot.messenger.display.pages import plain_pages
from bot.messenger.plan import Outgoing, Plan, send, toast
from bot.messenger.services import Services
from bot.settings import Settings
from bot.state.people import former_id
from index.errors import UsageError
from index.sql import Connection

REFUSED_EVERY_S = 86_400.0
_MAX_REMEMBERED = 10_000
_ID = re.compile(r"-?[1-9][0-9]{0,18}", re.ASCII)
_is_forget = commanded("forget")


def editors(settings: Settings) -> frozenset[int]:
    """The users who may change the index.

    Raises:
        UsageError: The setting holds something that is no id.
    """
    return _ids("DATELINE_EDITORS", settings.editors)


def allowed(settings: Settings) -> frozenset[int] | None:
    """The users and chats that the bot answers; None: everybody.

    Raises:
        UsageError: The setting holds something that is no id.
    """
    ids = _ids("DATELINE_ALLOWED", settings.allowed)
    return ids | editors(settings) if ids else None


def may_be_told(
    connection: Connection, ids: frozenset[int] | None, chat_id: int, user_id: int
) -> bool:
    """Whether a chat in which a user once asked may still be answered."""
    return ids is None or bool({chat_id, user_id, former_id(connection, chat_id)} & ids)


def handlers(services: Services) -> list[Handler]:
    """The check of every update; none where everybody may use the bot.

    They belong into a group before all others, so that they can stop an update.
    """
    ids = allowed(services.settings)
    return [] if ids is None else [TypeHandler(Update, _Gate(services, ids).check)]


class _Gate:
    """Lets through what comes from those allowed."""

    def __init__(self, services: Services, ids: frozenset[int]) -> None:
        self._services, self._ids = services, ids
        self._refused: dict[int, float] = {}

    async def check(self, update: Update, context: Context) -> None:
        """Let an update through, or refuse it and stop it."""
        asks = update.message or update.edited_message or update.callback_query
        if not (asks or update.inline_query) or await self._may_pass(update):
            return
        calls = self._refusal(update)
        if calls:
            await self._services.delivery.carry_out(update.update_id, Plan(tuple(calls)))
        raise ApplicationHandlerStop

    async def _may_pass(self, update: Update) -> bool:
        sender = update.effective_sender
        who = {one.id for one in (update.effective_user, update.effective_chat, sender) if one}
        if who & self._ids or _asks_to_forget(update):
            return True
        chat = update.effective_chat
        if chat is None or chat.type == ChatType.PRIVATE:
            return False
        former = await self._services.state.read(lambda connection: former_id(connection, chat.id))
        return former in self._ids

    def _refusal(self, update: Update) -> list[Outgoing]:
        say, user = say_in(update), update.effective_user
        refusal = say("access-refused", user=str(user.id if user else ""))
        if update.callback_query:
            return [toast(update.callback_query.id, refusal, alert=True)]
        if update.inline_query:
            nothing = {
                "inline_query_id": update.inline_query.id,
                "results": [],
                "is_personal": True,
            }
            return [Outgoing("answerInlineQuery", nothing)]
        message = update.message
        if (
            message is None
            or message.chat.type != ChatType.PRIVATE
            or not self._due(message.chat.id)
        ):
            return []
        return send(place_of(message), plain_pages(refusal))

    def _due(self, chat_id: int) -> bool:
        """Whether a chat has not been refused for a day."""
        now = time.monotonic()
        last = self._refused.pop(chat_id, None)
        if last is not None and now - last < REFUSED_EVERY_S:
            self._refused[chat_id] = last
            return False
        self._refused[chat_id] = now
        if len(self._refused) > _MAX_REMEMBERED:
            del self._refused[next(iter(self._refused))]
        return True


def _asks_to_forget(update: Update) -> bool:
    """Whether somebody wants everything about them deleted, as everybody may."""
    message = update.message
    if message is None or message.chat.type != ChatType.PRIVATE:
        return False
    return message.forward_origin is None and _is_forget(update)


def _ids(name: str, value: str) -> frozenset[int]:
    """The ids in a setting."""
    words = re.split(r"[\s,;]+", value.strip()) if value.strip() else []
    for word in words:
        if not _ID.fullmatch(word):
            raise UsageError(
                f"{name}: {word!r} is no id. Write the numbers of Telegram users or chats, "
                "separated by blanks."
            )
    return frozenset(map(int, words))
