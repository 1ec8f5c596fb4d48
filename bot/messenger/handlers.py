"""All handlers of the bot in their order, and what happens when one fails.

An update goes to the first handler that fits, after the check of who may use the bot.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken
from telegram.ext import Application, ApplicationHandlerStop, BaseHandler

from bot.messenger.chats import Context, message_of, place_of, say_in
from bot.messenger.display.pages import plain_pages
from bot.messenger.plan import Outgoing, Plan, send, toast
from bot.messenger.reading import access, asking, commands, inline, membership, noticing, pressing
from bot.messenger.reading.inline import inline_answer
from bot.messenger.services import Services

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

_FIRST = -1  # a group of its own, so that it can stop what is not allowed

# What takes a message from the others comes before them.
_HANDLERS: Sequence[Callable[[Services], Sequence[BaseHandler[Any, Any, Any]]]] = (
    membership.handlers,
    noticing.handlers,
    commands.handlers,
    asking.handlers,
    inline.handlers,
    pressing.handlers,
    commands.unknown,
)

logger = logging.getLogger(__name__)


def register(services: Services, application: AnyApplication) -> None:
    """Add every handler to an application.

    Raises:
        UsageError: The settings name users or chats by something that is no id.
    """
    application.add_handlers(access.handlers(services), _FIRST)
    for handlers in _HANDLERS:
        application.add_handlers(list(handlers(services)))
    application.add_error_handler(_Failures(services).apologise)


class _Failures:
    """Tells the user what they can do, and the log everything else."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def apologise(self, update: object, context: Context) -> None:
        """Log an error and apologise for it; no further handler sees the update."""
        if isinstance(context.error, InvalidToken | Conflict):  # whoever sends ends the bot by it
            raise ApplicationHandlerStop
        number = update.update_id if isinstance(update, Update) else None
        logger.error("Update %s failed%s", number, self._text(update), exc_info=context.error)
        self._services.metrics.error("handler")
        try:
            if isinstance(update, Update) and (calls := _failed(update)):
                await self._services.delivery.carry_out(update.update_id, Plan(tuple(calls)))
        except Exception:
            logger.exception("Nobody could be told that update %s failed", number)
        raise ApplicationHandlerStop  # who may not use the bot must not pass a check that failed

    def _text(self, update: object) -> str:
        """What was written, if texts may be logged."""
        if not self._services.settings.log_texts or not isinstance(update, Update):
            return ""
        message, query = update.effective_message, update.inline_query
        return f": {query.query if query else message.text if message else ''!r}"


def _apology(update: Update, failed: str) -> list[Outgoing]:
    """One sentence, where the user is waiting for it."""
    if update.callback_query:
        return [toast(update.callback_query.id, failed, alert=True)]
    if update.inline_query:
        return [inline_answer(update.inline_query.id, [], failed)]
    if update.message or update.edited_message:
        return send(place_of(message_of(update)), plain_pages(failed))
    return []


def _failed(update: Update) -> list[Outgoing]:
    return _apology(update, say_in(update)("handlers-failed"))


def given_up(update: Update) -> Plan:
    """What to do about an update that has ended the process again and again."""
    return Plan(tuple(_apology(update, say_in(update)("handlers-given-up"))))
