"""What stands below an answer: who says so, what else is said, and which time was meant."""

from dataclasses import replace

import pytest

from bot.messenger.display.buttons import further_quotations, quotations
from bot.messenger.display.cards import MAX_OTHERS_IN_CARD, inline_results
from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.display.pages import answer_pages, other_sources_page
from bot.messenger.display.standing import MAX_OTHERS, period_line, support_line, variant_heading
from retrieval.answer import (
    Answer,
    AskedPeriod,
    Basis,
    Citation,
    Relation,
    Support,
    Understanding,
    Variant,
)
from tests.messenger.generated_answers import generated
from tests.messenger.pages_as_read import labels, read, refusals, stretch

SAY = phrases("en")


def cited(answer: str, source: str, day: str | None, n: int = 1) -> Citation:
    """A quotation that holds an answer."""
    quote = f"Some {answer} were evacuated."
    return Citation(
        n, source, f"{source} title", source, None, day, f"{source}.txt", None, 0, len(quote), quote
    )


def variant(relation: Relation, answer: str, source: str, day: str | None) -> Variant:
    """Another answer, by one source."""
    return Variant(relation, answer, (cited(answer, source, day),), Support(1, day))


MAIN = cited("4,000", "Norvik Wire", "2024-12-20")
ANSWER = Answer("How many?", True, "4,000", 0.9, (MAIN,), (), support=Support(1, "2024-12-20"))
UPDATES = (
    variant(Relation.UPDATE, "3,000", "Fen Courier", "2024-12-18"),
    variant(Relation.UPDATE, "2,000", "Gazette", "2024-12-17"),
)
CONFLICT = variant(Relation.CONFLICT, "5,000", "Harbour News", "2024-12-20")
SCOPE = variant(Relation.SCOPE, "900", "Village Post", None)
PLAIN = "4,000\nSome 4,000 were evacuated.\nNorvik Wire title · Norvik Wire · 2024-12-20"

ONE = f"{PLAIN}\n1 source"


def shown(answer: Answer) -> str:
    """The only message of an answer, as its reader sees it."""
    (page,) = answer_pages(answer, 7, SAY)
    return read(page.html)[0]


def test_a_single_source_is_counted_and_not_dated_again() -> None:
    """The line with title, source and date tells when; of answers stored long ago it is unknown."""
    assert shown(ANSWER) == ONE
    assert shown(replace(ANSWER, support=None)) == PLAIN


def test_several_sources_are_counted_and_dated() -> None:
    """How many independent ones say so, and how fresh the newest is."""
    several = replace(ANSWER, support=Support(2, "2024-12-20"))
    assert shown(several) == f"{PLAIN}\n2 independent sources · newest 2024-12-20"
    undated = replace(ANSWER, support=Support(3, None))
    assert shown(undated) == f"{PLAIN}\n3 independent sources"


def test_a_newer_copy_of_a_single_source_is_dated() -> None:
    """The quotation is of the earliest article; that a later one carries it is news."""
    assert shown(replace(ANSWER, support=Support(1, "2024-12-22"))) == f"{ONE} · newest 2024-12-22"


def test_an_update_says_what_became_of_what() -> None:
    """The newest first, each with its date and source, and what it became."""
    answer = replace(ANSWER, variants=UPDATES, support=Support(2, "2024-12-20"))
    assert shown(answer) == (
        f"{PLAIN}\nAs of 2024-12-20 · 2 independent sources\n\nEarlier:\n"
        "• 3,000 on 2024-12-18 → 4,000 on 2024-12-20 · Fen Courier\n"
        "• 2,000 on 2024-12-17 → 3,000 on 2024-12-18 · Gazette"
    )


def test_conflicts_come_before_updates_and_other_scopes() -> None:
    """What puts an answer in doubt matters most; a date that is not known is left out."""
    answer = replace(ANSWER, variants=(SCOPE, UPDATES[0], CONFLICT))
    assert shown(answer) == (
        f"{PLAIN}\nAs of 2024-12-20 · 1 source\n\n"
        "Others say:\n• 5,000 on 2024-12-20 · Harbour News\n"
        "Earlier:\n• 3,000 on 2024-12-18 → 4,000 on 2024-12-20 · Fen Courier\n"
        "Of something else:\n• 900 · Village Post"
    )
    (page,) = answer_pages(answer, 7, SAY)
    assert stretch(page.html, "bold") == "4,000Others say:\nEarlier:\nOf something else:"


def test_what_does_not_fit_is_behind_the_button() -> None:
    """No message grows beyond what Telegram takes; the button counts and shows the others."""
    many = tuple(
        variant(Relation.CONFLICT, f"{n} thousand", f"Source {n}", "2024-12-20") for n in range(9)
    )
    answer = replace(ANSWER, variants=many)
    text = shown(answer)
    assert text.count("\n• ") == MAX_OTHERS
    assert text.endswith("\n… and 3 other answers.")
    long = replace(MAIN, quote="So it was. " * 330)
    (page,) = answer_pages(replace(answer, citations=(long,)), 7, SAY)
    assert read(page.html)[0].endswith("\n\n… and 9 other answers.")
    assert ["🗞 9 other sources"] in labels(page.keyboard)


