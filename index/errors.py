"""Every error that Dateline raises on purpose, in one tree.

A message says what failed, shows the value, and names the next thing to do. Anything else that
escapes is a bug and keeps its traceback.

    DatelineError
    ├── UsageError            the caller asked for something that cannot be done
    │   └── QuestionError     the question is empty or too long
    ├── NoArticlesError       a folder holds no article that can be read
    ├── ArticleError          one file cannot be read; a build names it and goes on
    ├── FetchError            one web address cannot be fetched; whoever collects goes on
    ├── ModelError            a model is missing, damaged or exported wrongly
    ├── IndexFolderError      a folder is not an index, or cannot be written
    │   ├── IndexMissingError     there is no index there yet
    │   ├── IndexMismatchError    made with another model, schema or chunking
    │   ├── IndexBusyError        another process is building it
    │   └── IndexDamagedError     the database cannot be read
    ├── DatabaseError         a PostgreSQL server cannot be reached, or refuses
    │   ├── ConnectionLostError   it may be there again in a moment
    │   └── CrossedError          another transaction was in the way; do it again
    ├── GoldenRefusedError    a rebuilt index answers fewer golden questions than the live one
    ├── StateError            what the bot remembers cannot be read or written
    │   └── StateBusyError        another bot is using it
    └── ServiceError          Telegram refuses the token or cannot be reached
"""


class DatelineError(Exception):
    """Root of all errors whose message is meant for the user."""


class UsageError(DatelineError):
    """The caller asked for something that cannot be done."""


class QuestionError(UsageError):
    """The question is empty or too long."""


class NoArticlesError(DatelineError):
    """A folder holds no article that can be read."""


class ArticleError(DatelineError):
    """One file cannot be read as an article."""


class FetchError(DatelineError):
    """One web address cannot be fetched, or does not hold what it should."""


class ModelError(DatelineError):
    """A model is missing, damaged or exported wrongly."""


class IndexFolderError(DatelineError):
    """A folder is not an index, or cannot be written."""


class IndexMissingError(IndexFolderError):
    """There is no index in the folder yet."""


class IndexMismatchError(IndexFolderError):
    """The index was made with another model, schema or chunking."""


class IndexBusyError(IndexFolderError):
    """Another process is building the index."""


class IndexDamagedError(IndexFolderError):
    """The database of the index cannot be read."""


class DatabaseError(DatelineError):
    """A PostgreSQL server cannot be reached, or refuses."""


class ConnectionLostError(DatabaseError):
    """The connection is gone, or there is none; what was being written is not."""


class CrossedError(DatabaseError):
    """Another transaction was in the way of this one, which has not happened."""


class GoldenRefusedError(DatelineError):
    """A rebuilt index answers fewer golden questions than the live one."""


class StateError(DatelineError):
    """What the bot remembers cannot be read or written."""


class StateBusyError(StateError):
    """Another bot is using the state."""


class ServiceError(DatelineError):
    """Telegram refuses the token or cannot be reached."""
