"""The work of editors on a small real index, and what is told of it."""

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.messenger.editing.desk import MAX_ITEMS, IndexDesk, index_desk
from bot.messenger.editing.editorial import Account, Outcome, Post, Withdrawal
from bot.settings import Settings
from index.errors import IndexBusyError, IndexMissingError
from index.intake import Progress
from index.metadata import Metadata
from index.writer import IndexWriter
from tests.support import build, index_writer, open_library, write_files
from tests.web.test_collecting import entry, feed
from tests.web.web_server import WebServer, eager_fetcher, response

NEWS = {"old.txt": "The mayor of Norvik resigned.", "sub/ship.txt": "A ship sank off Norvik."}
POST = Post(
    -1001234,
    42,
    "Bridge opened\n\nAda Lind opened the bridge on 3 May.",
    Metadata(
        source="Harbour",
        author="Ada Lind",
        published="2024-05-03T10:00:00+00:00",
        url="https://t.me/harbour/42",
    ),
)
POST_PATH = "added/telegram/1001234-42.txt"


def desk_for(index: Path) -> IndexDesk:
    """A desk for an index without a model."""
    return IndexDesk(
        index,
        lambda progress, rebuilds: IndexWriter(index, index_writer(index).recipe, progress),
        eager_fetcher,
    )


