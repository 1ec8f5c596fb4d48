"""Whether somebody who was told one answer learns anything from another.

Knows answers: abstentions and overviews; what short answers say is told by `retrieval.values`.
"""

from bot.messenger.display.buttons import is_overview
from retrieval.answer import Answer
from retrieval.values.phrases import plain_words
from retrieval.values.sameness import Sameness, compare_values


def says_the_same(told: Answer, now: Answer) -> bool:
    """Whether somebody who was told one answer learns nothing from the other.

    Scores do not count, nor does which article is quoted, nor how far the answer reaches into its
    sentence: "Lind" is "Ada Lind", "3 May" is "3 May 2024". Numbers and what bounds them count,
    and for an overview which sentences there are, in any order.
    """
    if not (told.answered and now.answered):
        return told.answered == now.answered
    if is_overview(told) or is_overview(now):
        return _sentences(told) == _sentences(now)
    compared = compare_values(
        told.answer or "", now.answer or "", _published(told), _published(now)
    )
    return compared is Sameness.EQUAL


def _sentences(answer: Answer) -> frozenset[str]:
    """What an answer says: the sentences of an overview, or one text, without typography."""
    if is_overview(answer):
        texts = [citation.quote for citation in answer.citations]
    else:
        texts = [answer.answer or ""]
    return frozenset(" ".join(plain_words(text)) for text in texts)


def _published(answer: Answer) -> str | None:
    return answer.citations[0].published if answer.citations else None
