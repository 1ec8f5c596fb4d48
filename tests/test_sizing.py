"""The simulation behind the sizing agrees with what queueing theory knows exactly."""

import numpy as np
import pytest

from tests.benchmarks.sizing import Lognormal, arrivals, erlang_c, responses


def test_the_simulation_is_erlangs_where_that_holds() -> None:
    """Arrivals at random and exponential service: the share that waits, and the mean wait."""
    rng = np.random.default_rng(1)
    rate, mean_s, servers = 10.0, 0.4, 6
    came = np.cumsum(rng.exponential(1 / rate, 60_000))
    needs = rng.exponential(mean_s, len(came))
    waited = responses(came, needs, servers) - needs
    waits = erlang_c(rate * mean_s, servers)
    assert (waited > 1e-9).mean() == pytest.approx(waits, abs=0.02)
    assert waited.mean() == pytest.approx(waits * mean_s / (servers - rate * mean_s), rel=0.1)


def test_bursts_keep_the_rate_and_service_its_percentiles() -> None:
    """What is drawn is what was measured."""
    rng = np.random.default_rng(2)
    assert len(arrivals(rng, 5, 40_000)) == pytest.approx(5 * 40_000, rel=0.05)
    drawn = Lognormal(0.13, 0.32).draw(rng, 50_000)
    assert np.quantile(drawn, [0.5, 0.95]) == pytest.approx([0.13, 0.32], rel=0.03)
    assert drawn.mean() == pytest.approx(Lognormal(0.13, 0.32).mean_s, rel=0.03)
