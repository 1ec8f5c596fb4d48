"""How a chat is told that an answer is another one by now: what was said before, then the new one.

Knows nothing of why it is another one, nor of how that was found out.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from bot.messenger.display.language import Phrases, phrases
from bot.messenger.display.markup import BOLD, Run
from bot.messenger.display.pages import answer_pages
from bot.messenger.display.quoting import clipped
from bot.messenger.plan import Outgoing, Page, Place, send
from bot.messenger.reading.answering import range_notice
from bot.messenger.reading.comparing import says_the_same
from bot.state.citations import asked_alike
from bot.state.conversations import GivenAnswer, given_answer
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer

MAX_TOLD_UNITS = 500
"""Longest question or answer in what tells of a change."""


class Asked(Protocol):
    """A question and what it was answered with: an answer that was given, or a watch."""

    @property
    def thread_id(self) -> int | None:
        """The topic of a forum."""
        ...

    @property
    def question(self) -> str:
        """As it was asked."""
        ...

    @property
    def standalone(self) -> str:
        """As it was searched."""
        ...

    @property
    def filters(self) -> Filters:
        """Which articles might answer."""
        ...

    @property
    def answer(self) -> Answer:
        """What was told."""
        ...


def asks_and_says_the_same(one: Asked, other: Asked) -> bool:
    """Whether two answers of a chat are the same answer to the same question."""
    asked = [
        (each.thread_id, each.question.casefold(), each.standalone.casefold(), each.filters)
        for each in (one, other)
    ]
    return asked[0] == asked[1] and says_the_same(one.answer, other.answer)


def told_alike(connection: Connection, chat_id: int, asked: Asked) -> list[GivenAnswer]:
    """The answers of a chat that would be told together with `asked`, the newest first."""
    ids = asked_alike(connection, chat_id, asked.thread_id, asked.question)
    given = [one for one in (given_answer(connection, each) for each in ids) if one]
    return [one for one in given if asks_and_says_the_same(asked, one)]


def before_and_now(asked: Asked, told: float, answer: Answer, say: Phrases) -> list[Run]:
    """The question, what was told at some time, and what is told now, all of it bounded."""
    before = say("noticing-before", date=day_of(told))
    now = "noticing-still" if says_the_same(asked.answer, answer) else "noticing-now"
    return [
        Run(f"\n{_bounded(asked.question)}\n\n{before}\n"),
        Run(_bounded(short(asked.answer, say)), (BOLD,)),
        Run(f"\n\n{say(now)}\n"),
        Run(_bounded(short(answer, say)), (BOLD,)),
    ]


def told_calls(heading: Page, given: GivenAnswer, place: Place) -> tuple[Outgoing, ...]:
    """Send what has changed, then the new answer with its buttons.

    These are two messages, because the buttons of an answer put others in its place. Both show the
    answer: a reply to either leans on it, and /forget finds both. Only the first one rings.
    """
    say, answer_id = phrases(given.language), given.answer_id
    notice = range_notice(given.filters, say)
    pages = answer_pages(given.answer, answer_id, say, notice=notice)
    shown = send(replace(place, reply_to=None), pages, answer_id)
    return (*send(place, [heading], answer_id), *map(_silent, shown))


def short(answer: Answer, say: Phrases) -> str:
    """The short answer, or that there is none."""
    return answer.answer or "" if answer.answered else say("pages-not-told")


def day_of(moment: float) -> str:
    """The day of a time in seconds since 1970."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _silent(call: Outgoing) -> Outgoing:
    return replace(call, parameters={**call.parameters, "disable_notification": True})


def _bounded(text: str) -> str:
    return clipped(text, MAX_TOLD_UNITS)
