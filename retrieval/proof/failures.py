"""What comes of checking an answer, and what it is checked against."""

from dataclasses import dataclass
from typing import Protocol

from index.articles import Article


class Originals(Protocol):
    """The articles that an answer is checked against."""

    def cited(self, article_id: str, path: str) -> tuple[Article | None, str | None]:
        """The article that a citation names, and what is wrong with naming it so, if anything."""

    def article(self, article_id: str) -> Article | None:
        """An article by its id, whichever file it is in."""

    def ended(self, article_id: str) -> str | None:
        """What has become of an article, such as "withdrawn on 2024-12-20"; None if nothing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that does not hold.

    Attributes:
        place: Which part of the answer makes it, such as "citation 2".
        reason: What is wrong, in one sentence without a full stop.
        told: What the answer says, where two wordings are compared.
        there: What it should say.
    """

    place: str
    reason: str
    told: str | None = None
    there: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of checking one answer.

    Attributes:
        quotations: How many quotations it has, true or false.
        failures: What does not hold; empty if all does.
        notes: What is worth knowing all the same, such as that an article was withdrawn since.
    """

    quotations: int = 0
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
