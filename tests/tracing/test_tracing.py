"""Where an expected passage is lost: one small real index for each stage."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from index.filters import Filters
from retrieval.answer import Relation
from retrieval.answerer import Answerer
from retrieval.search import CANDIDATES
from retrieval.tracing.traces import Stage, Trace
from retrieval.tracing.tracing import trace
from tests.retrieval_support import PhraseReader, margin_calibration, scripted_answerer
from tests.support import build, open_library, write_files

WHO = "Who opened the harbour bridge?"
FILES = {
    "a.txt": "Bridge\n\nSource: Gazette\n2024-05-01\n\nThe harbour bridge was opened by Ada Lind.",
    "b.txt": "Doubt\n\nSource: Rumours\n2024-05-03\n\nBen Ode opened the harbour bridge, some say. "
    "“It’s true – I saw it,” said his aunt.",
    "c.txt": "Weather\n\n2024-05-02\n\nIt rained on the harbour all day long.",
}
MARGINS = {"Ada Lind": 3.0, "Ben Ode": 1.0}


def traced(
    folder: Path,
    words: str,
    files: Mapping[str, str] = FILES,
    margins: Mapping[str, float] = MARGINS,
    question: str = WHO,
    filters: Filters | None = None,
) -> Trace:
    """Where some words are lost."""
    answerer = scripted_answerer(folder, files, margins)
    found = trace(answerer, question, words, filters)
    assert json.loads(json.dumps(found.to_json()))["stage"] == found.stage
    assert found.quoted == (found.stage is Stage.ANSWERED)
    return found


def test_what_is_answered_is_not_lost(tmp_path: Path) -> None:
    """With all that happened on its way."""
    found = traced(tmp_path, "opened by Ada Lind")
    assert found.stage is Stage.ANSWERED
    assert found.answer == "Ada Lind"
    assert found.confidence >= found.threshold
    assert [one.path for one in found.found] == ["a.txt"]
    way = found.way
    assert way
    assert (way.path, way.whole, way.read, way.offers_words) == ("a.txt", True, True, True)
    assert way.offer
    assert way.offer == found.best
    assert (way.offer.answer, way.offer.rank, way.offer.margin) == ("Ada Lind", 1, 3.0)
    assert way.fused_rank is not None
    assert way.word_rank is not None
    assert found.searched == 3


# ---- not indexed


def test_what_no_article_has(tmp_path: Path) -> None:
    """It cannot be found."""
    found = traced(tmp_path, "opened by Eve Rus")
    assert found.stage is Stage.NOT_INDEXED
    assert (found.found, found.places, found.way, found.barred_by) == ((), 0, None, ())


@pytest.mark.parametrize(
    ("text", "fate"), [(None, "withdrawn on 20"), ("The bridge is shut.", "superseded on 20")]
)
def test_what_only_an_earlier_version_has(tmp_path: Path, text: str | None, fate: str) -> None:
    """It is told what became of it, whatever the filters are."""
    answerer = scripted_answerer(tmp_path, FILES, MARGINS)
    (tmp_path / "articles" / "a.txt").unlink()
    write_files(tmp_path / "articles", {"a.txt": text} if text else {})
    build(tmp_path / "articles", tmp_path / "index")
    for filters in (Filters(), Filters(since="2030-01-01")):
        found = trace(answerer, WHO, "opened by Ada Lind", filters)
        assert found.stage is Stage.NOT_INDEXED
        (one,) = found.found
        assert one.path == "a.txt"
        assert one.ended
        assert one.ended.startswith(fate)


@pytest.mark.parametrize(
    "words", ['"it\'s true - I saw it"', "“It’s true –\n I saw it,”", "IT’S TRUE – I SAW IT"]
)
def test_other_typography_is_found_and_told(tmp_path: Path, words: str) -> None:
    """Quotation marks, dashes, blanks and case may differ; the article's own are shown."""
    words = words.removesuffix('"') + "," * words.endswith('"')
    found = traced(tmp_path, words)
    (one,) = found.found
    assert not one.exact
    assert "true – I saw it" in one.words
    assert found.stage is Stage.READER


