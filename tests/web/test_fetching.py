"""Fetching is polite and safe, and tells apart what was found from what was not."""

import itertools
from collections.abc import Iterator

import pytest

from index.errors import FetchError
from index.web.exchange import ACCEPT
from index.web.fetched import Fetched, Gone, NotModified, NotThere, Validators
from index.web.fetching import Fetcher, FetchSettings
from index.web.identity import user_agent
from tests.web.web_server import Reply, WebServer, eager_fetcher, endless, response


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A server that has nothing yet."""
    with WebServer() as running:
        yield running


def fetched(url: str) -> Fetched:
    """Fetch what must be there."""
    answer = eager_fetcher().fetch(url)
    assert isinstance(answer, Fetched)
    return answer


def test_what_is_there_comes_with_all_that_is_said_of_it(server: WebServer) -> None:
    """Bytes as they are, type and charset as declared, validators for the next time."""
    server.pages["/a"] = response(
        "größer".encode("latin-1"),
        "text/html; charset=utf-8",  # wrong, and nobody's business here
        ETag='W/"1"',
        Last_Modified="Sat, 21 Dec 2024 09:55:00 GMT",
    )
    assert fetched(server.url + "/a#part") == Fetched(
        server.url + "/a",
        200,
        b"gr\xf6\xdfer",
        "text/html",
        "utf-8",
        Validators('W/"1"', "Sat, 21 Dec 2024 09:55:00 GMT"),
        redirected_permanently=False,
    )


def test_what_has_not_changed_is_not_sent_again(server: WebServer) -> None:
    """Validators go out as they came in, and the newest ones are handed back."""
    server.pages["/a"] = response(status=304, ETag='"2"')
    before = Validators('"1"', "Sat, 21 Dec 2024 09:55:00 GMT")
    answer = eager_fetcher().fetch(server.url + "/a", before)
    assert answer == NotModified(
        server.url + "/a", Validators('"2"', "Sat, 21 Dec 2024 09:55:00 GMT")
    )
    sent = server.requests[-1].headers
    assert sent["if-none-match"] == '"1"'
    assert sent["if-modified-since"] == "Sat, 21 Dec 2024 09:55:00 GMT"
    with pytest.raises(FetchError, match="answers 304"):  # nobody asked for that
        eager_fetcher().fetch(server.url + "/a")


@pytest.mark.parametrize("tag", ['"ü"', '"日本"', '"a\r\nX: y"'])
def test_validators_that_cannot_be_sent(server: WebServer, tag: str) -> None:
    """Odd ones are sent as well as can be or refused, and never become a header."""
    server.pages["/a"] = response("text")
    try:
        eager_fetcher().fetch(server.url + "/a", Validators(tag))
    except FetchError:
        return
    assert "x" not in server.requests[-1].headers


def test_not_there_is_not_gone(server: WebServer) -> None:
    """404 may be a mistake, 410 is meant."""
    server.pages["/gone"] = response(status=410)
    fetcher = eager_fetcher()
    assert fetcher.fetch(server.url + "/never") == NotThere(server.url + "/never")
    assert fetcher.fetch(server.url + "/gone") == Gone(server.url + "/gone")


@pytest.mark.parametrize("status", [201, 204, 206, 300, 301, 400, 401, 403, 451, 500, 502, 503])
def test_other_answers_are_errors(server: WebServer, status: int) -> None:
    """Each with its number and name."""
    server.pages["/a"] = response("sorry", status=status)
    with pytest.raises(FetchError, match=rf"^answers {status} \(\w"):
        eager_fetcher().fetch(server.url + "/a")


def test_a_connection_that_breaks_is_tried_once_more(server: WebServer) -> None:
    """A hiccup is no failure; two in a row are."""
    server.pages["/a"] = [b"", response("text")]
    server.pages["/b"] = [b"", b"", response("text")]
    assert fetched(server.url + "/a").body == b"text"
    with pytest.raises(FetchError, match="proper HTTP"):
        eager_fetcher().fetch(server.url + "/b")
    assert server.asked == ["/a", "/a", "/b", "/b"]


def test_the_limit_is_the_callers(server: WebServer) -> None:
    """The one in the settings holds unless another is given."""
    server.pages["/a"] = response(bytes(2000))
    fetcher = eager_fetcher(max_bytes=1000)
    with pytest.raises(FetchError, match=r"has more than 0\.001 MB"):
        fetcher.fetch(server.url + "/a")
    assert isinstance(fetcher.fetch(server.url + "/a", max_bytes=2000), Fetched)


# Redirects


@pytest.mark.parametrize(
    ("statuses", "for_good"),
    [([301], True), ([308, 301], True), ([302], False), ([301, 307], False), ([303], False)],
)
def test_redirects_are_followed(server: WebServer, statuses: list[int], for_good: bool) -> None:
    """Relative or not; only a chain that is for good from end to end moves an address."""
    targets = ["two", f"//127.0.0.1:{server.port}/three?q=a b"]
    paths = ["/one", "/two", "/three?q=a%20b"]
    for path, status, target in zip(paths, statuses, targets, strict=False):
        server.pages[path] = response(status=status, Location=target)
    end = paths[len(statuses)]
    server.pages[end] = response("text")
    answer = fetched(server.url + "/one")
    assert (answer.url, answer.redirected_permanently) == (server.url + end, for_good)


def test_a_redirect_may_be_written_in_any_letters(server: WebServer) -> None:
    """Servers send UTF-8 where only ASCII belongs."""
    server.pages["/one"] = response(status=302, Location="/grün straße?q=ü")
    server.pages["/gr%C3%BCn%20stra%C3%9Fe?q=%C3%BC"] = response("text")
    assert fetched(server.url + "/one").body == b"text"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "redirects to 'file:///etc/passwd', which is no web address"),
        ("ftp://news.example/", "which is no web address"),
        ("http://ann:secret@127.0.0.1/", "which has a user name or password"),
        ("http://2130706433/", "which writes its host in a way that hides its address"),
        ("http://[::1", "which is no valid URL|redirects to"),
        ("/start", "redirects in a circle"),
        ("/start#again", "redirects in a circle"),
        ("/ping", "redirects in a circle"),
        ("/0", "redirects more than 5 times"),
        ("/missing", None),
        ("", "redirects in a circle"),
        ("\xff\xfe", None),
    ],
)
def test_redirects_to_where_nobody_should_go(
    server: WebServer, target: str, reason: str | None
) -> None:
    """Other schemes, passwords, circles and endless chains end in a sentence."""
    server.pages["/start"] = response(status=302, Location=target)
    server.pages["/ping"] = response(status=302, Location="/pong")
    server.pages["/pong"] = response(status=302, Location="/ping")
    for n in range(9):
        server.pages[f"/{n}"] = response(status=302, Location=f"/{n + 1}")
    if reason is None:
        assert isinstance(eager_fetcher().fetch(server.url + "/start"), NotThere)
    else:
        with pytest.raises(FetchError, match=reason):
            eager_fetcher().fetch(server.url + "/start")
    assert len(server.asked) <= 6


def test_a_redirect_from_outside_to_this_machine_is_refused(server: WebServer) -> None:
    """What counts is where a name is: the public site is asked, the private one never is.

    Both are this server in truth; only the guard is told otherwise.
    """
    addresses = {"news.example": "127.0.0.1", "inside.example": "10.0.0.7"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.web.connections.is_public", lambda address: address == "127.0.0.1")
        patch.setattr("index.web.addresses.PORTS", (server.port,))
        fetcher = Fetcher(FetchSettings(delay_s=0), resolve=lambda host, port: [addresses[host]])
        inside = f"http://inside.example:{server.port}/admin"
        server.pages["/a"] = response(status=302, Location=inside)
        with pytest.raises(
            FetchError, match=rf"redirects to {inside}, which is at 10\.0\.0\.7, which is no public"
        ):
            fetcher.fetch(f"http://news.example:{server.port}/a")
    assert [request.headers["host"].split(":")[0] for request in server.requests] == [
        "news.example",
        "news.example",
    ]


@pytest.mark.parametrize(
    "url",
    ["http://localhost/", "http://127.0.0.1:8080/", "http://[::1]/", "http://[::ffff:7f00:1]/"],
)
def test_this_machine_is_not_fetched_from_by_default(url: str) -> None:
    """However it is named."""
    with pytest.raises(FetchError, match="is no public address"):
        Fetcher().fetch(url)


# robots.txt


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (response("User-agent: *\nDisallow: /a"), "is forbidden by the robots.txt of its site"),
        (response("User-agent: Dateline\nDisallow: /"), "is forbidden by the robots.txt"),
        (response("User-agent: *\nDisallow: /b"), None),
        (response("", status=200), None),
        (response("no", status=404), None),
        (response("no", status=403), None),
        (response("no", status=410), None),
        (response("User-agent: *\nDisallow: /" + "x" * 600_000), None),
        (response("User-agent: *\nDisallow: /a\n" + "#" * 600_000), "is forbidden"),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", itertools.repeat(b"# more\n" * 999)), None),
        (response("sorry", status=500), r"answers 500 \(Internal Server Error\) when asked for"),
        (response("sorry", status=503), "answers 503"),
        (response("sorry", status=429), r"answers 429 .*\(when asked for its robots.txt\)"),
        (response(status=302, Location="/robots.txt"), "redirects in a circle"),
        (response(status=302, Location="/elsewhere"), None),
        (b"", r"proper HTTP .*\(when asked for its robots.txt\)"),
        (response("<title>Welcome</title>"), None),
    ],
)
def test_robots_txt_is_kept(server: WebServer, robots: Reply, reason: str | None) -> None:
    """Its rules count; none allows all; one that cannot be had forbids all for now."""
    server.pages["/robots.txt"] = robots
    server.pages["/a"] = response("text")
    fetcher = eager_fetcher()
    for _ in range(2):
        if reason is None:
            assert isinstance(fetcher.fetch(server.url + "/a"), Fetched)
        else:
            with pytest.raises(FetchError, match=reason):
                fetcher.fetch(server.url + "/a")
    assert server.asked.count("/a") == (2 if reason is None else 0)
    assert len(server.requests) - len(server.asked) <= 2  # once, or twice after a broken connection


def test_each_site_has_its_own_robots_txt(server: WebServer) -> None:
    """A redirect to another site must be allowed there."""
    with WebServer() as other:
        other.pages["/robots.txt"] = response("User-agent: *\nDisallow: /private")
        other.pages["/open"] = response("text")
        for path in ("private", "open"):
            server.pages["/" + path] = response(status=302, Location=f"{other.url}/{path}")
        assert fetched(server.url + "/open").body == b"text"
        with pytest.raises(FetchError, match=r"redirects to .*/private, which is forbidden"):
            eager_fetcher().fetch(server.url + "/private")
        assert other.asked == ["/open"]


def test_a_robots_txt_is_not_blamed_for_the_time_that_others_took(server: WebServer) -> None:
    """The site that a slow one redirects to is asked again when there is time."""

    def slowly(host: str, port: int) -> list[str]:
        if host == "slow.example":
            server.stopping.wait(0.4)
        return ["127.0.0.1"]

    settings = FetchSettings(total_s=1.5, delay_s=0, allow_private=True)
    fetcher = Fetcher(settings, resolve=slowly)
    target = f"http://fast.example:{server.port}/a"
    server.pages["/start"] = response(status=302, Location=target)
    server.pages["/robots.txt"] = [response(status=404), server.silent, response(status=404)]
    server.pages["/a"] = response("text")
    with pytest.raises(FetchError, match=r"redirects to .*, which took longer than 1\.5 s"):
        fetcher.fetch(f"http://slow.example:{server.port}/start")
    assert isinstance(fetcher.fetch(target), Fetched)


# Who asks


def test_dateline_says_who_it_is(server: WebServer) -> None:
    """Name, version, and a contact if there is one; the same for robots.txt and pages."""
    server.pages["/a"] = response("text")
    settings = FetchSettings(delay_s=0, allow_private=True, contact="https://x.example/bot")
    Fetcher(settings).fetch(server.url + "/a")
    assert {request.headers["user-agent"] for request in server.requests} == {
        user_agent("https://x.example/bot")
    }
    assert {request.headers["accept"] for request in server.requests} == {ACCEPT}
