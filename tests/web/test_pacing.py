"""A host is asked no faster than it wants, and left alone when it says so."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchError
from index.web.fetched import Fetched
from index.web.fetching import Fetcher, FetchSettings
from index.web.pacing import retry_after_s
from tests.web.web_server import NOBODY, WebServer, response


class Clockwork:
    """Sleeps in no time, and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


def paced(delay_s: float = 1.0, max_delay_s: float = 30.0) -> tuple[Fetcher, Clockwork]:
    """A fetcher and what it sleeps with."""
    clockwork = Clockwork()
    settings = FetchSettings(delay_s=delay_s, max_delay_s=max_delay_s, allow_private=True)
    return Fetcher(settings, sleep=clockwork, trust=NOBODY), clockwork


def test_a_host_is_left_time_between_requests() -> None:
    """Every request but the first waits the rest of the delay; another host does not."""
    fetcher, clockwork = paced(delay_s=100)
    with WebServer() as server, WebServer() as other:
        server.pages["/a"] = other.pages["/a"] = response("text")
        fetcher.fetch(server.url + "/a")
        fetcher.fetch(f"http://localhost:{other.port}/a")
    assert [90 < seconds <= 100 for seconds in clockwork.slept] == [True, True]


@pytest.mark.parametrize(("stated", "kept"), [("7", 7), ("500", 30), ("0.5", 2), ("never", 2)])
def test_a_crawl_delay_is_kept_up_to_a_bound(stated: str, kept: float) -> None:
    """The longer of the site's wish and one's own delay, but not a wish without end."""
    fetcher, clockwork = paced(delay_s=2)
    with WebServer() as server:
        server.pages["/robots.txt"] = response(f"User-agent: *\nCrawl-delay: {stated}")
        server.pages["/a"] = response("text")
        fetcher.fetch(server.url + "/a")
        fetcher.fetch(server.url + "/a")
    assert kept - 1 < clockwork.slept[-1] <= kept


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wish_to_wait_is_granted_once(status: int) -> None:
    """Retry-After is slept through and the page is asked for again."""
    fetcher, clockwork = paced(delay_s=0)
    with WebServer() as server:
        busy = response("busy", status=status, Retry_After="20")
        server.pages["/a"] = [busy, response("text")]
        answer = fetcher.fetch(server.url + "/a")
        assert isinstance(answer, Fetched)
        assert answer.body == b"text"
        assert 19 < clockwork.slept[-1] <= 20
        server.pages["/a"] = [busy, busy, response("text")]
        with pytest.raises(FetchError, match=rf"answers {status} .* left alone for 20 s"):
            fetcher.fetch(server.url + "/a")


def test_a_long_wish_to_wait_is_reported_and_kept() -> None:
    """The message names the time, and until then nothing of that host is asked for."""
    fetcher, clockwork = paced(delay_s=0)
    with WebServer() as server:
        server.pages["/a"] = response("busy", status=429, Retry_After="3600")
        server.pages["/b"] = response("text")
        with pytest.raises(FetchError, match=r"answers 429 .Too Many Requests. .* for 3600 s"):
            fetcher.fetch(server.url + "/a")
        with pytest.raises(FetchError, match=r"on a host that wants to be left alone for 3600 s"):
            fetcher.fetch(server.url + "/b")
        assert server.asked == ["/a"]
    assert not clockwork.slept


def test_too_many_requests_without_a_time_rest_the_host_for_a_minute() -> None:
    """A 429 that names no time is a wish all the same; a 503 is only a failure."""
    fetcher, _ = paced(delay_s=0)
    with WebServer() as server:
        server.pages["/a"] = response("busy", status=503)
        server.pages["/b"] = response("busy", status=429)
        with pytest.raises(FetchError, match=r"answers 503 .Service Unavailable.$"):
            fetcher.fetch(server.url + "/a")
        with pytest.raises(FetchError, match=r"answers 429 .* left alone for 60 s"):
            fetcher.fetch(server.url + "/b")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0),
        (" 120 ", 120),
        ("9" * 5000, 999_999_999),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    """Both forms are read; what is neither says nothing."""
    assert retry_after_s(header) == seconds


def test_retry_after_a_date_to_come() -> None:
    """A date is so many seconds from now, also when it leaves the zone out."""
    then = datetime.now(UTC) + timedelta(seconds=100)
    for header in (format_datetime(then), then.strftime("%a, %d %b %Y %H:%M:%S")):
        assert 90 < (retry_after_s(header) or 0) <= 100


@given(st.text(max_size=40))
def test_any_retry_after_is_a_time_or_none(header: str) -> None:
    """No header can raise anything or ask for less than nothing."""
    seconds = retry_after_s(header)
    assert seconds is None or seconds >= 0
