"""Golden questions: what an index must go on answering, kept beside its generations.

They lie outside the generations, so that a rebuild is measured by what was asked of the index
before it. Knows nothing of how questions are answered.
"""

import json
from dataclasses import asdict, dataclass

from index.errors import IndexFolderError, UsageError
from index.folder import GOLDEN_FILE
from index.location import Location
from index.places import open_place


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question and words that its answer or the sentence quoted for it must hold."""

    question: str
    expected: str


class GoldenQuestions:
    """The golden questions of one index, in the order in which they were added."""

    def __init__(self, location: Location) -> None:
        self._place = open_place(location, writing=True)

    def all(self) -> list[GoldenQuestion]:
        """Every golden question; none before the first was added.

        Raises:
            IndexFolderError: They cannot be read, or are something else.
        """
        try:
            return [GoldenQuestion(**json.loads(line)) for line in self._place.golden_lines()]
        except (ValueError, TypeError) as exc:
            raise IndexFolderError(
                f"the golden questions in {str(self._place)!r} cannot be read ({exc}); "
                f"mend or remove them ({GOLDEN_FILE})."
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
        told = [json.dumps(asdict(one), ensure_ascii=False) for one in questions]
        self._place.put_golden_lines(told)
