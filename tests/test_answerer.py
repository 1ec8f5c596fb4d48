"""A question in, a cited answer or an honest silence out; over seeds/ with the real models."""

import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import ModelError, QuestionError
from index.filters import Filters
from index.library import Library
from retrieval.answer import Answer, Citation, Relation, Support, Turn, Understanding
from retrieval.answerer import (
    MAX_CITATIONS,
    MAX_CLOSEST,
    Answerer,
    calibration_key,
)
from retrieval.confidence import NEVER
from retrieval.search import MAX_PASSAGES
from tests.retrieval_support import (
    PhraseReader,
    margin_calibration,
    scripted_answerer,
    small_library,
)
from tests.support import build, write_files

# by file: question and the wordings that are right; cases that any decent reader gets
TOLD: dict[str, dict[str, tuple[str, ...]]] = {
    "assad-government-falls.txt": {
        "Who commanded Hayat Tahrir al-Sham?": ("Ahmed al-Sharaa",),
    },
    "caspian-sea-convention.txt": {
        "In which port was the Convention on the Legal Status of the Caspian Sea signed?": (
            "Aktau",
            "Kazakh port of Aktau",
            "the Kazakh port of Aktau",
        ),
    },
    "dunkirk-evacuation-1940.md": {
        "How many soldiers were evacuated from Dunkirk?": ("338,226 soldiers",),
        "Who directed Operation Dynamo?": ("Bertram Ramsay", "Vice-Admiral Bertram Ramsay"),
    },
    "hmeimim-evacuation.txt": {
        "how many fighters were evacuated?": ("4,000 pro-Iranian fighters",),
    },
    "hmeimim-latakia-base.txt": {
        "Who founded the city of Latakia?": ("Seleucus I Nicator",),
    },
    "jwst-launch.txt": {
        "When did the James Webb Space Telescope leave Earth?": ("25 December 2021",),
        "How wide is Webb's main mirror?": ("6.5 meters", "6.5 meters across"),
        "Who led NASA from 1961 to 1968?": ("James E. Webb",),
    },
    "ka-52-helicopter.txt": {
        "When did the Ka-52 make its first flight?": ("June 1997",),
    },
    "krakatoa-1883.txt": {
        "What does Anak Krakatau mean?": ("child of Krakatoa",),
    },
    "measles-vaccine.txt": {
        "Who collected the measles virus from David Edmonston?": ("Thomas Peebles",),
    },
    "suez-ever-given.txt": {
        "Under which flag does the Ever Given sail?": ("Panama",),
    },
    "svalbard-seed-vault.txt": {
        "When was the Svalbard Global Seed Vault opened?": ("26 February 2008",),
    },
    "tartus-naval-facility.txt": {
        "How many warships may be in the port of Tartus?": (
            "11 Russian warships",
            "Up to 11 Russian warships",
        ),
    },
    "vienna-convention-1961.md": {
        "How many Americans were held in the embassy in Tehran?": ("52 Americans",),
    },
}
FIGHTERS = "how many fighters were evacuated?"
UNTOLD = [
    "Who won the football World Cup in 2018?",
    "How many moons does Jupiter have?",
    "Who wrote Pride and Prejudice?",
    "What is the price of bitcoin?",
    "How do I bake sourdough bread?",
    "Who painted the Mona Lisa?",
    "What is the boiling point of nitrogen?",
]
FOLLOW_UPS = [
    ("When was the Svalbard Global Seed Vault opened?", "who owns it?", "Norway"),
    ("Who commanded Hayat Tahrir al-Sham?", "when did their offensive begin?", "27 November"),
    ("When did the James Webb Space Telescope leave Earth?", "on which rocket?", "Ariane 5"),
]


@pytest.mark.parametrize(
    ("path", "question"), [(path, question) for path, asked in TOLD.items() for question in asked]
)
def test_what_an_article_tells_is_answered(
    seeds_answerer: Answerer, path: str, question: str
) -> None:
    """The exact words, cited first from the article that has them."""
    answer = seeds_answerer.answer(question)
    assert answer.answered
    assert answer.answer in TOLD[path][question]
    assert answer.citations[0].path == path
    check(seeds_answerer.library, answer)


@pytest.mark.parametrize("question", UNTOLD)
def test_what_no_article_tells_is_not_answered(seeds_answerer: Answerer, question: str) -> None:
    """Silence, with what came nearest."""
    answer = seeds_answerer.answer(question)
    assert not answer.answered
    check(seeds_answerer.library, answer)


