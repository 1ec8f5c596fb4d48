"""What Telegram sends to an address of ours is stored before it is answered with 200.

A proxy in front speaks HTTPS. Whatever else than 200 Telegram hears makes it send the update
again, later, and for a day.
"""

import asyncio
import hmac
import json
import logging
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from aiohttp import web
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.messenger.reception.health import Health
from bot.messenger.reception.polling import ALLOWED_UPDATES, Intake, keep_trying
from bot.settings import Settings
from index.errors import ServiceError, StateError, UsageError

MAX_UPDATE_BYTES = 4 * 1024 * 1024
CHECK_EVERY_S = 60.0
CATCH_UP_S, LOOK_AGAIN_S = 10.0, 0.5
TROUBLE = "Telegram could not be asked about the webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of the header
_SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,256}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Where Telegram comes in: the address that it knows, and the secret that it shows."""

    url: str
    secret: str

    @property
    def path(self) -> str:
        """The path of the address, which the proxy passes on."""
        return unquote(urlsplit(self.url).path) or "/"


def door(settings: Settings) -> Door:
    """The webhook that the settings name.

    Raises:
        UsageError: Its secret is missing, or cannot be one.
    """
    if settings.webhook_secret is None:
        raise UsageError(
            "DATELINE_WEBHOOK_URL is set without DATELINE_WEBHOOK_SECRET; set it to a long random "
            "word, such as `openssl rand -hex 32` prints."
        )
    secret = settings.webhook_secret.get_secret_value()
    if not _SECRET_SHAPE.fullmatch(secret):
        raise UsageError(
            "DATELINE_WEBHOOK_SECRET cannot be one; use 16 to 256 letters, digits, _ and -."
        )
    return Door(settings.webhook_url, secret)


class Webhook:
    """Takes in what Telegram posts, and looks after the address it posts to; a `Receiver`."""

    def __init__(self, bot: ExtBot[Any], door: Door, intake: Intake, health: Health) -> None:
        """Announce the door with `bot`; nothing is called yet."""
        self.caught_up = asyncio.Event()
        self._bot, self._door, self._intake, self._health = bot, door, intake, health
        self._looked = time.time()

    def route(self) -> web.RouteDef:
        """What Telegram posts to."""
        return web.post("/{path:.*}", self._receive)  # a path may hold what a pattern may not

    async def run(self) -> NoReturn:
        """See `Receiver`; a `ServiceError` says that Telegram does not take the address."""
        await keep_trying(self._announce, "The webhook could not be set")
        with suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_S):
                while await keep_trying(self._check, TROUBLE):
                    await asyncio.sleep(LOOK_AGAIN_S)
        self.caught_up.set()
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            await keep_trying(self._check, TROUBLE)

    async def _announce(self) -> None:
        try:
            await self._bot.set_webhook(
                self._door.url,
                allowed_updates=ALLOWED_UPDATES,
                secret_token=self._door.secret,
                max_connections=1,  # of several, the later message of a chat may come in first
            )
        except BadRequest as exc:
            raise ServiceError(
                f"Telegram does not take DATELINE_WEBHOOK_URL {self._door.url!r} ({exc.message}). "
                "It must be an https address that can be reached from the internet."
            ) from exc

    async def _check(self) -> int:
        """See to it that Telegram posts here and gets through; how many updates wait there."""
        info = await self._bot.get_webhook_info()
        if info.url != self._door.url:
            logger.error("Somebody else has set or deleted the webhook; it is set again.")
            await self._announce()
        failed = info.last_error_date.timestamp() if info.last_error_date else 0
        if failed > self._looked:
            self._looked = failed
            logger.error("Telegram cannot get through to the webhook: %s", info.last_error_message)
        else:
            self._health.heard()
        return info.pending_update_count

    async def _receive(self, request: web.Request) -> web.Response:
        if request.path != self._door.path:
            return web.Response(status=404)
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._door.secret.encode()):
            logger.warning("Something without the secret was posted to the webhook.")
            return web.Response(status=403)
        text = (await request.read()).decode("utf-8", "replace")
        try:
            await self._intake.take_in([_parsed(text)])
        except StateError as exc:
            logger.error("An update could not be stored; Telegram will send it again: %s", exc)
            return web.Response(status=500)
        return web.Response()


def _parsed(text: str) -> object:
    """JSON; what is none stays text, which the inbox sets aside: it would come again for ever."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
