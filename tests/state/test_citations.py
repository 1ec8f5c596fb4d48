"""Which answers rest on which articles, and that this is found quickly."""

from dataclasses import replace

import pytest

from bot.state.citations import articles_of, asked_alike, cited_after, rest_on, resting_on
from bot.state.conversations import remember_answer
from bot.state.figures import tidy
from bot.state.people import forget_user, set_gone
from index.sql import Connection
from retrieval.answer import Relation, Support, Variant
from tests.state.conftest import in_memory
from tests.state.test_conversations import ANSWER, CITATION, given_to


def test_an_answer_rests_on_all_that_it_quotes(connection: Connection) -> None:
    """On what its variants quote, too; not on copies of that; an inline answer on nothing."""
    other = replace(CITATION, article_id="other")
    variant = Variant(Relation.UPDATE, "Bo", (other, CITATION), Support(1, None))
    answer = replace(ANSWER, variants=(variant,))
    remember_answer(connection, given_to(1, 5, 5, answer=answer))
    remember_answer(connection, given_to(None, 6, 6))
    assert articles_of(connection, 5) == [CITATION.article_id, "other"]
    assert articles_of(connection, 6) == []
    remember_answer(connection, given_to(1, 5, 5, answer=replace(ANSWER, citations=(other,))))
    assert articles_of(connection, 5) == ["other"]


def test_what_was_cited_since_is_found(connection: Connection) -> None:
    """Numbers go on rising, also when the highest is taken out."""
    rest_on(connection, 1, ["a", "b"])
    rest_on(connection, 2, ["b"])
    highest, articles = cited_after(connection, 0)
    assert (highest, set(articles)) == (3, {"a", "b"})
    assert cited_after(connection, highest) == (3, [])
    rest_on(connection, 2, [])
    rest_on(connection, 3, ["c", "c"])
    assert cited_after(connection, highest) == (4, ["c"])


@pytest.mark.parametrize("others", [1, 5000])
def test_answers_that_rest_on_an_article_are_found_page_by_page(
    connection: Connection, others: int
) -> None:
    """By id; none that is too old, or of a chat that has blocked the bot."""
    for answer_id in range(1, 8):
        remember_answer(connection, given_to(answer_id, answer_id, answer_id))
    set_gone(connection, 4, "private", 1.0)
    of = [CITATION.article_id, *(f"unknown {n}" for n in range(others))]
    assert resting_on(connection, of, 2, 0, 3) == [2, 3, 5]
    assert resting_on(connection, of, 2, 5, 3) == [6, 7]
    assert resting_on(connection, ["unknown"], 2, 0, 3) == []


def test_answers_to_one_question_are_found(connection: Connection) -> None:
    """The newest first, in this chat and topic, as long as they rest on anything."""
    for answer_id in (1, 2, 3, 4):
        remember_answer(connection, given_to(1, answer_id, answer_id, question="Who?"))
    remember_answer(connection, given_to(1, 5, 5, question="who?", thread_id=9))
    rest_on(connection, 3, [])
    assert asked_alike(connection, 1, None, "who?") == [4, 2, 1]
    assert asked_alike(connection, 1, 9, "who?") == [5]
    assert asked_alike(connection, 2, None, "who?") == []
    remember_answer(connection, given_to(1, 6, 6, question="Кто?"))
    assert asked_alike(connection, 1, None, "кто?") == [6]


@pytest.mark.parametrize("way", ["forgotten", "old", "not told of"])
def test_nothing_is_left_of_what_goes(connection: Connection, way: str) -> None:
    """Neither an answer that is deleted nor one that nobody is told of rests on anything."""
    remember_answer(connection, given_to(1, 1, 1))
    if way == "forgotten":
        forget_user(connection, 5)
    else:
        tidy(connection, 9.0, 1 if way == "old" else 10, 1, 1 if way == "not told of" else 10)
    assert connection.execute("SELECT * FROM cited").fetchall() == []


def test_no_look_reads_a_table_from_end_to_end() -> None:
    """It happens every second, while everybody waits for the one thread of the state."""
    connection = in_memory()
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    cited_after(connection, 5)
    resting_on(connection, ["a"], 0, 0, 9)
    asked_alike(connection, 1, None, "who?")
    connection.set_trace_callback(None)
    plans = [connection.execute(f"EXPLAIN QUERY PLAN {step}").fetchall() for step in steps]
    told = [str(row[-1]) for plan in plans for row in plan]
    assert any("cited USING" in step or "c USING" in step for step in told)
    assert not [step for step in told if step in ("SCAN cited", "SCAN c", "SCAN answers", "SCAN a")]
