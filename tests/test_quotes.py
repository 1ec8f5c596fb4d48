"""A raw span becomes a quotation: whole words, a number with its noun, a date with its year."""

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from index.articles import canonical_text
from index.sentences import split_paragraphs, split_sentences
from retrieval.quotes import is_in_heading, is_in_label, sentence_around, tidy_span

FIGHTERS = "Putin said Russia had evacuated 4,000 pro-Iranian fighters, flying them out of Syria."
HOW_MANY = "how many fighters were evacuated?"

WARSHIPS = "Up to 11 Russian warships may be there."

# text, raw span, question, quotation
TIDIED = [
    # whole words, without the marks around them
    (FIGHTERS, "ussi", "which country?", "Russia"),
    (FIGHTERS, "pro-Iranian fighters, ", "who?", "pro-Iranian fighters"),
    ("He said: “We are free.” Then he left.", "“We are free.”", "what?", "We are free."),
    ("The Royal Society (London) met.", "Royal Society (London)", "who?", "Royal Society (London)"),
    ("Rose (Leeds United): he left Leeds.", "Leeds United): he left", "who?", "Leeds United"),
    ("It met (in London) today.", "(in London)", "where?", "in London"),
    ("水位が上がった。", "水位", "what?", "水位"),
    # a number is whole
    (FIGHTERS, "000", "what?", "4,000"),
    (FIGHTERS, "4", "what?", "4,000"),
    ("It cost 1.5 million.", "5 million", "what?", "1.5 million"),
    ("At 12:20 UTC it flew.", "12", "when?", "12:20"),
    ("In 2015, 3 came.", "2015", "when?", "2015"),
    # a number keeps its noun
    (FIGHTERS, "4,000", HOW_MANY, "4,000 pro-Iranian fighters"),
    (FIGHTERS, "4,000", "How many pro-Iranian fighters?", "4,000 pro-Iranian fighters"),
    (FIGHTERS, "4,000", "who was evacuated?", "4,000"),
    (WARSHIPS, "11", "How many Russian warships?", "Up to 11 Russian warships"),
    (WARSHIPS, "11", "How many warships?", "Up to 11 Russian warships"),
    ("It has twenty-five ships of war.", "twenty-five", "How many ships?", "twenty-five ships"),
    ("All 39 people on board died.", "39", "How many people died?", "39 people"),
    ("Those 39 people died there.", "39", "How many people died there?", "39 people"),
    ("The 15 servicemen were killed.", "15", "How many servicemen died?", "15 servicemen"),
    ("The blast killed 12 school girls.", "12", "How many were killed?", "12 school girls"),
    ("It took up to 1,500 troops.", "1,500", "How many?", "up to 1,500 troops"),
    # a number keeps what bounds it
    ("More than 300 homes burned.", "300", "how many homes burned?", "More than 300 homes"),
    ("It cost at least $3 million.", "3 million", "how much?", "at least $3 million"),
    ("It cost $3 million.", "3 million", "how much?", "$3 million"),
    ("The lesson: 300 homes burned.", "300", "how many homes?", "300 homes"),
    ("It was handsome 3 times.", "3", "how often?", "3 times"),
    # not beyond its noun phrase
    ("Some 41 voted for it.", "41", "How many voted?", "Some 41"),
    ("Then 12 died of it.", "12", "How many were killed?", "12"),
    ("Of 7,669 of the men, two fell.", "7,669", "how many men?", "7,669"),
    ("7,669 had been fit men.", "7,669", "how many men?", "7,669"),
    ("About 198,000 of them were soldiers.", "198,000", "How many soldiers?", "About 198,000"),
    ("12 large new grey Russian war ships", "12", "How many ships?", "12"),
    ("It held 52. Americans were among them.", "52", "How many Americans?", "52"),
    # a number keeps its unit
    ("Two doses are 97 percent effective.", "97", "how effective?", "97 percent"),
    ("It rose by 5 % in May.", "5", "by how much?", "5 %"),
    ("It rose by 12% in May.", "12", "by how much?", "12%"),
    ("About 4,800 kilometers away.", "4,800", "how far?", "About 4,800 kilometers"),
    ("It is 300 km from here.", "300", "how far?", "300 km"),
    ("It cost €5 million in all.", "€5", "how much?", "€5 million"),
    ("It cost 5 million dollars in all.", "5", "how much?", "5 million dollars"),
    ("At minus 18 degrees Celsius.", "18", "how cold?", "18 degrees Celsius"),
    ("It took 30 minutesteps.", "30", "how long?", "30"),
    # a date keeps its year
    ("It ended on 4 June 1940, a Tuesday.", "4 June", "when?", "4 June 1940"),
    ("On March 29, 2021, it floated.", "March 29", "when?", "March 29, 2021"),
    ("In June of 1967 it closed.", "June", "when?", "June of 1967"),
    ("On Sept. 30 2015 they flew.", "Sept. 30", "when?", "Sept. 30 2015"),
    ("On 3 May 20,000 people came.", "3 May", "when?", "3 May"),
    ("They read the novel 1984 aloud.", "the novel", "what?", "the novel"),
    ("The deck 1912 was new.", "The deck", "what?", "The deck"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "raw", "question", "quotation"), TIDIED)
