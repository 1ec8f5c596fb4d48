"""Pages as Telegram takes them and as their readers see them, for the tests of what is shown."""

import json
from collections.abc import Iterable, Sequence

import regex

from bot.messenger.plan import Button, Json, Keyboard, Page
from tests.telegram_server import Call, Entity, lint, parse_html, utf16_units

# What clients do not draw, and Telegram therefore takes for nothing when it is all there is.
UNSEEN = regex.compile(
    r"[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u030a\u0333\u033f\u2800\ufffc]*+"
)


def read(html: str) -> tuple[str, list[Entity]]:
    """Text and entities of a message, which Telegram must take."""
    text, entities = parse_html(html)
    assert not UNSEEN.fullmatch(text), "Telegram refuses a message that shows nothing"
    assert utf16_units(text) <= 4096
    assert len(entities) <= 100
    assert len(html) < 8_192 or len(html.encode()) <= 32_768
    return text, entities


def stretches(html: str) -> list[tuple[str, str]]:
    """The formatted stretches of a message: type and text."""
    text, entities = read(html)
    return [(entity.type, text_of(text, entity)) for entity in entities]


def text_of(text: str, entity: Entity) -> str:
    """The part of a text that an entity formats."""
    start, end = entity.offset, entity.offset + entity.length
    if text.isascii():
        return text[start:end]
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def stretch(html: str, kind: str) -> str:
    """All stretches of one type, one after the other."""
    return "".join(text for type_, text in stretches(html) if type_ == kind)


def links(html: str) -> list[str]:
    """The addresses of a message."""
    return [entity.url for entity in read(html)[1] if entity.url]


def labels(keyboard: Keyboard) -> list[list[str]]:
    """What is written on the buttons."""
    return [[button.text for button in row] for row in keyboard]


def buttons(pages: Iterable[Page]) -> list[Button]:
    """All buttons below some pages."""
    return [button for page in pages for row in page.keyboard for button in row]


def refusals(pages: Sequence[Page]) -> list[str]:
    """What the Bot API would refuse or spoil of these pages."""
    found = lint(_sent(page.html) for page in pages)
    for button in buttons(pages):
        if not 1 <= len((button.data or "").encode()) <= 64:
            found.append(f"callback data of {button!r}")
        if not UNSEEN.sub("", button.text):
            found.append(f"no words on {button!r}")
    return found


def refused_cards(cards: Sequence[Json]) -> list[str]:
    """What the Bot API would refuse of inline results."""
    found = lint(_sent(card["input_message_content"]["message_text"]) for card in cards)
    ids = [card["id"] for card in cards]
    if len(set(ids)) < len(ids) or not all(1 <= len(one.encode()) <= 64 for one in ids):
        found.append(f"ids {ids}")
    if not all(UNSEEN.sub("", card["title"]) for card in cards):
        found.append("a card without a title")
    return found


def sendable(text: str) -> str:
    """A text as it can be sent: UTF-8 has no halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


def seen(text: str) -> str:
    """A text without what is not seen."""
    return UNSEEN.sub("", sendable(text))


def _sent(html: str) -> Call:
    preview = json.dumps({"is_disabled": True})
    return Call(
        "sendMessage", {"text": html, "parse_mode": "HTML", "link_preview_options": preview}
    )
