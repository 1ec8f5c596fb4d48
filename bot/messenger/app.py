"""The bot as a process: connected, at work, stopped cleanly, whatever the network does.

Translates the errors of python-telegram-bot to `ServiceError`, and keeps the token out of every
log line. Knows nothing of what is answered.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any

from stamina.instrumentation import RetryDetails, set_on_retry_hooks
from telegram import BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import InvalidToken, TelegramError

from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.operating.logs import configure_logging, scrub
from bot.messenger.reading.access import editors
from bot.messenger.reading.commands import editors_menu, menu
from bot.messenger.reception.polling import keep_trying
from bot.messenger.services import QuestionAnswerer
from bot.messenger.wiring import USUAL, AnyApplication, Tempo, Wired, token_of, wire
from bot.settings import Settings
from bot.state.database import State
from bot.state.figures import DAY_S, keep_tidy
from bot.state.opening import open_state
from index.errors import ServiceError

logger = logging.getLogger(__name__)


def run_bot(
    settings: Settings, open_answerer: Callable[[], QuestionAnswerer], tempo: Tempo = USUAL
) -> None:
    """Answer on Telegram until SIGINT or SIGTERM; questions under way are answered first.

    Raises:
        UsageError: A setting is missing, or cannot be used.
        StateBusyError: Another bot is running with the same state.
        ServiceError: Telegram refuses the token, or another process is polling with it.
    """
    secrets = [token_of(settings)]
    if settings.webhook_secret is not None:
        secrets.append(settings.webhook_secret.get_secret_value())
    as_json = settings.log_format == "json"
    configure_logging(settings.log_level, *secrets, as_json=as_json, texts=settings.log_texts)
    set_on_retry_hooks([_log_retry])  # stamina's own would print to standard output
    state = open_state(settings.state_location)
    try:
        asyncio.run(_serve_until_signal(settings, open_answerer(), state, tempo))
    finally:
        state.close()


async def serve(
    settings: Settings,
    answerer: QuestionAnswerer,
    state: State,
    stop: asyncio.Event,
    tempo: Tempo = USUAL,
) -> None:
    """Answer until `stop` is set, then finish what is under way; the rest waits in the state.

    Raises:
        UsageError: A setting is missing, or cannot be used.
        ServiceError: Telegram refuses the token, or another process is polling with it.
    """
    threads = ThreadPoolExecutor(settings.answers_at_once, thread_name_prefix="answers")
    try:
        bot = wire(settings, answerer, state, threads, tempo)
        with _service_errors(bot.application):
            await _serve(bot, stop)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


async def _serve(bot: Wired, stop: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        if bot.servers:
            from bot.messenger.reception.listening import serve_http  # as in `wiring`

            for server in bot.servers:
                where = await stack.enter_async_context(serve_http(server))
                logger.info("Listening at %s", where)
        try:
            await _until_one_ends(stop.wait(), _operate(bot))
        finally:
            logger.info("Stopping")
            for companion in bot.companions:
                await companion.stop()
            await bot.dispatcher.stop()
            if bot.fleet:
                await bot.fleet.stop()
            await bot.application.shutdown()
            await bot.application.bot.shutdown()  # still open if `initialize` failed


async def _operate(bot: Wired) -> None:
    """Connect, however long it takes, and go on until something cannot be helped."""
    root = _root(bot.application)
    trouble = (
        f"The Bot API at {root!r} cannot be reached (check the network and TELEGRAM_API_BASE_URL)"
    )
    await keep_trying(bot.application.initialize, trouble)
    settings = bot.settings
    kept_days = (
        settings.keep_conversations_days,
        settings.keep_updates_days,
        settings.notice_days,
    )
    keep_s = [days * DAY_S for days in kept_days]
    await _until_one_ends(bot.receiver.run(), _work_off(bot), keep_tidy(bot.state, *keep_s))


async def _work_off(bot: Wired) -> None:
    """Work off what comes in; only the end of a token ends that."""
    await bot.receiver.caught_up.wait()
    await bot.dispatcher.start()
    if bot.fleet:
        await bot.fleet.start(bot.dispatcher.look)
    for companion in bot.companions:
        companion.start()
    logger.info("Answering as @%s", bot.application.bot.username)
    await _set_commands(bot)
    raise await bot.dispatcher.failure()


async def _until_one_ends(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Run side by side until one ends or fails; the others are cancelled."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _set_commands(bot: Wired) -> None:
    """Publish the command menus in each language; a bot without one still answers."""
    for language in LANGUAGES:
        say = phrases(language)
        await _set_menu(bot.application, menu(say), language, BotCommandScopeDefault())
        for editor in sorted(editors(bot.settings)):
            more, scope = editors_menu(say), BotCommandScopeChat(editor)
            await _set_menu(bot.application, [*menu(say), *more], language, scope)


async def _set_menu(
    application: AnyApplication,
    commands: Sequence[tuple[str, str]],
    language: str,
    scope: BotCommandScope,
) -> None:
    """Publish one menu; English is for whoever has none in their own language."""
    code = None if language == LANGUAGES[0] else language
    try:
        await application.bot.set_my_commands(commands, scope, code)
    except TelegramError as exc:  # an editor may never have written to the bot
        logger.warning("The menu of commands could not be set for %s: %s", scope.to_json(), exc)


@contextmanager
def _service_errors(application: AnyApplication) -> Iterator[None]:
    """Translate what python-telegram-bot raises; no message or cause may hold the token."""
    try:
        yield
    except InvalidToken as exc:
        raise ServiceError(
            f"The Bot API at {_root(application)!r} refuses the token. Check TELEGRAM_BOT_TOKEN "
            "with @BotFather, and TELEGRAM_API_BASE_URL."
        ) from (exc.__cause__ or exc)  # the library's outer error quotes the token
    except TelegramError as exc:
        raise ServiceError(
            f"The Bot API at {_root(application)!r} lets nothing be sent any more "
            f"({scrub(str(exc), application.bot.token)})."
        ) from exc


def _root(application: AnyApplication) -> str:
    """Where the Bot API is, as the settings have it."""
    token = application.bot.token
    return scrub(application.bot.base_url.removesuffix(f"/bot{token}"), token)


async def _serve_until_signal(
    settings: Settings, answerer: QuestionAnswerer, state: State, tempo: Tempo
) -> None:
    """Serve until SIGINT or SIGTERM; a second signal ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def begin_to_stop() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    with suppress(NotImplementedError):  # Windows: Ctrl-C cancels `serve` instead
        for number in signals:
            loop.add_signal_handler(number, begin_to_stop)
    await serve(settings, answerer, state, stop, tempo)


def _log_retry(details: RetryDetails) -> None:
    logger.warning("%s; trying again in %.1f s", details.caused_by, details.wait_for)
