"""The engine that is not configured costs nothing."""

import subprocess
import sys
from pathlib import Path


def test_nothing_of_the_engine_is_imported_unless_it_is_configured(seeds_index: Path) -> None:
    """Neither to ask a folder nor to put a bot together."""
    program = (
        "import sys; from bot.cli import main; import bot.messenger.wiring, bot.messenger.app\n"
        "import bot.state.opening, index.copying, index.checks.checking\n"
        "main(['ask', 'how many fighters were evacuated?', '--index', sys.argv[1]], "
        "standalone_mode=False)\n"
        "found = [name for name in sys.modules if name.split('.')[0] in ('asyncpg', 'pgvector')]\n"
        "assert not found and 'index.postgres.engine' not in sys.modules, found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(seeds_index)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "4,000 pro-Iranian fighters" in done.stdout
