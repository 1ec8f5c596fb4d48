"""The pages of an article around a quotation: nothing lost, nothing cut that fits."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.display.borders import utf16_units
from bot.messenger.display.passages import PAGE_UNITS, context_pages, page_of
from tests.messenger.generated_answers import text

PARAGRAPH = "It rained on the harbour all day. The ferries stayed in port until evening. " * 5
ARTICLE = "\n\n".join(f"{n}. {PARAGRAPH}" for n in range(40))


def pages_of(start: int, end: int, article: str = ARTICLE) -> list[str]:
    """The texts of the pages."""
    return [article[a:b] for a, b in context_pages(article, start, end)]


@given(st.integers(), st.integers(0, 20_000), st.integers(0, 12_000))
def test_pages_hold_every_character_once(seed: int, start: int, length: int) -> None:
    """The pages of any article, one after the other, are the article; each is short enough."""
    rng = random.Random(seed)
    article = "".join(text(rng, 40) for _ in range(20)) * rng.choice((1, 1, 30))
    start = min(start, len(article))
    end = min(start + length, len(article))
    spans = context_pages(article, start, end)
    assert "".join(article[a:b] for a, b in spans) == article
    assert all(utf16_units(article[a:b]) <= PAGE_UNITS for a, b in spans)
    assert all(a < b for a, b in spans) or not article
    number = page_of(spans, start)
    first, last = spans[number - 1]
    assert first <= start <= last
    if utf16_units(article[start:end]) <= PAGE_UNITS // 2:
        assert end <= last, "a quotation that fits is cut"


@pytest.mark.parametrize("start", range(0, len(ARTICLE) - 200, 777))
def test_a_quotation_stands_among_its_surroundings(start: int) -> None:
    """What comes before and after it is on its page, as far as there is any."""
    spans = context_pages(ARTICLE, start, start + 150)
    first, last = spans[page_of(spans, start) - 1]
    assert start - first >= min(start, 300)
    assert last - (start + 150) >= min(len(ARTICLE) - (start + 150), 300)


def test_pages_end_after_paragraphs() -> None:
    """Every page but the last ends where a paragraph does."""
    *pages, _ = pages_of(9000, 9100)
    assert len(pages) > 4
    assert all(page.endswith(". \n\n") for page in pages)


def test_pages_of_one_paragraph_end_after_sentences() -> None:
    """Where there is no paragraph to end, a sentence ends."""
    *pages, _ = pages_of(4000, 4050, PARAGRAPH * 30)
    assert len(pages) > 4
    assert all(page.endswith(". ") for page in pages)


def test_a_quotation_longer_than_a_page_begins_on_one_and_goes_on() -> None:
    """It begins where it is looked for."""
    spans = context_pages(ARTICLE, 5000, 15_000)
    number = page_of(spans, 5000)
    assert spans[number - 1][0] <= 5000 < spans[number - 1][1]
    assert len([1 for a, b in spans if a < 15_000 and b > 5000]) >= 4


def test_a_short_article_is_one_page() -> None:
    """There is nothing to turn."""
    assert context_pages(PARAGRAPH, 10, 50) == ((0, len(PARAGRAPH)),)
    assert context_pages("", 0, 0) == ((0, 0),)


def test_a_quotation_near_the_beginning_is_on_the_first_page() -> None:
    """The page begins with the article, not shortly after."""
    assert context_pages(ARTICLE, 900, 1000)[0][0] == 0
    assert page_of(context_pages(ARTICLE, 900, 1000), 900) == 1
