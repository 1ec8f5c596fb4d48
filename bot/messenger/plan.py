"""What the bot is going to do about an update: calls of the Bot API, and what it remembers.

A plan is stored before any of it is done, so that a crash can neither lose nor repeat it. Knows
the names of the Bot API; knows nothing of how calls are made.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from index.sql import Connection

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message: `data` comes back when it is pressed, `url` is opened."""

    text: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One message: Telegram HTML within its limits, and the buttons below it."""

    html: str
    keyboard: Keyboard = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes.

    Attributes:
        chat_id: The chat.
        thread_id: The topic of a forum.
        reply_to: The message that is replied to, in the same chat.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One call of the Bot API, to be made at most once.

    Attributes:
        method: `sendMessage`, `editMessageText`, `editMessageReplyMarkup`, `deleteMessage`,
            `answerCallbackQuery` or `answerInlineQuery`.
        parameters: As the Bot API names them; JSON-ready.
        answer_id: The answer that the message shows, if it shows one.
    """

    method: str
    parameters: Json
    answer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one update, or one change of the index, leads to.

    Attributes:
        calls: Made in order.
        remember: Runs in the transaction that stores the calls.
    """

    calls: tuple[Outgoing, ...] = ()
    remember: Callable[[Connection], None] = field(default=lambda connection: None)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one call: `message_id` where it made or changed a message."""

    status: str
    message_id: int | None = None


class Delivery(Protocol):
    """Carries out plans, each once, in order within a lane."""

    async def carry_out(self, update_id: int, plan: Plan) -> list[Delivered]:
        """Store what an update leads to, then do it; once for each update.

        Returns:
            What became of each call, in order; empty if the update had a plan already.
        """
        ...

    async def notify(self, chat_id: int, plan: Plan) -> list[Delivered]:
        """Store and do what no update has asked for, after what its chat already waits for."""
        ...


def send(place: Place, pages: Sequence[Page], answer_id: int | None = None) -> list[Outgoing]:
    """Send pages, the first as the reply."""
    return [
        Outgoing(
            "sendMessage",
            {
                "chat_id": place.chat_id,
                **_content(page),
                **({} if place.thread_id is None else {"message_thread_id": place.thread_id}),
                **({} if n or place.reply_to is None else _replying(place.reply_to)),
            },
            answer_id,
        )
        for n, page in enumerate(pages)
    ]


def edit(chat_id: int, message_id: int, page: Page, answer_id: int | None = None) -> Outgoing:
    """Put a page in the place of a message of the bot."""
    target = {"chat_id": chat_id, "message_id": message_id}
    return Outgoing("editMessageText", {**target, **_content(page)}, answer_id)


def edit_buttons(chat_id: int, message_id: int, keyboard: Keyboard) -> Outgoing:
    """Put other buttons below a message of the bot; its text stays."""
    target = {"chat_id": chat_id, "message_id": message_id}
    return Outgoing("editMessageReplyMarkup", {**target, "reply_markup": _markup(keyboard)})


def delete(chat_id: int, message_id: int) -> Outgoing:
    """Delete a message of the bot."""
    return Outgoing("deleteMessage", {"chat_id": chat_id, "message_id": message_id})


def toast(callback_query_id: str, text: str = "", *, alert: bool = False) -> Outgoing:
    """Answer the press of a button with up to 200 characters, or with nothing."""
    return Outgoing(
        "answerCallbackQuery",
        {"callback_query_id": callback_query_id, "text": text, "show_alert": alert},
    )


def new_answer_id() -> int:
    """An id for an answer that nobody can guess, short enough for a button."""
    return secrets.randbits(53)


def _content(page: Page) -> Json:
    content: Json = {
        "text": page.html,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if page.keyboard:
        content["reply_markup"] = _markup(page.keyboard)
    return content


def _markup(keyboard: Keyboard) -> Json:
    return {"inline_keyboard": [[_button(button) for button in row] for row in keyboard]}


def _button(button: Button) -> Json:
    target = {"callback_data": button.data} if button.data else {"url": button.url}
    return {"text": button.text, **target}


def _replying(message_id: int) -> Json:
    return {"reply_parameters": {"message_id": message_id, "allow_sending_without_reply": True}}
