"""How often the bot may call Telegram: in all, in one chat, and not at all for a while.

Telegram asks for about one message a second in a chat, 20 a minute in a group and 30 a second
overall; a chat in which it was too much is left alone for as long as Telegram says, and no other
chat waits for that. Knows when a call may be made; knows nothing of what it does.

Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiolimiter import AsyncLimiter
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

_TYPING = "sendChatAction"
_SWEEP_EVERY_S = 60.0

Reply = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rates:
    """How many calls at once, and in how many seconds as many again.

    Attributes:
        chat: In one chat.
        group: In one group, besides: 20 in any minute, as 5 at once and 15 after that.
        overall: In all chats together: 30 in any second, as 10 at once and 20 after that.
    """

    chat: tuple[float, float] = (2, 2)
    group: tuple[float, float] = (5, 20)
    overall: tuple[float, float] = (10, 0.5)


class _Chat:
    """What one chat has used up, and until when it is left alone."""

    def __init__(self, rates: Rates, chat_id: int) -> None:
        in_group = [AsyncLimiter(*rates.group)] if chat_id < 0 else []
        self.limiters = [AsyncLimiter(*rates.chat), *in_group]
        self.resumes = 0.0
        self.in_use = 0

    @property
    def free(self) -> bool:
        """Whether a call may be made now, and another one after it."""
        return not self.pause and all(limiter.has_capacity(2) for limiter in self.limiters)

    @property
    def idle(self) -> bool:
        """Whether a new one in its place would make no difference."""
        unused = all(limiter.has_capacity(limiter.max_rate) for limiter in self.limiters)
        return unused and not self.pause and not self.in_use

    @property
    def pause(self) -> float:
        """For how many seconds it is still to be left alone."""
        return max(0.0, self.resumes - asyncio.get_running_loop().time())

    def leave_alone(self, seconds: float) -> None:
        """Make no call for some time."""
        self.resumes = max(self.resumes, asyncio.get_running_loop().time() + seconds)


class Limits(BaseRateLimiter[bool]):
    """The rate limiter of python-telegram-bot for all calls but those that name no chat.

    Whoever passes `rate_limit_args=True` has awaited `turn` and is told of `RetryAfter`; every
    other call waits here. "Typing" that would wait, or let a message wait, is left out.
    """

    def __init__(self, rates: Rates = Rates()) -> None:
        """Keep to `rates`."""
        self._rates = rates
        self._overall = AsyncLimiter(*rates.overall)
        self._chats: dict[int, _Chat] = {}
        self._swept = 0.0

    async def initialize(self) -> None:
        """Nothing to do."""

    async def shutdown(self) -> None:
        """Nothing to do."""

    async def turn(self, chat_id: int | None) -> None:
        """Wait until a call may be made in a chat; it counts from then on."""
        if chat_id is None:
            return
        chat = self._chat(chat_id)
        chat.in_use += 1
        try:
            for limiter in (*chat.limiters, self._overall):
                await limiter.acquire()
            while pause := chat.pause:
                await asyncio.sleep(pause)
        finally:
            chat.in_use -= 1

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Reply]],
        args: Any,  # noqa: ANN401 - as the base class has it
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: bool | None,
    ) -> Reply:
        """See `BaseRateLimiter`."""
        named = data.get("chat_id")
        chat_id = named if isinstance(named, int) else None
        while True:
            if endpoint == _TYPING and not self._free(chat_id):
                return True
            if not rate_limit_args:
                await self.turn(chat_id)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as exc:
                wait_s = seconds_of(exc)
                if chat_id is not None:
                    self._chat(chat_id).leave_alone(wait_s)
                if rate_limit_args:
                    raise
                if chat_id is None:
                    await asyncio.sleep(wait_s)

    def _free(self, chat_id: int | None) -> bool:
        return chat_id is None or (self._chat(chat_id).free and self._overall.has_capacity())

    def _chat(self, chat_id: int) -> _Chat:
        now = asyncio.get_running_loop().time()
        if now - self._swept >= _SWEEP_EVERY_S:
            self._swept = now
            self._chats = {key: chat for key, chat in self._chats.items() if not chat.idle}
        return self._chats.setdefault(chat_id, _Chat(self._rates, chat_id))


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    # The public attribute warns that it will have another type, which this one has already.
    return error._retry_after.total_seconds()
