"""A question's time is found where it asks about one, and means reports or events as it says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.filters import Filters
from retrieval.answer import AskedPeriod, Basis
from retrieval.times.asked import asked_period, filters_for, without_time

TODAY = date(2024, 12, 25)  # a Wednesday


def asked(question: str) -> str | None:
    """First day, last day and the first letter of the basis."""
    period = asked_period(question, TODAY)
    return f"{period.first or ''}/{period.last or ''} {period.basis[0]}" if period else None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What happened yesterday?", "2024-12-24/2024-12-24 p"),
        ("What's new in Norvik since Monday?", "2024-12-23/ p"),
        ("What happened Monday?", "2024-12-23/2024-12-23 p"),
        ("What was reported from Brell last week?", "2024-12-16/2024-12-22 p"),
        ("Which articles from 2015 mention the dyke?", "2015-01-01/2015-12-31 p"),
        ("What did the Herald write yesterday?", "2024-12-24/2024-12-24 p"),
        ("the latest on the strike since 18 December", "2024-12-18/ p"),
        ("What is the news of today?", "2024-12-25/2024-12-25 p"),
        ("How many were killed in Norvik in late 2015?", "2015-09-01/2015-12-31 h"),
        ("What happened on 8 December 2024?", "2024-12-08/2024-12-08 h"),
        ("How many cases were reported in 2012?", "2012-01-01/2012-12-31 h"),
        ("Who said so on Monday?", "2024-12-23/2024-12-23 h"),
        ("Who ruled before the fall of the council on 8 December 2024?", "/2024-12-08 h"),
        ("Who ruled until May 2024?", "/2024-05-31 h"),
        ("What has changed since the 2003 flood?", "2003-01-01/ h"),
        ("What happened after 2014 and before 2016?", "2015-01-01/2015-12-31 h"),
        ("How many ships came in 2014 and in 2016?", "2014-01-01/2016-12-31 h"),
        ("When did the ferry sink in 2019?", "2019-01-01/2019-12-31 h"),
        ("In 1870 Norvik lost what?", "1870-01-01/1870-12-31 h"),
        ("Who was mayor at the end of 2015?", "2015-09-01/2015-12-31 h"),
        ("Who drowned this year?", "2024-01-01/2024-12-31 h"),
        ("Что случилось вчера?", "2024-12-24/2024-12-24 p"),
        ("Сколько человек погибло в декабре 2024 года?", "2024-12-01/2024-12-31 h"),
        ("Pazartesiden beri ne oldu?", "2024-12-23/ p"),
        ("ماذا حدث أمس؟", "2024-12-24/2024-12-24 p"),
    ],
)
def test_questions_with_a_time(question: str, expected: str) -> None:
    """Days, open ends and basis."""
    assert asked(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2018 World Cup?",
        "Who signed the treaty of 1763?",
        "How many attended the 2001 meeting?",
        "What is the harbour called today?",
        "What engine produces most power in the world today?",
        "What is the record high in January?",
        "What is Black Friday?",
        "What may happen to the ferry?",
        "Why did they march to Norvik?",
        "In what year was the drought worse than in 2005?",
        "What did he build in the last year of his life?",
        "What is in the 8 December agreement?",
        "When did the flood begin?",
        "How many of the 2,015 homes burnt?",
    ],
)
def test_questions_without_a_time(question: str) -> None:
    """A year that names an event, nowadays, any January, and words that only look like a time."""
    assert asked(question) is None


def test_the_words_are_those_of_the_question() -> None:
    """What is shown to the user is what he wrote."""
    question = "How many fled before the raid on Brell on 8 December 2024, by all accounts?"
    period = asked_period(question, TODAY)
    assert period is not None
    assert period.words == "before the raid on Brell on 8 December 2024"


iso_days = st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(date.isoformat)


@given(
    st.none() | iso_days,
    st.none() | iso_days,
    st.sampled_from(Basis),
    st.builds(Filters, st.none() | iso_days, st.none() | iso_days),
    iso_days,
)
def test_filters_only_leave_out_what_cannot_tell(
    first: str | None, last: str | None, basis: Basis, filters: Filters, day: str
) -> None:
    """The oracle looks at one article of one day, and at one without a date."""
    narrowed = filters_for(AskedPeriod(first, last, basis, ""), filters)

    def passes(bounds: Filters) -> bool:
        bounded = (bounds.since or day) <= day <= (bounds.until or day)
        return bounded and (bounds.not_before or day) <= day

    if basis is Basis.PUBLISHED:
        within = (first or day) <= day <= (last or day)
    else:
        within = first is None or day >= str(date.fromisoformat(first) - timedelta(days=1))
    assert passes(narrowed) == (passes(filters) and within)
    if basis is Basis.HAPPENED:  # these leave out what has no date
        assert (narrowed.since, narrowed.until) == (filters.since, filters.until)


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("How many were killed in Norvik in late 2015?", "How many were killed in Norvik?"),
        ("Since Monday, who has left the council?", "who has left the council?"),
        ("Who said so on Monday, and why?", "Who said so, and why?"),
        ("the latest since 18 December", "the latest"),
        ("What happened yesterday?", "What happened?"),
        ("Who since Monday?", "Who since Monday?"),
    ],
)
def test_a_question_is_read_without_its_words_of_time(question: str, left: str) -> None:
    """As long as it says anything else."""
    period = asked_period(question, TODAY)
    assert period is not None
    assert without_time(question, period) == left


@pytest.mark.parametrize(
    "question",
    [
        "Who ruled in the 1st century?",
        "Who left on 0001-01-01?",
        "Who left before 0001-01-01?",
        "Who left after 9999-12-31?",
    ],
)
def test_the_ends_of_the_calendar_are_no_error(question: str) -> None:
    """There is no day before its first and none after its last; a question may name them."""
    period = asked_period(question, TODAY)
    assert period is not None
    assert filters_for(period, Filters()).any == (period.first is not None)
