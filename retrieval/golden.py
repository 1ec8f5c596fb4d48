"""Hold a rebuilt index to the golden questions: it goes live if it answers as many as before."""

from collections.abc import Sequence

from index.errors import DatelineError, GoldenRefusedError
from index.golden import GoldenQuestion
from index.places import Generation
from retrieval.answerer import Answerer
from retrieval.spans import normalise_answer


def passes(answerer: Answerer, golden: GoldenQuestion) -> bool:
    """Whether the question is answered, and the answer or a sentence quoted holds the words."""
    answer = answerer.answer(golden.question)
    wanted = normalise_answer(golden.expected)
    told = [answer.answer or "", *(citation.quote for citation in answer.citations)]
    return answer.answered and any(wanted in normalise_answer(text) for text in told)


def refuse_if_worse(
    live: Generation | None,
    rebuilt: Generation,
    questions: Sequence[GoldenQuestion],
    threads: int = 2,
) -> None:
    """Compare two generations of an index.

    Args:
        live: The generation that answers now; None or a broken one answers nothing.
        rebuilt: The one that is to take its place.
        questions: Golden questions; without any nothing is compared.
        threads: CPU threads for the models.

    Raises:
        GoldenRefusedError: The rebuilt one answers fewer.
    """
    if not questions:
        return
    before = _passed(live, questions, threads) if live else [False] * len(questions)
    after = _passed(rebuilt, questions, threads)
    if sum(after) < sum(before):
        lost = [
            golden.question
            for golden, was, is_now in zip(questions, before, after, strict=True)
            if was and not is_now
        ]
        raise GoldenRefusedError(
            f"the rebuilt index answers {sum(after)} of the {len(questions)} golden questions, the "
            f"live one {sum(before)} (lost: {lost[0]!r}); the index is as it was. "
            "Take it all the same with --force."
        )


def _passed(
    generation: Generation, questions: Sequence[GoldenQuestion], threads: int
) -> list[bool]:
    try:
        answerer = Answerer.open_generation(generation, threads=threads)
    except DatelineError:
        return [False] * len(questions)
    return [passes(answerer, golden) for golden in questions]