@pytest.mark.parametrize("question", ["what happened at Hmeimim?", "Why is measles contagious?"])
def test_other_kinds_keep_the_same_promises(seeds_answerer: Answerer, question: str) -> None:
    """Overviews and sentences are quotations too."""
    check(seeds_answerer.library, seeds_answerer.answer(question))


def check(library: Library, answer: Answer) -> None:
    """What holds of every answer, whatever it says."""
    assert answer.answered == (answer.answer is not None) == bool(answer.citations)
    assert not (answer.answered and answer.closest)
    assert 0 <= answer.confidence <= 1
    for quoted in (answer.citations, answer.closest):
        assert [citation.n for citation in quoted] == list(range(1, len(quoted) + 1))
        for citation in quoted:
            check_citation(library, citation)
    if answer.citations and answer.citations[0].answer_start is not None:
        first = answer.citations[0]
        assert answer.answer in (first.quote, short_answer(first))
        assert len({citation.article_id for citation in answer.citations}) == len(answer.citations)
        assert len(answer.citations) <= MAX_CITATIONS
    assert len(answer.closest) <= MAX_CLOSEST
    assert len(answer.passages) <= MAX_PASSAGES
    scores = [passage.score for passage in answer.passages]
    assert scores == sorted(scores, reverse=True)
    for passage in answer.passages:
        article = library.article(passage.article_id)
        assert article
        assert 0 <= passage.start < passage.end <= len(article.text)
    assert list(answer.timing_ms) == ["search", "read", "total"]
    assert json.loads(json.dumps(answer.to_json()))["question"] == answer.question


def check_citation(library: Library, citation: Citation) -> None:
    """The quote stands where it says, in the article that is described."""
    article = library.article(citation.article_id)
    assert article
    assert article.text[citation.start : citation.end] == citation.quote
    assert (citation.title, citation.source, citation.author, citation.path, citation.url) == (
        article.title,
        article.source,
        article.author,
        article.path,
        article.url,
    )
    assert citation.published == (article.published[:10] if article.published else None)
    if citation.answer_start is not None and citation.answer_end is not None:
        assert citation.start <= citation.answer_start < citation.answer_end <= citation.end


def short_answer(citation: Citation) -> str:
    """The words of the quote that are the answer."""
    assert citation.answer_start is not None
    assert citation.answer_end is not None
    return citation.quote[citation.answer_start - citation.start :][
        : citation.answer_end - citation.answer_start
    ]


@pytest.mark.parametrize(("first", "then", "expected"), FOLLOW_UPS)
def test_a_follow_up_is_answered_from_what_was_said(
    seeds_answerer: Answerer, first: str, then: str, expected: str
) -> None:
    """The new question is answered, not the old one again."""
    answer = seeds_answerer.answer(then, [Turn(first, seeds_answerer.answer(first).answer)])
    assert answer.question == then
    assert expected in (answer.answer or "")


def test_threads_get_the_answers_of_one_thread(seeds_answerer: Answerer) -> None:
    """Eight threads with five questions each hear what one would hear."""
    asked = [question for questions in TOLD.values() for question in questions]
    questions = asked[:4] + UNTOLD[:1]

    def told(question: str) -> dict[str, object]:
        return {**seeds_answerer.answer(question).to_json(), "timing_ms": None}

    alone = [told(question) for question in questions]
    rotated = [questions[turn % 5 :] + questions[: turn % 5] for turn in range(8)]
    with ThreadPoolExecutor(8) as threads:
        heard = list(threads.map(lambda order: [told(question) for question in order], rotated))
    for order, answers in zip(rotated, heard, strict=True):
        assert answers == [alone[questions.index(question)] for question in order]


@pytest.mark.parametrize(
    "question",
    [
        "🙂" * 2000,
        "?! " * 600,
        " ".join(f"w{number}" for number in range(400)),
        "\u202e\u0301\u200d",
        "who \udcff said so?",
        "مرحبا؟ 水位?",
        "' OR 1=1; --",
    ],
    ids=["emoji", "marks", "400 words", "invisible", "half a pair", "other scripts", "SQL"],
)
def test_odd_questions_get_an_answer_like_any_other(
    seeds_answerer: Answerer, question: str
) -> None:
    """Also with a history as odd as themselves."""
    for history in ([], [Turn(question, question)]):
        check(seeds_answerer.library, seeds_answerer.answer(question, history))


