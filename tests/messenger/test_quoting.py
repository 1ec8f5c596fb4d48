"""Blocks: a quotation byte for byte, its source on one line, the answer marked in it."""

from dataclasses import replace

import pytest

from bot.messenger.display.language import phrases
from bot.messenger.display.markup import to_html
from bot.messenger.display.quoting import (
    MAX_NAME_UNITS,
    answer_block,
    answer_blocks,
    cited,
    clipped,
    numbered,
    one_line,
    source_line,
)
from index.articles import Article
from retrieval.answer import Answer
from tests.messenger.pages_as_read import links, read, stretch, stretches
from tests.messenger.support import CITATION, QUOTE
from tests.telegram_server import utf16_units

SAY = phrases("en")
SOURCE = "Bridge opened · Harbour Gazette · 2024-05-04"


def test_a_quotation_is_byte_exact() -> None:
    """Whatever a quotation holds, it is shown as it stands in the article."""
    odd = "  <b>A\u202e\u200d\u0301  \n\n tab\t&amp; "
    assert (
        stretch(to_html(cited(replace(CITATION, quote=odd), SAY)), "expandable_blockquote") == odd
    )


def test_a_title_leads_to_the_exact_words() -> None:
    """The address of the article survives escaping, and names the quotation."""
    (url,) = links(to_html(cited(CITATION, SAY)))
    assert url == (
        "https://news.example/bridge?a=1&b=2#:~:text=Ada%20Lind%20%3Copened%3E%20the%20bridge"
        "%20on%203%20May%20%26%20went%20home."
    )


def test_an_article_in_a_list_is_linked_as_it_is() -> None:
    """Nothing is quoted there."""
    article = Article("id", "text", "a.txt", title="Bridge", url="https://news.example/bridge")
    assert links(to_html(source_line(article))) == ["https://news.example/bridge"]


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "https://a b", "https://\ud800"])
def test_what_cannot_be_a_link_stays_text(url: str | None) -> None:
    """An address that Telegram would drop does not make the title a link."""
    html = to_html(cited(replace(CITATION, url=url), SAY))
    assert "<a " not in html
    assert read(html)[0].endswith(f"\n{SOURCE}")


def test_without_a_title_the_file_is_named() -> None:
    """An article can always be found again: by its file, at the least by its id."""
    bare = replace(CITATION, title=None, url=None, source=None, published=None)
    assert stretches(to_html(source_line(bare))) == [("code", "bridge.txt")]
    unseen = replace(bare, title="\u200b", path=" \n ")
    assert stretches(to_html(source_line(unseen))) == [("code", CITATION.article_id)]


def test_names_are_on_one_line() -> None:
    """Line ends and blanks in a title do not take the list apart."""
    odd = replace(CITATION, title=" Bridge\r\n\topened ", source="Harbour\u2028Gazette")
    assert read(to_html(source_line(odd)))[0] == SOURCE


def test_a_name_cannot_turn_the_line() -> None:
    """Controls of direction that a title does not end are taken out of it, not of quotations."""
    assert one_line("\u202eevil\u2067 title\u2069") == "evil title"


@pytest.mark.parametrize(("title", "source"), [("عنوان الخبر", None), (None, "صحيفة")])
def test_after_names_from_right_to_left_the_date_reads_as_it_is(
    title: str | None, source: str | None
) -> None:
    """Without its own direction the date would be shown as 04-05-2024."""
    line = read(to_html(source_line(replace(CITATION, title=title, source=source))))[0]
    assert line.endswith(" · \u20682024-05-04\u2069")
    assert not source or f"\u2068{source}\u2069" in line


def test_a_line_from_left_to_right_has_no_controls() -> None:
    """There is nothing to keep apart."""
    assert read(to_html(source_line(CITATION)))[0] == SOURCE


def test_a_quotation_that_others_carried_says_so() -> None:
    """The earliest is named, and how many carried it with it."""
    carried = replace(CITATION, carried_by=("a" * 16, "b" * 16))
    assert read(to_html(cited(carried, SAY)))[0].endswith(" · the earliest of 3 that carried it")


def test_the_answer_stands_above_unless_it_is_the_quotation() -> None:
    """A sentence that is the answer is not said twice; an answer of blanks is none."""
    text = read(to_html(answer_block("Ada Lind", CITATION, SAY)))[0]
    assert text == f"Ada Lind\n{QUOTE}\n{SOURCE}"
    for short in (QUOTE, "", "\u200b"):
        assert read(to_html(answer_block(short, CITATION, SAY)))[0] == f"{QUOTE}\n{SOURCE}"


def test_the_answer_is_marked_where_it_stands() -> None:
    """Bold within the quotation, which can be expanded."""
    assert stretches(to_html(cited(CITATION, SAY)))[:2] == [
        ("expandable_blockquote", QUOTE),
        ("bold", "Ada Lind"),
    ]


@pytest.mark.parametrize(("start", "end"), [(0, 5), (900, 950), (30, 20), (None, 5), (5, None)])
def test_an_answer_elsewhere_is_not_marked(start: int | None, end: int | None) -> None:
    """Offsets that lie elsewhere in the article never garble the quotation."""
    elsewhere = replace(CITATION, answer_start=start, answer_end=end)
    html = to_html(cited(elsewhere, SAY))
    assert stretch(html, "expandable_blockquote") == QUOTE
    assert stretch(html, "bold") == ""


def test_a_numbered_quotation_stands_below_its_source() -> None:
    """The number is that of the citation."""
    text = read(to_html(numbered(replace(CITATION, n=2), SAY)))[0]
    assert text == f"2. {SOURCE}\n{QUOTE}"


def test_where_room_is_short_a_quotation_ends_at_a_border_and_shows_it() -> None:
    """What is shown of it is exact; three dots outside of it say that it goes on."""
    long = replace(CITATION, quote="It rained all day. " * 20, title="A long title. " * 40)
    html = to_html(cited(long, SAY, 100))
    assert stretch(html, "expandable_blockquote") == "It rained all day. " * 5
    assert "</blockquote>…\n" in html
    name = stretch(html, "text_link")
    assert name.endswith("title.…")
    assert utf16_units(name) <= MAX_NAME_UNITS


@pytest.mark.parametrize("units", [1, 2, 5, 19, 20, 21, 100])
def test_a_clipped_text_is_short_enough(units: int) -> None:
    """With its ellipsis; a text that fits is left alone."""
    text = "One two 👨‍👩‍👧‍👦 three."
    short = clipped(text, units)
    assert utf16_units(short) <= units
    assert short == text if utf16_units(text) <= units else short.endswith("…")
    assert clipped(text, None) == text


def test_an_answer_without_a_citation_is_never_shown() -> None:
    """Nothing is claimed that no article says."""
    with pytest.raises(ValueError, match="not enough values"):
        answer_blocks(Answer("Who?", True, "Ada", 0.9, (), ()), SAY, whole=True)
