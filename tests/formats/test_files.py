"""Any file that a folder of news may hold becomes articles or a reason why not."""

import codecs
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.articles import Parsed, canonical_text, identified
from index.errors import ArticleError
from index.formats.files import (
    MAX_BYTES,
    SINGLE_SUFFIXES,
    SUFFIXES,
    parse_article,
    parse_articles,
    read_file,
)
from tests.formats.made_files import (
    HEADLINE,
    PARAGRAPHS,
    TEXT,
    in_tags,
    make_docx,
    make_epub,
    make_gzip,
    make_lines,
    make_mail,
    make_page,
    make_zip,
)
from tests.formats.made_pdfs import make_pdf


@cache
def good_files() -> dict[str, bytes]:
    """A small valid file of every kind."""
    mail = make_mail("Short.")
    mail.add_alternative(make_page().decode(), subtype="html")
    mail.add_attachment(b"# Attached", maintype="text", subtype="x", filename="a.md")
    lines = make_lines([{"title": HEADLINE, "text": TEXT, "date": "2024-12-21"}] * 2)
    return {
        "a.txt": TEXT.encode(),
        "a.md": f"---\ntitle: x\ndate: 2024-12-21\n---\n# {HEADLINE}\n\n{TEXT}".encode(),
        "a.html": make_page(head="<script type='application/ld+json'>{\"a\": [1]}</script>"),
        "a.pdf": make_pdf(title="A title of words"),
        "a.docx": make_docx(),
        "a.epub": make_epub(
            {"a.xhtml": f"<h1>x</h1>{in_tags('p', PARAGRAPHS)}", "b.xhtml": "<p>y"}
        ),
        "a.eml": mail.as_bytes(),
        "a.zip": make_zip({"a.txt": TEXT.encode(), "b.html": make_page()}, packed=False),
        "a.jsonl": lines,
        "a.jsonl.gz": make_gzip(lines),
    }


def check(raw: bytes, name: str) -> Parsed:
    """Read a file as a build would, and hold the result to what everything else relies on."""
    try:
        parsed = parse_articles(raw, name)
    except ArticleError as exc:
        reason = str(exc)
        parsed = Parsed(failed=((name, reason),))
    assert all("\n" not in reason and 5 < len(reason) < 400 for _, reason in parsed.failed)
    assert parsed.articles or parsed.failed
    for article in parsed.articles:
        assert canonical_text(article.text) == article.text
        assert article.text.strip()
        assert article == identified(article)
        assert article.path == name or article.path.startswith(f"{name}/")
        stated = (article.title, article.source, article.author, article.published, article.url)
        assert all(value is None or (value and "\n" not in value) for value in stated)
        for value in (article.path, article.text, *filter(None, stated)):
            value.encode()
    for path, reason in parsed.failed:
        assert path == name or path.startswith(f"{name}/")
        path.encode()
        reason.encode()
    return parsed


# ---- what a name and the first bytes tell


@pytest.mark.parametrize("name", good_files())
def test_a_good_file_of_every_kind_is_read(name: str) -> None:
    """Each kind gives its words, and nothing fails."""
    parsed = check(good_files()[name], name)
    assert not parsed.failed
    assert PARAGRAPHS[1] in parsed.articles[0].text


@pytest.mark.parametrize("shouted", ["A.TXT", "deep/er/A.Md", "A.HTM", "a.XHTML", "A.PDF"])
def test_suffixes_count_in_any_case(shouted: str) -> None:
    """Files from elsewhere shout, or use the other usual ending."""
    kind = {"TXT": "a.txt", "Md": "a.md", "PDF": "a.pdf"}.get(shouted.rpartition(".")[2], "a.html")
    assert parse_article(good_files()[kind], shouted).path == shouted


def test_files_of_other_kinds_are_named() -> None:
    """What is no kind of article says so, and what would be one."""
    with pytest.raises(ArticleError, match=r"is none of the files that are read \(.txt, .*\)"):
        parse_article(b"x", "a.exe")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.docx", "a.jsonl", "a.eml"])
@pytest.mark.parametrize("kind", ["a.pdf", "a.docx", "a.epub", "a.zip"])
def test_a_false_suffix_is_overruled_by_plain_bytes(name: str, kind: str) -> None:
    """A file that was saved under another name is read as what it is, which nobody can doubt."""
    text = check(good_files()[kind], name).articles[0].text
    assert text == check(good_files()[kind], kind).articles[0].text


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.pdf", "a.docx", "a.zip"])
@pytest.mark.parametrize(
    "head", ["", "\ufeff", " \r\n", "<?xml version='1.0'?>", "<!-- saved\n-->\n<!-- x -->"]
)
def test_a_page_under_another_name_is_read_as_a_page(name: str, head: str) -> None:
    """Downloads that failed, and pages saved as text, give their article without the markup."""
    page = head + make_page().decode()
    for encoding in ("utf-8", "utf-16") if head != "\ufeff" else ("utf-8",):
        assert parse_article(page.encode(encoding), name).text == f"{HEADLINE}\n\n{TEXT}"