def test_an_index_may_bring_its_own_calibration(seeds_index: Path, tmp_path: Path) -> None:
    """What `dateline calibrate` kept in the index counts, and is named if it is damaged."""

    def copy(source: str, target: str) -> str:
        if source.endswith("model.onnx"):
            os.link(source, target)
            return target
        return shutil.copy2(source, target)

    index = tmp_path / "index"
    shutil.copytree(seeds_index, index, copy_function=copy)
    before = Answerer.open(index, threads=1)
    store, key = before.library.store, calibration_key(before.reader)
    never = replace(margin_calibration(), thresholds={20: NEVER})
    with store.transaction():
        store.set_meta({key: never.to_json()})
    silent = Answerer.open(index, threads=1)
    assert silent.calibration == never
    assert not silent.answer(FIGHTERS).answered
    with store.transaction():
        store.set_meta({calibration_key(PhraseReader({})): "{"})
    assert Answerer.open(index, threads=1).calibration == never  # what another reader had is let be
    with store.transaction():
        store.set_meta({key: "{"})
    with pytest.raises(ModelError, match=r"calibration in '.*index' cannot be used"):
        Answerer.open(index, threads=1)


# ---- the rules, with a reader that finds what the test tells it

BRIDGE = "Who opened the harbour bridge?"
FILES = {
    "a.txt": "Bridge news\n\n2024-05-01\n\nThe harbour bridge was opened by Ada Lind on Friday.",
    "b.txt": "Mayor speaks\n\n2024-05-02\n\nDr Ada Lind opened the harbour bridge, said the mayor.",
    "c.txt": "Rumours\n\n2024-05-03\n\nBen Ode opened the harbour bridge, others say. It rained.",
}


def paths(citations: Sequence[Citation]) -> list[str]:
    """The files of citations, in order."""
    return [citation.path for citation in citations]


def test_articles_that_agree_are_all_cited(tmp_path: Path) -> None:
    """The best first, then the other that gives the same answer; not the one that differs."""
    margins = {"Dr Ada Lind": 2.0, "Ada Lind": 3.0, "Ben Ode": 1.0}
    answerer = scripted_answerer(tmp_path, FILES, margins)
    answer = answerer.answer(BRIDGE)
    assert answer.answer == "Ada Lind"
    assert paths(answer.citations) == ["a.txt", "b.txt"]
    assert [short_answer(one) for one in answer.citations] == ["Ada Lind", "Dr Ada Lind"]
    assert answer.citations[0].quote == "The harbour bridge was opened by Ada Lind on Friday."
    assert answer.confidence == margin_calibration().probability(3.0)
    check(answerer.library, answer)


def test_support_and_variants_are_told(tmp_path: Path) -> None:
    """How many say so and when last; what was said before, with its own citation and support."""
    files = {
        "a.txt": "Published: 2024-12-18\n\nOn Monday 3,000 people were evacuated from Norvik.",
        "b.txt": "Published: 2024-12-20\n\nBy now 4,000 people were evacuated from Norvik.",
        "c.txt": "Published: 2024-12-21\n\nAbout four thousand people were evacuated from Norvik.",
    }
    margins = {"3,000": 6.0, "4,000": 4.0, "four thousand": 3.0}
    answerer = scripted_answerer(tmp_path, files, margins)
    answer = answerer.answer("How many people were evacuated from Norvik?")
    assert answer.answer == "About four thousand people"
    assert paths(answer.citations) == ["c.txt", "b.txt"]
    assert answer.support == Support(2, "2024-12-21")
    (variant,) = answer.variants
    assert (variant.relation, variant.answer) == (Relation.UPDATE, "3,000 people")
    assert (paths(variant.citations), variant.support) == (["a.txt"], Support(1, "2024-12-18"))
    assert Answer.from_json(answer.to_json()).variants == answer.variants


def test_an_article_that_would_not_answer_is_not_cited(tmp_path: Path) -> None:
    """The same words with a negative margin are no support."""
    margins = {"Dr Ada Lind": -1.0, "Ada Lind": 3.0}
    answer = scripted_answerer(tmp_path, FILES, margins).answer(BRIDGE)
    assert paths(answer.citations) == ["a.txt"]


