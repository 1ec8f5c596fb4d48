"""Logging of the bot process, without its token. Knows nothing of what is logged."""

import logging
from urllib.parse import quote


def scrub(text: str, token: str) -> str:
    """Text without the token, also as it is quoted in addresses."""
    return text.replace(token, "<token>").replace(quote(token, safe=""), "<token>")


class TokenScrubber(logging.Formatter):
    """Formats a record, its traceback included, without the token."""

    def __init__(self, token: str) -> None:
        """Blot out `token`."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        """The finished line or lines."""
        return scrub(super().format(record), self._token)


def configure_logging(level: str, token: str) -> None:
    """Log to stderr, `token` blotted out; replaces handlers that would not do so."""
    handler = logging.StreamHandler()
    handler.setFormatter(TokenScrubber(token))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in ("httpx", "httpcore"):  # they log the address of every request
        logging.getLogger(library).setLevel(logging.WARNING)
