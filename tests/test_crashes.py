"""Killed at any moment, a change of the index happened whole or not at all; the next one heals."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crashes import KINDS

KILLS = 42  # of each of five kinds


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_change_leaves_the_index_as_it_was_or_as_it_is_to_be(
    kind: str, tmp_path: Path
) -> None:
    """SIGKILL at a random file operation or SQL statement: as before or as after, never between.

    What was cut short is then done again, and gives what an uninterrupted change gives.
    """
    run = subprocess.run(
        [sys.executable, "-m", "tests.crashes", kind, str(KILLS), tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # its threads would not survive a fork
    )
    assert (run.stderr, run.returncode) == ("", 0)
    told = re.fullmatch(r"(\d+) kills at (\d+) steps; after: .*\n", run.stdout)
    assert told is not None
    assert int(told[1]) == KILLS
    assert int(told[2]) > KILLS
