"""Small invented clusters of articles: which value is given, and how the others are related."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from retrieval.answer import Relation
from retrieval.reading import read_candidates
from retrieval.search import search
from retrieval.variants import Comparison, compare
from tests.retrieval_support import PhraseReader, margin_calibration, small_library

UPDATE, CONFLICT, SCOPE = Relation.UPDATE, Relation.CONFLICT, Relation.SCOPE
QUESTION = "How many people were evacuated from Norvik?"


def article(day: str | None, text: str, source: str = "Norvik Gazette") -> str:
    """An article with a head that states its source and its day."""
    dated = f"Published: {day}\n" if day else ""
    return f"Source: {source}\n{dated}\n{text}"


def compared(
    folder: Path,
    files: Mapping[str, str],
    margins: Mapping[str, float],
    question: str = QUESTION,
    threshold: float = 0.5,
) -> Comparison:
    """What the articles say together, by a reader that knows phrases and is as sure as told."""
    library, calibration = small_library(folder, files), margin_calibration()
    hits = search(library, question)
    candidates = read_candidates(library, PhraseReader(margins), calibration, question, hits)
    return compare(question, candidates, calibration, threshold)


def others(comparison: Comparison) -> list[tuple[Relation, list[str]]]:
    """The other values with their relation, and the files that give each."""
    return [
        (relation, [group[0].text, *(one.article.path for one in group)])
        for relation, group in comparison.others
    ]


DAYS = {
    "a.txt": article("2024-12-18", "On Monday 3,000 people were evacuated from Norvik."),
    "b.txt": article("2024-12-20", "By now 4,000 people were evacuated from Norvik.", "Radio Sund"),
    "c.txt": article("2024-12-17", "Only 90 people were evacuated from Norvik so far."),
}
SURE = {"3,000 people": 6.0, "4,000 people": 2.0, "90 people": 5.0}


def test_the_newest_comes_first_though_an_older_one_scores_higher(tmp_path: Path) -> None:
    """Earlier states are listed, the newest first; they do not make the newest less sure."""
    found = compared(tmp_path, DAYS, SURE)
    assert found.best.text == "4,000 people"
    assert [one.article.path for one in found.agreeing] == ["b.txt"]
    assert others(found) == [
        (UPDATE, ["3,000 people", "a.txt"]),
        (UPDATE, ["90 people", "c.txt"]),
    ]
    assert found.confidence == pytest.approx(0.881, abs=0.001)  # logistic(2)


def test_a_newer_value_that_would_not_be_answered_is_a_conflict(tmp_path: Path) -> None:
    """The best-scored stays, but what may have replaced it is not hidden."""
    files = {name: DAYS[name] for name in ("a.txt", "b.txt")}
    found = compared(tmp_path, files, SURE, threshold=0.9)
    assert found.best.text == "3,000 people"
    assert others(found) == [(CONFLICT, ["4,000 people", "b.txt"])]


def test_other_sources_of_the_same_day_contradict(tmp_path: Path) -> None:
    """The same source does not: it has updated what it said."""
    files = {
        "a.txt": article("2024-12-20", "The police say 4,000 people were evacuated from Norvik."),
        "b.txt": article("2024-12-20", "Some 2,500 people were evacuated from Norvik.", "Radio"),
        "c.txt": article("2024-12-20", "At ten 800 people were evacuated from Norvik."),
    }
    margins = {"4,000 people": 6.0, "2,500 people": 5.0, "800 people": 4.0}
    found = compared(tmp_path, files, margins)
    assert found.best.text == "4,000 people"
    assert sorted(others(found)) == [
        (CONFLICT, ["2,500 people", "b.txt"]),
        (UPDATE, ["800 people", "c.txt"]),
    ]


def test_a_value_that_was_given_before_and_is_given_again_is_a_conflict(tmp_path: Path) -> None:
    """One source has moved on, another of the same day has not."""
    again = "Still 3,000 people were evacuated from Norvik."
    files = DAYS | {"d.txt": article("2024-12-20", again, "Sund Post")}
    found = compared(tmp_path, files, SURE)
    assert found.best.text == "3,000 people"
    assert others(found)[0] == (CONFLICT, ["4,000 people", "b.txt"])


def test_another_place_is_another_scope_and_never_the_answer(tmp_path: Path) -> None:
    """Even if it is newer: who asks for both is told of both."""
    question = "How many jobs will the boat builder Orm cut?"
    files = {
        "a.txt": article("2024-12-18", "The boat builder Orm will cut 300 jobs in Norvik."),
        "b.txt": article("2024-12-20", "The boat builder Orm will cut 140 jobs in Sund."),
    }
    found = compared(tmp_path, files, {"300 jobs": 6.0, "140 jobs": 5.0}, question)
    assert found.best.text == "300 jobs"
    assert others(found) == [(SCOPE, ["140 jobs", "b.txt"])]


@pytest.mark.parametrize(
    "newer",
    [
        "After a count 4,000 people, up from 3,000 people, were evacuated from Norvik.",
        "Correction: 4,000 people, not 3,000 people, were evacuated from Norvik.",
        "Of 4,000 people who were evacuated from Norvik it was said: initially 3,000 people.",
    ],
)
def test_a_figure_of_the_past_in_a_newer_article_does_not_contradict(
    newer: str, tmp_path: Path
) -> None:
    """The reader may pick it from the newer article; it is no new statement of it."""
    files = DAYS | {"d.txt": article("2024-12-20", newer, "Sund Post")}
    found = compared(tmp_path, files, SURE)
    assert found.best.text == "4,000 people"
    assert others(found)[0] == (UPDATE, ["3,000 people", "a.txt"])


def test_whoever_says_so_in_other_words_agrees(tmp_path: Path) -> None:
    """One for each story: a copy of a report is no further source; who denies it is none."""
    long = " The buses left the harbour at ten, and the schools stay closed until the weekend."
    copied = "By now 4,000 people were evacuated from Norvik." + long
    files = {
        "a.txt": article("2024-12-20", copied),
        "b.txt": article("2024-12-21", copied, "Sund Post"),
        "c.txt": article("2024-12-20", "About four thousand were evacuated from Norvik.", "Radio"),
        "d.txt": article("2024-12-20", "Nobody counted the 4,000 evacuated from Norvik.", "Echo"),
    }
    margins = {"4,000 people": 6.0, "four thousand": 3.0, "4,000": -2.0}
    found = compared(tmp_path, files, margins)
    assert found.others == []
    first, second = found.agreeing
    assert first is found.best
    assert first.article.path in ("a.txt", "b.txt")
    assert second.article.path == "c.txt"


def test_without_a_date_nobody_can_tell_which_is_newer(tmp_path: Path) -> None:
    """The best-scored is given and the other is listed as a conflict."""
    undated = article(None, "By now 4,000 people were evacuated from Norvik.")
    found = compared(tmp_path, {"a.txt": DAYS["a.txt"], "b.txt": undated}, SURE)
    assert found.best.text == "3,000 people"
    assert others(found) == [(CONFLICT, ["4,000 people", "b.txt"])]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("By now the people of Norvik were evacuated on 3 May 2024.", "3 May 2024"),
        ("By now 40 % of Norvik were evacuated, people say.", "40 %"),
        ("By now more than 3,000 people were evacuated from Norvik.", "3,000 people"),
        ("In spring 4,000 people danced.", "4,000 people"),
        ("By now the mayor was evacuated from Norvik, said people.", "mayor"),
    ],
)
def test_what_answers_another_question_is_not_listed(
    text: str, phrase: str, tmp_path: Path
) -> None:
    """Values of another kind, the same number with a bound, passages of other things."""
    files = {"a.txt": DAYS["a.txt"], "b.txt": article("2024-12-20", text, "Sund Post")}
    found = compared(tmp_path, files, {phrase: 3.0} | SURE)
    assert found.best.article.path == "a.txt"
    assert found.others == []


def test_names_replace_one_another(tmp_path: Path) -> None:
    """Whoever holds an office now is the answer; who held it is an earlier state."""
    question = "Who leads the inquiry in Norvik?"
    files = {
        "a.txt": article("2024-12-18", "Ada Lind leads the inquiry in Norvik."),
        "b.txt": article("2024-12-22", "Bo Berg leads the inquiry in Norvik since today.", "Radio"),
        "c.txt": article("2024-12-20", "Inspector Lind leads the inquiry in Norvik.", "Echo"),
    }
    margins = {"Ada Lind": 5.0, "Bo Berg": 4.0, "Inspector Lind": 3.0}
    found = compared(tmp_path, files, margins, question)
    assert found.best.text == "Bo Berg"
    assert others(found) == [(UPDATE, ["Inspector Lind", "c.txt", "a.txt"])]


def test_who_died_was_killed(tmp_path: Path) -> None:
    """Other words for the same are no other case: the newer toll updates the older."""
    files = {
        "a.txt": article("2024-12-18", "At least 31 people died in the flood in Norvik."),
        "b.txt": article("2024-12-20", "The flood in Norvik killed at least 47 people."),
    }
    margins = {"At least 31 people": 6.0, "at least 47 people": 6.0}
    found = compared(tmp_path, files, margins, "How many people died in the flood in Norvik?")
    assert found.best.text == "at least 47 people"
    assert others(found) == [(UPDATE, ["At least 31 people", "a.txt"])]


def test_who_lost_their_homes_did_not_die(tmp_path: Path) -> None:
    """A newer figure of another group does not take the place of the one that was asked for."""
    files = {
        "a.txt": article("2024-12-18", "So far 31 people died in the flood in Norvik."),
        "b.txt": article("2024-12-20", "By now 2,600 people lost homes in the flood in Norvik."),
    }
    margins = {"31 people": 6.0, "2,600 people": 6.0}
    found = compared(tmp_path, files, margins, "How many people died in the flood in Norvik?")
    assert found.best.text == "31 people"
    assert others(found) == [(SCOPE, ["2,600 people", "b.txt"])]


def test_a_number_of_another_event_is_no_source(tmp_path: Path) -> None:
    """Any 15 is "at least 12": it must also have the question's words, or tell of its time."""
    question = "How many people were killed in the Norvik earthquake?"
    told = "At least 12 people were killed in the Norvik earthquake."
    for other in ("By then 15 soldiers of the garrison fell.", "In 2018, 15 people were killed."):
        files = {"a.txt": article("2024-12-18", told), "b.txt": article("2023-03-14", other)}
        margins = {"At least 12 people": 6.0, "15 soldiers": 5.0, "15 people": 5.0}
        found = compared(tmp_path / str(len(other)), files, margins, question)
        assert [one.article.path for one in found.agreeing] == ["a.txt"]


