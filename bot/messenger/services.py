"""What the handlers of the bot share: settings, answers, state, delivery, counters.

Knows the shape of each, and how none of them works.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.messenger.plan import Delivery
from bot.settings import Settings
from bot.state.database import State
from index.articles import Article
from index.filters import Filters
from retrieval.answer import Answer, Turn

if TYPE_CHECKING:
    from index.library import Freshness

Result = TypeVar("Result")


class Library(Protocol):
    """What the bot needs to know of the index."""

    def latest(self, limit: int) -> list[Article]:
        """The newest articles, newest first."""
        ...

    def count(self) -> int:
        """How many articles there are."""
        ...

    def article(self, article_id: str) -> Article | None:
        """An article by its id, whether it may still be quoted or not."""
        ...

    def is_live(self, article_id: str) -> bool:
        """Whether an article may be quoted."""
        ...

    def live_among(self, article_ids: Sequence[str]) -> set[str]:
        """Those of some articles that may be quoted; quick for very many."""
        ...

    def successors(self, article_id: str, path: str) -> list[Article]:
        """What stands now in the place of an article; nothing where it was withdrawn.

        Args:
            article_id: The article.
            path: Where it was found; counts where the index has never held it.
        """
        ...

    def version(self) -> str:
        """Changes whenever the answer to any question may have changed."""
        ...

    def freshness(self) -> "Freshness":
        """How old the index and its newest article are."""
        ...


class QuestionAnswerer(Protocol):
    """What the bot needs for its answers; called from several threads at once."""

    @property
    def library(self) -> Library:
        """The articles that are indexed."""
        ...

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer one question."""
        ...


class Metrics(Protocol):
    """Counts what happens; see `bot.messenger.operating.metrics`."""

    def question(self, *, answered: bool, took_s: float) -> None:
        """A question was answered, or an abstention given."""
        ...

    def error(self, kind: str) -> None:
        """Something went wrong; `kind` is one of few words."""
        ...


class Companion(Protocol):
    """What works beside the delivery of updates, for as long as that does."""

    def start(self) -> None:
        """Begin; delivery has begun."""
        ...

    async def stop(self) -> None:
        """End; delivery has not ended."""
        ...


class Uncounted:
    """Metrics that nobody asked for."""

    def question(self, *, answered: bool, took_s: float) -> None:
        """Nothing."""

    def error(self, kind: str) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Services:
    """One of each, for all handlers of a bot.

    Attributes:
        settings: As the process was started with.
        answerer: Answers questions; slow, so it runs in `threads`.
        state: What the bot remembers.
        delivery: Carries out what a handler has planned.
        threads: Where whatever would block the event loop runs.
        metrics: Counts what happens.
    """

    settings: Settings
    answerer: QuestionAnswerer
    state: State
    delivery: Delivery
    threads: Executor
    metrics: Metrics

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Run what would block the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)
