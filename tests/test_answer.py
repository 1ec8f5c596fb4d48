"""What an answer is as data: the JSON contract that scripts rely on."""

import json

from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import (
    Answer,
    AskedPeriod,
    Basis,
    Citation,
    Passage,
    Relation,
    Rewrite,
    Support,
    Turn,
    Understanding,
    Variant,
)
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
        support=Support(2, "2024-05-06"),
        variants=(Variant(Relation.UPDATE, "Ola Berg", (CITATION,), Support(1, None)),),
        understanding=Understanding(
            "Who opened it? (the bridge)",
            AskedPeriod("2024-05-01", None, Basis.PUBLISHED, "since May"),
            "2024-06-01",
            (Rewrite("Who opened it? (the ferry)", 0.123456),),
        ),
    )
    assert json.dumps(answer.to_json()) == (
        '{"question": "Who opened it?", "answered": true, "answer": "Ada Lind", '
        f'"confidence": 0.9877, "citations": [{CITATION_JSON}], "closest": [], '
        '"support": {"sources": 2, "newest": "2024-05-06"}, '
        '"variants": [{"relation": "update", "answer": "Ola Berg", '
        f'"citations": [{CITATION_JSON}], "support": {{"sources": 1, "newest": null}}}}], '
        '"understanding": {"standalone": "Who opened it? (the bridge)", "period": '
        '{"first": "2024-05-01", "last": null, "basis": "published", "words": "since May"}, '
        '"as_of": "2024-06-01", '
        '"rewrites": [{"text": "Who opened it? (the ferry)", "score": 0.1235}]}, '
        '"passages": [{"article_id": "0123456789abcdef", "start": 0, "end": 56, '
        '"score": 0.123457}], "timing_ms": {"search": 1.23, "read": 2.0, "total": 3.24}}'
    )


def test_an_abstention_is_this_json() -> None:
    """Without an answer, `answer` is null, `citations` is empty, and `closest` has the quotes."""
    answer = Answer("Who paid?", False, None, 0.1, (), (), (CITATION,), {"total": 1.0})
    assert json.dumps(answer.to_json()) == (
        '{"question": "Who paid?", "answered": false, "answer": null, "confidence": 0.1, '
        f'"citations": [], "closest": [{CITATION_JSON}], "support": null, '
        '"variants": [], "understanding": null, "passages": [], '
        '"timing_ms": {"total": 1.0}}'
    )


def test_what_an_earlier_dateline_kept_can_be_read() -> None:
    """Conversations outlive an upgrade: what is missing in kept JSON is nothing."""
    answer = Answer("Who paid?", True, "Ada Lind", 0.5, (CITATION,), (PASSAGE,))
    kept = answer.to_json()
    for name in ("support", "variants", "understanding"):
        del kept[name]
    read = Answer.from_json(kept)
    assert (read.support, read.variants, read.understanding) == (None, (), None)
    assert read.turn == Turn("Who paid?", "Ada Lind", None, (QUOTE,))


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
        data.draw(st.none() | SUPPORT),
        data.draw(
            st.lists(
                st.builds(Variant, st.sampled_from(Relation), st.text(), citations, SUPPORT),
                max_size=2,
            ).map(tuple)
        ),
        data.draw(st.none() | made_understandings()),
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


SUPPORT = st.builds(Support, st.integers(0), st.none() | st.text())


def made_understandings() -> st.SearchStrategy[Understanding]:
    """Readings of a question with anything in them, scores as they are rounded."""
    day = st.none() | st.text()
    period = st.builds(AskedPeriod, day, day, st.sampled_from(Basis), st.text())
    rewrite = st.builds(Rewrite, st.text(), st.integers(0, 10_000).map(lambda n: n / 10_000))
    rewrites = st.lists(rewrite, max_size=2).map(tuple)
    return st.builds(Understanding, st.text(), st.none() | period, day, rewrites)
