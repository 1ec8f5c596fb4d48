"""What Telegram sends is stored before Telegram hears that it has arrived; here by long polling.

Knows updates as JSON; nothing of what they mean, or of who works them off.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn, Protocol, TypeVar

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.messenger.delivery.limits import seconds_of
from bot.messenger.reception.health import Health
from index.errors import ServiceError, StateError

ALLOWED_UPDATES = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]
POLL_S = 10
"""How long Telegram holds a poll open while there is nothing to tell."""
READ_S = 5
"""How much later its answer may come in."""
FULL = 100
"""So many updates come at a time if there are more."""
FIRST_WAIT_S, MAX_WAIT_S, WAIT_GROWS = 1.0, 30.0, 1.5
CONFLICT_WAIT_S = 2.0
"""Shorter than a poll, so that of two processes that poll neither seems to be alone."""

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


class Inbox(Protocol):
    """What receiving needs of the inbox; see `bot.state.inbox`."""

    async def store(self, raws: Sequence[object]) -> list[int]:
        """Store updates as they came; the ids of those that are new."""
        ...


class Receiver(Protocol):
    """A way by which updates come in.

    Attributes:
        caught_up: Set once what had waited at Telegram is in the inbox.
    """

    caught_up: asyncio.Event

    async def run(self) -> NoReturn:
        """Receive until cancelled.

        Raises:
            InvalidToken: Telegram refuses the token.
            ServiceError: Nothing will be received, until somebody does something about it.
        """
        ...


class Intake:
    """Stores what comes in, and tells whoever works it off."""

    def __init__(self, inbox: Inbox, wake: Callable[[list[int]], None], health: Health) -> None:
        """Store in `inbox`, and `wake` with the ids of what is new."""
        self._inbox, self._wake, self._health = inbox, wake, health

    async def take_in(self, raws: Sequence[object]) -> None:
        """Store updates; when this returns, they may be acknowledged.

        Raises:
            StateError: They could not be stored, and must come again.
        """
        if raws:
            self._wake(await self._inbox.store(raws))
        self._health.heard()


class Conflicts:
    """Two processes poll with one token: whoever came later gives way."""

    def __init__(self, patience_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin as a newcomer, and be none after `patience_s` without a conflict."""
        self._patience_s, self._clock = patience_s, clock
        self._began = self._disturbed = clock()
        self._settled = False

    def polled(self) -> None:
        """A poll has succeeded; after some time without a conflict this is no newcomer."""
        self._settled = self._settled or self._clock() - self._disturbed >= self._patience_s

    def gives_way(self) -> bool:
        """Another process has ended a poll: whether this one is to stop."""
        self._disturbed = self._clock()
        return not self._settled and self._disturbed - self._began >= self._patience_s


class Polling:
    """Asks Telegram for updates, again and again; a `Receiver`."""

    def __init__(self, bot: ExtBot[Any], intake: Intake, poll_s: int = POLL_S) -> None:
        """Ask with `bot`; nothing is called yet."""
        self.caught_up = asyncio.Event()
        self._bot, self._intake, self._poll_s = bot, intake, poll_s
        self._conflicts = Conflicts(poll_s + READ_S)  # longer than any poll of another process
        self._offset = 0

    async def run(self) -> NoReturn:
        """See `Receiver`; a `ServiceError` says that another process was polling before."""
        await keep_trying(self._bot.delete_webhook, "The webhook could not be deleted")
        hold_s = 0
        while True:
            count = await keep_trying(lambda: self._poll(hold_s), "Polling failed")  # noqa: B023
            if count < FULL:
                self.caught_up.set()
                hold_s = self._poll_s

    async def _poll(self, hold_s: int) -> int:
        """Take in the next updates, and acknowledge the last; how many there were."""
        asked = {"offset": self._offset, "timeout": hold_s, "allowed_updates": ALLOWED_UPDATES}
        try:
            raws = await self._bot._post("getUpdates", asked, read_timeout=hold_s + READ_S)
        except Conflict as exc:
            if self._conflicts.gives_way():
                raise ServiceError(
                    f"Another process is polling with this token ({exc.message}); stop it first."
                ) from exc
            raise
        self._conflicts.polled()
        following = _offset_after(raws)
        await self._intake.take_in(raws)
        self._offset = following
        return len(raws)


def _offset_after(raws: object) -> int:
    """What acknowledges updates; 0 with none, as Telegram numbers anew after a week of silence.

    Raises:
        TelegramError: These are no updates.
    """
    listed = raws if isinstance(raws, list) else []
    ids = (raw.get("update_id") for raw in listed if isinstance(raw, dict))
    numbers = [number for number in ids if isinstance(number, int)]
    if raws != [] and not numbers:
        raise TelegramError("what came in are no updates")
    return max(numbers, default=-1) + 1


async def keep_trying(attempt: Callable[[], Awaitable[Result]], trouble: str) -> Result:
    """Call until it succeeds, after longer and longer waits; `trouble` is logged each time.

    Raises:
        InvalidToken: Telegram refuses the token.
        ServiceError: Trying again is of no use.
    """
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return await attempt()
        except (InvalidToken, ServiceError):
            raise
        except Conflict as exc:
            pause_s = CONFLICT_WAIT_S
            logger.error(
                "Another process polls with the same token; only one gets the messages: %s", exc
            )
        except RetryAfter as exc:
            pause_s = seconds_of(exc)
            logger.warning("%s: %s", trouble, exc)
        except (TelegramError, StateError) as exc:
            pause_s, wait_s = wait_s, min(wait_s * WAIT_GROWS, MAX_WAIT_S)
            logger.warning("%s, trying again in %.0f s: %s", trouble, pause_s, exc)
        except Exception:  # whatever stands in for Telegram there, the bot must outlive it
            pause_s = MAX_WAIT_S
            logger.exception("%s, trying again in %.0f s", trouble, pause_s)
        await asyncio.sleep(pause_s)
