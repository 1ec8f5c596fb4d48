"""What each rule says of an answer, on answers that the real answerer gives."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.filters import Filters
from index.library import Library
from retrieval.answerer import Answerer
from retrieval.proof.answers import prove
from retrieval.proof.originals import FiledArticles, IndexedArticles
from tests.retrieval_support import scripted_answerer

REPORT = """The harbour bridge was opened by Ada Lind on Friday.

Two thousand people walked across it before noon, and the ferry, which had served the town for
ninety years, made its last voyage."""
FILES = {
    "a.txt": f"Bridge news\n\n2024-05-01\n\n{REPORT}",
    "b.txt": "Mayor speaks\n\n2024-05-02\n\nDr Ada Lind opened the harbour bridge, said the mayor.",
    "c.txt": "Rumours\n\n2024-05-03\n\nBen Ode cut the ribbon, others say. It rained.",
    "d.txt": f"Bridge news\n\nSource: Copyist\n2024-05-04\n\n{REPORT}",
}
MARGINS = {"Dr Ada Lind": 2.0, "Ada Lind": 3.0, "Ben Ode": 1.0}
WHO, WHAT = "Who opened the harbour bridge?", "What happened: the harbour bridge opened?"
Told = dict[str, Any]


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    """Knows who opened the bridge."""
    return scripted_answerer(tmp_path_factory.mktemp("bridge"), FILES, MARGINS)


@pytest.fixture(scope="module")
def library(answerer: Answerer) -> Library:
    """Its index."""
    return answerer.library


def told_by(answerer: Answerer, question: str, **filters: str) -> Told:
    """An answer as it is read from JSON."""
    answer = answerer.answer(question, filters=Filters(**filters))
    told: Told = json.loads(json.dumps(answer.to_json()))
    return told


def failures(told: object, library: Library) -> list[str]:
    """What does not hold, a line each."""
    found = prove(told, IndexedArticles(library.store)).failures
    return [f"{failure.place}: {failure.reason}" for failure in found]


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        (WHO, {}),
        (WHO, {"since": "2024-05-03"}),
        (WHO, {"since": "2030-01-01"}),
        ("Was the harbour bridge opened?", {}),
        ("Why was the harbour bridge opened?", {}),
        (WHAT, {}),
        ("What happened in the valley?", {"until": "2024-05-01"}),
        ("Who painted the ceiling?", {}),
    ],
)
def test_what_the_answerer_says_is_true(
    answerer: Answerer, question: str, filters: dict[str, str]
) -> None:
    """Whatever it answers is verified, by its index and by the files alone."""
    told = told_by(answerer, question, **filters)
    folder = answerer.library.generation.folder.parents[1] / "articles"
    for originals in (IndexedArticles(answerer.library.store), FiledArticles([folder])):
        proof = prove(told, originals)
        assert (proof.failures, proof.notes) == ((), ())
        others = sum(len(variant["citations"]) for variant in told["variants"])
        assert proof.quotations == len(told["citations"]) + len(told["closest"]) + others


def test_an_answer_of_an_earlier_dateline_is_checked_too(answerer: Answerer) -> None:
    """Without support, variants and understanding; with only some of them, it is none."""
    told = told_by(answerer, WHO)
    later = ("support", "variants", "understanding")
    earlier = {name: value for name, value in told.items() if name not in later}
    assert failures(earlier, answerer.library) == []
    assert failures({**earlier, "support": None}, answerer.library) == [
        "shape: the answer has no field 'variants'"
    ]


@pytest.mark.parametrize("identity", [None, 7, "q1", {"a": []}])
def test_the_id_of_a_question_is_anything(answerer: Answerer, identity: object) -> None:
    """It belongs to whoever asked."""
    assert failures({"id": identity, **told_by(answerer, WHO)}, answerer.library) == []


def spoiled(told: Told, change: Callable[[Told], object]) -> Told:
    """The same answer after a change."""
    change(told)
    return told


def carried_by_the_mayor(told: Told) -> None:
    """The second article is said to carry the quotation of the first."""
    told["citations"][0]["carried_by"] = [told["citations"][1]["article_id"]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda told: told["citations"][0].update(start=0, end=52),
            "citation 1: the quote is not what stands at 0:52; it stands at 25:77",
        ),
        (
            lambda told: told["citations"][0].update(end=10_000),
            "citation 1: 25:10000 is no stretch of article",
        ),
        (
            lambda told: told["citations"][0].update(path="b.txt"),
            "is in 'a.txt', not in 'b.txt'",
        ),
        (
            lambda told: told["citations"][0].update(article_id="\0"),
            "citation 1: the index has no article '\\x00'",
        ),
        (
            lambda told: told["citations"][0].update(answer_end=None),
            "citation 1: it marks only one end of the answer",
        ),
        (
            lambda told: told["citations"][1].update(answer_start=27),
            "citation 2: the answer at 27:37 begins or ends within a word",
        ),
        (
            lambda told: told["citations"][1].update(answer_start=50, answer_end=56),
            "answer: citation 2 marks another",
        ),
        (
            lambda told: told["citations"][0].update(answer_start=None, answer_end=None),
            "answer: citation 1 does not mark where it stands",
        ),
        (carried_by_the_mayor, "does not carry the quote"),
        (
            lambda told: told.update(closest=told["citations"]),
            "answer: it is answered, but tells what came closest to an answer",
        ),
        (
            lambda told: told.update(answer=told["citations"][0]["quote"]),
            "answer: it is not what citation 1 marks",
        ),
        (
            lambda told: told.update(support={"sources": 2, "newest": "2024-05-02"}),
            "support: its newest day is not that of the newest article",
        ),
        (
            lambda told: told["timing_ms"].update(total=-0.5),
            "timing: 'total' took -0.5 ms",
        ),
    ],
)
def test_each_rule_says_what_is_wrong(
    answerer: Answerer, change: Callable[[Told], object], expected: str
) -> None:
    """One sentence, which names the place and what is there."""
    told = spoiled(told_by(answerer, WHO), change)
    assert any(expected in line for line in failures(told, answerer.library))


def test_support_is_as_new_as_the_newest_copy(answerer: Answerer) -> None:
    """The reprint of 4 May is newer than both articles that are cited."""
    told = told_by(answerer, WHO)
    assert [len(citation["carried_by"]) for citation in told["citations"]] == [1, 0]
    for day in ("2024-05-04", "2024-05-02", "2024-05-05", None):
        told["support"] = {"sources": 2, "newest": day}
        assert (failures(told, answerer.library) == []) == (day == "2024-05-04")


def other_answer(relation: str, n: int, citation: Told) -> Told:
    """What a citation marks, as another answer."""
    marked = (citation[name] - citation["start"] for name in ("answer_start", "answer_end"))
    return {
        "relation": relation,
        "answer": citation["quote"][slice(*marked)],
        "citations": [{**citation, "n": n}],
        "support": {"sources": 1, "newest": citation["published"]},
    }


def test_an_earlier_state_was_told_earlier(answerer: Answerer) -> None:
    """A conflict may be of any day; a reprint makes nothing newer; the newest comes first."""
    told = told_by(answerer, WHO)
    bridge, mayor = told["citations"]
    told |= {"citations": [bridge], "support": {"sources": 1, "newest": "2024-05-04"}}
    told["variants"] = [other_answer("conflict", 2, mayor), other_answer("update", 3, bridge)]
    told["variants"][1]["support"]["newest"] = "2024-05-04"
    assert failures(told, answerer.library) == []
    told["variants"][0]["relation"] = "update"
    assert failures(told, answerer.library) == [
        "variant 1: what it tells was not published before what updates it"
    ]
    told["variants"] = [other_answer("conflict", 2, bridge), other_answer("conflict", 3, mayor)]
    told["variants"][0]["support"]["newest"] = "2024-05-04"
    assert failures(told, answerer.library) == ["variants: the newest is not the first"]


def test_an_overview_is_its_quotes_and_nothing_less(answerer: Answerer) -> None:
    """All of them, in their order, a line each; and no other question is answered so."""
    told = told_by(answerer, WHAT)
    quotes = [citation["quote"] for citation in told["citations"]]
    assert len(quotes) > 1
    for answer in (quotes[0], "\n".join(quotes[::-1]), " ".join(quotes)):
        assert failures({**told, "answer": answer}, answerer.library) == [
            "answer: it is not what the citations quote"
        ]
    assert failures({**told, "question": WHO, "understanding": None}, answerer.library) == [
        "answer: citation 1 does not mark where it stands"
    ]


def test_a_sentence_is_the_first_quote(answerer: Answerer) -> None:
    """Not the words that are marked in it."""
    told = told_by(answerer, "Was the harbour bridge opened?")
    assert failures({**told, "answer": "Ada Lind"}, answerer.library) == [
        "answer: it is not what citation 1 quotes"
    ]


def test_the_newest_of_many_sources_can_be_checked(tmp_path: Path) -> None:
    """However many sources say so, the newest is among those that are cited."""
    files = {
        f"{name}.txt": f"2024-05-0{day}\n\nThe harbour bridge was opened by Ada Lind, {name} says."
        for day, name in enumerate(("one", "two", "three", "four", "five"), 1)
    }
    files["five.txt"] += " The rain, the wind and the cold kept nobody away from it."  # found last
    answerer = scripted_answerer(tmp_path, files, {"Ada Lind": 3.0})
    told = told_by(answerer, WHO)
    assert told["support"] == {"sources": 5, "newest": "2024-05-05"}
    assert len(told["citations"]) == 3
    assert failures(told, answerer.library) == []


@pytest.mark.parametrize("told", [None, [], "a", 7, {}, {"id": 1}, [{}], {"answer": {}}])
def test_other_json_is_no_answer(library: Library, told: object) -> None:
    """One sentence on its shape."""
    (line,) = failures(told, library)
    assert line.startswith("shape: the answer ")
