"""A rebuild is remembered until its end has been told, whatever happens to the process."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.state.database import FileState
from bot.state.rebuilds import Rebuild, end_rebuild, open_rebuild, put_rebuild
from index.sql import Connection
from tests.messenger.support import temporary_state

pytestmark = pytest.mark.anyio

BEGUN = Rebuild(-1001, 7, "ru", 1750000000.123456)


@pytest.fixture
def anyio_backend() -> str:
    """The state runs on asyncio only."""
    return "asyncio"


async def test_a_rebuild_survives_the_process_until_it_is_ended(tmp_path: Path) -> None:
    """With what was learnt of it last; none is left when its end has been told."""
    state = temporary_state(tmp_path)
    assert await state.read(open_rebuild) is None
    await state.write(lambda connection: put_rebuild(connection, BEGUN))
    shown = replace(BEGUN, message_id=55)
    await state.write(lambda connection: put_rebuild(connection, shown))
    state.close()
    state = FileState.open_file(state.path)
    assert await state.read(open_rebuild) == shown
    await state.write(lambda connection: end_rebuild(connection, replace(BEGUN, began=1.0)))
    assert await state.read(open_rebuild) == shown  # the end of another is not its own
    await state.write(lambda connection: end_rebuild(connection, shown))
    assert await state.read(open_rebuild) is None
    state.close()


async def test_its_end_is_not_told_and_forgotten_apart(tmp_path: Path) -> None:
    """It is forgotten in the transaction that plans the message, or not at all."""
    state = temporary_state(tmp_path)
    await state.write(lambda connection: put_rebuild(connection, BEGUN))

    def fail(connection: Connection) -> None:
        end_rebuild(connection, BEGUN)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await state.write(fail)
    assert await state.read(open_rebuild) == BEGUN
    state.close()
