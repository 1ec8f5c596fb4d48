"""What counts as a question, and what is said about one too many. Nothing of how many may wait."""

import html

from telegram import Update
from telegram.ext import filters

from bot.messenger.chats import Addressed, commanded
from bot.messenger.display.language import phrases
from bot.messenger.plan import Outgoing, Page, Place, Plan, send

_NEW = filters.UpdateType.MESSAGE
_ASKED = _NEW & Addressed() & ((filters.TEXT & ~filters.COMMAND) | filters.CAPTION)
_is_commanded = commanded("ask", "watch")


def is_question(update: Update) -> bool:
    """Whether an update asks something new, so that it counts against what may wait."""
    return bool(update.inline_query or _ASKED.check_update(update) or _is_commanded(update))


def turned_away(update: Update, waiting: int) -> Plan:
    """Tell who has asked that so many questions wait already; an inline query finds nothing."""
    user, message, query = update.effective_user, update.message, update.inline_query
    if query is not None:
        nothing = {"inline_query_id": query.id, "results": [], "cache_time": 0, "is_personal": True}
        return Plan((Outgoing("answerInlineQuery", nothing),))
    if message is None:
        return Plan()
    say = phrases(user.language_code if user else None)
    page = Page(html.escape(say("delivery-crowded", count=waiting), quote=False))
    topic = message.message_thread_id if message.is_topic_message else None
    return Plan(tuple(send(Place(message.chat.id, topic, message.message_id), [page])))
