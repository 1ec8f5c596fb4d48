"""Cards that answer an inline query: one is chosen, and sent into any chat.

Those who read it there have not seen the question, so each card says it, too.
"""

import hashlib

from bot.messenger.display.borders import is_seen
from bot.messenger.display.buttons import is_overview
from bot.messenger.display.language import Phrases
from bot.messenger.display.markup import ITALIC, Block, Run, split_messages
from bot.messenger.display.quoting import answer_block, answer_blocks, clipped, one_line
from bot.messenger.display.standing import with_standing
from bot.messenger.plan import Json
from retrieval.answer import Answer, Citation

MAX_CARDS = 5
MAX_OTHERS_IN_CARD = 2
MAX_TITLE_UNITS = 120
MAX_DESCRIPTION_UNITS = 240
_MAX_QUESTION_UNITS = 300
_ROOM = 2000  # of a 4096 units' message, for quotations; the rest is for names


def inline_results(answer: Answer, say: Phrases) -> list[Json]:
    """An answer as `InlineQueryResultArticle`s, best first; an abstention is one card."""
    if not answer.answered:
        near = f"{say('pages-nearest')} {_described(answer.closest[0])}" if answer.closest else ""
        blocks = answer_blocks(answer, say, whole=False, room=_ROOM)
        blocks = with_standing(blocks, answer, say)
        return [_card(1, answer, say("pages-not-told"), near, blocks)]
    cards = []
    if is_overview(answer):
        room = _ROOM // len(answer.citations)
        blocks = answer_blocks(answer, say, whole=True, room=room)
        text = one_line(answer.answer)
        cards.append(_card(1, answer, say("pages-overview"), text, blocks))
    for citation in answer.citations[: MAX_CARDS - len(cards)]:
        short = (answer.answer or "") if not cards else _answer_in(citation)
        blocks = [answer_block(short, citation, say, _ROOM // 2)]
        if not cards:  # it holds of the answer, not of each source
            blocks = with_standing(blocks, answer, say, MAX_OTHERS_IN_CARD)
        title = one_line(short) or one_line(citation.quote) or one_line(citation.name)
        cards.append(_card(len(cards) + 1, answer, title, _described(citation), blocks))
    return cards


def _card(n: int, answer: Answer, title: str, description: str, blocks: list[Block]) -> Json:
    """One card; its id tells what it says, so that no two of an answer are the same."""
    asked = clipped(one_line(answer.question), _MAX_QUESTION_UNITS)
    above: list[Block] = [(Run(asked, (ITALIC,)),)] if asked else []
    text, *_ = split_messages([*above, *blocks])
    return {
        "type": "article",
        "id": f"{n}-{hashlib.sha256(text.encode()).hexdigest()[:32]}",
        "title": clipped(title, MAX_TITLE_UNITS) or "…",
        "description": clipped(description, MAX_DESCRIPTION_UNITS),
        "input_message_content": {
            "message_text": text,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        },
    }


def _described(citation: Citation) -> str:
    """Source and date as far as known, then how the quotation begins."""
    facts = one_line(citation.source), citation.published, f"“{one_line(citation.quote)}”"
    return " · ".join(fact for fact in facts if fact and is_seen(fact))


def _answer_in(citation: Citation) -> str:
    """The words of a citation that answer, as far as they are known."""
    if citation.answer_start is None or citation.answer_end is None:
        return citation.quote
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    words = citation.quote[start:end] if 0 <= start < end else ""
    return words if is_seen(words) else citation.quote
