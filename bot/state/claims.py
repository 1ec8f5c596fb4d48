"""Which bot of a fleet works off which lane, for a state that several have open.

A bot that lives says so every second, by the clock of the server; what one that has fallen
silent had claimed may be claimed by another. Functions over a connection in a transaction; only a
shared state has these tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.state.inbox import Waiting, unfinished_in
from bot.state.outbox import OpenCall, open_calls_in
from index.sql import Connection

BEAT_S = 1.0
DEAD_AFTER_S = 6.0
"""Six beats: a busy machine is no dead one."""

TABLES = """
-- The bots of the fleet, and when each was last heard.
CREATE TABLE bots (owner TEXT PRIMARY KEY, seen TIMESTAMPTZ NOT NULL);
-- Who works off a lane, or has a role that only one may have.
CREATE TABLE claims (lane TEXT PRIMARY KEY, owner TEXT NOT NULL);
CREATE INDEX claims_owner ON claims (owner);
"""

_LIVING = (
    "SELECT owner FROM bots "  # noqa: S608 - a number
    f"WHERE seen > clock_timestamp() - make_interval(secs => {DEAD_AFTER_S})"
)


@dataclass(frozen=True, slots=True)
class Open:
    """What is open in some lanes: updates and notices, in order, by their lanes."""

    updates: list[Waiting]
    calls: list[OpenCall]


def beat(connection: Connection, owner: str) -> None:
    """Note that a bot lives; those that are long dead are forgotten."""
    connection.execute(
        "INSERT INTO bots (owner, seen) VALUES (?, clock_timestamp()) "
        "ON CONFLICT (owner) DO UPDATE SET seen = excluded.seen",
        (owner,),
    )
    connection.execute("DELETE FROM bots WHERE seen < clock_timestamp() - interval '1 hour'")


def leave(connection: Connection, owner: str) -> None:
    """Give back all that a bot has; it ends."""
    connection.execute("DELETE FROM claims WHERE owner = ?", (owner,))
    connection.execute("DELETE FROM bots WHERE owner = ?", (owner,))


def claim(connection: Connection, owner: str, lane: str) -> bool:
    """Take a lane or a role that no other living bot has; whether this one has it now."""
    rows = connection.execute(
        "INSERT INTO claims (lane, owner) VALUES (?, ?) ON CONFLICT (lane) "  # noqa: S608
        "DO UPDATE SET owner = excluded.owner "
        f"WHERE claims.owner = excluded.owner OR claims.owner NOT IN ({_LIVING}) RETURNING 1",
        (lane, owner),
    )
    return bool(rows.fetchall())


def holds(connection: Connection, owner: str, lane: str) -> bool:
    """Whether a bot has a lane; nobody takes it before the transaction ends."""
    sql = "SELECT 1 FROM claims WHERE lane = ? AND owner = ? FOR SHARE"
    return bool(connection.execute(sql, (lane, owner)).fetchall())


def give_back(connection: Connection, owner: str, lane: str) -> bool:
    """Give a lane back, unless something is open in it; whether it was given back."""
    sql = "SELECT 1 FROM claims WHERE lane = ? AND owner = ? FOR UPDATE"
    if not connection.execute(sql, (lane, owner)).fetchall():
        return True  # somebody else has taken it
    there = open_in(connection, [lane])
    if there.updates or there.calls:
        return False
    connection.execute("DELETE FROM claims WHERE lane = ?", (lane,))
    return True


def open_in(connection: Connection, lanes: Sequence[str]) -> Open:
    """What is open in some lanes."""
    return Open(unfinished_in(connection, lanes), open_calls_in(connection, lanes))


def deserted(connection: Connection, limit: int) -> list[str]:
    """Lanes in which something is open and that no living bot has, the longest waiting first."""
    rows = connection.execute(
        "SELECT lane FROM (SELECT lane, received FROM updates "  # noqa: S608 - own words
        "WHERE status IN ('new', 'planned') UNION ALL SELECT lane, created FROM outbox "
        "WHERE status IN ('planned', 'sending') AND update_id IS NULL) AS open "
        f"WHERE lane NOT IN (SELECT lane FROM claims WHERE owner IN ({_LIVING})) "
        "GROUP BY lane ORDER BY min(received) LIMIT ?",
        (limit,),
    )
    return [lane for (lane,) in rows]


def open_of(connection: Connection, owner: str) -> Open:
    """What is open in the lanes that a bot has."""
    rows = connection.execute("SELECT lane FROM claims WHERE owner = ?", (owner,))
    return open_in(connection, [lane for (lane,) in rows])
