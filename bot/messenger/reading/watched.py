"""Watched questions: how they are listed, when they are asked again, what is told of a change.

Knows nothing of handlers, nor of how it is found out that the index has changed.
"""

import time
from collections.abc import Sequence
from functools import partial

from bot.messenger.display.buttons import watch_keyboard, watches_keyboard
from bot.messenger.display.language import Phrases, phrases
from bot.messenger.display.markup import BOLD, Run, to_html
from bot.messenger.display.pages import plain_pages
from bot.messenger.display.quoting import clipped, one_line
from bot.messenger.plan import Page, Place, Plan, new_answer_id
from bot.messenger.reading.access import allowed, may_be_told
from bot.messenger.reading.comparing import says_the_same
from bot.messenger.reading.ends import End, ended_runs, ends_of
from bot.messenger.reading.rechecking import OutdatedError, Recheck, Source
from bot.messenger.reading.telling import before_and_now, day_of, short, told_alike, told_calls
from bot.messenger.services import Services
from bot.state.citations import rest_on
from bot.state.conversations import GivenAnswer, remember_answer
from bot.state.watches import Watch, due_watches, keep_apart, note_told, note_unchanged
from index.sql import Connection
from retrieval.answer import Answer

MAX_WATCHES = 20
"""Most questions that a chat may watch."""
_AT_ONCE = 50
_MAX_LISTED_UNITS, _MAX_LISTED_ANSWER_UNITS = 100, 50
"""So that a list of `MAX_WATCHES` is one message."""


def watched(services: Services) -> Source:
    """What is due of the watches of chats that may use the bot."""
    ids = allowed(services.settings)

    def read_due(connection: Connection, version: str, above: int) -> list[Watch]:
        while watches := due_watches(connection, version, above, _AT_ONCE):
            found = [
                watch
                for watch in watches
                if may_be_told(connection, ids, watch.chat_id, watch.user_id)
            ]
            if found:
                return found
            above = watches[-1].watch_id
        return []

    def rechecks(watches: Sequence[Watch], version: str) -> list[Recheck]:
        library = services.answerer.library
        return [_recheck(one, ends_of(one.answer, library), version) for one in watches]

    async def due(version: str, above: int) -> list[Recheck]:
        watches = await services.state.read(partial(read_due, version=version, above=above))
        if not watches:  # as almost every second
            return []
        return await services.in_thread(partial(rechecks, watches, version))

    return due


def list_page(watches: Sequence[Watch], say: Phrases) -> Page:
    """The watches of a chat with what they were last told, and buttons to end them."""
    if not watches:
        return plain_pages(say("noticing-none"))[0]
    runs = [Run(say("noticing-list", count=len(watches)), (BOLD,))]
    for n, watch in enumerate(watches, start=1):
        question = clipped(one_line(watch.question), _MAX_LISTED_UNITS)
        told = clipped(one_line(short(watch.answer, say)), _MAX_LISTED_ANSWER_UNITS)
        runs.append(Run(f"\n\n{n}. {question}\n{day_of(watch.told)} · {told}"))
    return Page(to_html(runs), watches_keyboard([watch.watch_id for watch in watches], say))


def changed_page(watch: Watch, ends: Sequence[End], answer: Answer, say: Phrases) -> Page:
    """What a watched question was answered with until now, what with now, and what is gone."""
    gone = ended_runs([end for end in ends if not end.intact], say)
    runs = (
        Run("🔔 "),
        Run(say("noticing-changed"), (BOLD,)),
        *before_and_now(watch, watch.told, answer, say),
        *((Run("\n\n"), *gone) if gone else ()),
    )
    return Page(to_html(runs), watch_keyboard(watch.watch_id, say))


def _recheck(watch: Watch, ends: Sequence[End], version: str) -> Recheck:
    return Recheck(
        key=("watch", watch.watch_id),
        chat_id=watch.chat_id,
        question=watch.question,
        history=(watch.after,) if watch.after else (),
        filters=watch.filters,
        needless=partial(says_the_same, watch.answer),
        unchanged=lambda connection: note_unchanged(connection, watch, version),
        changed=partial(_change_plan, watch, ends, version),
    )


def _change_plan(watch: Watch, ends: Sequence[End], version: str, answer: Answer) -> Plan:
    """Tell what has changed, then the new answer; and remember both."""
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

    def remember(connection: Connection) -> None:
        alike = told_alike(connection, watch.chat_id, watch)
        if not note_told(connection, watch, answer, given.given, version):
            raise OutdatedError
        for one in alike:  # their citations need not be told of any more
            rest_on(connection, one.answer_id, ())
        remember_answer(connection, given)
        keep_apart(connection, given.answer_id)

    heading = changed_page(watch, ends, answer, phrases(watch.language))
    return Plan(told_calls(heading, given, Place(watch.chat_id, watch.thread_id)), remember)
