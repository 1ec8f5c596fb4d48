"""One HTTP request and its response: the only place that knows the HTTP library.

No redirect is followed, nothing is remembered, no connection is used twice: what a server sends
beyond the end of a response can never pass for the next one.
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpcore

from index.errors import FetchError
from index.web.addresses import port_of
from index.web.bodies import read_body
from index.web.connections import Deadline, GuardedBackend, Resolver

if TYPE_CHECKING:
    from httpx import URL

ACCEPT = (
    "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, "
    "application/feed+json, application/xml;q=0.9, */*;q=0.8"
)
WITH_BODY = (200, 203)


class BrokenOffError(FetchError):
    """The connection failed in a way that may not repeat itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response.

    Attributes:
        status: Its number.
        headers: Names in lower case; repeated ones joined with commas.
        body: Unpacked; empty unless the status is 200 or 203.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """Media type in lower case; empty if the server does not say."""
        return self._message().get_content_type() if "content-type" in self.headers else ""

    @property
    def charset(self) -> str | None:
        """Charset that the server declares."""
        return self._message().get_content_charset() or None

    def __str__(self) -> str:
        try:
            return f"{self.status} ({HTTPStatus(self.status).phrase})"
        except ValueError:
            return str(self.status)

    def _message(self) -> Message:
        message = Message()
        message["Content-Type"] = self.headers.get("content-type", "")
        return message


@dataclass(frozen=True, slots=True)
class Task:
    """What to send, what to take, and until when.

    Attributes:
        deadline: When it must have ended.
        headers: Request headers besides the usual ones.
        max_bytes: Largest body, as sent and unpacked.
        cut: Take the beginning of a larger body instead of refusing it.
    """

    deadline: Deadline
    headers: dict[str, str]
    max_bytes: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """Asks servers.

    Attributes:
        agent: The User-Agent header.
        resolve: Looks hosts up.
        trust: Whose certificates count.
        connect_s: Longest time to connect.
        read_s: Longest silence of a server.
        allow_private: Also connect to addresses that are not public.
    """

    agent: str
    resolve: Resolver
    trust: ssl.SSLContext
    connect_s: float
    read_s: float
    allow_private: bool

    def get(self, url: "URL", task: Task) -> Answer:
        """Send a GET request.

        Raises:
            FetchError: There is no proper response.
        """
        backend = GuardedBackend(task.deadline, self.resolve, allow_private=self.allow_private)
        port = port_of(url)
        target = httpcore.URL(scheme=url.scheme, host=url.raw_host, port=port, target=url.raw_path)
        with (
            self._translated(task.deadline),
            httpcore.HTTPConnection(
                target.origin, ssl_context=self.trust, network_backend=backend
            ) as connection,
            connection.stream(
                "GET",
                target,
                headers=self._head(url, task),
                extensions={
                    "timeout": {
                        "connect": self.connect_s,
                        "read": self.read_s,
                        "write": self.read_s,
                    }
                },
            ) as response,
        ):
            headers: dict[str, str] = {}
            for raw_name, raw_value in response.headers:
                name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
            body = b""
            if response.status in WITH_BODY:
                body = read_body(
                    response.iter_stream(),
                    headers.get("content-encoding", ""),
                    task.max_bytes,
                    cut=task.cut,
                )
            return Answer(response.status, headers, body)

    def _head(self, url: "URL", task: Task) -> list[tuple[bytes, bytes]]:
        """The request headers; what Latin-1 has no letter for cannot have come from a header."""
        stated = {
            "Host": url.netloc.decode(),
            "User-Agent": self.agent,
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
            "Connection": "close",
            **task.headers,
        }
        return [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in stated.items()
        ]

    @contextmanager
    def _translated(self, deadline: Deadline) -> Iterator[None]:
        """Turn what the HTTP library raises into errors of ours."""
        try:
            yield
        except httpcore.TimeoutException as exc:
            if deadline.left_s <= 0:
                raise FetchError(f"took longer than {deadline.total_s:g} s") from exc
            connecting = isinstance(exc, httpcore.ConnectTimeout)
            limit_s = self.connect_s if connecting else self.read_s
            raise FetchError(f"gave no answer within {limit_s:g} s") from exc
        except httpcore.ConnectError as exc:
            raise BrokenOffError(f"cannot be connected to ({_reason(exc)})") from exc
        except httpcore.NetworkError as exc:
            raise BrokenOffError(f"broke the connection off ({_reason(exc)})") from exc
        except httpcore.RemoteProtocolError as exc:
            raise BrokenOffError(f"does not answer in proper HTTP ({_reason(exc)})") from exc
        except httpcore.LocalProtocolError as exc:
            raise FetchError(f"cannot be asked for in proper HTTP ({_reason(exc)})") from exc


def _reason(exc: Exception) -> str:
    """What a library says, short enough for a sentence."""
    return (str(exc) or type(exc).__name__)[:200].rstrip(".")
