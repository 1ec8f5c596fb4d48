"""Logging of the bot process: without its token, and without what people write unless allowed.

Whoever logs gives facts as `extra`: `logger.info("Question answered", extra={"chat": 5})`. Texts
go by one of the names in `TEXTS`. Knows nothing of what is logged.
"""

import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

TEXTS = frozenset("text question answer query raw".split())
"""Names of facts that hold what people write or are answered."""
_MADE = ("message", "asctime")  # what other formatters leave in a record; they are no facts
_TELLTALES = ("httpx", "httpcore", "aiohttp.access")  # they log the address of every request
_TALKATIVE = "telegram"  # it logs every message, at DEBUG

logger = logging.getLogger(__name__)


def scrub(text: str, *tokens: str) -> str:
    """Text without the tokens, also as they are quoted in addresses."""
    for token in filter(None, tokens):
        quoted = quote(token, safe="")
        for form in (token, quoted, quoted.replace("%3A", "%3a")):
            text = text.replace(form, "<token>")
    return text


class TokenScrubber(structlog.stdlib.ProcessorFormatter):
    """Formats a record, its traceback included, without the tokens."""

    def __init__(
        self, *tokens: str, as_json: bool = False, texts: bool = False, colours: bool = False
    ) -> None:
        """Format records.

        Args:
            tokens: What is blotted out.
            as_json: One JSON object a line, rather than text.
            texts: Keep the facts named in `TEXTS`.
            colours: For a terminal.
        """
        super().__init__(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
            processors=[
                _with_origin,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if texts else [_without_texts]),
                # As a string: what renders frames shows the local variables, and so the texts.
                structlog.processors.format_exc_info,
                *(_json_line() if as_json else _text_line(colours)),
            ],
        )
        self._tokens = tokens

    def format(self, record: logging.LogRecord) -> str:
        """The finished line or lines."""
        told = {name: value for name, value in vars(record).items() if name not in _MADE}
        try:
            record.getMessage()
        except (TypeError, ValueError, KeyError):  # else `logging` prints it as it is
            told |= {"msg": f"{record.msg} with {record.args!r}", "args": None}
        record = logging.makeLogRecord(told)
        return scrub(super().format(record), *self._tokens)


def configure_logging(level: str, *tokens: str, as_json: bool = False, texts: bool = False) -> None:
    """Log to stderr, the tokens blotted out; replaces handlers that would not do so.

    What nobody catches is logged, too: the interpreter would print it as it is.

    Args:
        level: The least that is logged, by its name.
        tokens: Secrets that no line may show.
        as_json: One JSON object a line, rather than text.
        texts: Log what people write and what they are answered.
    """
    handler = logging.StreamHandler()
    colours = sys.stderr.isatty()
    handler.setFormatter(TokenScrubber(*tokens, as_json=as_json, texts=texts, colours=colours))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    least = logging.getLogger().level
    for library in _TELLTALES:
        logging.getLogger(library).setLevel(max(least, logging.WARNING))
    logging.getLogger(_TALKATIVE).setLevel(least if texts else max(least, logging.INFO))
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _json_line() -> list[Processor]:
    return [structlog.processors.JSONRenderer()]


def _text_line(colours: bool) -> list[Processor]:
    return [
        _on_one_line,
        structlog.dev.ConsoleRenderer(
            pad_event_to=0,
            pad_level=False,
            colors=colours,
            sort_keys=False,
            repr_native_str=True,
            exception_formatter=structlog.dev.plain_traceback,
        ),
    ]


def _with_origin(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """When it was logged, how bad it is, and by whom: in front of all other facts."""
    record: logging.LogRecord = event["_record"]
    origin = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    return {**origin, **event, **origin}


def _without_texts(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if name not in TEXTS}


def _on_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A line break in a message must not look like another line of the log."""
    told = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode()
        for one in str(event["event"])
    )
    return {**event, "event": told}


def _log_uncaught(
    kind: type[BaseException], error: BaseException, at: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, at)
    else:
        logger.critical("Nobody caught an error", exc_info=(kind, error, at))


def _log_uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:  # None: the interpreter is on its way out
        _log_uncaught(failed.exc_type, failed.exc_value, failed.exc_traceback)
