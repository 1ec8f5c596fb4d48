"""Any file that a folder of news may hold becomes an article or a reason why not."""

import codecs
import gzip
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from index.errors import ArticleError
from index.formats import MAX_BYTES, SUFFIXES, decode, parse_article, read_file

ENGLISH = "The mayor said: “We shall see – perhaps.” It’s late in Norvik.\n"
FRENCH = (
    "L'été dernier, le maire a annoncé que l'école fermerait; les élèves étaient déçus.\n"
    "À Noël, rien n'était réglé."
)
GERMAN = (
    "Der Bürgermeister erklärte, die Brücke über die Weißach müsse gesperrt werden;\n"
    "größere Schäden seien möglich, hieß es."
)
RUSSIAN = "Вода поднялась на два метра, сообщили в администрации города.\nЖителей эвакуировали."


def text_of(body: str, name: str = "a.txt") -> str:
    """The text of an article of this body."""
    return parse_article(body.encode(), name).text


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, GERMAN, RUSSIAN])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-32-le"),
        (b"", "utf-32-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_files_with_and_without_mark(text: str, mark: bytes, encoding: str) -> None:
    """UTF-8, UTF-16 and UTF-32 are read in either byte order, marked or not."""
    assert decode(mark + text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "latin-1"),
        (GERMAN, "latin-1"),
        (ENGLISH, "cp1252"),
        (RUSSIAN, "cp1251"),
        ("Müller sagte ja.", "latin-1"),
        ("Le café est fermé.", "latin-1"),
        ("The council voted after a long debate. " * 50 + "A café owner said so.", "latin-1"),
    ],
)
def test_older_encodings_are_told_from_the_text(text: str, encoding: str) -> None:
    """Latin-1 and Windows files, of a line or of many, are read as they were written."""
    assert decode(text.encode(encoding)) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_every_utf8_text_is_read_back(text: str) -> None:
    """Bytes that are UTF-8 are taken as UTF-8, never guessed at."""
    assert decode(codecs.BOM_UTF8 + text.encode()) == text


RANDOM = random.Random(1)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "holds no text"),
        (b" \n\t \r\n \xc2\xa0", "holds no text"),
        (codecs.BOM_UTF8 + b"\n", "holds no text"),
        (b"\xe2\x80\x8b\xc2\xad", "holds no text"),
        (b"The council\x00 voted to keep the bridge.", "is a binary file"),
        (b"Thecouncil \x00voted!", "is a binary file"),
        (b"\x00" * 4096, "is a binary file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + RANDOM.randbytes(500), "is a binary file"),
        (b"\x89PNG\r\n\x1a\n", "is a binary file"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + RANDOM.randbytes(501), "is a binary file"),
        (b"\x7fELF\x02\x01\x01", "is a binary file"),
        (gzip.compress(ENGLISH.encode() * 99, mtime=0), "is a binary file"),
        (RANDOM.randbytes(5000), "is a binary file"),
        (RANDOM.randbytes(5000).replace(b"\x00", b""), "is not text"),
        (codecs.BOM_UTF16_LE + b"odd", "starts as utf-16 but does not go on so"),
        (codecs.BOM_UTF8 + b"\xff\xfe\xfd", "starts as utf-8-sig but does not go on so"),
    ],
)
def test_files_without_text_are_refused_with_the_reason(raw: bytes, reason: str) -> None:
    """Empty, blank and binary files named like articles are refused, each with its reason."""
    with pytest.raises(ArticleError, match=reason):
        parse_article(raw, "a.txt")


@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
def test_any_bytes_become_an_article_or_an_article_error(raw: bytes, suffix: str) -> None:
    """No content of a file can raise anything else, or yield text that cannot be stored."""
    try:
        article = parse_article(raw, f"a{suffix}")
    except ArticleError:
        return
    article.text.encode()
    assert "\0" not in article.text


def test_huge_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    """A line of 50 MB is refused by its size alone."""
    file = tmp_path / "line.txt"
    with file.open("wb") as line:
        line.truncate(50_000_000)
    started = time.perf_counter()
    with pytest.raises(ArticleError, match="has 50 MB, more than the 10 MB"):
        read_file(file)
    assert time.perf_counter() - started < 1


def test_an_article_as_large_as_allowed_is_read_in_seconds() -> None:
    """The limit is one that all steps can bear."""
    started = time.perf_counter()
    article = parse_article(b"word " * (MAX_BYTES // 5), "a.txt")
    assert len(article.text) == MAX_BYTES - 1
    assert time.perf_counter() - started < 20


def test_unreadable_paths_are_article_errors(tmp_path: Path) -> None:
    """A file that is gone, or no file at all, is named with the system's reason."""
    with pytest.raises(ArticleError, match="cannot be read: No such file"):
        read_file(tmp_path / "gone.txt")
    with pytest.raises(ArticleError, match="cannot be read: Is a directory"):
        read_file(tmp_path)


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
