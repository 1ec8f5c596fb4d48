"""Watched questions: how they are listed, when they are asked again, what is told of a change.

Knows nothing of handlers, nor of how it is found out that the index has changed.
"""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from bot.messenger.display.buttons import watch_keyboard, watches_keyboard
from bot.messenger.display.language import Phrases, phrases
from bot.messenger.display.markup import BOLD, Run, to_html
from bot.messenger.display.pages import answer_pages, plain_pages
from bot.messenger.display.quoting import clipped, one_line
from bot.messenger.plan import Outgoing, Page, Place, Plan, new_answer_id, send
from bot.messenger.reading.access import allowed
from bot.messenger.reading.answering import range_notice
from bot.messenger.reading.rechecking import OutdatedError, Recheck, Source
from bot.messenger.services import Services
from bot.state.conversations import GivenAnswer, remember_answer
from bot.state.people import former_id
from bot.state.watches import Watch, due_watches, keep_apart, note_told, note_unchanged
from retrieval.answer import Answer

MAX_WATCHES = 20
"""Most questions that a chat may watch."""
_AT_ONCE = 50
_MAX_TOLD_UNITS = 500
_MAX_LISTED_UNITS, _MAX_LISTED_ANSWER_UNITS = 100, 50
"""So that a list of `MAX_WATCHES` is one message."""


def watched(services: Services) -> Source:
    """What is due of the watches of chats that may use the bot."""
    ids = allowed(services.settings)

    def is_allowed(connection: sqlite3.Connection, watch: Watch) -> bool:
        former = former_id(connection, watch.chat_id)
        return ids is None or bool({watch.chat_id, watch.user_id, former} & ids)

    def due(connection: sqlite3.Connection, version: str, above: int) -> list[Recheck]:
        while watches := due_watches(connection, version, above, _AT_ONCE):
            if found := [one for one in watches if is_allowed(connection, one)]:
                return [_recheck(watch, version) for watch in found]
            above = watches[-1].watch_id
        return []

    return due


def list_page(watches: Sequence[Watch], say: Phrases) -> Page:
    """The watches of a chat with what they were last told, and buttons to end them."""
    if not watches:
        return plain_pages(say("noticing-none"))[0]
    runs = [Run(say("noticing-list", count=len(watches)), (BOLD,))]
    for n, watch in enumerate(watches, start=1):
        question = clipped(one_line(watch.question), _MAX_LISTED_UNITS)
        told = clipped(one_line(_short(watch.answer, say)), _MAX_LISTED_ANSWER_UNITS)
        runs.append(Run(f"\n\n{n}. {question}\n{_day(watch.told)} · {told}"))
    return Page(to_html(runs), watches_keyboard([watch.watch_id for watch in watches], say))


def changed_page(watch: Watch, answer: Answer, say: Phrases) -> Page:
    """What a watched question was answered with until now, and what with now."""
    before = say("noticing-before", date=_day(watch.told))
    runs = (
        Run("🔔 "),
        Run(say("noticing-changed"), (BOLD,)),
        Run(f"\n{_told(watch.question)}\n\n{before}\n"),
        Run(_told(_short(watch.answer, say)), (BOLD,)),
        Run(f"\n\n{say('noticing-now')}\n"),
        Run(_told(_short(answer, say)), (BOLD,)),
    )
    return Page(to_html(runs), watch_keyboard(watch.watch_id, say))


def _recheck(watch: Watch, version: str) -> Recheck:
    return Recheck(
        key=("watch", watch.watch_id),
        chat_id=watch.chat_id,
        question=watch.question,
        history=(watch.after,) if watch.after else (),
        filters=watch.filters,
        answer=watch.answer,
        unchanged=lambda connection: note_unchanged(connection, watch, version),
        changed=partial(_change_plan, watch, version),
    )


def _change_plan(watch: Watch, version: str, answer: Answer) -> Plan:
    """Tell what has changed, then the new answer with its buttons; and remember both.

    These are two messages, because the buttons of an answer put others in its place.
    """
    say, place = phrases(watch.language), Place(watch.chat_id, watch.thread_id)
    given = GivenAnswer(
        answer_id=new_answer_id(),
        chat_id=watch.chat_id,
        thread_id=watch.thread_id,
        user_id=watch.user_id,
        question_message_id=None,
        question=watch.question,
        answer=answer,
        given=time.time(),
        filters=watch.filters,
        language=watch.language,
    )

    def remember(connection: sqlite3.Connection) -> None:
        if not note_told(connection, watch, answer, given.given, version):
            raise OutdatedError
        remember_answer(connection, given)
        keep_apart(connection, given.answer_id)

    # Both show the answer: a reply to either leans on it, and /forget finds both.
    heading = send(place, [changed_page(watch, answer, say)], given.answer_id)
    notice = range_notice(watch.filters, say)
    shown = send(place, answer_pages(answer, given.answer_id, say, notice=notice), given.answer_id)
    return Plan((*heading, *map(_silent, shown)), remember)


def _silent(call: Outgoing) -> Outgoing:
    """The heading has rung already."""
    return replace(call, parameters={**call.parameters, "disable_notification": True})


def _short(answer: Answer, say: Phrases) -> str:
    return answer.answer or "" if answer.answered else say("pages-not-told")


def _told(text: str) -> str:
    return clipped(text, _MAX_TOLD_UNITS)


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