def test_text_that_merely_begins_with_a_tag_stays_text() -> None:
    """Markdown and plain text may hold markup of their own."""
    assert parse_article(b"<b>Bold</b> words.", "a.txt").text == "<b>Bold</b> words."
    assert parse_article(b"<div>\n\n*Bold* words.", "a.md").text == "Bold words."


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
            "is an old Office file; save it as .docx",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "is encrypted; save it without a password first",
        ),
        (b"{\\rtf1 Words.}", "is an RTF file; save it as .docx first"),
    ],
)
@pytest.mark.parametrize("name", ["a.docx", "a.txt", "a.pdf"])
def test_kinds_that_are_not_read_say_what_to_do(raw: bytes, reason: str, name: str) -> None:
    """Old and locked documents are known by their first bytes."""
    with pytest.raises(ArticleError, match=reason):
        parse_article(raw, name)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        *((b"", f"a{suffix}") for suffix in SUFFIXES),
        (b" \n\t \r\n \xc2\xa0", "a.txt"),
        (codecs.BOM_UTF8 + b"\n", "a.txt"),
        (b"\xe2\x80\x8b\xc2\xad", "a.txt"),
    ],
)
def test_empty_files_are_refused(raw: bytes, name: str) -> None:
    """Nothing, or what nobody can see, is no article of any kind."""
    with pytest.raises(ArticleError, match=r"holds no text|cannot be read as|is no mail"):
        parse_article(raw, name)


def test_one_article_is_asked_for_and_several_are_found() -> None:
    """Who wants the only article of a file is told how many there are."""
    with pytest.raises(ArticleError, match="holds 2 articles instead of one"):
        parse_article(good_files()["a.zip"], "a.zip")
    with pytest.raises(ArticleError, match="holds no text"):
        parse_article(make_zip({"a.txt": b" "}), "a.zip")
    assert set(SINGLE_SUFFIXES) < set(SUFFIXES)


# ---- sizes


@pytest.mark.parametrize(
    ("name", "most"), [("a.txt", 10), ("a.html", 10), ("a.pdf", 50), ("a.zip", 200)]
)
def test_huge_files_are_refused_before_they_are_read(tmp_path: Path, name: str, most: int) -> None:
    """Each kind has its bound, and the size alone decides."""
    file = tmp_path / name
    with file.open("wb") as content:
        content.truncate(most * 1_000_000)
    assert len(read_file(file)) == most * 1_000_000
    with file.open("wb") as content:
        content.truncate(most * 1_000_000 + 1)
    with pytest.raises(ArticleError, match=f"has {most} MB, more than the {most} MB"):
        read_file(file)


def test_members_have_the_bounds_of_their_kind() -> None:
    """An archive is no way around them."""
    members = {"a.txt": b"word " * (MAX_BYTES // 5 + 1), "b.txt": b"Good."}
    ((path, reason),) = check(make_zip(members, packed=False), "a.zip").failed
    assert (path, reason) == (
        "a.zip/a.txt",
        "has 10 MB, more than the 10 MB that are read of a .txt file",
    )


def test_an_article_as_large_as_allowed_is_read() -> None:
    """The limit is one that all steps can bear."""
    assert len(parse_article(b"word " * (MAX_BYTES // 5), "a.txt").text) == MAX_BYTES - 1


def test_unreadable_paths_are_article_errors(tmp_path: Path) -> None:
    """A file that is gone, or no file at all, is named with the system's reason."""
    with pytest.raises(ArticleError, match="cannot be read: No such file"):
        read_file(tmp_path / "gone.txt")
    with pytest.raises(ArticleError, match="cannot be read: Is a directory"):
        read_file(tmp_path)


# ---- whatever happens to a file


edits = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "insert", "repeat"]),
        st.floats(0, 1),
        st.integers(0, 255),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=4,
)


def damaged(raw: bytes, changes: list[tuple[str, float, int, int]]) -> bytes:
    """The bytes after some edits, each at a place between the start and the end."""
    for how, where, byte, length in changes:
        at = int(where * max(0, len(raw) - 1))
        part = raw[at : at + length]
        if how == "flip":
            raw = raw[:at] + bytes(one ^ (byte or 1) for one in part) + raw[at + length :]
        elif how == "cut":
            raw = raw[:at] + (b"" if byte > 200 else raw[at + length :])
        else:
            more = bytes([byte]) * length if how == "insert" else part * byte
            raw = raw[:at] + more + raw[at:]
    return raw


@pytest.mark.parametrize("name", good_files())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(changes=edits)
@example(changes=[("cut", 0.5, 255, 1)])
@example(changes=[("cut", 0.97, 255, 1)])
def test_damaged_files_give_articles_or_reasons(
    name: str, changes: list[tuple[str, float, int, int]]
) -> None:
    """Flipped, torn and stuffed files of every kind raise nothing else, and give no odd text."""
    check(damaged(good_files()[name], changes), name)


@given(st.binary(max_size=400), st.sampled_from(SUFFIXES))
def test_any_bytes_become_articles_or_a_reason(raw: bytes, suffix: str) -> None:
    """No content of a file can raise anything else, or yield text that cannot be stored."""
    check(raw, f"a{suffix}")


def test_questions_need_no_reader() -> None:
    """The command starts fast: no library for a kind of file is imported before such a file."""
    heavy = "trafilatura lxml pypdf docx py3langid email zipfile frontmatter markdown_it logging"
    code = f"import sys, index.formats; print(sorted(set({heavy!r}.split()) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
