"""The command `dateline why`: what it prints and its exit status, over seeds/."""

import json
from pathlib import Path

import pytest

from tests.retrieval_support import run

pytestmark = pytest.mark.usefixtures("elsewhere")

FIGHTERS = "how many fighters were evacuated?"


def test_what_is_quoted_has_status_0(seeds_index: Path) -> None:
    """Every stage is told on a line, the answer last."""
    result = run("why", *FIGHTERS.split(), "--expect", "4,000 pro-Iranian", "--index", seeds_index)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "The answer quotes it."
    assert [line.split(":")[0] for line in lines[1:]] == [
        "Indexed",
        "Passage",
        "By meaning (dense)",
        "By words (BM25)",
        "Fused",
        "Reader",
        "Answer",
    ]
    assert "“4,000 pro-Iranian fighters”" in lines[-1]


@pytest.mark.parametrize(
    ("question", "options", "stage", "detail"),
    [
        (FIGHTERS, ["--expect", "9,000 fighters"], "not indexed", "no article has these words"),
        (
            FIGHTERS,
            ["--expect", "4,000 pro-Iranian", "--since", "2024-12-22"],
            "filtered",
            "Kept out by: since 2024-12-22.",
        ),
        (FIGHTERS, ["--expect", "338,226 soldiers"], "reader", "best of all is “4,000 pro-Iranian"),
        (
            "Who painted the Mona Lisa?",
            ["--expect", "Thomas Peebles"],
            "fusion",
            "the first 10 are read",
        ),
    ],
)
def test_what_is_lost_has_status_3(
    seeds_index: Path, question: str, options: list[str], stage: str, detail: str
) -> None:
    """The stage comes first; the same as JSON."""
    result = run("why", question, *options, "--index", seeds_index)
    assert (result.exit_code, result.stderr) == (3, "")
    assert result.stdout.startswith(f"Lost at: {stage}.\n")
    assert detail in result.stdout
    told = run("why", question, *options, "--json", "--index", seeds_index)
    assert told.exit_code == 3
    held = json.loads(told.stdout)
    assert (held["stage"], held["quoted"], held["expected"]) == (stage, False, options[1])


def test_typography_is_told(seeds_index: Path) -> None:
    """How the article writes it, in one line."""
    result = run("why", FIGHTERS, "--expect", "4,000  PRO-IRANIAN", "--index", seeds_index)
    assert result.exit_code == 0
    assert ", where it is written “4,000 pro-Iranian”\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["why", "who?"], "Missing option '--expect'"),
        (["why", "--expect", "x"], "Missing argument"),
        (["why", "who?", "--expect", " "], "--expect is empty"),
        (["why", " ", "--expect", "x"], "the question is empty"),
        (["why", "who?", "--expect", "x", "--since", "banana"], "is no date"),
    ],
)
def test_wrong_usage_has_a_status_of_its_own(arguments: list[str], reason: str) -> None:
    """Status 2, before an index is opened."""
    result = run(*arguments, "--index", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr


def test_no_index_is_told() -> None:
    """Status 1 and one line."""
    result = run("why", "who?", "--expect", "x", "--index", "nowhere")
    assert result.exit_code == 1
    assert "there is no index in 'nowhere' yet" in result.stderr
