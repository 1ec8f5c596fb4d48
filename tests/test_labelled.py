"""Labelled questions in SQuAD format: read whole, or refused with a reason."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from index.builder import find_articles
from index.errors import UsageError
from retrieval.labelled import LabelledQuestion, read_labelled, write_contexts

DATA = {
    "version": "v2.0",
    "data": [
        {
            "title": "Bridges/Lind",
            "paragraphs": [
                {
                    "context": "Ada Lind opened the bridge.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "Who opened it?",
                            "answers": [
                                {"text": "Ada Lind", "answer_start": 0},
                                {"text": "Lind", "answer_start": 4},
                                {"text": "Ada Lind", "answer_start": 0},
                            ],
                        },
                        {"id": 2, "question": "Who paid?", "answers": [], "is_impossible": True},
                    ],
                },
                {"context": "It is long.", "qas": []},
            ],
        },
        {"paragraphs": [{"context": "No title here.", "qas": []}]},
    ],
}


@pytest.mark.parametrize("name", ["dev.json", "dev.json.gz"])
def test_a_file_is_read_whole(tmp_path: Path, name: str) -> None:
    """Contexts by name, questions in order with their answers once each, and the file's hash."""
    raw = json.dumps(DATA).encode()
    raw = gzip.compress(raw) if name.endswith(".gz") else raw
    (tmp_path / name).write_bytes(raw)
    labelled = read_labelled(tmp_path / name)
    contexts = list(labelled.contexts.values())
    assert contexts == ["Ada Lind opened the bridge.", "It is long.", "No title here."]
    first = next(iter(labelled.contexts))
    assert labelled.questions == (
        LabelledQuestion("q1", "Who opened it?", ("Ada Lind", "Lind"), first),
        LabelledQuestion("2", "Who paid?", (), first),
    )
    assert labelled.sha256 == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize("title", ["..", "../up", ".hidden", "", "a/b", "x" * 300, "nul\0", "é"])
def test_contexts_become_articles_inside_the_folder(tmp_path: Path, title: str) -> None:
    """Whatever a title holds, each context is a file that an index takes, and none is lost."""
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": f"Text {number}.",
                    "qas": [{"id": number, "question": "?", "answers": []}],
                }
            ],
        }
        for number in range(2)
    ]
    (tmp_path / "dev.json").write_text(json.dumps({"data": data}))
    labelled = read_labelled(tmp_path / "dev.json")
    folder = tmp_path / "articles"
    write_contexts(labelled.contexts, folder)
    names = [f"{question.context}.txt" for question in labelled.questions]
    assert [(folder / name).read_text() for name in names] == ["Text 0.", "Text 1."]
    assert find_articles(folder) == sorted(names)


BAD = {
    "not JSON": b"{",
    "not text": b"\xff\xfe\xff",
    "a list": b"[]",
    "null": b"null",
    "no data": b"{}",
    "data of words": b'{"data": ["x"]}',
    "no contexts": b'{"data": [{"paragraphs": [{"qas": []}]}]}',
    "no answers": b"""
        {"data": [{"paragraphs": [{"context": "x", "qas": [{"id": 1, "question": "?"}]}]}]}""",
    "no questions": b'{"data": []}',
}
BAD_GZIP = {
    "not gzip": b"{}",
    "cut off": gzip.compress(json.dumps(DATA).encode())[:60],
    "garbled": gzip.compress(json.dumps(DATA).encode())[:40] + b"\0" * 40,
}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        *(("dev.json", raw) for raw in BAD.values()),
        *(("dev.json.gz", raw) for raw in BAD_GZIP.values()),
    ],
    ids=[*BAD, *BAD_GZIP],
)
def test_another_format_is_refused(tmp_path: Path, name: str, raw: bytes) -> None:
    """One sentence names the file and what is wrong with it."""
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(UsageError) as told:
        read_labelled(tmp_path / name)
    assert repr(str(tmp_path / name)) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """So is a folder."""
    with pytest.raises(UsageError, match="No such file"):
        read_labelled(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be read"):
        read_labelled(tmp_path)
