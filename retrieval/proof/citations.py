"""Check one citation, or one passage, against its article, to the letter."""

from collections.abc import Iterator
from itertools import pairwise

from index.articles import Article
from index.stories.revisions import carries
from retrieval.answer import Citation, Passage
from retrieval.proof.failures import Failure, Originals
from retrieval.quotes import cuts_word

STATED = ("title", "source", "author", "published", "url")


def citation_failures(place: str, citation: Citation, originals: Originals) -> Iterator[Failure]:
    """What a citation says that is not so.

    Args:
        place: What to call it.
        citation: The citation.
        originals: The articles.
    """
    article, wrong = originals.cited(citation.article_id, citation.path)
    if wrong:
        yield Failure(place, wrong)
    if article:
        yield from _stated_failures(place, citation, article)
        yield from _quote_failures(place, citation, article)
    yield from _mark_failures(place, citation)
    yield from _carrier_failures(place, citation, originals)


def passage_failures(place: str, passage: Passage, originals: Originals) -> Iterator[Failure]:
    """What is wrong with a passage that was considered: it is in no article, or has no score."""
    article = originals.article(passage.article_id)
    if article is None:
        yield Failure(place, f"there is no article {passage.article_id!r}")
    elif not 0 <= passage.start < passage.end <= len(article.text):
        yield Failure(place, _no_stretch(passage.start, passage.end, article))
    if not 0 <= passage.score <= 1:
        yield Failure(place, f"its score is {passage.score}, not between 0 and 1")


def marked_words(citation: Citation) -> str | None:
    """The words that a citation marks as the answer; None where it marks none."""
    if citation.answer_start is None or citation.answer_end is None:
        return None
    start, end = citation.answer_start - citation.start, citation.answer_end - citation.start
    return citation.quote[max(0, start) : max(0, end)]


def _stated_failures(place: str, citation: Citation, article: Article) -> Iterator[Failure]:
    for name in STATED:
        told, there = getattr(citation, name), getattr(article, name)
        if name == "published" and there:
            there = there[:10]
        if told != there:
            yield Failure(place, f"its {name} is another", told or "(none)", there or "(none)")


def _quote_failures(place: str, citation: Citation, article: Article) -> Iterator[Failure]:
    start, end, quote = citation.start, citation.end, citation.quote
    if not 0 <= start < end <= len(article.text):
        yield Failure(place, _no_stretch(start, end, article))
        return
    there = article.text[start:end]
    if there != quote:
        found = article.text.find(quote) if quote else -1
        elsewhere = f"; it stands at {found}:{found + len(quote)}" if found >= 0 else ""
        yield Failure(
            place, f"the quote is not what stands at {start}:{end}{elsewhere}", quote, there
        )


def _mark_failures(place: str, citation: Citation) -> Iterator[Failure]:
    """An answer that is marked where none can stand."""
    start, end = citation.answer_start, citation.answer_end
    if start is None and end is None:
        return
    if start is None or end is None:
        yield Failure(place, "it marks only one end of the answer")
    elif not citation.start <= start < end <= citation.end:
        yield Failure(place, f"the answer at {start}:{end} is outside the quote")
    elif any(cuts_word(citation.quote, at - citation.start) for at in (start, end)):
        yield Failure(place, f"the answer at {start}:{end} begins or ends within a word")


def _carrier_failures(place: str, citation: Citation, originals: Originals) -> Iterator[Failure]:
    """Articles that are said to carry the quotation, too, and do not."""
    seen = {citation.article_id}
    carriers: list[Article] = []
    for identity in citation.carried_by:
        if identity in seen:
            yield Failure(place, f"article {identity!r} is counted twice")
        seen.add(identity)
        article = originals.article(identity)
        if article is None:
            yield Failure(place, f"it is said to be carried by {identity!r}, which is no article")
            continue
        carriers.append(article)
        if citation.quote not in article.text and not carries(article.text, citation.quote):
            yield Failure(place, f"article {identity} does not carry the quote")
    days = [(one.published is None, one.published or "") for one in carriers]
    if any(later < earlier for earlier, later in pairwise(days)):
        yield Failure(place, "the articles that carry it are not in the order of their dates")


def _no_stretch(start: int, end: int, article: Article) -> str:
    size = len(article.text)
    return f"{start}:{end} is no stretch of article {article.id}, which has {size:,} characters"
