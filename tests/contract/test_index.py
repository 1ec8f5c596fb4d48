"""What holds for an index wherever it is: in a folder, or in a database."""

import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.adding import add_files, withdraw
from index.checks.checking import check, repair
from index.chunking import ChunkSettings
from index.copying import copy_index
from index.errors import (
    IndexBusyError,
    IndexMismatchError,
    IndexMissingError,
    UsageError,
)
from index.expiring import expire
from index.filters import Filters
from index.golden import GoldenQuestion, GoldenQuestions
from index.intake import Progress
from index.library import Expected, Library
from index.location import Location
from index.places import open_place
from retrieval.answerer import Answerer
from tests.retrieval_support import PhraseReader, margin_calibration, run
from tests.support import (
    CHUNKING,
    DIMENSIONS,
    build,
    build_at,
    index_writer,
    open_library,
    write_files,
)

ALL = Filters()
FERRY = "Ferry sails\nBy Example News\n21 December 2024\nThe ferry sailed at noon with 40 people."
FILES = {
    "ferry.txt": FERRY,
    "mill.txt": "Mill opens\nBy Other Press\n3 March 2023\nAda Lind opened the mill in Arden.",
    "café/zürich.txt": "Zürich votes\nBy Der Bote\n5 May 2024\nDie Stadt Zürich wählte Ada Öst.",
    "undated.txt": "Words without a date stand here, and nobody knows of what day they are.",
}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of articles."""
    return write_files(tmp_path / "articles", FILES)


@pytest.fixture
def library(articles: Path, location: Location) -> Library:
    """An index of them."""
    build(articles, location)
    return open_library(location)


def paths(library: Library) -> list[str]:
    """The paths of all articles, newest first."""
    return [article.path for article in library.latest(99)]


def found(library: Library, hits: list[tuple[int, float]], filters: Filters = ALL) -> list[str]:
    """The texts of chunks."""
    texts = []
    for chunk in library.chunks([number for number, _ in hits], filters):
        article = library.article(chunk.article_id)
        assert article is not None
        texts.append(article.text[chunk.start : chunk.end])
    return texts


def test_articles_come_change_and_go(articles: Path, library: Library, location: Location) -> None:
    """An edit is a new version, a removed file is withdrawn; an open library sees both at once."""
    assert paths(library) == ["ferry.txt", "café/zürich.txt", "mill.txt", "undated.txt"]
    before = library.version()
    old = library.latest(1)[0]
    write_files(articles, {"ferry.txt": FERRY.replace("40", "50")})
    (articles / "mill.txt").unlink()
    report = build(articles, location)
    assert (report.changed, report.removed, report.unchanged) == (["ferry.txt"], ["mill.txt"], 2)
    assert library.version() != before
    assert paths(library) == ["ferry.txt", "café/zürich.txt", "undated.txt"]
    assert library.article(old.id) == old
    assert not library.is_live(old.id)
    assert [one.text[-10:] for one in library.successors(old.id, old.path)] == ["50 people."]
    status = library.status()
    assert (status.articles, status.superseded, status.withdrawn) == (3, 1, 1)
    assert build(articles, location).any_change is False
    assert library.version() == open_library(location).version()


def test_what_returns_is_not_encoded_again(
    articles: Path, library: Library, location: Location
) -> None:
    """The words of a version that was superseded come back into the search as they were."""
    chunks = library.status().chunks
    write_files(articles, {"ferry.txt": FERRY.replace("40", "50")})
    build(articles, location)
    write_files(articles, {"ferry.txt": FERRY})
    report = build(articles, location)
    assert (report.changed, report.chunks_encoded) == (["ferry.txt"], 0)
    assert library.status().chunks == chunks
    assert "40 people" in found(library, library.matching(["ferry"], 1, ALL))[0]


def test_the_nearest_chunks_are_those_of_an_exact_search(library: Library) -> None:
    """By cosine, to the rounding of what is kept, and ties by their order."""
    ids = [
        chunk.id for article in library.latest(9) for chunk in library.store.chunks_of(article.id)
    ]
    known, vectors = library.store.vectors_of(np.sort(np.array(ids)), DIMENSIONS)
    for question in ("who opened the mill?", "ferry", "die Stadt"):
        cosines = vectors @ library.encoder.encode_question(question)
        hits = library.nearest(question, 3, ALL)
        expected = sorted(zip(cosines, known.tolist(), strict=True), key=lambda one: -one[0])[:3]
        assert [number for number, _ in hits] == [number for _, number in expected]
        assert [score for _, score in hits] == pytest.approx([s for s, _ in expected], abs=2e-3)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ALL, {"ferry.txt", "mill.txt", "café/zürich.txt", "undated.txt"}),
        (Filters(since="2024-05-05"), {"ferry.txt", "café/zürich.txt"}),
        (Filters(until="2024-05-05"), {"mill.txt", "café/zürich.txt"}),
        (Filters(since="2024-01-01", until="2024-06-01"), {"café/zürich.txt"}),
        (Filters(not_before="2024-12-01"), {"ferry.txt", "undated.txt"}),
        (Filters(source="OTHER"), {"mill.txt"}),
        (Filters(since="2025-01-01"), set()),
        (Filters(as_of="2024-06-01"), {"mill.txt", "café/zürich.txt", "undated.txt"}),
    ],
)
def test_filters_let_through_what_they_say(
    articles: Path, location: Location, filters: Filters, expected: set[str]
) -> None:
    """For both searches."""
    build_at("2024-05-30", articles, location)
    library = open_library(location)
    words = ["ferry", "mill", "stadt", "words"]
    for hits in (library.nearest("ferry", 9, filters), library.matching(words, 99, filters)):
        held = {chunk.article_id for chunk in library.chunks([n for n, _ in hits], filters)}
        assert {article.path for one in held if (article := library.article(one))} == expected


def test_a_day_that_has_passed_is_searched_as_it_was(articles: Path, location: Location) -> None:
    """With the words that were edited later, and stories that were found then."""
    build_at("2024-12-22", articles, location)
    write_files(articles, {"ferry.txt": FERRY.replace("40", "50"), "copy.txt": FERRY})
    build_at("2024-12-30", articles, location)
    library = open_library(location)
    then, now = Filters(as_of="2024-12-25"), Filters(as_of="2024-12-31")
    assert "40 people" in found(library, library.matching(["ferry"], 1, then), then)[0]
    texts = found(library, library.matching(["ferry"], 9, now), now)
    assert sorted(text[-10:] for text in texts) == ["40 people.", "50 people."]


def test_copies_are_one_story(articles: Path, location: Location) -> None:
    """A story comes with its copies and goes with them, and the earliest carries the words."""
    long = " ".join(f"In the year {year} the harbour of Norvik grew." for year in range(30))
    texts = {f"{name}.txt": f"Growth\nBy {name}\n{long}" for name in ("one", "two")}
    write_files(articles, texts)
    build(articles, location)
    library = open_library(location)
    held = {article.path: article for article in library.latest(9)}
    ids = [held["one.txt"].id, held["two.txt"].id, held["mill.txt"].id]
    stories = library.stories(ids)
    assert stories[ids[0]] == stories[ids[1]] != stories[ids[2]]
    carriers = library.carriers(held["two.txt"], "the harbour of Norvik grew.", ALL)
    assert [one.path for one in carriers] == ["one.txt", "two.txt"]
    (articles / "two.txt").unlink()
    build(articles, location)
    assert [one.path for one in library.carriers(held["one.txt"], "grew.", ALL)] == ["one.txt"]


def test_a_rebuild_is_made_beside_what_answers(
    articles: Path, library: Library, location: Location
) -> None:
    """Questions are answered all the while; a failed one leaves nothing, a rollback goes back."""
    place = open_place(location)
    first, mark = place.current(), place.mark()
    write_files(articles, {"new.txt": "A zebra ran through the town of Arden on that day."})

    def fail() -> None:
        with index_writer(location).changing(rebuild=True):
            assert len(paths(library)) == 4
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (place.current(), place.mark()) == (first, mark)
    build(articles, location, rebuild=True)
    second = place.current()
    assert second != first
    assert place.mark() != mark
    assert len(paths(open_library(location))) == 5
    assert len(paths(library)) == 4  # whoever has the old one open goes on with it
    assert found(library, library.matching(["ferry"], 1, ALL))
    with place.locked():
        assert place.roll_back() == first
        assert place.current() == first
    with place.locked(), pytest.raises(UsageError, match="no earlier index"):
        place.roll_back()
    assert len(paths(open_library(location))) == 4
    build(articles, location)
    assert len(paths(library)) == 5


def test_another_chunking_makes_another_generation(articles: Path, location: Location) -> None:
    """What was superseded goes along; who expects the old one is told every difference."""
    build(articles, location)
    write_files(articles, {"ferry.txt": FERRY.replace("40", "50")})
    build(articles, location)
    build(articles, location, chunking=ChunkSettings(32, 8))
    library = open_library(location)
    assert library.status().superseded == 1
    day = Filters(as_of=library.status().built[:10])
    assert found(library, library.matching(["ferry"], 9, day), day)
    with pytest.raises(IndexMismatchError, match=r"chunk_tokens is '32', not '48'"):
        open_library(location, Expected(chunk_tokens=CHUNKING.max_tokens))


def test_there_is_one_writer(articles: Path, library: Library, location: Location) -> None:
    """The second is told at once, and may write when the first has ended."""
    with (
        index_writer(location).changing(),
        pytest.raises(IndexBusyError, match="is building"),
        index_writer(location).changing(),
    ):
        pass
    with index_writer(location).changing(wait_s=5):
        pass


def test_what_is_not_there_is_told(location: Location) -> None:
    """With the next command."""
    with pytest.raises(IndexMissingError, match="dateline index build"):
        open_place(location).current()
    assert open_place(location).current_or_none() is None


def test_golden_questions_outlive_generations(
    articles: Path, library: Library, location: Location
) -> None:
    """They are kept in their order, and no question twice."""
    one, two = GoldenQuestion("Who?", "Ada"), GoldenQuestion("Wohin?", "Zürich")
    golden = GoldenQuestions(location)
    assert [golden.add(question) for question in (one, two, one)] == [True, True, False]
    build(articles, location, rebuild=True)
    assert GoldenQuestions(location).all() == [one, two]
    assert golden.remove(1) == one
    assert golden.all() == [two]


def test_files_are_added_and_withdrawn_by_name(
    tmp_path: Path, articles: Path, library: Library, location: Location
) -> None:
    """They stay when the folder is mirrored; withdrawn, they stay away until added again."""
    extra = write_files(tmp_path, {"extra.txt": "Extra words about a zebra in Arden."})
    writer = index_writer(location)
    assert add_files(writer, [extra / "extra.txt"]).added == ["added/extra.txt"]
    build(articles, location)
    assert "added/extra.txt" in paths(library)
    withdraw(writer, ["added/extra.txt", "ferry.txt"])
    build(articles, location)
    assert paths(library) == ["café/zürich.txt", "mill.txt", "undated.txt"]
    assert add_files(writer, [extra / "extra.txt"]).added == ["added/extra.txt"]
    with pytest.raises(UsageError, match="is no article here"):
        withdraw(writer, ["nothing.txt"])


def test_what_has_expired_is_gone_for_good(
    articles: Path, library: Library, location: Location
) -> None:
    """Months go whole, with versions and stories; a build does not bring them back."""
    mill = next(article for article in library.latest(9) if article.path == "mill.txt")
    write_files(articles, {"mill.txt": FILES["mill.txt"].replace("mill", "dam")})
    build(articles, location)
    report = expire(index_writer(location), "2024-05")
    assert report.removed == ["mill.txt", "mill.txt"]
    assert paths(library) == ["ferry.txt", "café/zürich.txt", "undated.txt"]
    assert library.article(mill.id) is None
    assert library.store.versions("mill.txt") == []
    assert not found(library, library.matching(["arden"], 9, ALL))
    assert not [one for one in check(location, library, Progress(), 100) if one.count]
    assert build(articles, location).any_change is False
    write_files(articles, {"mill.txt": FILES["mill.txt"]})
    assert build(articles, location).added == ["mill.txt"]
    assert "mill.txt" in paths(library)
    with pytest.raises(UsageError, match="is no month; write it as"):
        expire(index_writer(location), "May 2024")


def test_checks_find_what_is_wrong_and_mend_it(library: Library, location: Location) -> None:
    """Chunks that are lost, a story that is lost, a version that contradicts its article."""
    assert not [one for one in check(location, library, Progress(), 100) if one.count]
    chunks = library.status().chunks
    with library.store.transaction():
        run = library.store.connection.execute
        article = library.latest(1)[0].id
        run("DELETE FROM chunks WHERE article_id = ?", (article,))
        run("UPDATE articles SET text_id = 'wrong' WHERE id = ?", (article,))
        run("DELETE FROM story_signatures")
        run("DELETE FROM story_keys")
        run("DELETE FROM story_articles")
    findings = check(location, library, Progress(), 100)
    assert {one.name for one in findings if one.count} >= {"the chunks", "the stories"}
    repair(location, library, findings, Progress())
    assert not [one for one in check(location, library, Progress(), 100) if one.count]
    assert library.status().chunks == chunks


def test_an_answer_is_the_same_wherever_the_index_is(articles: Path, location: Location) -> None:
    """Its words, where they stand, who says so and when."""
    build(articles, location)
    reader = PhraseReader({"Ada Lind": 2.0})
    answer = Answerer(open_library(location), reader, margin_calibration()).answer(
        "Who opened the mill in Arden?"
    )
    (citation,) = answer.citations
    assert (answer.answer, citation.path, citation.published) == (
        "Ada Lind",
        "mill.txt",
        "2023-03-03",
    )
    assert citation.quote == "Ada Lind opened the mill in Arden."


def test_the_commands_take_either(
    articles: Path, location: Location, seeds_index: Path, url_of: Callable[[Location], str]
) -> None:
    """A copy of a real index is asked, listed, shown, checked and told of."""
    copy_index(seeds_index, location, Progress())
    where = ("--index", url_of(location))
    asked = run("ask", "how many fighters were evacuated?", *where)
    assert asked.exit_code == 0
    assert "4,000 pro-Iranian fighters" in asked.stdout
    assert (
        run("index", "list", *where).stdout == run("index", "list", "--index", seeds_index).stdout
    )
    mine, its = (run("index", "status", "--index", one).stdout for one in (where[1], seeds_index))
    assert mine == its
    assert run("index", "check", "--sample", "4", *where).exit_code == 0
    article = open_library(location).latest(1)[0]
    assert run("article", article.id, *where).stdout == article.text + "\n"


@pytest.fixture
def url_of() -> Callable[[Location], str]:
    """What a user writes for a place."""
    return lambda location: str(location) if isinstance(location, Path) else location.url


def seen(library: Library) -> dict[str, object]:
    """All that can be seen of an index, whichever engine it is."""
    articles = library.latest(99)
    days = [Filters(as_of=day) for day in ("2024-12-21", "2025-01-02", "2025-01-05")]
    words = ["ferry", "zebra", "arden", "people", "ran"]

    def told(filters: Filters) -> object:
        near = library.nearest("a zebra on the ferry", 99, filters)
        match = library.matching(words, 99, filters)
        # Which of two that are equally good comes first depends on when they were encoded.
        scores = [round(score, 8) for _, score in match]
        worded = zip(scores, found(library, match, filters), strict=True)
        return sorted(worded), sorted(found(library, near, filters))

    return {
        "articles": [asdict(article) for article in articles],
        "status": {
            key: value
            for key, value in asdict(library.status()).items()
            if key not in ("built", "folders", "revision")
        },
        "stories": sorted(library.stories([article.id for article in articles]).items()),
        "found": [told(filters) for filters in (ALL, Filters(source="news"), *days)],
    }


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000))
def test_both_engines_tell_the_same(
    seed: int, tmp_path_factory: pytest.TempPathFactory, shared_address: Location
) -> None:
    """After any edits, on any day: articles, versions, stories, searches, scores."""
    chance, folder = random.Random(seed), tmp_path_factory.mktemp("both")
    beings, deeds = ("zebra", "ferry", "mill"), ("ran", "sailed", "opened")
    place = open_place(shared_address)
    with place.locked():
        pass  # makes the catalog
    for day in ("2025-01-01", "2025-01-03", "2025-01-04"):
        for number in chance.sample(range(5), 3):
            file, articles = f"{number}.txt", folder / "articles"
            if chance.random() < 0.2 and (articles / file).exists() and number:
                (articles / file).unlink()
                continue
            text = " ".join(
                f"The {chance.choice(beings)} {chance.choice(deeds)} in Arden with "
                f"{chance.randint(2, 9)} people."
                for _ in range(chance.randint(1, 9))
            )
            head = f"Title\nBy {chance.choice(['Example News', 'Press'])}\n"
            dated = f"{chance.randint(1, 28)} December 2024\n" if chance.random() < 0.7 else ""
            write_files(articles, {file: head + dated + text, "0.txt": "Always about the ferry."})
        for index in (folder / "index", shared_address):
            build_at(day, articles, index)
    one, other = seen(open_library(folder / "index")), seen(open_library(shared_address))
    fresh(shared_address)
    assert one == other


def fresh(location: Location) -> None:
    """Forget the index of a database."""
    place = open_place(location)
    generation = place.current()
    store = generation.store()
    with store.transaction():
        for table in ("versions", "files", "articles", "article_months", "chunks", "past_chunks"):
            store.connection.execute(f"DELETE FROM {table}")
        for table in ("story_pairs", "story_keys", "story_signatures", "story_articles"):
            store.connection.execute(f"DELETE FROM {table}")
        store.set_meta({"revision": str(store.revision() + 1)})
