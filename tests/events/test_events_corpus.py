"""The corpus of events is what its expectations say; no model is needed to see that."""

from collections import Counter
from collections.abc import Iterator

import pytest

from index.filters import Filters
from index.library import Library
from index.standing import standing
from retrieval.answer import Relation
from tests.events.asking import build_timeline
from tests.events.corpus import (
    DEVELOPMENT,
    HELD_OUT,
    HERE,
    Cluster,
    article_of,
    clusters,
)
from tests.events.expectations import Expectation, Value
from tests.events.scoring import says
from tests.support import RECIPE, open_library

HALVES = (DEVELOPMENT, HELD_OUT)
ALL = [cluster for half in HALVES for cluster in clusters(half)]
MARK = "Invented for the tests of Dateline"

each_cluster = pytest.mark.parametrize("cluster", ALL, ids=lambda cluster: cluster.name)


def values(expectation: Expectation) -> Iterator[Value]:
    """All values that an expectation names."""
    if expectation.latest:
        yield expectation.latest
    yield from expectation.others
    yield from expectation.may


@each_cluster
def test_every_article_has_title_source_and_date_and_is_marked_as_invented(
    cluster: Cluster,
) -> None:
    """As an index reads it, the later versions too; its name begins with its date."""
    files = [*cluster.first.values(), *cluster.folder.glob("edits/*")]
    assert 4 <= len(cluster.first) <= 8
    for file in files:
        article = article_of(file)
        assert article.title, file
        assert article.source, file
        assert article.author == MARK, file
        assert article.published, file
        assert file.name.startswith(article.published[:10]), file
        assert 60 <= len(article.text.split()) <= 180, file


@each_cluster
def test_every_value_stands_in_the_articles_that_are_said_to_say_so(cluster: Cluster) -> None:
    """In a writing that counts, on that day; and each writing is used somewhere."""
    for question in cluster.questions:
        for expectation in question.expected:
            standing = cluster.standing(expectation.day)
            for value in values(expectation):
                texts = [article_of(standing[name]).text for name in value.articles]
                for text in texts:
                    assert any(says(text, writing) for writing in value.says), (value, text)
                assert {*value.also} <= standing.keys()
                for writing in value.says:
                    assert any(says(text, writing) for text in texts), (question, writing)


@each_cluster
def test_no_other_article_says_so(cluster: Cluster) -> None:
    """So the number of sources is right; words as short as "two" stand for other things too."""
    for question in cluster.questions:
        for expectation in question.expected:
            if expectation.latest:
                counted = {*expectation.latest.articles, *expectation.latest.also}
                for name, file in cluster.standing(expectation.day).items():
                    for writing in expectation.latest.says:
                        told = len(writing) > 3 and says(article_of(file).text, writing)
                        assert name in counted or not told, (question.text, name, writing)


@each_cluster
def test_what_is_expected_is_in_order(cluster: Cluster) -> None:
    """Days ascend; an update is older, a conflict of the same day; silence has nothing beside."""
    for question in cluster.questions:
        days = [expectation.day for expectation in question.expected]
        assert days == sorted(set(days))
        for expectation in question.expected:
            if expectation.latest is None:
                assert not {*expectation.others, *expectation.may}
                continue
            latest = cluster.newest(expectation.latest.articles, expectation.day)
            dated = [
                cluster.newest(value.articles, expectation.day) for value in expectation.others
            ]
            assert dated == sorted(dated, reverse=True), question
            assert all(value.relations for value in (*expectation.others, *expectation.may))
            for value, day in zip(expectation.others, dated, strict=True):
                assert day < latest or value.relations != (Relation.UPDATE,), question
                assert day == latest or value.relations != (Relation.CONFLICT,), question


@pytest.fixture(scope="module", params=HALVES)
def timeline(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[tuple[Cluster, ...], Library]:
    """The clusters of a half, and an index in which everything happened on its day."""
    here = clusters(request.param)
    return here, open_library(build_timeline(here, tmp_path_factory.mktemp("events"), RECIPE))


def test_on_each_day_an_index_holds_what_stood_on_it(
    timeline: tuple[tuple[Cluster, ...], Library],
) -> None:
    """Articles come, change and go on their days, so what is asked as of one is answered so."""
    here, library = timeline
    for cluster in here:
        for day in cluster.days:
            every = {article_of(file).id for one in here for file in one.standing(day).values()}
            assert standing(library.store, day) == every, (cluster.name, day)


def test_reprints_are_one_story_and_other_reports_are_not(
    timeline: tuple[tuple[Cluster, ...], Library],
) -> None:
    """On every day, as an index groups them; so rewritten reports are sources of their own."""
    here, library = timeline
    for cluster in here:
        for day in cluster.days:
            files = cluster.standing(day)
            ids = {name: article_of(file).id for name, file in files.items()}
            stories = library.stories(list(ids.values()), Filters(as_of=day))
            found: dict[str, set[str]] = {}
            for name, article_id in ids.items():
                found.setdefault(stories[article_id], set()).add(name)
            groups = [{*group} & files.keys() for group in cluster.reprints]
            assert sorted(map(sorted, found.values())) == sorted(
                [
                    *(sorted(group) for group in groups if group),
                    *([name] for name in files if not any(name in group for group in groups)),
                ]
            ), (cluster.name, day)


@each_cluster
def test_a_cluster_asks_enough(cluster: Cluster) -> None:
    """Every file is known, and what changes later changes something that stands."""
    names = cluster.first.keys()
    for group in cluster.reprints:
        assert {*group} <= names
    edits = {change.becomes for change in cluster.later if change.becomes}
    assert edits == {f"edits/{file.name}" for file in cluster.folder.glob("edits/*")}
    assert {change.file for change in cluster.later} <= names
    for conversation in cluster.conversations:
        assert 3 <= len(conversation.turns) <= 5
        texts = [article_of(file).text for file in cluster.standing(conversation.day).values()]
        for turn in conversation.turns:
            for writing in turn.says:
                assert any(says(text, writing) for text in texts), turn


@pytest.mark.parametrize("half", HALVES)
def test_each_half_has_every_kind_several_times(half: str) -> None:
    """So that what holds for the one can be measured on the other."""
    here = clusters(half)
    expected = [
        one for cluster in here for question in cluster.questions for one in question.expected
    ]
    relations = Counter(
        value.relations[0] for one in expected for value in one.others if len(value.relations) == 1
    )
    assert len(here) >= 7
    assert relations[Relation.UPDATE] >= 30
    assert relations[Relation.CONFLICT] >= 5
    assert relations[Relation.SCOPE] >= 5
    assert sum(one.quiet for one in expected) * 3 >= len(expected)
    assert sum(one.latest is None for one in expected) >= 15
    assert len(expected) >= 90
    assert sum(len(cluster.reprints) for cluster in here) >= 6
    assert sum(change.becomes is not None for cluster in here for change in cluster.later) >= 1
    assert sum(change.becomes is None for cluster in here for change in cluster.later) >= 1
    assert sum("orrection" in name for cluster in here for name in cluster.first) >= 1
    assert sum(len(cluster.conversations) for cluster in here) >= 6


def test_the_folder_says_that_it_is_invented() -> None:
    """Whoever finds it must not take it for news; and the halves are as large as one another."""
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    assert "invented" in readme
    for half in HALVES:
        for cluster in clusters(half):
            assert f"`{cluster.name}`" in readme
    sizes = [sum(len(cluster.first) for cluster in clusters(half)) for half in HALVES]
    assert abs(sizes[0] - sizes[1]) <= 3
