"""/watch and /watches: a chat is told when the answer to a question changes, until it is ended.

Thin: what is listed and told is said in `bot.messenger.reading.watched`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from telegram import CallbackQuery, Message, Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import CommandHandler, filters

from bot.messenger.chats import (
    Context,
    Handler,
    PressHandler,
    author_of,
    message_of,
    place_of,
    question_of,
    reply,
    say_in,
    topic_of,
    typing_in,
)
from bot.messenger.display.buttons import Do, Press, decode, watch_keyboard
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.plan import (
    Outgoing,
    Page,
    Plan,
    edit,
    edit_buttons,
    new_answer_id,
    send,
    toast,
)
from bot.messenger.reading.answering import Found, Known, answer_plan, note_found, read_known
from bot.messenger.reading.asking import explained
from bot.messenger.reading.membership import is_in
from bot.messenger.reading.watched import MAX_WATCHES, list_page
from bot.messenger.services import Services
from bot.state.conversations import answer_shown_by, recent_turns
from bot.state.watches import Watch, end_watch, put_watch, watch_by_id, watches_of
from index.errors import QuestionError
from index.sql import Connection
from retrieval.answer import Answer, Turn
from retrieval.questions import checked_question

_NO_MEMBER = ("user not found", "member not found", "participant_id_invalid")


def handlers(services: Services) -> list[Handler]:
    """What sets, lists and ends watches; before what answers presses of any kind."""
    noticing, new = _Noticing(services), filters.UpdateType.MESSAGE
    return [
        CommandHandler("watch", noticing.watch, new),
        CommandHandler("watches", noticing.list_all, new),
        PressHandler(noticing.end, pattern=_ends_watch),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that is to be watched, with what its answer depends on."""

    question: str
    known: Known
    watches: Sequence[Watch]

    def after(self, answer: Answer) -> Turn | None:
        """The turn that the question leans on, if what its answer was searched by says so."""
        turns, understood = self.known.turns, answer.understanding
        alone = understood and understood.standalone == checked_question(self.question)
        return turns[-1] if turns and not alone else None

    def is_watched_by(self, watch: Watch, thread_id: int | None) -> bool:
        """Whether a watch asks the same: what leaned on nothing then does not now."""
        turns = self.known.turns
        return (watch.question.casefold(), watch.filters, watch.thread_id) == (
            self.question.casefold(),
            self.known.chat.filters,
            thread_id,
        ) and (watch.after is None or bool(turns and _is_same_turn(watch.after, turns[-1])))


