"""The tables of the state, and how those of an earlier version become these.

Knows SQL; what a row means is said where it is read and written.
"""

from index.sql import Connection

SCHEMA_VERSION = 2

_CITED = """
-- Articles that answers in chats rest on; a chat is told when one is edited or withdrawn.
CREATE TABLE cited (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- only rises, so that what is new is found
    answer_id INTEGER NOT NULL,
    article_id TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX cited_answer ON cited (answer_id, article_id);
CREATE INDEX cited_article ON cited (article_id, answer_id);
"""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO meta VALUES ('schema', '2');

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
    finished REAL,
    attempts INTEGER NOT NULL DEFAULT 0  -- how often its handling has begun
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
SCHEMA = _TABLES + _CITED

_FROM_1 = """
ALTER TABLE updates ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
INSERT INTO cited (answer_id, article_id)
    SELECT DISTINCT answer_id, json_extract(citation.value, '$.article_id')
    FROM answers, json_each(answers.answer, '$.answer.citations') AS citation
    WHERE chat_id IS NOT NULL;
UPDATE meta SET value = '2' WHERE key = 'schema';
"""


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Keep a fact about the state, in the place of what was kept by that name."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def _for_postgres(sql: str) -> str:
    """The same tables in PostgreSQL's types: what SQLite calls INTEGER and REAL has 64 bits."""
    for ours, theirs in (
        (
            "in_conversation INTEGER NOT NULL DEFAULT 1",
            "in_conversation BOOLEAN NOT NULL DEFAULT TRUE",
        ),
        ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        ("    id INTEGER PRIMARY KEY", "    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        (" INTEGER", " BIGINT"),
        (" REAL", " DOUBLE PRECISION"),
        (" TEXT", ' TEXT COLLATE "C"'),
        (") STRICT, WITHOUT ROWID;", ");"),
        (") STRICT;", ");"),
    ):
        sql = sql.replace(ours, theirs)
    return sql


MIGRATIONS = {"1": _CITED + _FROM_1}
"""By the version that they start from: what makes its tables those of the next."""
POSTGRES_SCHEMA = _for_postgres(SCHEMA)
POSTGRES_MIGRATIONS: dict[str, str] = {}
"""The same for a database; there is none yet that was made before it knew of all tables."""
