"""The bot keeps its index in step; `dateline index watch` does until it is told to stop."""

import logging
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from bot import indexing
from bot.indexing import watching
from bot.settings import Settings
from index.errors import UsageError
from index.watching import Watched
from tests.retrieval_support import DATELINE, build_real
from tests.support import write_files


def settings(watch: str, index: Path) -> Settings:
    """Settings that watch something."""
    return Settings(watch=watch, index=index)


def test_nothing_is_watched_unless_it_is_set(tmp_path: Path) -> None:
    """No thread, no import of what watches."""
    before = threading.active_count()
    with watching(settings("", tmp_path / "index")):
        assert threading.active_count() == before


@pytest.mark.parametrize(
    ("watch", "said"), [("'open quote", "DATELINE_WATCH"), ("no/such/folder", "does not exist")]
)
def test_a_setting_that_cannot_be_followed_is_told_at_once(
    tmp_path: Path, watch: str, said: str
) -> None:
    """Before the bot begins."""
    with pytest.raises(UsageError, match=said), watching(settings(watch, tmp_path / "index")):
        pass


def test_a_bug_in_the_watch_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged with its traceback, and the watch begins again."""
    begun: list[Watched] = []
    again = threading.Event()

    def broken(
        _writer: object, watched: Watched, _fetcher: object, stop: threading.Event, _pages: int
    ) -> None:
        begun.append(watched)
        if len(begun) == 1:
            raise ZeroDivisionError
        again.set()
        stop.wait()

    monkeypatch.setattr(indexing, "watch", broken)
    monkeypatch.setattr(indexing, "RESTART_S", 0)
    names = f"'{tmp_path}' https://news.example/rss"
    with caplog.at_level(logging.ERROR), watching(settings(names, tmp_path / "index")):
        assert again.wait(20)
    assert "the watch has failed" in caplog.text
    assert (list(begun[1].folders), list(begun[1].addresses)) == (
        [tmp_path],
        ["https://news.example/rss"],
    )


def test_the_command_follows_a_folder_and_ends_when_told(
    tmp_path: Path, encoder_folder: Path
) -> None:
    """A new file is told on one line; SIGTERM ends it within a moment, with status 0."""
    articles = write_files(tmp_path / "articles", {"a.txt": "A zebra ran."})
    index = build_real(articles, tmp_path / "index", encoder_folder)
    process = subprocess.Popen(
        [*DATELINE, "index", "watch", articles, "--index", index],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout is not None
    time.sleep(0.5)
    write_files(articles, {"b.txt": "A boat sank in the harbour of Norvik."})
    line = process.stdout.readline()
    assert line.endswith("1 added: b.txt\n"), line
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert process.stdout.read() == ""
    process.stdout.close()
