"""Measure retrieval, reading, abstention and calibration on labelled questions.

Contexts of the file become articles of an index; a question counts as answerable if its gold
passage is in that index. Nothing here runs when a user asks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.articles import Article, canonical_text
from index.errors import UsageError
from retrieval.answer import Answer
from retrieval.answerer import Answerer
from retrieval.labelled import LabelledQuestion
from retrieval.quotes import tidy_span
from retrieval.search import MAX_PASSAGES, search
from retrieval.spans import RIGHT_F1, exact_match, token_f1

CALIBRATION_BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one question.

    Attributes:
        answerable: Whether the index holds an answer.
        rank: Rank of the gold passage's article among the articles found, from 1; None if absent.
        f1: Token F1 of the best candidate, answered or not; 0 where there is no gold answer.
        exact: Exact match of the same.
        gold_f1: Token F1 when only the gold passage is read; None if it is not in the index.
        gold_exact: Exact match of the same.
        confidence: Of the answer.
        answered: Whether it was given.
        cited: Whether the first citation holds a gold answer; None where nothing was answered.
        total_ms: Time the question took.
    """

    answerable: bool
    rank: int | None
    f1: float
    exact: float
    gold_f1: float | None
    gold_exact: float | None
    confidence: float
    answered: bool
    cited: bool | None
    total_ms: float

    @property
    def right(self) -> bool:
        """Whether the answer counts as right."""
        return self.f1 >= RIGHT_F1


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one file; shares are between 0 and 1, times in milliseconds.

    Attributes:
        recall_1: Share of answerable questions whose gold passage is found first.
        mrr: Mean reciprocal rank of the gold passage.
        f1: Token F1 end to end over answerable questions, whatever the threshold.
        f1_answered: Token F1 with abstentions counted as 0 (answerable) or 1 (unanswerable).
        gold_f1: Token F1 with the gold passage given.
        coverage: Share of answerable questions that are answered.
        false_answers: Share of unanswerable questions that are answered.
        wrong_share: Share of given answers that are wrong.
        abstention_precision: Share of abstentions where no right answer was at hand.
        abstention_recall: Share of the questions without a right answer that were abstained from.
        aurc: Area under the risk-coverage curve (lower is better).
        calibration_error: Expected calibration error over ten bins.
        citation_precision: Share of right answers whose first citation holds a gold answer.
    """

    questions: int
    answerable: int
    recall_1: float
    recall_5: float
    recall_10: float
    mrr: float
    exact: float
    f1: float
    f1_answered: float
    gold_exact: float
    gold_f1: float
    coverage: float
    false_answers: float
    wrong_share: float
    abstention_precision: float
    abstention_recall: float
    aurc: float
    calibration_error: float
    citation_precision: float
    p50_ms: float
    p95_ms: float

    def to_json(self) -> dict[str, float]:
        """The figures, rounded for reading."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def evaluate(
    answerer: Answerer,
    questions: Sequence[LabelledQuestion],
    advance: Callable[[], None] = lambda: None,
    contexts: Mapping[str, str] | None = None,
) -> list[Outcome]:
    """Ask every question, and read its gold passage alone besides.

    Args:
        answerer: Answers from an index.
        questions: Labelled questions.
        advance: Called after each one.
        contexts: Texts of the contexts by name. An article belongs to a context if its file is
            named after it, or else if it holds the context's text; a question whose context is
            in no article counts as unanswerable.
    """
    golds = _gold_articles(answerer, {question.context for question in questions}, contexts or {})
    outcomes = []
    for question in questions:
        article_id = golds.get(question.context, "")
        outcomes.append(_ask(answerer, question, answerer.library.article(article_id)))
        advance()
    return outcomes


def _gold_articles(
    answerer: Answerer, names: set[str], contexts: Mapping[str, str]
) -> dict[str, str]:
    """Article id of each context that stands in the index."""
    held = {name: answerer.library.store.current_at(f"{name}.txt") for name in names}
    found = {name: article for name, article in held.items() if article}
    missing = {
        name: canonical_text(contexts[name]) for name in (names - set(found)) & set(contexts)
    }
    if missing:
        for article in answerer.library.latest(10**9):
            for name, text in missing.items():
                if text in article.text:
                    found.setdefault(name, article.id)
    return found


def _ask(answerer: Answerer, question: LabelledQuestion, gold: Article | None) -> Outcome:
    answer = answerer.answer(question.question)
    hits = search(answerer.library, question.question, MAX_PASSAGES)
    ids = list(dict.fromkeys(hit.chunk.article_id for hit in hits))
    answerable = bool(question.answers) and gold is not None
    golds = question.answers if answerable else ()
    best = answer.answer or _best_guess(answer)
    alone = None
    if gold is not None and question.answers:
        reading = answerer.reader.read(question.question, [gold.text])[0]
        start, end = tidy_span(gold.text, reading.start, reading.end, question.question)
        alone = gold.text[start:end]
    return Outcome(
        answerable,
        ids.index(gold.id) + 1 if gold and gold.id in ids else None,
        max((token_f1(best, text) for text in golds), default=0.0),
        max((exact_match(best, text) for text in golds), default=0.0),
        None if alone is None else max(token_f1(alone, text) for text in question.answers),
        None if alone is None else max(exact_match(alone, text) for text in question.answers),
        answer.confidence,
        answer.answered,
        _cited(answer, golds),
        answer.timing_ms["total"],
    )


