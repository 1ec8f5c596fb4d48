"""One stored call is made: as soon as it may be, again while it was not, and never twice.

Before each try the call is marked in the outbox, so that a try whose outcome is lost, with the
connection or with the whole process, is found there and looked for (`probing`) before the next.
What each failure means stands in `refusals`. One message of a chat is under way at a time; else
two that are looked for could be taken for one another.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from weakref import WeakValueDictionary

from telegram import Message
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot.messenger.delivery.calling import MAX_ATTEMPTS, Again, Caller, wait_of
from bot.messenger.delivery.limits import seconds_of
from bot.messenger.delivery.outcomes import Outcomes
from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.probing import CannotTell, find_earlier, find_sent
from bot.messenger.delivery.refusals import REPEATABLE, Rule, Verdict, rule_for
from bot.messenger.plan import Delivered
from bot.state import outbox
from bot.state.outbox import Call

Look = Callable[[int], Awaitable[int | None]]

logger = logging.getLogger(__name__)


class Sender:
    """Makes the calls of the outbox."""

    def __init__(self, caller: Caller, state: PatientState, outcomes: Outcomes) -> None:
        """Make what is in the outbox of `state` with `caller`."""
        self._caller, self._state, self._outcomes = caller, state, outcomes
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def deliver(self, call_id: int) -> Delivered:
        """Make a call unless it was made; wait for as long as it takes.

        Raises:
            InvalidToken: The token was revoked; the call waits in the outbox.
        """
        while True:
            call = await self._load(call_id)
            if call is None:
                return Delivered("refused")
            lock = asyncio.Lock()
            if call.chat_id is not None:
                lock = self._locks.setdefault(call.chat_id, lock)
            async with lock:
                delivered = await self._caller.back_off(
                    wait_of, self._attempt, call_id, call.chat_id
                )
            if delivered is not None:
                return delivered

    async def _attempt(self, call_id: int, chat_id: int | None) -> Delivered | None:
        """One try; None if the call belongs to another chat by now."""
        call = await self._load(call_id)
        if call is None:
            return Delivered("refused")
        if not call.is_open:
            return Delivered(call.status, call.message_id)
        if call.chat_id != chat_id:
            return None
        if call.status == "sending" and call.method not in REPEATABLE:
            settled = await self._settle(call)
            if settled is not None:
                return settled
        await self._caller.turn(call.chat_id)
        begun = await self._state.write(lambda connection: outbox.begin(connection, call_id))
        self._caller.check()
        try:
            result = await self._caller.make(call.method, call.parameters)
        except TelegramError as exc:
            return await self._judge(begun, exc)
        except Exception:
            logger.exception("%s for chat %s failed", call.method, call.chat_id)
            return await self._outcomes.unknown(call, "an error of the bot, see its log")
        if not isinstance(result, Message):
            return await self._outcomes.sent(call, call.parameters.get("message_id"), None)
        number = result.message_id
        if call.method == "sendMessage":
            number = await self._only_first(begun, number, partial(self._look_below, begun))
        return await self._outcomes.sent(call, number, str(result.chat.type))

    async def _settle(self, call: Call) -> Delivered | None:
        """Find out what became of an interrupted message; None if it was not sent."""
        try:
            if call.method != "sendMessage":
                raise CannotTell("it may be made once only")
            found = await find_sent(call, self._caller, self._state)
        except CannotTell as exc:
            return await self._outcomes.unknown(call, str(exc))
        if found is not None:
            first = await self._only_first(call, found, partial(self._look_above, call))
            return await self._outcomes.sent(call, first, None)
        if call.attempts >= MAX_ATTEMPTS:
            return await self._outcomes.refused(call, f"not sent in {call.attempts} attempts")
        await self._outcomes.put_back(call, in_doubt=True)
        return None

    async def _only_first(self, call: Call, number: int, look: Look) -> int:
        """Take back all copies of a message but the first; the number of that.

        After several tries there can be more than one: further on than was searched, or late.

        Args:
            call: With all its tries so far.
            number: A copy that is there.
            look: Finds another copy, from one that is there.
        """
        copies = [number]
        try:
            while len(copies) < call.attempts and (another := await look(copies[-1])) is not None:
                copies.append(another)
            for copy in sorted(copies)[1:]:
                target = {"chat_id": call.chat_id, "message_id": copy}
                await self._caller.insist("deleteMessage", target)
        except (CannotTell, TelegramError) as exc:
            logger.warning("A message for chat %s may be there twice: %s", call.chat_id, exc)
        return min(copies)

    async def _look_above(self, call: Call, number: int) -> int | None:
        return await find_sent(call, self._caller, self._state, above=number)

    async def _look_below(self, call: Call, number: int) -> int | None:
        return await find_earlier(call, number, self._caller, self._state)

    async def _judge(self, call: Call, error: TelegramError) -> Delivered | None:
        """Do what the rule for a failure says."""
        rule = rule_for(call.method, error)
        match rule.verdict:
            case Verdict.DONE:
                return await self._outcomes.sent(call, call.parameters.get("message_id"), None)
            case Verdict.REFUSED | Verdict.WRONG:
                expected = rule.verdict is Verdict.REFUSED
                return await self._outcomes.refused(call, rule.sign, expected=expected)
            case Verdict.MUTED | Verdict.GONE:
                gone = rule.verdict is Verdict.GONE
                return await self._outcomes.shut_out(call, rule.sign, gone=gone)
            case Verdict.AMEND:
                return await self._amend(call, rule)
            case Verdict.MOVED if isinstance(error, ChatMigrated) and call.chat_id is not None:
                return await self._outcomes.moved(call, call.chat_id, error.new_chat_id)
        return await self._try_again(call, error, rule)

    async def _amend(self, call: Call, rule: Rule) -> Delivered:
        """Try another form of the call, if there is one."""
        amended = rule.amend(call.parameters) if rule.amend else call.parameters
        if amended == call.parameters:
            return await self._outcomes.refused(call, rule.sign)
        await self._outcomes.amended(call, amended, rule.sign)
        raise Again(rule.sign, 0)

    async def _try_again(self, call: Call, error: TelegramError, rule: Rule) -> Delivered:
        """Leave the call as it is if it may have been made, else put it back."""
        wait_s = seconds_of(error) if isinstance(error, RetryAfter) else None
        if rule.verdict is not Verdict.UNCERTAIN:
            await self._outcomes.put_back(call, in_doubt=False)
        elif call.method in REPEATABLE and call.attempts >= MAX_ATTEMPTS:
            return await self._outcomes.refused(call, str(error))
        if rule.verdict is Verdict.FATAL:
            raise error
        raise Again(f"{call.method} for chat {call.chat_id}: {error}", wait_s) from error

    async def _load(self, call_id: int) -> Call | None:
        return await self._state.read(lambda connection: outbox.call(connection, call_id))
