"""The last turns of a conversation outlive the process; a damaged file costs only them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Conversation, conversation_file
from retrieval.answer import MAX_TURNS, Turn

TURN = Turn("Where to?", "Russia", "Where were they taken?", ("They were taken to Russia.",))


def test_a_conversation_goes_on_after_a_restart(tmp_path: Path) -> None:
    """All of each turn, the oldest forgotten; and nothing once it was cleared."""
    file = tmp_path / "new" / "conversation.json"
    first = Conversation(file)
    for n in range(MAX_TURNS + 2):
        first.add(Turn(f"{n}?", None))
    first.add(TURN)
    again = Conversation(file)
    assert again.turns == first.turns
    assert [turn.question for turn in again.turns] == [*(f"{n}?" for n in range(3, 8)), "Where to?"]
    assert again.turns[-1] == TURN
    again.forget()
    assert Conversation(file).turns == []
    assert [kept.name for kept in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(
    "damaged",
    [
        *(b"", b"[", b"{}x", b"[1]", b"[{}]", b"null", b"\xff", b"[" * 100_000),
        b'[{"question": "?", "standalone": null, "quotes": [], "answer": 1}]',
    ],
)
def test_a_damaged_file_is_no_conversation(tmp_path: Path, damaged: bytes) -> None:
    """It is as if nothing had been said; what is said now is kept."""
    file = tmp_path / "conversation.json"
    file.write_bytes(damaged)
    conversation = Conversation(file)
    assert list(conversation.turns) == []
    conversation.add(TURN)
    assert Conversation(file).turns == [TURN]


def test_what_cannot_be_kept_does_not_end_the_conversation(tmp_path: Path) -> None:
    """A home that is no folder."""
    (tmp_path / "file").write_text("")
    conversation = Conversation(tmp_path / "file" / "conversation.json")
    conversation.add(TURN)
    conversation.add(TURN)
    assert conversation.turns == [TURN, TURN]


def test_each_index_has_its_conversation(tmp_path: Path) -> None:
    """However its folder is named."""
    here = conversation_file(tmp_path, tmp_path / "a")
    assert here == conversation_file(tmp_path, tmp_path / "b" / ".." / "a")
    assert here != conversation_file(tmp_path, tmp_path / "b")


WORDS = st.text().filter(lambda text: text.encode(errors="replace").decode() == text)


@given(st.lists(st.builds(Turn, WORDS, st.none() | WORDS, st.none() | WORDS), max_size=4))
def test_any_words_are_kept(tmp_path_factory: pytest.TempPathFactory, turns: list[Turn]) -> None:
    """In any script, with any sign."""
    file = tmp_path_factory.mktemp("kept") / "conversation.json"
    conversation = Conversation(file)
    for turn in turns:
        conversation.add(turn)
    assert list(Conversation(file).turns) == turns
