"""What is shown: answers, abstentions, passages in context, other sources, lists."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.display import pages as shown
from bot.messenger.display.borders import utf16_units
from bot.messenger.display.buttons import Do, Press, decode, quotations
from bot.messenger.display.language import LANGUAGES, Phrases, phrases
from bot.messenger.display.passages import context_pages
from bot.messenger.plan import Page
from index.articles import Article
from retrieval.answer import Answer, Citation
from tests.messenger.generated_answers import generated
from tests.messenger.pages_as_read import (
    buttons,
    labels,
    links,
    read,
    refusals,
    seen,
    sendable,
    stretch,
    stretches,
    text_of,
)
from tests.retrieval_support import bridge_citation

CASES_PER_LANGUAGE = 25_000
SAMPLED = 200  # every so many cases, all that the buttons lead to is looked at
TURNS_THE_LINE = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))

QUOTE = "The bridge was opened on 3 May by Mayor Ada Lind & her deputy <sic>."
CITATION = bridge_citation(QUOTE, 100, "2024/bridge.txt", "https://news.example/bridge?a=1&lt=2")
SECOND = replace(
    CITATION,
    n=2,
    article_id="b" * 16,
    quote="Lind cut the ribbon.",
    answer_start=None,
    title="Feast",
)
SOURCE = "Bridge opened · Harbour Gazette · 2024-05-04"
FEAST = "Feast · Harbour Gazette · 2024-05-04"
SAY = phrases("en")
RAIN = "It rained on the harbour all day. The ferries stayed in port. " * 6
ARTICLE = Article(
    CITATION.article_id,
    f"{RAIN}\n\n" * 20 + f"{RAIN}{QUOTE} {RAIN}\n\n" + f"{RAIN}\n\n" * 20,
    "2024/bridge.txt",
)
START = ARTICLE.text.index(QUOTE)
STANDING = replace(
    CITATION,
    start=START,
    end=START + len(QUOTE),
    answer_start=START + QUOTE.index("Ada"),
    answer_end=START + QUOTE.index("Ada") + len("Ada Lind"),
)


def answered(*citations: Citation) -> Answer:
    """An answer with these citations."""
    return Answer("Who opened it?", True, "Ada Lind", 0.9, citations, ())


def abstained(*closest: Citation) -> Answer:
    """An abstention with these closest quotations."""
    return Answer("Who closed it?", False, None, 0.1, (), (), closest)


def overview(*citations: Citation) -> Answer:
    """An answer that is nothing but its quotations."""
    return replace(answered(*citations), answer="\n".join(one.quote for one in citations))


def only(pages: Sequence[Page]) -> tuple[str, list[list[str]]]:
    """Text and labels of the only page."""
    (page,) = pages
    return read(page.html)[0], labels(page.keyboard)


def passage(page: int = 0, article: Article | None = ARTICLE, *, live: bool = True) -> Page:
    """The passage of a quotation in the middle of an article."""
    return shown.passage_page(article, live, STANDING, 7, 0, page, SAY)


def body(page: Page) -> str:
    """What stands below the head of a passage."""
    return read(page.html)[0].partition("\n\n")[2]


def pressed(page: Page, label: str) -> Press | None:
    """What the button with a label asks for."""
    (data,) = (button.data for button in buttons([page]) if button.text == label)
    return decode(data)


def test_an_answer_is_words_then_quotation_then_source() -> None:
    """The short answer comes first, then the quotation, then title, source and date."""
    text, rows = only(shown.answer_pages(answered(CITATION), 7, SAY))
    assert text == f"Ada Lind\n{QUOTE}\n{SOURCE}"
    assert rows == [["📄 In context"], ["👍 Helpful", "👎 Not helpful"]]


def test_an_answer_is_marked_and_linked() -> None:
    """Bold are the answer and its place in the quotation; the title leads to the words."""
    (page,) = shown.answer_pages(answered(CITATION), 7, SAY)
    assert stretches(page.html) == [
        ("bold", "Ada Lind"),
        ("expandable_blockquote", QUOTE),
        ("bold", "Ada Lind"),
        ("text_link", "Bridge opened"),
    ]
    (url,) = links(page.html)
    assert url.startswith("https://news.example/bridge?a=1&lt=2#:~:text=The%20bridge%20was")


def test_further_citations_are_behind_a_button() -> None:
    """An answer is read at a glance; its other sources are one press away."""
    (page,) = shown.answer_pages(answered(CITATION, SECOND), 7, SAY)
    assert SECOND.quote not in page.html
    assert pressed(page, "🗞 1 other source") == Press(Do.SHOW_SOURCES, 7)


def test_without_buttons_everything_is_said() -> None:
    """Where nothing can be pressed, each further citation has its number and its quotation."""
    text, rows = only(shown.answer_pages(answered(CITATION, SECOND), None, SAY))
    assert text == f"Ada Lind\n{QUOTE}\n{SOURCE}\n\n2. {FEAST}\n{SECOND.quote}"
    assert rows == []


def test_an_overview_is_a_numbered_row_of_quotations() -> None:
    """An answer of several sentences shows each once, with its source and its button."""
    text, rows = only(shown.answer_pages(overview(CITATION, SECOND), 7, SAY))
    assert text == (f"What the articles say:\n\n1. {SOURCE}\n{QUOTE}\n\n2. {FEAST}\n{SECOND.quote}")
    assert rows[0] == ["📄 1", "📄 2"]


def test_an_abstention_says_so_and_shows_what_comes_closest() -> None:
    """One quotation is shown with it, the others are behind a button."""
    text, rows = only(shown.answer_pages(abstained(CITATION, SECOND), 7, SAY))
    assert text == f"The articles do not tell. This comes closest:\n{QUOTE}\n{SOURCE}"
    assert rows[:2] == [["📄 In context"], ["🔎 Closest passages (2)"]]


def test_an_abstention_without_buttons_shows_all_that_came_close() -> None:
    """As with answers."""
    text, _ = only(shown.answer_pages(abstained(CITATION, SECOND), None, SAY))
    assert text.endswith(f"{SOURCE}\n\n{SECOND.quote}\n{FEAST}")


def test_an_abstention_may_stand_alone() -> None:
    """With nothing close, the one sentence is all."""
    text, rows = only(shown.answer_pages(abstained(), 7, SAY))
    assert text == "The articles do not tell."
    assert rows == [["👍 Helpful", "👎 Not helpful"]]


def test_a_notice_closes_an_answer() -> None:
    """It is a paragraph of its own, and no markup."""
    text, _ = only(shown.answer_pages(answered(CITATION), 7, SAY, notice="Only <since> Monday."))
    assert text.endswith(f"{SOURCE}\n\nOnly <since> Monday.")


def test_buttons_are_below_the_last_page() -> None:
    """A long answer is read to its end before one presses anything."""
    long = replace(CITATION, quote="It rained all day. " * 700, answer_start=None)
    *pages, last = shown.answer_pages(answered(long), 7, SAY, helpful=True)
    assert len(pages) == 3
    assert not any(page.keyboard for page in pages)
    assert labels(last.keyboard)[-1] == ["✅ Helpful", "👎 Not helpful"]
    assert all(read(page.html)[0].endswith("all day. ") for page in pages)


def test_an_answer_without_a_citation_is_never_shown() -> None:
    """Nothing is claimed that no article says."""
    with pytest.raises(ValueError, match="not enough values"):
        shown.answer_pages(answered(), 7, SAY)


def test_a_passage_shows_the_quotation_among_its_surroundings() -> None:
    """It begins on the page where the quotation is, which is underlined, the answer bold."""
    page = passage()
    text = read(page.html)[0]
    assert text.startswith(f"{SOURCE}\nPage 4 of 7\n\n")
    assert stretch(page.html, "underline") == QUOTE
    assert stretch(page.html, "bold") == "Ada Lind"
    before, after = body(page).split(QUOTE)
    assert len(before) > 300
    assert len(after) > 300
    assert labels(page.keyboard) == [["‹ Previous", "Next ›"], ["↩ Back to the answer"]]
    assert pressed(page, "‹ Previous") == Press(Do.SHOW_PASSAGE, 7, 0, 3)
    assert pressed(page, "↩ Back to the answer") == Press(Do.SHOW_ANSWER, 7)


def test_a_passage_can_be_read_from_end_to_end() -> None:
    """The pages are the article, byte for byte; the first and the last have one way only."""
    pages = [passage(number) for number in range(1, 8)]
    assert "".join(body(page) for page in pages) == ARTICLE.text
    assert labels(pages[0].keyboard)[0] == ["Next ›"]
    assert labels(pages[-1].keyboard)[0] == ["‹ Previous"]
    assert [stretch(page.html, "underline") for page in pages] == ["", "", "", QUOTE, "", "", ""]


def test_a_page_beyond_the_last_is_the_last() -> None:
    """A press on a button of another version goes somewhere sensible."""
    assert passage(9999) == passage(7)


def test_a_short_article_is_one_page() -> None:
    """There are no pages to count or turn."""
    article = Article(CITATION.article_id, f"Bridges. {QUOTE}", "a.txt")
    page = shown.passage_page(article, True, CITATION, 7, 2, 0, SAY)
    assert read(page.html)[0] == f"{SOURCE}\n\nBridges. {QUOTE}"
    assert labels(page.keyboard) == [["↩ Back to the answer"]]
    assert stretch(page.html, "underline") == QUOTE  # wherever it stands
    assert stretch(page.html, "bold") == "Ada Lind"


def test_a_quotation_that_is_not_in_the_article_is_not_marked() -> None:
    """The article is shown from its beginning."""
    article = Article(CITATION.article_id, "Something else.", "a.txt")
    page = shown.passage_page(article, True, CITATION, 7, 0, 0, SAY)
    assert stretches(page.html) == [("text_link", "Bridge opened")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_withdrawn_article_is_not_quoted(code: str) -> None:
    """Its name and a sentence are shown instead of the passage, and the way back."""
    say = phrases(code)
    for article, key in ((ARTICLE, "pages-withdrawn"), (None, "pages-gone")):
        page = shown.passage_page(article, False, STANDING, 7, 0, 0, say)
        assert read(page.html)[0] == f"{SOURCE}\n\n{say(key)}"
        assert [decode(one.data) for one in buttons([page])] == [Press(Do.SHOW_ANSWER, 7)]
    assert shown.passage_page(None, True, STANDING, 7, 0, 0, say) == page


def test_other_sources_are_the_further_citations() -> None:
    """Each with its number, its quotation and its passage."""
    page = shown.other_sources_page(answered(CITATION, SECOND), 7, SAY)
    assert read(page.html)[0] == f"Other sources:\n\n2. {FEAST}\n{SECOND.quote}"
    assert labels(page.keyboard) == [["📄 2"], ["↩ Back to the answer"]]
    assert pressed(page, "📄 2") == Press(Do.SHOW_PASSAGE, 7, 1)


def test_other_sources_are_those_that_carried_the_words() -> None:
    """By name where they are at hand, else by number."""
    carried = replace(CITATION, carried_by=("c" * 16, "d" * 16))
    named = shown.other_sources_page(
        answered(carried), 7, SAY, carriers=[Article("c" * 16, "text", "c.txt", "Copy")] * 25
    )
    lines = read(named.html)[0].splitlines()
    assert lines[:4] == ["Other sources:", "", "The same words were also carried by:", "1. Copy"]
    assert lines[-2:] == ["20. Copy", "… and 5 more."]
    counted = shown.other_sources_page(answered(carried), 7, SAY)
    assert read(counted.html)[0].endswith("\n\n2 other articles carried the same words.")
    both = shown.other_sources_page(answered(carried, SECOND), 7, SAY)
    assert read(both.html)[0].endswith("ribbon.\n\n2 other articles carried the same words.")
    assert read(shown.other_sources_page(answered(CITATION), 7, SAY).html)[0].endswith(
        "\n\nNo other source says this."
    )


def test_the_closest_passages_are_numbered() -> None:
    """Each with its passage."""
    page = shown.closest_page(abstained(CITATION, SECOND), 7, SAY)
    assert read(page.html)[0] == (
        f"The closest passages:\n\n1. {SOURCE}\n{QUOTE}\n\n2. {FEAST}\n{SECOND.quote}"
    )
    assert labels(page.keyboard) == [["📄 1", "📄 2"], ["↩ Back to the answer"]]
    assert read(shown.closest_page(abstained(), 7, SAY).html)[0] == "The articles do not tell."


@pytest.mark.parametrize("show", ["closest", "sources"])
def test_long_lists_of_quotations_have_pages(show: str) -> None:
    """Nothing is left out, however long quotations are."""
    long = replace(SECOND, quote="It rained all day. " * 500)

    def leaf(page: int) -> Page:
        if show == "closest":
            return shown.closest_page(abstained(long, replace(long, n=2)), 7, SAY, page=page)
        answer = answered(CITATION, long, replace(long, n=3))
        return shown.other_sources_page(answer, 7, SAY, page=page)

    do = Do.SHOW_CLOSEST if show == "closest" else Do.SHOW_SOURCES
    leaves = [leaf(number) for number in range(1, 6)]
    assert leaf(0) == leaves[0]
    assert leaf(6) == leaves[4]
    assert pressed(leaves[0], "Next ›") == Press(do, 7, 0, 2)
    assert labels(leaves[4].keyboard)[-2] == ["‹ Previous"]
    quoted = "".join(stretch(page.html, "expandable_blockquote") for page in leaves)
    assert quoted == long.quote * 2


def test_sources_are_listed_with_counts() -> None:
    """/sources numbers the newest twenty articles and says how many more there are."""
    article = Article("id", "text", "a.txt", "A <title>", "Gazette", None, "2024-05-04T10:00:00Z")
    text, _ = only(shown.sources_pages([article] * 25, 1234, SAY))
    lines = text.splitlines()
    assert lines[0] == "1,234 articles are indexed, newest first:"
    assert lines[1] == "1. A <title> · Gazette · 2024-05-04"
    assert lines[20].startswith("20. ")
    assert lines[21:] == ["… and 1,214 more."]


def test_a_single_source_and_none_at_all() -> None:
    """The sentence fits one article, and an empty index."""
    article = Article("id", "text", "a.txt")
    assert only(shown.sources_pages([article], 1, SAY))[0] == "1 article is indexed:\n1. a.txt"
    assert only(shown.sources_pages([], 0, SAY))[0] == "No articles are indexed yet."


def test_the_newest_articles_are_listed() -> None:
    """/latest names ten of them, each linked to its original."""
    article = Article("id", "text", "a.txt", "Bridge", url="https://news.example/bridge")
    (page,) = shown.latest_pages([article] * 12, SAY)
    lines = read(page.html)[0].splitlines()
    assert lines[0] == "Newest articles:"
    assert lines[1:] == [f"{n}. Bridge" for n in range(1, 11)]
    assert links(page.html) == ["https://news.example/bridge"] * 10
    assert only(shown.latest_pages([], SAY))[0] == "No articles are indexed yet."


def test_plain_text_is_not_markup() -> None:
    """The message of an error is shown as it is, special characters included."""
    (page,) = shown.plain_pages("Ask less than <1000> & more than 0 characters.")
    assert read(page.html) == ("Ask less than <1000> & more than 0 characters.", [])
    assert shown.plain_pages(" \u200b") == []


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
    pages = shown.answer_pages(answered(*citations), None, SAY)
    quoted = "".join(stretch(page.html, "expandable_blockquote") for page in pages)
    assert quoted == "".join(texts)


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_breaks_a_page(code: str) -> None:
    """Over 100,000 answers of every script and oddity, Telegram takes each page as it is meant.

    In turns with buttons and without; from some of them everything that a button leads to.
    """
    say = phrases(code)
    for n, (answer, article) in enumerate(generated(CASES_PER_LANGUAGE, seed=ord(code[0]))):
        whole = n % 2 == 0
        pages = shown.answer_pages(answer, None if whole else n, say)
        check_answer(answer, pages, whole=whole)
        if n % SAMPLED == 0:
            check_rest(answer, article, say)


def check_answer(answer: Answer, pages: list[Page], *, whole: bool) -> None:
    """Every page can be sent, and together they hold quotations and names in full, once."""
    joined, quoted = "", []
    for page in pages:
        text, entities = read(page.html)
        quoted += [
            text_of(text, entity) for entity in entities if entity.type == "expandable_blockquote"
        ]
        joined += text
    citations = answer.citations or answer.closest
    is_overview = len(citations) > 1 and answer.answer == "\n".join(one.quote for one in citations)
    told = citations if is_overview else citations[:1]
    if whole:
        told = quotations(answer)
    wanted = sendable("".join(citation.quote for citation in told))
    assert "".join(quoted) == wanted or seen("".join(quoted)) == seen(wanted)
    black = "".join(joined.split())
    for citation in told:
        title = sendable(citation.title or "").translate(TURNS_THE_LINE)
        assert "".join(title.split()) in black or seen(title) in seen(joined)
    if len(pages) > 1:
        assert refusals(pages) == []
        if len(told) == 1 and "".join(quoted) == wanted:
            check_cuts(wanted, quoted)


def check_cuts(quote: str, parts: list[str]) -> None:
    """A quotation is cut between letters, and at a paragraph where the cut could be at one."""
    ends = {match.end() for match in regex.finditer(r"\X", quote)}
    at = 0
    for part in parts[:-1]:
        at += len(part)
        assert at in ends or max(map(len, regex.findall(r"\X", part))) > 2000
        if utf16_units(part) > 3000 and "\n\n" in part[len(part) // 2 + 20 : -20]:
            following = quote[at : at + 2]
            assert part.endswith("\n") or following.startswith("\n") or part.endswith("\r")


def check_rest(answer: Answer, article: Article, say: Phrases) -> None:
    """What the buttons lead to can be shown, and the pages of the article are the article."""
    pages = [
        *shown.answer_pages(answer, 1, say, notice=article.text, helpful=False),
        shown.other_sources_page(answer, 1, say, carriers=[article]),
        shown.closest_page(answer, 1, say),
        *shown.sources_pages([article] * 3, 3, say),
        *shown.latest_pages([article] * 3, say),
        *shown.plain_pages(article.text),
    ]
    for citation in (answer.citations or answer.closest)[:1]:
        start = article.text.index(citation.quote)
        count = len(context_pages(article.text, citation.start, citation.end))
        assert start >= 0
        passages = [
            shown.passage_page(article, True, citation, 1, 0, number, say)
            for number in range(1, count + 1)
        ]
        assert "".join(body(page) for page in passages) == sendable(article.text)
        marked = "".join(stretch(page.html, "underline") for page in passages)
        assert marked == sendable(citation.quote)
        pages += [
            *passages,
            shown.passage_page(article, True, citation, 1, 0, 0, say),
            shown.passage_page(article, False, citation, 1, 0, 0, say),
        ]
    for page in pages:
        read(page.html)
    assert refusals(pages) == []
