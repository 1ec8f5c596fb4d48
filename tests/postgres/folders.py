"""Folders of servers: each is locked while its tests live, and removed by others once they do not.

Tests that are killed cannot tidy up. Their locks end with them.
"""

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PLACE = Path("/tmp")  # paths of sockets have to be short
PREFIX, NEW_PREFIX = "dlnode", "dlmade"  # what is not locked yet must not be taken for left


def locked_folder() -> tuple[Path, int]:
    """A new folder, and the descriptor that keeps it locked while this process has it open."""
    made = Path(tempfile.mkdtemp(prefix=NEW_PREFIX, dir=PLACE))
    lock = os.open(made, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return made.rename(made.with_name(made.name.replace(NEW_PREFIX, PREFIX, 1))), lock


def remove_left() -> None:
    """Remove the folders that nobody holds."""
    for left in PLACE.glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's, or held
            lock = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)
