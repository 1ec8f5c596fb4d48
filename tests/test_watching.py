"""A watch brings the index up to date and follows what happens to folders and addresses."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.errors import UsageError
from index.folder import IndexFolder
from index.intake import BuildReport
from index.watching import Watched, watch
from retrieval.answerer import Answerer
from retrieval.live import LiveAnswerer
from tests.retrieval_support import PhraseReader, margin_calibration
from tests.support import build, index_writer, open_library, write_files
from tests.web.test_collecting import entry, feed
from tests.web.web_server import WebServer, eager_fetcher, response

PATIENCE_S = 20.0  # only a test that fails waits so long


@dataclass
class Running:
    """A watch in a thread."""

    folder: Path
    stop: threading.Event = field(default_factory=threading.Event)
    reports: list[BuildReport] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    thread: threading.Thread | None = None

    @property
    def index(self) -> Path:
        """Where the index is."""
        return self.folder / "index"

    def start(self, *addresses: str, folders: tuple[str, ...] = ("articles",)) -> None:
        """Begin to watch."""
        watched = Watched(
            [self.folder / name for name in folders],
            addresses,
            0.2,
            self.reports.append,
            self.troubles.append,
        )
        arguments = (index_writer(self.index), watched, eager_fetcher(), self.stop)
        self.thread = threading.Thread(target=watch, args=arguments)
        self.thread.start()

    def paths(self) -> list[str]:
        """Articles that may be quoted."""
        if IndexFolder(self.index).current_or_none() is None:
            return []
        return sorted(article.path for article in open_library(self.index).latest(1000))

    def until(self, *paths: str) -> None:
        """Wait until just these articles are in."""
        wait_until(lambda: self.paths() == sorted(paths), lambda: f"{self.paths()} {self.troubles}")


def wait_until(is_so: Callable[[], bool], told: Callable[[], str] = str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, told()
        time.sleep(0.02)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A watch that ends with the test."""
    write_files(tmp_path / "articles", {"a.txt": "A zebra ran.", "deep/b.txt": "A boat sank."})
    made = Running(tmp_path)
    yield made
    made.stop.set()
    if made.thread:
        made.thread.join(PATIENCE_S)
        assert not made.thread.is_alive()


def test_files_come_change_move_and_go(running: Running) -> None:
    """Each change is followed, also of whole subfolders; hidden and other files are not."""
    articles = running.folder / "articles"
    running.start()
    running.until("a.txt", "deep/b.txt")
    write_files(articles, {"c.txt": "A goat sang.", ".hidden/d.txt": "x", "notes.xls": "x"})
    running.until("a.txt", "c.txt", "deep/b.txt")
    write_files(articles, {"c.txt": "A goat slept."})
    wait_until(lambda: any(report.changed == ["c.txt"] for report in running.reports))
    (articles / "deep").rename(articles / "deeper")
    running.until("a.txt", "c.txt", "deeper/b.txt")
    (articles / "c.txt").rename(articles / "e.md")
    running.until("a.txt", "deeper/b.txt", "e.md")
    write_files(running.folder, {"elsewhere/f/g.txt": "A bear danced."})
    (running.folder / "elsewhere" / "f").rename(articles / "f")
    running.until("a.txt", "deeper/b.txt", "e.md", "f/g.txt")
    shutil.rmtree(articles / "deeper")
    (articles / "f").rename(running.folder / "gone")
    running.until("a.txt", "e.md")
    assert running.troubles == []


def test_a_file_that_is_written_slowly_is_read_when_it_is_whole(running: Running) -> None:
    """At the end the index holds all of it."""
    running.start()
    running.until("a.txt", "deep/b.txt")
    with (running.folder / "articles" / "slow.txt").open("w") as file:
        for n in range(8):
            file.write(f"Sentence {n} of a report that comes in pieces. ")
            file.flush()
            time.sleep(0.1)
        file.write("The end.")
    running.until("a.txt", "deep/b.txt", "slow.txt")
    wait_until(
        lambda: any(a.text.endswith("The end.") for a in open_library(running.index).latest(9))
    )


def test_an_empty_folder_waits_for_its_first_file(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told once, however often it is tried again; a folder that is missing is refused."""
    monkeypatch.setattr("index.watching.RETRY_S", 0.2)
    (running.folder / "empty").mkdir()
    running.start(folders=("empty",))
    wait_until(lambda: len(running.troubles) == 1)
    assert "holds no articles" in running.troubles[0]
    write_files(running.folder / "empty", {"first.txt": "At last."})
    running.until("first.txt")
    assert len(running.troubles) == 1
    nowhere = Watched([running.folder / "none"], [], 1, print, print)
    with pytest.raises(UsageError, match="does not exist"):
        watch(index_writer(running.index), nowhere, eager_fetcher(), threading.Event())


def test_a_bad_file_and_a_busy_index_stop_nothing(running: Running) -> None:
    """What cannot be read is named; what cannot be written now is written later."""
    running.start()
    running.until("a.txt", "deep/b.txt")
    (running.folder / "articles" / "bad.txt").write_bytes(b"\0\1\2")
    wait_until(lambda: any(report.failed for report in running.reports))
    with index_writer(running.index).changing():
        write_files(running.folder / "articles", {"late.txt": "A late word."})
        time.sleep(1)
        assert running.paths() == ["a.txt", "deep/b.txt"]
    running.until("a.txt", "deep/b.txt", "late.txt")


def test_feeds_are_asked_again(running: Running) -> None:
    """What a feed lists later comes in; a feed that fails for a while is told and tried again."""
    body = "<p>The ferry of Norvik sailed at noon with all on board, said the harbour master.</p>"
    with WebServer() as server:
        for n in (1, 2):
            server.pages[f"/{n}"] = response(f"<!DOCTYPE html><article>{body * 3}{n}</article>")
        server.pages["/feed"] = feed(entry(1))
        running.start(server.url + "/feed", folders=())
        running.until(server.url + "/1")
        server.pages["/feed"] = response(status=500)
        wait_until(lambda: any(report.failed for report in running.reports))
        server.pages["/feed"] = feed(entry(1), entry(2))
        running.until(server.url + "/1", server.url + "/2")
        running.stop.set()
        assert running.thread is not None
        running.thread.join(PATIENCE_S)


def test_a_running_answerer_follows_a_watch_without_a_failed_question(running: Running) -> None:
    """Asked all the time while articles come, change and go, it always answers, at last anew."""
    articles = running.folder / "articles"
    write_files(articles, {"ferry.txt": "The ferry carried 100 people."})
    build(articles, running.index)
    reader = PhraseReader({f"{n} people": 5.0 for n in range(100, 120)})
    answerer = LiveAnswerer(
        IndexFolder(running.index),
        lambda: Answerer(open_library(running.index), reader, margin_calibration()),
    )
    running.start()
    answers: list[str | None] = []
    for n in range(100, 106):
        write_files(articles, {"ferry.txt": f"The ferry carried {n} people."})

        def is_told(wanted: str = f"{n} people") -> bool:
            answers.append(answerer.answer("How many people did the ferry carry?").answer)
            return answers[-1] == wanted

        wait_until(is_told)
    assert None not in answers
