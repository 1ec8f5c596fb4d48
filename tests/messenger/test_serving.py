"""What the bot answers over HTTP to whoever watches over it."""

import httpx
import pytest

from bot.messenger.operating.metrics import BotMetrics
from bot.messenger.operating.serving import servers_of
from bot.messenger.reception.health import UNWELL_AFTER_S, Health
from bot.messenger.reception.listening import serve_http
from index.library import Freshness
from tests.messenger.support import bot_settings
from tests.messenger.test_health import Clock

pytestmark = pytest.mark.anyio


async def test_health_and_metrics_are_told() -> None:
    """/healthz is 200 or 503, always with the same facts; /metrics is what Prometheus reads."""
    clock, metrics = Clock(), BotMetrics(lambda: Freshness("2024-12-20", None))
    health = Health(clock)
    settings = bot_settings("http://127.0.0.1:9", metrics_listen="127.0.0.1:0")
    (server,) = servers_of(settings, health, lambda: 7, None, metrics)
    async with serve_http(server) as where, httpx.AsyncClient(trust_env=False) as client:
        clock.now += 3
        well = await client.get(f"http://{where}/healthz")
        assert well.json() == {"status": "ok", "waiting": 7, "silent_s": 3.0}
        assert well.status_code == 200
        clock.now += UNWELL_AFTER_S
        unwell = await client.get(f"http://{where}/healthz")
        assert unwell.json()["status"] == "nothing is heard from Telegram"
        assert unwell.status_code == 503
        told = await client.get(f"http://{where}/metrics")
        assert told.headers["content-type"].startswith("text/plain; version=")
        assert "dateline_queue_depth 7.0\n" in told.text
