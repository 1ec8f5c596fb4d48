"""Every word the bot says: answers, abstentions, commands and apologies as Telegram HTML.

Pure functions of their arguments; knows nothing of chats, networks or how an answer is found.
"""

from collections.abc import Sequence

from bot.messenger.markup import BOLD, CODE, QUOTE, Block, Run, link_tag, split_messages
from index.articles import Article
from retrieval.answer import Answer, Citation

MAX_SOURCES = 20
"""How many articles /sources names."""

COMMANDS = (
    ("start", "What this bot does"),
    ("help", "How to ask"),
    ("sources", "Which articles are indexed, newest first"),
    ("reset", "Forget the conversation so far"),
)

_SAID = "What the articles say:"
_NOT_TOLD = "The articles do not tell."

START = (
    "Ask me a question. I answer from the indexed news articles only, and quote the sentence "
    "that says so, with its title, source and date. If the articles do not tell, I say so.\n\n"
    "/help shows how to ask, /sources what is indexed."
)
HELP = (
    "Write a question in a whole sentence; names and dates help. The words in bold are the "
    "answer, the quotation below shows where they stand.\n\n"
    "A question may follow on from the last few; /reset starts afresh. "
    "In a group, mention me or reply to one of my messages.\n\n"
    + "\n".join(f"/{command}: {description}" for command, description in COMMANDS)
)
RESET = "Forgotten. Your next question starts a new conversation."
TEXT_ONLY = "I can read text only: please write your question."
SOMETHING_WENT_WRONG = "Something went wrong here; please ask again."


def answer_messages(answer: Answer) -> list[str]:
    """An answer with its citations, or an abstention with the quotations that came nearest.

    Raises:
        ValueError: An answer has no citation; without one it must not be shown.
    """
    return split_messages(_answered(answer) if answer.answered else _abstained(answer))


def sources_messages(newest: Sequence[Article], count: int) -> list[str]:
    """What is indexed: the newest articles by name, and how many there are in all."""
    if not count:
        return ["No articles are indexed yet."]
    number = "1 article is" if count == 1 else f"{count:,} articles are"
    runs = [Run(f"{number} indexed, newest first:", (BOLD,))]
    shown = newest[:MAX_SOURCES]
    for n, article in enumerate(shown, start=1):
        runs += [Run(f"\n{n}. "), *_source_line(article)]
    if count > len(shown):
        runs.append(Run(f"\n… and {count - len(shown):,} more."))
    return split_messages([tuple(runs)])


def plain_messages(text: str) -> list[str]:
    """Text that was written without markup, such as the message of an error."""
    return split_messages([(Run(text),)])


def _answered(answer: Answer) -> list[Block]:
    """The short answer with its citation, then the further citations, one block each.

    An answer that is nothing but quotations is not said a second time above them.
    """
    first, *further = answer.citations
    if further and answer.answer == "\n".join(citation.quote for citation in answer.citations):
        return [(Run(_SAID, (BOLD,)),), *map(_cited, answer.citations)]
    short = (Run(answer.answer or "", (BOLD,)), Run("\n")) if answer.answer != first.quote else ()
    blocks: list[Block] = [(*short, *_cited(first))]
    blocks += [
        (Run(f"{citation.n}. "), *_cited_source(citation), Run("\n"), *_quote(citation))
        for citation in further
    ]
    return blocks


def _abstained(answer: Answer) -> list[Block]:
    """The plain statement, then the closest quotations, one block each."""
    if not answer.closest:
        return [(Run(_NOT_TOLD, (BOLD,)),)]
    return [
        (Run(_NOT_TOLD, (BOLD,)), Run(" The closest quotations:")),
        *map(_cited, answer.closest),
    ]


def _cited(citation: Citation) -> Block:
    """A quotation with its source below."""
    return (*_quote(citation), Run("\n"), *_cited_source(citation))


def _cited_source(citation: Citation) -> Block:
    """The source, and how many others of its story carried the words."""
    others = len(citation.carried_by)
    carried = Run(f" · the earliest of {others + 1} that carried it" if others else "")
    return (*_source_line(citation), carried)


def _quote(citation: Citation) -> Block:
    """The whole quotation, with the short answer bold where it stands in it."""
    quote = citation.quote
    if citation.answer_start is None or citation.answer_end is None:
        return (Run(quote, (QUOTE,)),)
    start = min(max(citation.answer_start - citation.start, 0), len(quote))
    end = min(max(citation.answer_end - citation.start, start), len(quote))
    return (
        Run(quote[:start], (QUOTE,)),
        Run(quote[start:end], (QUOTE, BOLD)),
        Run(quote[end:], (QUOTE,)),
    )


def _source_line(item: Article | Citation) -> Block:
    """Title (else file name), linked if it can be, then source and date as far as known."""
    title = _one_line(item.title)
    link = link_tag(item.url)
    name = Run(title or item.path, (link,) if link else () if title else (CODE,))
    date = (item.published or "")[: len("YYYY-MM-DD")]
    known = [fact for fact in (_one_line(item.source), date) if fact]
    return (name, Run("".join(f" · {fact}" for fact in known)))


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
