"""Answer JSON Lines: one question a line in, one answer a line out, in order."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from index.errors import QuestionError
from index.filters import Filters
from retrieval.answer import MAX_TURNS, Turn
from retrieval.answerer import Answerer
from retrieval.questions import readable


def answer_lines(
    answerer: Answerer, lines: Iterable[str], filters: Filters, write: Callable[[str], object]
) -> int:
    """Answer every line; a line that is none of the format gets an object with "error".

    Args:
        answerer: Answers the questions.
        lines: JSON objects with "question", and optionally "id" and "history": the questions
            before, oldest first, as {"question", "answer"} or as the whole answers that came out.
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
            item = _parsed(line)
            question_id = item.get("id") if isinstance(item, dict) else None
            question, history = _read_item(item)
            answer = answerer.answer(question, history, filters).to_json()
        except (ValueError, QuestionError) as exc:
            failed += 1
            answer = {"question": None, "answered": False, "error": f"line {number}: {exc}"}
        told = json.dumps({"id": question_id, **answer}, ensure_ascii=False)
        write(told.encode(errors="backslashreplace").decode())  # half a pair becomes \ud800
    return failed


def _parsed(line: str) -> object:
    """What a line holds.

    Raises:
        ValueError: It is no JSON, or not even text.
    """
    if readable(line) != line:
        raise ValueError("not UTF-8")
    try:
        return json.loads(line, parse_constant=_refused)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


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
    return item["question"], [_turn(turn) for turn in turns[-MAX_TURNS:]]


def _is_turn(turn: object) -> bool:
    return (
        isinstance(turn, dict)
        and isinstance(turn.get("question"), str)
        and isinstance(turn.get("answer"), str | None)
    )


def _turn(told: dict[str, Any]) -> Turn:
    """One turn, with what else an answer of ours tells of it."""
    understanding, citations = told.get("understanding"), told.get("citations")
    standalone = understanding.get("standalone") if isinstance(understanding, dict) else None
    cited = citations if isinstance(citations, list) else []
    quotes = [citation.get("quote") for citation in cited if isinstance(citation, dict)]
    return Turn(
        told["question"],
        told.get("answer"),
        standalone if isinstance(standalone, str) else None,
        tuple(quote for quote in quotes if isinstance(quote, str)),
    )
