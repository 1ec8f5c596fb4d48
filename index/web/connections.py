"""Connect to web servers at checked addresses and within a deadline.

The host is looked up once, what comes of it is checked, and that same address is connected to: a
name that is public when asked about and private a moment later gains nothing. The name still goes
into the Host header and into TLS, where the certificate must match it. Knows nothing of HTTP.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from ipaddress import ip_address

import httpcore

from index.errors import FetchError
from index.web.addresses import is_public

Resolver = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the order in which they are to be tried.

    Raises:
        OSError: It has none.
    """
    with suppress(ValueError):
        return [str(ip_address(host))]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Deadline:
    """The moment by which something must have ended."""

    def __init__(self, total_s: float) -> None:
        self.total_s = total_s
        self._ends = time.monotonic() + total_s

    @property
    def left_s(self) -> float:
        """Seconds that are left; below zero when it has passed."""
        return self._ends - time.monotonic()

    def extend(self, seconds: float) -> None:
        """Put it off, for time that was spent waiting out of politeness."""
        self._ends += seconds

    def bound(self, timeout_s: float | None) -> float:
        """The shorter of a time-out and what is left.

        Raises:
            httpcore.ReadTimeout: Nothing is left.
        """
        left = self.left_s
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left if timeout_s is None else min(left, timeout_s)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to public addresses only, unless private ones are allowed too."""

    def __init__(self, deadline: Deadline, resolve: Resolver, *, allow_private: bool) -> None:
        self._deadline, self._resolve, self._allow_private = deadline, resolve, allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers.

        Raises:
            FetchError: The host has no address, or none that may be asked.
        """
        failure: Exception = httpcore.ConnectError("it has no address")
        for address in self._checked(host, port, self._deadline.bound(timeout)):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self._deadline.bound(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return DeadlineStream(stream, self._deadline)
        raise failure

    def _checked(self, host: str, port: int, timeout_s: float) -> Sequence[str]:
        """The addresses of a host that may be asked."""
        found: Future[Sequence[str]] = Future()

        def run() -> None:
            try:
                found.set_result(self._resolve(host, port))
            except BaseException as exc:  # whatever it is, `result` raises it
                found.set_exception(exc)

        # The system's resolver takes no time-out, and a thread that hangs in it cannot be ended.
        threading.Thread(target=run, daemon=True).start()
        try:
            addresses = found.result(timeout_s)
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout("the look-up of its address") from exc
        except (OSError, UnicodeError) as exc:
            reason = getattr(exc, "strerror", None) or exc
            raise FetchError(f"has a host that cannot be found ({reason})") from exc
        allowed = [name for name in addresses if self._allow_private or is_public(name)]
        if addresses and not allowed:
            raise FetchError(
                f"is at {addresses[0]}, which is no public address; "
                "private ones are fetched only where that is allowed"
            )
        return allowed


class DeadlineStream(httpcore.NetworkStream):
    """A connection on which no wait outlasts the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(
            ssl_context, server_hostname, self._deadline.bound(timeout)
        )
        return DeadlineStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
