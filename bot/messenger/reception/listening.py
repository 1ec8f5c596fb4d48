"""HTTP servers of the bot: an address, and what is answered there.

Knows nothing of what is asked for; TLS is the business of a proxy in front.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from index.errors import UsageError

SHUTDOWN_S = 2.0
_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.%]+)\]|(?P<host>[^\s:\[\]/]+)):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class Server:
    """An HTTP server.

    Attributes:
        listen: Host and port; port 0 takes a free one.
        setting: Where `listen` comes from, for messages.
        routes: What is answered; everything else is 404.
        max_bytes: Largest body of a request; a larger one is 413.
    """

    listen: str
    setting: str
    routes: Sequence[web.AbstractRouteDef]
    max_bytes: int = 1024


def address(listen: str, setting: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.

    Raises:
        UsageError: It is none; the message names `setting`.
    """
    found = _ADDRESS.fullmatch(listen.strip())
    if found is None or int(found["port"]) > 65_535:
        raise UsageError(
            f"{setting} {listen!r} is no address; write host and port, such as 127.0.0.1:8080."
        )
    return found["ipv6"] or found["host"], int(found["port"])


@asynccontextmanager
async def serve_http(server: Server) -> AsyncIterator[str]:
    """Answer HTTP requests while the body runs; those under way are answered at its end.

    Yields:
        Where it listens, such as `127.0.0.1:8080`.

    Raises:
        UsageError: Its address is none, or cannot be listened on.
    """
    host, port = address(server.listen, server.setting)
    application = web.Application(client_max_size=server.max_bytes)
    application.add_routes(server.routes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as exc:
            raise UsageError(
                f"{server.setting} {server.listen!r} cannot be listened on "
                f"({exc.strerror or exc}); stop what uses it, or give it another address."
            ) from exc
        host, port, *_ = runner.addresses[0]
        yield f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    finally:
        await runner.cleanup()
