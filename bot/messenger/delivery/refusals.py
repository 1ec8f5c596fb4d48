"""What to do about each way in which a call of the Bot API can fail: one table, read downward.

Telegram documents few of these descriptions; they are those of the Bot API server and of
Telegram behind it. Knows nothing of how calls are made or stored.

Sources: https://core.telegram.org/bots/api#making-requests, https://core.telegram.org/api/errors
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from html.parser import HTMLParser
from typing import Any

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.messenger.display.markup import MAX_UNITS

Json = dict[str, Any]

EDITS = frozenset({"editMessageText", "editMessageReplyMarkup"})
QUERIES = frozenset({"answerCallbackQuery", "answerInlineQuery"})
REPEATABLE = EDITS | QUERIES | {"deleteMessage"}
"""Made twice, they do no more than once."""


class Verdict(Enum):
    """What a failure means for a call."""

    DONE = auto()
    """Telegram finds it done already."""
    REFUSED = auto()
    """It cannot be done, which is nobody's fault."""
    WRONG = auto()
    """It cannot be done, which is a fault of the bot."""
    MUTED = auto()
    """The chat takes nothing from the bot for now."""
    GONE = auto()
    """The chat has blocked or removed the bot, or is no more."""
    AMEND = auto()
    """It can be done in another form."""
    MOVED = auto()
    """The chat has another id now."""
    WAIT = auto()
    """Not before the time that Telegram names."""
    NOT_SENT = auto()
    """It never reached Telegram."""
    UNCERTAIN = auto()
    """It may have been done."""
    FATAL = auto()
    """Nothing can be done any more."""


Amendment = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of failure.

    Attributes:
        sign: Part of its description, in lower case.
        verdict: What it means.
        methods: The calls that it is about; all, if none are named.
        amend: The other form of the parameters, for `AMEND`.
    """

    sign: str
    verdict: Verdict
    methods: frozenset[str] = frozenset()
    amend: Amendment | None = None


def without(name: str) -> Amendment:
    """Leave a parameter out."""
    return lambda parameters: {key: value for key, value in parameters.items() if key != name}


def as_plain_text(parameters: Json) -> Json:
    """Send the text of HTML instead of HTML, as much of it as a message takes."""
    if "parse_mode" not in parameters:
        return parameters
    parser = _Text()
    parser.feed(str(parameters.get("text", "")))
    parser.close()
    text = "".join(parser.parts).encode("utf-16-le", "replace")[: 2 * MAX_UNITS]
    return {**without("parse_mode")(parameters), "text": text.decode("utf-16-le", "ignore")}


_DELETE = frozenset({"deleteMessage"})

RULES = (
    # The message that is changed, or the query that is answered.
    Rule("message is not modified", Verdict.DONE, EDITS),
    Rule("message to edit not found", Verdict.REFUSED, EDITS),
    Rule("message can't be edited", Verdict.REFUSED, EDITS),
    Rule("message_id_invalid", Verdict.REFUSED, EDITS),
    Rule("message to delete not found", Verdict.DONE, _DELETE),
    Rule("message can't be deleted", Verdict.REFUSED, _DELETE),
    Rule("query is too old", Verdict.REFUSED, QUERIES),
    Rule("query_id_invalid", Verdict.REFUSED, QUERIES),
    # What the message is like.
    Rule("can't parse entities", Verdict.AMEND, amend=as_plain_text),
    Rule("button", Verdict.AMEND, amend=without("reply_markup")),
    Rule("message thread not found", Verdict.AMEND, amend=without("message_thread_id")),
    Rule("topic_deleted", Verdict.AMEND, amend=without("message_thread_id")),
    Rule("message to be replied not found", Verdict.AMEND, amend=without("reply_parameters")),
    Rule("quote_text_invalid", Verdict.AMEND, amend=without("reply_parameters")),
    Rule("message is too long", Verdict.WRONG),
    Rule("message text is empty", Verdict.WRONG),
    # The chat.
    Rule("have no rights to send", Verdict.MUTED),
    Rule("not enough rights", Verdict.MUTED),
    Rule("need administrator rights", Verdict.MUTED),
    Rule("chat_write_forbidden", Verdict.MUTED),
    Rule("chat_restricted", Verdict.MUTED),
    Rule("topic_closed", Verdict.MUTED),
    Rule("chat not found", Verdict.GONE),
    Rule("user not found", Verdict.GONE),
    Rule("peer_id_invalid", Verdict.GONE),
    Rule("user is deactivated", Verdict.GONE),
    Rule("chat was deactivated", Verdict.GONE),
    # Telegram is busy, and says so without naming a time.
    Rule("too many requests", Verdict.NOT_SENT),
)

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_BY_TYPE: tuple[tuple[type[TelegramError], Verdict], ...] = (
    (RetryAfter, Verdict.WAIT),
    (ChatMigrated, Verdict.MOVED),
    (InvalidToken, Verdict.FATAL),
    (Conflict, Verdict.FATAL),
)
_OTHERWISE: tuple[tuple[type[TelegramError], Verdict], ...] = (
    (Forbidden, Verdict.GONE),
    (BadRequest, Verdict.WRONG),
    (TelegramError, Verdict.UNCERTAIN),
)


def rule_for(method: str, error: TelegramError) -> Rule:
    """The rule for a failure of a call: by what it is, else by its description."""
    said = str(error).lower()
    if isinstance(error.__cause__, httpx.HTTPError):
        never_left = isinstance(error.__cause__, _NEVER_LEFT)
        return Rule(said, Verdict.NOT_SENT if never_left else Verdict.UNCERTAIN)
    candidates = (
        *(Rule(said, verdict) for kind, verdict in _BY_TYPE if isinstance(error, kind)),
        *(rule for rule in RULES if rule.sign in said and method in (rule.methods or {method})),
        *(Rule(said, verdict) for kind, verdict in _OTHERWISE if isinstance(error, kind)),
    )
    return candidates[0]


class _Text(HTMLParser):
    """What is left of HTML without its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.parts.append(data)
