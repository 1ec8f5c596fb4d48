"""How bot and index are, and how far a rebuild is, is told in every language."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.messenger.display.language import LANGUAGES, phrases
from bot.messenger.editing.bulletins import (
    MAX_FAILED,
    Condition,
    Stage,
    duration,
    progress_page,
    rebuilt_pages,
    status_page,
)
from bot.state.figures import Figures
from index.intake import BuildReport
from index.library import Status
from tests.messenger.test_reports import problems, shown

ROOT = Path(__file__).parents[2]
SAY = phrases("en")
NOW = datetime(2024, 5, 4, 12, 0, tzinfo=UTC)
INDEX = Status(
    12345, 67890, 11111, 5, 6, "m/<odel>", "2024-05-04T11:59:00+00:00", "2024-05-03", [], 128, 24, 7
)
NONE = Figures(0, 0, None)


def test_the_status_is_one_message() -> None:
    """Size, freshness, model, questions, what waits and for how long the bot runs."""
    condition = Condition(
        INDEX, Figures(3, 1, 456.0), Figures(200, 50, 12345.6), 4, 86400 * 3, True
    )
    assert shown([status_page(condition, NOW, SAY)]) == [
        "How things stand\n"
        "Articles: 12,345, passages: 67,890, stories: 11,111\n"
        "Newest article: 2024-05-03\n"
        "Index changed 1 minute ago (2024-05-04 11:59 UTC)\n"
        "Model: m/<odel>\n"
        "Last 24 hours: 3 questions, 33 % without an answer, 95 of 100 within 0.5 s\n"
        "Last 7 days: 200 questions, 25 % without an answer, 95 of 100 within 12.3 s\n"
        "Messages waiting: 4\n"
        "Running for 3 days\n"
        "🔄 The index is being rebuilt. Questions are answered meanwhile."
    ]
    quiet = Condition(INDEX, NONE, Figures(1, 0, 100.0), 0, 5, False)
    [told] = shown([status_page(quiet, NOW, SAY)])
    assert "Last 24 hours: no questions" in told
    assert "Last 7 days: 1 question, 0 % without" in told
    assert "Running for 5 seconds" in told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-3, "0 seconds"),
        (0.4, "0 seconds"),
        (1, "1 second"),
        (59.4, "59 seconds"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (7200, "2 hours"),
        (86399, "23 hours"),
        (10**7, "115 days"),
    ],
)
def test_time_is_told_in_the_largest_unit_that_it_fills(seconds: float, told: str) -> None:
    """A clock that was set back makes no negative time."""
    assert duration(seconds, SAY) == told


def test_progress_names_the_stage_and_counts_its_steps() -> None:
    """As far as there are such."""
    begun = "🔄 The index is being rebuilt. Questions are answered meanwhile."
    stages = [None, Stage("Encoding articles", 4000, 120), Stage("Preparing the model m/x")]
    stages += [Stage("Something <new>", 0)]
    assert shown([progress_page(stage, SAY) for stage in stages]) == [
        begun,
        f"{begun}\nEncoding articles: 120 of 4,000",
        f"{begun}\nPreparing the model",
        f"{begun}\nSomething <new>",
    ]


def test_every_stage_of_a_rebuild_has_a_phrase() -> None:
    """Else its English name would be shown to everybody."""
    names = set()
    for file in ("index/writer.py", "index/intake.py", "index/builder.py", "bot/indexing.py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "stage":
                [name, *_] = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                names.add(str(name))
    assert len(names) == 5
    for name in names:
        russian = shown([progress_page(Stage(name), phrases("ru"))])[0].splitlines()[-1]
        assert russian.isascii() is False, name


def test_a_rebuild_tells_what_it_could_not_read() -> None:
    """The first few by name, the others by number."""
    failed = [(f"{n}.txt", "holds no text") for n in range(MAX_FAILED + 2)]
    report = BuildReport(["a"], ["b", "c"], [], 1000, failed)
    [told] = shown(rebuilt_pages(report, 130, SAY))
    assert told.startswith(
        "✅ The index was rebuilt in 2 minutes.\n"
        "New: 1, changed: 2, withdrawn: 0, as before: 1,000\n\n"
        "⚠️ Not indexed\n0.txt: holds no text\n\n⚠️ Not indexed\n1.txt"
    )
    assert told.endswith("9.txt: holds no text\n\n… and 2 more not indexed")


@pytest.mark.parametrize("code", LANGUAGES)
def test_everything_can_be_sent_in_every_language(code: str) -> None:
    """Whatever the numbers."""
    say = phrases(code)
    for count in (0, 1, 2, 3, 5, 11, 21, 100, 101, 10**6):
        condition = Condition(
            INDEX, Figures(count, count // 2, 7.0), NONE, count, count * 60.0, count > 2
        )
        report = BuildReport(failed=[("x" * 5000, "y" * 5000)] * count if count < 200 else [])
        pages = [
            status_page(condition, NOW, say),
            progress_page(Stage("z" * 5000, count, 1), say),
            *rebuilt_pages(report, count, say),
        ]
        assert problems(*pages) == []