def test_an_abstention_shows_what_came_nearest(tmp_path: Path) -> None:
    """No answer, no citations, but the sentences of the best candidates, best first."""
    margins = {"Ben Ode": -1.0, "Dr Ada Lind": -2.0, "Ada Lind": -3.0}
    answerer = scripted_answerer(tmp_path, FILES, margins)
    answer = answerer.answer(BRIDGE)
    assert (answer.answered, answer.answer, answer.citations) == (False, None, ())
    assert answer.confidence == margin_calibration().probability(-1.0)
    assert paths(answer.closest) == ["c.txt", "b.txt", "a.txt"]
    assert answer.closest[0].quote == "Ben Ode opened the harbour bridge, others say."
    check(answerer.library, answer)


def test_closest_sentences_differ(tmp_path: Path) -> None:
    """A sentence that two overlapping passages offer is shown once."""
    files = {"a.txt": " ".join(f"Remark {n} on the harbour bridge is kept." for n in range(40))}
    answer = scripted_answerer(tmp_path, files, {"Remark": -1.0}).answer(BRIDGE)
    assert len(answer.closest) == MAX_CLOSEST
    assert len({(one.start, one.end) for one in answer.closest}) == MAX_CLOSEST


@pytest.mark.parametrize(("margin", "answered"), [(0.0, True), (-0.001, False)])
def test_the_threshold_itself_is_answered(tmp_path: Path, margin: float, answered: bool) -> None:
    """A confidence of exactly the threshold is enough."""
    assert (
        scripted_answerer(tmp_path, FILES, {"Ada Lind": margin}).answer(BRIDGE).answered == answered
    )


@pytest.mark.parametrize(("risk", "answered"), [(None, True), (0.5, True), (0.1, False)])
def test_a_stricter_risk_keeps_silent(tmp_path: Path, risk: float | None, answered: bool) -> None:
    """The threshold is that of the risk which is asked for."""
    calibration = replace(margin_calibration(), thresholds={10: 0.99, 20: 0.5})
    library = small_library(tmp_path, FILES)
    answerer = Answerer(library, PhraseReader({"Ada Lind": 2.0}), calibration, risk)
    assert answerer.answer(BRIDGE).answered == answered


def test_a_yes_or_no_question_gets_the_sentence(tmp_path: Path) -> None:
    """The whole sentence is the answer; the words that the reader chose are marked in it."""
    answerer = scripted_answerer(tmp_path, FILES, {"on Friday": 3.0})
    answer = answerer.answer("Was the harbour bridge opened?")
    assert answer.answer == answer.citations[0].quote
    assert answer.answer == "The harbour bridge was opened by Ada Lind on Friday."
    assert short_answer(answer.citations[0]) == "on Friday"


def test_an_article_without_a_date_may_tell_of_any_time(tmp_path: Path) -> None:
    """Of when something happened its words tell, however little is known of when it came out."""
    files = {
        "a.txt": "The bridge, and who built it\n\nIn 1954 Ada Lind opened the harbour bridge.",
        "b.txt": "Published: 1950-05-03\n\nIn 1950 Ben Ode opened the harbour bridge.",
    }
    answerer = scripted_answerer(tmp_path, files, {"Ada Lind": 3.0, "Ben Ode": 3.0})
    answer = answerer.answer("Who opened the harbour bridge in 1954?")
    assert (answer.answer, paths(answer.citations)) == ("Ada Lind", ["a.txt"])
    since = answerer.answer(BRIDGE, filters=Filters(since="1954-01-01"))
    assert not since.answered


def test_an_overview_is_all_its_quotes(tmp_path: Path) -> None:
    """One sentence a line, newest first, and a confidence that is the best likeness."""
    answerer = scripted_answerer(tmp_path, FILES, {})
    answer = answerer.answer("What happened: the harbour bridge opened?")
    assert answer.answer == "\n".join(citation.quote for citation in answer.citations)
    days = [citation.published or "" for citation in answer.citations]
    assert days == sorted(days, reverse=True)
    assert 0.35 <= answer.confidence <= 1
    check(answerer.library, answer)


