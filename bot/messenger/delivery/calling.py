"""A call of the Bot API as it is stored, made through python-telegram-bot.

Knows how parameters are passed on and how long an answer may take; nothing of what calls do.
"""

from collections.abc import Callable
from typing import Any

import stamina
from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.messenger.delivery.limits import Limits, seconds_of
from bot.messenger.delivery.patience import BACK_OFF
from bot.messenger.delivery.refusals import Verdict, rule_for
from bot.messenger.plan import Json

_POSITIONAL = {
    "sendMessage": ("chat_id", "text"),
    "editMessageText": ("text",),
    "editMessageReplyMarkup": (),
    "deleteMessage": ("chat_id", "message_id"),
    "answerCallbackQuery": ("callback_query_id",),
    "answerInlineQuery": ("inline_query_id", "results"),
}
"""Parameters that python-telegram-bot asks for; the others go through as they are."""
MAX_ATTEMPTS = 60
"""As many tries in doubt take about an hour; a call that fails alone for so long is given up."""
_TIMEOUTS = {"connect_timeout": 10, "read_timeout": 30, "write_timeout": 20, "pool_timeout": 30}


class Again(Exception):  # noqa: N818 - a reason to wait, not a mistake
    """A call is to be made again."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        """Wait `wait_s`, or longer each time."""
        super().__init__(reason)
        self.wait_s = wait_s


def wait_of(error: Exception) -> bool | float:
    """Whether, or how long, to wait before the next try."""
    if not isinstance(error, Again):
        return False
    return True if error.wait_s is None else error.wait_s


class Caller:
    """Makes calls."""

    def __init__(
        self,
        bot: ExtBot[Any],
        limits: Limits,
        back_off: stamina.AsyncRetryingCaller = BACK_OFF,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Make calls through `bot`, whose rate limiter is `limits`, if `check` raises nothing."""
        self._bot, self._limits, self.back_off, self.check = bot, limits, back_off, check

    @property
    def bot_id(self) -> int:
        """The user id of the bot."""
        return self._bot.id

    async def turn(self, chat_id: int | None) -> None:
        """Wait until a call may be made."""
        await self._limits.turn(chat_id)
        self.check()

    async def make(self, method: str, parameters: Json) -> Any:  # noqa: ANN401 - any result
        """Make a call whose turn it is, once.

        Raises:
            TelegramError: It failed, see `refusals`.
        """
        positional = _POSITIONAL[method]
        return await getattr(self._bot, method)(
            *(parameters[name] for name in positional),
            api_kwargs={key: value for key, value in parameters.items() if key not in positional},
            rate_limit_args=True,
            **_TIMEOUTS,
        )

    async def insist(self, method: str, parameters: Json) -> Any:  # noqa: ANN401
        """Make a call that may be repeated, until Telegram has done or refused it.

        Raises:
            TelegramError: It was refused, or failed too often.
        """
        in_doubt = 0

        async def attempt() -> Any:  # noqa: ANN401
            nonlocal in_doubt
            await self.turn(parameters["chat_id"])
            try:
                return await self.make(method, parameters)
            except TelegramError as exc:
                reason, verdict = f"{method}: {exc}", rule_for(method, exc).verdict
                if isinstance(exc, RetryAfter):
                    raise Again(reason, seconds_of(exc)) from exc
                in_doubt += verdict is Verdict.UNCERTAIN
                if verdict in (Verdict.NOT_SENT, Verdict.UNCERTAIN) and in_doubt < MAX_ATTEMPTS:
                    raise Again(reason) from exc
                raise

        return await self.back_off(wait_of, attempt)
