"""Open the state that a setting names: a file for one bot, or a database for many."""

from bot.state.database import FileState, State
from index.location import Address, Location


def open_state(location: Location) -> State:
    """Open a state, or make it; see `FileState.open_file` and `SharedState`.

    Raises:
        StateBusyError: Another process has the file open.
        StateError: It cannot be used.
    """
    if isinstance(location, Address):
        from bot.state.shared import SharedState  # asyncpg: only where it is configured

        return SharedState(location)
    return FileState.open_file(location)
