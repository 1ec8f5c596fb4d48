"""A bot put together from its settings: who answers, who delivers, who receives, who counts.

The parts are made known to each other here and nowhere else. Touches no network.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stamina import AsyncRetryingCaller
from telegram import Update
from telegram.ext import Application

from bot.messenger.delivery.calling import Caller
from bot.messenger.delivery.crowding import Crowd
from bot.messenger.delivery.dispatcher import Dispatcher
from bot.messenger.delivery.electing import Elected, FleetRole
from bot.messenger.delivery.limits import Limits, Rates
from bot.messenger.delivery.outcomes import Outcomes
from bot.messenger.delivery.ownership import Alone, Fleet, Ownership
from bot.messenger.delivery.patience import BACK_OFF, PatientState
from bot.messenger.delivery.sending import Sender
from bot.messenger.delivery.turns import Handling
from bot.messenger.editing import editing
from bot.messenger.editing.bringing import is_brought_by
from bot.messenger.editing.desk import index_desk
from bot.messenger.editing.newsroom import Newsroom
from bot.messenger.handlers import given_up, register
from bot.messenger.reading.access import editors
from bot.messenger.reading.cited import cited
from bot.messenger.reading.declining import is_question, turned_away
from bot.messenger.reading.rechecking import Rechecking
from bot.messenger.reading.watched import watched
from bot.messenger.reception.health import Health
from bot.messenger.reception.polling import POLL_S, Intake, Polling, Receiver
from bot.messenger.services import Companion, Metrics, QuestionAnswerer, Services, Uncounted
from bot.settings import Settings
from bot.state.database import State
from bot.state.inbox import StoredInbox
from bot.state.people import move_chat
from index.errors import ServiceError, UsageError
from index.location import Address

if TYPE_CHECKING:
    from bot.messenger.operating.metrics import BotMetrics
    from bot.messenger.reception.listening import Server

_TOKEN_SHAPE = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Tempo:
    """How often the bot calls Telegram, and how soon it tries again what has failed.

    Attributes:
        rates: How often, in a chat and overall.
        back_off: How long it waits after failures.
        poll_s: How long a poll is held open.
    """

    rates: Rates = field(default_factory=Rates)
    back_off: AsyncRetryingCaller = BACK_OFF
    poll_s: int = POLL_S


USUAL = Tempo()


@dataclass(frozen=True, slots=True)
class Wired:
    """A bot that has not begun.

    Attributes:
        application: Knows the handlers, and calls Telegram.
        receiver: Where updates come from.
        dispatcher: Works them off.
        companions: What works beside it.
        servers: What is answered over HTTP.
        fleet: This bot among others; None where it is alone.
    """

    settings: Settings
    state: State
    application: AnyApplication
    receiver: Receiver
    dispatcher: Dispatcher
    companions: Sequence[Companion]
    servers: Sequence["Server"]
    fleet: Fleet | None = None


def wire(
    settings: Settings,
    answerer: QuestionAnswerer,
    state: State,
    threads: Executor,
    tempo: Tempo = USUAL,
) -> Wired:
    """Put a bot together, in a running event loop.

    Raises:
        UsageError: A setting is missing, or cannot be used.
        ServiceError: The token cannot be one.
    """
    limits = Limits(tempo.rates)
    application = _application(settings, limits)
    metrics = _metrics(settings, answerer)
    counted = metrics or Uncounted()
    fleet = Fleet(state) if isinstance(settings.state_location, Address) else None
    ownership: Ownership = fleet or Alone(state)
    dispatcher = _dispatcher(settings, ownership, application, limits, counted, tempo)
    services = Services(settings, answerer, state, dispatcher, threads, counted)
    rebuilding = FleetRole(fleet, "rebuilding") if fleet else None
    newsroom = Newsroom(services, index_desk(settings), rebuilding)
    application.add_handlers(editing.handlers(services, newsroom))  # or they would be questions
    register(services, application)
    receiver, servers = _receiver(services, application, dispatcher, metrics, tempo.poll_s, fleet)
    sources = [watched(services), *([cited(services)] if settings.notice_days else [])]
    rechecking: Companion = Rechecking(services, sources)
    if fleet:
        rechecking = Elected(rechecking, FleetRole(fleet, "rechecking"), "rechecking")
    companions = [rechecking, newsroom]
    return Wired(settings, state, application, receiver, dispatcher, companions, servers, fleet)


def token_of(settings: Settings) -> str:
    """The token, if it can be one; it is never shown.

    Raises:
        UsageError: There is none.
        ServiceError: It cannot be one.
    """
    if settings.telegram_bot_token is None:
        raise UsageError("TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather and set it.")
    token = settings.telegram_bot_token.get_secret_value()
    if not _TOKEN_SHAPE.fullmatch(token):
        raise ServiceError(
            "TELEGRAM_BOT_TOKEN is not a token: digits, a colon, then letters and digits. "
            "Copy it again from @BotFather."
        )
    return token


def _application(settings: Settings, limits: Limits) -> AnyApplication:
    """What knows the handlers; it fetches nothing by itself."""
    root = settings.telegram_api_base_url.rstrip("/")
    return (
        Application.builder()
        .token(token_of(settings))
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .rate_limiter(limits)
        .updater(None)
        .job_queue(None)
        .build()
    )


def _dispatcher(
    settings: Settings,
    ownership: Ownership,
    application: AnyApplication,
    limits: Limits,
    metrics: Metrics,
    tempo: Tempo,
) -> Dispatcher:
    patient = PatientState(ownership.state, metrics, tempo.back_off)
    caller = Caller(application.bot, limits, tempo.back_off, ownership.check)
    return Dispatcher(
        application.bot,
        StoredInbox(patient),
        patient,
        Sender(caller, patient, Outcomes(patient, metrics, move_chat)),
        Handling(application.process_update, _is_question(settings), turned_away, given_up),
        Crowd(settings.max_waiting_per_chat, settings.max_waiting_per_user),
        metrics,
        ownership,
    )


def _is_question(settings: Settings) -> Callable[[Update], bool]:
    """What counts against the limits: not what editors bring, who may forward a hundred posts."""
    ids = editors(settings)
    return lambda update: is_question(update) and not is_brought_by(ids, update)


def _receiver(
    services: Services,
    application: AnyApplication,
    dispatcher: Dispatcher,
    metrics: "BotMetrics | None",
    poll_s: int,
    fleet: Fleet | None,
) -> tuple[Receiver, Sequence["Server"]]:
    """How updates come in, and the servers for that and for whoever watches over the bot."""
    settings = services.settings
    health = Health(is_seen=fleet.is_seen) if fleet else Health()
    intake = Intake(StoredInbox(services.state), dispatcher.wake, health)
    polling = Polling(application.bot, intake, poll_s)
    if not settings.webhook_url and metrics is None:
        return polling, []
    from bot.messenger.operating.serving import servers_of  # aiohttp takes a quarter of a second
    from bot.messenger.reception.webhook import Webhook, door

    webhook = None
    if settings.webhook_url:
        webhook = Webhook(application.bot, door(settings), intake, health)
    return webhook or polling, servers_of(settings, health, dispatcher.waiting, webhook, metrics)


def _metrics(settings: Settings, answerer: QuestionAnswerer) -> "BotMetrics | None":
    """What counts, where anybody wants to know."""
    if not settings.metrics_listen:
        return None
    from bot.messenger.operating.metrics import BotMetrics

    return BotMetrics(lambda: answerer.library.freshness())
