"""Answer JSON Lines: one question a line in, one answer a line out, in order."""

import json
from collections.abc import Callable, Iterable

from index.errors import QuestionError
from index.store import Filters
from retrieval.answer import Turn
from retrieval.answerer import Answerer


def answer_lines(
    answerer: Answerer, lines: Iterable[str], filters: Filters, write: Callable[[str], object]
) -> int:
    """Answer every line; a line that is none of the format gets an object with "error".

    Args:
        answerer: Answers the questions.
        lines: JSON objects with "question", and optionally "id" and "history".
        filters: Which articles may answer.
        write: Takes one line of output.

    Returns:
        How many lines could not be answered for an error.
    """
    failed = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        question_id: object = None
        try:
            item = json.loads(line)
            question_id = item.get("id") if isinstance(item, dict) else None
            question, history = _read_item(item)
            answer = answerer.answer(question, history, filters).to_json()
        except (ValueError, QuestionError) as exc:
            failed += 1
            answer = {"question": None, "answered": False, "error": f"line {number}: {exc}"}
        write(json.dumps({"id": question_id, **answer}, ensure_ascii=False))
    return failed


def _read_item(item: object) -> tuple[str, list[Turn]]:
    """Question and history of one line.

    Raises:
        ValueError: It has another form.
    """
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise ValueError('not an object with a "question" string')
    turns = item.get("history") or []
    if not isinstance(turns, list) or not all(_is_turn(turn) for turn in turns):
        raise ValueError('"history" is not a list of {"question", "answer"}')
    return item["question"], [Turn(turn["question"], turn.get("answer")) for turn in turns]


def _is_turn(turn: object) -> bool:
    return (
        isinstance(turn, dict)
        and isinstance(turn.get("question"), str)
        and isinstance(turn.get("answer"), str | None)
    )
