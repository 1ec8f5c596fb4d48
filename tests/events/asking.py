"""Bring the clusters into an index as the days went by, ask about them, and score the answers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from index.filters import Filters
from index.writer import Recipe
from retrieval.answer import Answer, Turn
from retrieval.answerer import Answerer
from tests.events.corpus import Cluster
from tests.events.expectations import Expectation, Question
from tests.events.scoring import Score, score_answer, score_turn
from tests.support import build_at


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked as of a day, what came back, and what it is worth."""

    cluster: str
    question: str
    day: str
    answer: Answer
    score: Score
    expected: Expectation | None = None


def lay_out(clusters: Iterable[Cluster], day: str, folder: Path) -> Path:
    """Make a folder hold the articles of the clusters as they stood on a day, each in its folder.

    Returns:
        The folder.
    """
    wanted = {
        folder / cluster.name / name: file
        for cluster in clusters
        for name, file in cluster.standing(day).items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    for place in {*folder.rglob("*.*")} - wanted.keys():
        place.unlink()
    for place, file in wanted.items():
        content = file.read_bytes()
        place.parent.mkdir(exist_ok=True)
        if not place.exists() or place.read_bytes() != content:
            place.write_bytes(content)
    return folder


def build_timeline(clusters: Sequence[Cluster], folder: Path, recipe: Recipe) -> Path:
    """Build an index of the clusters in which everything happened on its day.

    It is brought up to date on the day of each change, on the day before, and at the end: an
    article stands from its publication on, however late it came into the index.

    Args:
        clusters: Whose articles are indexed together.
        folder: Where to put the articles and the index.
        recipe: How to make the index, but for its clock.

    Returns:
        The index.
    """
    changes = {change.day for cluster in clusters for change in cluster.later}
    days = changes | {_before(day) for day in changes}
    for day in sorted(days | {max(cluster.days[-1] for cluster in clusters)}):
        build_at(day, lay_out(clusters, day, folder / "articles"), folder / "index", recipe)
    return folder / "index"


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def ask_questions(
    answerer: Answerer,
    clusters: Iterable[Cluster],
    chosen: Callable[[Question, Expectation], bool] = lambda question, expectation: True,
) -> Iterator[Asked]:
    """Ask what is expected on each day, as of that day.

    Args:
        answerer: Over the index of a timeline.
        clusters: What to ask about.
        chosen: Which expectations to look at.
    """
    for cluster in clusters:
        for question in cluster.questions:
            for expectation in question.expected:
                if chosen(question, expectation):
                    answer = answerer.answer(question.text, (), Filters(as_of=expectation.day))
                    score = score_answer(cluster, expectation, answer)
                    day = expectation.day
                    yield Asked(cluster.name, question.text, day, answer, score, expectation)


def ask_conversations(answerer: Answerer, clusters: Iterable[Cluster]) -> Iterator[Asked]:
    """Hold the conversations, each as of its day; what was answered is the history."""
    for cluster in clusters:
        for conversation in cluster.conversations:
            history: list[Turn] = []
            for turn in conversation.turns:
                filters = Filters(as_of=conversation.day)
                answer = answerer.answer(turn.text, tuple(history), filters)
                score = score_turn(turn, answer, not history)
                yield Asked(cluster.name, turn.text, conversation.day, answer, score)
                history.append(answer.turn)
