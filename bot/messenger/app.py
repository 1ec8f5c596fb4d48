"""The bot as a process: built from settings, connected, polling, stopped cleanly.

Translates the errors of python-telegram-bot to `ServiceError`, and keeps the token out of every
log line. Knows nothing of what is answered.
"""

import asyncio
import logging
import re
import signal
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, BaseUpdateProcessor, ContextTypes

from bot.messenger.handlers import BotApplication, Conversation, Handlers, QuestionAnswerer
from bot.messenger.logs import configure_logging, scrub
from bot.messenger.pages import COMMANDS
from bot.settings import Settings
from index.errors import ServiceError, UsageError

_TOKEN_SHAPE = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_MAX_UPDATES_AT_ONCE = 1024
_MAX_RETRIES = 3
_POLLING_TASK = "Updater:start_polling:polling_task"  # the name python-telegram-bot gives it

logger = logging.getLogger(__name__)


def run_bot(settings: Settings, answerer: QuestionAnswerer) -> None:
    """Answer on Telegram until SIGINT or SIGTERM; questions under way are answered first.

    Raises:
        UsageError: There is no token.
        ServiceError: Telegram refuses the token, or cannot be reached at the start.
    """
    configure_logging(settings.log_level, _token(settings))  # first: building logs the address
    application = build_application(settings, answerer)
    asyncio.run(_serve_until_signal(application))


def build_application(settings: Settings, answerer: QuestionAnswerer) -> BotApplication:
    """The application with its handlers; touches no network.

    Raises:
        UsageError: There is no token.
        ServiceError: The token cannot be one.
    """
    root = settings.telegram_api_base_url.rstrip("/")
    application = (
        Application.builder()
        .token(_token(settings))
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .context_types(ContextTypes(chat_data=Conversation))
        .rate_limiter(AIORateLimiter(max_retries=_MAX_RETRIES))
        .concurrent_updates(_ChatByChat())
        .job_queue(None)
        .build()
    )
    Handlers(answerer).register(application)
    return application


async def serve(application: BotApplication, stop: asyncio.Event) -> None:
    """Connect, poll until `stop` is set, then finish what was begun and disconnect.

    Raises:
        ServiceError: Telegram refuses the token or cannot be reached.
    """
    updater = application.updater
    if updater is None:
        raise TypeError("the application was built without an updater")
    try:
        with _service_errors(application):
            await application.initialize()
            await _set_commands(application)
            await application.start()
            await updater.start_polling(
                allowed_updates=[Update.MESSAGE],
                bootstrap_retries=_MAX_RETRIES,
                error_callback=_log_polling_error,
            )
            logger.info("Answering as @%s", application.bot.username)
            await _until(stop)
    finally:
        if updater.running:
            with suppress(InvalidToken):  # raised again by the poll that it ended
                await updater.stop()
        if application.running:
            await application.stop()
        await application.shutdown()
        await application.bot.shutdown()  # still open if `initialize` failed


class _ChatByChat(BaseUpdateProcessor):
    """Updates of one chat in order, of different chats side by side."""

    def __init__(self) -> None:
        super().__init__(_MAX_UPDATES_AT_ONCE)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the earlier updates of the chat; an asyncio lock is first come, first served."""
        chat = update.effective_chat if isinstance(update, Update) else None
        lock = self._locks.setdefault(chat.id if chat else 0, asyncio.Lock())
        async with lock:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""


def _token(settings: Settings) -> str:
    """The token, if it can be one; it is never shown."""
    if settings.telegram_bot_token is None:
        raise UsageError("TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather and set it.")
    token = settings.telegram_bot_token.get_secret_value()
    if not _TOKEN_SHAPE.fullmatch(token):
        raise ServiceError(
            "TELEGRAM_BOT_TOKEN is not a token: digits, a colon, then letters and digits. "
            "Copy it again from @BotFather."
        )
    return token


@contextmanager
def _service_errors(application: BotApplication) -> Iterator[None]:
    """Translate what python-telegram-bot raises; no message or cause may hold the token."""
    token = application.bot.token
    root = scrub(application.bot.base_url.removesuffix(f"/bot{token}"), token)
    try:
        yield
    except InvalidToken as exc:
        raise ServiceError(
            f"The Bot API at {root!r} refuses the token. Check TELEGRAM_BOT_TOKEN with "
            "@BotFather, and TELEGRAM_API_BASE_URL."
        ) from (exc.__cause__ or exc)  # the library's outer error quotes the token
    except TelegramError as exc:
        raise ServiceError(
            f"The Bot API at {root!r} cannot be reached ({scrub(str(exc), token)}). "
            "Check the network and TELEGRAM_API_BASE_URL."
        ) from exc


async def _serve_until_signal(application: BotApplication) -> None:
    """Serve until SIGINT or SIGTERM; a second signal ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def begin_to_stop() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    with suppress(NotImplementedError):  # Windows: Ctrl-C cancels `serve` instead
        for number in signals:
            loop.add_signal_handler(number, begin_to_stop)
    await serve(application, stop)


async def _set_commands(application: BotApplication) -> None:
    """Publish the command menu; a bot without one still answers."""
    try:
        await application.bot.set_my_commands(COMMANDS)
    except TelegramError as exc:
        logger.warning("The command menu could not be set: %s", exc)


async def _until(stop: asyncio.Event) -> None:
    """Wait for `stop`, or for the end of polling, which only a revoked token brings about.

    Raises:
        InvalidToken: The token was revoked.
    """
    stopping = asyncio.create_task(stop.wait())
    polling = [task for task in asyncio.all_tasks() if task.get_name() == _POLLING_TASK]
    await asyncio.wait({stopping, *polling}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    for task in polling:
        if task.done():
            task.result()


def _log_polling_error(error: TelegramError) -> None:
    """One line for each failed poll; the library tries again by itself."""
    if isinstance(error, Conflict):
        logger.error("Another process polls with the same token; only one gets the messages.")
    else:
        logger.warning("Polling failed, trying again: %s", error)
