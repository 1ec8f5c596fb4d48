"""/withdraw: an article is named, shown, and quoted no more once an editor has said so.

Its versions stay in the index, so that it can come back.
"""

from functools import partial

from telegram import CallbackQuery, Message, Update
from telegram.ext import CommandHandler

from bot.messenger.chats import (
    OWN_COMMAND,
    Context,
    Handler,
    PressHandler,
    message_of,
    reply,
    say_in,
)
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.display.quoting import MAX_NAME_UNITS, clipped, one_line
from bot.messenger.editing.editorship import Editorship, explained
from bot.messenger.editing.newsroom import Newsroom
from bot.messenger.editing.reports import confirm_page, withdrawal_page, withdrawn_id
from bot.messenger.plan import Outgoing, Page, Place, Plan, edit, send, toast
from bot.messenger.services import Services
from bot.state.conversations import answer_shown_by
from index.articles import Article
from index.errors import DatelineError


def handlers(services: Services, newsroom: Newsroom) -> list[Handler]:
    """What withdraws articles."""
    withdrawing = _Withdrawing(services, newsroom)
    return [
        CommandHandler("withdraw", withdrawing.ask, OWN_COMMAND),
        PressHandler(withdrawing.press, r"^withdraw:(?:[0-9a-f]{16}|-)$"),
    ]


class _Withdrawing:
    """Withdraws articles, after asking."""

    def __init__(self, services: Services, newsroom: Newsroom) -> None:
        self._services, self._newsroom = services, newsroom
        self._editors = Editorship(services)

    async def ask(self, update: Update, context: Context) -> None:
        """/withdraw: ask whether the article that is named is meant."""
        if not await self._editors.may(update, "/withdraw"):
            return
        say = say_in(update)
        try:
            pages = await self._question(message_of(update), say)
        except DatelineError as exc:
            pages = plain_pages(explained(exc, say))
        await reply(self._services, update, pages)

    async def press(self, update: Update, context: Context) -> None:
        """A button below that question: withdraw the article, or keep it."""
        query, say = update.callback_query, say_in(update)
        if query is None:
            return
        if not self._editors.is_editor(update, "press a button of /withdraw"):
            calls = [toast(query.id, say("editing-editors-only"), alert=True)]
        else:
            calls = [toast(query.id), *await self._decided(query, say)]
        await self._services.delivery.carry_out(update.update_id, Plan(tuple(calls)))

    async def _question(self, message: Message, say: Phrases) -> list[Page]:
        """Ask about the articles that are meant, or say why there are none."""
        name, replied = (
            "".join((message.text or "").strip().split(maxsplit=1)[1:]),
            message.reply_to_message,
        )
        articles: list[Article] = []
        unknown = say("editing-withdraw-usage")
        if name:
            articles = await self._find(name)
            shown = clipped(one_line(name), MAX_NAME_UNITS)
            unknown = say("editing-withdraw-unknown", name=shown)
        elif replied:
            given = await self._services.state.read(
                lambda connection: answer_shown_by(connection, message.chat.id, replied.message_id)
            )
            cited = given.answer.citations[:1] if given else ()
            articles = [article for one in cited for article in await self._find(one.article_id)]
            unknown = say("editing-withdraw-gone" if cited else "editing-withdraw-no-quotation")
        return [confirm_page(articles, say)] if articles else plain_pages(unknown)

    async def _find(self, name: str) -> list[Article]:
        return await self._services.in_thread(partial(self._newsroom.desk.find, name))

    async def _decided(self, query: CallbackQuery, say: Phrases) -> list[Outgoing]:
        """Do what an editor has decided about an article."""
        message = query.message
        if message is None:  # the bot writes no message that has none
            return []
        place = Place(message.chat.id, reply_to=message.message_id)
        article_id = withdrawn_id(query.data or "")
        if article_id is None:
            page = plain_pages(say("editing-kept"))[0]
        elif self._newsroom.is_rebuilding:
            return send(place, plain_pages(say("editing-rebuild-running")))
        else:
            work = partial(self._newsroom.desk.withdraw, article_id)
            try:
                page = withdrawal_page(await self._newsroom.have_done(work), say)
            except DatelineError as exc:
                return send(place, plain_pages(explained(exc, say)))
        return [edit(message.chat.id, message.message_id, page)]
