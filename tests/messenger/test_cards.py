"""Inline cards: what is chosen from, and what is sent into a chat."""

from dataclasses import replace

import pytest

from bot.messenger.display.cards import (
    MAX_CARDS,
    MAX_DESCRIPTION_UNITS,
    MAX_TITLE_UNITS,
    inline_results,
)
from bot.messenger.display.language import phrases
from bot.messenger.plan import Json
from retrieval.answer import Answer
from tests.messenger.generated_answers import generated
from tests.messenger.pages_as_read import links, read, refused_cards, stretches
from tests.messenger.support import CITATION, QUOTE
from tests.telegram_server import utf16_units

SAY = phrases("en")
SECOND = replace(CITATION, n=2, quote="Lind cut the ribbon.", answer_start=None, title="Feast")
SOURCE = "Bridge opened · Harbour Gazette · 2024-05-04"
ANSWER = Answer("Who opened it?", True, "Ada Lind", 0.9, (CITATION, SECOND), ())
SILENCE = Answer("Who closed it?", False, None, 0.1, (), (), (CITATION, SECOND))


def sent(card: Json) -> str:
    """The HTML of the message that a card sends."""
    return str(card["input_message_content"]["message_text"])


def test_a_card_tells_the_answer_and_sends_it_with_its_citation() -> None:
    """Title, source and date and quotation to choose by; question, answer, citation to send."""
    card, _ = inline_results(ANSWER, SAY)
    assert card["type"] == "article"
    assert card["title"] == "Ada Lind"
    assert card["description"] == f"Harbour Gazette · 2024-05-04 · “{QUOTE}”"
    assert read(sent(card))[0] == f"Who opened it?\n\nAda Lind\n{QUOTE}\n{SOURCE}"
    assert stretches(sent(card))[:3] == [
        ("italic", "Who opened it?"),
        ("bold", "Ada Lind"),
        ("expandable_blockquote", QUOTE),
    ]
    assert links(sent(card))[0].startswith("https://news.example/bridge?a=1&b=2#:~:text=Ada")
    assert card["input_message_content"]["link_preview_options"] == {"is_disabled": True}


def test_each_further_citation_is_a_card() -> None:
    """With its own words: those that answer, where they are known, else the quotation."""
    third = replace(CITATION, n=3, article_id="c" * 16, answer_start=29, answer_end=35)
    cards = inline_results(replace(ANSWER, citations=(CITATION, SECOND, third)), SAY)
    titles = [card["title"] for card in cards]
    assert titles == ["Ada Lind", "Lind cut the ribbon.", QUOTE[19:25]]
    assert read(sent(cards[1]))[0].startswith("Who opened it?\n\nLind cut the ribbon.\nFeast · ")


def test_an_overview_is_one_card_then_one_for_each_quotation() -> None:
    """All of it, or one of the quotations, can be sent."""
    both = f"{QUOTE}\n{SECOND.quote}"
    citations = (replace(CITATION, answer_start=None, answer_end=None), SECOND)
    overview = replace(ANSWER, answer=both, citations=citations)
    whole, *single = inline_results(overview, SAY)
    assert whole["title"] == "What the articles say:"
    text = read(sent(whole))[0]
    assert QUOTE in text
    assert SECOND.quote in text
    assert [card["title"] for card in single] == [QUOTE, SECOND.quote]


def test_an_abstention_is_one_card_that_says_so() -> None:
    """With what comes closest, to choose by and to send."""
    (card,) = inline_results(SILENCE, SAY)
    assert card["title"] == "The articles do not tell."
    assert card["description"].startswith("This comes closest: Harbour Gazette · 2024-05-04 · “Ada")
    text = read(sent(card))[0]
    assert text.startswith("Who closed it?\n\nThe articles do not tell. This comes closest:\n")
    assert text.endswith(SOURCE)


def test_an_abstention_with_nothing_close_is_a_card_all_the_same() -> None:
    """An empty list would look as if the bot were dead."""
    (card,) = inline_results(replace(SILENCE, closest=()), SAY)
    assert read(sent(card))[0] == "Who closed it?\n\nThe articles do not tell."
    assert refused_cards([card]) == []


def test_there_are_a_few_cards_only() -> None:
    """A telephone shows no more at once."""
    citations = tuple(replace(CITATION, n=n) for n in range(1, 10))
    assert len(inline_results(replace(ANSWER, citations=citations), SAY)) == MAX_CARDS


def test_a_card_is_the_same_each_time() -> None:
    """Its id follows from what it says, so that Telegram may keep it."""
    assert inline_results(ANSWER, SAY) == inline_results(ANSWER, SAY)
    first, other = inline_results(ANSWER, SAY)[0], inline_results(ANSWER, phrases("ru"))[0]
    assert first["id"] == other["id"]
    assert first["id"] != inline_results(replace(ANSWER, question="Who?"), SAY)[0]["id"]


def test_a_long_quotation_is_shortened_in_a_card_and_keeps_its_source() -> None:
    """One message is all there is, and who said so must be in it."""
    long = replace(CITATION, quote="It rained all day. " * 700, answer_start=None)
    (card,) = inline_results(replace(ANSWER, answer="Rain. " * 2000, citations=(long,)), SAY)
    text = read(sent(card))[0]
    assert text.endswith(f"all day. …\n{SOURCE}")
    assert utf16_units(card["title"]) <= MAX_TITLE_UNITS
    assert utf16_units(card["description"]) <= MAX_DESCRIPTION_UNITS


@pytest.mark.parametrize("code", ["en", "ru", "tr", "ar"])
def test_no_text_breaks_a_card(code: str) -> None:
    """Whatever is asked and quoted, there are cards, and Telegram takes each of them."""
    for answer, _ in generated(1500, seed=len(code)):
        cards = inline_results(answer, phrases(code))
        assert 1 <= len(cards) <= MAX_CARDS
        assert refused_cards(cards) == []
        for card in cards:
            read(sent(card))
            assert utf16_units(card["title"]) <= MAX_TITLE_UNITS
            assert utf16_units(card["description"]) <= MAX_DESCRIPTION_UNITS
