"""Fetch one address from the web: politely, safely, and no more than is wanted.

Politely: robots.txt is kept, a host is left time between requests, and what has not changed is
not sent again. Safely: only public addresses, every redirect checked, everything bounded. Knows
nothing of what it fetches.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import FetchError
from index.web.addresses import parse_url, port_of
from index.web.connections import Deadline, Resolver, look_up
from index.web.exchange import Answer, Client, Task
from index.web.fetched import Fetched, Gone, NotModified, NotThere, Validators
from index.web.identity import user_agent
from index.web.pacing import PoliteClient
from index.web.robots import MAX_ROBOTS_BYTES, Robots

if TYPE_CHECKING:
    from httpx import URL

_MOVED, _MOVED_FOR_GOOD = (301, 302, 303, 307, 308), (301, 308)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """How to fetch.

    Attributes:
        total_s: Longest time for one address with all its redirects; polite waiting not counted.
        connect_s: Longest time to connect.
        read_s: Longest silence of a server.
        max_bytes: Largest body, as sent and unpacked.
        max_redirects: How many redirects are followed.
        delay_s: Time between two requests to a host.
        max_delay_s: Longest time that a site may ask for, between requests or before a second try.
        allow_private: Also fetch from this machine and its network, at any port.
        contact: Address of a page or a mailbox for the user agent, for sites that want to object.
    """

    total_s: float = 30.0
    connect_s: float = 10.0
    read_s: float = 10.0
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    delay_s: float = 1.0
    max_delay_s: float = 30.0
    allow_private: bool = False
    contact: str = ""


class Fetcher:
    """Fetches addresses, one at a time; remembers what hosts asked for.

    Args:
        settings: How to fetch.
        resolve: Looks hosts up.
        sleep: Waits between requests.
        trust: Whose certificates count; by default the system's and certifi's.
    """

    def __init__(
        self,
        settings: FetchSettings | None = None,
        *,
        resolve: Resolver = look_up,
        sleep: Callable[[float], None] = time.sleep,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        from httpcore import default_ssl_context

        self.settings = chosen = settings or FetchSettings()
        client = Client(
            user_agent(chosen.contact),
            resolve,
            trust or default_ssl_context(),
            chosen.connect_s,
            chosen.read_s,
            chosen.allow_private,
        )
        self._client = PoliteClient(client, chosen.max_delay_s, sleep)
        self._robots: dict[tuple[str, bytes, int], Robots] = {}

    def fetch(
        self, url: str, validators: Validators | None = None, *, max_bytes: int | None = None
    ) -> Fetched | NotModified | NotThere | Gone:
        """Fetch what is at `url`.

        Args:
            url: Absolute http or https URL.
            validators: From an earlier time, to fetch it only if it has changed.
            max_bytes: Largest body, instead of the one in the settings.

        Raises:
            FetchError: Why not, worded to follow the URL: "answers 500 (Internal Server Error)".
        """
        known = validators or Validators()
        limit = self.settings.max_bytes if max_bytes is None else max_bytes
        task = Task(Deadline(self.settings.total_s), known.headers(), limit)
        start = parse_url(url, allow_private=self.settings.allow_private)
        here, answer, for_good = self._follow(start, task, heed_robots=True)
        given = Validators(answer.headers.get("etag"), answer.headers.get("last-modified"))
        match answer.status:
            case 200 | 203:
                said = answer.content_type, answer.charset, given
                return Fetched(str(here), answer.status, answer.body, *said, for_good)
            case 304 if task.headers:
                newest = (given.etag or known.etag, given.last_modified or known.last_modified)
                return NotModified(str(here), Validators(*newest))
            case 404:
                return NotThere(str(here))
            case 410:
                return Gone(str(here))
        raise FetchError(f"answers {answer}")

    def _follow(self, start: "URL", task: Task, *, heed_robots: bool) -> tuple["URL", Answer, bool]:
        """Ask, and go where the answer points to; every step is checked like the first.

        Returns:
            The last URL, its answer, and whether all the redirects, at least one, were for good.
        """
        here, seen, for_good = start, {start}, True
        while True:
            try:
                if heed_robots:
                    self._heed_robots(here, task.deadline)
                answer = self._client.get(here, task, self._delay_s(here))
            except FetchError as exc:
                if here == start:
                    raise
                raise FetchError(f"redirects to {here}, which {exc}") from exc
            target = answer.headers.get("location")
            if answer.status not in _MOVED or target is None:
                return here, answer, for_good and here != start
            here = self._target(here, target)
            for_good = for_good and answer.status in _MOVED_FOR_GOOD
            if here in seen:
                raise FetchError("redirects in a circle")
            if len(seen) > self.settings.max_redirects:
                raise FetchError(f"redirects more than {self.settings.max_redirects} times")
            seen.add(here)

    def _target(self, here: "URL", location: str) -> "URL":
        """Where a redirect points to."""
        from httpx import InvalidURL

        # Servers send UTF-8 in a header that libraries must take for Latin-1.
        location = location.encode("latin-1").decode("utf-8", "replace")
        try:
            return parse_url(str(here.join(location)), allow_private=self.settings.allow_private)
        except (FetchError, InvalidURL, ValueError) as exc:
            raise FetchError(f"redirects to {location[:200]!r}, which {exc}") from exc

    def _delay_s(self, url: "URL") -> float:
        """Time between requests to the host of a URL, as far as its wishes are known."""
        robots = self._robots.get(_site(url), Robots())
        return max(self.settings.delay_s, min(robots.delay_s, self.settings.max_delay_s))

    def _heed_robots(self, url: "URL", deadline: Deadline) -> None:
        """Keep to the site's robots.txt, which is asked for once.

        Raises:
            FetchError: It forbids the URL, or cannot be had.
        """
        site = _site(url)
        robots = self._robots.get(site)
        if robots is None:
            hurried = deadline.left_s < self.settings.total_s / 2
            robots = self._ask_robots(url, deadline)
            if not (robots.refused and hurried):  # then it was not the site that was slow
                self._robots[site] = robots
        if robots.refused:
            raise FetchError(robots.refused)
        if not robots.allows(str(url)):
            raise FetchError("is forbidden by the robots.txt of its site")

    def _ask_robots(self, url: "URL", deadline: Deadline) -> Robots:
        """Fetch the robots.txt of a site; there being none allows all, failure allows nothing."""
        task = Task(deadline, {}, MAX_ROBOTS_BYTES, cut=True)
        try:
            _, answer, _ = self._follow(
                url.copy_with(raw_path=b"/robots.txt"), task, heed_robots=False
            )
        except FetchError as exc:
            return Robots(f"{exc} (when asked for its robots.txt)")
        if answer.status < 300:
            return Robots.parse(answer.body)
        if 400 <= answer.status < 500:
            return Robots()
        return Robots(f"answers {answer} when asked for its robots.txt, so it is left alone")


def _site(url: "URL") -> tuple[str, bytes, int]:
    """What one robots.txt holds for."""
    return url.scheme, url.raw_host, port_of(url)
