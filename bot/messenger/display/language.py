"""The words of the bot in the language of its user, from the Fluent files in `locale/`.

Knows which languages there are and how one is chosen; knows nothing of what is said. Syntax of
the files: https://projectfluent.org/fluent/guide/
"""

import logging
import re
from functools import cache, lru_cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("en", "ru", "tr", "ar")
"""What there are files for; the first stands in for every other language."""

_RIGHT_TO_LEFT = frozenset({"ar"})
_FIRST_STRONG, _POP = "\u2068", "\u2069"
# Without its own direction a command reads as "reset/" in a line from right to left.
_COMMAND = re.compile(r"(?<![\w/<>@.:-])/[a-z]\w*", re.ASCII)
_MAX_PLACEABLE_CHARS = 2000  # fluent.runtime gives up a whole message for an argument over 2,500

logger = logging.getLogger(__name__)


class Phrases:
    """The words of one language; call it with a key and the arguments of that phrase."""

    def __init__(self, language: str) -> None:
        """Use `phrases`."""
        self.language = language

    def __call__(self, key: str, **arguments: object) -> str:
        """A phrase: in this language, else in English, else made of its key.

        What is missing is logged, and never keeps anybody from an answer.

        Args:
            key: As in the Fluent files, such as "buttons-helpful".
            arguments: Texts and numbers; numbers choose plurals and get their separators.
        """
        numbers = tuple((name, one) for name, one in arguments.items() if isinstance(one, int))
        if len(numbers) == len(arguments):
            return _said_of_numbers(self.language, key, numbers)
        return _said(self.language, key, arguments)


def phrases(code: str | None) -> Phrases:
    """The words for a language code as Telegram gives it, such as "ru" or "pt-BR"."""
    language = re.split("[-_]", (code or "").lower())[0]
    return Phrases(language if language in LANGUAGES else LANGUAGES[0])


@lru_cache(maxsize=4096)
def _said_of_numbers(language: str, key: str, numbers: tuple[tuple[str, int], ...]) -> str:
    """A phrase that is said again and again; what users write is not kept here."""
    return _said(language, key, dict(numbers))


def _said(language: str, key: str, arguments: dict[str, object]) -> str:
    for known in (language, LANGUAGES[0]):
        if _bundle(known).has_message(key):
            return _formatted(known, key, arguments)
    logger.error("There is no phrase %r", key)
    return key.partition("-")[2].replace("-", " ") or key


@cache
def _bundle(language: str) -> FluentBundle:
    """All files of a language; names and numbers keep their own direction among Arabic words."""
    bundle = FluentBundle([language], use_isolating=language in _RIGHT_TO_LEFT)
    folder = files("bot.messenger.display") / "locale" / language
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def _formatted(language: str, key: str, arguments: dict[str, object]) -> str:
    """A phrase with its arguments, however long they are."""
    long = {
        name: value
        for name, value in arguments.items()
        if isinstance(value, str) and len(value) > _MAX_PLACEABLE_CHARS
    }
    marks = {name: f"\ue000{name}\ue001" for name in long}
    bundle = _bundle(language)
    text, errors = bundle.format_pattern(bundle.get_message(key).value, {**arguments, **marks})
    for error in errors:  # names the argument, never its value
        logger.error("Phrase %r in %r: %s", key, language, error)
    text = str(text)
    if language in _RIGHT_TO_LEFT:
        text = _COMMAND.sub(rf"{_FIRST_STRONG}\g<0>{_POP}", text)
    for name, mark in marks.items():
        text = text.replace(mark, long[name])
    return text
