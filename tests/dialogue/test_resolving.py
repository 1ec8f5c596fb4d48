"""What the articles make of rewrites decides; a question that stands alone costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer import Turn
from retrieval.dialogue.probing import NO_REPLY, Reply
from retrieval.dialogue.resolving import MAX_READ, resolve, with_standalones

FIGHTERS = Turn("How many fighters were evacuated?", "4,000 pro-Iranian fighters")


@dataclass
class CountingProber:
    """Finds every rewrite equally well, but for what `read_as` says, and counts."""

    read_as: Callable[[str], Reply] = lambda question: NO_REPLY
    searched: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def similarity(self, question: str) -> float:
        self.searched.append(question)
        return 0.5

    def read(self, question: str) -> Reply:
        self.asked.append(question)
        return self.read_as(question)


def test_a_question_that_stands_alone_is_not_tried() -> None:
    """Neither search nor reader is troubled, and nothing changes."""
    prober = CountingProber()
    for question in ("Which company owns the Ever Given?", "Who is Putin?"):
        assert resolve(question, [FIGHTERS], prober).standalone == question
        assert resolve("Where to?", [], prober).standalone == "Where to?"
    assert prober.searched == prober.asked == []


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=9))
def test_a_follow_up_costs_a_bounded_number_of_probes(question: str, earlier: list[str]) -> None:
    """At most five rewrites are searched besides the question as asked, and three are read."""
    prober = CountingProber()
    resolve(question, [Turn(one, "Ada Lind") for one in earlier], prober)
    assert len(prober.searched) <= 5
    assert len(prober.asked) <= MAX_READ


def test_a_rewrite_that_is_answered_beats_one_that_only_repeats() -> None:
    """The answer before is rarely the answer to what is asked next."""
    history = [
        Turn("Who opened the harbour bridge?", "Ada Lind"),
        Turn("Who built it?", "Hans Meier", "Who built the harbour bridge?"),
    ]

    def repeats(question: str) -> Reply:
        return Reply("hans meier", 0.6) if "bridge" in question else Reply("1971", 0.6)

    assert resolve("When did he die?", history, CountingProber()).standalone == (
        "When did Hans Meier die?"
    )
    lost = resolve("And where was it opened?", history, CountingProber(repeats))
    assert "bridge" in " ".join([lost.standalone, *(one.text for one in lost.rewrites)])
    scores = [one.score for one in lost.rewrites]
    assert scores == sorted(scores, reverse=True)


def test_turns_without_a_standalone_question_get_one_by_their_words() -> None:
    """A batch brings questions and answers only; a follow-up in them is understood all the same."""
    told = with_standalones([FIGHTERS, Turn("Where to?", "Tehran")])
    assert told[1].standalone == "Where were 4,000 pro-Iranian fighters evacuated to?"
    assert resolve("Who said so?", told, CountingProber()).standalone == (
        "Who said that 4,000 pro-Iranian fighters were evacuated to Tehran?"
    )


def test_context_in_brackets_is_not_handed_on() -> None:
    """It was there to be searched; the question behind which it stood is what was asked."""
    last = Turn("Why?", "fog", "Why? (Who closed the harbour? Ada Lind)")
    (turn,) = with_standalones([last])
    assert turn.standalone == "Why?"
    said = Turn("Who paid (and why)?", "Ada Lind", "Who paid (and why)")
    assert with_standalones([said]) == [said]
