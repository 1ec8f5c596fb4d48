"""What editors can have done to the index, and what is told of it, article by article.

Knows nothing of Telegram, nor of how it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Event
from typing import Protocol

from index.articles import Article
from index.intake import BuildReport, Progress
from index.library import Status
from index.metadata import Metadata


class Outcome(StrEnum):
    """What became of an article."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Item:
    """One article that was sent.

    Attributes:
        outcome: What became of it.
        path: What it is known by.
        article: As it can be quoted now, or could be until now.
        before: What it has replaced.
        before_since: When that came into the index (ISO 8601, UTC).
        reason: Why it failed, worded to follow its path.
    """

    outcome: Outcome
    path: str
    article: Article | None = None
    before: Article | None = None
    before_since: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What came of what an editor has sent.

    Attributes:
        items: Articles by name; only so many, for a feed or an archive may hold thousands.
        further: How many more there are, by what became of them.
    """

    items: tuple[Item, ...] = ()
    further: Mapping[Outcome, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is to be said of an article that was to be withdrawn.

    Attributes:
        article: The article, or None if there is none such, or an edit had replaced it that is
            withdrawn as well.
        is_withdrawn: Whether it is now; if not, an edit has replaced it meanwhile.
        returns_by_edit: Whether it comes back when its file is edited, instead of being sent again.
    """

    article: Article | None
    is_withdrawn: bool
    returns_by_edit: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a channel.

    Attributes:
        channel_id: The channel; its name may change, this does not.
        number: The post in the channel.
        text: What it says.
        stated: Title of the channel, who signed the post, when it was published, its address.
    """

    channel_id: int
    number: int
    text: str
    stated: Metadata


class Desk(Protocol):
    """Does what editors ask for; each call takes its time and belongs in a thread.

    Done a second time, each leaves the index as the first time did, and says what is so now.
    Raises DatelineError where nothing can be done.
    """

    def add_file(self, name: str, raw: bytes) -> Account:
        """Index a file; it replaces the one of the same name."""
        ...

    def add_post(self, post: Post) -> Account:
        """Index a post; it replaces the one that it is an edit of."""
        ...

    def add_links(self, urls: Sequence[str], stop: Event) -> Account:
        """Index what is at some addresses; no further one is fetched once `stop` is set."""
        ...

    def find(self, name: str) -> list[Article]:
        """The articles that can be quoted, and that a path, an address or an id names."""
        ...

    def withdraw(self, article_id: str) -> Withdrawal:
        """Withdraw an article."""
        ...

    def status(self) -> Status:
        """What the index holds."""
        ...

    def rebuild(self, progress: Progress) -> BuildReport:
        """Make the index anew from the folders that it mirrors and from what it holds besides."""
        ...
