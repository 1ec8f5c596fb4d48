"""The words of the bot: what an answer, an abstention and a list of sources look like."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger import pages as say
from index.articles import Article
from retrieval.answer import Answer, Citation
from tests.retrieval_support import bridge_citation
from tests.telegram_server import Entity, parse_html, utf16_units

QUOTE = "The bridge was opened on 3 May by Mayor Ada Lind & her deputy <sic>."
CITATION = bridge_citation(
    QUOTE, 100, "2024/bridge.txt", 'https://news.example/bridge?a=1&lt=2&q="x"'
)


def answered(*citations: Citation) -> Answer:
    """An answer with these citations."""
    return Answer("Who opened it?", True, "Ada Lind", 0.9, citations, ())


def abstained(*closest: Citation) -> Answer:
    """An abstention with these closest quotations."""
    return Answer("Who closed it?", False, None, 0.1, (), (), closest)


def stretches(message: str) -> list[tuple[str, str]]:
    """The formatted stretches of a message: type and text."""
    text, entities = parse_html(message)
    units = text.encode("utf-16-le")
    return [
        (entity.type, units[2 * entity.offset :][: 2 * entity.length].decode("utf-16-le"))
        for entity in entities
    ]


def test_an_answer_is_words_then_quotation_then_source() -> None:
    """The short answer comes first, then the quotation, then title, source and date."""
    (message,) = say.answer_messages(answered(CITATION))
    text, _ = parse_html(message)
    assert text == f"Ada Lind\n{QUOTE}\nBridge opened · Harbour Gazette · 2024-05-04"


def test_the_short_answer_is_marked_where_it_stands() -> None:
    """Bold are the short answer and its place in the quotation, which can be expanded."""
    (message,) = say.answer_messages(answered(CITATION))
    assert stretches(message) == [
        ("bold", "Ada Lind"),
        ("expandable_blockquote", QUOTE),
        ("bold", "Ada Lind"),
        ("text_link", "Bridge opened"),
    ]


def test_a_title_links_to_its_article() -> None:
    """The address survives escaping unchanged."""
    (message,) = say.answer_messages(answered(CITATION))
    _, entities = parse_html(message)
    assert [entity.url for entity in entities if entity.url] == [CITATION.url]


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "ftp://x", "https://a b", "https://x/" + "y" * 3000],
)
def test_what_cannot_be_a_link_stays_text(url: str | None) -> None:
    """An address Telegram would drop does not make the title a link."""
    (message,) = say.answer_messages(answered(replace(CITATION, url=url)))
    assert "<a " not in message
    assert "Bridge opened" in message


def test_without_a_title_the_file_is_named() -> None:
    """A citation can always be found again: by its file, if it has no title."""
    bare = replace(CITATION, title=None, url=None, source=None, published=None)
    (message,) = say.answer_messages(answered(bare))
    assert stretches(message)[-1] == ("code", "2024/bridge.txt")


def test_a_quotation_that_others_carried_says_so() -> None:
    """The earliest is named, and how many carried it with it."""
    (message,) = say.answer_messages(answered(replace(CITATION, carried_by=("a" * 16, "b" * 16))))
    assert message.endswith(" · the earliest of 3 that carried it")
    (message,) = say.answer_messages(answered(CITATION))
    assert "carried" not in message


def test_further_citations_are_numbered_and_quoted() -> None:
    """Each further citation has its number, its source and its whole quotation."""
    second = replace(CITATION, n=2, quote="Lind cut the ribbon.", answer_start=None, title="Feast")
    (message,) = say.answer_messages(answered(CITATION, second))
    text, _ = parse_html(message)
    assert text.endswith("\n\n2. Feast · Harbour Gazette · 2024-05-04\nLind cut the ribbon.")
    assert stretches(message)[-1] == ("expandable_blockquote", "Lind cut the ribbon.")


def test_an_answer_that_is_a_whole_quotation_is_said_once() -> None:
    """A sentence that is the answer is shown as the quotation only."""
    (message,) = say.answer_messages(replace(answered(CITATION), answer=QUOTE))
    text, _ = parse_html(message)
    assert text == f"{QUOTE}\nBridge opened · Harbour Gazette · 2024-05-04"


def test_an_overview_is_a_row_of_quotations() -> None:
    """An answer of several sentences shows each once, with its source."""
    second = replace(CITATION, n=2, quote="Lind cut the ribbon.", answer_start=None, title="Feast")
    overview = replace(answered(CITATION, second), answer=f"{QUOTE}\n{second.quote}")
    (message,) = say.answer_messages(overview)
    assert parse_html(message)[0] == (
        f"What the articles say:\n\n{QUOTE}\nBridge opened · Harbour Gazette · 2024-05-04"
        "\n\nLind cut the ribbon.\nFeast · Harbour Gazette · 2024-05-04"
    )


def test_an_answer_without_a_citation_is_never_shown() -> None:
    """Nothing is claimed that no article says."""
    with pytest.raises(ValueError, match="not enough values"):
        say.answer_messages(answered())


def test_an_abstention_says_so_and_shows_the_closest() -> None:
    """An abstention begins by saying so; the closest quotations come with their sources."""
    near = replace(CITATION, answer_start=None, answer_end=None)
    (message,) = say.answer_messages(abstained(near, near, near))
    text, _ = parse_html(message)
    assert text.startswith("The articles do not tell. The closest quotations:\n\n")
    assert text.count(f"{QUOTE}\nBridge opened · Harbour Gazette · 2024-05-04") == 3


def test_an_abstention_may_stand_alone() -> None:
    """With nothing close, the one sentence is all."""
    assert say.answer_messages(abstained()) == ["<b>The articles do not tell.</b>"]


def test_an_answer_offset_outside_the_quotation_is_not_marked() -> None:
    """Offsets that lie elsewhere in the article never garble the quotation."""
    elsewhere = replace(CITATION, answer_start=0, answer_end=50)
    (message,) = say.answer_messages(answered(elsewhere))
    assert ("expandable_blockquote", QUOTE) in stretches(message)
    assert sum(kind == "bold" for kind, _ in stretches(message)) == 1


def test_sources_are_listed_with_counts() -> None:
    """/sources numbers the newest twenty articles and says how many more there are."""
    article = Article("id", "text", "a.txt", "A <title>", "Gazette", None, "2024-05-04T10:00:00Z")
    (message,) = say.sources_messages([article] * 25, 1234)
    lines = parse_html(message)[0].splitlines()
    assert lines[0] == "1,234 articles are indexed, newest first:"
    assert lines[1] == "1. A <title> · Gazette · 2024-05-04"
    assert lines[20].startswith("20. ")
    assert lines[21:] == ["… and 1,214 more."]


def test_a_single_source_and_none_at_all() -> None:
    """The sentence fits one article, and an empty index."""
    article = Article("id", "text", "a.txt")
    (message,) = say.sources_messages([article], 1)
    assert parse_html(message)[0] == "1 article is indexed, newest first:\n1. a.txt"
    assert say.sources_messages([], 0) == ["No articles are indexed yet."]


@pytest.mark.parametrize("message", [say.START, say.HELP, say.RESET, say.TEXT_ONLY])
def test_fixed_messages_are_valid(message: str) -> None:
    """Every fixed message is HTML that Telegram takes in one piece."""
    text, _ = parse_html(message)
    assert 0 < utf16_units(text) <= 4096


def test_help_names_every_command() -> None:
    """No command is left undocumented."""
    assert all(f"/{command}: " in say.HELP for command, _ in say.COMMANDS)


def test_the_message_of_an_error_is_not_markup() -> None:
    """An error message is shown as it is, special characters included."""
    (message,) = say.plain_messages("Ask less than <1000> & more than 0 characters.")
    assert parse_html(message) == ("Ask less than <1000> & more than 0 characters.", [])


quotes = st.text(st.sampled_from("ab é€😀<>&\"'.!?\n。"), min_size=1, max_size=300).map(
    lambda piece: f"x{piece * 40}x"
)


@given(st.lists(quotes, min_size=1, max_size=4), st.integers(0, 500), st.integers(0, 500))
def test_no_answer_breaks_a_limit_or_loses_a_character(
    texts: list[str], start: int, length: int
) -> None:
    """Whatever is quoted, all messages are valid, and together hold every quotation in full."""
    citations = [
        replace(
            CITATION,
            n=n,
            quote=text,
            end=100 + len(text),
            answer_start=100 + start,
            answer_end=100 + start + length,
        )
        for n, text in enumerate(texts, start=1)
    ]
    messages = say.answer_messages(answered(*citations))
    parsed = [parse_html(message) for message in messages]
    assert all(text.strip() and utf16_units(text) <= 4096 for text, _ in parsed)
    assert all(len(entities) <= 100 for _, entities in parsed)
    quoted = "".join(_quoted(text, entities) for text, entities in parsed)
    assert quoted == "".join(texts)


def _quoted(text: str, entities: list[Entity]) -> str:
    """What stands in blockquotes."""
    units = text.encode("utf-16-le")
    return "".join(
        units[2 * entity.offset :][: 2 * entity.length].decode("utf-16-le")
        for entity in entities
        if entity.type == "expandable_blockquote"
    )