@pytest.fixture
def desk(tmp_path: Path) -> IndexDesk:
    """A desk for an index of two articles."""
    build(write_files(tmp_path / "articles", NEWS), tmp_path / "index")
    return desk_for(tmp_path / "index")


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A site."""
    with WebServer() as running:
        yield running


def told(account: Account) -> list[tuple[Outcome, str]]:
    """What became of which article."""
    return [(item.outcome, item.path) for item in account.items]


def live(desk: IndexDesk) -> set[str]:
    """Paths of the articles that can be quoted."""
    return {article.path for article in open_library(desk.location).latest(100)}


def test_a_file_comes_in_is_replaced_and_says_what_it_replaced(desk: IndexDesk) -> None:
    """By its name; sent twice, as after a crash, it is unchanged and named all the same."""
    first = desk.add_file("a.txt", b"By Ada Lind\n\nThe ferry sailed at noon.")
    assert told(first) == [(Outcome.ADDED, "added/a.txt")]
    assert first.items[0].article is not None
    assert (first.items[0].article.author, first.items[0].before) == ("Ada Lind", None)
    again = desk.add_file("a.txt", b"By Ada Lind\n\nThe ferry sailed at noon.")
    assert told(again) == [(Outcome.UNCHANGED, "added/a.txt")]
    assert again.items[0].article == first.items[0].article
    edited = desk.add_file("a.txt", b"The ferry sailed at one.")
    assert told(edited) == [(Outcome.CHANGED, "added/a.txt")]
    assert edited.items[0].before == first.items[0].article
    assert edited.items[0].before_since[:2] == "20"
    assert live(desk) == {*NEWS, "added/a.txt"}


def test_what_cannot_be_read_is_told_with_the_reason(desk: IndexDesk) -> None:
    """Its earlier version stays, and is not told of as unchanged."""
    desk.add_file("a.txt", b"The ferry sailed at noon.")
    account = desk.add_file("a.txt", b" \n")
    assert told(account) == [(Outcome.FAILED, "added/a.txt")]
    assert account.items[0].reason == "holds no text; its earlier version stays"
    assert account.further == {}


def test_an_archive_is_told_member_by_member_up_to_a_bound(desk: IndexDesk) -> None:
    """Those that cannot be named are counted, each once."""

    def packed(count: int) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for n in range(count):
                archive.writestr(f"{n:03}.txt", f"Ferry {n} sailed at noon.")
        return buffer.getvalue()

    account = desk.add_file("week.zip", packed(MAX_ITEMS + 5))
    assert told(account) == [
        (Outcome.ADDED, f"added/week.zip/{n:03}.txt") for n in range(MAX_ITEMS)
    ]
    assert account.further == {Outcome.ADDED: 5}
    account = desk.add_file("week.zip", packed(2))
    assert account.items[0].outcome is Outcome.GONE
    assert account.further == {Outcome.GONE: 3, Outcome.UNCHANGED: 2}


def test_a_post_is_an_article_that_its_edit_replaces(desk: IndexDesk) -> None:
    """With the channel as its source, the day it was published and its address."""
    account = desk.add_post(POST)
    assert told(account) == [(Outcome.ADDED, POST_PATH)]
    article = account.items[0].article
    assert article is not None
    assert (article.title, article.source, article.published, article.url, article.text) == (
        "Bridge opened",
        "Harbour",
        "2024-05-03T10:00:00+00:00",
        "https://t.me/harbour/42",
        POST.text,
    )
    assert told(desk.add_post(POST)) == [(Outcome.UNCHANGED, POST_PATH)]
    edited = replace(POST, text=POST.text.replace("3 May", "4 May"))
    account = desk.add_post(edited)
    assert told(account) == [(Outcome.CHANGED, POST_PATH)]
    assert account.items[0].before == article
    assert told(desk.add_post(replace(POST, number=43))) == [
        (Outcome.ADDED, "added/telegram/1001234-43.txt")
    ]


def test_links_are_fetched_and_told_one_by_one(desk: IndexDesk, server: WebServer) -> None:
    """One that fails stops no other; a page that has not changed is named, too."""
    for n in (1, 2):
        body = f"The ferry of pier {n} sailed at noon, said the harbour master on Monday. " * 3
        server.pages[f"/{n}"] = response(
            f"<html><head><title>Ferry {n}</title></head><body><p>{body}</p></body></html>"
        )
    urls = [f"{server.url}/{n}" for n in (1, 9, 2)]
    account = desk.add_links(urls, threading.Event())
    assert told(account) == [
        (Outcome.FAILED, urls[1]),
        (Outcome.ADDED, urls[0]),
        (Outcome.ADDED, urls[2]),
    ]
    assert account.items[0].reason == "is not there (404)"
    account = desk.add_links(urls[:2], threading.Event())
    assert told(account) == [(Outcome.FAILED, urls[1]), (Outcome.UNCHANGED, urls[0])]
    server.pages["/1"] = response(status=500)
    account = desk.add_links([urls[0], urls[2]], threading.Event())
    assert told(account) == [(Outcome.FAILED, urls[0]), (Outcome.UNCHANGED, urls[2])]


def test_a_page_that_was_withdrawn_comes_back_by_its_link(
    desk: IndexDesk, server: WebServer
) -> None:
    """Also if nothing about it has changed."""
    body = "The ferry of pier 1 sailed at noon, said the harbour master on Monday. " * 3
    server.pages["/1"] = response(f"<html><body><p>{body}</p></body></html>", ETag='"1"')
    url = f"{server.url}/1"
    article = desk.add_links([url], threading.Event()).items[0].article
    assert article is not None
    assert desk.withdraw(article.id) == Withdrawal(article, True)
    assert told(desk.add_links([url], threading.Event())) == [(Outcome.ADDED, url)]


def test_a_feed_is_told_by_its_news(desk: IndexDesk, server: WebServer) -> None:
    """What it lists and is known already is counted."""
    for n in (1, 2, 3):
        body = f"The ferry of pier {n} sailed at noon, said the harbour master on Monday. " * 3
        server.pages[f"/{n}"] = response(f"<html><body><p>{body}</p></body></html>")
    server.pages["/feed"] = feed(entry(1), entry(2))
    desk.add_links([server.url + "/feed"], threading.Event())
    server.pages["/feed"] = feed(entry(1), entry(2), entry(3))
    account = desk.add_links([server.url + "/feed"], threading.Event())
    assert told(account) == [(Outcome.ADDED, server.url + "/3")]
    assert account.further == {Outcome.UNCHANGED: 2}


def test_links_are_left_once_the_bot_stops(desk: IndexDesk, server: WebServer) -> None:
    """And each is named, so that it can be sent again."""
    stop = threading.Event()
    stop.set()
    account = desk.add_links([f"{server.url}/1", f"{server.url}/2"], stop)
    assert [item.reason for item in account.items] == [
        "was interrupted; the rest is left for another time"
    ] * 2
    assert server.asked == []


def test_articles_are_found_by_whatever_names_them(desk: IndexDesk) -> None:
    """A path, an address, an id, or the name under which a file was sent."""
    desk.add_post(POST)
    desk.add_file("a.txt", b"The ferry sailed at noon.")
    [post] = desk.find("https://t.me/harbour/42")
    assert [desk.find(name) for name in (POST_PATH, post.id)] == [[post], [post]]
    assert [article.path for article in desk.find("a.txt")] == ["added/a.txt"]
    assert [article.path for article in desk.find("old.txt")] == ["old.txt"]
    assert desk.find("nothing") == []
    desk.withdraw(post.id)
    assert desk.find(post.id) == []


def test_what_is_withdrawn_is_not_quoted_and_comes_back_when_it_is_sent(desk: IndexDesk) -> None:
    """Withdrawn a second time, as after a crash, the same is told."""
    item = desk.add_post(POST).items[0]
    assert item.article is not None
    for _ in range(2):
        withdrawal = desk.withdraw(item.article.id)
        assert withdrawal.article is not None
        assert (withdrawal.article.path, withdrawal.is_withdrawn, withdrawal.returns_by_edit) == (
            POST_PATH,
            True,
            False,
        )
    assert live(desk) == set(NEWS)
    assert told(desk.add_post(POST)) == [(Outcome.ADDED, POST_PATH)]
    [old] = desk.find("old.txt")
    assert desk.withdraw(old.id).returns_by_edit
    assert live(desk) == {"sub/ship.txt", POST_PATH}


def test_what_was_edited_meanwhile_is_not_withdrawn(desk: IndexDesk) -> None:
    """The version that was to be withdrawn is not quoted any more; the new one still is."""
    before = desk.add_post(POST).items[0].article
    desk.add_post(replace(POST, text="Something else."))
    assert before is not None
    assert desk.withdraw(before.id) == Withdrawal(before, False)
    assert POST_PATH in live(desk)
    desk.withdraw(desk.find(POST_PATH)[0].id)
    assert desk.withdraw(before.id) == Withdrawal(None, False)
    assert desk.withdraw("0" * 16) == Withdrawal(None, False)


def test_a_rebuild_reads_the_mirrored_folders_anew_and_keeps_the_rest(
    desk: IndexDesk, tmp_path: Path
) -> None:
    """With every stage told."""
    desk.add_post(POST)
    write_files(tmp_path / "articles", {"new.txt": "A zebra ran."})
    stages: list[tuple[str, int | None]] = []

    class Stages(Progress):
        def stage(self, name: str, total: int | None = None) -> None:
            stages.append((name, total))

    before = open_library(desk.location).version()
    report = desk.rebuild(Stages())
    assert (report.added, report.unchanged) == (["new.txt"], 2)
    assert ("Reading and encoding articles", 3) in stages
    assert live(desk) == {*NEWS, "new.txt", POST_PATH}
    assert open_library(desk.location).version().split()[0] != before.split()[0]
    assert desk.status().articles == 4


def test_an_index_that_mirrors_nothing_is_made_anew_from_itself(tmp_path: Path) -> None:
    """What was added by name is encoded once more."""
    desk = desk_for(tmp_path / "index")
    with pytest.raises(IndexMissingError):
        desk.status()
    with index_writer(desk.location).changing():
        pass
    desk.add_post(POST)
    assert desk.rebuild(Progress()).chunks_encoded == 1
    assert live(desk) == {POST_PATH}


def test_an_index_that_somebody_else_changes_is_waited_for(
    desk: IndexDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is told who that is, and nothing has happened."""
    monkeypatch.setattr("index.adding.WAIT_S", 0.1)
    monkeypatch.setattr("bot.messenger.editing.desk.WAIT_S", 0.1)
    with index_writer(desk.location).changing():
        for work in (
            lambda: desk.add_post(POST),
            lambda: desk.rebuild(Progress()),
            lambda: desk.withdraw(desk.find("old.txt")[0].id),
        ):
            with pytest.raises(IndexBusyError, match="process"):
                work()
    assert live(desk) == set(NEWS)


def test_the_desk_of_the_settings_works_on_their_index(tmp_path: Path, elsewhere: Path) -> None:
    """And fetches as they say."""
    settings = Settings(
        index=tmp_path / "index", web_max_pages=7, web_max_mb=3, web_allow_private=True
    )
    desk = index_desk(settings)
    assert (desk.location, desk.max_pages) == (tmp_path / "index", 7)
    assert desk.fetcher().settings.max_bytes == 3_000_000
    build(write_files(tmp_path / "articles", NEWS), tmp_path / "index")
    assert desk.writer(Progress(), False).recipe.model == "tests/hashed-words"
    assert desk.writer(Progress(), True).recipe.model == settings.model
