"""Answer from whichever generation of an index is live, without a restart.

A rebuild or a rollback makes another generation live. The next question opens it and every later
one uses it; a question that is being answered keeps the one it began with.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from index.errors import DatelineError
from index.filters import Filters
from index.library import Library
from index.places import Place
from retrieval.answer import Answer, Turn
from retrieval.answerer import Answerer

logger = logging.getLogger(__name__)


class LiveAnswerer:
    """An `Answerer` that follows its index. Safe to call from several threads."""

    def __init__(self, place: Place, open_answerer: Callable[[], Answerer]) -> None:
        """Open the live generation.

        Args:
            place: Where the index is, asked before each question which generation is live.
            open_answerer: Opens the live generation.

        Raises:
            DatelineError: There is no usable index.
        """
        self._place, self._open = place, open_answerer
        self._lock = threading.Lock()
        self._seen = place.mark()  # before opening: what goes live meanwhile is seen next time
        self._answerer = open_answerer()

    @property
    def library(self) -> Library:
        """The open index."""
        return self.current().library

    def answer(
        self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer one question from the live generation; see `Answerer.answer`."""
        return self.current().answer(question, history, filters)

    def current(self) -> Answerer:
        """The answerer of the live generation; the one before, where the new one cannot open."""
        with self._lock:
            mark = self._place.mark()
            if mark != self._seen:
                self._seen = mark
                try:
                    self._answerer = self._open()
                except DatelineError as exc:
                    logger.warning("still answering from the index as it was: %s", exc)
            return self._answerer
