"""One request to a server that misbehaves: a proper answer, or a sentence that says why not."""

import itertools
import socket
import ssl
import struct

import pytest
import trustme

from index.errors import FetchError
from index.web.addresses import parse_url
from index.web.connections import Deadline
from index.web.exchange import Answer, Client, Task
from tests.web.web_server import NOBODY, Reply, Request, WebServer, endless, packed, response


def client(trust: ssl.SSLContext | None = None, read_s: float = 5) -> Client:
    """A client to which every host is on loopback."""
    return Client(
        "Dateline/test",
        lambda host, port: ["127.0.0.1"],
        trust or NOBODY,
        5,
        read_s,
        allow_private=True,
    )


def get(url: str, total_s: float = 5, max_bytes: int = 100_000, read_s: float = 5) -> Answer:
    """Send one request."""
    return client(read_s=read_s).get(
        parse_url(url, allow_private=True), Task(Deadline(total_s), {}, max_bytes)
    )


def reset(request: Request, connection: socket.socket) -> None:
    """Answer half a line and reset the connection."""
    connection.sendall(b"HTTP/1.1 200 O")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "proper HTTP .Server disconnected without sending a response"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "proper HTTP"),
        (b"\0\xff" * 500, "proper HTTP"),
        (b"<html>no head</html>", "proper HTTP"),
        (b"HTTP/1.1 ABC OK\r\n\r\n", "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "proper HTTP"),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", "proper HTTP"),
        (HEAD + b"Content-Length: 99\r\n\r\nshort", "proper HTTP .peer closed connection"),
        (HEAD + b"Content-Length: -1\r\n\r\nshort", "proper HTTP"),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nshort!", "proper HTTP"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", "proper HTTP"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", "proper HTTP"),
        (HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n", "proper HTTP"),
        (HEAD + b"X: a\r\n" * 40_000 + b"\r\n", "proper HTTP"),
        (endless(HEAD, itertools.repeat(b"X: a\r\n" * 1000)), "proper HTTP"),
        (endless(HEAD + b"\r\n", itertools.repeat(b"a" * 9999)), "has more than 0.1 MB"),
        (
            endless(
                HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
                itertools.repeat(b"%x\r\n%s\r\n" % (9999, b"a" * 9999)),
            ),
            "has more than 0.1 MB",
        ),
        (HEAD + b"Content-Length: 9999999999\r\n\r\n" + b"a" * 200_000, "has more than 0.1 MB"),
        (packed(bytes(10_000_000)), "has more than 0.1 MB"),
        (response(b"x", Content_Encoding="br"), "packed as 'br'"),
        (response(b"<html>", Content_Encoding="gzip"), "packed with gzip but is not"),
        (reset, "broke the connection off"),
    ],
)
def test_a_server_that_misbehaves_is_a_fetch_error(reply: Reply, reason: str) -> None:
    """No answer, garbage, wrong lengths, floods, bombs, resets: each has its sentence."""
    with WebServer() as server:
        server.pages["/"] = reply
        with pytest.raises(FetchError, match=reason) as failure:
            get(server.url)
    assert "\n" not in str(failure.value)
    assert len(str(failure.value)) < 300


def test_a_silent_server_is_given_up() -> None:
    """After the longest silence that is borne."""
    with WebServer() as server:
        server.pages["/"] = server.silent
        with pytest.raises(FetchError, match=r"gave no answer within 0\.2 s"):
            get(server.url, read_s=0.2)


@pytest.mark.parametrize("head", [b"", HEAD, HEAD + b"Content-Length: 9999\r\n\r\n"])
def test_a_slow_drip_does_not_hold_longer_than_the_total(head: bytes) -> None:
    """A byte now and then keeps every single wait short, in the head as in the body."""
    with WebServer() as server:

        def reply(request: Request, connection: socket.socket) -> None:
            connection.sendall(head)
            drip = server.slowly(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 9999)
            assert callable(drip)
            drip(request, connection)

        server.pages["/"] = reply
        with pytest.raises(FetchError, match=r"took longer than 0\.3 s"):
            get(server.url, total_s=0.3)


def test_nobody_listens() -> None:
    """A refused connection is an error with the system's reason."""
    with WebServer() as server:
        pass
    with pytest.raises(FetchError, match=r"cannot be connected to .*refused"):
        get(server.url)


