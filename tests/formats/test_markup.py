"""HTML of any kind is parsed without harm, and its text comes out block by block."""

import pytest

from index.errors import ArticleError
from index.formats.markup import (
    MAX_ATTRIBUTES,
    MAX_ELEMENTS,
    block_texts,
    check_size,
    decode_markup,
    parse_markup,
)


def blocks(markup: str) -> list[str]:
    """The blocks of a page with this body."""
    return block_texts(parse_markup(f"<html><body>{markup}</body></html>"))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<h1>Head</h1><p>One\n two&nbsp;<b>th</b>ree.</p>Four",
            ["Head", "One two three.", "Four"],
        ),
        (
            "<div>One<div>two<p>three</p>four</div>five</div>",
            ["One", "two", "three", "four", "five"],
        ),
        ("<p>One<br>two<br/><br>three", ["One\ntwo\nthree"]),
        ("<ul><li>One<ul><li>two</ul><li>three</ul>", ["One", "two", "three"]),
        ("<p>On<script>un()</script>e<!-- no --><style>p{}</style></p>", ["One"]),
        ("<p>“5 &lt; 6 &amp; 7”</p>", ["“5 < 6 & 7”"]),
        ("<a>one</a><span>two</span>", ["onetwo"]),
        ("</p></b><p><b>One<p>two</i></td>", ["One", "two"]),
        ("", []),
    ],
)
def test_blocks_of_text(markup: str, expected: list[str]) -> None:
    """Each block is a string of its own; markup, scripts and comments leave no trace."""
    assert blocks(markup) == expected


def test_rows_of_tables_keep_their_cells_apart() -> None:
    """A table of data is read row by row; one that only arranges paragraphs falls apart."""
    data = "<tr><th>Year<th>Ships<tr><td>2023<td><p>41</p><tr><td>2024<td>"
    assert blocks(f"<table>{data}</table>") == ["Year | Ships", "2023 | 41", "2024"]
    layout = "<tr><td><h1>Head</h1><p>One.</p></td><td><p>Two.</p><p>Three.</p></td></tr>"
    assert blocks(f"<table>{layout}</table>") == ["Head", "One.", "Two.", "Three."]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<meta charset=windows-1251><p>Вода".encode("cp1251"), "Вода"),
        ('<?xml version="1.0" encoding="koi8-r"?><html><p>Вода'.encode("koi8-r"), "Вода"),
        (
            "<meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'>市長".encode(
                "cp932"
            ),
            "市長",
        ),
        ("<meta charset=iso-8859-1><p>It’s – “so”".encode("cp1252"), "It’s – “so”"),
        ("<meta charset=iso-8859-1><p>Вода".encode(), "Вода"),  # a false label
        ("<meta charset=nonsense><p>Вода".encode(), "Вода"),
        ("<meta charset=utf-8><p>Вода".encode("utf-16"), "Вода"),
    ],
)
def test_pages_are_decoded_as_they_say(raw: bytes, expected: str) -> None:
    """The stated encoding is taken in the sense of browsers, unless the bytes contradict it."""
    assert decode_markup(raw).endswith(expected)


def test_deep_nesting_is_flattened() -> None:
    """Ten thousand open tags cost neither the stack nor the text around them."""
    assert blocks("<p>Before.</p>" + "<div>" * 10_000)[0] == "Before."
    assert blocks("<p>Before.</p>" + "<b>" * 10_000 + "deep")[0] == "Before."


def test_entities_of_a_page_are_not_expanded() -> None:
    """A billion laughs stay one name, and no file is pulled in."""
    entities = '<!ENTITY a "lol">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    page = f'<!DOCTYPE html [{entities}<!ENTITY x SYSTEM "file:///etc/passwd">]><p>A &i; &x; b</p>'
    text = " ".join(block_texts(parse_markup(page)))
    assert text.endswith("b")
    assert len(text) < len(page)
    assert "root:" not in text


def test_tags_with_thousands_of_attributes_are_refused() -> None:
    """libxml2 compares each attribute of a tag with all others; as many as that are no page."""
    few = "".join(f" a{n}='>'" for n in range(MAX_ATTRIBUTES - 1))
    assert blocks(f"<p{few}>One.") == ["One."]
    with pytest.raises(ArticleError, match="has a tag with 5,000 attributes or more"):
        blocks(f"<p{few} b=1 c>One.")


def test_trees_that_take_minutes_are_refused() -> None:
    """A page has a bound on its elements, whatever its size in bytes."""
    check_size(parse_markup("<br>" * (MAX_ELEMENTS - 10)))
    with pytest.raises(ArticleError, match="elements, more than the 20,000 of a page with one"):
        check_size(parse_markup("<br>" * MAX_ELEMENTS))


def test_nothing_is_no_page() -> None:
    """A document without content is refused, not mended."""
    with pytest.raises(ArticleError, match="holds no text"):
        parse_markup(" \0\n")