def _best_guess(answer: Answer) -> str:
    """The span that an abstention kept back."""
    if not answer.closest:
        return ""
    first = answer.closest[0]
    if first.answer_start is None or first.answer_end is None:
        return first.quote
    return first.quote[first.answer_start - first.start : first.answer_end - first.start]


def _cited(answer: Answer, golds: Sequence[str]) -> bool | None:
    if not answer.answered:
        return None
    quote = answer.citations[0].quote.lower()
    return any(gold.lower() in quote for gold in golds)


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Sum up outcomes."""
    answerable = [one for one in outcomes if one.answerable]
    others = [one for one in outcomes if not one.answerable]
    answered = [one for one in outcomes if one.answered]
    silent = [one for one in outcomes if not one.answered]
    right = [one for one in answered if one.right]
    times = [one.total_ms for one in outcomes]
    confidence = np.array([one.confidence for one in outcomes])
    correct = np.array([one.right for one in outcomes])
    return Figures(
        questions=len(outcomes),
        answerable=len(answerable),
        recall_1=_mean(one.rank == 1 for one in answerable),
        recall_5=_mean(one.rank is not None and one.rank <= 5 for one in answerable),
        recall_10=_mean(one.rank is not None and one.rank <= 10 for one in answerable),
        mrr=_mean(1 / one.rank if one.rank else 0.0 for one in answerable),
        exact=_mean(one.exact for one in answerable),
        f1=_mean(one.f1 for one in answerable),
        f1_answered=_mean(
            one.f1 * one.answered if one.answerable else not one.answered for one in outcomes
        ),
        gold_exact=_mean(one.gold_exact for one in answerable if one.gold_exact is not None),
        gold_f1=_mean(one.gold_f1 for one in answerable if one.gold_f1 is not None),
        coverage=_mean(one.answered for one in answerable),
        false_answers=_mean(one.answered for one in others),
        wrong_share=_mean(not one.right for one in answered),
        abstention_precision=_mean(not one.right for one in silent),
        abstention_recall=_mean(not one.answered for one in outcomes if not one.right),
        aurc=float(risk_coverage(confidence, correct)[1].mean()) if outcomes else 0.0,
        calibration_error=calibration_error(confidence, correct),
        citation_precision=_mean(bool(one.cited) for one in right),
        p50_ms=float(np.percentile(times, 50)) if times else 0.0,
        p95_ms=float(np.percentile(times, 95)) if times else 0.0,
    )


def risk_coverage(
    confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coverage and share of wrong answers when the most confident ones are given first.

    Source: El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification".
    """
    order = np.argsort(-confidence, kind="stable")
    given = np.arange(1, len(order) + 1)
    return given / len(order), np.cumsum(~right[order]) / given


def calibration_error(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """Mean distance of stated confidence and share of right answers, over ten equal bins.

    Source: Naeini, Cooper and Hauskrecht 2015 (expected calibration error).
    """
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    return float(
        sum(
            abs(confidence[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean()
            for one in np.unique(bins)
        )
    )


def plot_curves(outcomes: Sequence[Outcome], path: Path) -> None:
    """Draw the risk-coverage and the reliability curve into a PNG file.

    Raises:
        UsageError: The file cannot be written, or matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as exc:
        raise UsageError("curves need matplotlib; run `pip install matplotlib`.") from exc

    mpl.use("Agg")
    from matplotlib import pyplot

    confidence = np.array([one.confidence for one in outcomes])
    right = np.array([one.right for one in outcomes])
    drawn, (left, other) = pyplot.subplots(1, 2, figsize=(10, 4.5))
    left.plot(*risk_coverage(confidence, right))
    left.set(xlabel="share of questions answered", ylabel="share of answers wrong", ylim=(0, 1))
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    used = np.unique(bins)
    other.plot([0, 1], [0, 1], linestyle=":", color="grey")
    other.plot(
        [confidence[bins == one].mean() for one in used],
        [right[bins == one].mean() for one in used],
        marker="o",
    )
    other.set(xlabel="stated confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    drawn.tight_layout()
    try:
        drawn.savefig(path, dpi=120, format="png")
    except OSError as exc:
        raise UsageError(f"{str(path)!r} cannot be written: {exc.strerror or exc}.") from exc
    finally:
        pyplot.close(drawn)


def _mean(values: object) -> float:
    listed = [float(value) for value in values]  # type: ignore[attr-defined]
    return sum(listed) / len(listed) if listed else 0.0
