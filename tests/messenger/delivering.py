"""Delivery for the tests of its parts: all of it is real, only nobody polls.

What somebody writes on the Bot API server is put into the inbox at once.
"""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stamina
from telegram import Update
from telegram.ext import ExtBot

from bot.messenger.delivery.calling import Caller
from bot.messenger.delivery.crowding import Crowd
from bot.messenger.delivery.dispatcher import Dispatcher
from bot.messenger.delivery.limits import Limits, Rates
from bot.messenger.delivery.outcomes import Outcomes
from bot.messenger.delivery.ownership import Alone, Fleet, Ownership
from bot.messenger.delivery.patience import PatientState
from bot.messenger.delivery.sending import Sender
from bot.messenger.delivery.turns import Handling
from bot.messenger.handlers import given_up
from bot.messenger.plan import Button, Delivered, Json, Outgoing, Page, Place, Plan, send
from bot.state import outbox
from bot.state.database import FileState, State
from bot.state.inbox import StoredInbox
from bot.state.shared import SharedState
from index.location import Address
from index.sql import Connection
from tests.messenger.support import rows, temporary_state, until
from tests.telegram_server import TOKEN, BotApiServer

IN_A_MOMENT = stamina.AsyncRetryingCaller(
    attempts=None, timeout=None, wait_initial=0.002, wait_max=0.02, wait_jitter=0.002
)
AT_ONCE = Rates(*[(10_000.0, 1.0)] * 3)


@dataclass
class Counted:
    """Metrics that remember which errors were counted."""

    errors: list[str] = field(default_factory=list)

    def question(self, *, answered: bool, took_s: float) -> None:
        """Nothing."""

    def error(self, kind: str) -> None:
        """Remember it."""
        self.errors.append(kind)


@dataclass
class Desk:
    """One start of the bot, without polling."""

    server: BotApiServer
    bot: ExtBot[Any]
    state: State
    patient: PatientState
    limits: Limits
    caller: Caller
    sender: Sender
    metrics: Counted
    moves: list[tuple[int, int]]
    inbox: StoredInbox
    handle: Callable[[Update], Awaitable[None]]
    fleet: Fleet | None
    dispatcher: Dispatcher = field(init=False)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def file(self) -> Path:
        """Where the state is that no other bot has."""
        assert isinstance(self.state, FileState)
        return self.state.path

    async def store(self, *messages: Json, first: int | None = None) -> list[int]:
        """Put messages into the inbox, with the next update ids or from `first` on."""
        numbers = self.numbers if first is None else itertools.count(first)
        return await self.inbox.store(
            [
                {"update_id": number, "message": message}
                for message, number in zip(messages, numbers, strict=False)
            ]
        )

    async def receive(self, text: str, chat: int = 1, **more: object) -> Json:
        """Let somebody write, and deliver it."""
        message = await self.server.say(text, chat, **more)
        self.dispatcher.wake(await self.store(message))
        return message

    async def idle(self, timeout_s: float = 20) -> None:
        """Wait until everything is done with."""
        await until(lambda: not self.dispatcher.waiting(), timeout_s)

    async def plan(self, *calls: Outgoing, chat: int = 1) -> list[int]:
        """Put calls into the outbox that nobody works off yet."""
        return await self.state.write(
            lambda connection: outbox.plan_notice(connection, f"chat {chat}", calls, 1.0)
        )

    async def deliver(self, *calls: Outgoing, chat: int = 1) -> list[Delivered]:
        """Make calls, and say what became of each."""
        return [
            await self.sender.deliver(call_id) for call_id in await self.plan(*calls, chat=chat)
        ]

    async def statuses(self) -> list[str]:
        """What became of all calls so far."""
        return [status for (status,) in await rows(self.state, "SELECT status FROM outbox")]

    def shown(self, chat: int = 1) -> list[str]:
        """The texts of the bot's messages in a chat."""
        return [message["text"] for message in self.server.shown(chat)]

    def made(self, method: str) -> int:
        """How often a method was called, with any outcome."""
        return sum(call.method == method for call in self.server.calls)


@asynccontextmanager
async def at_desk(
    server: BotApiServer,
    folder: Path,
    handle: Callable[[Desk, Update], Awaitable[None]] | None = None,
    *,
    crowd: Crowd | None = None,
    rates: Rates = AT_ONCE,
    back_off: stamina.AsyncRetryingCaller = IN_A_MOMENT,
    is_question: Callable[[Update], bool] = lambda update: update.message is not None,
    grace_s: float = 5,
    shared: Address | None = None,
) -> AsyncIterator[Desk]:
    """A bot with its state in `folder`, or one of a fleet with a shared one; leaving stops it."""
    state = SharedState(shared) if shared else temporary_state(folder)
    fleet, limits, metrics = Fleet(state) if shared else None, Limits(rates), Counted()
    ownership: Ownership = fleet or Alone(state)
    moves: list[tuple[int, int]] = []

    def moved(connection: Connection, old: int, new: int) -> None:
        assert connection.in_transaction
        moves.append((old, new))

    bot: ExtBot[Any] = ExtBot(TOKEN, base_url=f"{server.url}/bot", rate_limiter=limits)
    await bot.initialize()
    patient = PatientState(ownership.state, metrics, back_off)
    caller = Caller(bot, limits, back_off, ownership.check)
    sender = Sender(caller, patient, Outcomes(patient, metrics, moved))

    async def handled(update: Update) -> None:
        await (handle or echo)(desk, update)

    desk = Desk(
        server,
        bot,
        state,
        patient,
        limits,
        caller,
        sender,
        metrics,
        moves,
        StoredInbox(state),
        handled,
        fleet,
    )
    (last,) = (await rows(state, "SELECT coalesce(max(update_id), 0) FROM updates"))[0]
    desk.numbers = itertools.count(last + 1)
    desk.dispatcher = Dispatcher(
        bot,
        StoredInbox(patient),
        patient,
        sender,
        Handling(desk.handle, is_question, turn_away, given_up),
        crowd or Crowd(1000, 1000),
        metrics,
        ownership,
    )
    try:
        yield desk
    finally:
        await desk.dispatcher.stop(grace_s)
        if fleet:
            await fleet.stop()
        await bot.shutdown()
        state.close()


async def echo(desk: Desk, update: Update) -> None:
    """Answer in one message with buttons and one without."""
    await desk.dispatcher.carry_out(update.update_id, echoing(update))


def echoing(update: Update) -> Plan:
    """An answer in one message with buttons and one without."""
    message = update.message
    assert message is not None
    buttons = ((Button("More", f"more {update.update_id}"),),)
    pages = [Page(f"Re: {message.text}", buttons), Page(f"{message.text}, too")]
    return Plan(tuple(send(Place(message.chat.id, None, message.message_id), pages)))


def turn_away(update: Update, waiting: int) -> Plan:
    """Say how many wait."""
    assert update.message is not None
    return Plan(tuple(send(Place(update.message.chat.id), [Page(f"{waiting} wait")])))


def text(words: str, chat: int = 1, buttons: Sequence[str] = (), **more: object) -> Outgoing:
    """A message to be sent."""
    keyboard = tuple((Button("Press", data),) for data in buttons)
    (call,) = send(Place(chat), [Page(words, keyboard)])
    return Outgoing(call.method, {**call.parameters, **more})
