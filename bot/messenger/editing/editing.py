"""What editors do: bring articles, withdraw them, ask how things stand, rebuild the index.

Thin: the work is done in the newsroom, and worded in `reports` and `bulletins`.
"""

import logging
import time
from datetime import UTC, datetime
from functools import partial

import stamina
from telegram import Bot, Update
from telegram.constants import FileSizeLimit
from telegram.error import BadRequest, NetworkError
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.messenger.chats import (
    OWN_COMMAND,
    Context,
    Handler,
    message_of,
    place_of,
    reply,
    say_in,
    typing_in,
)
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.editing import withdrawing
from bot.messenger.editing.bringing import Bringing, Brought, Links, Upload, brought
from bot.messenger.editing.bulletins import Condition, status_page
from bot.messenger.editing.editorial import Account, Outcome, Post
from bot.messenger.editing.editorship import Editorship, explained
from bot.messenger.editing.newsroom import Newsroom
from bot.messenger.editing.reports import account_pages
from bot.messenger.plan import Page
from bot.messenger.services import Services
from bot.state.figures import DAY_S, Figures, figures
from bot.state.inbox import unfinished
from index.errors import DatelineError
from index.formats.files import SUFFIXES
from index.sql import Connection

MAX_BYTES = FileSizeLimit.FILESIZE_DOWNLOAD
MAX_LINKS = 10
FETCH_FOR_S = 60.0
"""How long it is tried to fetch a file from Telegram."""

_ATTEMPTS = {Upload: "add a file", Post: "add a post", Links: "add links"}

logger = logging.getLogger(__name__)


def handlers(services: Services, newsroom: Newsroom) -> list[Handler]:
    """What editors can do; before whatever answers questions, other commands and other buttons.

    Raises:
        UsageError: DATELINE_EDITORS cannot be read.
    """
    editing = _Editing(services, newsroom)
    messages = filters.UpdateType.MESSAGES & Bringing(Editorship(services).ids)
    return [
        CommandHandler("status", editing.status, OWN_COMMAND),
        CommandHandler("rebuild", editing.rebuild, OWN_COMMAND),
        MessageHandler(messages, editing.bring),
        *withdrawing.handlers(services, newsroom),
    ]


class _Editing:
    """Does what editors ask for."""

    def __init__(self, services: Services, newsroom: Newsroom) -> None:
        self._services, self._newsroom = services, newsroom
        self._editors = Editorship(services)

    async def bring(self, update: Update, context: Context) -> None:
        """A file, a post or links: index them, and say what came of each article."""
        message, say = message_of(update), say_in(update)
        found = brought(message)
        if found is None or not await self._editors.may(update, _ATTEMPTS[type(found)]):
            return
        if isinstance(found, Post) and not found.text.strip() and message.media_group_id:
            return  # a picture of an album, of which another has the words
        async with typing_in(message):
            pages = await self._index(found, context.bot, say, edited=message.edit_date is not None)
        if pages:
            await reply(self._services, update, pages)

    async def status(self, update: Update, context: Context) -> None:
        """/status: how bot and index are."""
        if not await self._editors.may(update, "/status"):
            return
        say, now = say_in(update), time.time()
        try:
            index = await self._services.in_thread(self._newsroom.desk.status)
        except DatelineError as exc:
            await reply(self._services, update, plain_pages(explained(exc, say)))
            return
        day, week, waiting = await self._services.state.read(partial(_asked, now=now))
        condition = Condition(
            index, day, week, waiting, now - self._newsroom.began, self._newsroom.is_rebuilding
        )
        page = status_page(condition, datetime.fromtimestamp(now, UTC), say)
        await reply(self._services, update, [page])

    async def rebuild(self, update: Update, context: Context) -> None:
        """/rebuild: begin to make the index anew."""
        if await self._editors.may(update, "/rebuild"):
            place, say = place_of(message_of(update)), say_in(update)
            await self._newsroom.begin_rebuild(update.update_id, place, context.bot, say)

    async def _index(self, found: Brought, bot: Bot, say: Phrases, *, edited: bool) -> list[Page]:
        """Index what was brought; what is to be said of it.

        An edited message may be as it was for all that matters here: then nothing is said.
        """
        desk, notice = self._newsroom.desk, ""
        if self._newsroom.is_rebuilding:
            return plain_pages(say("editing-rebuild-running"))
        match found:
            case Upload():
                raw = await _fetched(found, bot)
                if isinstance(raw, str):
                    kinds = " ".join(SUFFIXES)
                    return plain_pages(say(raw, kinds=kinds, megabytes=MAX_BYTES // 1_000_000))
                work = partial(desk.add_file, found.name, raw)
            case Post():
                if not found.text.strip():
                    return plain_pages(say("editing-no-text"))
                work = partial(desk.add_post, found)
            case Links():
                urls = found.urls[:MAX_LINKS]
                work = partial(desk.add_links, urls, self._newsroom.stopping)
                if len(found.urls) > len(urls):
                    notice = say("editing-links-left", count=MAX_LINKS)
        try:
            account = await self._newsroom.have_done(work)
        except DatelineError as exc:
            return plain_pages(explained(exc, say))
        if edited and _is_as_before(account):
            return []
        return [*account_pages(account, say), *plain_pages(notice)]


async def _fetched(upload: Upload, bot: Bot) -> bytes | str:
    """The bytes of a file, or the phrase that says why they cannot be had."""
    if not upload.is_readable:
        return "editing-wrong-kind"
    if upload.bytes and upload.bytes > MAX_BYTES:
        return "editing-too-large"
    try:
        async for attempt in stamina.retry_context(on=_passes, attempts=None, timeout=FETCH_FOR_S):
            with attempt:
                file = await bot.get_file(upload.file_id)
                return bytes(await file.download_as_bytearray())
    except BadRequest as exc:
        return "editing-too-large" if "too big" in str(exc) else "editing-not-fetched"
    except NetworkError as exc:
        logger.warning("A file could not be fetched from Telegram: %s", exc)
    return "editing-not-fetched"


def _passes(error: Exception) -> bool:
    """Whether to try again."""
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)


def _is_as_before(account: Account) -> bool:
    outcomes = {*(item.outcome for item in account.items), *account.further}
    return outcomes <= {Outcome.UNCHANGED}


def _asked(connection: Connection, now: float) -> tuple[Figures, Figures, int]:
    """What was asked in a day and in a week, and how many messages wait besides this one."""
    day, week = figures(connection, now - DAY_S), figures(connection, now - 7 * DAY_S)
    return day, week, max(len(unfinished(connection)) - 1, 0)
