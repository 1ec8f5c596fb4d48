"""Answers whose articles were edited or withdrawn: which these are, and what is told of that.

Which articles an answer rests on is noted when it is given. Whenever the index is another one, all
these articles are looked for at once; only the answers to which one is missing are looked at. An
edit that leaves the quoted words as they were, and the answer with them, is told to nobody. Knows
nothing of how it is found out that the index has changed.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.messenger.display.language import phrases
from bot.messenger.display.markup import to_html
from bot.messenger.plan import Page, Place, Plan, new_answer_id
from bot.messenger.reading.access import allowed, may_be_told
from bot.messenger.reading.comparing import says_the_same
from bot.messenger.reading.ends import End, ended_runs, ends_of
from bot.messenger.reading.rechecking import OutdatedError, Recheck, Source
from bot.messenger.reading.telling import (
    asks_and_says_the_same,
    before_and_now,
    told_alike,
    told_calls,
)
from bot.messenger.services import Library, Services
from bot.state.citations import articles_of, cited_after, rest_on, resting_on
from bot.state.conversations import (
    GivenAnswer,
    given_answer,
    recent_turns,
    remember_answer,
    shown_in,
)
from bot.state.figures import DAY_S
from bot.state.watches import keep_apart, note_told, watches_of
from index.sql import Connection
from retrieval.answer import MAX_TURNS, Answer, Turn

_AT_ONCE = 50
_YEAR = re.compile(r"\d{4}")


def cited(services: Services) -> Source:
    """What is due of the answers of chats that may use the bot."""
    return _Cited(services).due


@dataclass(frozen=True, slots=True)
class _Affected:
    """An answer that rests on an article that has ended.

    Attributes:
        given: The answer.
        chat_id: Its chat.
        shown: The message of that chat that shows it, if one is known.
        alike: The ids of all answers that are told with it: the same one to the same question.
        history: What its question follows on, if it does not stand alone.
    """

    given: GivenAnswer
    chat_id: int
    shown: int | None
    alike: tuple[int, ...]
    history: tuple[Turn, ...]


class _Cited:
    """Keeps in mind which of the articles that were cited have ended."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ids = allowed(services.settings)
        self._kept_s = services.settings.notice_days * DAY_S
        self._index: tuple[Library, str] | None = None
        self._looked_at, self._ended = 0, frozenset[str]()

    async def due(self, version: str, above: int) -> Sequence[Recheck]:
        """See `Source`."""
        library = await self._services.in_thread(lambda: self._services.answerer.library)
        await self._look(library, version)
        if not self._ended:
            return []
        affected = await self._services.state.read(partial(self._affected, above=above))
        return await self._services.in_thread(
            lambda: [_recheck(one, library, version) for one in affected]
        )

    async def _look(self, library: Library, version: str) -> None:
        """Find the articles that have ended: among all, or among what was cited since."""
        index = library, version  # one that was removed and made anew has the same versions
        known, ended = (0, frozenset[str]())
        if index == self._index:
            known, ended = self._looked_at, self._ended
        highest, articles = await self._services.state.read(partial(cited_after, number=known))
        if articles:
            live = await self._services.in_thread(partial(library.live_among, articles))
            ended |= set(articles) - live
        self._index, self._looked_at, self._ended = index, highest, ended

    def _affected(self, connection: Connection, above: int) -> list[_Affected]:
        """The next few answers that are to be looked at."""
        since = time.time() - self._kept_s
        while ids := resting_on(connection, self._ended, since, above, _AT_ONCE):
            found = [self._read(connection, answer_id) for answer_id in ids]
            if affected := [one for one in found if one]:
                return affected
            above = ids[-1]
        return []

    def _read(self, connection: Connection, answer_id: int) -> _Affected | None:
        """An answer; None where it is told with a newer one, or to nobody."""
        given = given_answer(connection, answer_id)
        if given is None or given.chat_id is None:
            return None
        if not may_be_told(connection, self._ids, given.chat_id, given.user_id):
            return None
        alike = [
            one.answer_id
            for one in told_alike(connection, given.chat_id, given)
            if not self._ended.isdisjoint(articles_of(connection, one.answer_id))
        ]
        if answer_id not in alike[:1]:
            return None
        turns: list[Turn] = []
        if given.answer.understanding is None:  # as an earlier Dateline has kept it
            place = given.chat_id, given.thread_id
            turns = recent_turns(connection, *place, MAX_TURNS, given.given)
        shown = shown_in(connection, answer_id, given.chat_id)
        return _Affected(given, given.chat_id, shown, tuple(alike), tuple(turns))


def _recheck(affected: _Affected, library: Library, version: str) -> Recheck:
    given = affected.given
    found = ends_of(given.answer, library)
    ends = [one for one in found if one.kind]
    intact = all(one.intact for one in ends)
    standing = [article for one in found for article in one.standing]

    def unchanged(connection: Connection) -> None:
        if _is_as_it_was(connection, given):
            rest_on(connection, given.answer_id, standing)

    return Recheck(
        key=("answer", given.answer_id),
        chat_id=affected.chat_id,
        question=question_again(given),
        history=affected.history,
        filters=given.filters,
        needless=lambda answer: intact and says_the_same(given.answer, answer),
        unchanged=unchanged,
        changed=partial(_change_plan, affected, ends, version),
    )


def question_again(given: GivenAnswer) -> str:
    """What to ask so that the same is meant as then, on another day and without what went before.

    "Yesterday" is the day that it was then; a year in words needs no help.
    """
    understood = given.answer.understanding
    if understood is None:
        return given.question
    period, question = understood.period, understood.standalone
    if period is None or not period.words or _YEAR.search(period.words):
        return question
    return question.replace(period.words, _in_days(period.first, period.last), 1)


def _in_days(first: str | None, last: str | None) -> str:
    if first == last:
        return f"on {first}" if first else ""
    if first and last:
        return f"from {first} to {last}"
    return f"since {first}" if first else f"until {last}"


def _is_as_it_was(connection: Connection, given: GivenAnswer) -> bool:
    """Whether an answer was neither told of, nor asked otherwise, nor forgotten meanwhile."""
    rests = articles_of(connection, given.answer_id)
    return bool(rests) and given_answer(connection, given.answer_id) == given


def _change_plan(affected: _Affected, ends: Sequence[End], version: str, answer: Answer) -> Plan:
    """Tell what became of the articles, then the new answer; and remember both."""
    before = affected.given
    say = phrases(before.language)
    given = replace(
        before,
        answer_id=new_answer_id(),
        question_message_id=None,
        answer=replace(answer, question=before.question),
        given=time.time(),
    )

    def remember(connection: Connection) -> None:
        if not _is_as_it_was(connection, before):
            raise OutdatedError
        for watch in watches_of(connection, affected.chat_id):
            if asks_and_says_the_same(before, watch):  # it need not be told again
                note_told(connection, watch, answer, given.given, version)
        for answer_id in affected.alike:
            rest_on(connection, answer_id, ())
        remember_answer(connection, given)
        keep_apart(connection, given.answer_id)

    runs = [*ended_runs(ends, say), *before_and_now(before, before.given, answer, say)]
    place = Place(affected.chat_id, before.thread_id, affected.shown)
    return Plan(told_calls(Page(to_html(runs)), given, place), remember)
