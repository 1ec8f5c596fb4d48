"""Where the bot is: groups that become supergroups, chats that block it or take it back.

Says nothing to anybody; only remembers.
"""

import time

from telegram import ChatMember, ChatMemberRestricted, Update
from telegram.ext import ChatMemberHandler, MessageHandler, filters

from bot.messenger.chats import Context, Handler, message_of
from bot.messenger.plan import Plan
from bot.messenger.services import Services
from bot.state.people import move_chat, set_gone


def handlers(services: Services) -> list[Handler]:
    """What follows a chat."""
    membership = _Membership(services)
    return [
        MessageHandler(filters.StatusUpdate.MIGRATE, membership.move),
        ChatMemberHandler(membership.change, ChatMemberHandler.MY_CHAT_MEMBER),
    ]


class _Membership:
    """Keeps what is known of chats true."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def move(self, update: Update, context: Context) -> None:
        """Take all that is held of a group to the supergroup that it has become.

        Both chats tell of it; whichever is handled first does it.
        """
        message = message_of(update)
        here = message.chat.id
        old = message.migrate_from_chat_id or here
        new = message.migrate_to_chat_id or here
        plan = Plan(remember=lambda connection: move_chat(connection, old, new))
        await self._services.delivery.carry_out(update.update_id, plan)

    async def change(self, update: Update, context: Context) -> None:
        """Note that the bot was blocked, removed, or taken back."""
        changed = update.my_chat_member
        if changed is None:
            return
        chat, gone = changed.chat, None if is_in(changed.new_chat_member) else time.time()
        plan = Plan(remember=lambda connection: set_gone(connection, chat.id, chat.type, gone))
        await self._services.delivery.carry_out(update.update_id, plan)


def is_in(member: ChatMember) -> bool:
    """Whether somebody is in a chat."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)
