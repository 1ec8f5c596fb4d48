"""What became of a call, in state, log and metrics."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.messenger.delivery.outcomes import Outcomes
from bot.messenger.delivery.patience import PatientState
from bot.messenger.plan import Delivered, Outgoing
from bot.state import outbox
from bot.state.database import State
from bot.state.outbox import Call
from index.sql import Connection
from tests.messenger.delivering import Counted, text
from tests.messenger.support import rows, temporary_state

pytestmark = pytest.mark.anyio

SECRET = "what a user was answered"


class Ledger:
    """A state with three calls of one plan, and who notes what becomes of them."""

    def __init__(self, state: State) -> None:
        """Note it in `state`."""
        self.state, self.metrics = state, Counted()
        self.moves: list[tuple[int, int]] = []
        self.outcomes = Outcomes(PatientState(state, self.metrics), self.metrics, self._moved)

    def _moved(self, connection: Connection, old: int, new: int) -> None:
        assert connection.in_transaction
        self.moves.append((old, new))

    async def begun(self) -> Call:
        """The first call, under way."""
        calls: list[Outgoing] = [text(SECRET, reply_parameters={"message_id": 1})] * 3
        await self.state.write(lambda db: outbox.plan_notice(db, "chat 1", calls, 1.0))
        return await self.state.write(lambda db: outbox.begin(db, 1))

    async def found(self) -> list[tuple[object, ...]]:
        """Status, reason and tries of each call."""
        return await rows(self.state, "SELECT status, reason, attempts FROM outbox")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """A new one."""
    state = temporary_state(tmp_path)
    yield Ledger(state)
    state.close()


PLANNED = ("planned", None, 0)


async def test_what_was_sent_is_noted(ledger: Ledger) -> None:
    """With the number of its message, and that its chat has one of that number."""
    call = await ledger.begun()
    assert await ledger.outcomes.sent(call, 7, "private") == Delivered("sent", 7)
    assert await ledger.found() == [("sent", None, 1), PLANNED, PLANNED]
    assert await rows(ledger.state, "SELECT chat_id, kind, last_message_id FROM chats") == [
        (1, "private", 7)
    ]


@pytest.mark.parametrize(
    ("expected", "level", "errors"),
    [(True, "INFO", []), (False, "ERROR", ["refused"])],
)
async def test_only_a_refusal_that_nobody_expects_is_an_error(
    ledger: Ledger,
    expected: bool,
    level: str,
    errors: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Both are logged, with the reason and without the message."""
    call = await ledger.begun()
    with caplog.at_level(logging.INFO):
        result = await ledger.outcomes.refused(call, "no", expected=expected)
    assert result == Delivered("refused")
    assert await ledger.found() == [("refused", "no", 1), PLANNED, PLANNED]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        (level, "sendMessage for chat 1 is refused: no")
    ]
    assert ledger.metrics.errors == errors


async def test_what_nobody_knows_is_an_error(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody may have to look whether a message has arrived."""
    assert await ledger.outcomes.unknown(await ledger.begun(), "why") == Delivered("unknown")
    assert await ledger.found() == [("unknown", "why", 1), PLANNED, PLANNED]
    assert "sendMessage for chat 1 is unknown: why" in caplog.text
    assert ledger.metrics.errors == ["unknown"]


async def test_a_chat_that_shuts_the_bot_out_gets_nothing_more(ledger: Ledger) -> None:
    """All that is left of the plan is refused in the same breath, which is no error."""
    result = await ledger.outcomes.shut_out(await ledger.begun(), "blocked", gone=True)
    assert result == Delivered("refused")
    rest = ("refused", "as the call before", 0)
    assert await ledger.found() == [("refused", "blocked", 1), rest, rest]
    assert ledger.metrics.errors == []


@pytest.mark.parametrize(("in_doubt", "attempts"), [(True, 1), (False, 0)])
async def test_what_was_not_made_can_be_made_again(
    ledger: Ledger, in_doubt: bool, attempts: int
) -> None:
    """Only a try that may still come through counts."""
    await ledger.outcomes.put_back(await ledger.begun(), in_doubt=in_doubt)
    assert await ledger.found() == [("planned", None, attempts), PLANNED, PLANNED]


async def test_another_form_is_told_of_without_its_words(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says what was wrong; what was written stays out of it."""
    call = await ledger.begun()
    await ledger.outcomes.amended(call, {"chat_id": 1, "text": SECRET}, "can't parse entities")
    assert await ledger.found() == [PLANNED] * 3
    assert "sendMessage for chat 1 is changed: can't parse entities" in caplog.text
    assert SECRET not in caplog.text
    assert ledger.metrics.errors == ["amended"]
    changed = await ledger.state.read(lambda db: outbox.call(db, 1))
    assert changed is not None
    assert changed.parameters == {"chat_id": 1, "text": SECRET}


async def test_a_call_moves_with_its_group(ledger: Ledger) -> None:
    """Whoever keeps the chats hears of it in the same transaction."""
    await ledger.outcomes.moved(await ledger.begun(), 1, -1_001_234_567_890)
    moved = await ledger.state.read(lambda db: outbox.call(db, 1))
    assert moved is not None
    assert (moved.chat_id, moved.status) == (-1_001_234_567_890, "planned")
    assert moved.parameters["chat_id"] == -1_001_234_567_890
    assert "reply_parameters" not in moved.parameters
    assert ledger.moves == [(1, -1_001_234_567_890)]
