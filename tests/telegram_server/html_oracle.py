"""Message HTML as the Bot API reads it: source in, text and entities out, or its refusal.

Written from https://core.telegram.org/bots/api#html-style; shares nothing with the bot.
"""

import re
from dataclasses import dataclass

_ENTITY_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[a-zA-Z0-9.\-]+)"
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)"
    rf"(?P<attributes>(?:\s+[a-zA-Z-]+(?:\s*=\s*{_VALUE})?)*)\s*>"
)
_ATTRIBUTE = re.compile(rf"([a-zA-Z-]+)(?:\s*=\s*({_VALUE}))?")
_REFERENCE = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|[a-zA-Z]+);?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None


def utf16_units(text: str) -> int:
    """Length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Parse message HTML.

    Raises:
        ValueError: The server would refuse it; the message is worded as there.
    """
    text = ""
    entities: list[Entity] = []
    opened: list[tuple[str, int, dict[str, str]]] = []
    at = 0
    while (bracket := source.find("<", at)) >= 0:
        text += _decoded(source[at:bracket])
        tag = _TAG.match(source, bracket)
        if not tag or tag["name"].lower() not in _ENTITY_TYPES:
            shown = source[bracket + 1 : bracket + 15]
            raise ValueError(f'can\'t parse entities: Unsupported start tag "{shown}"')
        name = tag["name"].lower()
        if not tag["end"]:
            if name == "blockquote" and any(outer == name for outer, *_ in opened):
                raise ValueError("can't parse entities: blockquotes can't be nested")
            opened.append((name, utf16_units(text), _attributes(tag["attributes"])))
        elif not opened or opened[-1][0] != name:
            raise ValueError(f'can\'t parse entities: Unmatched end tag, found "</{name}>"')
        else:
            entities += _entity(*opened.pop(), end=utf16_units(text))
        at = tag.end()
    if opened:
        raise ValueError(f"can't parse entities: Can't find end tag for \"{opened[-1][0]}\"")
    text += _decoded(source[at:])
    return text, sorted(entities, key=lambda entity: (entity.offset, -entity.length))


def _entity(name: str, start: int, attributes: dict[str, str], *, end: int) -> list[Entity]:
    """The entity of one element; an empty one, or a link to nowhere, leaves no trace."""
    kind = _ENTITY_TYPES[name]
    if name == "blockquote" and "expandable" in attributes:
        kind = "expandable_blockquote"
    url = attributes.get("href") if name == "a" else None
    if end == start or (name == "a" and not url):
        return []
    return [Entity(kind, start, end - start, url)]


def _attributes(source: str) -> dict[str, str]:
    return {
        match[1].lower(): _decoded((match[2] or "").strip("\"'"))
        for match in _ATTRIBUTE.finditer(source)
    }


def _decoded(source: str) -> str:
    return _REFERENCE.sub(_character, source)


def _character(reference: re.Match[str]) -> str:
    """The character of a reference; unknown names stay as they are, as on the real server."""
    name = reference[1]
    if name.startswith(("#x", "#X")):
        return chr(int(name[2:], 16))
    if name.startswith("#"):
        return chr(int(name[1:]))
    return _NAMED.get(name, reference[0])
