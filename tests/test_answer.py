"""What an answer is as data: the JSON contract that scripts rely on."""

import json

from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Answer, Citation, Passage
from tests.retrieval_support import bridge_citation

QUOTE = "Ada Lind opened the bridge on 3 May 2024."
CITATION = bridge_citation(QUOTE, 15, "news/bridge.txt", "https://news.example/bridge")
CITATION_JSON = (
    '{"n": 1, "article_id": "0123456789abcdef", "title": "Bridge opened", '
    '"source": "Harbour Gazette", "author": null, "published": "2024-05-04", '
    '"path": "news/bridge.txt", "url": "https://news.example/bridge", "start": 15, "end": 56, '
    '"quote": "Ada Lind opened the bridge on 3 May 2024.", "answer_start": 15, "answer_end": 23, '
    '"carried_by": []}'
)
PASSAGE = Passage("0123456789abcdef", 0, 56, 0.12345678)


def test_an_answer_is_this_json() -> None:
    """Every field of the contract is there, in this order, with numbers rounded for reading."""
    answer = Answer(
        "Who opened it?",
        True,
        "Ada Lind",
        0.98765,
        (CITATION,),
        (PASSAGE,),
        timing_ms={"search": 1.234, "read": 2.0, "total": 3.239},
    )
    assert json.dumps(answer.to_json()) == (
        '{"question": "Who opened it?", "answered": true, "answer": "Ada Lind", '
        f'"confidence": 0.9877, "citations": [{CITATION_JSON}], "closest": [], '
        '"passages": [{"article_id": "0123456789abcdef", "start": 0, "end": 56, '
        '"score": 0.123457}], "timing_ms": {"search": 1.23, "read": 2.0, "total": 3.24}}'
    )


def test_an_abstention_is_this_json() -> None:
    """Without an answer, `answer` is null, `citations` is empty, and `closest` has the quotes."""
    answer = Answer("Who paid?", False, None, 0.1, (), (), (CITATION,), {"total": 1.0})
    assert json.dumps(answer.to_json()) == (
        '{"question": "Who paid?", "answered": false, "answer": null, "confidence": 0.1, '
        f'"citations": [], "closest": [{CITATION_JSON}], "passages": [], '
        '"timing_ms": {"total": 1.0}}'
    )


@given(st.data())
def test_json_tells_the_whole_answer(data: st.DataObject) -> None:
    """What was kept as JSON comes back the same, whatever the words; so does its JSON."""
    citations = st.lists(made_citations()).map(tuple)
    answer = Answer(
        data.draw(st.text()),
        data.draw(st.booleans()),
        data.draw(st.none() | st.text()),
        data.draw(st.integers(0, 10_000)) / 10_000,
        data.draw(citations),
        tuple(Passage("0" * 16, 0, n, n / 1000) for n in range(data.draw(st.integers(0, 3)))),
        data.draw(citations),
        {"total": data.draw(st.integers(0, 10_000)) / 100},
    )
    kept = json.dumps(answer.to_json())
    assert Answer.from_json(json.loads(kept)) == answer
    assert json.dumps(Answer.from_json(json.loads(kept)).to_json()) == kept


def made_citations() -> st.SearchStrategy[Citation]:
    """Citations with anything in them."""
    words, told, place = st.text(), st.none() | st.text(), st.integers(0)
    where = st.none() | place
    ids = st.lists(words, max_size=2).map(tuple)
    return st.builds(
        Citation,
        *(place, words, told, told, told, told, words, told, place, place, words, where, where),
        ids,
    )


def test_a_citation_is_called_by_its_title_or_else_by_its_file() -> None:
    """An article without a title is known by its path."""
    untitled = Citation(1, "0" * 16, None, None, None, None, "a/b.txt", None, 0, 1, "x")
    assert (CITATION.name, untitled.name) == ("Bridge opened", "a/b.txt")
