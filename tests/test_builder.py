"""A build makes the index match the folder, whole or not at all, whatever happens meanwhile."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.builder import find_articles
from index.chunking import ChunkSettings
from index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexFolderError,
    IndexMissingError,
    ModelError,
    NoArticlesError,
    UsageError,
)
from index.filters import Filters
from index.folder import IndexFolder
from index.formats.files import SINGLE_SUFFIXES as SUFFIXES
from index.generations import DATABASE_FILE, ENCODER_FOLDER
from index.history import SUPERSEDED, WITHDRAWN
from index.intake import BuildReport, Progress
from tests.support import (
    CHUNKING,
    HashEncoder,
    build,
    contents,
    embedded,
    open_library,
    write_files,
)

FILES = {
    "ferry.txt": "Ferry sails\nBy Example News\nThe ferry sailed at noon. All were on board.",
    "deep/er/taxes.md": "# Taxes rise\n\nThe council raised taxes again.",
    "calm.text": "The harbour was calm on all days of the week. " * 20,
}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of three articles."""
    return write_files(tmp_path / "articles", FILES)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where the index goes; nothing is there yet."""
    return tmp_path / "index"


def paths(index: Path) -> list[str]:
    """Paths of the articles in an index."""
    return sorted(article.path for article in open_library(index).latest(1000))


def changes(report: BuildReport) -> tuple[list[str], list[str], list[str], int]:
    """What a report says has changed."""
    return report.added, report.changed, report.removed, report.unchanged


# ---- what a build does


def test_the_first_build_takes_all_articles(articles: Path, index: Path) -> None:
    """All files of known kinds in all subfolders are in, each with chunks over all of its text."""
    write_files(articles, {"notes.xls": "x", ".hidden.txt": "x", ".git/a.txt": "x", "b.TXT/c": ""})
    report = build(articles, index)
    assert changes(report) == (["calm.text", "deep/er/taxes.md", "ferry.txt"], [], [], 0)
    assert report.any_change
    assert not report.failed
    library = open_library(index)
    assert report.chunks_encoded == library.status().chunks > 3
    assert paths(index) == sorted(FILES)
    for article in library.latest(9):
        spans = [(c[1], c[2]) for c in contents(index)[4] if c[0] == article.id]
        covered = {i for start, end in spans for i in range(int(str(start)), int(str(end)))}
        assert all(i in covered or c.isspace() for i, c in enumerate(article.text))


def test_no_chunk_is_longer_than_the_encoder_reads(articles: Path, index: Path) -> None:
    """A generous budget in cl100k tokens does not let the encoder drop the end of a chunk."""
    write_files(articles, {"long.txt": "It rained all day. " * 300})
    build(articles, index, chunking=ChunkSettings(512, 0))
    library = open_library(index)
    (long,) = (article for article in library.latest(9) if article.path == "long.txt")
    found = library.chunks(embedded(library).allowed_chunks(Filters()).tolist())
    spans = [(chunk.start, chunk.end) for chunk in found if chunk.article_id == long.id]
    longest = max(len(long.text[start:end].split()) for start, end in spans)
    assert 200 < longest <= library.encoder.card.max_tokens - 2  # [CLS] and [SEP]


def test_building_twice_changes_nothing(articles: Path, index: Path) -> None:
    """Without new files nothing is encoded, and revision and build time stay."""
    build(articles, index)
    before, status = contents(index), open_library(index).status()
    report = build(articles, index)
    assert changes(report) == ([], [], [], 3)
    assert (report.any_change, report.chunks_encoded) == (False, 0)
    assert contents(index) == before
    assert open_library(index).status() == status


def test_files_come_change_and_go(articles: Path, index: Path) -> None:
    """Only what is new or changed is encoded; what is gone can no longer be found."""
    build(articles, index)
    write_files(articles, {"ferry.txt": "The ferry sank.", "new.txt": "A zebra ran."})
    (articles / "calm.text").unlink()
    report = build(articles, index)
    assert changes(report) == (["new.txt"], ["ferry.txt"], ["calm.text"], 1)
    assert report.chunks_encoded == 2
    library = open_library(index)
    assert library.status().revision == 2
    assert paths(index) == ["deep/er/taxes.md", "ferry.txt", "new.txt"]
    assert library.matching(["noon", "week"], 9, Filters()) == []
    assert len(library.matching(["sank", "zebra"], 9, Filters())) == 2


def test_a_renamed_file_keeps_its_vectors(articles: Path, index: Path) -> None:
    """The same text under another name is not encoded again, but known by the new name."""
    build(articles, index)
    (articles / "ferry.txt").rename(articles / "2024-12-21-ferry.txt")
    report = build(articles, index)
    assert changes(report)[:3] == (["2024-12-21-ferry.txt"], [], ["ferry.txt"])
    assert report.chunks_encoded == 0
    article = open_library(index).latest(1)[0]
    assert (article.path, article.published) == ("2024-12-21-ferry.txt", "2024-12-21")


def test_one_text_in_two_files_is_one_article(articles: Path, index: Path) -> None:
    """It is known by the first of its files, and stays until the last of them is gone."""
    same = "---\nsource: B\n---\nTaxes rise.\nAnd so on."
    write_files(articles, {"b.txt": same, "c.txt": same})
    report = build(articles, index)
    assert report.added == ["b.txt", "c.txt", "calm.text", "deep/er/taxes.md", "ferry.txt"]
    assert open_library(index).count() == 4
    write_files(articles, {"a.txt": same})
    assert build(articles, index).chunks_encoded == 0
    for gone, left in (("", "a.txt"), ("a.txt", "b.txt"), ("b.txt", "c.txt")):
        if gone:
            (articles / gone).unlink()
            assert build(articles, index).removed == [gone]
        assert paths(index) == sorted([*FILES, left])
    (articles / "c.txt").unlink()
    build(articles, index)
    assert open_library(index).count() == 3


def test_one_text_of_two_publishers_is_two_articles_and_one_story(
    articles: Path, index: Path
) -> None:
    """A reprint has a source and a date of its own, but is not encoded again."""
    words = "The council of Vendel raised the tax on bread by two per cent on Monday. " * 4
    build(write_files(articles, {"b.txt": f"---\nsource: B\n---\n{words}"}), index)
    report = build(write_files(articles, {"c.txt": f"---\nsource: C\n---\n{words}"}), index)
    assert (report.added, report.chunks_encoded) == (["c.txt"], 0)
    status = open_library(index).status()
    assert (status.articles, status.stories) == (5, 4)
    assert len(open_library(index).matching(["vendel"], 9, Filters())) >= 2


def test_a_build_leaves_one_database_file(articles: Path, index: Path) -> None:
    """Nothing stays in SQLite's log, so that the file alone can be copied, or read by others."""
    for name in ("a.txt", "b.txt"):
        write_files(articles, {name: f"News of {name}."})
        build(articles, index)
        generation = IndexFolder(index).current()
        assert [file.name for file in generation.folder.glob(f"{DATABASE_FILE}*")] == [
            DATABASE_FILE
        ]


