"""HTTP servers of the bot: where they listen, and what happens where they cannot."""

import socket

import httpx
import pytest
from aiohttp import web

from bot.messenger.reception.listening import Server, address, serve_http
from index.errors import UsageError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("listen", "parts"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        (" localhost:0 ", ("localhost", 0)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
        ("[::1]:9464", ("::1", 9464)),
        ("my-host.example:443", ("my-host.example", 443)),
    ],
)
def test_host_and_port_are_told_apart(listen: str, parts: tuple[str, int]) -> None:
    """Names, IPv4 and, in brackets, IPv6 addresses are taken."""
    assert address(listen, "SETTING") == parts


@pytest.mark.parametrize(
    "listen",
    ["", "8080", ":8080", "localhost", "localhost:", "a:b", "h:65536", "::1:80", "http://h:80"],
)
def test_what_is_no_address_is_explained(listen: str) -> None:
    """The message names the setting and the value, and shows how to write it."""
    with pytest.raises(UsageError) as caught:
        address(listen, "DATELINE_METRICS_LISTEN")
    assert str(caught.value) == (
        f"DATELINE_METRICS_LISTEN {listen!r} is no address; "
        "write host and port, such as 127.0.0.1:8080."
    )


async def _echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


async def test_routes_are_answered_and_nothing_else() -> None:
    """What is not routed is 404, a body over the limit 413; afterwards nobody listens."""
    server = Server("127.0.0.1:0", "SETTING", [web.post("/echo", _echo)], max_bytes=10)
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serve_http(server) as where:
            taken = await client.post(f"http://{where}/echo", content=b"0123456789")
            assert (taken.status_code, taken.content) == (200, b"0123456789")
            assert (await client.get(f"http://{where}/other")).status_code == 404
            refused = await client.post(f"http://{where}/echo", content=b"0123456789A")
            assert refused.status_code == 413
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://{where}/echo")


async def test_an_address_in_use_is_explained() -> None:
    """One sentence that names the setting, not a traceback of the event loop."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"SETTING '{listen}' cannot be listened on"):
            async with serve_http(Server(listen, "SETTING", [])):
                pytest.fail("it listens where another does")
