"""The score of an answer tells what is wrong with it, and nothing is wrong with the right one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from retrieval.answer import Answer, Relation, Support, Variant
from retrieval.questions import Kind
from tests.events.corpus import DEVELOPMENT, HELD_OUT, Cluster, clusters
from tests.events.expectations import Expectation, Question, Said, Value
from tests.events.scoring import Score, Tally, gives, says, score_answer, score_turn, total

OTHER_RELATION = {
    Relation.UPDATE: Relation.CONFLICT,
    Relation.CONFLICT: Relation.SCOPE,
    Relation.SCOPE: Relation.UPDATE,
}


def every() -> Iterator[tuple[Cluster, Question, Expectation]]:
    """Every expectation of the corpus."""
    for half in (DEVELOPMENT, HELD_OUT):
        for cluster in clusters(half):
            for question in cluster.questions:
                for expectation in question.expected:
                    yield cluster, question, expectation


def ideal(cluster: Cluster, question: Question, expectation: Expectation) -> Answer:
    """The answer that is expected, without its citations."""
    latest = expectation.latest
    if latest is None:
        return Answer(question.text, False, None, 0.1, (), ())

    def support(value: Value) -> Support:
        newest = cluster.newest(value.articles, expectation.day)
        return Support(cluster.sources(value.articles), newest)

    variants = tuple(
        Variant(other.relations[0], other.says[0], (), support(other))
        for other in expectation.others
    )
    return Answer(
        question.text,
        True,
        latest.says[-1],
        0.9,
        (),
        (),
        support=support(latest),
        variants=variants,
    )


def one_with(relation: Relation) -> tuple[Cluster, Question, Expectation]:
    """An expectation with a variant of that relation first."""
    return next(
        one for one in every() if one[2].others and one[2].others[0].relations == (relation,)
    )


def lists_two_updates(expectation: Expectation) -> bool:
    """Whether there are two values of different days to be listed."""
    return [one.relations for one in expectation.others] == [(Relation.UPDATE,)] * 2


def test_what_is_expected_scores_in_full() -> None:
    """Whatever is looked at, for all questions and days."""
    score = total(score_answer(*(one[0], one[2], ideal(*one))) for one in every())
    for name in ("latest", "answered", "sources", "newest", "found", "labels", "order", "silence"):
        tally = getattr(score, name)
        assert tally.right == tally.all > 0, name
    assert score.false_alarms.right == score.strays.right == 0
    assert score.false_alarms.all == sum(expectation.quiet for *_, expectation in every())


def test_an_older_value_is_not_the_latest() -> None:
    """Not even together with the latest; and its sources are not looked at."""
    cluster, question, expectation = one_with(Relation.UPDATE)
    answer, older = ideal(cluster, question, expectation), expectation.others[0].says[0]
    for wrong in (older, f"{older} and {answer.answer}"):
        score = score_answer(cluster, expectation, replace(answer, answer=wrong))
        assert score.latest == Tally(0, 1)
        assert score.answered == Tally(1, 1)
        assert score.sources == score.newest == Tally(0, 0)


@pytest.mark.parametrize("relation", [Relation.CONFLICT, Relation.SCOPE])
def test_of_values_of_one_day_either_is_right(relation: Relation) -> None:
    """If the other is listed; an earlier one is not right for that."""
    cluster, question, expectation = next(
        one
        for one in every()
        if one[2].either and one[2].others[0].relations == (relation,) and one[2].latest
    )
    assert expectation.latest
    other, answer = expectation.others[0], ideal(cluster, question, expectation)
    support = Support(
        cluster.sources(other.articles), cluster.newest(other.articles, expectation.day)
    )
    swapped = replace(
        answer,
        answer=other.says[0],
        support=support,
        variants=(replace(answer.variants[0], answer=expectation.latest.says[0]),),
    )
    score = score_answer(cluster, expectation, swapped)
    assert score.latest == score.sources == score.newest == score.labels == Tally(1, 1)
    assert score.found.right == 1
    assert score_answer(cluster, expectation, replace(swapped, variants=())).found.right == 0


def test_a_wrong_label_count_date_and_order_are_seen() -> None:
    """Each by itself."""
    cluster, question, expectation = next(one for one in every() if lists_two_updates(one[2]))
    answer = ideal(cluster, question, expectation)
    assert answer.support
    full = score_answer(cluster, expectation, answer)
    relabelled = tuple(
        replace(one, relation=OTHER_RELATION[one.relation]) for one in answer.variants
    )
    miscounted = Support(answer.support.sources + 1, answer.support.newest)
    undated = Support(answer.support.sources, None)
    for wrong, changed in (
        (replace(answer, variants=relabelled), {"labels": Tally(0, full.labels.all)}),
        (replace(answer, variants=answer.variants[::-1]), {"order": Tally(0, 1)}),
        (replace(answer, support=miscounted), {"sources": Tally(0, 1)}),
        (replace(answer, support=undated), {"newest": Tally(0, 1)}),
        (replace(answer, support=None), {"sources": Tally(0, 1), "newest": Tally(0, 1)}),
    ):
        assert score_answer(cluster, expectation, wrong) == replace(full, **changed)


def test_what_is_listed_beside_a_quiet_answer_is_a_false_alarm() -> None:
    """But for what may be listed."""
    cluster, question, expectation = next(one for one in every() if one[2].quiet and one[2].may)
    answer = ideal(cluster, question, expectation)
    for listed, alarm in (("nonsense", True), (expectation.may[0].says[0], False)):
        variant = Variant(Relation.SCOPE, listed, (), Support(1, None))
        score = score_answer(cluster, expectation, replace(answer, variants=(variant,)))
        assert score.false_alarms == Tally(alarm, 1)
        assert score.strays == Tally(alarm, 1)


def test_the_latest_value_beside_a_wrong_one_is_no_stray() -> None:
    """But where nothing has changed it is a false alarm, and beside itself it is a stray."""
    cluster, question, expectation = next(one for one in every() if one[2].quiet)
    answer = ideal(cluster, question, expectation)
    listed = Variant(Relation.UPDATE, str(answer.answer), (), Support(1, None))
    for given, strays in (("nonsense", 0), (answer.answer, 1)):
        wrong = replace(answer, answer=given, variants=(listed,))
        score = score_answer(cluster, expectation, wrong)
        assert score.false_alarms == Tally(1, 1)
        assert score.strays == Tally(strays, 1)


def test_silence_is_right_only_where_it_is_expected() -> None:
    """And an answer is wrong there."""
    cluster, question, silent = next(one for one in every() if one[2].latest is None)
    given = Answer(question.text, True, "ten", 0.9, (), ())
    assert score_answer(cluster, silent, given) == Score(silence=Tally(0, 1))
    cluster, question, expectation = next(one for one in every() if one[2].quiet)
    kept = Answer(question.text, False, None, 0.1, (), ())
    score = score_answer(cluster, expectation, kept)
    assert score.answered == score.latest == Tally(0, 1)


def test_turns_of_a_conversation() -> None:
    """The first is counted apart from those that lean on it."""
    turn = Said("How many?", ("4,000", "four thousand"))
    right = Answer(turn.text, True, "about four thousand people", 0.9, (), ())
    assert score_turn(turn, right, first=True) == Score(openings=Tally(1, 1))
    assert score_turn(turn, right, first=False) == Score(follow_ups=Tally(1, 1))
    wrong = replace(right, answer="14,000")
    assert score_turn(turn, wrong, first=False) == Score(follow_ups=Tally(0, 1))


def test_what_gives_a_value() -> None:
    """Whole words in any case; a part of a number is another number."""
    value = Value(("4,000", "four thousand"), ())
    assert all(gives(one, value) for one in ("About 4,000 people", "Four thousand."))
    assert not any(gives(one, value) for one in ("14,000", "4,000,000", "4", "thousand", "", None))
    long = "4,000 people were there" + " and so on" * 5
    assert not gives(long, value)
    assert gives(long, value, Kind.SENTENCE)
    assert says("It costs 4,000.", "4,000")
    assert not says("It costs 4,000.5", "4,000")
