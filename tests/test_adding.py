"""What is added by name, or from the web, comes in, is renewed, stays, and can be taken back."""

import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.adding import (
    INTERRUPTED,
    add_address,
    add_document,
    add_files,
    add_text,
    withdraw,
)
from index.articles import Article
from index.errors import IndexBusyError, UsageError
from index.history import SUPERSEDED, WITHDRAWN
from index.intake import BuildReport
from index.metadata import Metadata
from index.writer import IndexWriter
from tests.retrieval_support import SEEDS, run
from tests.support import build, index_writer, open_library, path_of, write_files
from tests.web.test_collecting import entry, feed
from tests.web.web_server import WebServer, eager_fetcher, response

BODY = "The ferry of Norvik sailed at noon with all on board, said the harbour master on Monday."


def page(title: str, body: str, etag: str | None = None) -> bytes:
    """A page as publishers make them."""
    return response(
        f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>'
        f'<meta property="og:title" content="{title}"></head><body><article><h1>{title}</h1>'
        f"<p>{body}</p><p>{body.replace('noon', 'midday')}</p></article></body></html>",
        ETag=etag,
    )


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A site with three pages and a feed of two of them."""
    with WebServer() as running:
        for n in (1, 2, 3):
            running.pages[f"/{n}"] = page(f"Ferry {n}", f"{BODY} Pier {n}.", f'"{n}"')
        running.pages["/feed"] = feed(entry(1), entry(2))
        yield running


@pytest.fixture
def writer(tmp_path: Path) -> IndexWriter:
    """A writer of an index that is not there yet."""
    return index_writer(tmp_path / "index")


def live(writer: IndexWriter) -> dict[str, Article]:
    """Articles that may be quoted, by path."""
    return {article.path: article for article in open_library(path_of(writer)).latest(1000)}


def told(report: BuildReport) -> tuple[list[str], list[str], list[str], int]:
    """What a report says."""
    return report.added, report.changed, report.removed, report.unchanged


# ---- files


def test_added_files_stay_when_folders_are_mirrored(writer: IndexWriter, tmp_path: Path) -> None:
    """They are known by a name of their own; building and rebuilding do not take them out."""
    write_files(tmp_path, {"here/extra.txt": BODY, "articles/a.txt": "A zebra ran."})
    assert told(add_files(writer, [tmp_path / "here/extra.txt"])) == (
        ["added/extra.txt"],
        [],
        [],
        0,
    )
    for rebuild in (False, True, False):
        build(tmp_path / "articles", path_of(writer), rebuild=rebuild)
        assert sorted(live(writer)) == ["a.txt", "added/extra.txt"]
    assert told(add_files(writer, [tmp_path / "here/extra.txt"])) == ([], [], [], 1)


def test_a_file_added_again_is_a_new_version(writer: IndexWriter, tmp_path: Path) -> None:
    """From wherever it comes: the name decides; the version before is kept."""
    write_files(tmp_path, {"a/extra.txt": BODY, "b/extra.txt": BODY.replace("noon", "one")})
    add_files(writer, [tmp_path / "a/extra.txt"])
    assert add_files(writer, [tmp_path / "b/extra.txt"]).changed == ["added/extra.txt"]
    versions = open_library(path_of(writer)).store.versions("added/extra.txt")
    assert [version.ended for version in versions] == [SUPERSEDED, None]
    assert versions[0].until == versions[1].since


def test_an_archive_brings_many_and_loses_some(writer: IndexWriter, tmp_path: Path) -> None:
    """Members come, change and go with the archive; one that turns bad keeps its version."""
    archive = tmp_path / "week.zip"

    def pack(members: dict[str, str]) -> BuildReport:
        with zipfile.ZipFile(archive, "w") as packed:
            for name, text in members.items():
                packed.writestr(name, text)
        return add_files(writer, [archive])

    def at(*names: str) -> list[str]:
        return [f"added/week.zip/{name}" for name in names]

    assert pack({"a.txt": "One.", "b.txt": "Two.", "c.txt": "Three."}).added == at(
        "a.txt", "b.txt", "c.txt"
    )
    report = pack({"a.txt": "One.", "b.txt": "Two and more.", "d.txt": "Four."})
    assert told(report) == (at("d.txt"), at("b.txt"), at("c.txt"), 1)
    report = pack(
        {"a.txt": "---\ndate: 2024-02-30\n---\nOne.", "b.txt": "Two and more.", "d.txt": "Four."}
    )
    assert told(report) == ([], [], [], 2)
    assert [(name, "its earlier version stays" in why) for name, why in report.failed] == [
        (at("a.txt")[0], True)
    ]
    assert sorted(live(writer)) == at("a.txt", "b.txt", "d.txt")


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.txt", "does not exist"), ("", "is a folder"), ("data.xls", "is of no known kind")],
)
def test_files_that_cannot_be_added_are_refused(
    writer: IndexWriter, tmp_path: Path, name: str, said: str
) -> None:
    """Before anything is written."""
    (tmp_path / "data.xls").touch()
    with pytest.raises(UsageError, match=said):
        add_files(writer, [tmp_path / name])
    assert not path_of(writer).exists()


def test_a_document_without_a_file_is_a_file_all_the_same(
    writer: IndexWriter, tmp_path: Path
) -> None:
    """It has the same name as if it lay on the disk, and one replaces the other."""
    write_files(tmp_path, {"extra.txt": BODY})
    add_files(writer, [tmp_path / "extra.txt"])
    assert told(add_document(writer, "extra.txt", BODY.encode())) == ([], [], [], 1)
    assert add_document(writer, "extra.txt", b"A zebra ran.").changed == ["added/extra.txt"]
    report = add_document(writer, "extra.txt", b"---\ndate: 2024-02-30\n---\nOne.")
    assert (told(report), report.failed[0][0]) == (([], [], [], 0), "added/extra.txt")
    assert "its earlier version stays" in report.failed[0][1]
    assert live(writer)["added/extra.txt"].text == "A zebra ran."
    assert add_document(writer, "a\u202eb.txt", b"A zebra ran.").failed


def test_a_text_is_quoted_as_it_was_written(writer: IndexWriter) -> None:
    """Nothing in it is taken for markup or front matter; what is stated of it is kept."""
    text = "---\ntitle: none\n---\n<!doctype html> *The* ferry &amp; more"
    stated = Metadata(source="Harbour", published="2024-05-04T10:00:00+00:00")
    assert add_text(writer, "posts/1.txt", text, stated).added == ["added/posts/1.txt"]
    article = live(writer)["added/posts/1.txt"]
    assert (article.text, article.source, article.published) == (
        text,
        "Harbour",
        "2024-05-04T10:00:00+00:00",
    )
    assert told(add_text(writer, "posts/1.txt", text, stated)) == ([], [], [], 1)
    later = Metadata(source="Harbour News", published="2024-05-04T10:00:00+00:00")
    assert add_text(writer, "posts/1.txt", text, later).changed == ["added/posts/1.txt"]
    assert add_text(writer, "posts/2.txt", " \n", stated).failed == [
        ("added/posts/2.txt", "holds no text")
    ]


# ---- taking back


def test_what_is_withdrawn_stays_withdrawn_until_it_is_edited(
    writer: IndexWriter, tmp_path: Path
) -> None:
    """Building and rebuilding over the same file do not bring it back; an edit does."""
    articles = write_files(tmp_path / "articles", {"a.txt": BODY, "b.txt": "A zebra ran."})
    build(articles, path_of(writer))
    assert withdraw(writer, ["a.txt"]).removed == ["a.txt"]
    for rebuild in (False, True):
        build(articles, path_of(writer), rebuild=rebuild)
        assert sorted(live(writer)) == ["b.txt"]
    versions = open_library(path_of(writer)).store.versions("a.txt")
    assert [version.ended for version in versions] == [WITHDRAWN]
    write_files(articles, {"a.txt": f"{BODY} And more."})
    assert build(articles, path_of(writer)).added == ["a.txt"]


def test_articles_are_withdrawn_by_path_address_or_id(
    writer: IndexWriter, server: WebServer, tmp_path: Path
) -> None:
    """Whichever a citation shows."""
    write_files(tmp_path, {"extra.txt": BODY, "more.txt": "A zebra ran."})
    add_files(writer, [tmp_path / "extra.txt", tmp_path / "more.txt"])
    add_address(writer, server.url + "/1", eager_fetcher())
    held = live(writer)
    withdraw(writer, ["added/more.txt", server.url + "/1", held["added/extra.txt"].id])
    assert live(writer) == {}
    with pytest.raises(UsageError, match=r"'added/more.txt' is no article here"):
        withdraw(writer, ["added/more.txt"])


def test_what_was_withdrawn_comes_back_when_it_is_added_again(
    writer: IndexWriter, tmp_path: Path
) -> None:
    """Whoever adds a file by name wants it, and a member of an archive with the archive."""
    archive = tmp_path / "week.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.txt", "One.")
        packed.writestr("b.txt", "Two.")
    add_files(writer, [archive])
    withdraw(writer, ["added/week.zip/a.txt"])
    assert told(add_files(writer, [archive])) == (["added/week.zip/a.txt"], [], [], 1)
    assert told(add_files(writer, [archive])) == ([], [], [], 2)
    versions = open_library(path_of(writer)).store.versions("added/week.zip/a.txt")
    assert [version.ended for version in versions] == [WITHDRAWN, None]


def test_a_page_comes_back_by_its_own_address_only(writer: IndexWriter, server: WebServer) -> None:
    """Not with a feed that lists it, nor in a watch; also if its server would say "unchanged"."""
    url, whole = server.url + "/1", server.pages["/1"]
    add_address(writer, url, eager_fetcher())
    withdraw(writer, [url])
    server.pages["/1"] = response(status=304)
    add_address(writer, url, eager_fetcher())
    for brings_back in (False, True):
        add_address(writer, server.url + "/feed", eager_fetcher(), brings_back=brings_back)
    assert url not in live(writer)
    server.pages["/1"] = whole
    asked = len(server.requests)
    written = url.replace("http:", "HTTP:") + "#top"
    assert add_address(writer, written, eager_fetcher(), brings_back=True).added == [url]
    assert "if-none-match" not in server.requests[asked + 1].headers
    known = json.loads(writer.files()[url].known)
    assert (known["source"], known["validators"]["etag"]) == (server.url + "/feed", '"1"')


# ---- the web


def test_a_page_comes_in_and_is_fetched_again_only_if_it_changed(
    writer: IndexWriter, server: WebServer
) -> None:
    """It is known by its address; an edit is a new version; 410 withdraws it."""
    url = server.url + "/1"
    assert add_address(writer, url, eager_fetcher()).added == [url]
    article = live(writer)[url]
    assert (article.title, article.url, article.language) == ("Ferry 1", url, "en")
    server.pages["/1"] = response(status=304)
    assert told(add_address(writer, url, eager_fetcher())) == ([], [], [], 1)
    assert server.requests[-1].headers["if-none-match"] == '"1"'
    server.pages["/1"] = page("Ferry 1", f"{BODY} All are well.", '"9"')
    assert add_address(writer, url, eager_fetcher()).changed == [url]
    server.pages["/1"] = response(status=500)
    report = add_address(writer, url, eager_fetcher())
    assert told(report) == ([], [], [], 0)
    assert "its earlier version stays" in report.failed[0][1]
    server.pages["/1"] = response(status=410)
    assert add_address(writer, url, eager_fetcher()).removed == [url]
    assert live(writer) == {}


def test_a_feed_brings_its_articles_and_keeps_what_scrolled_off(
    writer: IndexWriter, server: WebServer
) -> None:
    """New entries come in, old ones stay; what is marked as withdrawn goes, and stays gone."""
    feed_url = server.url + "/feed"
    assert len(add_address(writer, feed_url, eager_fetcher()).added) == 2
    assert live(writer)[server.url + "/1"].published == "2024-12-21T00:00:00+00:00"
    asked = len(server.asked)
    assert told(add_address(writer, feed_url, eager_fetcher())) == ([], [], [], 2)
    assert server.asked[asked:] == ["/feed"]
    server.pages["/feed"] = feed(entry(2), entry(3))
    assert add_address(writer, feed_url, eager_fetcher()).added == [server.url + "/3"]
    assert sorted(live(writer)) == [f"{server.url}/{n}" for n in (1, 2, 3)]
    tombstone = '<at:deleted-entry ref="tag:3" when="2024-12-22T00:00:00Z"/>'
    server.pages["/feed"] = feed(entry(2), tombstone)
    assert add_address(writer, feed_url, eager_fetcher()).removed == [server.url + "/3"]
    assert told(add_address(writer, feed_url, eager_fetcher()))[:3] == ([], [], [])
    assert sorted(live(writer)) == [f"{server.url}/{n}" for n in (1, 2)]


def test_a_feed_that_moved_is_asked_at_its_new_place(
    writer: IndexWriter, server: WebServer
) -> None:
    """What was known of it goes with it."""
    server.pages["/old"] = response(status=301, Location="/feed")
    server.pages["/feed"] = feed(entry(1), etag='"7"')
    add_address(writer, server.url + "/old", eager_fetcher())
    files = writer.files()
    assert server.url + "/old" not in files
    assert json.loads(files[server.url + "/feed"].known)["validators"]["etag"] == '"7"'


def test_the_charset_that_a_server_declares_is_used(writer: IndexWriter, server: WebServer) -> None:
    """Text that is not UTF-8 comes in as its publisher wrote it."""
    words = "Öffnung der Brücke: Süßwasser für Nørvik, überall. " * 3
    server.pages["/a"] = response(words.encode("latin-1"), "text/plain; charset=iso-8859-1")
    add_address(writer, server.url + "/a", eager_fetcher())
    assert live(writer)[server.url + "/a"].text == words.strip()


@pytest.mark.parametrize(
    "reply",
    [
        response(status=500),
        response(b"\0\1\2", "application/pdf"),
        response("", "text/html"),
        response("<rss", "application/rss+xml"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nshort",
        b"nonsense",
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_lost(
    writer: IndexWriter, server: WebServer, reply: bytes
) -> None:
    """Nothing is raised, and what is there already stays."""
    add_address(writer, server.url + "/1", eager_fetcher())
    server.pages["/bad"] = reply
    report = add_address(writer, server.url + "/bad", eager_fetcher())
    assert told(report) == ([], [], [], 0)
    assert [name for name, _ in report.failed] == [server.url + "/bad"]
    assert list(live(writer)) == [server.url + "/1"]


def test_the_index_is_free_while_pages_are_fetched(
    writer: IndexWriter, server: WebServer, tmp_path: Path
) -> None:
    """A server that takes its time holds up nobody else."""
    write_files(tmp_path, {"extra.txt": BODY})
    came, go = threading.Event(), threading.Event()

    def wait(request: object, connection: object) -> None:
        came.set()
        go.wait(20)
        connection.sendall(page("Slow", BODY))  # type: ignore[attr-defined]

    server.pages["/slow"] = wait
    adding = threading.Thread(
        target=add_address, args=(writer, server.url + "/slow", eager_fetcher())
    )
    adding.start()
    assert came.wait(20)
    add_files(index_writer(path_of(writer)), [tmp_path / "extra.txt"])
    go.set()
    adding.join()
    assert sorted(live(writer)) == sorted(["added/extra.txt", server.url + "/slow"])


def test_collecting_ends_early_when_it_is_told_to(writer: IndexWriter, server: WebServer) -> None:
    """What came is kept, the rest is named, and comes the next time."""
    stop = threading.Event()

    def serve(request: object, connection: object) -> None:
        stop.set()
        connection.sendall(page("Ferry 2", BODY))  # type: ignore[attr-defined]

    server.pages["/2"] = serve
    server.pages["/feed"] = feed(*(entry(n, f"2024-12-2{n}T00:00:00Z") for n in (1, 2, 3)))
    url = server.url + "/feed"
    report = add_address(writer, url, eager_fetcher(), stop=stop)
    assert report.added == [server.url + "/3", server.url + "/2"]
    assert report.failed == [(url, INTERRUPTED)]
    assert add_address(writer, url, eager_fetcher()).added == [server.url + "/1"]


def test_articles_from_the_web_survive_another_model(
    writer: IndexWriter, server: WebServer, tmp_path: Path
) -> None:
    """A rebuild encodes them anew, with what is known of them; their versions are kept too."""
    add_address(writer, server.url + "/feed", eager_fetcher())
    server.pages["/1"] = page("Ferry 1", f"{BODY} All are well.")
    server.pages["/feed"] = feed(entry(1, "2024-12-23T00:00:00Z"), entry(2))
    assert add_address(writer, server.url + "/feed", eager_fetcher()).changed
    before = live(writer)
    files = writer.files()
    articles = write_files(tmp_path / "articles", {"a.txt": "A zebra ran."})
    report = build(articles, path_of(writer), model="other/model")
    assert (report.added, report.chunks_encoded > 3) == (["a.txt"], True)
    after = live(writer)
    assert {path: after[path] for path in before} == before
    assert {name: file for name, file in writer.files().items() if file.kind == "web"} == files
    store = open_library(path_of(writer)).store
    assert [version.ended for version in store.versions(server.url + "/1")] == [SUPERSEDED, None]
    assert store.unencoded() == []


# ---- the commands


def test_the_commands_add_list_and_withdraw(
    seeds_index: Path, tmp_path: Path, server: WebServer
) -> None:
    """What was added is answered from; one line says what happened."""
    index = shutil.copytree(seeds_index, tmp_path / "index")
    write_files(tmp_path, {"balloon.txt": "The balloon of Vendel carried 17 people."})
    result = run("index", "add", tmp_path / "balloon.txt", "--index", index)
    assert result.exit_code == 0
    assert result.stdout.startswith("1 added, 0 unchanged; 1 chunks encoded")
    listed = run("index", "list", "--limit", "99", "--index", index).stdout
    assert "no date     added/balloon.txt" in listed
    result = run("ask", "how many people did the balloon of Vendel carry?", "--index", index)
    assert result.stdout.startswith("17 people")
    result = run("index", "withdraw", "added/balloon.txt", "--index", index)
    assert result.stdout == "Withdrawn: added/balloon.txt\n"
    assert "balloon" not in run("index", "list", "--limit", "99", "--index", index).stdout
    result = run("index", "add", tmp_path / "balloon.txt", "--index", index)
    assert result.stdout.startswith("1 added")
    private = run("index", "add", server.url + "/1", "--index", index)
    assert private.exit_code == 1
    assert private.stderr.startswith(f"dateline: nothing was added: {server.url}/1 ")
    allowed = {"DATELINE_WEB_ALLOW_PRIVATE": "1", "DATELINE_WEB_DELAY_S": "0"}
    result = run("index", "add", server.url + "/feed", "--index", index, env=allowed)
    assert result.stdout.startswith("2 added, 0 unchanged")
    run("index", "withdraw", server.url + "/1", "--index", index)
    result = run("index", "add", server.url + "/1", "--index", index, env=allowed)
    assert result.stdout.startswith("1 added")


def test_adding_keeps_the_index_as_it_was_made(seeds_index: Path, tmp_path: Path) -> None:
    """A default is no wish: only what is set on purpose must fit, and is told where it does not."""
    index = shutil.copytree(seeds_index, tmp_path / "index")
    small = {"DATELINE_CHUNK_TOKENS": "64"}
    assert run("index", "build", SEEDS, "--index", index, env=small).exit_code == 0
    write_files(tmp_path, {"balloon.txt": "The balloon of Vendel carried 17 people."})
    assert run("index", "add", tmp_path / "balloon.txt", "--index", index).exit_code == 0
    told = json.loads(run("index", "status", "--json", "--index", index).stdout)
    assert (told["chunk_tokens"], told["articles"], told["revision"]) == (64, 17, 2)
    other = {"DATELINE_CHUNK_TOKENS": "96"}
    result = run("index", "add", tmp_path / "balloon.txt", "--index", index, env=other)
    assert result.exit_code == 1
    assert "chunk_tokens is '64', not '96'" in result.stderr


@pytest.mark.parametrize(
    "names", [["none.txt"], ["."], ["README.doc"], ["https://"], ["http://[::1"], ["ftp://a/b.txt"]]
)
def test_what_cannot_be_added_is_one_line(seeds_index: Path, names: list[str]) -> None:
    """A wrong name is told with what to do, and ends with an error."""
    result = run("index", "add", *names, "--index", seeds_index)
    assert result.exit_code in (1, 2)
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert result.stderr.startswith("dateline: ")


def test_a_writer_waits_for_another_and_then_says_who_it_is(
    writer: IndexWriter, tmp_path: Path
) -> None:
    """The lock names the process; a change that may wait goes on when it is free."""
    other = index_writer(path_of(writer))
    with (
        other.changing(),
        pytest.raises(IndexBusyError, match=r"process \d+ \(since "),
        writer.changing(wait_s=0.1),
    ):
        pass
    write_files(tmp_path, {"a.txt": BODY})
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with other.changing():
            held.set()
            go.wait(20)

    holding = threading.Thread(target=hold)
    holding.start()
    assert held.wait(20)
    threading.Timer(0.3, go.set).start()
    assert add_files(writer, [tmp_path / "a.txt"]).added == ["added/a.txt"]
    holding.join()
