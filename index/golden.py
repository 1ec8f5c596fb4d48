"""Golden questions: what an index must go on answering, kept beside its generations.

They lie outside the generations, so that a rebuild is measured by what was asked of the index
before it. Knows nothing of how questions are answered.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import IndexFolderError, UsageError
from index.folder import GOLDEN_FILE


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question and words that its answer or the sentence quoted for it must hold."""

    question: str
    expected: str


class GoldenQuestions:
    """The golden questions of one index folder, in the order in which they were added."""

    def __init__(self, index: Path) -> None:
        self._file = index / GOLDEN_FILE

    def all(self) -> list[GoldenQuestion]:
        """Every golden question; none before the first was added.

        Raises:
            IndexFolderError: The file cannot be read or holds something else.
        """
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
            return [GoldenQuestion(**json.loads(line)) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as exc:
            raise IndexFolderError(
                f"the golden questions in {str(self._file)!r} cannot be read ({exc}); "
                "mend or remove the file."
            ) from exc

    def add(self, golden: GoldenQuestion) -> bool:
        """Add one; False if the same is there already."""
        known = self.all()
        if golden in known:
            return False
        self._write([*known, golden])
        return True

    def remove(self, number: int) -> GoldenQuestion:
        """Remove one by its number, from 1.

        Raises:
            UsageError: There is no such number.
        """
        known = self.all()
        if not 1 <= number <= len(known):
            raise UsageError(
                f"there is no golden question {number}; `dateline index golden list` has "
                f"{len(known)}."
            )
        removed = known.pop(number - 1)
        self._write(known)
        return removed

    def _write(self, questions: list[GoldenQuestion]) -> None:
        """Replace the file; whoever reads sees the old one or the new one."""
        partial = self._file.with_suffix(".partial")
        try:
            with partial.open("w", encoding="utf-8") as file:
                for one in questions:
                    file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, self._file)
        except OSError as exc:
            raise IndexFolderError(
                f"{str(self._file)!r} cannot be written: {exc.strerror or exc}."
            ) from exc
