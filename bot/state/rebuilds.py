"""The rebuild of the index that somebody has asked for and not yet heard the end of.

Written before it begins and deleted together with the message that says how it ended, so that
one which the process did not survive is found at the next start. There is one at most. Knows
nothing of how an index is rebuilt.
"""

import json
from dataclasses import asdict, dataclass

from bot.state.schema import put_meta
from index.sql import Connection

_KEY = "rebuild"


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Where its end is to be told.

    Attributes:
        chat_id: The chat.
        thread_id: The topic of a forum.
        language: Of whoever asked for it.
        began: When, in seconds since 1970; tells one from another.
        message_id: The message that shows how far it is, once that is known.
    """

    chat_id: int
    thread_id: int | None
    language: str
    began: float
    message_id: int | None = None


def put_rebuild(connection: Connection, rebuild: Rebuild) -> None:
    """Remember a rebuild, or what is newly known of it."""
    told = json.dumps(asdict(rebuild))
    put_meta(connection, _KEY, told)


def open_rebuild(connection: Connection) -> Rebuild | None:
    """The rebuild whose end has not been told."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return Rebuild(**json.loads(row[0])) if row else None


def end_rebuild(connection: Connection, rebuild: Rebuild) -> None:
    """Its end is about to be told; another that has begun meanwhile stays."""
    present = open_rebuild(connection)
    if present and present.began == rebuild.began:
        connection.execute("DELETE FROM meta WHERE key = ?", (_KEY,))
