"""What editors are told of articles is right, in every language, and can always be sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.editing.editorial import Account, Item, Outcome, Withdrawal
from bot.messenger.editing.reports import (
    KEEP,
    MAX_CHOICES,
    account_pages,
    confirm_page,
    withdrawal_page,
    withdrawn_id,
)
from bot.messenger.plan import Page
from index.articles import Article, identified
from tests.telegram_server import Call, lint, parse_html

SAY = phrases("en")
NEWS = identified(
    Article(
        "", "Text.", "added/a.txt", "Bridge", "Gazette", None, "2024-05-04", "https://n.example/a"
    )
)
OLD = identified(Article("", "Old text.", "added/a.txt", "Bridge planned"))
NAMELESS = identified(Article("", "Text.", "added/b.txt"))
SINCE = "2024-05-01T10:00:00.000000+00:00"

texts = st.text(max_size=400) | st.sampled_from(
    ["<b>", "&amp;", "\u202e", "👩‍👩‍👧" * 99, "x" * 5000]
)
maybe = st.none() | texts
articles = st.builds(
    Article, st.just("0" * 16), st.just("Text."), texts, maybe, maybe, maybe, maybe, maybe
)
items = st.builds(
    Item, st.sampled_from(Outcome), texts, st.none() | articles, st.none() | articles, texts, texts
)
languages = st.sampled_from(LANGUAGES)


def shown(pages: list[Page]) -> list[str]:
    """What readers see."""
    return [parse_html(page.html)[0] for page in pages]


def problems(*pages: Page) -> list[str]:
    """What Telegram would refuse or spoil."""
    preview = json.dumps({"is_disabled": True})
    return lint(
        Call(
            "sendMessage",
            {"text": page.html, "parse_mode": "HTML", "link_preview_options": preview},
        )
        for page in pages
    )


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (
            Item(Outcome.ADDED, "added/a.txt", NEWS),
            "✅ Indexed\nBridge · Gazette · 2024-05-04\nadded/a.txt",
        ),
        (
            Item(Outcome.CHANGED, "added/a.txt", NEWS, OLD, SINCE),
            "✅ New version indexed\nBridge · Gazette · 2024-05-04\nadded/a.txt\n"
            "It replaces “Bridge planned”, which came in on 2024-05-01.",
        ),
        (
            Item(Outcome.CHANGED, "added/b.txt", NAMELESS, NAMELESS, SINCE),
            "✅ New version indexed\nadded/b.txt\n"
            "It replaces the version that came in on 2024-05-01.",
        ),
        (Item(Outcome.GONE, "added/b.txt", NAMELESS), "🚫 No longer quoted\nadded/b.txt"),
        (
            Item(Outcome.FAILED, "https://n.example/", reason="answers 500"),
            "⚠️ Not indexed\nhttps://n.example/: answers 500",
        ),
    ],
)
def test_each_article_is_told_with_what_it_replaced(item: Item, told: str) -> None:
    """Title, source, date, and the path by which it can be withdrawn."""
    assert shown(account_pages(Account((item,)), SAY)) == [told]


def test_what_cannot_be_named_is_counted() -> None:
    """By what became of it."""
    further = {Outcome.ADDED: 5, Outcome.CHANGED: 1, Outcome.UNCHANGED: 1234}
    item = Item(Outcome.ADDED, "added/b.txt", NAMELESS)
    assert shown(account_pages(Account((item,), further), SAY)) == [
        "✅ Indexed\nadded/b.txt\n\n… and 5 more indexed\n… and 1 more new version\n"
        "… and 1,234 more that are as they were"
    ]
    assert shown(account_pages(Account(), SAY)) == ["Nothing is new there."]
    assert shown(account_pages(Account((), {Outcome.UNCHANGED: 2}), SAY)) == [
        "Nothing is new there.\n… and 2 more that are as they were"
    ]


def test_the_buttons_withdraw_what_they_stand_for() -> None:
    """Whatever else there is; no more than fit below a message."""
    many = [identified(Article("", f"Text {n}.", f"{n}.txt")) for n in range(MAX_CHOICES + 3)]
    page = confirm_page(many, SAY)
    *buttons, keep = [button.data or "" for row in page.keyboard for button in row]
    assert [withdrawn_id(data) for data in buttons] == [one.id for one in many[:MAX_CHOICES]]
    assert (keep, withdrawn_id(keep)) == (KEEP, None)
    assert all(len(data.encode()) <= 64 for data in (*buttons, keep))


@pytest.mark.parametrize(
    ("withdrawal", "told"),
    [
        (
            Withdrawal(NAMELESS, True),
            "Withdrawn: it is no longer quoted.\nadded/b.txt\n"
            "To bring it back, send it to me again.",
        ),
        (
            Withdrawal(NAMELESS, True, returns_by_edit=True),
            "Withdrawn: it is no longer quoted.\nadded/b.txt\n"
            "To bring it back, edit its file in its folder, and it is indexed anew.",
        ),
        (
            Withdrawal(NAMELESS, False),
            "A new version has replaced it, and is quoted. "
            "To withdraw that one, write /withdraw again.\nadded/b.txt",
        ),
        (Withdrawal(None, False), "I do not quote this article any more."),
    ],
)
def test_a_withdrawal_says_how_the_article_comes_back(withdrawal: Withdrawal, told: str) -> None:
    """Only what is withdrawn comes back."""
    assert shown([withdrawal_page(withdrawal, SAY)]) == [told]


@given(st.lists(items, max_size=20), languages)
def test_whatever_articles_say_of_themselves_can_be_sent(found: list[Item], code: str) -> None:
    """In every language, within every limit, and in order."""
    say = phrases(code)
    assert problems(*account_pages(Account(tuple(found)), say)) == []


@given(st.lists(articles, min_size=1, max_size=12), languages)
def test_every_question_is_one_message(found: list[Article], code: str) -> None:
    """With all its buttons, whatever the articles are called."""
    say = phrases(code)
    asked = confirm_page(found, say)
    assert problems(asked, withdrawal_page(Withdrawal(found[0], True), say)) == []
    assert len(asked.keyboard) == min(len(found), MAX_CHOICES) + 1
