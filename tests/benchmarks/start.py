"""Cold start: `dateline ask` as a whole process, beside importing sentence-transformers.

`python -m tests.benchmarks.start [ROUNDS]`; the runs alternate, so that noise hits both alike.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
DATELINE = [sys.executable, "-m", "bot.cli"]


def seconds(command: list[str]) -> float:
    """Wall time of one process."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def main(rounds: int = 5) -> None:
    """Print medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/index"
        subprocess.run(
            [*DATELINE, "index", "build", "seeds", "--index", index],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        question = "how many fighters were evacuated?"
        commands = {
            "dateline ask": [*DATELINE, "ask", question, "--index", index],
            "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
            "dateline --help": [*DATELINE, "--help"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(seconds(command))
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    for name, median in medians.items():
        print(f"{name:<30} {median:6.2f} s   (median of {rounds})")
    ratio = medians["dateline ask"] / medians["import sentence_transformers"]
    print(f"cold ask / import sentence_transformers: {ratio:.3f}")


if __name__ == "__main__":
    main(*[int(argument) for argument in sys.argv[1:]])
