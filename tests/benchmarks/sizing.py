"""On paper: what ten million articles and a thousand questions a minute need.

`python -m tests.benchmarks.sizing`. Every number that comes in is named with where it was measured;
the waiting is simulated. Prints Markdown.
"""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ARTICLES, CHUNKS_AN_ARTICLE, MONTHS = 10_000_000, 6, 240
QUESTIONS_A_MINUTE = 1000
# Measured by tests.benchmarks.postgres, a million chunks in 24 months: bytes, seconds a chunk.
VECTOR_INDEX_B, WORD_INDEX_B, ROW_B, VECTOR_BUILD_S = 1_120, 330, 1_650, 213e-6
# Measured on a million vectors of one partition: HNSW 1.6 GB.
VECTOR_INDEX_LARGE_B = 1_600
ARTICLE_B = 6_000  # 3.5 kB of text compressed to a half, its versions, its story
# By the same, HNSW in each of 24 partitions of 42,000 chunks; in one of 100,000. With 4,000 in each
# it was 1.2 ms; those of 250,000 were not measured in such numbers.
PARTITION_MS, ONE_PARTITION_MS = 2.8, 1.6
WORDS_MS = 74.0  # four words
ENCODED_A_CORE_S = 50.0  # chunks of 128 tokens; 28 in 275 ms on two cores
# 400 articles of 3 chunks, built into PostgreSQL with an encoder that costs nothing: s an article.
READ_S = 0.016
# Measured on 500 questions of SQuAD dev over 1,204 articles, two cores: seconds.
ANSWER_P50_S, ANSWER_P95_S = 0.06, 0.14
CORES_AN_ANSWERER = 2
BURST, BURST_SHARE, BURST_S = 3.0, 0.1, 60.0  # three times as many in a tenth of the time
GOAL_P95_S = 1.0
MEMORY_GB, CORES_A_NODE = 128, 16  # a node that is easily had
GB = 1e9
SEARCH_S = (MONTHS * PARTITION_MS + WORDS_MS) / 1000  # a question without a date asks all months


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Service times whose middle and 95th percentile are known, in seconds."""

    p50_s: float
    p95_s: float

    def draw(self, rng: np.random.Generator, count: int) -> "np.ndarray[tuple[int], np.dtype]":
        """Times at random."""
        sigma = math.log(self.p95_s / self.p50_s) / 1.6449
        return rng.lognormal(math.log(self.p50_s), sigma, count)

    @property
    def mean_s(self) -> float:
        """Their mean."""
        sigma = math.log(self.p95_s / self.p50_s) / 1.6449
        return self.p50_s * math.exp(sigma**2 / 2)


def responses(
    arrivals: "np.ndarray[tuple[int], np.dtype]",
    service: "np.ndarray[tuple[int], np.dtype]",
    servers: int,
) -> "np.ndarray[tuple[int], np.dtype]":
    """From arrival to answer, first come first served.

    Args:
        arrivals: When each question comes, ascending, in seconds.
        service: How long each takes.
        servers: How many are answered at a time.
    """
    free = [0.0] * servers
    took = np.empty(len(arrivals))
    for number, (came, needs) in enumerate(zip(arrivals, service, strict=True)):
        begun = max(came, heapq.heappop(free))
        heapq.heappush(free, begun + needs)
        took[number] = begun + needs - came
    return took


def arrivals(
    rng: np.random.Generator, per_s: float, seconds: float, burst: float = BURST
) -> "np.ndarray[tuple[int], np.dtype]":
    """When questions come: at random, and in bursts; the mean rate is as asked."""
    calm = per_s / (1 + BURST_SHARE * (burst - 1))
    times = []
    for start in np.arange(0, seconds, BURST_S):
        rate = calm * (burst if rng.random() < BURST_SHARE else 1)
        times.append(start + rng.random(rng.poisson(rate * BURST_S)) * BURST_S)
    return np.sort(np.concatenate(times))


def erlang_c(offered: float, servers: int) -> float:
    """The share of questions that wait in M/M/c.

    Args:
        offered: Arrivals a second times the mean service time.
        servers: c.

    Source: A. K. Erlang 1917.
    """
    terms = [offered**n / math.factorial(n) for n in range(servers)]
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return last / (sum(terms) + last)


def answerers_needed(service: Lognormal) -> tuple[int, float]:
    """The fewest answerers with 95 of 100 answers in time, and what their 95th percentile is."""
    rng = np.random.default_rng(0)
    came = arrivals(rng, QUESTIONS_A_MINUTE / 60, 4 * 3600)
    needs = service.draw(rng, len(came)) + SEARCH_S  # the answerer waits for the database
    servers = math.ceil(QUESTIONS_A_MINUTE / 60 * (service.mean_s + SEARCH_S))
    while (p95 := float(np.quantile(responses(came, needs, servers), 0.95))) > GOAL_P95_S:
        servers += 1
    return servers, p95


def main() -> None:
    """Print the arithmetic."""
    chunks = ARTICLES * CHUNKS_AN_ARTICLE
    service = Lognormal(ANSWER_P50_S, ANSWER_P95_S)
    say: Callable[[str], None] = print
    say(f"- {ARTICLES:,} articles of {CHUNKS_AN_ARTICLE} chunks: {chunks / 1e6:.0f} million.")
    vectors = chunks * VECTOR_INDEX_B / GB
    words, rows = chunks * WORD_INDEX_B / GB, chunks * ROW_B / GB
    texts = ARTICLES * ARTICLE_B / GB
    say(
        f"- Disk: HNSW {vectors:.0f} GB ({VECTOR_INDEX_B:,} B a chunk; "
        f"{chunks * VECTOR_INDEX_LARGE_B / GB:.0f} where partitions are large), full text "
        f"{words:.0f} GB, rows {rows:.0f} GB, articles, versions and stories {texts:.0f} GB: "
        f"{vectors + words + rows + texts:.0f} GB, twice that with a generation beside it."
    )
    held = vectors + words / 4
    nodes = math.ceil(held / (0.75 * MEMORY_GB))
    say(
        f"- Memory: HNSW is to be in it, and the frequent quarter of the full text: {held:.0f} GB, "
        f"three quarters of {nodes} node of {MEMORY_GB} GB; with its standby {2 * nodes}."
    )
    encoding_h = chunks / ENCODED_A_CORE_S / 3600
    building_h = chunks * VECTOR_BUILD_S * 2 / 3600
    reading_h = ARTICLES * READ_S / 3600
    say(
        f"- Build: encoding {encoding_h:.0f} core-hours ({ENCODED_A_CORE_S:.0f} chunks a core and "
        f"second), {encoding_h / CORES_A_NODE:.0f} hours on {CORES_A_NODE} cores of workers; "
        f"reading, comparing and storing {reading_h:.0f} hours in the one process that builds, "
        f"beside them; HNSW {building_h:.0f} core-hours, {60 * building_h / CORES_A_NODE:.0f} "
        "minutes."
    )
    per_s = QUESTIONS_A_MINUTE / 60
    servers, p95 = answerers_needed(service)
    busy_s = service.mean_s + SEARCH_S
    peak = BURST / (1 + BURST_SHARE * (BURST - 1))
    reading = per_s * service.mean_s * CORES_AN_ANSWERER
    say(
        f"- Questions: {per_s:.1f} a second of {busy_s:.2f} s in the mean, search included, keep "
        f"{per_s * busy_s:.1f} answerers busy; {servers} are needed for p95 under "
        f"{GOAL_P95_S:.0f} s with bursts of {BURST:.0f} times (simulated: {p95:.2f} s). Reading "
        f"takes {reading:.1f} cores of them, {peak * reading:.1f} in a burst; else they wait for "
        "the database."
    )
    search_ms = 1000 * SEARCH_S
    searching = per_s * SEARCH_S
    nodes = math.ceil(peak * searching / CORES_A_NODE)
    say(
        f"- Search: {MONTHS} partitions of {PARTITION_MS} ms, and words, are {SEARCH_S:.2f} core-s "
        f"a question: {searching:.1f} cores of the database, {peak * searching:.0f} in a burst, "
        f"which {nodes} nodes of {CORES_A_NODE} cores have, the standby being one; and "
        f"{search_ms:.0f} ms of each answer. In one partition of 100,000 it is "
        f"{ONE_PARTITION_MS} ms."
    )
    daily, rebuild = (reading + searching) * 24, encoding_h + reading_h + building_h
    say(f"- Core-hours: {daily:.0f} a day of questions, {rebuild:.0f} a rebuild.")


if __name__ == "__main__":
    main()
