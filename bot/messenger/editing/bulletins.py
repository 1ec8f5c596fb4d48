"""What editors are told of the bot and its index: how they are, and how far a rebuild is.

Pure functions of their arguments. Knows nothing of chats, networks or how an index is rebuilt.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.messenger.display.language import Phrases
from bot.messenger.display.markup import BOLD, Run
from bot.messenger.display.quoting import MAX_NAME_UNITS, clipped
from bot.messenger.editing.editorial import Item, Outcome
from bot.messenger.editing.reports import pages_of, told
from bot.messenger.plan import Page
from bot.state.figures import Figures
from index.intake import BuildReport
from index.library import Status

MAX_FAILED = 10
"""How many files are named that a rebuild could not read."""

_STAGES = {  # as `index.writer`, `index.builder` and `bot.indexing` call them
    "Preparing the model": "editing-stage-model",
    "Reading and encoding articles": "editing-stage-reading",
    "Encoding articles": "editing-stage-encoding",
    "Preparing the reader": "editing-stage-reader",
    "Asking the golden questions": "editing-stage-golden",
}
_UNITS = (
    ("editing-days", 86_400),
    ("editing-hours", 3600),
    ("editing-minutes", 60),
    ("editing-seconds", 1),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a rebuild is.

    Attributes:
        name: As `index.intake.Progress` is told.
        total: Number of steps, if known.
        done: How many of them are done.
    """

    name: str
    total: int | None = None
    done: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """How the bot and its index are.

    Attributes:
        index: What the index holds.
        day: What was asked in the last 24 hours.
        week: What was asked in the last 7 days.
        waiting: How many messages wait to be worked on.
        running_s: For how long the bot has been running.
        rebuilding: Whether the index is being made anew.
    """

    index: Status
    day: Figures
    week: Figures
    waiting: int
    running_s: float
    rebuilding: bool


def status_page(condition: Condition, now: datetime, say: Phrases) -> Page:
    """All that an editor wants to know of bot and index, in one message."""
    index = condition.index
    built = datetime.fromisoformat(index.built).astimezone(UTC)
    since_built = duration((now - built).total_seconds(), say)
    lines = [
        say(
            "editing-status-size",
            articles=index.articles,
            chunks=index.chunks,
            stories=index.stories,
        ),
        say("editing-status-newest", day=index.newest_article or "–"),
        say("editing-status-built", time=since_built, built=f"{built:%Y-%m-%d %H:%M} UTC"),
        say("editing-status-model", model=clipped(index.model, MAX_NAME_UNITS)),
        say("editing-status-day", figures=_asked(condition.day, say)),
        say("editing-status-week", figures=_asked(condition.week, say)),
        say("editing-status-waiting", count=condition.waiting),
        say("editing-status-running", time=duration(condition.running_s, say)),
    ]
    if condition.rebuilding:
        lines.append(say("editing-rebuild-begun"))
    heading = Run(say("editing-status"), (BOLD,))
    return pages_of([(heading, Run("\n" + "\n".join(lines)))])[0]


def progress_page(stage: Stage | None, say: Phrases) -> Page:
    """How far a rebuild is."""
    runs = [Run(say("editing-rebuild-begun"))]
    if stage:
        key = next((key for name, key in _STAGES.items() if stage.name.startswith(name)), None)
        name = say(key) if key else clipped(stage.name, MAX_NAME_UNITS)
        if stage.total:
            name = say("editing-step", stage=name, done=stage.done, total=stage.total)
        runs.append(Run(f"\n{name}", (BOLD,)))
    return pages_of([tuple(runs)])[0]


def rebuilt_pages(report: BuildReport, took_s: float, say: Phrases) -> list[Page]:
    """What a rebuild has done, and what it could not read."""
    done = say("editing-rebuilt", time=duration(took_s, say))
    counts = say(
        "editing-rebuilt-counts",
        added=len(report.added),
        changed=len(report.changed),
        gone=len(report.removed),
        unchanged=report.unchanged,
    )
    failed = [Item(Outcome.FAILED, path, reason=why) for path, why in report.failed[:MAX_FAILED]]
    blocks = [(Run(done, (BOLD,)), Run(f"\n{counts}")), *(told(item, say) for item in failed)]
    if rest := len(report.failed) - len(failed):
        blocks.append((Run(say("editing-further-failed", count=rest)),))
    return pages_of(blocks)


def duration(seconds: float, say: Phrases) -> str:
    """A stretch of time in the largest unit that it fills."""
    whole = max(round(seconds), 0)
    key, length = next((one for one in _UNITS if whole >= one[1]), _UNITS[-1])
    return say(key, count=whole // length)


def _asked(asked: Figures, say: Phrases) -> str:
    if not asked.questions or asked.p95_ms is None:
        return say("editing-no-questions")
    return say(
        "editing-questions",
        count=asked.questions,
        rate=round(100 * asked.abstained / asked.questions),
        seconds=round(asked.p95_ms / 1000, 1),
    )
