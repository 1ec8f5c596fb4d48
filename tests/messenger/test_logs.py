"""The log of the bot: alike for all, one line a message, and never a secret in it."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.operating.logs import TEXTS, TokenScrubber, configure_logging

TOKEN = "7:TESTS-only_TokenOfTheLogs"
LIBRARIES = ("", "telegram", "httpx", "httpcore", "aiohttp.access")


def record(message: str, *arguments: object, **facts: object) -> logging.LogRecord:
    """A record as a module of the bot makes it."""
    made = logging.LogRecord("bot.here", logging.INFO, "here.py", 1, message, arguments, None)
    vars(made).update(facts)
    return made


def failed() -> logging.LogRecord:
    """A record with a traceback; the local variable is what somebody wrote."""
    private = "who told you?"
    try:
        try:
            raise ValueError(f"https://api.example/bot{quote(TOKEN, safe='')}/getMe")
        except ValueError as exc:
            raise RuntimeError(TOKEN, len(private)) from exc
    except RuntimeError:
        made = record("It failed")
        made.exc_info = sys.exc_info()
        return made


@pytest.fixture
def _logging_as_before() -> Iterator[None]:
    """Put back what `configure_logging` changes for the whole process."""
    root = logging.getLogger()
    handlers, hooks = list(root.handlers), (sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    sys.excepthook, threading.excepthook = hooks
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_tells_when_how_bad_who_and_what() -> None:
    """Text for people: no colours, the facts behind the message."""
    made = record("Question %s", "answered", chat=5, lane="chat 5")
    made.created = 0.0
    logging.Formatter("%(asctime)s %(message)s").format(made)  # another handler was first
    line = TokenScrubber(TOKEN).format(made)
    assert line == (
        "1970-01-01T00:00:00.000+00:00 [info] Question answered [bot.here] chat=5 lane='chat 5'"
    )


def test_json_is_one_object_a_line() -> None:
    """JSON for programs: the same facts by their names, a traceback as one string."""
    line = TokenScrubber(TOKEN, as_json=True).format(record("Done", chat=5, took_ms=1.5))
    told = json.loads(line)
    assert told.pop("timestamp")
    assert told == {
        "level": "info",
        "logger": "bot.here",
        "event": "Done",
        "chat": 5,
        "took_ms": 1.5,
    }
    failure = TokenScrubber(TOKEN, as_json=True).format(failed())
    assert "\n" not in failure
    assert "RuntimeError: ('<token>', 13)" in json.loads(failure)["exception"]


@pytest.mark.parametrize("as_json", [False, True])
def test_texts_are_logged_only_where_that_is_allowed(as_json: bool) -> None:
    """What people write stays out of the log, whatever fact it is part of, until it is wanted."""
    made = record("Asked", **dict.fromkeys(TEXTS, "who told you?"), chat=5)
    assert "who" not in TokenScrubber(TOKEN, as_json=as_json).format(made)
    assert "5" in TokenScrubber(TOKEN, as_json=as_json).format(made)
    allowed = TokenScrubber(TOKEN, as_json=as_json, texts=True).format(made)
    assert allowed.count("who told you?") == len(TEXTS)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_traceback_shows_no_variables(as_json: bool) -> None:
    """What somebody wrote is in the variables of whatever failed, and does not get out."""
    shown = TokenScrubber(TOKEN, as_json=as_json).format(failed())
    assert "Traceback" in shown
    assert "ValueError" in shown
    assert "told you" not in shown.replace('private = "who told you?"', "")


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("form", [TOKEN, quote(TOKEN, safe=""), TOKEN.replace(":", "%3a")])
def test_no_token_gets_out(as_json: bool, form: str) -> None:
    """Not in a message, its arguments, a fact, a fact in a fact, a name; quoted or not."""
    formatter = TokenScrubber("other", TOKEN, as_json=as_json)
    made = record(
        "at %s %s", form, form, url=f"x/{form}?a", nested={"a": [form]}, bytes=form.encode()
    )
    made.name = form
    line = formatter.format(made)
    assert form not in line
    assert line.count("<token>") == 6
    assert TOKEN not in formatter.format(failed())
    assert quote(TOKEN, safe="") not in formatter.format(failed())


def test_a_wrong_call_of_the_log_is_logged() -> None:
    """What does not fit its arguments is not lost, nor printed as it is."""
    line = TokenScrubber(TOKEN).format(record("%d of %s", "two", TOKEN))
    assert "%d of %s with ('two', '<token>')" in line


@given(st.text(), st.text(), st.booleans())
def test_nothing_can_feign_a_line(message: str, value: str, as_json: bool) -> None:
    """Whatever is in a message or a fact, it makes one line, in any sense of a line."""
    line = TokenScrubber(TOKEN, as_json=as_json).format(record("%s", message, fact=value))
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


@pytest.mark.usefixtures("_logging_as_before")
def test_what_libraries_tell_is_kept_within_bounds() -> None:
    """None logs addresses, nor messages unless allowed, and none more than was asked for."""

    def heard() -> dict[str, str]:
        return {
            name: logging.getLevelName(logging.getLogger(name).getEffectiveLevel())
            for name in LIBRARIES[1:]
        }

    quiet = dict.fromkeys(("httpx", "httpcore", "aiohttp.access"), "WARNING")
    configure_logging("DEBUG", TOKEN)
    assert heard() == {"telegram": "INFO", **quiet}
    configure_logging("DEBUG", TOKEN, texts=True)
    assert heard() == {"telegram": "DEBUG", **quiet}
    configure_logging("ERROR", TOKEN)
    assert set(heard().values()) == {"ERROR"}


def run(program: str) -> list[dict[str, Any]]:
    """What a program logs, as JSON, on standard error and nowhere else."""
    begin = (
        "from bot.messenger.operating.logs import configure_logging as c; "
        f"c('INFO', {TOKEN!r}, as_json=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{begin}\n{program}"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert not done.stdout
    assert TOKEN not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_what_nobody_catches_is_logged() -> None:
    """The interpreter would print a traceback with the token in it."""
    (told,) = run(f"raise ValueError({TOKEN!r})")
    assert told["level"] == "critical"
    assert told["exception"].endswith("ValueError: <token>")


def test_what_fails_in_a_thread_is_logged() -> None:
    """So it is in a thread, and for a warning."""
    told = run(
        "import threading, warnings\n"
        f"def fail(): raise ValueError({TOKEN!r})\n"
        "thread = threading.Thread(target=fail)\n"
        "thread.start(); thread.join()\n"
        f"warnings.warn({TOKEN!r})"
    )
    assert told[0]["exception"].endswith("ValueError: <token>")
    assert told[1]["logger"] == "py.warnings"
