"""A Bot API server on loopback for the tests of the bot.

`server` wraps lo-bot-api-emulator, which owns HTTP parsing, update queues, long polling and
request checks; `html_oracle` parses message HTML as Telegram does; `lint` lists what Telegram
would refuse or spoil in recorded calls.

Known difference: of two processes that poll with one token the newer gets the 409; Telegram
ends the older.
"""

from tests.telegram_server.html_oracle import Entity, parse_html, utf16_units
from tests.telegram_server.lint import lint
from tests.telegram_server.server import (
    BOT,
    GROUP_ID,
    LOST_AFTER,
    LOST_BEFORE,
    TOKEN,
    BotApiServer,
    Call,
    Fault,
)

__all__ = [
    "BOT",
    "GROUP_ID",
    "LOST_AFTER",
    "LOST_BEFORE",
    "TOKEN",
    "BotApiServer",
    "Call",
    "Entity",
    "Fault",
    "lint",
    "parse_html",
    "utf16_units",
]
