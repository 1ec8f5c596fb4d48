"""What the driver raises, in Dateline's words; the one place where that happens.

No message holds a user or a password.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from index.errors import ConnectionLostError, CrossedError, DatabaseError
from index.location import Address


class CrowdedError(Exception):
    """All connections of the pool are in use."""


# By what is raised: what is the matter, and what to do.
_REFUSED: dict[type[Exception], str] = {
    asyncpg.InvalidAuthorizationSpecificationError: "refuses the user or the password; correct the "
    "URL",
    asyncpg.InvalidCatalogNameError: "does not exist; make it with `createdb`, or correct the URL",
    asyncpg.InsufficientPrivilegeError: "does not allow this ({0}); grant it to the user of the "
    "URL",
    asyncpg.DiskFullError: "has no room on its disk; all is as it was. Make room and try again",
    asyncpg.QueryCanceledError: "took too long and was stopped ({0}); try again",
    asyncpg.DataCorruptedError: "is damaged ({0}); bring back a copy of it",
    asyncpg.IndexCorruptedError: "is damaged ({0}); bring back a copy of it",
}
_CROWDED = "has no connection left; try again in a moment, or let it have more (max_connections)"
_CROSSED = "has two changes in each other's way; nothing of this one has happened. Try again"
_LOST = (
    "cannot be reached or has gone away ({0}); what was being written is not. See that it runs, "
    "and try again"
)
_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,  # it was the primary, and is so no more
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,  # TimeoutError among them
)
_CLOSED = re.compile("closed|closing|released|terminated")  # what asyncpg says of such connections


@contextmanager
def refusals_of(address: Address) -> Iterator[None]:
    """Translate what is raised inside.

    Raises:
        ConnectionLostError: The database may be there again in a moment.
        CrossedError: Another transaction was in the way.
        DatabaseError: It refuses.
    """
    try:
        yield
    except tuple(_REFUSED) as exc:
        told = next(text for kind, text in _REFUSED.items() if isinstance(exc, kind))
        # Without its cause, which may quote the user of the URL.
        secret = isinstance(exc, asyncpg.InvalidAuthorizationSpecificationError)
        raise DatabaseError(_sentence(address, told, exc)) from (None if secret else exc)
    except (asyncpg.TooManyConnectionsError, CrowdedError) as exc:
        raise ConnectionLostError(_sentence(address, _CROWDED, exc)) from exc
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as exc:
        raise CrossedError(_sentence(address, _CROSSED, exc)) from exc
    except asyncpg.InterfaceError as exc:
        if not _CLOSED.search(str(exc)):
            raise  # a mistake in the code
        raise ConnectionLostError(_sentence(address, _LOST, exc)) from exc
    except _GONE as exc:
        raise ConnectionLostError(_sentence(address, _LOST, exc)) from exc


def _sentence(address: Address, told: str, exc: Exception) -> str:
    reason = " ".join(str(exc).split()) or type(exc).__name__
    return f"the database {str(address)!r} {told.format(reason)}."
