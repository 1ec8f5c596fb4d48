"""Copies of one report are one source: read once, cited from the earliest, counted as one."""

from pathlib import Path

from index.filters import Filters
from retrieval.reading import read_candidates
from retrieval.search import search
from tests.retrieval_support import scripted_answerer

REPORT = """The harbour of Norvik was closed on Monday after the freighter Amalie lost its anchor.
Captain Ada Lind said that {count} sailors were taken off the ship before noon.
Tugs from Vendel reached the scene two hours later and towed the ship to the eastern pier.
The harbour master expects that ferries will sail again on Wednesday, should the wind allow it.
Insurers have sent two experts to look at the damage, and a report is expected in the spring."""
OTHER = """Fishermen of Norvik counted the day's losses in the tavern by the market on Tuesday.
The crew was lucky, said an old pilot: 14 sailors owe their lives to a quiet sea this time."""
QUESTION = "How many sailors were taken off the freighter Amalie?"


def front(source: str, day: int, body: str) -> str:
    """An article of a publisher, on a day of May 2024."""
    return f"---\nsource: {source}\ndate: 2024-05-{day:02d}\n---\n{body}"


FILES = {
    "late.txt": front("Late Post", 9, REPORT.format(count=14)),
    "early.txt": front("Early Wire", 2, "EDITOR'S CHOICE\n\n" + REPORT.format(count=14)),
    "middle.txt": front("Middle Mail", 5, REPORT.format(count=14).replace("noon", "midday")),
    "fixed.txt": front("Careful Courier", 6, REPORT.format(count=12)),
    "own.txt": front("Tavern Times", 7, OTHER),
}
MARGINS = {"14 sailors": 5.0, "12 sailors": 1.0}


def test_a_citation_names_the_earliest_and_who_else_carried_it(tmp_path: Path) -> None:
    """The first with the very words is quoted; the rest of its story is told, corrections not."""
    answerer = scripted_answerer(tmp_path, FILES, MARGINS)
    answer = answerer.answer(QUESTION)
    first, second = answer.citations
    assert answer.answer == "14 sailors"
    assert (first.source, second.source) == ("Early Wire", "Tavern Times")
    for citation in answer.citations:
        article = answerer.library.article(citation.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.answer_start is not None
        assert article.text[citation.answer_start : citation.answer_end] == "14 sailors"
    others = [answerer.library.article(one) for one in first.carried_by]
    assert [one.source for one in others if one] == ["Middle Mail", "Late Post"]
    assert second.carried_by == ()


def test_only_articles_that_a_filter_lets_through_are_named(tmp_path: Path) -> None:
    """Who asks for articles since a day is not cited an earlier one."""
    answerer = scripted_answerer(tmp_path, FILES, MARGINS)
    first = answerer.answer(QUESTION, filters=Filters(since="2024-05-06")).citations[0]
    assert (first.source, first.carried_by) == ("Late Post", ())


def test_copies_count_as_one_source(tmp_path: Path) -> None:
    """Three outlets with one report agree no more than one does."""
    answerer = scripted_answerer(tmp_path, FILES, MARGINS)
    hits = search(answerer.library, QUESTION, 10)
    best = read_candidates(answerer.library, answerer.reader, answerer.calibration, QUESTION, hits)[
        0
    ]
    alone = {name: text for name, text in FILES.items() if name in ("early.txt", "own.txt")}
    fewer = scripted_answerer(tmp_path / "fewer", alone, MARGINS)
    hits = search(fewer.library, QUESTION, 10)
    again = read_candidates(fewer.library, fewer.reader, fewer.calibration, QUESTION, hits)[0]
    assert best.features.agreement == again.features.agreement


def test_a_passage_that_many_carry_is_read_once(tmp_path: Path) -> None:
    """Forty reprints do not crowd out what one other article says; another number is read too."""
    reprints = {
        f"{n}.txt": front(f"Outlet {n}", 1 + n % 28, REPORT.format(count=14)) for n in range(40)
    }
    others = {name: FILES[name] for name in ("own.txt", "fixed.txt")}
    answerer = scripted_answerer(tmp_path, {**reprints, **others}, MARGINS)
    hits = search(answerer.library, QUESTION, 10)
    held = [answerer.library.article(hit.chunk.article_id) for hit in hits]
    sources = [article.source for article in held if article]
    assert {"Tavern Times", "Careful Courier"} <= set(sources)
    texts = [
        article.text[hit.chunk.start : hit.chunk.end]
        for hit, article in zip(hits, held, strict=True)
        if article
    ]
    assert len(set(texts)) == len(texts)
