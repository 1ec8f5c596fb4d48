"""Rules that every outgoing message must satisfy, checked on recorded calls."""

import json
from collections.abc import Iterable

from tests.telegram_server.html_oracle import parse_html, utf16_units
from tests.telegram_server.server import Call

_TEXT_METHODS = {"sendMessage", "editMessageText"}


def lint(calls: Iterable[Call]) -> list[str]:
    """What Telegram would refuse, truncate or decorate unasked, one line each."""
    return [
        f"{call.method}: {problem}: {call.params.get('text', '')[:80]!r}"
        for call in calls
        if call.method in _TEXT_METHODS
        for problem in _problems(call.params)
    ]


def _problems(params: dict[str, str]) -> list[str]:
    source = params.get("text", "")
    if params.get("parse_mode", "").lower() != "html":
        return ["not HTML, so special characters may format it"]
    try:
        text, entities = parse_html(source)
    except ValueError as exc:
        return [str(exc)]
    preview = json.loads(params.get("link_preview_options", "{}"))
    found = {
        "over 32 KiB before parsing": len(source.encode()) > 32_768,
        "over 4096 UTF-16 units": utf16_units(text) > 4096,
        "over 100 entities, the rest is dropped": len(entities) > 100,
        "nothing to show": not text.strip(),
        "link preview left on": not preview.get("is_disabled"),
    }
    return [problem for problem, present in found.items() if present]
