"""What the bot counts for Prometheus. Knows no names and no words of anybody, only numbers.

How they are served is not known here.
"""

import math
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from index.errors import DatelineError
from index.library import Freshness

LATENCY_BUCKETS_S = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30)


class BotMetrics:
    """The metrics of one bot, in a registry of their own; see `services.Metrics`.

    Attributes:
        queue_depth: Updates that are not done with; `set` or `set_function` it.
    """

    def __init__(self, freshness: Callable[[], Freshness]) -> None:
        """Begin at nought.

        Args:
            freshness: How old the index is; asked whenever the metrics are.
        """
        registry = CollectorRegistry()
        self._registry = registry
        self._questions = Counter(
            "dateline_questions", "Questions that were asked.", ["outcome"], registry=registry
        )
        for outcome in ("answered", "abstained"):  # a rate needs a first value
            self._questions.labels(outcome)
        self._latency = Histogram(
            "dateline_answer_seconds",
            "Time from taking up a question to its answer.",
            registry=registry,
            buckets=LATENCY_BUCKETS_S,
        )
        self._errors = Counter(
            "dateline_errors", "What went wrong, by kind.", ["kind"], registry=registry
        )
        self.queue_depth = Gauge(
            "dateline_queue_depth", "Updates that are not done with.", registry=registry
        )
        self.queue_depth.set(math.nan)
        registry.register(_IndexAge(freshness, self.error))
        Info("dateline_build", "What is running.", registry=registry).info({"version": _version()})
        ProcessCollector(registry=registry)

    def question(self, *, answered: bool, took_s: float) -> None:
        """See `services.Metrics`."""
        self._questions.labels("answered" if answered else "abstained").inc()
        self._latency.observe(took_s)

    def error(self, kind: str) -> None:
        """See `services.Metrics`."""
        self._errors.labels(kind).inc()

    def exposition(self) -> tuple[bytes, str]:
        """All metrics as Prometheus reads them, and the content type of that; reads the index."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _IndexAge(Collector):
    """Ages that are computed whenever they are asked for; none while the index cannot be read."""

    def __init__(self, freshness: Callable[[], Freshness], error: Callable[[str], None]) -> None:
        self._freshness, self._error = freshness, error

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges that there are."""
        try:
            told = self._freshness()
        except DatelineError:
            self._error("index")
            return
        yield GaugeMetricFamily(
            "dateline_index_age_seconds", "Time since the index was changed.", _age_s(told.built)
        )
        if told.newest_article is not None:
            yield GaugeMetricFamily(
                "dateline_newest_article_age_seconds",
                "Time since the day of the newest article began.",
                _age_s(told.newest_article),
            )

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: registering must not read the index."""
        return []


def _age_s(moment: str) -> float:
    """Seconds since an ISO 8601 day or moment; without a zone it is UTC."""
    read = datetime.fromisoformat(moment)
    return time.time() - (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def _version() -> str:
    try:
        return version("dateline")
    except PackageNotFoundError:  # run from its sources
        return "unknown"