# ---- filtered


@pytest.mark.parametrize(
    ("filters", "barred_by"),
    [
        (Filters(since="2024-05-02"), ("since 2024-05-02",)),
        (Filters(until="2024-04-30", source="gazette"), ("until 2024-04-30",)),
        (Filters(source="rumours", since="2024-05-01"), ("source rumours",)),
        (Filters(source="rumours", since="2024-05-04"), ("since 2024-05-04", "source rumours")),
    ],
)
def test_what_a_filter_keeps_out(
    tmp_path: Path, filters: Filters, barred_by: tuple[str, ...]
) -> None:
    """Those filters are named that do, and no others."""
    found = traced(tmp_path, "opened by Ada Lind", filters=filters)
    assert (found.stage, found.barred_by) == (Stage.FILTERED, barred_by)
    assert found.way is None


def test_what_filters_only_together_keep_out(tmp_path: Path) -> None:
    """Each lets one of two articles through, and neither both: both filters are named."""
    files = {**FILES, "d.txt": FILES["a.txt"].replace("Gazette", "Rumours")}
    files["a.txt"] = files["a.txt"].replace("05-01", "05-09")
    filters = Filters(until="2024-05-05", source="gazette")
    found = traced(tmp_path, "by Ada Lind", files, filters=filters)
    assert found.stage is Stage.FILTERED
    assert found.barred_by == ("until 2024-05-05", "source gazette")


# ---- search


def crowd(count: int) -> dict[str, str]:
    """Articles that have all words of the question, each in other words of its own."""
    return {f"crowd/{n}.txt": f"Who opened the harbour bridge? Not x{n}." for n in range(count)}


def test_what_is_far_in_meaning_and_shares_no_word(tmp_path: Path) -> None:
    """Beyond the candidates of the dense search, and nowhere in that by words."""
    files = {**crowd(CANDIDATES + 5), "a.txt": "Ribbon cut: Eda Rus, mayoress, smiled."}
    found = traced(tmp_path, "Eda Rus", files)
    assert found.stage is Stage.DENSE
    assert found.way
    assert found.way.dense_rank == CANDIDATES + 6
    assert (found.way.word_rank, found.way.fused_rank) == (None, None)


def test_what_is_nearer_in_words_than_in_meaning(tmp_path: Path) -> None:
    """Beyond the candidates of both, BM25 came nearer."""
    files = {**crowd(CANDIDATES + 5), "a.txt": "Eda Rus saw the bridge. " + "All was calm. " * 8}
    files |= {f"near/{n}.txt": "Who is the who of the who?" for n in range(9)}
    found = traced(tmp_path, "Eda Rus", files)
    assert found.stage is Stage.WORDS
    assert found.way
    assert found.way.word_rank
    assert CANDIDATES < found.way.word_rank < found.way.dense_rank


def test_what_comes_after_the_ten_that_are_read(tmp_path: Path) -> None:
    """Found by both searches, and ranked eleventh or lower by their fusion."""
    files = {**crowd(20), "a.txt": "The bridge of Eda Rus is open, and calm is the weather."}
    found = traced(tmp_path, "Eda Rus", files)
    assert found.stage is Stage.FUSION
    assert found.way
    assert found.way.fused_rank == 21
    assert (found.way.read, found.way.offer, found.way.copy_of) == (False, None, None)


REPORT = """The harbour bridge was opened on Friday, and two thousand people walked across it before
noon, while the ferry, which had served the town for ninety years, made its last voyage."""


def test_what_is_left_out_as_a_copy(tmp_path: Path) -> None:
    """The passage that is read in its place is named."""
    files = {
        "a.txt": f"Source: Gazette\n\n{REPORT}",
        "b.txt": f"Source: Herald\n\n{REPORT}".replace("noon, while", "noon; while"),
    }
    found = traced(tmp_path, "noon; while the ferry", files, {})
    assert found.stage is Stage.FUSION
    assert found.way
    assert (found.way.copy_of, found.way.fused_rank) == ("a.txt", None)


# ---- reader and threshold