def test_an_overview_of_a_time_tells_of_that_time(tmp_path: Path) -> None:
    """What the text puts into another year is left out, however near it is to the question."""
    files = {
        "old.txt": "Published: 2016-01-01\n\nThe harbour bridge was opened in May 2015 by a mayor.",
        "new.txt": "Published: 2024-05-03\n\nThe harbour bridge was opened again in April 2024.",
    }
    answerer = scripted_answerer(tmp_path, files, {})
    told = answerer.answer("What happened in 2015: the harbour bridge was opened?")
    assert paths(told.citations) == ["old.txt"]
    assert told.support is None
    both = answerer.answer("What happened: the harbour bridge was opened?")
    assert paths(both.citations) == ["new.txt", "old.txt"]


def test_an_overview_of_nothing_is_no_answer(tmp_path: Path) -> None:
    """What no sentence is near to is not summed up."""
    answerer = scripted_answerer(tmp_path, FILES, {})
    answer = answerer.answer("What happened", filters=Filters(source="nobody"))
    assert (answer.answered, answer.confidence) == (False, 0.0)
    check(answerer.library, answer)


def test_search_and_reader_hear_what_was_said_before(tmp_path: Path) -> None:
    """The last turn goes with a question that leans on it, and with no other."""
    reader = PhraseReader({"Ada Lind": 3.0})
    answerer = Answerer(small_library(tmp_path, FILES), reader, margin_calibration())
    history = [Turn("Who paid?", None), Turn(BRIDGE, "Ada Lind")]
    answer = answerer.answer("and when was that?", history)
    assert answer.question == "and when was that?"
    assert answer.understanding is not None
    assert answer.understanding.standalone == reader.asked[-1]
    assert reader.asked[-1].startswith("When was it that Ada Lind opened the harbour bridge")
    alone = "Which mayor spoke of the floods in Norvik?"
    reader.asked.clear()
    assert answerer.answer(alone, history).understanding == Understanding(alone)
    assert set(reader.asked) == {alone}


def test_no_rewrite_is_searched_twice(tmp_path: Path) -> None:
    """What was found to choose among the rewrites is read for the answer, too."""
    answerer = scripted_answerer(tmp_path, FILES, {"Ada Lind": 3.0})
    searched: list[str] = []
    nearest = answerer.library.nearest

    def counted(question: str, limit: int, filters: Filters) -> list[tuple[int, float]]:
        searched.append(question)
        return nearest(question, limit, filters)

    answerer.library.nearest = counted  # type: ignore[method-assign]
    answer = answerer.answer("and who opened it?", [Turn("When was the bridge opened?", "Friday")])
    assert answer.understanding is not None
    assert answer.understanding.standalone in searched
    assert len(searched) == len(set(searched)) > 1


def test_the_kind_is_that_of_the_new_question(tmp_path: Path) -> None:
    """After an overview, a follow-up gets its span; a "why" after it, its sentence."""
    answerer = scripted_answerer(tmp_path, FILES, {"Ada Lind": 3.0})
    history = [Turn("What happened in the harbour?", "The harbour bridge was opened.\nIt rained.")]
    assert answerer.answer("and who opened it?", history).answer == "Ada Lind"
    why = answerer.answer("and why?", history)
    assert why.answer == why.citations[0].quote  # a sentence, not the name in it


def test_filters_reach_the_search(tmp_path: Path) -> None:
    """Articles outside the filters are neither quoted nor considered."""
    answerer = scripted_answerer(tmp_path, FILES, {"Ada Lind": 3.0, "Ben Ode": 3.0})
    late = answerer.answer(BRIDGE, filters=Filters(since="2024-05-03"))
    assert paths(late.citations) == ["c.txt"]
    assert len(late.passages) == 1
    none = answerer.answer(BRIDGE, filters=Filters(until="1999-01-01"))
    assert (none.answered, none.passages, none.closest) == (False, (), ())
    check(answerer.library, none)


@pytest.mark.parametrize("question", ["", " \n", "a" * 2001])
def test_no_question_is_an_error(tmp_path: Path, question: str) -> None:
    """An empty or endless question is refused before anything is searched."""
    with pytest.raises(QuestionError):
        scripted_answerer(tmp_path, FILES, {}).answer(question)


def test_the_next_question_sees_a_new_article(tmp_path: Path) -> None:
    """A build that ends between two questions is answered from at once."""
    answerer = scripted_answerer(tmp_path, {"c.txt": FILES["c.txt"]}, {"Ada Lind": 3.0})
    assert not answerer.answer(BRIDGE).answered
    build(write_files(tmp_path / "articles", FILES), tmp_path / "index")
    assert answerer.answer(BRIDGE).answer == "Ada Lind"
