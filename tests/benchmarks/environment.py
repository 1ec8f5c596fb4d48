"""Size of the installed environment and what dominates it."""

import sysconfig
from pathlib import Path

SHOWN = 8


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def main() -> None:
    """Print the largest packages and the sum."""
    packages = Path(sysconfig.get_paths()["purelib"])
    sizes = sorted(((size(entry), entry.name) for entry in packages.iterdir()), reverse=True)
    total = sum(amount for amount, _ in sizes)
    for amount, name in sizes[:SHOWN]:
        print(f"{name:<28} {amount / 1e6:7.0f} MB  {amount / total:4.0%}")
    print(f"{'all packages':<28} {total / 1e6:7.0f} MB")


if __name__ == "__main__":
    main()