@pytest.mark.parametrize(
    ("reply", "body"),
    [
        (response("text"), b"text"),
        (packed("text"), b"text"),
        (response("text and more", Content_Length="4"), b"text"),
        (HEAD + b"\r\nuntil the end", b"until the end"),
        (b"HTTP/1.0 200\r\n\r\nold", b"old"),
        (b"HTTP/1.1 200 OK\nA: b\n\nlines", b"lines"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n", b"text"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + response("text"), b"text"),
        (response("", status=200), b""),
        (response("not wanted", status=404), b""),
    ],
)
def test_answers_of_all_kinds_are_taken(reply: bytes, body: bytes) -> None:
    """Old and new HTTP, with and without a length; what follows the end is nobody's."""
    with WebServer() as server:
        server.pages["/"] = reply
        assert get(server.url).body == body


def test_the_head_of_a_request() -> None:
    """It names host and client, keeps no connection and asks for nothing but gzip."""
    with WebServer() as server:
        url = parse_url(f"http://news.example:{server.port}/a b?ä=1#c", allow_private=True)
        client().get(url, Task(Deadline(5), {"If-None-Match": '"1"'}, 100))
        (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/a%20b?%C3%A4=1")
    assert request.headers.pop("accept").startswith("text/html,")  # type: ignore[attr-defined]
    assert request.headers == {
        "host": f"news.example:{server.port}",
        "user-agent": "Dateline/test",
        "accept-encoding": "gzip",
        "connection": "close",
        "if-none-match": '"1"',
    }


def test_a_header_that_cannot_be_sent_is_a_fetch_error() -> None:
    """A validator with a line end does not become a header of its own."""
    with WebServer() as server:
        url = parse_url(server.url, allow_private=True)
        for value in ('"1"\r\nX: y', "\0"):
            with pytest.raises(FetchError, match="cannot be asked for in proper HTTP"):
                client().get(url, Task(Deadline(5), {"If-None-Match": value}, 100))
    assert not server.requests


@pytest.mark.parametrize(
    ("header", "content_type", "charset"),
    [
        ("text/html; charset=ISO-8859-1", "text/html", "iso-8859-1"),
        ('TEXT/HTML;Charset="UTF-8"; x=y', "text/html", "utf-8"),
        ("application/rss+xml", "application/rss+xml", None),
        ("text/html; charset=", "text/html", None),
        ("nonsense", "text/plain", None),
        ("text/html; charset*=utf-8''x", "text/html", "x"),
        (None, "", None),
    ],
)
def test_content_types(header: str | None, content_type: str, charset: str | None) -> None:
    """Type and charset are told apart; decoding is for others."""
    answer = Answer(200, {} if header is None else {"content-type": header})
    assert answer.content_type == content_type
    assert answer.charset == charset


def test_statuses_are_named() -> None:
    """Known ones with their phrase, others by number."""
    assert str(Answer(418, {})) == "418 (I'm a Teapot)"
    assert str(Answer(799, {})) == "799"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Somebody who issues certificates."""
    return trustme.CA()


def secured(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for some names."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_a_certificate_must_be_for_the_name_and_not_for_the_address(
    authority: trustme.CA,
) -> None:
    """Connecting to a checked address leaves TLS as it was: the name is sent and proven."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    named: list[str | None] = []
    context = secured(authority, "news.example")
    context.sni_callback = lambda _, name, __: named.append(name)
    with WebServer(context) as server:
        server.pages["/"] = response("text")
        url = parse_url(f"https://news.example:{server.port}/", allow_private=True)
        assert client(trust).get(url, Task(Deadline(5), {}, 100)).body == b"text"
        assert named == ["news.example"]
        for host in ("other.example", "127.0.0.1"):
            wrong = url.copy_with(host=host)
            with pytest.raises(FetchError, match="certificate verify failed"):
                client(trust).get(wrong, Task(Deadline(5), {}, 100))


def test_a_certificate_of_somebody_unknown_is_refused(authority: trustme.CA) -> None:
    """The right name, signed by nobody one trusts, proves nothing."""
    with (
        WebServer(secured(authority, "127.0.0.1")) as server,
        pytest.raises(FetchError, match=r"cannot be connected to .*CERTIFICATE_VERIFY_FAILED"),
    ):
        get(server.url)
