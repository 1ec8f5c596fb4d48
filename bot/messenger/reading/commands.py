"""Commands that tell: how to ask, what is indexed; and the one that begins a conversation anew.

Says which commands there are, also those that other modules answer.
"""

import time
from collections.abc import Sequence
from functools import partial

from telegram import Update
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.messenger.chats import (
    OWN_COMMAND,
    Context,
    Handler,
    message_of,
    note_chat,
    reply,
    say_in,
    topic_of,
)
from bot.messenger.display.language import Phrases
from bot.messenger.display.pages import (
    MAX_LATEST,
    MAX_SOURCES,
    latest_pages,
    plain_pages,
    sources_pages,
)
from bot.messenger.reading import bounding, forgetting
from bot.messenger.reading.access import editors
from bot.messenger.services import QuestionAnswerer, Services
from bot.state.conversations import forget_conversation
from bot.state.people import known_chat, set_noticed
from index.articles import Article
from index.sql import Connection

_MENU = "ask sources latest since until watch watches reset forget help".split()
_EDITORS_MENU = "withdraw status rebuild".split()


def menu(say: Phrases) -> list[tuple[str, str]]:
    """The commands for everybody, each with what it does."""
    return _described(_MENU, say)


def editors_menu(say: Phrases) -> list[tuple[str, str]]:
    """The further commands for editors."""
    return _described(_EDITORS_MENU, say)


def handlers(services: Services) -> list[Handler]:
    """What answers commands; an edited command is none."""
    commands, new = _Commands(services), filters.UpdateType.MESSAGE
    return [
        CommandHandler("start", commands.start, new),
        CommandHandler("help", commands.help, new),
        CommandHandler("sources", commands.sources, new),
        CommandHandler("latest", commands.latest, new),
        CommandHandler("reset", commands.reset, OWN_COMMAND),
        *bounding.handlers(services),
        *forgetting.handlers(services),
    ]


def unknown(services: Services) -> list[Handler]:
    """What answers, in a private chat, the commands that no handler before it has taken."""
    strange = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.COMMAND
    return [MessageHandler(strange, _Commands(services).help)]


class _Commands:
    """Carries out commands."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._editors = editors(services.settings)

    async def start(self, update: Update, context: Context) -> None:
        """/start: what the bot is for, and once what it keeps."""
        message, say = message_of(update), say_in(update)
        known = await self._services.state.read(
            lambda connection: known_chat(connection, message.chat.id)
        )

        def remember(connection: Connection) -> None:
            note_chat(connection, message)
            if not known.noticed:
                set_noticed(connection, message.chat.id, time.time())

        stored = "" if known.noticed else f"\n\n{say('asking-stored')}"
        pages = plain_pages(say("commands-start") + stored)
        await reply(self._services, update, pages, remember)

    async def help(self, update: Update, context: Context) -> None:
        """/help, and any command the bot does not have: how to ask, and all commands."""
        message, say = message_of(update), say_in(update)
        parts = [say("commands-help"), _listed(menu(say), say)]
        if message.from_user and message.from_user.id in self._editors:
            parts += [say("commands-editors"), _listed(editors_menu(say), say)]
        await reply(self._services, update, plain_pages("\n\n".join(parts)))

    async def sources(self, update: Update, context: Context) -> None:
        """/sources: what is indexed."""
        newest, count = await self._services.in_thread(partial(_sources, self._services.answerer))
        await reply(self._services, update, sources_pages(newest, count, say_in(update)))

    async def latest(self, update: Update, context: Context) -> None:
        """/latest: the newest articles."""
        newest = await self._services.in_thread(partial(_latest, self._services.answerer))
        await reply(self._services, update, latest_pages(newest, say_in(update)))

    async def reset(self, update: Update, context: Context) -> None:
        """/reset: begin the conversation of this chat, or of this topic, anew."""
        message = message_of(update)
        forget = partial(forget_conversation, chat_id=message.chat.id, thread_id=topic_of(message))
        await reply(self._services, update, plain_pages(say_in(update)("commands-reset")), forget)


def _sources(answerer: QuestionAnswerer) -> tuple[list[Article], int]:
    library = answerer.library
    return library.latest(MAX_SOURCES), library.count()


def _latest(answerer: QuestionAnswerer) -> list[Article]:
    return answerer.library.latest(MAX_LATEST)


def _described(commands: Sequence[str], say: Phrases) -> list[tuple[str, str]]:
    keys = [f"commands-menu-{command}" for command in commands]
    return [(command, say(key)) for command, key in zip(commands, keys, strict=True)]


def _listed(commands: list[tuple[str, str]], say: Phrases) -> str:
    return "\n".join(
        say("commands-line", command=f"/{command}", does=does) for command, does in commands
    )
