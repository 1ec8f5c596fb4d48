"""What a message brings to be indexed: a file, a post of a channel, or links.

Knows messages, and not who may bring what.
"""

import re
import unicodedata
from dataclasses import dataclass

from telegram import Document, Message, MessageOriginChannel, Update
from telegram.ext import filters

from bot.messenger.chats import Addressed
from bot.messenger.editing.editorial import Post
from index.formats.files import SUFFIXES
from index.metadata import Metadata

MAX_NAME_CHARS = 120
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_AROUND_NAME = ",.:;!–—-"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file.

    Attributes:
        name: As it is to be known, on one line and without a folder.
        file_id: What Telegram calls it.
        bytes: Its size, if Telegram tells it.
        is_readable: Whether files of its kind can be indexed.
    """

    name: str
    file_id: str
    bytes: int | None
    is_readable: bool


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses on the web, each once."""

    urls: tuple[str, ...]


Brought = Upload | Post | Links


class Bringing(filters.MessageFilter):
    """Messages to the bot that bring something.

    A file that cannot be indexed counts if an editor brings it: from others it is no attempt.
    """

    def __init__(self, editors: frozenset[int]) -> None:
        """Know who the editors are."""
        super().__init__()
        self._editors, self._addressed = editors, Addressed()

    def filter(self, message: Message) -> bool:
        """Whether the message brings something."""
        if not self._addressed.filter(message):
            return False
        found = brought(message)
        if isinstance(found, Upload) and not found.is_readable:
            return message.from_user is not None and message.from_user.id in self._editors
        return found is not None


def is_brought_by(editors: frozenset[int], update: Update) -> bool:
    """Whether an update is a message by which an editor brings something."""
    message, user = update.message, update.effective_user
    if message is None or user is None or user.id not in editors:
        return False
    return Bringing(editors).filter(message)


def brought(message: Message) -> Brought | None:
    """What a message brings; None for a question, and for whatever else there is."""
    message = _meant(message)
    document = None if message.animation else message.document  # a moving picture seems a document
    upload = _upload(document) if document else None
    if upload and upload.is_readable:
        return upload
    if isinstance(message.forward_origin, MessageOriginChannel):
        return _post(message, message.forward_origin)
    if upload:
        return upload
    words = [word for word in (message.text or "").split() if not _is_name(word, message)]
    if words and all(_LINK.fullmatch(word) for word in words):
        return Links(tuple(dict.fromkeys(words)))
    return None


def _meant(message: Message) -> Message:
    """The message that is spoken of: what somebody replies to with nothing but our name."""
    said, bot = message.reply_to_message, message.get_bot()
    named = message.text is not None and all(
        _is_name(word, message) for word in message.text.split()
    )
    if not named or said is None or (said.from_user and said.from_user.id == bot.id):
        return message
    return said


def _is_name(word: str, message: Message) -> bool:
    """Whether a word does nothing but address the bot."""
    name = f"@{message.get_bot().username}".casefold()
    return word.strip(_AROUND_NAME).casefold() in (name, "")


def _upload(document: Document) -> Upload:
    name = _file_name(document.file_name or "")
    is_readable = name.lower().endswith(SUFFIXES)
    return Upload(name, document.file_id, document.file_size, is_readable)


def _file_name(told: str) -> str:
    """A name as it can be shown and stored; what comes from elsewhere may be anything."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", told)[-1])
    kept = "".join(character if character.isprintable() else " " for character in last)
    name = " ".join(kept.split())
    suffix = next((name[-len(one) :] for one in _LONGEST_FIRST if name.lower().endswith(one)), "")
    return name.removesuffix(suffix)[: MAX_NAME_CHARS - len(suffix)] + suffix


_LONGEST_FIRST = sorted(SUFFIXES, key=len, reverse=True)


def _post(message: Message, origin: MessageOriginChannel) -> Post:
    """A post by the place where it was published, whoever has forwarded it."""
    channel = origin.chat
    address = f"https://t.me/{channel.username}/{origin.message_id}" if channel.username else None
    stated = Metadata(
        source=channel.title,
        author=origin.author_signature,
        published=origin.date.isoformat(),
        url=address,
    )
    return Post(channel.id, origin.message_id, message.text or message.caption or "", stated)
