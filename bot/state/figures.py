"""How many questions were answered and how fast, and how long anything is kept.

Figures say neither who asked nor what. What is older than the settings allow is deleted here, and
nowhere else.
"""

import asyncio
import logging
import math
import time
from dataclasses import dataclass

from bot.state.database import State
from index.errors import StateError
from index.sql import Connection

DAY_S = 86_400.0
TIDY_EVERY_S = 3600.0
KEEP_FIGURES_S = 90 * DAY_S
MIN_KEEP_IDS_S = 2 * DAY_S
"""Telegram offers an update again for up to a day; until then its id tells that it came before."""
KEPT_IDS = 1000
"""So many of the highest ids are kept however old they are, as Telegram counts on from them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was asked in some stretch of time.

    Attributes:
        questions: How many questions were asked.
        abstained: How many of them the articles did not tell.
        p95_ms: Time within which 95 of 100 were answered; None if none was asked.
    """

    questions: int
    abstained: int
    p95_ms: float | None


def count_question(connection: Connection, asked: float, answered: bool, took_ms: float) -> None:
    """Count one question, asked at a time in seconds since 1970."""
    connection.execute(
        "INSERT INTO questions (asked, answered, took_ms) VALUES (?, ?, ?)",
        (asked, int(answered), took_ms),
    )


def figures(connection: Connection, since: float) -> Figures:
    """What has been asked since a time in seconds since 1970."""
    questions, answered = connection.execute(
        "SELECT count(*), coalesce(sum(answered), 0) FROM questions WHERE asked >= ?", (since,)
    ).fetchone()
    if not questions:
        return Figures(0, 0, None)
    rank = math.ceil(0.95 * questions)
    (p95_ms,) = connection.execute(
        "SELECT took_ms FROM questions WHERE asked >= ? ORDER BY took_ms LIMIT 1 OFFSET ?",
        (since, rank - 1),
    ).fetchone()
    return Figures(questions, questions - int(answered), p95_ms)


def anybody_waits(connection: Connection) -> bool:
    """Whether there are updates that nobody has decided on yet: readers wait."""
    sql = (  # in the words of `updates_open`, or all updates would be looked at
        "SELECT EXISTS (SELECT 1 FROM updates WHERE status IN ('new', 'planned') "
        "AND status = 'new')"
    )
    return bool(connection.execute(sql).fetchone()[0])


def tidy(
    connection: Connection,
    now: float,
    keep_conversations_s: float,
    keep_updates_s: float,
    keep_notices_s: float,
) -> None:
    """Delete what has been kept long enough; nothing that is still to be done.

    Args:
        connection: In a transaction.
        now: Seconds since 1970.
        keep_conversations_s: How long answers stay, with what was said of them.
        keep_updates_s: How long the texts of messages stay once they are done with.
        keep_notices_s: How long chats are told when what an answer quotes has changed.
    """
    _tidy_updates(connection, now, keep_updates_s)
    connection.execute("DELETE FROM answers WHERE given < ?", (now - keep_conversations_s,))
    orphaned = "WHERE answer_id NOT IN (SELECT answer_id FROM answers)"
    connection.execute(f"DELETE FROM answer_messages {orphaned}")  # noqa: S608 - own words
    connection.execute(  # else every look at the index would go through a year of them
        "DELETE FROM cited WHERE answer_id NOT IN (SELECT answer_id FROM answers WHERE given >= ?)",
        (now - keep_notices_s,),
    )
    connection.execute(
        f"DELETE FROM feedback {orphaned} OR given < ?",  # noqa: S608 - own words
        (now - keep_conversations_s,),
    )
    connection.execute("DELETE FROM questions WHERE asked < ?", (now - KEEP_FIGURES_S,))


async def keep_tidy(
    state: State, keep_conversations_s: float, keep_updates_s: float, keep_notices_s: float
) -> None:
    """Delete what has been kept long enough, now and every hour, until cancelled."""
    kept_s = keep_conversations_s, keep_updates_s, keep_notices_s
    while True:
        try:
            await state.write(lambda connection: tidy(connection, time.time(), *kept_s))
            await state.forget_log()
        except StateError as exc:
            logger.error("What is old could not be deleted: %s", exc)
        await asyncio.sleep(TIDY_EVERY_S)


def _tidy_updates(connection: Connection, now: float, keep_s: float) -> None:
    """Forget the contents of updates that are done with, then whose they were, then their ids."""
    connection.execute(
        "DELETE FROM outbox WHERE status NOT IN ('planned', 'sending') AND finished < ? "
        "AND coalesce(update_id NOT IN "
        "(SELECT update_id FROM updates WHERE status IN ('new', 'planned')), TRUE)",
        (now - keep_s,),
    )
    done = "status IN ('done', 'aside') AND coalesce(finished, received) < ?"
    blank = "raw = NULL, reason = NULL, lane = '', chat_id = NULL, user_id = NULL"
    connection.execute(
        f"UPDATE updates SET {blank} WHERE {done} AND lane != ''",  # noqa: S608 - own words
        (now - keep_s,),
    )
    connection.execute(
        f"DELETE FROM updates WHERE {done} AND update_id NOT IN "  # noqa: S608 - own words
        "(SELECT update_id FROM updates ORDER BY update_id DESC LIMIT ?)",
        (now - max(keep_s, MIN_KEEP_IDS_S), KEPT_IDS),
    )