def test_the_exact_number_takes_the_place_of_an_earlier_rough_one(tmp_path: Path) -> None:
    """Both say so, and the newer is quoted; a newer rough one replaces nothing."""
    rough, exact = "At least 31 people were evacuated.", "Of the town 38 people were evacuated."
    margins = {"At least 31 people": 6.0, "38 people": 4.0}
    for days in (("2024-12-18", "2024-12-20"), ("2024-12-20", "2024-12-18")):
        files = {"a.txt": article(days[0], rough), "b.txt": article(days[1], exact)}
        found = compared(tmp_path / days[0], files, margins, "How many people were evacuated?")
        assert found.best.text == ("38 people" if days[1] > days[0] else "At least 31 people")
        assert len(found.agreeing) == 2


def test_who_said_so_is_shown_by_what_was_said(tmp_path: Path) -> None:
    """Both articles name the governor; only one tells of the figure that is asked about."""
    files = {
        "a.txt": article("2024-12-18", "The quake killed 12 people, the governor said."),
        "b.txt": article("2024-12-19", "The quake killed 37 people, said the governor.", "Radio"),
    }
    question = "Who said that the quake killed 37 people?"
    found = compared(tmp_path, files, {"the governor": 4.0}, question)
    assert [one.article.path for one in found.agreeing] == ["b.txt", "a.txt"]
    assert found.best is found.agreeing[0]
