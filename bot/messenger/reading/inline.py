"""Questions asked inline (`@bot question` in any chat): cards with citations, within a second.

Clients ask anew with almost every letter. Only the newest question of a user is answered, and one
at a time; one that takes longer leads to a hint, and is there when it is asked again. Nothing of
this is part of a conversation, kept, or counted.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

from telegram import Update
from telegram.ext import InlineQueryHandler

from bot.messenger.chats import Context, Handler, say_in
from bot.messenger.display.pages import inline_results
from bot.messenger.plan import Json, Outgoing, Plan
from bot.messenger.services import Services
from bot.state.people import asks_again_inline
from index.errors import QuestionError
from retrieval.answer import Answer
from retrieval.questions import readable

MIN_CHARS = 4
ANSWER_WITHIN_S = 0.9
CACHE_S = 30
"""How long Telegram may show the same cards to the same user without asking."""
KEPT_S = 60.0
"""How long an answer that came too late waits to be asked for again."""
START_PARAMETER = "inline"
_MAX_USERS = 1000


def handlers(services: Services) -> list[Handler]:
    """What answers inline queries."""
    return [InlineQueryHandler(_Inline(services).ask)]


def inline_answer(query_id: str, results: list[Json], hint: str | None = None) -> Outgoing:
    """Answer an inline query with cards, or with a hint that leads to the private chat."""
    parameters: Json = {
        "inline_query_id": query_id,
        "results": results,
        "is_personal": True,
        "cache_time": CACHE_S if results else 0,
    }
    if hint:
        parameters["button"] = {"text": hint, "start_parameter": START_PARAMETER}
    return Outgoing("answerInlineQuery", parameters)


@dataclass(frozen=True, slots=True)
class _Search:
    """What is being found for a user."""

    question: str
    began: float
    found: asyncio.Future[Answer]


class _Inline:
    """Answers one question of each user at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._searches: dict[int, _Search] = {}

    async def ask(self, update: Update, context: Context) -> None:
        """An inline query: cards, or a hint."""
        query = update.inline_query
        if query is None:
            return
        question, user_id, say = readable(query.query).strip(), query.from_user.id, say_in(update)
        newer = partial(asks_again_inline, user_id=user_id, after=update.update_id)
        if await self._services.state.read(newer):
            return  # the user has typed on, and sees only what the newest query brings
        results: list[Json] = []
        hint = say("inline-hint")
        if len(question) >= MIN_CHARS:
            try:
                answer = await self._find(user_id, question)
                results = inline_results(answer, say) if answer else []
                hint = say("inline-slow")
            except QuestionError:
                results = []
        call = inline_answer(query.id, results, None if results else hint)
        await self._services.delivery.carry_out(update.update_id, Plan((call,)))

    async def _find(self, user_id: int, question: str) -> Answer | None:
        """An answer; None if there is none in time."""
        loop = asyncio.get_running_loop()
        end = loop.time() + ANSWER_WITHIN_S
        search = self._searches.get(user_id)
        if search and search.question != question:
            await asyncio.wait({search.found}, timeout=ANSWER_WITHIN_S)
            if not search.found.done():
                return None
            search = None
        if search and search.found.done() and loop.time() - search.began > KEPT_S:
            search = None  # the articles may tell more by now
        search = search or self._begin(user_id, question)
        await asyncio.wait({search.found}, timeout=max(0.0, end - loop.time()))
        if not search.found.done():
            return None
        self._searches.pop(user_id, None)
        return search.found.result()

    def _begin(self, user_id: int, question: str) -> _Search:
        loop = asyncio.get_running_loop()
        work = partial(self._services.answerer.answer, question)
        found = loop.run_in_executor(self._services.threads, work)
        found.add_done_callback(lambda done: done.cancelled() or done.exception())  # else logged
        self._searches.pop(user_id, None)
        self._searches[user_id] = search = _Search(question, loop.time(), found)
        if len(self._searches) > _MAX_USERS:
            del self._searches[next(iter(self._searches))]
        return search
