"""Quote what was found, each time from the earliest article that has the very words.

Knows candidates; nothing of how they were found and chosen.
"""

from collections.abc import Sequence

from index.articles import Article
from index.sentences import Span
from retrieval.answer import Citation, Support
from retrieval.candidates import Candidate


def cite(candidates: Sequence[Candidate], first: int = 1) -> tuple[Citation, ...]:
    """Quote the sentence around each candidate, numbered from `first`."""
    return tuple(
        citation(n, one.article, one.sentence, (one.start, one.end), one.carriers)
        for n, one in enumerate(candidates, first)
    )


def citation(
    n: int, article: Article, span: Span, answer: Span | None, carriers: Sequence[Article]
) -> Citation:
    """Quote a span, from the earliest of its carriers that has the very same words.

    Args:
        n: Number of the citation.
        article: Where it was found.
        span: What is quoted.
        answer: Where in the article the short answer stands.
        carriers: The articles of its story that carry the quote, the earliest first.
    """
    quote = article.text[span[0] : span[1]]
    first = next((one for one in carriers if quote in one.text), article)
    moved = 0 if first.id == article.id else first.text.index(quote) - span[0]
    start, end = (answer[0] + moved, answer[1] + moved) if answer else (None, None)
    return Citation(
        n,
        first.id,
        first.title,
        first.source,
        first.author,
        first.published[:10] if first.published else None,
        first.path,
        first.url,
        span[0] + moved,
        span[1] + moved,
        quote,
        start,
        end,
        tuple(one.id for one in carriers if one.id != first.id),
    )


def worth_citing(agreeing: Sequence[Candidate], most: int) -> list[Candidate]:
    """The first of those who say the same, the newest always among them."""
    chosen = list(agreeing[:most])
    newest = max(agreeing, key=lambda one: one.day or "")
    return chosen if any(one is newest for one in chosen) else [*chosen[:-1], newest]


def support(agreeing: Sequence[Candidate], cited: Sequence[Candidate]) -> Support:
    """How many say so, and how fresh the newest of them is.

    Args:
        agreeing: Who says so, one for each story.
        cited: Those that are cited: the newest day is one that can be looked up.
    """
    articles = [article for one in cited for article in (one.article, *one.carriers)]
    days = [one.published[:10] for one in articles if one.published]
    return Support(len(agreeing), max(days, default=None))
