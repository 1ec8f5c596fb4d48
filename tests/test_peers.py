"""The arithmetic of the comparison with peers, and what it makes of a killed build."""

from pathlib import Path

import pytest

from retrieval.labelled import LabelledQuestion
from tests.benchmarks.peers.aftermath import Left, verdict
from tests.benchmarks.peers.corpus import Corpus, gold
from tests.benchmarks.peers.environments import CONTENDERS, DATELINE, REQUIREMENTS, Contender
from tests.benchmarks.peers.figures import ABSENT, Row, percentile, rank, recall, side_by_side
from tests.benchmarks.peers.jobs import Job
from tests.benchmarks.peers.running import Stand

TIMES = Row("cold, s", {"ours": 2.0, "near": 1.96, "far": 5.0}, more_is_better=False)
WHOLE = Left(frozenset("ab"), recall=0.9)
STATES = {"as before": frozenset("ab"), "as after": frozenset("bc")}


@pytest.mark.parametrize(("share", "wanted"), [(0.5, 3), (0.95, 5), (0.2, 1), (0.0, 1), (1.0, 5)])
def test_a_percentile_is_one_of_the_values(share: float, wanted: float) -> None:
    """It is the smallest that so many do not exceed, whatever their order."""
    assert percentile([5, 1, 4, 2, 3], share) == wanted


def test_recall_counts_the_first_passages_only() -> None:
    """A passage of the right article counts from its rank on, and never if it was not found."""
    ranks = [rank("xay", "a"), rank("axa", "a"), rank("xyz", "a")]
    assert ranks == [2, 1, ABSENT]
    assert [recall(ranks, limit) for limit in (1, 5)] == [1 / 3, 2 / 3]


def test_a_ratio_is_to_the_base() -> None:
    """Two and a half times as long is 2.5."""
    assert TIMES.ratio("far", "ours") == 2.5


def test_who_is_ahead_is_judged_by_what_is_shown() -> None:
    """At one digit 1.96 is no lead over 2.0; which way is ahead depends on the measure."""
    assert TIMES.ahead("ours") == []
    assert Row("s", TIMES.values, digits=2).ahead("ours") == ["near"]
    assert Row("a second", TIMES.values, more_is_better=True).ahead("ours") == ["far"]
    assert Row("chunks", TIMES.values, more_is_better=None).ahead("ours") == []


def test_the_table_says_where_others_are_ahead() -> None:
    """They stand in bold and once more below, with their ratios."""
    shown = side_by_side([TIMES, Row("speed", TIMES.values, more_is_better=True)], "ours")
    assert "| cold, s | 2.0 | 2.0 (0.98×) | 5.0 (2.50×) |" in shown
    assert "| speed | 2.0 | 2.0 (0.98×) | **5.0 (2.50×)** |" in shown
    assert shown.endswith("- speed: far")
    assert side_by_side([TIMES], "ours").endswith("nobody, in nothing")


@pytest.mark.parametrize(
    ("left", "wanted"),
    [
        (WHOLE, "whole, as before"),
        (Left(frozenset("bc"), recall=0.9), "whole, as after"),
        (Left(frozenset(), "FileNotFoundError: no index"), "refuses: FileNotFoundError"),
        (Left(frozenset("a"), recall=0.9), "SILENTLY WRONG: 1 articles of 2"),
        (Left(frozenset("ac"), recall=0.9), "SILENTLY WRONG: 2 articles of 2"),
        (
            Left(frozenset("ab"), None, 0.5, 0.9),
            "SILENTLY WRONG: 50% of passages misattributed",
        ),
        (Left(frozenset("ab"), None, 0, 0.2), "SILENTLY WRONG: recall@10 0.90 → 0.20"),
    ],
)
def test_a_killed_build_is_judged_by_what_its_index_answers(left: Left, wanted: str) -> None:
    """Neither a refusal nor a whole index is wrong; any other index that answers is."""
    assert verdict(left, WHOLE, STATES) == wanted


def test_the_answering_paragraphs_are_in_every_part_of_a_corpus(tmp_path: Path) -> None:
    """News come and go, what the questions ask for stays, under the name a hit is judged by."""
    asked = LabelledQuestion("1", "Who?", ("Ada",), "0000-Ada/000")
    corpus = Corpus(["one", "two", "three"], {"0000-Ada/000": "Ada did."}, [asked])
    texts = corpus.write(tmp_path, 1)
    assert set(texts) == {"news/00001.txt", "news/00002.txt", gold(asked)}
    assert {name: (tmp_path / name).read_text() for name in texts} == texts
    job = Job(tmp_path, tmp_path / "index", tmp_path / "model")
    assert [name for name, _ in job.files()] == sorted(texts)
    assert Job.from_json(job.to_json()) == job


def test_to_forget_an_index_leaves_that_of_another(tmp_path: Path) -> None:
    """What a peer keeps beside its index goes with it, an index of a longer name does not."""
    for name in ("on_txtai", "on_txtai.checkpoint", "on_txtai_hybrid"):
        (tmp_path / name).mkdir()
    Stand(DATELINE, tmp_path, Job(tmp_path, tmp_path / "on_txtai", tmp_path)).forget()
    assert [place.name for place in tmp_path.iterdir()] == ["on_txtai_hybrid"]


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda contender: contender.module)
def test_a_contender_has_its_module_and_pinned_requirements(contender: Contender) -> None:
    """All with the same torch; only the project itself is installed from here."""
    package = REQUIREMENTS.parent
    assert (package / f"{contender.module}.py").exists()
    lines = (REQUIREMENTS / f"{contender.environment}.txt").read_text().splitlines()
    wanted = [line for line in lines if not line.startswith(("#", "-c"))]
    assert "torch==2.13.0" in wanted
    assert all("==" in line for line in wanted if line != ".")
    assert ("." in wanted) == (contender == DATELINE)
