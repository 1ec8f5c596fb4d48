"""What is true passes, what is not is caught: ten thousand answers of each, and every rule."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from index.articles import Article
from index.library import Library
from retrieval.proof.answers import prove
from retrieval.proof.failures import Originals
from retrieval.proof.originals import FiledArticles, IndexedArticles
from tests.proof.mutations import MUTATIONS, Mutator
from tests.proof.newsroom import Desk, open_newsroom

GENUINE, FROM_FILES = 10_000, 1_000
Told = dict[str, Any]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the articles and an index of them."""
    folder = tmp_path_factory.mktemp("newsroom")
    open_newsroom(folder)
    return folder


@pytest.fixture(scope="module")
def library(newsroom: Path) -> Library:
    """The index."""
    from tests.support import open_library

    return open_library(newsroom / "index")


@pytest.fixture(scope="module")
def articles(library: Library) -> dict[str, Article]:
    """The articles by id."""
    found = [library.article(identity) for identity, _ in library.store.texts()]
    return {article.id: article for article in found if article}


@pytest.fixture(scope="module")
def genuine(articles: dict[str, Article]) -> list[str]:
    """True answers in every form, a line of JSON each."""
    desk = Desk(list(articles.values()), random.Random(1))
    return [json.dumps(desk.answer().to_json()) for _ in range(GENUINE)]


@pytest.fixture(scope="module", params=["index", "files"])
def originals(
    request: pytest.FixtureRequest, newsroom: Path, library: Library
) -> tuple[Originals, int]:
    """What answers are checked against, and the share of them that is checked so."""
    if request.param == "index":
        return IndexedArticles(library.store), 1
    return FiledArticles([newsroom / "articles"]), GENUINE // FROM_FILES


def test_what_is_true_is_verified(originals: tuple[Originals, int], genuine: list[str]) -> None:
    """Ten thousand genuine answers, all verified, in every form that an answer has."""
    against, share = originals
    forms: Counter[str] = Counter()
    for line in genuine[::share]:
        told = json.loads(line)
        proof = prove(told, against)
        assert not proof.failures, (proof.failures, told)
        quoted = len(told["citations"]) + len(told["closest"])
        quoted += sum(len(variant["citations"]) for variant in told["variants"])
        assert proof.quotations == quoted
        forms[told["question"] if told["answered"] else "silence"] += 1
    assert len(forms) == 4
    assert min(forms.values()) > GENUINE / share / 8


def test_what_is_not_true_is_caught(
    originals: tuple[Originals, int], genuine: list[str], articles: dict[str, Article]
) -> None:
    """Ten thousand answers with one change each, all caught, by every kind of change."""
    against, share = originals
    mutator = Mutator(articles, random.Random(2))
    done: Counter[str] = Counter()
    for line in genuine[::share]:
        name, told = mutator.mutate(line)
        done[name] += 1
        assert prove(told, against).failures, (name, told, line)
    assert set(done) == {mutation.__name__ for mutation in MUTATIONS}
