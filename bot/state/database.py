"""The one SQLite file that holds all that the bot remembers, and who may use it.

Functions over a connection (`bot.state.inbox` and the modules after it) say what is read and
written; here it is opened, and each change is one transaction that survives a power cut. Knows
nothing of Telegram.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from index.errors import StateBusyError, StateError

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 10.0

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES ('schema', '1');

-- Updates of Telegram, stored before they are acknowledged.
CREATE TABLE updates (
    update_id INTEGER PRIMARY KEY,
    raw TEXT,                        -- JSON as received; NULL once it is no longer needed
    lane TEXT NOT NULL,              -- what is worked off in order: 'chat -100123' or 'user 5'
    chat_id INTEGER,
    user_id INTEGER,
    message_id INTEGER,              -- the message of somebody else that it brings
    received REAL NOT NULL,          -- seconds since 1970, as all times here
    status TEXT NOT NULL,            -- new, planned (see outbox), done, aside (cannot be read)
    reason TEXT,                     -- why it was set aside or failed
    finished REAL
) STRICT;
CREATE INDEX updates_open ON updates (update_id) WHERE status IN ('new', 'planned');
CREATE INDEX updates_message ON updates (message_id) WHERE message_id IS NOT NULL;

-- Calls of the Bot API that are to be made, in order, each at most once.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    update_id INTEGER,               -- the update that it replies to; NULL for a notice
    lane TEXT NOT NULL,
    chat_id INTEGER,
    user_id INTEGER,
    method TEXT NOT NULL,
    parameters TEXT NOT NULL,        -- JSON
    answer_id INTEGER,               -- the answer that it shows, see answers
    status TEXT NOT NULL,            -- planned, sending, sent, unknown (not sent again), refused
    floor INTEGER,                   -- highest message id known when sending began
    message_id INTEGER,              -- what Telegram called the message
    attempts INTEGER NOT NULL DEFAULT 0,  -- how many tries may have made it
    reason TEXT,                     -- why it was refused, or is unknown
    created REAL NOT NULL,
    finished REAL
) STRICT;
CREATE INDEX outbox_open ON outbox (id) WHERE status IN ('planned', 'sending');
CREATE INDEX outbox_update ON outbox (update_id);
CREATE INDEX outbox_message ON outbox (message_id) WHERE message_id IS NOT NULL;

-- Chats: what was set in them.
CREATE TABLE chats (
    chat_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,              -- private, group, supergroup, channel
    language TEXT,                   -- of the user in a private chat
    since TEXT,                      -- YYYY-MM-DD, set by /since
    until TEXT,
    noticed REAL,                    -- when it was told what is stored
    last_message_id INTEGER,         -- highest message id seen in it
    gone REAL                        -- when it blocked or removed the bot
) STRICT;
CREATE INDEX chats_numbered ON chats (last_message_id) WHERE kind IN ('private', 'group');

-- Answers as they were given, for buttons, follow-ups and notices.
CREATE TABLE answers (
    answer_id INTEGER PRIMARY KEY,   -- random
    chat_id INTEGER,                 -- NULL for an answer given inline
    thread_id INTEGER,
    user_id INTEGER NOT NULL,
    question_message_id INTEGER,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,            -- JSON, see bot.state.conversations
    in_conversation INTEGER NOT NULL DEFAULT 1,  -- 0 once /reset has forgotten it
    given REAL NOT NULL
) STRICT;
CREATE INDEX answers_chat ON answers (chat_id, thread_id, given) WHERE in_conversation;
CREATE INDEX answers_question ON answers (chat_id, question_message_id);
CREATE INDEX answers_user ON answers (user_id);
CREATE INDEX answers_given ON answers (given);

-- Messages that show an answer, in order.
CREATE TABLE answer_messages (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    answer_id INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_messages_answer ON answer_messages (answer_id, message_id);

CREATE TABLE feedback (
    answer_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    helpful INTEGER NOT NULL,
    given REAL NOT NULL,
    PRIMARY KEY (answer_id, user_id)
) STRICT, WITHOUT ROWID;

-- Questions that a chat wants to hear of again.
CREATE TABLE watches (
    watch_id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    thread_id INTEGER,
    user_id INTEGER NOT NULL,
    language TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,            -- JSON of the last that was told, see bot.state.watches
    created REAL NOT NULL,
    checked TEXT                     -- version of the index when it was last asked
) STRICT;
CREATE INDEX watches_checked ON watches (checked);

-- What happened, without who or what was said: for /status.
CREATE TABLE questions (
    asked REAL NOT NULL,
    answered INTEGER NOT NULL,
    took_ms REAL NOT NULL
) STRICT;
CREATE INDEX questions_asked ON questions (asked);
"""