def test_new_front_matter_is_no_new_text(articles: Path, index: Path) -> None:
    """What is known of an article changes without its text being encoded again."""
    build(articles, index)
    body = FILES["ferry.txt"]
    write_files(articles, {"ferry.txt": f"---\ntitle: Boat leaves\ndate: 2024-12-21\n---\n{body}"})
    report = build(articles, index)
    assert changes(report) == ([], ["ferry.txt"], [], 2)
    assert report.chunks_encoded == 0
    library = open_library(index)
    assert (library.latest(1)[0].title, library.status().revision) == ("Boat leaves", 2)


def test_bad_files_are_named_and_stop_nothing(articles: Path, index: Path) -> None:
    """Each bad file is told with its reason; the good ones beside it are indexed."""
    (articles / "empty.txt").touch()
    (articles / "binary.txt").write_bytes(b"\x89PNG\0")
    (articles / "matter.md").write_text("---\ndate: 2024-02-30\n---\nText.")
    (articles / "gone.txt").symlink_to("nowhere.txt")
    Path(os.fsdecode(os.fsencode(articles) + b"/caf\xe9.txt")).write_text("Text.")
    report = build(articles, index)
    assert {name: reason.split(" (")[0] for name, reason in report.failed} == {
        "binary.txt": "is a binary file",
        "empty.txt": "holds no text",
        "matter.md": "its front matter has an impossible value",
        r"caf\udce9.txt": "has a name that is not UTF-8; rename it",
    }
    assert paths(index) == sorted(FILES)
    assert build(articles, index).failed == report.failed


