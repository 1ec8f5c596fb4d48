"""Ask hosts no faster than they want, and leave them alone when they say so.

Knows nothing of what is asked for.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from index.errors import FetchError
from index.web.exchange import Answer, BrokenOffError, Client, Task

if TYPE_CHECKING:
    from httpx import URL

REST_S = 60.0  # for a host that says "too many requests" and not for how long


class PoliteClient:
    """A client that waits before it asks a host again."""

    def __init__(
        self, client: Client, max_wait_s: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client, self._max_wait_s, self._sleep = client, max_wait_s, sleep
        self._free_at: dict[bytes, float] = {}
        self._rests_until: dict[bytes, float] = {}

    def get(self, url: "URL", task: Task, delay_s: float) -> Answer:
        """Ask when the host wants to be asked; once more if that may help.

        Args:
            url: What to ask for.
            task: How; waiting puts its deadline off.
            delay_s: Time to leave the host before it is asked again.

        Raises:
            FetchError: There is no proper response, or the host wants to be left alone.
        """
        host = url.raw_host
        for last_try in (False, True):
            self._wait(host, task)
            try:
                answer = self._client.get(url, task)
            except BrokenOffError:
                if last_try:
                    raise
                continue
            finally:
                self._free_at[host] = time.monotonic() + delay_s
            wait_s = retry_after_s(answer.headers.get("retry-after"))
            if answer.status == 429 and wait_s is None:
                wait_s = REST_S
            if answer.status not in (429, 503) or wait_s is None:
                break
            if last_try or wait_s > self._max_wait_s:
                self._rests_until[host] = time.monotonic() + wait_s
                raise FetchError(f"answers {answer} and wants to be left alone for {wait_s:.0f} s")
            self._free_at[host] = time.monotonic() + max(wait_s, delay_s)
        return answer

    def _wait(self, host: bytes, task: Task) -> None:
        """Sleep until the host may be asked."""
        now = time.monotonic()
        rest_s = self._rests_until.get(host, now) - now
        if rest_s > 0:
            raise FetchError(f"is on a host that wants to be left alone for {rest_s:.0f} s more")
        left_s = self._free_at.get(host, now) - now
        if left_s > 0:
            self._sleep(left_s)
            task.deadline.extend(time.monotonic() - now)


def retry_after_s(header: str | None) -> float | None:
    """Seconds that a Retry-After header asks for; None if it does not say.

    Args:
        header: A number of seconds or an HTTP date.
    """
    stated = (header or "").strip()
    if stated.isascii() and stated.isdigit():
        return float(stated[:9])  # some thirty years
    try:
        moment = parsedate_to_datetime(stated)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None
