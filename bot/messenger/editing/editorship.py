"""Who is an editor, and what becomes of the attempts of all others.

They are logged, and declined where that disturbs nobody.
"""

import logging

from telegram import Update
from telegram.constants import ChatType

from bot.messenger.chats import message_of, reply, say_in
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.reading.access import editors
from bot.messenger.services import Services
from index.errors import DatelineError, IndexBusyError

logger = logging.getLogger(__name__)


class Editorship:
    """Tells editors from others.

    Attributes:
        ids: The editors.
    """

    def __init__(self, services: Services) -> None:
        """Read who they are.

        Raises:
            UsageError: DATELINE_EDITORS cannot be read.
        """
        self.ids = editors(services.settings)
        self._services = services

    def is_editor(self, update: Update, attempt: str) -> bool:
        """Whether an editor asks for something; anybody else's attempt is logged."""
        user = update.effective_user
        if user and user.id in self.ids:
            return True
        logger.warning("User %s is no editor, and tried to %s", user and user.id, attempt)
        return False

    async def may(self, update: Update, attempt: str) -> bool:
        """Whether an editor asks for something; anybody else is declined, in groups silently."""
        if self.is_editor(update, attempt):
            return True
        if message_of(update).chat.type == ChatType.PRIVATE:
            pages = plain_pages(say_in(update)("editing-editors-only"))
            await reply(self._services, update, pages)
        return False


def explained(error: DatelineError, say: Phrases) -> str:
    """What an editor is told where nothing could be done, in one sentence."""
    if isinstance(error, IndexBusyError):
        return say("editing-busy")
    return say("editing-error", reason=str(error))