def test_the_button_shows_the_others_with_their_quotations() -> None:
    """Numbered on from the citations, each with a button for its passage."""
    second = cited("4,000", "Second Post", "2024-12-20", 2)
    answer = replace(ANSWER, citations=(MAIN, second), variants=(CONFLICT, UPDATES[0]))
    assert [one.n for one in quotations(answer)] == [1, 2, 3, 4]
    assert [one.source for one in further_quotations(answer)] == [
        "Second Post",
        "Harbour News",
        "Fen Courier",
    ]
    page = other_sources_page(answer, 7, SAY)
    text = read(page.html)[0]
    assert text == (
        "Other sources:\n\n2. Second Post title · Second Post · 2024-12-20\n"
        "Some 4,000 were evacuated.\n\n"
        "Others say: 5,000\n3. Harbour News title · Harbour News · 2024-12-20\n"
        "Some 5,000 were evacuated.\n\n"
        "Earlier: 3,000\n4. Fen Courier title · Fen Courier · 2024-12-18\n"
        "Some 3,000 were evacuated."
    )
    assert labels(page.keyboard)[0] == ["📄 2", "📄 3", "📄 4"]


def test_an_answer_without_buttons_holds_all_quotations() -> None:
    """Where there is nothing to press, nothing is left out."""
    answer = replace(ANSWER, variants=(CONFLICT,))
    (page,) = answer_pages(answer, None, SAY)
    assert stretch(page.html, "expandable_blockquote") == (
        "Some 4,000 were evacuated.Some 5,000 were evacuated."
    )


@pytest.mark.parametrize(
    ("first", "last", "basis", "told"),
    [
        ("2024-12-16", None, Basis.PUBLISHED, "Published since 2024-12-16"),
        (None, "2024-12-16", Basis.PUBLISHED, "Published until 2024-12-16"),
        ("2024-12-16", "2024-12-16", Basis.PUBLISHED, "Published on 2024-12-16"),
        ("2015-10-01", "2015-12-31", Basis.HAPPENED, "Events from 2015-10-01 to 2015-12-31"),
        ("2015-10-01", None, Basis.HAPPENED, "Events since 2015-10-01"),
        (None, "2015-10-01", Basis.HAPPENED, "Events until 2015-10-01"),
        ("2015-10-01", "2015-10-01", Basis.HAPPENED, "Events of 2015-10-01"),
    ],
)
def test_the_time_that_was_meant_is_told(
    first: str | None, last: str | None, basis: Basis, told: str
) -> None:
    """By days, with the words of the question; also where the articles do not tell."""
    period = AskedPeriod(first, last, basis, "then or so")
    understood = Understanding("How many then or so?", period)
    answer = replace(ANSWER, understanding=understood)
    assert shown(answer) == f"{ONE}\n\n🗓 {told} (“then or so”)"
    silent = Answer("How many?", False, None, 0.1, (), (), understanding=understood)
    assert shown(silent) == f"The articles do not tell.\n\n🗓 {told} (“then or so”)"


def test_a_question_without_a_time_gets_no_line() -> None:
    """Nor one whose time is open at both ends."""
    assert period_line(replace(ANSWER, understanding=Understanding("How many?")), SAY) is None
    endless = Understanding("How many?", AskedPeriod(None, None, Basis.HAPPENED, "ever"))
    assert period_line(replace(ANSWER, understanding=endless), SAY) is None
    assert support_line(replace(ANSWER, support=None), SAY) is None


def test_a_number_keeps_its_noun_behind_it_among_arabic_words() -> None:
    """A value, a source or the words of a time that begin with a figure stand by themselves."""
    say = phrases("ar")
    other = variant(Relation.CONFLICT, "52 people", "24 Hours", "2024-06-10")
    assert variant_heading(other, say).endswith(" \u206852 people\u2069")
    asked = AskedPeriod("2024-06-10", "2024-06-10", Basis.HAPPENED, "10 June 2024")
    understood = Understanding("How many?", asked)
    answer = replace(ANSWER, variants=(other,), understanding=understood)
    (page,) = answer_pages(answer, 7, say)
    assert "· \u206824 Hours\u2069" in page.html
    assert "(“\u206810 June 2024\u2069”)" in page.html
    assert "\u2068" not in variant_heading(other, SAY)


def test_an_arabic_arrow_points_to_what_became_of_a_value() -> None:
    """The line has no word that would make it one from right to left, so a mark does."""
    (page,) = answer_pages(replace(ANSWER, variants=UPDATES), 7, phrases("ar"))
    line = read(page.html)[0].splitlines()[6]
    assert line.startswith("• \u200f\u2068")
    assert " ← \u2068" in line


def test_a_card_is_brief() -> None:
    """The first card tells it in few lines; the cards of single sources do not."""
    second = cited("4,000", "Second Post", "2024-12-20", 2)
    answer = replace(
        ANSWER,
        citations=(MAIN, second),
        support=Support(2, "2024-12-20"),
        variants=(CONFLICT, *UPDATES),
    )
    first, other = [
        read(card["input_message_content"]["message_text"])[0]
        for card in inline_results(answer, SAY)
    ]
    assert first.count("\n• ") == MAX_OTHERS_IN_CARD
    assert first.endswith("\n… and 1 other answer.")
    assert "2 independent sources" in first
    assert "independent" not in other


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_breaks_a_message(code: str) -> None:
    """Whatever sources and values are called, Telegram takes answer and list, in every language."""
    say = phrases(code)
    for answer, _ in generated(1200, seed=99 + ord(code[0])):
        if answer.variants:
            pages = [*answer_pages(answer, 7, say), other_sources_page(answer, 7, say)]
            assert refusals(pages) == []
            for page in pages:
                read(page.html)
