"""Buttons below answers: each turns the message into what it asks for, and back again.

Whoever sees a button may press it, also months later: all comes from the answer as it was given.
Clients can send the data of any button from any message; so an answer is shown only in its chat.
"""

import time
from functools import partial

from telegram import CallbackQuery, Update
from telegram.constants import ChatType
from telegram.ext import CallbackQueryHandler

from bot.messenger.chats import Context, Handler, say_in
from bot.messenger.display.buttons import Do, Press, answer_keyboard, decode, quotations
from bot.messenger.display.language import Phrases, phrases
from bot.messenger.display.pages import answer_pages, closest_page, other_sources_page, passage_page
from bot.messenger.plan import Outgoing, Page, Place, Plan, edit, edit_buttons, send, toast
from bot.messenger.reading.answering import range_notice
from bot.messenger.services import QuestionAnswerer, Services
from bot.state.conversations import GivenAnswer, feedback_of, given_answer, put_feedback
from bot.state.people import former_id
from index.sql import Connection

_FEEDBACK = {Do.HELPFUL: True, Do.UNHELPFUL: False}


def handlers(services: Services) -> list[Handler]:
    """What answers the press of a button, whatever the button carries."""
    return [CallbackQueryHandler(_Pressing(services).press)]


class _Pressing:
    """Carries out presses."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def press(self, update: Update, context: Context) -> None:
        """The press of a button: do what it asks for, or say why not."""
        query = update.callback_query
        if query is None:
            return
        plan = await self._plan(query, decode(query.data), say_in(update))
        await self._services.delivery.carry_out(update.update_id, plan)

    async def _plan(self, query: CallbackQuery, press: Press | None, say: Phrases) -> Plan:
        unknown = Plan((toast(query.id, say("pressing-unknown"), alert=True),))
        if press is None or press.do is Do.END_WATCH or query.message is None:
            return unknown
        given, helpful = await self._services.state.read(
            partial(
                _read,
                answer_id=press.subject,
                user_id=query.from_user.id,
                chat_id=query.message.chat.id,
            )
        )
        if given is None:
            return Plan((toast(query.id, say("pressing-forgotten"), alert=True),))
        # Only in a private chat is there one reader whose opinion the buttons can show.
        opinion = helpful if query.message.chat.type == ChatType.PRIVATE else None
        if press.do in _FEEDBACK:
            return _feedback(query, given, _FEEDBACK[press.do], opinion, say)
        work = partial(_page, self._services.answerer, press, given, opinion)
        page = await self._services.in_thread(work)
        return Plan((toast(query.id), _put(query, page, given))) if page else unknown


def _read(
    connection: Connection, answer_id: int, user_id: int, chat_id: int
) -> tuple[GivenAnswer | None, bool | None]:
    """An answer that was given in a chat, and what the reader has said of it."""
    given = given_answer(connection, answer_id)
    if given is None or given.chat_id is None:
        return None, None
    if chat_id not in (given.chat_id, former_id(connection, given.chat_id)):
        return None, None
    return given, feedback_of(connection, answer_id, user_id)


def _page(
    answerer: QuestionAnswerer, press: Press, given: GivenAnswer, helpful: bool | None
) -> Page | None:
    """What a button shows, in the language of the answer; None if there is no such thing."""
    say, answer, answer_id = phrases(given.language), given.answer, given.answer_id
    if press.do is Do.SHOW_ANSWER:
        notice = range_notice(given.filters, say)
        return answer_pages(answer, answer_id, say, notice=notice, helpful=helpful)[-1]
    if press.do is Do.SHOW_CLOSEST:
        return closest_page(answer, answer_id, say, page=press.page)
    library = answerer.library
    if press.do is Do.SHOW_SOURCES:
        ids = dict.fromkeys(one for cited in quotations(answer) for one in cited.carried_by)
        articles = [library.article(one) for one in ids if library.is_live(one)]
        carriers = [article for article in articles if article]
        return other_sources_page(answer, answer_id, say, carriers=carriers, page=press.page)
    if press.item >= len(quotations(answer)):
        return None
    citation = quotations(answer)[press.item]
    article, live = library.article(citation.article_id), library.is_live(citation.article_id)
    return passage_page(article, live, citation, answer_id, press.item, press.page, say)


def _put(query: CallbackQuery, page: Page, given: GivenAnswer) -> Outgoing:
    """Show a page in the message of the button; below it, if that cannot be edited any more."""
    message = query.message
    if message is None:
        raise TypeError("a page needs a chat")
    if message.is_accessible:
        return edit(message.chat.id, message.message_id, page, given.answer_id)
    return send(Place(message.chat.id, given.thread_id), [page], given.answer_id)[0]


def _feedback(
    query: CallbackQuery, given: GivenAnswer, helpful: bool, opinion: bool | None, say: Phrases
) -> Plan:
    """Keep what a reader thinks; a private chat shows it, too."""
    calls = [toast(query.id, say("pressing-helpful" if helpful else "pressing-unhelpful"))]
    message = query.message
    private = message is not None and message.chat.type == ChatType.PRIVATE
    if message and message.is_accessible and private and opinion != helpful:
        words = phrases(given.language)
        keyboard = answer_keyboard(given.answer, given.answer_id, words, helpful)
        calls.append(edit_buttons(message.chat.id, message.message_id, keyboard))
    now, user_id = time.time(), query.from_user.id
    return Plan(
        tuple(calls),
        lambda connection: put_feedback(connection, given.answer_id, user_id, helpful, now),
    )
