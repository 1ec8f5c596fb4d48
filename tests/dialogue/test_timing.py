"""The last question at another time."""

import pytest

from retrieval.dialogue.timing import at_another_time


@pytest.mark.parametrize(
    ("question", "time", "changed"),
    [
        ("Who died in the quake?", "yesterday", "Who died in the quake yesterday?"),
        ("Who died in the quake yesterday?", "on Sunday", "Who died in the quake on Sunday?"),
        ("Who left before May 3?", "on 20 May 2024", "Who left on 20 May 2024?"),
        ("What happened since Sunday in Oss?", "today", "What happened in Oss today?"),
        ("Who won the 2018 World Cup?", "in 2022", "Who won the 2018 World Cup in 2022?"),
        ("Who died in the quake?", "in Oss", None),
        ("Who died in the quake?", "in Oss yesterday", None),
        ("Who died in the quake?", "the mayor", None),
    ],
)
def test_a_time_takes_the_place_of_a_time(question: str, time: str, changed: str | None) -> None:
    """Only of a time: names and places stay, and a follow-up that says more is no time."""
    assert at_another_time(question, time) == changed
