"""What the bot answers over HTTP: its health, its metrics, and what Telegram posts to it."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.messenger.operating.metrics import BotMetrics
from bot.messenger.reception.health import Health
from bot.messenger.reception.listening import Server
from bot.messenger.reception.webhook import MAX_UPDATE_BYTES, Webhook
from bot.settings import Settings


def servers_of(
    settings: Settings,
    health: Health,
    waiting: Callable[[], int],
    webhook: Webhook | None,
    metrics: BotMetrics | None,
) -> list[Server]:
    """The servers that the settings ask for.

    Args:
        settings: Where they listen.
        health: Told by each of them.
        waiting: How many updates are not done with.
        webhook: What Telegram posts to.
        metrics: What Prometheus reads.
    """
    well, found = health_route(health, waiting), []
    if webhook is not None:
        routes, listen = [webhook.route(), well], settings.webhook_listen
        found.append(Server(listen, "DATELINE_WEBHOOK_LISTEN", routes, MAX_UPDATE_BYTES))
    if metrics is not None:
        metrics.queue_depth.set_function(waiting)
        routes, listen = [metrics_route(metrics), well], settings.metrics_listen
        found.append(Server(listen, "DATELINE_METRICS_LISTEN", routes))
    return found


def health_route(health: Health, waiting: Callable[[], int]) -> web.RouteDef:
    """`GET /healthz`: 200 while all is well, else 503.

    Args:
        health: Whether messages come in.
        waiting: How many updates are not done with.
    """

    async def report(request: web.Request) -> web.Response:
        told = {
            "status": health.trouble or "ok",
            "waiting": waiting(),
            "silent_s": round(health.silent_s, 1),
        }
        return web.json_response(told, status=200 if health.is_well else 503)

    return web.get("/healthz", report)


def metrics_route(metrics: BotMetrics) -> web.RouteDef:
    """`GET /metrics`: what Prometheus reads."""

    async def report(request: web.Request) -> web.Response:
        body, kind = await asyncio.to_thread(metrics.exposition)  # it reads the index
        return web.Response(body=body, headers={"Content-Type": kind})

    return web.get("/metrics", report)
