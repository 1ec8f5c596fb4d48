"""Plain text stays as it is, Markdown becomes plain text, front matter says what is known."""

import time

import pytest

from index.articles import Article
from index.errors import ArticleError
from index.formats.files import parse_article


def text_of(body: str, name: str = "a.txt") -> str:
    """The text of an article of this body."""
    return parse_article(body.encode(), name).text


def test_front_matter_states_what_is_known() -> None:
    """Front matter in any order and case wins over the text, and is no part of it."""
    article = parse_article(
        b"---\r\nTitle: 'Harbour: silent'\r\nauthors: [Jane Doe, John Roe]\r\n"
        b"publisher: Example\r\ndate: 2024-12-21\r\nlink: https://news.example/a\r\n---\r\n"
        b"A headline\r\n2 May 2020\r\nThe text.\r\n",
        "2019-01-01.md",
    )
    assert article == Article(
        article.id,
        "A headline\n2 May 2020\nThe text.",
        "2019-01-01.md",
        "Harbour: silent",
        "Example",
        "Jane Doe, John Roe",
        "2024-12-21",
        "https://news.example/a",
    )


@pytest.mark.parametrize(
    ("stated", "published"),
    [
        ("2024-12-21", "2024-12-21"),
        ("2024-12-21 09:55:00", "2024-12-21T09:55:00"),
        ("2024-12-21T09:55:00+03:00", "2024-12-21T09:55:00+03:00"),
        ("Dec 21, 2024", "2024-12-21"),
        ("'21.12.2024'", "2024-12-21"),
        ("soon", None),
        ("2024", None),
        ("", None),
    ],
)
def test_dates_in_front_matter(stated: str, published: str | None) -> None:
    """YAML's own dates and dates in words become ISO 8601; anything else is no date."""
    assert parse_article(f"---\ndate: {stated}\nx: 1\n---\nText.".encode(), "a.txt").published == (
        published
    )


@pytest.mark.parametrize(
    "matter",
    [
        "title: [a",
        "a: 1\n b: 2",
        "title: !!python/object:os.system x",
        "? {a: b}\n: c",
        "date: 2024-02-30",
        "date: 0000-00-00",
        "date: 2001-12-14 21:59:43 +99:99",
        "!!timestamp 5: a",
        "a: !!int x",
        "n: " + "9" * 5000,
        "[" * 2000,
    ],
)
def test_broken_front_matter_is_an_article_error(matter: str) -> None:
    """Whatever the YAML loader raises names the front matter as the reason."""
    with pytest.raises(ArticleError, match="its front matter"):
        parse_article(f"---\n{matter}\n---\nText.".encode(), "a.txt")


def test_nested_front_matter_is_passed_over() -> None:
    """Only plain values count, so references that unfold without end cost nothing."""
    bomb = "".join(f"l{n + 1}: &l{n + 1} [*l{n}, *l{n}, *l{n}, *l{n}]\n" for n in range(40))
    matter = f"l0: &l0 [x]\n{bomb}author: *l40\ntitle: &me [*me]\nsource: {{name: x}}\n"
    article = parse_article(f"---\n{matter}---\nText.\nMore.".encode(), "a.txt")
    assert (article.author, article.title, article.source) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "---\nThe council voted.\nAll is well.",
        "---\nThe council voted.\n---\nAll is well.",
        "---\n\n---\nAll is well.",
        "----------\nThe council voted: no.\nAll is well.",
        "---\n- first\n- second\n---\nAll is well.",
        "--- The council voted: no ---\nAll is well.\n---\nMore.",
    ],
)
def test_a_rule_is_no_front_matter(text: str) -> None:
    """Text that merely starts with a rule stays whole, and the rule is no headline."""
    article = parse_article(text.encode(), "a.txt")
    assert article.text == text
    assert article.title != "---"


def test_markdown_becomes_plain_text() -> None:
    """Markup vanishes, what it marked stays: one block a paragraph, the first heading the title."""
    article = parse_article(
        b"""\
Harbour *falls* silent
======================

The **harbour** of [Norvik](https://x.example "tip") is\\
silent \xe2\x80\x93 so says `ls -l`, <em>they</em> say &amp; mean.
![The quay](quay.png)

1. First
2. Second
   - nested

> Quoted words.

| Year | Ships |
|------|-------|
| 2023 | 41    |
| 2024 |       |

```
code stays
```

<div>
Wrapped &lt;text&gt;<!-- unseen --> stays.
</div>
<script>unseen()</script>

- - -
""",
        "a.md",
    )
    assert article.title == "Harbour falls silent"
    assert article.text == (
        "Harbour falls silent\n\n"
        "The harbour of Norvik is\nsilent – so says ls -l, they say & mean.\nThe quay\n\n"
        "First\n\nSecond\n\nnested\n\nQuoted words.\n\n"
        "Year | Ships\n\n2023 | 41\n\n2024 |\n\n"
        "code stays\n\nWrapped <text> stays."
    )


def test_markdown_text_is_not_read_as_markdown_in_plain_files() -> None:
    """Stars and brackets in a plain text are its own."""
    assert text_of("2 * 3 * 4 [sic] # no heading") == "2 * 3 * 4 [sic] # no heading"
    assert text_of("2 * 3 * 4 [sic] # no heading", "A.MARKDOWN") == "2 * 3 * 4 [sic] # no heading"
    assert text_of("*so*", "A.MARKDOWN") == "so"


@pytest.mark.parametrize(
    "markup", ["[", "*a ", "<!--", "<a ", "<p>\n", "`a``", "- a\n", "<script>"]
)
def test_markdown_that_never_closes_takes_seconds(markup: str) -> None:
    """Openings without an end do not make the time grow with the square of the length."""
    started = time.perf_counter()
    text = "Text.\n\n" + markup * (100_000 // len(markup))
    assert text_of(text, "a.md").startswith("Text.")
    assert time.perf_counter() - started < 15
