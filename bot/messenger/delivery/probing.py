"""Whether a message whose sending was cut off has arrived: the chat itself is asked.

The Bot API can neither list the messages of a chat nor be told to send a message only once. But
it tells when an edit changes nothing. A message that is unaccounted for has a number above all
that were known when sending began; so each such number, upward, is edited into what the message
should be. "Message is not modified" proves that it is the message; "message to edit not found"
and "message can't be edited" that it is not. A message with buttons is only given its own buttons
again, which carry an id that no other message has.

What this cannot tell: numbers of private chats count the bot's messages in all chats, and those
of a group may count messages that the bot does not see. So the search goes `MARGIN` numbers past
the highest that is known when it begins. If that was not far enough, or the message was merely
late, the number of the message that is then sent again says where to look once more
(`find_earlier`).

A search ends in `CannotTell` after `MAX_TRIES`, and does not begin in a channel, because a bot
may be able to edit what others have posted there. Numbers known to be other messages are passed
over, which needs all that waits at Telegram to be in the inbox.
"""

from collections.abc import Iterator
from enum import Enum, auto
from itertools import count, islice

from telegram import Message
from telegram.error import TelegramError

from bot.messenger.delivery.calling import Caller
from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.refusals import Verdict, rule_for
from bot.messenger.plan import Json
from bot.state.message_ids import Numbers, kind_of, numbers_above
from bot.state.outbox import Call

MARGIN = 16
"""How many messages may have been numbered that nobody has told the bot of."""
MAX_TRIES = 100

_SHOWN = ("text", "parse_mode", "link_preview_options", "reply_markup")


class CannotTell(Exception):  # noqa: N818 - an outcome of the search, not a mistake
    """Nobody can tell whether the message has arrived."""


class _Found(Enum):
    """What is at a number."""

    IT = auto()
    ANOTHER = auto()
    NOTHING = auto()


async def find_sent(
    call: Call, caller: Caller, state: PatientState, above: int | None = None
) -> int | None:
    """The number of a message that may have been sent, or None if it was not found.

    Args:
        call: The interrupted `sendMessage`.
        caller: Makes the probing calls.
        state: Knows which numbers are taken.
        above: Look above this number only.

    Raises:
        CannotTell: It may or may not be there.
        InvalidToken: The token was revoked.
    """
    floor = await _start(call, state)
    number = floor if above is None else above
    highest = max(number, (await _numbers(call, state)).highest or 0)
    for tries in count():
        # What is written meanwhile is passed over, but does not widen the search: it might not end.
        numbers = await _numbers(call, state)
        number = next(_free(range(number + 1, highest + MARGIN + 1), numbers), 0)
        if not number:
            break
        if tries == MAX_TRIES:
            raise CannotTell(f"it is not among the {MAX_TRIES} next messages")
        found = await _probe(call, number, caller)
        if found is _Found.IT:
            return number
        if found is _Found.ANOTHER:
            highest = max(highest, number)
    return None


async def find_earlier(call: Call, newer: int, caller: Caller, state: PatientState) -> int | None:
    """The number of a message that has come through, although it was sent again as `newer`.

    Args:
        call: A `sendMessage` with tries in doubt.
        newer: The number of the message that is known.
        caller: Makes the probing calls.
        state: Knows which numbers are taken.

    Raises:
        CannotTell: It may or may not be there.
        InvalidToken: The token was revoked.
    """
    floor = await _start(call, state)
    numbers = await _numbers(call, state)
    free = list(islice(_free(range(newer - 1, floor, -1), numbers), MAX_TRIES + 1))
    for number in free[:MAX_TRIES]:
        if await _probe(call, number, caller) is _Found.IT:
            return number
    if len(free) > MAX_TRIES:
        raise CannotTell(f"it is not among the {MAX_TRIES} messages before")
    return None


async def _start(call: Call, state: PatientState) -> int:
    """The number above which the message is."""
    chat_id, floor = call.chat_id, call.floor
    if chat_id is None or floor is None:
        raise CannotTell("no message number of its chat is known")
    if await state.read(lambda connection: kind_of(connection, chat_id)) == "channel":
        raise CannotTell("a channel is not searched")
    return floor


async def _numbers(call: Call, state: PatientState) -> Numbers:
    chat_id, floor = call.chat_id or 0, call.floor or 0
    return await state.read(lambda connection: numbers_above(connection, chat_id, floor))


def _free(candidates: range, numbers: Numbers) -> Iterator[int]:
    """Numbers that are not known to be other messages."""
    return (number for number in candidates if number not in numbers.taken)


async def _probe(call: Call, number: int, caller: Caller) -> _Found:
    """Make the edit that changes nothing about the message, if it is the one of a number."""
    method, content = _harmless_edit(call.parameters)
    target = {"chat_id": call.chat_id, "message_id": number}
    try:
        edited = await caller.insist(method, {**target, **content})
    except TelegramError as exc:
        rule = rule_for(method, exc)
        if rule.verdict is Verdict.DONE:
            return _Found.IT
        if rule.verdict is Verdict.FATAL:
            raise
        # What Telegram would only take in another form, it has not taken in this one.
        if rule.verdict not in (Verdict.REFUSED, Verdict.AMEND):
            raise CannotTell(f"the chat cannot be asked: {exc}") from exc
        another = rule.sign == "message can't be edited"
        return _Found.ANOTHER if another else _Found.NOTHING
    if not isinstance(edited, Message) or edited.from_user is None:
        raise CannotTell(f"message {number} could be edited, whosever it is")
    return _Found.IT if edited.from_user.id == caller.bot_id else _Found.ANOTHER


def _harmless_edit(parameters: Json) -> tuple[str, Json]:
    rows = parameters.get("reply_markup", {}).get("inline_keyboard", [])
    if any("callback_data" in button for row in rows for button in row):
        return "editMessageReplyMarkup", {"reply_markup": parameters["reply_markup"]}
    return "editMessageText", {name: parameters[name] for name in _SHOWN if name in parameters}
