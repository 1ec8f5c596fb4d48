"""How far a rebuild is, from the thread that rebuilds to the message that shows it.

Shown as well as it goes: what a rebuild has come to is told elsewhere, and for certain.
"""

import asyncio
import logging
import threading
from contextlib import suppress
from dataclasses import replace

from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.messenger.display.language import Phrases
from bot.messenger.editing.bulletins import Stage, progress_page
from bot.state.rebuilds import Rebuild
from index.intake import Progress

SHOW_EVERY_S = 3.0
SHOW_EVERY_IN_GROUPS_S = 10.0
"""A group may get 20 messages a minute, edits among them; answers need most of these."""
MAX_PAUSE_S = 60.0

logger = logging.getLogger(__name__)


class Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """The bot stops, and the rebuild with it."""


class RebuildProgress(Progress):
    """Remembers how far a rebuild is, and ends it once the bot stops.

    Written by the thread that rebuilds, read by others.
    """

    def __init__(self, stopping: threading.Event) -> None:
        self.now: Stage | None = None
        self._stopping = stopping

    def stage(self, name: str, total: int | None = None) -> None:
        self._heed_stop()
        self.now = Stage(name, total)

    def advance(self, steps: int) -> None:
        self._heed_stop()
        if self.now:
            self.now = replace(self.now, done=self.now.done + steps)

    def _heed_stop(self) -> None:
        if self._stopping.is_set():
            raise Interrupted


async def show_progress(
    progress: RebuildProgress, done: asyncio.Event, rebuild: Rebuild, bot: Bot, say: Phrases
) -> None:
    """Keep the message of a rebuild up to date until it is done, as well as it goes."""
    every_s = SHOW_EVERY_S if rebuild.chat_id > 0 else SHOW_EVERY_IN_GROUPS_S
    shown, pause_s = None, every_s
    while rebuild.message_id is not None and not done.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), pause_s)
        if done.is_set() or (now := progress.now) == shown:
            continue
        try:
            await bot.edit_message_text(
                progress_page(now, say).html,
                rebuild.chat_id,
                rebuild.message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            shown, pause_s = now, every_s
        except TelegramError as exc:  # only the end of a rebuild is certain to be told
            logger.debug("The progress of a rebuild could not be shown: %s", exc)
            pause_s = min(2 * pause_s, MAX_PAUSE_S)
