"""What a site's robots.txt allows (RFC 9309). Knows nothing of fetching."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from index.web.identity import PRODUCT

if TYPE_CHECKING:
    from protego import Protego

MAX_ROBOTS_BYTES = 512_000  # RFC 9309: at least 500 KiB must be read
_AGENT_LINE = re.compile(r"[ \t]*user[- ]?agent(?:[ \t]*:|[ \t])([^#]*)", re.IGNORECASE)
_OURS = ("*", PRODUCT.lower())


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site.

    Attributes:
        refused: Why nothing may be fetched for now; empty if the rules tell.
    """

    refused: str = ""
    _rules: "Protego | None" = None

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a robots.txt; what is no rule in it is passed over."""
        from protego import Protego

        lines = body.decode("utf-8-sig", "replace").splitlines()
        return cls(_rules=Protego.parse("\n".join(map(_without_others, lines))))

    def allows(self, url: str) -> bool:
        """Whether the rules let Dateline fetch a URL."""
        return self._rules is None or self._rules.can_fetch(url, PRODUCT)

    @property
    def delay_s(self) -> float:
        """Seconds that the site wants between two requests; 0 where it does not say."""
        if self._rules is None:
            return 0.0
        rate = self._rules.request_rate(PRODUCT)
        between = rate.seconds / rate.requests if rate and rate.requests > 0 else 0.0
        return max(self._rules.crawl_delay(PRODUCT) or 0.0, between)


def _without_others(line: str) -> str:
    """A line that names another crawler names any other; Protego's work grows with the names."""
    agent = _AGENT_LINE.match(line)
    if not agent:
        return line
    name = agent[1].strip().lower().partition("/")[0]
    return f"User-agent: {name if name in _OURS else 'another'}"
