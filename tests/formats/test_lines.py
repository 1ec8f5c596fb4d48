"""What stands on one line is one line, and what stands on every page is read once."""

from index.formats.lines import Line, rows, without_running_heads


def line(text: str, x: float = 50, y: float = 700, page: int = 0, font: str = "T") -> Line:
    """A line in type of 10 points."""
    return Line(text, x, y, 10, font, page)


def test_parts_of_a_line_are_put_together() -> None:
    """Words set one by one are a line; columns of a table have a bar between them."""
    assert rows([line("2023"), line("ships", 72)]) == [line("2023 ships")]
    assert rows([line("2023"), line("41", 300)]) == [line("2023 | 41")]
    assert rows([line("a"), line("b", 57, font="B")]) == [line("a b", font="")]


def test_lines_of_other_places_stay_apart() -> None:
    """A part that stands before, below or on another page begins a line of its own."""
    for other in (line("b", 40), line("b", 60, 688), line("b", 60, page=1)):
        assert rows([line("a"), other]) == [line("a"), other]
    assert rows([]) == []


def test_running_heads_are_kept_once() -> None:
    """The name of the paper tells a source; a second one would cut a paragraph in two."""
    pages = [
        [
            line(f"Example Gazette, page {n + 1}", y=820, page=n),
            line("The text.", y=700 - n, page=n),
        ]
        for n in range(3)
    ]
    lines = [one for page in pages for one in page]
    assert [kept.text for kept in without_running_heads(lines)] == [
        "Example Gazette, page 1",
        "The text.",
        "The text.",
        "The text.",
    ]


def test_the_same_line_twice_on_a_page_stays() -> None:
    """Only what other pages have at the same place is a running head."""
    twice = [line("Quay 4", y=700), line("Quay 4", y=688)]
    assert without_running_heads(twice) == twice
