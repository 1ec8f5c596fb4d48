"""Articles of an index and of files: the same ids, and what has become of them since."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import UsageError
from retrieval.proof.answers import prove
from retrieval.proof.originals import FILES_KEPT, FiledArticles, IndexedArticles
from tests.proof.newsroom import write_newsroom
from tests.retrieval_support import scripted_answerer
from tests.support import build, open_library, write_files

BRIDGE = "The harbour bridge was opened by Ada Lind on Friday."
Told = dict[str, Any]


def bridge_answer(folder: Path) -> Told:
    """A true answer over `folder/articles`, as JSON."""
    files = {"a.txt": BRIDGE, "b.txt": "It rained in the valley."}
    answer = scripted_answerer(folder, files, {"Ada Lind": 3.0}).answer("Who opened the bridge?")
    assert answer.answered
    told: Told = json.loads(json.dumps(answer.to_json()))
    return {**told, "passages": []}


def indexed(folder: Path) -> IndexedArticles:
    """The articles of the index in a folder."""
    return IndexedArticles(open_library(folder / "index").store)


@pytest.mark.parametrize(
    ("text", "fate"), [(None, "withdrawn"), (BRIDGE.replace("Ada", "Eda"), "superseded")]
)
def test_what_was_quoted_stays_true(tmp_path: Path, text: str | None, fate: str) -> None:
    """By the index an edited or withdrawn article is a note; by the files it is a failure."""
    told = bridge_answer(tmp_path)
    file = tmp_path / "articles" / "a.txt"
    file.unlink()
    if text:
        file.write_text(text)
    build(tmp_path / "articles", tmp_path / "index")
    proof = prove(told, indexed(tmp_path))
    assert proof.failures == ()
    (note,) = proof.notes
    assert note.startswith(f"a.txt was {fate} on 20")
    failures = prove(told, FiledArticles([tmp_path / "articles"])).failures
    reasons = [failure.reason for failure in failures if failure.place == "citation 1"]
    if text:
        assert reasons[0].startswith("'a.txt' holds article ")
        assert any(reason.startswith("the quote is not what stands") for reason in reasons)
    else:
        assert reasons == ["there is no file 'a.txt' in the folder of articles"]


def test_an_article_that_came_back_has_no_note(tmp_path: Path) -> None:
    """Superseded, then edited back: it is live."""
    told = bridge_answer(tmp_path)
    for text in (BRIDGE.replace("Friday", "Monday"), BRIDGE):
        write_files(tmp_path / "articles", {"a.txt": text})
        build(tmp_path / "articles", tmp_path / "index")
    assert prove(told, indexed(tmp_path)).notes == ()


def test_an_article_may_have_had_several_paths(tmp_path: Path) -> None:
    """Each is right, also one that it has no more; another is not."""
    told = bridge_answer(tmp_path)
    (tmp_path / "articles" / "a.txt").rename(tmp_path / "articles" / "z.txt")
    build(tmp_path / "articles", tmp_path / "index")
    originals = indexed(tmp_path)
    for path, count in (("a.txt", 0), ("z.txt", 0), ("b.txt", 1)):
        told["citations"][0]["path"] = path
        assert len(prove(told, originals).failures) == count


def test_files_have_the_ids_of_the_index(tmp_path: Path) -> None:
    """Of every kind of file and container, however many are parsed in between."""
    folder = write_newsroom(tmp_path / "articles")
    write_files(folder, {f"many/{n}.txt": f"Report number {n}." for n in range(FILES_KEPT + 9)})
    build(folder, tmp_path / "index")
    store, files = open_library(tmp_path / "index").store, FiledArticles([folder])
    found = [store.article(identity) for identity, _ in store.texts()]
    assert len(found) == 31 + FILES_KEPT + 9
    for _ in range(2):
        for article in found:
            assert article
            assert files.article(article.id) == article
            assert files.cited(article.id, article.path) == (article, None)
    assert files.article("0123456789abcdef") is None


def test_several_folders_are_named_as_the_build_names_them(tmp_path: Path) -> None:
    """The name of each stands before the paths of its files."""
    folders = [
        write_files(tmp_path / name, {"a.txt": f"The {name} wind blows."})
        for name in ("north", "south")
    ]
    build(folders, tmp_path / "index")
    store, files = open_library(tmp_path / "index").store, FiledArticles(folders)
    for identity, _ in store.texts():
        article = store.article(identity)
        assert article
        assert files.cited(identity, article.path) == (article, None)
    single = FiledArticles(folders[:1])
    article, wrong = single.cited("x", "north/a.txt")
    assert article is None
    assert wrong == "there is no file 'north/a.txt' in the folder of articles"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "./a.txt",
        "/etc/hostname",
        "a.txt/",
        "a.txt/1",
        "",
        "A.txt",
        ".b.txt",
        "a\0",
    ],
)
def test_no_path_leads_elsewhere(tmp_path: Path, path: str) -> None:
    """Only what a build would read is looked at, under the very name that it has there."""
    folder = write_files(tmp_path / "articles", {"a.txt": "Hidden?", ".b.txt": "Hidden."})
    write_files(tmp_path, {"secret.txt": "Secret."})
    article, wrong = FiledArticles([folder]).cited("x", path)
    assert article is None
    assert wrong
    assert repr(path) in wrong


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With the reason that a build gives."""
    folder = write_files(tmp_path / "articles", {"a.txt": " \n", "b.txt": "It rained."})
    files = FiledArticles([folder])
    article, wrong = files.cited("x", "a.txt")
    assert article is None
    assert wrong
    assert wrong.startswith("'a.txt' ")
    (folder / "b.txt").unlink()  # after the folder was looked through
    assert "cannot be read" in (files.cited("x", "b.txt")[1] or "")
    assert files.article("x") is None


def test_a_folder_without_articles_has_none(tmp_path: Path) -> None:
    """Nothing is there; a folder that is missing is wrong usage."""
    assert FiledArticles([tmp_path]).article("x") is None
    with pytest.raises(UsageError, match="does not exist"):
        FiledArticles([tmp_path / "missing"])