def test_a_file_that_turns_bad_keeps_its_article(articles: Path, index: Path) -> None:
    """A half-written or broken file does not take its article away; a good one renews it."""
    build(articles, index)
    before = contents(index)
    (articles / "ferry.txt").write_bytes(b"\0\1\2")
    report = build(articles, index)
    assert changes(report) == ([], [], [], 2)
    assert [name for name, _ in report.failed] == ["ferry.txt"]
    assert contents(index) == before
    write_files(articles, {"ferry.txt": "The ferry sank."})
    assert build(articles, index).changed == ["ferry.txt"]


names = st.sampled_from(["a.txt", "b.txt", "2024-05-03-c.md", "deep/d.txt"])
bodies = st.sampled_from(
    [
        "One text.",
        "Two texts.\nBy Jane Doe\nMore.",
        "---\ntitle: T\n---\nOne text.",
        "\ufeffOne text.",
    ]
)
folders = st.dictionaries(names, bodies, min_size=1)


@settings(max_examples=15)
@given(states=st.lists(folders, min_size=2, max_size=4))
def test_many_small_builds_equal_one_fresh_build(
    states: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However files came, changed and went, the index is what a fresh one would be."""
    folder = tmp_path_factory.mktemp("states")
    for state in states:
        shutil.rmtree(folder / "articles", ignore_errors=True)
        build(write_files(folder / "articles", state), folder / "index")
    build(folder / "articles", folder / "fresh")
    assert contents(folder / "index") == contents(folder / "fresh")


def test_an_edit_and_its_return_are_versions(articles: Path, index: Path) -> None:
    """An edited article is superseded by the new one, with both dates; the old words may return."""
    build(articles, index)
    for text, encoded in (("The ferry sank.", 1), (FILES["ferry.txt"], 0)):
        report = build(write_files(articles, {"ferry.txt": text}), index)
        assert (report.changed, report.chunks_encoded) == (["ferry.txt"], encoded)
    store = open_library(index).store
    first, second, third = store.versions("ferry.txt")
    assert (first.ended, second.ended, third.ended) == (SUPERSEDED, SUPERSEDED, None)
    assert first.article_id == third.article_id != second.article_id
    assert first.since < str(first.until) == second.since < str(second.until) == third.since
    assert open_library(index).matching(["sank"], 9, Filters()) == []
    (articles / "ferry.txt").unlink()
    assert build(articles, index).removed == ["ferry.txt"]
    assert store.versions("ferry.txt")[-1].ended == WITHDRAWN
    assert build(write_files(articles, {"ferry.txt": FILES["ferry.txt"]}), index).added == [
        "ferry.txt"
    ]
    assert sorted(FILES) == paths(index)


def test_several_folders_are_one_index(articles: Path, index: Path) -> None:
    """Their names stand before those of the files; two of one name cannot be told apart."""
    other = write_files(articles.parent / "other", {"ferry.txt": "Another ferry sailed."})
    report = build([articles, other], index)
    assert report.added == sorted([*(f"articles/{name}" for name in FILES), "other/ferry.txt"])
    assert open_library(index).status().folders == [str(articles), str(other)]
    assert build([articles, other], index).unchanged == 4
    (other / "ferry.txt").unlink()
    write_files(other, {"new.txt": "A zebra ran."})
    assert build([articles, other], index).removed == ["other/ferry.txt"]
    same = write_files(articles.parent / "deep" / "other", {"a.txt": "One."})
    with pytest.raises(UsageError, match="two of the folders have the same name"):
        build([other, same], index)


# ---- what a build refuses


def test_missing_and_empty_folders_change_nothing(articles: Path, index: Path) -> None:
    """No folder, a file for a folder, no articles, only bad ones: an error, and the index stays."""
    build(articles, index)
    before = contents(index)
    empty = index.parent / "empty"
    (empty / "sub").mkdir(parents=True)
    (empty / "notes.xls").touch()
    with pytest.raises(UsageError, match="does not exist; name a folder"):
        build(index.parent / "nowhere", index)
    with pytest.raises(UsageError, match="is not a folder"):
        build(articles / "ferry.txt", index)
    with pytest.raises(NoArticlesError, match=r"holds no articles \(files ending in .txt"):
        build(empty, index)
    (empty / "bad.txt").touch()
    (empty / "worse.md").write_bytes(b"\0")
    with pytest.raises(NoArticlesError, match=r"none of the 2 files .* \(bad.txt: holds no text\)"):
        build(empty, index)
    assert contents(index) == before
    with pytest.raises(NoArticlesError):
        build(empty, index.parent / "other")
    with pytest.raises(IndexMissingError):
        open_library(index.parent / "other")


def test_other_folders_and_files_are_never_overwritten(articles: Path) -> None:
    """An index path that holds other things is refused and left as it is."""
    before = sorted(articles.rglob("*"))
    with pytest.raises(IndexFolderError, match="holds other things and no index"):
        build(articles, articles)
    with pytest.raises(IndexFolderError, match="is a file"):
        build(articles, articles / "ferry.txt")
    assert sorted(articles.rglob("*")) == before


def test_find_articles_is_sorted_and_passes_hidden_files_over(tmp_path: Path) -> None:
    """The order is that of the names; folders with a suffix and hidden places are no articles."""
    write_files(tmp_path, {f"{n}{suffix}": "x" for n in "ba" for suffix in SUFFIXES})
    write_files(tmp_path, {"A.TXT": "x", ".venv/a.txt": "x", "c.txt/d.md": "x", "e.css": "x"})
    found = find_articles(tmp_path)
    assert found == sorted(found)
    assert set(found) == {
        *(f"{n}{suffix}" for n in "ba" for suffix in SUFFIXES),
        *("A.TXT", "c.txt/d.md"),
    }


class Second(Progress):
    """Starts a second build of the same index in the middle of the first."""

    def __init__(self, articles: Path, index: Path) -> None:
        self.articles, self.index, self.told = articles, index, ""

    def advance(self, steps: int) -> None:
        with pytest.raises(IndexBusyError) as error:
            build(self.articles, self.index)
        self.told = str(error.value)


def test_two_builds_at_once_do_not_mix(articles: Path, index: Path) -> None:
    """The second is told so at once; the first goes on undisturbed."""
    second = Second(articles, index)
    build(articles, index, progress=second)
    assert re.match(r"process \d+ \(since [-0-9 :+]+\) is building", second.told)
    assert paths(index) == sorted(FILES)


# ---- when the model or the settings change


@pytest.mark.parametrize(
    "other", [{"model": "other/model"}, {"chunking": ChunkSettings(40, 0)}, {"rebuild": True}]
)
def test_other_settings_make_a_new_generation(
    articles: Path, index: Path, other: dict[str, object]
) -> None:
    """Another model or chunking, or --rebuild, makes everything anew beside the live index."""
    build(articles, index)
    before = IndexFolder(index).current()
    report = build(articles, index, **other)  # type: ignore[arg-type]
    assert report.unchanged == 3
    assert report.chunks_encoded == open_library(index).status().chunks
    assert IndexFolder(index).current() != before
    assert before.folder.exists()
    assert build(articles, index, **{**other, "rebuild": False}).unchanged == 3  # type: ignore[arg-type]


def test_a_damaged_index_is_made_anew_or_says_how(articles: Path, index: Path) -> None:
    """A database that cannot be opened is replaced; one with damage inside asks for --rebuild."""
    build(articles, index)
    before = contents(index)
    database = IndexFolder(index).current().folder / DATABASE_FILE
    whole = database.read_bytes()
    for damage in (b"", b"garbage" * 999, whole[: len(whole) // 4096 // 2 * 4096]):
        (IndexFolder(index).current().folder / DATABASE_FILE).write_bytes(damage)
        try:
            build(articles, index)
        except IndexDamagedError as error:
            assert "--rebuild" in str(error)  # noqa: PT017 - which of the two depends on the page
            build(articles, index, rebuild=True)
        assert contents(index) == before
    shutil.rmtree(IndexFolder(index).current().folder / ENCODER_FOLDER)
    with pytest.raises(ModelError, match="dateline index build"):
        build(articles, index)
    build(articles, index, rebuild=True)
    assert contents(index) == before


# ---- when a build is cut short


class CutAt(Progress):
    """Raises at the nth step that a build tells."""

    def __init__(self, step: int, kind: type[BaseException]) -> None:
        self.left, self.kind = step, kind

    def stage(self, name: str, total: int | None = None) -> None:
        self.advance(0)

    def advance(self, steps: int) -> None:
        if self.left == 0:
            raise self.kind
        self.left -= 1


@pytest.mark.parametrize("kind", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("step", range(5))
def test_an_interrupted_build_leaves_the_index_as_it_was(
    articles: Path, index: Path, step: int, kind: type[BaseException]
) -> None:
    """At any step of a first or a later build: nothing of it is kept, and the next completes."""
    with pytest.raises(kind):
        build(articles, index, progress=CutAt(step, kind))
    with pytest.raises(IndexMissingError):
        open_library(index)
    build(articles, index)
    before = contents(index)
    write_files(articles, {"ferry.txt": "The ferry sank.", "new.txt": "A zebra ran."})
    (articles / "calm.text").unlink()
    if step < 4:
        with pytest.raises(kind):
            build(articles, index, progress=CutAt(step, kind))
        assert contents(index) == before
    with pytest.raises(kind):
        build(articles, index, progress=CutAt(step, kind), rebuild=True)
    assert contents(index) == before
    assert build(articles, index).added == ["new.txt"]
    assert paths(index) == ["deep/er/taxes.md", "ferry.txt", "new.txt"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_an_encoder_that_is_interrupted_changes_nothing(
    articles: Path, index: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    """Ctrl-C while the model runs undoes the build as any other moment does."""

    def interrupted(*_: object) -> None:
        raise kind

    build(articles, index)
    before = contents(index)
    write_files(articles, {"new.txt": "A zebra ran.", "ferry.txt": "The ferry sank."})
    with monkeypatch.context() as patch:
        patch.setattr(HashEncoder, "encode", interrupted)
        with pytest.raises(kind):
            build(articles, index)
        with pytest.raises(kind):
            build(articles, index, rebuild=True)
        with pytest.raises(kind):
            build(articles, index.parent / "other")
    assert contents(index) == before
    assert build(articles, index).chunks_encoded == 2
    assert build(articles, index.parent / "other").chunks_encoded > 2
    assert contents(index) == contents(index.parent / "other")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no small disk can be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_leaves_the_index_as_it_was(articles: Path, small_disk: Path) -> None:
    """A build that runs out of space says so, undoes itself, and completes when there is room."""
    index = small_disk / "index"
    build(articles, index)
    before = contents(index)
    write_files(articles, {f"{n}.txt": f"Day {n} in the harbour. " * 3000 for n in range(4)})
    for rebuild in (False, True):
        with pytest.raises(IndexFolderError, match="the index is as it was"):
            build(articles, index, rebuild=rebuild)
        assert contents(index) == before
    with pytest.raises(IndexFolderError):
        build(articles, small_disk / "other")
    shutil.rmtree(small_disk / "other")
    write_files(articles, {f"{n}.txt": f"Day {n} in the harbour." for n in range(4)})
    assert len(build(articles, index).added) == 4
    assert CHUNKING.max_tokens == open_library(index).status().chunk_tokens
