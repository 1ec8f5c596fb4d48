"""/since and /until: which articles, by their dates, the answers in a chat may come from.

What dates in words mean is said in `retrieval.times.periods`.
"""

from dataclasses import replace
from functools import partial

from telegram import Message, Update
from telegram.ext import CommandHandler

from bot.messenger.chats import OWN_COMMAND, Context, Handler, message_of, note_chat, reply, say_in
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import plain_pages
from bot.messenger.plan import Page
from bot.messenger.reading.answering import range_notice
from bot.messenger.services import QuestionAnswerer, Services
from bot.state.people import known_chat, set_range
from index.filters import Filters
from index.sql import Connection
from retrieval.times.periods import LANGUAGES, read_period

_SINCE, _UNTIL = "since", "until"
_MAX_ECHO = 60
_CLEARING = frozenset(
    """off all any none no clear reset - – — выкл выключить убрать всё все нет любые сброс kapat
    kapalı hepsi tümü yok sıfırla إيقاف الكل كل بدون إلغاء""".split()
)


def handlers(services: Services) -> list[Handler]:
    """What answers the two commands."""
    bound = _Bounding(services).bound
    return [CommandHandler(end, partial(bound, end=end), OWN_COMMAND) for end in (_SINCE, _UNTIL)]


class _Bounding:
    """Sets, lifts and shows the bounds of a chat."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def bound(self, update: Update, context: Context, *, end: str) -> None:
        """/since or /until, with a date in words, "off", or nothing."""
        message, say, words = message_of(update), say_in(update), " ".join(context.args or ())
        usage = say("bounding-since-usage" if end == _SINCE else "bounding-until-usage")
        known = await self._services.state.read(
            lambda connection: known_chat(connection, message.chat.id)
        )
        if not words:
            await self._reply(update, _shown(known.filters, say), usage)
            return
        bounds = replace(known.filters, **{end: None})
        if not is_clearing(words):
            languages = sorted(LANGUAGES, key=lambda one: one != say.language)
            work = partial(read_period, words, message.date.date(), languages)
            period = await self._services.in_thread(work)
            if period is None:
                unread = say("bounding-unread", words=words[:_MAX_ECHO])
                await self._reply(update, unread, usage)
                return
            day = period.first if end == _SINCE else period.last
            bounds = replace(bounds, **{end: day.isoformat()})
        await self._set(update, message, bounds, say)

    async def _set(self, update: Update, message: Message, bounds: Filters, say: Phrases) -> None:
        """Set bounds between which there can be something."""
        if bounds.since and bounds.until and bounds.since > bounds.until:
            text = say("bounding-empty", since=bounds.since, until=bounds.until)
            await self._reply(update, text)
            return

        def remember(connection: Connection) -> None:
            note_chat(connection, message)
            set_range(connection, message.chat.id, bounds)

        newest = await self._services.in_thread(partial(_newest_day, self._services.answerer))
        parts = [_shown(bounds, say)]
        if bounds.since and newest and newest < bounds.since:
            parts.append(say("bounding-nothing-yet", newest=newest))
        await reply(self._services, update, _pages(*parts), remember)

    async def _reply(self, update: Update, *parts: str) -> None:
        await reply(self._services, update, _pages(*parts))


def is_clearing(text: str) -> bool:
    """Whether the words ask for no bound at all, such as "off"."""
    return text.strip().casefold() in _CLEARING


def _pages(*parts: str) -> list[Page]:
    return plain_pages("\n\n".join(parts))


def _shown(bounds: Filters, say: Phrases) -> str:
    return range_notice(bounds, say) or say("bounding-none")


def _newest_day(answerer: QuestionAnswerer) -> str | None:
    """The day of the newest article that has one."""
    newest = answerer.library.latest(1)
    return (newest[0].published or "")[:10] or None if newest else None
