"""Ask a conversation as a chat does, and tell which answers are right."""

from collections.abc import Sequence

from retrieval.answer import MAX_TURNS, Answer, Turn
from retrieval.answerer import Answerer
from tests.dialogue.conversations import Asked, Conversation


def ask(answerer: Answerer, conversation: Conversation) -> list[Answer]:
    """The answers to all questions, each asked after those before it."""
    history: list[Turn] = []
    answers = []
    for asked in conversation:
        answer = answerer.answer(asked.question, history[-MAX_TURNS:])
        answers.append(answer)
        history.append(answer.turn)
    return answers


def is_right(asked: Asked, answer: Answer) -> bool:
    """Whether an answer holds what is expected."""
    told = (answer.answer or "").casefold()
    return any(expected.casefold() in told for expected in asked.expected)


def is_found(asked: Asked, answer: Answer) -> bool:
    """Whether the answer, or what came nearest where none was sure, holds what is expected."""
    if answer.answered or not answer.closest:
        return is_right(asked, answer)
    nearest = answer.closest[0].quote.casefold()
    return any(expected.casefold() in nearest for expected in asked.expected)


def accuracy(answerer: Answerer, conversations: Sequence[Conversation]) -> tuple[int, int]:
    """Right answers, and all, over the questions that come after another."""
    judged = [
        is_right(asked, answer)
        for conversation in conversations
        for asked, answer in list(zip(conversation, ask(answerer, conversation), strict=True))[1:]
    ]
    return sum(judged), len(judged)
