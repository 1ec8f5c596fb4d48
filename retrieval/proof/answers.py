"""Check an answer against the articles: every quotation, byte for byte, without a model.

What an answer says of articles is proved or refuted. What it says of itself (its confidence, the
time it took, how it understood the question) is only looked at for its shape. Knows nothing of
where the articles come from.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import count, product
from typing import Any

from retrieval.answer import Answer, Citation, Relation, Support, Variant
from retrieval.proof.citations import citation_failures, marked_words, passage_failures
from retrieval.proof.failures import Failure, Originals, Proof
from retrieval.proof.shapes import misshapen
from retrieval.questions import Kind, question_kind
from retrieval.values.sameness import same_value

LATER_FIELDS = ("support", "variants", "understanding")  # an earlier Dateline had none of them


def prove(told: object, originals: Originals) -> Proof:
    """Check one answer.

    Args:
        told: What `Answer.to_json` gave, with or without an "id"; that of an earlier Dateline
            will do.
        originals: The articles.
    """
    held = _completed(told)
    if complaint := misshapen(held, Answer, "the answer"):
        return Proof(failures=(Failure("shape", complaint),))
    assert isinstance(held, dict)
    answer = Answer.from_json(held)
    failures = list(_form_failures(answer))
    notes: dict[str, None] = {}
    quotations = 0
    for place, number, citation in _quotations(answer):
        quotations += 1
        if citation.n != number:
            failures.append(Failure(place, f"its number is {citation.n} instead of {number}"))
        failures += citation_failures(place, citation, originals)
        if ended := originals.ended(citation.article_id):
            notes[f"{citation.path} was {ended}; its words are quoted as they were"] = None
    failures += _answer_failures(answer, originals)
    for number, variant in enumerate(answer.variants, 1):
        failures += _variant_failures(f"variant {number}", variant, answer, originals)
    failures += _order_failures(answer)
    for number, passage in enumerate(answer.passages, 1):
        failures += passage_failures(f"passage {number}", passage, originals)
    return Proof(quotations, tuple(failures), tuple(notes))


def _completed(told: object) -> object:
    """The data without "id", and with what an earlier Dateline did not tell."""
    if not isinstance(told, dict):
        return told
    held: dict[str, Any] = {key: value for key, value in told.items() if key != "id"}
    if not held.keys() & set(LATER_FIELDS):
        held |= {"support": None, "variants": [], "understanding": None}
    return held


def _quotations(answer: Answer) -> Iterator[tuple[str, int, Citation]]:
    """Every quotation, with what to call it and the number that it should have."""
    for number, citation in enumerate(answer.citations, 1):
        yield f"citation {number}", number, citation
    for number, citation in enumerate(answer.closest, 1):
        yield f"closest {number}", number, citation
    numbers = count(len(answer.citations) + 1)
    for at, variant in enumerate(answer.variants, 1):
        for citation, number in zip(variant.citations, numbers, strict=False):
            yield f"variant {at}, citation {number}", number, citation


def _form_failures(answer: Answer) -> Iterator[Failure]:
    """What contradicts itself, whatever the articles say."""
    if not 0 <= answer.confidence <= 1:
        yield Failure("confidence", f"it is {answer.confidence}, not between 0 and 1")
    for stage, spent_ms in answer.timing_ms.items():
        if spent_ms < 0:
            yield Failure("timing", f"{stage!r} took {spent_ms} ms")
    if not answer.answered:
        if answer.answer is not None or answer.citations or answer.variants or answer.support:
            yield Failure("answer", "it is not answered, but has an answer, a citation or support")
    elif answer.answer is None or not answer.citations:
        yield Failure("answer", "it is answered, but has no answer or no citation")
    elif answer.closest:
        yield Failure("answer", "it is answered, but tells what came closest to an answer")
    yield from _understanding_failures(answer)


def _understanding_failures(answer: Answer) -> Iterator[Failure]:
    """Days that are none, and articles that came after the day of which an answer is."""
    if answer.understanding is None:
        return
    place, as_of, period = "understanding", answer.understanding.as_of, answer.understanding.period
    first, last = (period.first, period.last) if period else (None, None)
    for day in (as_of, first, last):
        if day is not None and not _is_day(day):
            yield Failure(place, f"{day!r} is no day")
    if first and last and first > last:
        yield Failure(place, f"its period ends on {last}, before it begins")
    for quotation, _, citation in _quotations(answer):
        if as_of and citation.published and citation.published > as_of:
            yield Failure(quotation, f"it is of {citation.published}, the answer as of {as_of}")


def _answer_failures(answer: Answer, originals: Originals) -> Iterator[Failure]:
    """An answer that its citations do not give."""
    if not answer.citations or answer.answer is None:
        return
    yield from _words_failures("answer", answer.answer, answer.citations, _kinds(answer), originals)
    if answer.support:
        yield from _support_failures("support", answer.support, answer.citations, originals)


def _variant_failures(
    place: str, variant: Variant, answer: Answer, originals: Originals
) -> Iterator[Failure]:
    """Another answer that its own citations do not give."""
    if not variant.citations:
        yield Failure(place, "it has no citation")
        return
    kinds = _kinds(answer) | {Kind.SPAN}
    yield from _words_failures(place, variant.answer, variant.citations, kinds, originals)
    yield from _support_failures(f"{place}, support", variant.support, variant.citations, originals)


def _order_failures(answer: Answer) -> Iterator[Failure]:
    """Other answers that are not the newest first, and earlier states that are later."""
    days = [variant.day or "" for variant in answer.variants]
    if days != sorted(days, reverse=True):
        yield Failure("variants", "the newest is not the first")
    newest = answer.day or ""
    for number, (variant, day) in enumerate(zip(answer.variants, days, strict=True), 1):
        if variant.relation is Relation.UPDATE and not "" < day <= newest:
            reason = "what it tells was not published before what updates it"
            yield Failure(f"variant {number}", reason, day or "(no date)", newest or "(no date)")


def _kinds(answer: Answer) -> set[Kind]:
    """How the question may have been meant to be answered."""
    standalone = answer.understanding.standalone if answer.understanding else answer.question
    return {question_kind(question) for question in (answer.question, standalone)}


def _words_failures(
    place: str,
    answer: str,
    citations: Sequence[Citation],
    kinds: set[Kind],
    originals: Originals,
) -> Iterator[Failure]:
    """An answer that is neither the words which its first citation marks, nor what it quotes."""
    marked = [marked_words(citation) for citation in citations]
    quote = citations[0].quote
    if marked[0] is None:
        whole = "\n".join(citation.quote for citation in citations)
        if Kind.OVERVIEW not in kinds or any(marked):
            yield Failure(place, "citation 1 does not mark where it stands")
        elif answer != whole:
            yield Failure(place, "it is not what the citations quote", answer, whole)
    elif kinds == {Kind.SPAN}:
        if answer != marked[0]:
            yield Failure(place, "it is not what citation 1 marks", answer, marked[0])
        for one, words in zip(citations, marked, strict=True):
            if not _say_the_same(one, citations[0], originals):
                yield Failure(place, f"citation {one.n} marks another", answer, words or "(none)")
    elif answer != quote and not (Kind.SPAN in kinds and answer == marked[0]):
        yield Failure(place, "it is not what citation 1 quotes", answer, quote)


def _support_failures(
    place: str, support: Support, citations: Sequence[Citation], originals: Originals
) -> Iterator[Failure]:
    """Support by nobody, or of another day than the articles are of."""
    if support.sources < 1:
        yield Failure(place, f"{support.sources} sources support nothing")
    newest = max((day for one in citations for day in _days(one, originals)), default=None)
    if support.newest != newest:
        yield Failure(
            place,
            "its newest day is not that of the newest article that is cited or carries a quote",
            support.newest or "(none)",
            newest or "(none)",
        )


def _say_the_same(one: Citation, other: Citation, originals: Originals) -> bool:
    """Whether two citations mark the same value, each as of a day on which it was published."""
    here, there = marked_words(one), marked_words(other)
    if here is None or there is None:
        return False
    days = product([None, *_days(one, originals)], [None, *_days(other, originals)])
    return here == there or any(same_value(here, there, *pair) for pair in days)


def _days(citation: Citation, originals: Originals) -> list[str]:
    """The days on which a quotation was published, in the article cited and where it is carried."""
    carriers = map(originals.article, citation.carried_by)
    days = [citation.published, *(one.published for one in carriers if one)]
    return [day[:10] for day in days if day]


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