def test_a_span_is_tidied(text: str, raw: str, question: str, quotation: str) -> None:
    """Neither too short nor too long for the question."""
    start = text.index(raw)
    start, end = tidy_span(text, start, start + len(raw), question)
    assert text[start:end] == quotation


MARKS = "\u0301\u0323\u093f\u0e31\ufe0f\u20e3\u200d\u200c\U0001f3fd"
PIECES = st.sampled_from(
    [
        *"aé1 \n.,()“”'-%水สف",
        *MARKS,
        "👩\u200d👩\u200d👧",
        "👍🏽",
        "🇫🇷🇨🇭",
        "1\ufe0f\u20e3",
        "नि",
        "می\u200cخواهم",
        "مرحبا",
        "4,000 fighters",
        "3 May 2024",
        "Stop. Go",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join).map(canonical_text)


def splits(text: str, at: int) -> bool:
    """Whether a border at `at` would part what a reader sees as one character."""
    if not 0 < at < len(text) or text[at - 1].isspace() or text[at].isspace():
        return False
    clings = unicodedata.category(text[at]).startswith("M") or text[at] in MARKS
    return clings or text[at - 1] in "\u200d\u200c"


def parts_a_word(text: str, at: int) -> bool:
    """Whether a border at `at` stands between two Latin letters, or inside 4,000."""
    if not 0 < at < len(text):
        return False
    pair, four = text[at - 1 : at + 1], text[max(0, at - 2) : at + 2]
    return (pair.isascii() and pair.isalnum()) or bool(re.search(r"\d[.,:]\d", four))


@given(TEXTS, st.data(), st.sampled_from([HOW_MANY, "when?", "how many 水?", ""]))
@example("👩\u200d👩\u200d👧", None, "who?")
@example("“\u0301x", None, "who?")
@example("\u200d\n0", None, "who?")
@example("a\u00a0b", None, "who?")
@example("5 km\u0303", None, "how far?")
def test_a_tidy_span_stands_on_borders_of_words(
    text: str, data: st.DataObject | None, question: str
) -> None:
    """It lies within the text, parts no word, and no letter or emoji from what belongs to it."""
    spans = (
        [(start, end) for start in range(len(text) + 1) for end in range(start, len(text) + 1)]
        if data is None
        else [data.draw(st.tuples(*[st.integers(0, len(text))] * 2).map(sorted))]
    )
    for start, end in spans:
        a, b = tidy_span(text, start, end, question)
        assert 0 <= a <= b <= len(text)
        if a < b:
            for at in (a, b):
                assert not splits(text, at)
                assert not parts_a_word(text, at)
            assert not text[a].isspace()
            assert not text[b - 1].isspace()


@given(TEXTS, st.data())
def test_a_tidy_span_touches_what_the_reader_chose(text: str, data: st.DataObject) -> None:
    """A span within one paragraph stays within its tidied form: nothing else is quoted.

    Only what stands behind the brackets in which it begins is left out.
    """
    start, end = data.draw(st.tuples(*[st.integers(0, len(text))] * 2).map(sorted))
    assume("\n" not in text[start:end])
    a, b = tidy_span(text, start, end, HOW_MANY)
    first = next((at for at in range(start, end) if text[at].isalnum()), end)
    stray = next(
        (at for at in range(first, end) if text[a : at + 1].count(")") > text[a:at].count("(")),
        end,
    )
    kept = [at for at in range(start, stray) if text[at].isalnum()]
    assert all(a <= at < b for at in kept)


@given(TEXTS, st.data())
def test_the_sentence_around_holds_the_span(text: str, data: st.DataObject) -> None:
    """It lies within the text, holds the span, and parts no word and no character."""
    start, end = data.draw(st.tuples(*[st.integers(0, len(text))] * 2).map(sorted))
    start, end = tidy_span(text, start, end, "who?")
    a, b = sentence_around(text, start, end)
    assert 0 <= a <= start <= end <= b <= len(text)
    if start < end:
        for at in (a, b):
            assert not splits(text, at)
            assert not parts_a_word(text, at)


MOVING = "SUEZ, Egypt (Dateline Desk) — Ships are moving again."
ARTICLE = f"""Six days, one ship

March 31, 2021

{MOVING} The cause was the Ever Given.

It is 400 meters long. Its owner is Shoei Kisen."""


@pytest.mark.parametrize(
    ("span", "sentence"),
    [
        ("400 meters", "It is 400 meters long."),
        ("Ever", "The cause was the Ever Given."),
        ("one ship", "Six days, one ship"),
        ("again. The", f"{MOVING} The cause was the Ever Given."),
        ("Given.\n\nIt", "The cause was the Ever Given.\n\nIt is 400 meters long."),
        ("2021\n\nSUEZ", f"March 31, 2021\n\n{MOVING}"),
    ],
)
def test_the_sentence_around_is_whole(span: str, sentence: str) -> None:
    """A span gets its sentence or heading; one that crosses borders gets all it touches."""
    start = ARTICLE.index(span)
    start, end = sentence_around(ARTICLE, start, start + len(span))
    assert ARTICLE[start:end] == sentence


def test_every_sentence_is_the_sentence_around_each_of_its_words() -> None:
    """The same sentence, whichever of its words the reader chose."""
    for paragraph in split_paragraphs(ARTICLE):
        if not paragraph.heading:
            for start, end in split_sentences(ARTICLE, paragraph.start, paragraph.end):
                for at in range(start, end):
                    assert sentence_around(ARTICLE, at, at + 1) == (start, end)


def test_headings_are_told_from_text() -> None:
    """A headline or a byline is a heading, the sentences below are not."""
    text = "Why the canal was blocked\nBy Example Agency\nA ship ran aground in a sandstorm."
    places = (text.index("canal"), text.index("Example"), text.index("ship"))
    assert [is_in_heading(text, place) for place in places] == [True, True, False]


def test_a_span_keeps_within_a_paragraph() -> None:
    """Of a heading and the sentence below it, the sentence's part is the answer."""
    text = "SOLDIERS FIND A STONE\n\nFrench soldiers came upon the stone in July 1799."
    span = tidy_span(text, 0, text.index(" came"), "who found it?")
    assert text[slice(*span)] == "French soldiers"


def test_bylines_and_date_lines_are_labels() -> None:
    """They tell of the article; what they hold answers no question."""
    text = "A headline\nBy Example Agency\nDec 21, 2024 9:55 AM\nThe text of 21 December 2024."
    places = [text.index(word) for word in ("headline", "Agency", "9:55", "text")]
    assert [is_in_label(text, place) for place in places] == [False, True, True, False]