class _Noticing:
    """Sets, lists and ends the watches of a chat."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def watch(self, update: Update, context: Context) -> None:
        """/watch: answer the question, and keep it."""
        message, say = message_of(update), say_in(update)
        asked = await self._services.state.read(partial(_read, message=message))
        if refusal := _refusal(message, asked, say):
            await reply(self._services, update, refusal)
        else:
            plan = await self._set(update.update_id, message, asked, say)
            await self._services.delivery.carry_out(update.update_id, plan)

    async def list_all(self, update: Update, context: Context) -> None:
        """/watches: what the chat watches."""
        message, say = message_of(update), say_in(update)
        chat_id = message.chat.id
        watches = await self._services.state.read(partial(watches_of, chat_id=chat_id))
        await reply(self._services, update, [list_page(watches, say)])

    async def end(self, update: Update, context: Context) -> None:
        """A button: end a watch, if whoever presses may."""
        query, say = update.callback_query, say_in(update)
        press = decode(query.data) if query else None
        if query is None or press is None:
            return
        watch = await self._services.state.read(partial(watch_by_id, watch_id=press.subject))
        if watch and not (_may_end(watch, query) or await _is_left_behind(watch, query)):
            plan = Plan((toast(query.id, say("noticing-not-yours"), alert=True),))
        else:
            told = toast(query.id, say("noticing-ended" if watch else "noticing-ended-before"))
            calls = (told, *await self._without(query, press, say))
            plan = Plan(calls, partial(end_watch, watch_id=press.subject))
        await self._services.delivery.carry_out(update.update_id, plan)

    async def _set(self, update_id: int, message: Message, asked: _Asked, say: Phrases) -> Plan:
        """Answer a question and keep it; or say why it cannot be asked."""
        began = time.time()
        try:
            async with typing_in(message):
                version, answer = await self._services.in_thread(partial(self._ask, asked))
        except QuestionError as exc:
            pages = plain_pages(explained(exc, asked.question, say))
            return Plan(tuple(send(place_of(message), pages)))
        found = Found(asked.question, answer, began, time.time() - began)
        note_found(self._services.metrics, update_id, found)
        watch = _watch(message, asked, found, version, say)
        shown = answer_plan(message, asked.known, found, say)

        def remember(connection: Connection) -> None:
            shown.remember(connection)
            put_watch(connection, watch)

        confirmed = send(
            replace(place_of(message), reply_to=None), [_confirmation("noticing-set", watch, say)]
        )
        return Plan((*shown.calls, *confirmed), remember)

    def _ask(self, asked: _Asked) -> tuple[str, Answer]:
        """The answer, and the version of the index before it: what comes later is a change."""
        answerer, known = self._services.answerer, asked.known
        version = answerer.library.version()
        return version, answerer.answer(asked.question, known.turns, known.chat.filters)

    async def _without(self, query: CallbackQuery, press: Press, say: Phrases) -> list[Outgoing]:
        """Take a watch from the list that the message of a button is, or the button from it."""
        message = query.message
        if not isinstance(message, Message):  # too old to be edited
            return []
        chat_id = message.chat.id
        if not press.item:
            return [edit_buttons(chat_id, message.message_id, ())]
        watches = await self._services.state.read(partial(watches_of, chat_id=chat_id))
        left = [watch for watch in watches if watch.watch_id != press.subject]
        return [edit(chat_id, message.message_id, list_page(left, say))]


def _read(connection: Connection, message: Message) -> _Asked:
    """What is to be watched: the question of the command, else that of the answer replied to."""
    chat_id, replied = message.chat.id, message.reply_to_message
    known, question = read_known(connection, message), question_of(message)
    watches = watches_of(connection, chat_id)
    meant = answer_shown_by(connection, chat_id, replied.message_id) if replied else None
    if not question and meant:
        turns = recent_turns(connection, chat_id, meant.thread_id, 1, meant.given)
        known = replace(known, turns=tuple(turns), chat=replace(known.chat, filters=meant.filters))
        question = meant.question
    # Asked before to hear the answer, and now to be watched: that is no follow-up to itself.
    turns = [turn for turn in known.turns if turn.question.casefold() != question.casefold()]
    return _Asked(question, replace(known, turns=tuple(turns)), watches)


def _refusal(message: Message, asked: _Asked, say: Phrases) -> list[Page]:
    """What to say where nothing can be watched, or is already; nothing if it can be."""
    if not asked.question:
        return plain_pages(say("noticing-explain"))
    for watch in asked.watches:
        if asked.is_watched_by(watch, topic_of(message)):
            return [_confirmation("noticing-already", watch, say)]
    full = len(asked.watches) >= MAX_WATCHES
    return plain_pages(say("noticing-full", count=len(asked.watches))) if full else []


def _watch(message: Message, asked: _Asked, found: Found, version: str, say: Phrases) -> Watch:
    return Watch(
        watch_id=new_answer_id(),
        chat_id=message.chat.id,
        thread_id=topic_of(message),
        user_id=author_of(message),
        language=say.language,
        question=asked.question,
        after=asked.after(found.answer),
        filters=asked.known.chat.filters,
        answer=found.answer,
        told=found.asked,
        created=found.asked,
        checked=version,
    )


def _confirmation(key: str, watch: Watch, say: Phrases) -> Page:
    """That a question is watched, with the button that ends it."""
    (page,) = plain_pages(say(key))
    return Page(page.html, watch_keyboard(watch.watch_id, say))


def _is_same_turn(kept: Turn, said: Turn) -> bool:
    """Whether a turn is the one that was kept, of which an earlier Dateline kept less."""
    return (kept.question, kept.answer) == (said.question, said.answer)


def _may_end(watch: Watch, query: CallbackQuery) -> bool:
    """Whoever set a watch may end it; one set in the name of a chat, whoever is there."""
    if watch.user_id > 0:
        return watch.user_id == query.from_user.id
    return query.message is not None and query.message.chat.id == watch.chat_id


async def _is_left_behind(watch: Watch, query: CallbackQuery) -> bool:
    """Whether whoever set a watch in the group of a button is not there any more to end it."""
    if query.message is None or query.message.chat.id != watch.chat_id or watch.chat_id > 0:
        return False
    try:
        member = await query.get_bot().get_chat_member(watch.chat_id, watch.user_id)
    except BadRequest as exc:  # who was deleted, or has never been there, has no membership
        return any(sign in str(exc).lower() for sign in _NO_MEMBER)
    except TelegramError:
        return False
    return not is_in(member)


def _ends_watch(data: object) -> bool:
    press = decode(data) if isinstance(data, str) else None
    return press is not None and press.do is Do.END_WATCH
