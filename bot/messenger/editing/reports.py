"""What editors are told of articles: what became of them, what they replaced, how they come back.

Pure functions of their arguments; no text breaks one, and none exceeds Telegram's limits. Knows
nothing of chats, networks or how an index is changed.
"""

from collections.abc import Sequence

from bot.messenger.display.language import Phrases
from bot.messenger.display.markup import BOLD, CODE, Block, Run, split_messages
from bot.messenger.display.quoting import MAX_NAME_UNITS, clipped, one_line, source_line
from bot.messenger.editing.editorial import Account, Item, Outcome, Withdrawal
from bot.messenger.plan import Button, Keyboard, Page
from index.adding import is_address
from index.articles import Article

MAX_CHOICES = 8
"""How many articles may be chosen from in one message."""
MAX_REASON_UNITS = 300
_PHRASES = {  # of one article, and of how many more
    Outcome.FAILED: ("editing-failed", "editing-further-failed"),
    Outcome.ADDED: ("editing-added", "editing-further-added"),
    Outcome.CHANGED: ("editing-changed", "editing-further-changed"),
    Outcome.GONE: ("editing-gone", "editing-further-gone"),
    Outcome.UNCHANGED: ("editing-unchanged", "editing-further-unchanged"),
}

KEEP = "withdraw:-"
_WITHDRAW = "withdraw:"


def account_pages(account: Account, say: Phrases) -> list[Page]:
    """What became of each article that was sent, and of what it replaced."""
    blocks = [told(item, say) for item in account.items]
    further = [
        say(key, count=account.further[outcome])
        for outcome, (_, key) in _PHRASES.items()
        if account.further.get(outcome)
    ]
    if not blocks:
        further.insert(0, say("editing-nothing-new"))
    if further:
        blocks.append((Run("\n".join(further)),))
    return pages_of(blocks)


def confirm_page(articles: Sequence[Article], say: Phrases) -> Page:
    """Ask whether an article, or which of several, is to be withdrawn."""
    shown = articles[:MAX_CHOICES]
    lines = [Run(say("editing-withdraw-ask", count=len(shown)), (BOLD,))]
    for n, article in enumerate(shown, start=1):
        lines += [Run(f"\n{n}. " if len(shown) > 1 else "\n"), *_named(article)]
    keep = (Button(say("editing-keep-button"), KEEP),)
    return Page(pages_of([tuple(lines)])[0].html, (*_withdraw_buttons(shown, say), keep))


def withdrawn_id(data: str) -> str | None:
    """The article that a button is to withdraw; None for `KEEP`."""
    return None if data == KEEP else data.removeprefix(_WITHDRAW)


def withdrawal_page(withdrawal: Withdrawal, say: Phrases) -> Page:
    """That an article is no longer quoted, and how it comes back."""
    if withdrawal.article is None:
        return pages_of([(Run(say("editing-withdraw-gone")),)])[0]
    key = "editing-withdrawn" if withdrawal.is_withdrawn else "editing-withdraw-replaced"
    lines = [Run(say(key), (BOLD,)), Run("\n"), *_named(withdrawal.article)]
    if withdrawal.is_withdrawn:
        by_edit = withdrawal.returns_by_edit
        lines.append(
            Run("\n" + say("editing-returns-edited" if by_edit else "editing-returns-sent"))
        )
    return pages_of([tuple(lines)])[0]


def told(item: Item, say: Phrases) -> Block:
    """What became of one article."""
    key, _ = _PHRASES[item.outcome]
    runs = [Run(say(key), (BOLD,)), Run("\n")]
    if item.outcome is Outcome.FAILED or item.article is None:
        path = clipped(one_line(item.path), MAX_NAME_UNITS)
        reason = clipped(one_line(item.reason), MAX_REASON_UNITS)
        return (*runs, Run(path, (CODE,)), Run(f": {reason}" if reason else ""))
    runs += _named(item.article)
    if item.before:
        title = clipped(one_line(item.before.title), MAX_NAME_UNITS)
        day = item.before_since[: len("YYYY-MM-DD")]
        replaced = (
            say("editing-replaces-titled", title=title, day=day)
            if title
            else say("editing-replaces", day=day)
        )
        runs.append(Run(f"\n{replaced}"))
    return tuple(runs)


def _named(article: Article) -> Block:
    """Title, source, date, and the name by which it can be withdrawn."""
    line = source_line(article, MAX_NAME_UNITS)
    if is_address(article.path) or not one_line(article.title):  # the line leads there, or says it
        return line
    return (*line, Run("\n"), Run(clipped(one_line(article.path), MAX_NAME_UNITS), (CODE,)))


def _withdraw_buttons(articles: Sequence[Article], say: Phrases) -> Keyboard:
    if len(articles) == 1:
        return ((Button(say("editing-withdraw-button"), _WITHDRAW + articles[0].id),),)
    return tuple(
        (Button(say("editing-withdraw-button-of", number=n), _WITHDRAW + article.id),)
        for n, article in enumerate(articles, start=1)
    )


def pages_of(blocks: Sequence[Block]) -> list[Page]:
    """Blocks as messages without buttons."""
    return [Page(html) for html in split_messages(blocks)]
