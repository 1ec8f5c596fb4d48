"""/forget: everything that is held about a user is deleted, and the user is shown what it was.

What is held is said in `bot.state.people`.
"""

from dataclasses import asdict
from functools import partial

from telegram import Update
from telegram.ext import CommandHandler

from bot.messenger.chats import (
    OWN_COMMAND,
    Context,
    Handler,
    message_of,
    place_of,
    reply,
    say_in,
)
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.plan import Plan, send
from bot.messenger.services import Services
from bot.state.people import Forgotten, forget_request, forget_user, held_about
from index.sql import Connection


def handlers(services: Services) -> list[Handler]:
    """What answers the command."""
    return [CommandHandler("forget", _Forgetting(services).forget, OWN_COMMAND)]


class _Forgetting:
    """Deletes what is held about a user."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def forget(self, update: Update, context: Context) -> None:
        """/forget: delete, tell what was deleted, and then delete what the telling left."""
        message, say, state = message_of(update), say_in(update), self._services.state
        user = message.from_user
        if user is None or message.sender_chat:  # one name stands for many people
            await reply(self._services, update, plain_pages(say("forgetting-as-yourself")))
            return
        held = await state.read(partial(held_about, user_id=user.id))
        calls = send(place_of(message), plain_pages(_told(held, say)))

        def remember(connection: Connection) -> None:
            forget_user(connection, user.id, update.update_id)

        await self._services.delivery.carry_out(update.update_id, Plan(tuple(calls), remember))
        await state.write(partial(forget_request, user_id=user.id, asked_by=update.update_id))
        await state.forget_log()


def _told(held: Forgotten, say: Phrases) -> str:
    """What was deleted, one line for each kind of which there was any."""
    counts = {f"forgetting-{kind}": count for kind, count in asdict(held).items()}
    lines = [say(key, count=count) for key, count in counts.items() if count]
    if not lines:
        return say("forgetting-nothing")
    return "\n".join([say("forgetting-done"), *(f"• {line}" for line in lines)])