def test_what_another_passage_beats(tmp_path: Path) -> None:
    """Both offers are told with their scores."""
    margins = {"Ada Lind": 3.0, "Ben Ode": -0.5}
    found = traced(tmp_path, "Ben Ode opened the harbour bridge", margins=margins)
    assert found.stage is Stage.READER
    assert found.way
    assert found.way.offer
    assert found.best
    assert (found.way.offer.answer, found.way.offer.margin, found.way.offer.rank) == (
        "Ben Ode",
        -0.5,
        2,
    )
    assert (found.best.answer, found.best.path, found.best.score) == ("Ada Lind", "a.txt", 3.0)
    assert found.way.offers_words


def test_what_is_told_as_another_answer(tmp_path: Path) -> None:
    """It is quoted, and how it stands to the answer is told."""
    found = traced(tmp_path, "Ben Ode opened the harbour bridge")
    assert (found.stage, found.relation) == (Stage.ANSWERED, Relation.CONFLICT)
    assert found.answer == "Ada Lind"
    assert traced(tmp_path, "opened by Ada Lind").relation is None


def test_the_newest_may_be_the_answer(tmp_path: Path) -> None:
    """The best offer is the one that was answered, though another has a better score."""
    margins = {"Ada Lind": 3.0, "Ben Ode": 2.0}
    found = traced(tmp_path, "said his aunt", margins=margins)
    assert found.answer == "Ben Ode"
    assert found.best
    assert (found.best.answer, found.best.rank) == ("Ben Ode", 2)


def test_what_another_sentence_of_the_passage_beats(tmp_path: Path) -> None:
    """The reader offers something else from the very passage."""
    files = {"a.txt": "It was Ada Lind who came first. Eda Rus opened the harbour bridge."}
    found = traced(tmp_path, "Eda Rus opened", files)
    assert found.stage is Stage.READER
    assert found.way
    assert found.way.offer
    assert (found.way.offer.answer, found.way.offers_words) == ("Ada Lind", False)


def test_what_the_reader_did_not_come_to(tmp_path: Path) -> None:
    """It was sure before; what it would have offered is told."""
    files = {**crowd(5), "a.txt": "The harbour bridge of Eda Rus."}
    margins = {"Not": 2.0, "Eda Rus": 9.0}
    found = traced(tmp_path, "Eda Rus", files, margins)
    assert found.stage is Stage.READER
    assert found.passages_read == 4
    assert found.way
    assert found.way.offer
    assert (found.way.read, found.way.offer.answer, found.way.offer.rank) == (False, "Eda Rus", 1)


def test_what_the_reader_finds_no_answer_in(tmp_path: Path) -> None:
    """A span in a byline is none."""
    files = {"a.txt": "By Eda Rus\n2024-05-01\n\nWho opened the harbour bridge is not known."}
    found = traced(tmp_path, "is not known", files, {"Eda Rus": 2.0})
    assert found.stage is Stage.READER
    assert found.way
    assert (found.way.read, found.way.offer) == (True, None)


@pytest.mark.parametrize(("margin", "stage"), [(-0.5, Stage.THRESHOLD), (0.5, Stage.ANSWERED)])
def test_what_is_best_and_not_sure_enough(tmp_path: Path, margin: float, stage: Stage) -> None:
    """Only the threshold keeps it back."""
    found = traced(tmp_path, "by Ada Lind", margins={"Ada Lind": margin})
    assert found.stage is stage
    assert (found.confidence < found.threshold) == (stage is Stage.THRESHOLD)


def test_a_headline_gives_way_where_a_sentence_is_asked_for(tmp_path: Path) -> None:
    """The text below it is chosen, as the answerer does."""
    files = {"a.txt": "Bridge opened by Ada Lind\n\n2024-05-01\n\nIt rained. Ben Ode was there."}
    files["b.txt"] = "2024-05-02\n\nWas the bridge opened? Ben Ode did it, they say."
    margins = {"opened by Ada Lind": 3.0, "Ben Ode": -0.5}
    question = "Was the bridge opened?"
    found = traced(tmp_path, "Ben Ode did it", files, margins, question)
    assert found.stage is Stage.THRESHOLD
    assert found.best
    assert found.best.path == "b.txt"


