"""What became of an article that was cited, and how that is told.

Knows citations and the index; knows nothing of chats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.messenger.display.language import Phrases
from bot.messenger.display.markup import BOLD, Run
from bot.messenger.display.quoting import MAX_NAME_UNITS, source_line
from bot.messenger.services import Library
from index.articles import Article
from retrieval.answer import Answer, Citation
from retrieval.quotes import sentence_around

MAX_NAMED = 5
"""Most articles that one message names, so that it need not be divided."""


class Kind(StrEnum):
    """What became of an article."""

    WITHDRAWN = "withdrawn"
    EDITED = "edited"
    LOST = "lost"  # the index was made anew, and has never heard of it


_SIGNS = {Kind.WITHDRAWN: "🗑", Kind.EDITED: "✏️", Kind.LOST: "🗑"}


@dataclass(frozen=True, slots=True)
class End:
    """What became of one citation.

    Attributes:
        citation: What was quoted.
        kind: What became of its article; None: nothing, it may be quoted.
        intact: Whether that by itself is no news: the sentence stands as it was quoted, or nobody
            can tell.
        standing: Ids of the articles in which it stands as it was quoted.
    """

    citation: Citation
    kind: Kind | None
    intact: bool
    standing: tuple[str, ...]


def end_of(citation: Citation, library: Library) -> End:
    """What became of a citation by now."""
    if library.is_live(citation.article_id):
        return End(citation, None, True, (citation.article_id,))
    article = library.article(citation.article_id)
    successors = library.successors(citation.article_id, citation.path)
    if not successors:
        kind = Kind.WITHDRAWN if article else Kind.LOST
        return End(citation, kind, kind is Kind.LOST, ())
    quoted = citation.quote
    if article:
        quoted = _sentence(article.text, citation.start, citation.end)
    standing = tuple(one.id for one in successors if _says(one, citation.quote, quoted))
    return End(citation, Kind.EDITED, bool(standing), standing)


def ends_of(answer: Answer, library: Library) -> list[End]:
    """What became of each citation of an answer, those of other answers included."""
    quoted = [answer.citations, *(one.citations for one in answer.variants)]
    return [end_of(citation, library) for many in quoted for citation in many]


def ended_runs(ends: Sequence[End], say: Phrases) -> list[Run]:
    """Which articles were withdrawn or edited, by name: those that matter, the first few."""
    runs: list[Run] = []
    weighty = [end for end in ends if not end.intact] or list(ends)
    named = {end.citation.article_id: end for end in weighty}
    room = MAX_NAMED
    for kind in Kind:
        of_kind = [end for end in named.values() if end.kind is kind]
        if of_kind:
            key = f"noticing-{kind}"
            heading = say(key, count=len(of_kind))
            runs += [Run("\n" * bool(runs) + f"{_SIGNS[kind]} "), Run(heading, (BOLD,))]
        for end in of_kind[:room]:
            runs += [Run("\n• "), *source_line(end.citation, MAX_NAME_UNITS)]
        room -= len(of_kind[:room])
    return runs


def _says(article: Article, quote: str, sentence: str) -> bool:
    """Whether a quotation stands in an article, in no longer sentence than it was taken from."""
    at = article.text.find(quote)
    while at >= 0:
        if _sentence(article.text, at, at + len(quote)) in (sentence, quote):
            return True
        at = article.text.find(quote, at + 1)
    return False


def _sentence(text: str, start: int, end: int) -> str:
    first, last = sentence_around(text, start, end)
    return text[first:last]
