"""Buttons below messages: what pressing one asks for, and how that fits into 64 bytes.

Presses come from any client, months later or made up, so `decode` takes whatever comes. Knows
answers and their citations; knows nothing of how a press is carried out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.messenger.display.language import Phrases
from bot.messenger.plan import Button, Keyboard
from retrieval.answer import Answer, Citation

MAX_SUBJECT = 2**63 - 1
"""Largest id of an answer or a watch that SQLite holds."""
MAX_NUMBER = 9_999
"""Largest number of a citation or a page; an article of 10 MB has some 4,000 pages."""

MAX_NUMBERED = 40
"""More quotations than this have no buttons; an answer has three, and few others beside it."""

_VERSION = "1"
_NUMBER = r"(0|[1-9][0-9]{0,3})"
_DATA = re.compile(rf"{_VERSION}([a-z])(0|[1-9][0-9]{{0,18}})\.{_NUMBER}\.{_NUMBER}")
_ROW_OF_NUMBERS = 5


class Do(StrEnum):
    """What a button asks for; the letters lie in chats for good and are never given anew."""

    SHOW_PASSAGE = "p"
    SHOW_SOURCES = "s"
    SHOW_CLOSEST = "c"
    SHOW_ANSWER = "a"
    HELPFUL = "h"
    UNHELPFUL = "u"
    END_WATCH = "w"


@dataclass(frozen=True, slots=True)
class Press:
    """The press of a button.

    Attributes:
        do: What is asked for.
        subject: Id of the answer, or of the watch.
        item: Which of the answer's `quotations`, from 0.
        page: Which page, from 1; 0 is the one to begin with, and for a passage the one on which
            the quotation begins.
    """

    do: Do
    subject: int
    item: int = 0
    page: int = 0


def encode(press: Press) -> str:
    """A press as callback data: at most 31 bytes of ASCII.

    Raises:
        ValueError: A number is negative or too large, so that `decode` would not take it.
    """
    numbers = (press.subject, MAX_SUBJECT), (press.item, MAX_NUMBER), (press.page, MAX_NUMBER)
    if not all(0 <= number <= most for number, most in numbers):
        raise ValueError(f"a button cannot carry {press!r}")
    return f"{_VERSION}{press.do}{press.subject}.{press.item}.{press.page}"


def decode(data: str | None) -> Press | None:
    """The press that callback data stands for; None if it is none of ours."""
    match = _DATA.fullmatch(data or "")
    if not match or match[1] not in set(Do) or int(match[2]) > MAX_SUBJECT:
        return None
    return Press(Do(match[1]), int(match[2]), int(match[3]), int(match[4]))


def quotations(answer: Answer) -> tuple[Citation, ...]:
    """What `Press.item` counts, numbered from 1.

    The citations, then those of other answers to the question, as far as they are shown; or the
    closest passages of an abstention.
    """
    if not answer.answered:
        return answer.closest
    others = [citation for variant in answer.variants for citation in variant.citations]
    numbers = range(len(answer.citations) + 1, MAX_NUMBERED)
    renumbered = [replace(one, n=n) for n, one in zip(numbers, others, strict=False)]
    return (*answer.citations, *renumbered)


def further_quotations(answer: Answer) -> tuple[Citation, ...]:
    """The quotations of an answer that its message does not show."""
    return quotations(answer)[len(answer.citations) if is_overview(answer) else 1 :]


def is_overview(answer: Answer) -> bool:
    """Whether the quotations together are the answer."""
    joined = "\n".join(citation.quote for citation in answer.citations)
    return len(answer.citations) > 1 and answer.answer == joined


def answer_keyboard(
    answer: Answer, answer_id: int, say: Phrases, helpful: bool | None = None
) -> Keyboard:
    """Below an answer or an abstention: the passage, what else there is, and was it helpful.

    Args:
        answer: The answer.
        answer_id: Its id.
        say: Words.
        helpful: What the user has said of it, if anything.
    """
    if is_overview(answer):
        shown = numbered_passages(answer_id, range(len(answer.citations)), say)
    else:
        shown = passage_buttons(answer_id, range(len(quotations(answer)))[:1], say)
    return tuple(
        row
        for row in (*shown, _more(answer, answer_id, say), _feedback(answer_id, say, helpful))
        if row
    )


def passage_buttons(answer_id: int, items: Sequence[int], say: Phrases) -> Keyboard:
    """Buttons for quotations in their context: in words for one, else by their numbers."""
    if len(items) == 1:
        return ((_button(say("buttons-passage"), Do.SHOW_PASSAGE, answer_id, items[0]),),)
    return numbered_passages(answer_id, items, say)


def numbered_passages(answer_id: int, items: Sequence[int], say: Phrases) -> Keyboard:
    """Buttons for quotations in their context, by their numbers, a few in a row."""
    buttons = [
        _button(say("buttons-passage-of", number=n + 1), Do.SHOW_PASSAGE, answer_id, n)
        for n in items
    ]
    starts = range(0, len(buttons), _ROW_OF_NUMBERS)
    return tuple(tuple(buttons[at : at + _ROW_OF_NUMBERS]) for at in starts)


def back_button(answer_id: int, say: Phrases) -> Button:
    """Back to the answer."""
    return _button(say("buttons-answer"), Do.SHOW_ANSWER, answer_id)


def turning(press: Press, page: int, count: int, say: Phrases) -> tuple[Button, ...]:
    """Buttons for the page before and after `page` (from 1) of `count`, where there are such."""
    turns = [(page - 1, "buttons-previous"), (page + 1, "buttons-next")]
    return tuple(
        _button(say(key), press.do, press.subject, press.item, to)
        for to, key in turns
        if 1 <= to <= min(count, MAX_NUMBER)
    )


def watch_keyboard(watch_id: int, say: Phrases) -> Keyboard:
    """Below what tells of a watch: end it."""
    return ((_button(say("buttons-end-watch"), Do.END_WATCH, watch_id),),)


def watches_keyboard(watch_ids: Sequence[int], say: Phrases) -> Keyboard:
    """Below a numbered list of watches: end one of them. `item` is 1: the message is the list."""
    return tuple(
        (_button(say("buttons-end-watch-of", number=n), Do.END_WATCH, watch_id, item=1),)
        for n, watch_id in enumerate(watch_ids, start=1)
    )


def _more(answer: Answer, answer_id: int, say: Phrases) -> tuple[Button, ...]:
    """What else there is to see of an answer."""
    if not answer.answered:
        count = len(answer.closest)
        text = say("buttons-closest", count=count)
        return (_button(text, Do.SHOW_CLOSEST, answer_id),) if count > 1 else ()
    count = other_sources(answer)
    text = say("buttons-sources", count=count)
    return (_button(text, Do.SHOW_SOURCES, answer_id),) if count else ()


def other_sources(answer: Answer) -> int:
    """How many sources there are that the message of an answer does not show."""
    carriers = {one for citation in quotations(answer) for one in citation.carried_by}
    cited = {citation.article_id for citation in quotations(answer)}
    return len(further_quotations(answer)) + len(carriers - cited)


def _feedback(answer_id: int, say: Phrases, helpful: bool | None) -> tuple[Button, ...]:
    yes = "buttons-helpful-pressed" if helpful else "buttons-helpful"
    no = "buttons-unhelpful-pressed" if helpful is False else "buttons-unhelpful"
    return (
        _button(say(yes), Do.HELPFUL, answer_id),
        _button(say(no), Do.UNHELPFUL, answer_id),
    )


def _button(text: str, do: Do, subject: int, item: int = 0, page: int = 0) -> Button:
    return Button(text, encode(Press(do, subject, item, page)))
