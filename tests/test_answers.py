"""How an answer is shown in a terminal, and in a pipe."""

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from bot.answers import NO_ANSWER, print_answer
from retrieval.answer import (
    Answer,
    AskedPeriod,
    Basis,
    Citation,
    Relation,
    Rewrite,
    Support,
    Understanding,
    Variant,
)

QUOTE = "Putin said that [red]4,000[/red] fighters :smile: had left."
CITATION = Citation(
    n=1,
    article_id="0" * 16,
    title="Flights",
    source="Agency",
    author=None,
    published="2024-12-21",
    path="a.txt",
    url=None,
    start=100,
    end=100 + len(QUOTE),
    quote=QUOTE,
    answer_start=100 + QUOTE.index("4,000"),
    answer_end=100 + QUOTE.index(" :smile:"),
)
UNTITLED = Citation(2, "1" * 16, None, None, None, None, "b.txt", None, 0, 3, "Yes")


def shown(answer: Answer, *, explain: bool = False, **terminal: object) -> str:
    """What a console with such options gets."""
    out = io.StringIO()
    options = {"width": 200, "highlight": False, "markup": False, "emoji": False, **terminal}
    print_answer(answer, Console(file=out, **options), explain=explain)  # type: ignore[arg-type]
    return out.getvalue()


def answered(text: str, *citations: Citation) -> Answer:
    """An answer with these citations."""
    return Answer("?", True, text, 0.9, citations, ())


def test_an_answer_is_shown_with_its_quotes() -> None:
    """The short answer, each quote, and what is known of its article; markup is mere text."""
    assert shown(answered("4,000[/red] fighters", CITATION, UNTITLED)) == (
        "4,000[/red] fighters\n"
        "\n"
        f"  “{QUOTE}”\n"
        "  [1] Flights · Agency · 2024-12-21 · a.txt\n"
        "\n"
        "  “Yes”\n"
        "  [2] b.txt\n"
    )


@pytest.mark.parametrize(
    "answer",
    [answered(QUOTE, CITATION, UNTITLED), answered(f"{QUOTE}\nYes", CITATION, UNTITLED)],
    ids=["sentence", "overview"],
)
def test_an_answer_that_is_its_quotes_is_not_shown_twice(answer: Answer) -> None:
    """A sentence or an overview stands in the quotes already."""
    assert shown(answer).count(QUOTE) == 1
    assert shown(answer).startswith(f"\n  “{QUOTE}”\n")


def test_silence_shows_what_came_nearest() -> None:
    """With the closest quotes where there are any."""
    assert shown(Answer("?", False, None, 0.1, (), ())) == f"{NO_ANSWER}\n"
    near = Answer("?", False, None, 0.1, (), (), (UNTITLED,))
    assert shown(near) == f"{NO_ANSWER}\nClosest passages:\n\n  “Yes”\n  [2] b.txt\n"


def test_a_terminal_shows_the_answer_in_its_quote() -> None:
    """In bold green, exactly its words; lines are not wider than the terminal."""
    text = shown(answered("x", CITATION), force_terminal=True, width=40, color_system="standard")
    marked = re.findall(r"\x1b\[1;32m(.*?)\x1b\[0m", text)
    assert marked[0] == "x"
    assert "".join(marked[1:]).replace(" ", "") == "4,000[/red]fighters"
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, bare.splitlines())) <= 40


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """No colours, and a paragraph is never wrapped."""
    long = Citation(
        1, "2" * 16, None, None, None, None, "c.txt", None, 0, 9000, "word " * 1799 + "words"
    )
    print_answer(answered("word", long))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert f"  “{long.quote}”\n" in out


def test_an_answer_says_who_says_so() -> None:
    """How many independent sources, and how fresh the newest is."""
    one = replace(answered("4,000", CITATION), support=Support(1, "2024-12-21"))
    assert "\n\n  1 independent source, the newest of 2024-12-21\n" in shown(one)
    more = replace(answered("4,000", CITATION), support=Support(3, None))
    assert "\n\n  3 independent sources\n" in shown(more)


def test_other_answers_follow_with_how_they_differ() -> None:
    """The newest first and of its date; then what was said earlier, elsewhere, by others."""
    old = replace(CITATION, n=2, published="2024-12-18", title="First flights")
    answer = replace(
        answered("4,000", CITATION),
        support=Support(1, "2024-12-21"),
        variants=(
            Variant(Relation.CONFLICT, "4,500", (replace(UNTITLED, n=3),), Support(1, None)),
            Variant(Relation.UPDATE, "3,000", (old,), Support(2, "2024-12-18")),
            Variant(Relation.SCOPE, "90", (replace(UNTITLED, n=4),), Support(1, None)),
        ),
    )
    text = shown(answer)
    assert text.startswith("4,000  as of 2024-12-21\n")
    others = [
        "Others say: 4,500\n\n  “Yes”\n  [3] b.txt\n",
        "Earlier: 3,000  as of 2024-12-18; 2 independent sources, the newest of 2024-12-18\n",
        "Of another case: 90\n",
    ]
    places = [text.index(other) for other in others]
    assert places == sorted(places)


def understood(period: AskedPeriod | None, *rewrites: Rewrite) -> Answer:
    """An abstention from a question that was so understood."""
    understanding = Understanding("Who left the base?", period, "2024-12-31", rewrites)
    return replace(Answer("?", False, None, 0.1, (), ()), understanding=understanding)


@pytest.mark.parametrize(
    ("first", "last", "basis", "told"),
    [
        ("2024-12-01", None, Basis.PUBLISHED, "Articles published from 2024-12-01"),
        (None, "2024-12-01", Basis.HAPPENED, "Events to 2024-12-01"),
        ("2024-11-01", "2024-11-30", Basis.HAPPENED, "Events from 2024-11-01 to 2024-11-30"),
        ("2024-11-01", "2024-11-01", Basis.PUBLISHED, "Articles published on 2024-11-01"),
    ],
)
def test_the_time_that_was_asked_about_is_told(
    first: str | None, last: str | None, basis: Basis, told: str
) -> None:
    """Whose time it is, and the words that say so; for an abstention, too."""
    text = shown(understood(AskedPeriod(first, last, basis, "in those days")))
    as_of = "  As the articles stood on 2024-12-31\n"
    assert f"{NO_ANSWER}\n{as_of}  {told} (“in those days”)\n" in text


def test_how_a_question_was_understood_is_told_on_demand() -> None:
    """The question that stands alone, and what else it might have meant."""
    answer = understood(None, Rewrite("Who left the port?", 0.256))
    told = "Understood as: Who left the base?\nrather than: Who left the port? (0.26)\n\n"
    assert shown(answer, explain=True).startswith(told)
    assert "Understood" not in shown(answer)
