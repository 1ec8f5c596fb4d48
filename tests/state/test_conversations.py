"""Answers as they were given come back as they were; conversations begin and end."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.state.conversations import (
    GivenAnswer,
    answer_shown_by,
    answer_to,
    feedback_of,
    forget_conversation,
    given_answer,
    messages_of,
    put_feedback,
    recent_turns,
    remember_answer,
)
from index.filters import Filters
from index.sql import Connection
from retrieval.answer import Answer, Citation, Passage, Turn
from tests.state.conftest import in_memory

CITATION = Citation(
    *(1, "0123456789abcdef", "Bridge", "Gazette", None, "2024-05-04", "b.txt", None, 0, 4, "Ada."),
    *(0, 3, ("fedcba9876543210",)),
)
ANSWER = Answer("who?", True, "Ada", 0.9, (CITATION,), (Passage("a", 0, 4, 0.5),), (), {"total": 2})


def opened() -> Iterator[Connection]:
    """An empty state, outside a fixture."""
    database = in_memory()
    yield database
    database.close()


def given_to(chat_id: int | None, answer_id: int, given: float, **more: object) -> GivenAnswer:
    """An answer to "question N"."""
    question = f"question {answer_id}"
    answer = replace(ANSWER, question=question, answer=f"answer {answer_id}")
    first = GivenAnswer(answer_id, chat_id, None, 5, 100 + answer_id, question, answer, given)
    return replace(first, **more)  # type: ignore[arg-type]  # the fields of the answer


def test_an_answer_comes_back_as_it_was(connection: Connection) -> None:
    """To whom, when, with which bounds, in which language; inline ones without a chat."""
    bounded = given_to(
        -7, 2**53 - 1, 12.5, thread_id=9, filters=Filters("2024-01-01", "2024-12-31")
    )
    for one in (bounded, given_to(None, 2, 13, question_message_id=None, language="ar")):
        remember_answer(connection, one)
        assert given_answer(connection, one.answer_id) == one
    assert given_answer(connection, 3) is None


@given(st.text(), st.text())
def test_no_words_are_lost(question: str, words: str) -> None:
    """Whatever was quoted, in any script, is there for its buttons."""
    for connection in opened():
        question = question.encode(errors="replace").decode()
        quoted = replace(CITATION, quote=words, title=words)
        answer = replace(ANSWER, question=question, citations=(quoted,))
        one = given_to(1, 1, 1, question=question, answer=answer)
        remember_answer(connection, one)
        assert given_answer(connection, 1) == one


def test_an_answer_takes_the_place_of_its_earlier_self(connection: Connection) -> None:
    """Who asked where stays; what was thought of the earlier answer was not thought of this."""
    first = given_to(1, 5, 10)
    remember_answer(connection, first)
    put_feedback(connection, 5, 1, True, 11)
    put_feedback(connection, 6, 1, True, 11)
    forget_conversation(connection, 1, None)
    second = replace(first, question="other", answer=replace(ANSWER, answer="other"))
    remember_answer(connection, second)
    assert given_answer(connection, 5) == second
    assert feedback_of(connection, 5, 1) is None
    assert feedback_of(connection, 6, 1) is True
    assert recent_turns(connection, 1, None, 6) == []


def test_a_conversation_is_that_of_one_chat_and_topic(connection: Connection) -> None:
    """The last turns, oldest first, of this very topic; none of what came later."""
    for answer_id in range(1, 6):
        remember_answer(connection, given_to(1, answer_id, answer_id))
    remember_answer(connection, given_to(1, 6, 6, thread_id=9))
    remember_answer(connection, given_to(2, 7, 7))
    remember_answer(connection, given_to(1, 8, 8, answer=replace(ANSWER, answer=None)))
    turns = [Turn(f"question {n}", f"answer {n}", None, ("Ada.",)) for n in range(1, 6)]
    last = Turn("question 8", None, None, ("Ada.",))
    assert recent_turns(connection, 1, None, 3) == [*turns[-2:], last]
    assert recent_turns(connection, 1, None, 3, before=4) == turns[:3]
    assert recent_turns(connection, 1, 9, 3) == [Turn("question 6", "answer 6", None, ("Ada.",))]
    assert recent_turns(connection, 2, 9, 3) == []


def test_a_reset_ends_one_conversation(connection: Connection) -> None:
    """Other topics go on; the answers themselves stay for their buttons."""
    for answer_id, thread_id in ((1, None), (2, 9), (3, 8)):
        remember_answer(connection, given_to(1, answer_id, answer_id, thread_id=thread_id))
    forget_conversation(connection, 1, 9)
    assert [len(recent_turns(connection, 1, topic, 6)) for topic in (None, 9, 8)] == [1, 0, 1]
    forget_conversation(connection, 1, None)
    assert [len(recent_turns(connection, 1, topic, 6)) for topic in (None, 9, 8)] == [0, 0, 1]
    assert given_answer(connection, 2)


def test_an_answer_is_found_by_its_messages(connection: Connection) -> None:
    """By the question, and by each message that shows it, in this chat and no other."""
    for answer_id in (1, 2):
        remember_answer(connection, given_to(1, answer_id, answer_id))
    connection.executemany(
        "INSERT INTO answer_messages VALUES (?, ?, ?)", [(1, 31, 1), (1, 30, 1), (1, 40, 2)]
    )
    first = given_answer(connection, 1)
    assert answer_shown_by(connection, 1, 30) == answer_shown_by(connection, 1, 31) == first
    assert answer_shown_by(connection, 2, 30) is answer_shown_by(connection, 1, 32) is None
    assert answer_to(connection, 1, 101) == first
    assert answer_to(connection, 2, 101) is answer_to(connection, 1, 103) is None
    assert messages_of(connection, 1) == [30, 31]
    assert messages_of(connection, 3) == []


def test_the_last_opinion_counts(connection: Connection) -> None:
    """One opinion of each reader on each answer."""
    for user_id, helpful in ((1, True), (2, True), (1, False)):
        put_feedback(connection, 5, user_id, helpful, 1.0)
    assert [feedback_of(connection, 5, user_id) for user_id in (1, 2, 3)] == [False, True, None]
