"""How long an article of each kind takes to be read: `python -m tests.benchmarks.formats`.

The article has 16 paragraphs (2.5 kB); the page around it has 45 kB of scripts and navigation.
Processor time, so that other work on the machine does not count; the libraries are imported
before. Language detection is part of every figure, and told apart in the last line.
"""

import time
from collections.abc import Callable

from index.formats.files import parse_articles
from index.formats.languages import detect_language
from tests.formats.made_files import (
    HEADLINE,
    PARAGRAPHS,
    in_tags,
    make_epub,
    make_gzip,
    make_lines,
    make_mail,
    make_page,
    make_zip,
)
from tests.formats.made_pdfs import make_pdf

ROUNDS = 20
TEXTS = [f"{paragraph} ({n})" for n, paragraph in enumerate(PARAGRAPHS * 4)]


def files() -> dict[str, tuple[str, bytes]]:
    """What is measured: a label, the name that the file goes by, and the file."""
    import docx

    from tests.formats.made_files import make_docx

    text = "\n\n".join([HEADLINE, *TEXTS])
    document = docx.Document()
    for paragraph in (HEADLINE, *TEXTS):
        document.add_paragraph(paragraph)
    scripts = "<script>" + "window.n = function () { return 1; };\n" * 1200 + "</script>"
    page = make_page(f"<article><h1>{HEADLINE}</h1>{in_tags('p', TEXTS)}</article>", scripts)
    mail = make_mail(text)
    mail.add_alternative(page.decode(), subtype="html")
    lines = make_lines([{"title": HEADLINE, "text": text, "published": "2024-12-21"}] * 100)
    chapter = f"<h1>{HEADLINE}</h1>{in_tags('p', TEXTS)}"
    columns = make_pdf(TEXTS, columns=2, justified=True, gap=0, indent=10)
    return {
        "text": ("a.txt", text.encode()),
        "Markdown": ("a.md", f"# {text}".encode()),
        "HTML page": ("a.html", page),
        "PDF, two columns": ("a.pdf", columns),
        "Word": ("a.docx", make_docx(document)),
        "EPUB, ten articles": ("a.epub", make_epub({f"{n}.xhtml": chapter for n in range(10)})),
        "mail, HTML and plain": ("a.eml", mail.as_bytes()),
        "JSON Lines, a hundred": ("a.jsonl", lines),
        "the same, packed": ("a.jsonl.gz", make_gzip(lines)),
        "ZIP of a hundred texts": (
            "a.zip",
            make_zip({f"{n}.txt": text.encode() for n in range(100)}),
        ),
    }


def milliseconds(run: Callable[[], object]) -> float:
    """Processor time of one run, the mean of several."""
    run()
    started = time.process_time()
    for _ in range(ROUNDS):
        run()
    return (time.process_time() - started) / ROUNDS * 1000


def main() -> None:
    """Print one line a kind."""
    for label, (name, raw) in files().items():
        count = len(parse_articles(raw, name).articles)
        took = milliseconds(lambda raw=raw, name=name: parse_articles(raw, name)) / count  # type: ignore[misc]
        print(f"{label:24} {len(raw) / 1000 / count:6.1f} kB {took:7.1f} ms an article")
    text = "\n\n".join(TEXTS)
    print(f"{'language alone':24} {'':9} {milliseconds(lambda: detect_language(text)):7.1f} ms")


if __name__ == "__main__":
    main()
