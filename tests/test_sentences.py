"""Paragraphs, headings and sentences are spans that lose nothing of the text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import canonical_text
from index.sentences import (
    article_sentences,
    is_heading,
    split_paragraphs,
    split_sentences,
    trim,
)

WRAPPED = """\
The harbour of Norvik has reportedly fallen silent since the storm
broke the old pier, three dockers said on Monday. No ship has been
unloaded since.

The harbour master put it down to the price of diesel, which had
doubled within a year."""

pieces = st.sampled_from(
    [
        "Dr. Lind said so. ",
        "U.S. ",
        "Heading\n",
        "\n\n",
        "By Jane Doe\n",
        "3 May 2021\n",
        "水。",
        "  ",
    ]
)
texts = st.lists(pieces | st.text(max_size=20), max_size=30).map("".join).map(canonical_text)


@given(texts)
def test_sentences_are_trimmed_ordered_and_cover_the_text(text: str) -> None:
    """For any text: no span starts or ends with a blank, none overlap, no character is left out."""
    reached, outside = 0, []
    for (start, end), _ in article_sentences(text):
        assert reached <= start < end
        assert text[start:end] == text[start:end].strip()
        outside.append(text[reached:start])
        reached = end
    assert not "".join([*outside, text[reached:]]).strip()


@given(texts)
def test_paragraphs_hold_the_same_characters_as_their_sentences(text: str) -> None:
    """Paragraphs are trimmed, ordered and cover the text, and no sentence crosses their borders."""
    reached = 0
    for paragraph in split_paragraphs(text):
        assert reached <= paragraph.start < paragraph.end
        assert not text[reached : paragraph.start].strip()
        reached = paragraph.end
        sentences = split_sentences(text, paragraph.start, paragraph.end)
        assert sentences[0][0] == paragraph.start
        assert sentences[-1][1] == paragraph.end
    assert not text[reached:].strip()


def test_wrapped_lines_are_one_paragraph() -> None:
    """Lines that were broken at a fixed width belong together; sentences go on over line ends."""
    assert [WRAPPED[p.start : p.end] for p in split_paragraphs(WRAPPED)] == WRAPPED.split("\n\n")
    sentences = [WRAPPED[a:b] for (a, b), _ in article_sentences(WRAPPED)]
    assert sentences[0].startswith("The harbour of Norvik")
    assert sentences[0].endswith("on Monday.")
    assert sentences[1] == "No ship has been\nunloaded since."
    assert len(sentences) == 3


def test_lines_of_wire_copy_are_paragraphs_of_their_own() -> None:
    """One paragraph a line: each line stands alone, and headings among them are told."""
    lines = [
        "Fishing boats lie at the quay of the small harbour of Norvik on the east coast of the "
        "island on December 12, 2024. (Example Photo)",
        "By Example Agency",
        "Dec 21, 2024 9:55 AM",
        "The harbour of Norvik, which fed half the island, has reportedly fallen silent.",
        "Cranes stand idle",
        "Since Nov. 27 no ship has been unloaded, said Dr. Lind of the U.S. mission. Nobody came.",
        "Last words without a full stop",
    ]
    text = "\n".join(lines)
    paragraphs = split_paragraphs(text)
    assert [text[p.start : p.end] for p in paragraphs] == lines
    assert [p.heading for p in paragraphs] == [False, True, True, False, True, False, False]
    assert [text[a:b] for (a, b), _ in article_sentences(text)][-3:-1] == [
        "Since Nov. 27 no ship has been unloaded, said Dr. Lind of the U.S. mission.",
        "Nobody came.",
    ]


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("Cranes stand idle", True),
        ("By Jane Doe", True),
        ("21 December 2024", True),
        ("Source: Example News", True),
        ("Why did it happen?", False),
        ("It rained.", False),
        ("“It rained.”", False),
        ("下雨了。", False),
        ("هل حدث؟", False),
        ("He named three:", False),
        ("two lines\nof text", False),
        ("word " * 17, False),
        ("x" * 121, False),
    ],
)
def test_headings(line: str, heading: bool) -> None:
    """A heading is short, one line, and does not end as a sentence does; labels count as one."""
    assert is_heading(line) is heading


def test_the_last_paragraph_is_no_heading() -> None:
    """A heading heads something: the last line never is one."""
    assert [p.heading for p in split_paragraphs("First\nSecond")] == [True, False]


def test_trim_drops_blank_spans() -> None:
    """Blanks at both ends go; a span of blanks is none."""
    assert trim("a \u3000b\n", (1, 5)) == (3, 4)
    assert trim("a  b", (1, 3)) is None


def test_ten_megabytes_take_seconds() -> None:
    """Paragraphs of the largest article are found in linear time and memory."""
    started = time.perf_counter()
    assert len(split_paragraphs("word " * 2_000_000)) == 1
    assert time.perf_counter() - started < 10
