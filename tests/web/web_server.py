"""A web server on loopback that does what a test tells it, however wrong.

What it sends is written byte by byte, since a server library would not misbehave.
"""

import gzip
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from types import TracebackType
from typing import Self

from index.web.fetching import Fetcher, FetchSettings

Reply = bytes | Callable[["Request", socket.socket], None]
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to load whom one trusts takes 50 ms
EAGER = FetchSettings(delay_s=0, allow_private=True)  # for tests that want nobody to wait


@dataclass(frozen=True, slots=True)
class Request:
    """What the client sent; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


def response(
    body: bytes | str = b"",
    content_type: str | None = "text/html",
    status: int = 200,
    **headers: str | None,
) -> bytes:
    """A response in proper HTTP; a header of None is left out.

    Args:
        body: What it holds.
        content_type: Its Content-Type.
        status: Its number.
        headers: More of them, with underscores for hyphens.
    """
    raw = body.encode() if isinstance(body, str) else body
    stated = {"Content-Type": content_type, "Content-Length": str(len(raw))}
    stated |= {name.replace("_", "-"): value for name, value in headers.items()}
    status_line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"
    lines = "".join(f"{name}: {value}\r\n" for name, value in stated.items() if value is not None)
    return f"{status_line}\r\n{lines}\r\n".encode() + raw


def packed(body: bytes | str) -> bytes:
    """A page sent with gzip."""
    raw = body.encode() if isinstance(body, str) else body
    return response(gzip.compress(raw, mtime=0), Content_Encoding="gzip")


def endless(head: bytes, chunks: Iterable[bytes]) -> Reply:
    """A reply that goes on until the client has had enough."""

    def reply(request: Request, connection: socket.socket) -> None:
        connection.sendall(head)
        for chunk in chunks:
            connection.sendall(chunk)

    return reply


class WebServer:
    """Serves what is put into `pages`: `with WebServer() as server`.

    Attributes:
        url: Its root, without a slash at the end.
        pages: Replies by path; several in a list are given one after the other, the last for
            good. Any other path gets a 404.
        requests: What was asked for, in order.
    """

    def __init__(self, secure: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Reply | list[Reply]] = {}
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._secure = secure

    def __enter__(self) -> Self:
        """Listen."""
        web = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the client has left
                    web._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 50

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if self._secure else ''}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def asked(self) -> list[str]:
        """Paths that were asked for, in order, without robots.txt."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def slowly(self, body: bytes, pause_s: float = 0.02) -> Reply:
        """A reply of a byte at a time."""

        def reply(request: Request, connection: socket.socket) -> None:
            for byte in body:
                connection.sendall(bytes([byte]))
                if self.stopping.wait(pause_s):
                    return

        return reply

    def silent(self, request: Request, connection: socket.socket) -> None:
        """A reply that never comes."""
        self.stopping.wait(5)

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(10)
        connection = self._secure.wrap_socket(plain, server_side=True) if self._secure else plain
        with connection:
            raw = b""
            while b"\r\n\r\n" not in raw:
                received = connection.recv(65_536)
                if not received:
                    return
                raw += received
            head, *lines = raw.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
            method, path, _ = head.split(" ")
            named = (line.partition(":") for line in lines)
            request = Request(method, path, {n.lower(): v.strip() for n, _, v in named})
            self.requests.append(request)
            reply = self.pages.get(path, response("nothing here", status=404))
            if isinstance(reply, list):
                reply = reply.pop(0) if len(reply) > 1 else reply[0]
            if callable(reply):
                reply(request, connection)
            else:
                connection.sendall(reply)


def eager_fetcher(max_bytes: int = EAGER.max_bytes) -> Fetcher:
    """A fetcher that asks loopback and never waits."""
    settings = replace(EAGER, max_bytes=max_bytes)
    return Fetcher(settings, sleep=lambda seconds: None, trust=NOBODY)
