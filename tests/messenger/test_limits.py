"""How often Telegram is called, on a clock that jumps."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.messenger.delivery.limits import Limits
from tests.messenger.hasty_loop import HastyLoop

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:.*retry_after:DeprecationWarning"),  # of the library itself
]


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """asyncio, on a loop that does not wait."""
    return "asyncio", {"loop_factory": HastyLoop}


def now() -> float:
    """The time of the loop."""
    return asyncio.get_running_loop().time()


class Telegram:
    """Notes when it is called, and refuses as it is told."""

    def __init__(self, limits: Limits) -> None:
        """Be called through `limits`."""
        self._limits = limits
        self.times: list[float] = []
        self.refusals: list[RetryAfter] = []

    async def call(
        self, method: str = "sendMessage", chat: int | None = 1, *, in_turn: bool | None = None
    ) -> Any:  # noqa: ANN401 - any result
        """Make a call as python-telegram-bot would."""
        data = {} if chat is None else {"chat_id": chat}
        callback: Callable[..., Coroutine[Any, Any, Any]] = self._called
        return await self._limits.process_request(callback, (), {}, method, data, in_turn)

    async def _called(self) -> str:
        if self.refusals:
            raise self.refusals.pop()
        self.times.append(now())
        return "done"


@pytest.fixture
def telegram() -> Telegram:
    """Telegram behind the limits that ship."""
    return Telegram(Limits())


def most_within(times: list[float], seconds: float) -> int:
    """The most calls in any stretch of time."""
    return max(sum(one <= other < one + seconds for other in times) for one in times)


async def test_a_chat_gets_one_call_a_second_after_two_at_once(telegram: Telegram) -> None:
    """Twenty calls in one chat take eighteen seconds."""
    began = now()
    await asyncio.gather(*(telegram.call() for _ in range(20)))
    assert now() - began == pytest.approx(18)
    assert most_within(telegram.times, 0.5) == 2


async def test_edits_count_like_messages(telegram: Telegram) -> None:
    """The third call of a chat waits, whatever the calls are."""
    began = now()
    for method in ("sendMessage", "editMessageText", "deleteMessage"):
        await telegram.call(method)
    assert now() - began == pytest.approx(1)


async def test_a_group_gets_at_most_twenty_calls_in_any_minute(telegram: Telegram) -> None:
    """No minute holds more than 20 calls in one group, however many wait."""
    await asyncio.gather(*(telegram.call(chat=-100) for _ in range(80)))
    assert 15 <= most_within(telegram.times, 60) <= 20


async def test_all_chats_together_get_at_most_thirty_calls_a_second(telegram: Telegram) -> None:
    """No second holds more than 30 calls, in however many chats."""
    await asyncio.gather(*(telegram.call(chat=chat) for chat in range(1, 201)))
    assert 25 <= most_within(telegram.times, 1) <= 30


async def test_chats_do_not_wait_for_one_another(telegram: Telegram) -> None:
    """A chat that has used up its calls costs another one no time."""
    waiting = [asyncio.create_task(telegram.call(chat=1)) for _ in range(5)]
    await asyncio.sleep(0)
    began = now()
    await telegram.call(chat=2)
    assert now() == pytest.approx(began)
    await asyncio.gather(*waiting)


@pytest.mark.parametrize("method", ["getMe", "answerCallbackQuery", "answerInlineQuery"])
async def test_calls_that_name_no_chat_never_wait(telegram: Telegram, method: str) -> None:
    """Inline queries and presses are answered at once, however many there are."""
    began = now()
    await asyncio.gather(*(telegram.call(method, chat=None) for _ in range(100)))
    assert now() == pytest.approx(began)


async def test_typing_that_would_wait_is_left_out(telegram: Telegram) -> None:
    """A sign of life is made only if it delays neither itself nor the message after it."""
    assert await telegram.call("sendChatAction") == "done"
    began = now()
    assert await telegram.call("sendChatAction") is True
    await telegram.call()
    assert now() == pytest.approx(began)
    assert len(telegram.times) == 2


async def test_typing_that_telegram_refuses_is_left_out(telegram: Telegram) -> None:
    """Nobody waits for the chance to type."""
    telegram.refusals = [RetryAfter(30)]
    began = now()
    assert await telegram.call("sendChatAction") is True
    assert now() == pytest.approx(began)


async def test_a_refused_chat_is_left_alone_for_as_long_as_telegram_says(
    telegram: Telegram,
) -> None:
    """All calls of that chat wait together; another chat is called meanwhile."""
    telegram.refusals = [RetryAfter(30)]
    began = now()
    waiting = [asyncio.create_task(telegram.call()) for _ in range(2)]
    await asyncio.sleep(1)
    await telegram.call(chat=2)
    assert now() - began == pytest.approx(1)
    await asyncio.gather(*waiting)
    assert all(when - began >= 30 for when in telegram.times[1:])
    assert telegram.times[1] - began == pytest.approx(30)


async def test_who_has_had_the_turn_hears_of_the_refusal(telegram: Telegram) -> None:
    """A call that is kept in the outbox is not made again here, but its next turn is late."""
    telegram.refusals = [RetryAfter(30)]
    began = now()
    with pytest.raises(RetryAfter):
        await telegram.call(in_turn=True)
    assert now() == pytest.approx(began)
    await telegram.call()
    assert now() - began == pytest.approx(30)


async def test_a_refusal_without_a_chat_delays_nothing_else(telegram: Telegram) -> None:
    """A press that Telegram refuses to hear of is answered later, a message in time."""
    telegram.refusals = [RetryAfter(5)]
    began = now()
    answering = asyncio.create_task(telegram.call("answerCallbackQuery", chat=None))
    await asyncio.sleep(0)
    await telegram.call()
    assert now() == pytest.approx(began)
    await answering
    assert now() - began == pytest.approx(5)


async def test_chats_that_are_quiet_again_are_forgotten() -> None:
    """A bot of many chats does not remember each for ever, but every one that must still wait."""
    limits = Limits()
    telegram = Telegram(limits)
    await asyncio.gather(*(telegram.call(chat=chat) for chat in range(1, 101)))
    telegram.refusals = [RetryAfter(1000)]
    with pytest.raises(RetryAfter):
        await telegram.call(chat=101, in_turn=True)
    await asyncio.sleep(100)
    await telegram.call(chat=102)
    assert set(limits._chats) == {101, 102}
