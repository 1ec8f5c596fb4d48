"""The metrics of the bot, as Prometheus' own parser reads them."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.messenger.operating.metrics import LATENCY_BUCKETS_S, BotMetrics
from index.errors import IndexDamagedError
from index.library import Freshness
from tests.support import build, open_library, write_files

NOW = 1_734_739_200.0  # 2024-12-21, midnight UTC
FRESH = Freshness("2024-12-20T23:59:00+00:00", "2024-12-19")


def read(metrics: BotMetrics) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    text = metrics.exposition()[0].decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> BotMetrics:
    """Metrics of a bot that has just begun, over an index that is a minute old."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    return BotMetrics(lambda: FRESH)


def test_questions_count_by_outcome_from_nought(metrics: BotMetrics) -> None:
    """Both outcomes are there before the first question, so that a rate can be taken of them."""
    assert read(metrics)["dateline_questions_total", "abstained"] == 0
    metrics.question(answered=True, took_s=0.08)
    metrics.question(answered=True, took_s=31)
    metrics.question(answered=False, took_s=0.5)
    told = read(metrics)
    assert told["dateline_questions_total", "answered"] == 2
    assert told["dateline_questions_total", "abstained"] == 1


def test_latencies_fall_into_buckets(metrics: BotMetrics) -> None:
    """From fifty milliseconds to half a minute, each bucket counts all that were as fast."""
    for took_s in (0.05, 0.06, 30, 31):
        metrics.question(answered=True, took_s=took_s)
    told = read(metrics)
    counts = [told["dateline_answer_seconds_bucket", str(float(s))] for s in LATENCY_BUCKETS_S]
    assert counts == [1, *[2] * (len(LATENCY_BUCKETS_S) - 2), 3]
    assert told["dateline_answer_seconds_bucket", "+Inf"] == 4
    assert told["dateline_answer_seconds_sum",] == pytest.approx(61.11)


def test_errors_count_by_kind(metrics: BotMetrics) -> None:
    """Each kind of error has a number of its own."""
    metrics.error("handler")
    metrics.error("handler")
    metrics.error("unknown")
    told = read(metrics)
    assert told["dateline_errors_total", "handler"] == 2
    assert told["dateline_errors_total", "unknown"] == 1


def test_the_queue_is_asked_when_the_metrics_are(metrics: BotMetrics) -> None:
    """Until somebody tells how long the queue is, it is no number, rather than nought."""
    assert math.isnan(read(metrics)["dateline_queue_depth",])
    waiting = [1, 2, 3]
    metrics.queue_depth.set_function(lambda: len(waiting))
    assert read(metrics)["dateline_queue_depth",] == 3
    waiting.clear()
    assert read(metrics)["dateline_queue_depth",] == 0


def test_the_index_grows_old(metrics: BotMetrics, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ages are those of the moment at which the metrics are asked for."""
    told = read(metrics)
    assert told["dateline_index_age_seconds",] == 60
    assert told["dateline_newest_article_age_seconds",] == 2 * 86_400
    monkeypatch.setattr(time, "time", lambda: NOW + 5)
    assert read(metrics)["dateline_index_age_seconds",] == 65


def test_articles_without_dates_have_no_age(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index without a dated article has an age all the same."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    told = read(BotMetrics(lambda: Freshness(FRESH.built, None)))
    assert told["dateline_index_age_seconds",] == 60
    assert ("dateline_newest_article_age_seconds",) not in told


def _damaged() -> Freshness:
    raise IndexDamagedError("the database cannot be read")


def test_an_index_that_cannot_be_read_takes_only_its_own_metrics_along() -> None:
    """What watches over the bot hears of it, and of everything else."""
    metrics = BotMetrics(_damaged)
    metrics.question(answered=True, took_s=1)
    read(metrics)
    told = read(metrics)
    assert told["dateline_questions_total", "answered"] == 1
    assert told["dateline_errors_total", "index"] >= 1
    assert ("dateline_index_age_seconds",) not in told


@pytest.mark.parametrize("read_index", [lambda: FRESH, _damaged])
def test_bots_do_not_share_metrics(read_index: Callable[[], Freshness]) -> None:
    """Each bot of a process counts for itself, and need not have an index to begin."""
    one, other = BotMetrics(read_index), BotMetrics(read_index)
    one.error("handler")
    assert ("dateline_errors_total", "handler") not in read(other)


def test_what_is_told_of_the_process(metrics: BotMetrics) -> None:
    """The version, the memory and the content type are there for whoever operates it."""
    text, content_type = metrics.exposition()
    assert b'dateline_build_info{version="' in text
    assert b"process_resident_memory_bytes" in text
    assert content_type.startswith("text/plain; version=")


def test_a_real_index_tells_how_fresh_it_is(tmp_path: Path) -> None:
    """An index that was just built is seconds old, its newest article as old as it says."""
    files = {"a.txt": "21 December 2024\n\nA ferry sank.", "b.txt": "Nobody knows when."}
    build(write_files(tmp_path / "articles", files), tmp_path / "index")
    library = open_library(tmp_path / "index")
    told = read(BotMetrics(library.freshness))
    assert -1 <= told["dateline_index_age_seconds",] < 60
    expected = time.time() - NOW
    assert told["dateline_newest_article_age_seconds",] == pytest.approx(expected, abs=60)
