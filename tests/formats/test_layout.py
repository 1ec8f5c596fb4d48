"""Lines of print become paragraphs, told by nothing but where they stand."""

import pytest

from index.formats.layout import headline, paragraphs
from index.formats.lines import Line

FULL = "so wide is a line of this column, or nearly so"


def lines(
    *texts: str, x: float = 50, y: float = 700, size: float = 10, font: str = "T", page: int = 0
) -> list[Line]:
    """Lines below each other; a leading blank indents one by 12 points."""
    return [
        Line(text.strip(), x + 12 * text.startswith(" "), y - 12 * n, size, font, page)
        for n, text in enumerate(texts)
    ]


def texts(*groups: list[Line]) -> list[str]:
    """The paragraphs of all these lines."""
    return [paragraph.text for paragraph in paragraphs([line for part in groups for line in part])]


def test_indents_begin_paragraphs() -> None:
    """A first line stands further right than the next, or than the one above."""
    column = lines(f" {FULL}", FULL, "end.", f" {FULL}.", " One.", f" {FULL}", "last.")
    assert texts(column) == [f"{FULL} {FULL} end.", f"{FULL}.", "One.", f"{FULL} last."]


def test_gaps_sizes_and_fonts_begin_paragraphs() -> None:
    """A wider step, larger type, a label or a heading in bold stands apart."""
    assert texts(lines("2 May 2020", FULL, FULL)) == ["2 May 2020", f"{FULL} {FULL}"]
    assert texts(lines(FULL, FULL), lines(FULL, FULL, y=660)) == [f"{FULL} {FULL}"] * 2
    assert texts(lines(FULL, FULL), lines("Larger", y=676, size=12)) == [f"{FULL} {FULL}", "Larger"]
    heading = lines("Cranes stand idle", y=688, font="B")
    assert texts(lines(FULL), heading, lines(FULL, y=676)) == [FULL, "Cranes stand idle", FULL]


def test_short_last_lines_end_paragraphs() -> None:
    """Where nothing else parts them, a short line that ends a sentence does."""
    assert texts(lines(FULL, "is short.", FULL, FULL)) == [f"{FULL} is short.", f"{FULL} {FULL}"]


def test_paragraphs_go_on_in_the_next_column_and_page() -> None:
    """A full line without an end goes on at the top, wherever that is."""
    left, right = lines(FULL, FULL, y=80), lines(FULL, "end.", x=300)
    over = lines(FULL, FULL, y=650, page=1)
    assert texts(left, right) == [f"{FULL} {FULL} {FULL} end."]
    assert texts(left, right, over) == [f"{FULL} {FULL} {FULL} end.", f"{FULL} {FULL}"]
    assert texts(left, over) == [f"{FULL} {FULL} {FULL} {FULL}"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("evacu-", "ated by sea", "evacuated by sea"),
        ("soft\u00ad", "ly", "softly"),
        ("print\u2010", "ers", "printers"),
        ("well-", "known office", "well-known office"),
        ("Anne-", "Marie", "Anne-Marie"),
        ("2019-", "2024", "2019-2024"),
        ("so –", "he said", "so – he said"),
        ("so -", "he said", "so - he said"),
    ],
)
def test_hyphens_that_cut_words_go(first: str, second: str, expected: str) -> None:
    """A cut word is whole again; a compound that stands elsewhere keeps its hyphen."""
    others = lines("it is well-known that har-", "bours are cut and die-", "sel too", y=300)
    found = texts(lines(f"a line that ends in {first}", second), others)
    assert found[0] == f"a line that ends in {expected}"


def test_rare_hyphens_at_line_ends_belong_to_their_words() -> None:
    """An article that cuts no words has compounds only."""
    assert texts(lines("a line with a world-", "wide web")) == ["a line with a world-wide web"]


def test_the_headline_is_the_largest_on_the_first_page() -> None:
    """Only type that is clearly larger than the text makes a headline."""
    body = lines(FULL, FULL, FULL, y=600)
    found = paragraphs(lines("Silent", size=20) + body + lines("Later", size=30, page=1))
    assert headline(found) == "Silent"
    assert headline(paragraphs(lines("Silent", size=11) + body)) is None
    assert headline([]) is None
