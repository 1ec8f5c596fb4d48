"""What is shown: answers, passages, sources and lists as pages, which are messages to be.

Pure functions of their arguments; no text breaks one, and none exceeds Telegram's limits. Knows
nothing of chats, networks or how an answer is found.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from bot.messenger.display.buttons import (
    Do,
    Press,
    answer_keyboard,
    back_button,
    further_quotations,
    numbered_passages,
    other_sources,
    quotations,
    turning,
)
from bot.messenger.display.cards import inline_results
from bot.messenger.display.language import Phrases
from bot.messenger.display.markup import (
    BOLD,
    UNDERLINE,
    Block,
    Run,
    marked,
    split_messages,
    to_html,
)
from bot.messenger.display.passages import context_pages, page_of
from bot.messenger.display.quoting import (
    MAX_NAME_UNITS,
    answer_blocks,
    answer_marks,
    headed,
    numbered,
    source_line,
)
from bot.messenger.display.standing import variant_heading, with_standing
from bot.messenger.plan import Keyboard, Page
from index.articles import Article
from retrieval.answer import Answer, Citation

MAX_SOURCES = 20
"""How many articles /sources names."""
MAX_LATEST = 10
"""How many articles /latest names."""
MAX_CARRIERS = 20
"""How many articles are named that carry the same words."""

__all__ = [
    "MAX_LATEST",
    "MAX_SOURCES",
    "answer_pages",
    "closest_page",
    "inline_results",
    "latest_pages",
    "other_sources_page",
    "passage_page",
    "plain_pages",
    "sources_pages",
]


def answer_pages(
    answer: Answer,
    answer_id: int | None,
    say: Phrases,
    *,
    notice: str | None = None,
    helpful: bool | None = None,
) -> list[Page]:
    """An answer with its citation, or an abstention with the quotation that came nearest.

    Args:
        answer: The answer.
        answer_id: Its id; None: without buttons, and so with all its quotations.
        say: Words.
        notice: A paragraph at the end.
        helpful: What the user has said of it, if anything.

    Returns:
        The pages in order, the buttons below the last.

    Raises:
        ValueError: An answer has no citation; without one it must not be shown.
    """
    blocks = with_standing(answer_blocks(answer, say, whole=answer_id is None), answer, say)
    if answer_id is None:
        blocks += _varied(answer, say)
    if notice:
        blocks.append((Run(notice),))
    keyboard = () if answer_id is None else answer_keyboard(answer, answer_id, say, helpful)
    *pages, last = _pages(blocks) or [Page("…")]
    return [*pages, replace(last, keyboard=keyboard)]


def passage_page(
    article: Article | None,
    live: bool,  # as agreed with its callers
    citation: Citation,
    answer_id: int,
    item: int,
    page: int,
    say: Phrases,
) -> Page:
    """A quotation in its article, one page of it, with the quotation underlined.

    Args:
        article: The article of the citation; None if the index does not hold it any more.
        live: Whether it may be quoted.
        citation: What is quoted.
        answer_id: The answer that quotes it.
        item: Which of the answer's quotations it is, from 0.
        page: Which page, from 1; 0 is the one on which the quotation begins.
        say: Words.
    """
    back = (back_button(answer_id, say),)
    source = source_line(citation, MAX_NAME_UNITS)
    if article is None or not live:
        gone = say("pages-gone" if article is None else "pages-withdrawn")
        return Page(to_html((*source, Run(f"\n\n{gone}"))), (back,))
    cited = _placed(citation, article.text)
    spans = context_pages(article.text, cited.start, cited.end)
    number = min(page or page_of(spans, cited.start), len(spans))
    first, last = spans[number - 1]
    place = f"\n{say('pages-place', page=number, count=len(spans))}" if len(spans) > 1 else ""
    marks = [(cited.start - first, cited.end - first, UNDERLINE), *answer_marks(cited, first)]
    text = marked(article.text[first:last], marks)
    press = Press(Do.SHOW_PASSAGE, answer_id, item)
    turns = turning(press, number, len(spans), say)
    html = to_html((*source, Run(f"{place}\n\n"), *text))
    return Page(html, tuple(row for row in (turns, back) if row))


def other_sources_page(
    answer: Answer,
    answer_id: int,
    say: Phrases,
    *,
    carriers: Sequence[Article] = (),
    page: int = 0,
) -> Page:
    """The further citations of an answer, and other articles that carry the words it cites.

    Args:
        answer: The answer.
        answer_id: Its id.
        say: Words.
        carriers: The articles of `carried_by`, as far as they may be quoted.
        page: Which page, from 1; 0 is the first, too.
    """
    further = further_quotations(answer)
    first = len(quotations(answer)) - len(further)
    same = answer.citations[first:]
    blocks = [numbered(citation, say) for citation in same]
    carried = other_sources(answer) - len(further)
    if carriers or carried or not further:
        blocks.append(_carried(carried, carriers, say))
    blocks += _varied(answer, say)
    items = range(first, len(quotations(answer)))
    press = Press(Do.SHOW_SOURCES, answer_id)
    passages = numbered_passages(answer_id, items, say)
    return _leaf(headed(say("pages-other-sources"), blocks), press, page, passages, say)


def closest_page(answer: Answer, answer_id: int, say: Phrases, *, page: int = 0) -> Page:
    """The quotations that came nearest to an answer that the articles do not give.

    Args:
        answer: The abstention.
        answer_id: Its id.
        say: Words.
        page: Which page, from 1; 0 is the first, too.
    """
    near = quotations(answer)
    heading = say("pages-closest") if near else say("pages-not-told")
    blocks = headed(heading, [numbered(citation, say) for citation in near])
    passages = numbered_passages(answer_id, range(len(near)), say)
    return _leaf(blocks, Press(Do.SHOW_CLOSEST, answer_id), page, passages, say)


def sources_pages(newest: Sequence[Article], count: int, say: Phrases) -> list[Page]:
    """What is indexed: the newest articles by name, and how many there are in all."""
    if not count:
        return plain_pages(say("pages-no-sources"))
    shown = newest[:MAX_SOURCES]
    lines = _listed(say("pages-sources", count=count), shown)
    if count > len(shown):
        lines = (*lines, Run(f"\n{say('pages-more', count=count - len(shown))}"))
    return _pages([lines])


def latest_pages(articles: Sequence[Article], say: Phrases) -> list[Page]:
    """The newest articles by name."""
    if not articles:
        return plain_pages(say("pages-no-sources"))
    return _pages([_listed(say("pages-latest"), articles[:MAX_LATEST])])


def plain_pages(text: str) -> list[Page]:
    """Text that was written without markup, such as the message of an error."""
    return _pages([(Run(text),)])


def _varied(answer: Answer, say: Phrases) -> list[Block]:
    """The quotations of other answers, those of each below what it is and says."""
    cited = iter(quotations(answer)[len(answer.citations) :])
    blocks: list[Block] = []
    for variant in answer.variants:
        shown = [numbered(one, say) for one in islice(cited, len(variant.citations))]
        if shown:
            first, *further = shown
            blocks += [(Run(f"{variant_heading(variant, say)}\n", (BOLD,)), *first), *further]
    return blocks


def _pages(blocks: Sequence[Block]) -> list[Page]:
    return [Page(html) for html in split_messages(blocks)]


def _leaf(
    blocks: Sequence[Block], press: Press, page: int, passages: Keyboard, say: Phrases
) -> Page:
    """One page of what may be several, with buttons to turn to the others and to go back."""
    leaves = split_messages(blocks)
    number = min(page or 1, len(leaves))
    rows = (*passages, turning(press, number, len(leaves), say), (back_button(press.subject, say),))
    return Page(leaves[number - 1], tuple(row for row in rows if row))


def _carried(count: int, carriers: Sequence[Article], say: Phrases) -> Block:
    """Which articles carry the words of the citations, or how many where they are not at hand."""
    if not carriers:
        return (Run(say("pages-carriers", count=count)),)
    shown = carriers[:MAX_CARRIERS]
    lines = _listed(say("pages-carriers-named"), shown)
    rest = len(carriers) - len(shown)
    return (*lines, Run(f"\n{say('pages-more', count=rest)}")) if rest else lines


def _listed(heading: str, articles: Sequence[Article]) -> Block:
    """Articles by name, numbered, below a heading."""
    runs = [Run(heading, (BOLD,))]
    for n, article in enumerate(articles, start=1):
        runs += [Run(f"\n{n}. "), *source_line(article, MAX_NAME_UNITS)]
    return tuple(runs)


def _placed(citation: Citation, text: str) -> Citation:
    """A citation where its quotation stands in the text; if it does not, nowhere in it."""
    if text[citation.start : citation.end] == citation.quote:
        return citation
    start = text.find(citation.quote)
    if start < 0:
        return replace(citation, start=0, end=0, answer_start=None)
    moved = start - citation.start
    answer = [
        None if at is None else at + moved for at in (citation.answer_start, citation.answer_end)
    ]
    return replace(
        citation,
        start=start,
        end=start + len(citation.quote),
        answer_start=answer[0],
        answer_end=answer[1],
    )