Result = TypeVar("Result")


class State:
    """The state of one bot, open in one process. Its methods may be awaited from anywhere."""

    def __init__(self, path: Path, lock: FileLock, executor: ThreadPoolExecutor) -> None:
        """Use `State.open`."""
        self.path, self._lock, self._executor = path, lock, executor
        self._connection: sqlite3.Connection | None = None

    @classmethod
    def open(cls, path: Path) -> "State":
        """Open the file, or make it, and keep others out until `close`.

        Raises:
            StateBusyError: Another process has it open.
            StateError: It cannot be used.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(f"{path}.lock")
            lock.acquire(timeout=0)
            if not path.exists():
                path.touch(mode=0o600)  # people wrote to the bot alone; SQLite follows the mode
        except Timeout as exc:
            raise StateBusyError(
                f"Another bot is running with the state {str(path)!r}; stop it first, or give "
                "this one another DATELINE_STATE."
            ) from exc
        except OSError as exc:
            raise StateError(
                f"The state {str(path)!r} cannot be opened: {exc.strerror or exc}. "
                "Check DATELINE_STATE and its permissions."
            ) from exc
        state = cls(path, lock, ThreadPoolExecutor(1, thread_name_prefix="state"))
        try:
            state._executor.submit(state._connect).result()
        except BaseException:
            state.close()
            raise
        return state

    def close(self) -> None:
        """Close the file and let others use it; what was begun is ended first."""
        self._executor.submit(self._disconnect).result()
        self._executor.shutdown()
        self._lock.release()

    async def write(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a change as one transaction; when this returns, a power cut cannot undo it.

        Raises:
            StateError: It cannot be written; nothing of the change has happened.
        """
        return await self._run(lambda: self._in_transaction(change))

    async def read(self, query: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run a query.

        Raises:
            StateError: The file cannot be read.
        """
        return await self._run(lambda: query(self._opened()))

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Run work in the thread of the state, even if whoever awaits it is cancelled."""
        future = asyncio.get_running_loop().run_in_executor(self._executor, self._translated, work)
        return await asyncio.shield(future)

    def _translated(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise  # a mistake in the SQL, which no waiting mends
            raise StateError(f"The state {str(self.path)!r} cannot be used: {exc}.") from exc
        except sqlite3.DatabaseError as exc:
            if isinstance(exc, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            raise StateError(
                f"The state {str(self.path)!r} is damaged ({exc}); bring back a copy of it."
            ) from exc

    def _in_transaction(self, change: Callable[[sqlite3.Connection], Result]) -> Result:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = change(connection)
            connection.execute("COMMIT")
            return result
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StateError(f"The state {str(self.path)!r} is closed.")
        return self._connection

    def _connect(self) -> None:
        self._translated(self._open_and_prepare)

    def _open_and_prepare(self) -> None:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        self._connection = connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # acknowledged means on the disk
        connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is gone
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
        (version,) = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        if version != str(SCHEMA_VERSION):
            raise StateError(
                f"The state {str(self.path)!r} is of another version of Dateline ({version}, not "
                f"{SCHEMA_VERSION}); use that version, or another DATELINE_STATE."
            )

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
