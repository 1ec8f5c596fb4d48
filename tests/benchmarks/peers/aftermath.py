"""What an index answers after a kill, and whether that is right."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.peers.corpus import Corpus, gold
from tests.benchmarks.peers.figures import rank, recall
from tests.benchmarks.peers.running import Serving, Stand, WorkerError

FOUND = 10
KEPT_RECALL = 0.9  # of a whole index's

States = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Left:
    """What an index answers.

    Attributes:
        articles: Names of the articles in it.
        error: Why it cannot be opened or asked, or None.
        misquoted: Share of the passages that do not stand in the article they are said to be from.
        recall: Share of the questions whose paragraph is among the first ten passages.
    """

    articles: frozenset[str]
    error: str | None = None
    misquoted: float = 0
    recall: float = 0


def look(stand: Stand, corpus: Corpus, texts: Mapping[str, str]) -> Left:
    """Open an index and ask all questions; it may hold articles of these texts."""
    bare = {name: "".join(text.split()) for name, text in texts.items()}
    ranks, passages, wrong = [], 0, 0
    try:
        with Serving(stand) as serving:
            for question in corpus.questions:
                found, _ = serving.search(question.question, FOUND)
                ranks.append(rank((one.article for one in found), gold(question)))
                passages += len(found)
                quoted = [("".join(one.text.split()), bare.get(one.article)) for one in found]
                wrong += sum(text is None or quote not in text for quote, text in quoted)
            held = serving.end().articles
    except WorkerError as exc:
        return Left(frozenset(), str(exc))
    return Left(held, None, wrong / max(1, passages), recall(ranks, FOUND))


def verdict(left: Left, whole: Left, states: States) -> str:
    """What an index is after a kill, in a few words.

    Args:
        left: What it answers.
        whole: What a whole index answers.
        states: The articles it may rightly hold, by what such an index is called.
    """
    if left.error:
        return f"refuses: {left.error.split(':')[0]}"
    named = [name for name, articles in states.items() if articles == left.articles]
    faults = []
    if not named:
        most = max(len(articles) for articles in states.values())
        faults.append(f"{len(left.articles)} articles of {most}")
    if left.misquoted:
        faults.append(f"{left.misquoted:.0%} of passages misattributed")
    if left.recall < KEPT_RECALL * whole.recall:
        faults.append(f"recall@{FOUND} {whole.recall:.2f} → {left.recall:.2f}")
    return f"SILENTLY WRONG: {', '.join(faults)}" if faults else f"whole, {named[0]}"