def test_an_overview_chooses_sentences_itself(tmp_path: Path) -> None:
    """What it quotes is answered; what it passes over is lost where others have the reader."""
    question = "What happened: the harbour bridge was opened?"
    chosen = traced(tmp_path / "a", "opened by Ada Lind", question=question)
    assert (chosen.stage, chosen.overview) == (Stage.ANSWERED, True)
    passed_over = traced(tmp_path / "b", "said his aunt", question=question)
    assert (passed_over.stage, passed_over.overview) == (Stage.READER, True)
    assert (passed_over.passages_read, passed_over.best) == (0, None)


# ---- several passages


def test_the_passage_that_came_farthest_is_told(tmp_path: Path) -> None:
    """Of many that have the words."""
    files = {**FILES, **{f"z/{n}.txt": f"Ada Lind likes tea number {n}." for n in range(12)}}
    found = traced(tmp_path, "Ada Lind", files)
    assert found.stage is Stage.ANSWERED
    assert found.places == 13
    assert len(found.found) == 10
    assert found.way
    assert found.way.path == "a.txt"


def test_words_that_no_passage_has_whole(tmp_path: Path) -> None:
    """Those that have a part are followed."""
    text = " ".join(f"Remark {n} on the harbour bridge is kept." for n in range(40))
    found = traced(tmp_path, text[100:1100], {"a.txt": text}, {"Remark": -1.0})
    assert found.stage is Stage.READER
    assert found.way
    assert not found.way.whole


def test_a_stricter_risk_is_the_threshold(tmp_path: Path) -> None:
    """The threshold is that of the answerer which was asked."""
    scripted_answerer(tmp_path, FILES, MARGINS)
    calibration = margin_calibration(0.99)
    answerer = Answerer(open_library(tmp_path / "index"), PhraseReader(MARGINS), calibration)
    found = trace(answerer, WHO, "by Ada Lind")
    assert (found.stage, found.threshold) == (Stage.THRESHOLD, 0.99)


# ---- as of a day


def test_what_stood_on_a_day_is_followed(tmp_path: Path) -> None:
    """A version that has been superseded since answers as of its day, and as of no other."""
    answerer = scripted_answerer(tmp_path, FILES, MARGINS)
    later = FILES["a.txt"].replace("Ada Lind", "nobody").replace("05-01", "05-08")
    build(write_files(tmp_path / "articles", {"a.txt": later}), tmp_path / "index")
    found = trace(answerer, WHO, "opened by Ada Lind", Filters(as_of="2024-05-02"))
    assert found.stage is Stage.ANSWERED
    found = trace(answerer, WHO, "opened by Ada Lind", Filters(as_of="2024-04-30"))
    assert (found.stage, found.barred_by) == (Stage.FILTERED, ("as of 2024-04-30",))
    found = trace(answerer, WHO, "opened by nobody", Filters(as_of="2024-05-02"))
    assert (found.stage, found.barred_by) == (Stage.FILTERED, ("as of 2024-05-02",))


def test_what_the_question_itself_says_of_the_time(tmp_path: Path) -> None:
    """Its words of time filter like an option, by the day of a report or by that of an event."""
    question = "Who opened the harbour bridge, according to reports since 2 May 2024?"
    found = traced(tmp_path / "a", "opened by Ada Lind", question=question)
    assert found.period
    assert (found.stage, found.barred_by) == (Stage.FILTERED, ("since 2024-05-02",))
    files = {
        "a.txt": "2024-05-09\n\nThe harbour bridge was opened by Ada Lind on 3 May 2024.",
        "b.txt": "2024-05-09\n\nThe harbour bridge was opened by Ben Ode on 3 March 1920.",
    }
    question = "Who opened the harbour bridge in May 2024?"
    found = traced(tmp_path / "b", "by Ben Ode", files, question=question)
    assert (found.stage, found.barred_by) == (Stage.FILTERED, ("“in May 2024”",))
    assert found.answer == "Ada Lind"
