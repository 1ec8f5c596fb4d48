"""Connections go to the address that was checked, and end when the time is up."""

import socket
import threading

import httpcore
import pytest

from index.errors import FetchError
from index.web.connections import Deadline, GuardedBackend, look_up
from tests.web.web_server import WebServer, response


def backend(*addresses: str, allow_private: bool = False) -> GuardedBackend:
    """A backend to which every host is at the given addresses."""
    return GuardedBackend(Deadline(5), lambda host, port: addresses, allow_private=allow_private)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0"]
)
def test_a_host_at_a_private_address_is_refused(address: str) -> None:
    """No connection is tried, and the message names the address."""
    with pytest.raises(FetchError, match=f"is at {address}, which is no public address"):
        backend(address).connect_tcp("news.example", 80, 1)


def test_localhost_is_refused_by_default() -> None:
    """The real resolver says where it is, and there nothing is fetched."""
    guarded = GuardedBackend(Deadline(5), look_up, allow_private=False)
    with pytest.raises(FetchError, match="which is no public address"):
        guarded.connect_tcp("localhost", 80, 1)


def test_only_public_addresses_of_a_host_are_tried() -> None:
    """A private one beside a public one is passed over; the tests' own guard stops the other."""
    with pytest.raises(RuntimeError, match=r"reaches for the network.*8\.8\.8\.8"):
        backend("10.0.0.1", "127.0.0.1", "8.8.8.8").connect_tcp("news.example", 80, 1)


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name that turns private after the check is of no use: it is looked up once."""
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    guarded = GuardedBackend(Deadline(5), lambda host, port: answers.pop(0), allow_private=False)
    with pytest.raises(RuntimeError, match=r"8\.8\.8\.8"):
        guarded.connect_tcp("news.example", 80, 1)
    assert answers == [["127.0.0.1"]]


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    """A host with several addresses is reached at the first that is there."""
    with WebServer() as server:
        stream = backend("127.0.0.2", "127.0.0.1", allow_private=True).connect_tcp(
            "news.example", server.port, 1
        )
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", server.port)
        stream.close()


def test_a_host_without_addresses_cannot_be_connected_to() -> None:
    """Neither a resolver that finds nothing nor one that fails gets past the boundary."""

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def unwritable(host: str, port: int) -> list[str]:
        return [host.encode("idna").decode()]

    with pytest.raises(httpcore.ConnectError, match="no address"):
        backend().connect_tcp("news.example", 80, 1)
    with pytest.raises(FetchError, match=r"cannot be found .Name or service not known"):
        GuardedBackend(Deadline(5), unknown, allow_private=False).connect_tcp("x", 80)
    with pytest.raises(FetchError, match="cannot be found"):
        GuardedBackend(Deadline(5), unwritable, allow_private=False).connect_tcp("a" * 99, 80)


def test_a_look_up_that_hangs_is_given_up() -> None:
    """The system's resolver takes its time; the deadline holds all the same."""
    released = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        released.wait(10)
        return []

    with pytest.raises(httpcore.ConnectTimeout, match="look-up"):
        GuardedBackend(Deadline(0.1), hanging, allow_private=False).connect_tcp("x", 80, 5)
    released.set()


def test_nothing_is_sent_or_awaited_after_the_deadline() -> None:
    """Each step on a connection asks how much time is left."""
    with WebServer() as server:
        server.pages["/"] = response("text")
        deadline = Deadline(5)
        guarded = GuardedBackend(deadline, look_up, allow_private=True)
        stream = guarded.connect_tcp("127.0.0.1", server.port, 1)
        deadline.extend(-5)
        with pytest.raises(httpcore.ReadTimeout):
            stream.write(b"GET / HTTP/1.1\r\n\r\n", 1)
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1, 1)
        with pytest.raises(httpcore.ReadTimeout):
            guarded.connect_tcp("127.0.0.1", server.port, 1)
        stream.close()


def test_a_deadline_can_be_put_off() -> None:
    """Time spent waiting out of politeness is given back."""
    deadline = Deadline(1)
    deadline.extend(100)
    assert 100 < deadline.left_s <= 101
    assert deadline.bound(3) == 3
    assert deadline.bound(None) > 99
