"""The corpus of events: clusters of invented articles, and what is to be said of them on each day.

What the keys of an `expected.yaml` mean is told in README.md. Knows nothing of indexes and answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.articles import Article
from index.formats.files import parse_article
from retrieval.answer import Relation

HERE = Path(__file__).parent
DEVELOPMENT, HELD_OUT = "development", "held-out"
EXPECTED_FILE = "expected.yaml"


@dataclass(frozen=True, slots=True)
class Value:
    """One value that articles give.

    Attributes:
        says: The ways in which it may be written.
        articles: The files that say so.
        also: Files that may be counted with them, for they say so in passing.
        relations: How it may be related to the latest value; none for the latest itself.
    """

    says: tuple[str, ...]
    articles: tuple[str, ...]
    also: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to be said on one day.

    Attributes:
        day: Articles and versions of this day (YYYY-MM-DD) or before are known.
        latest: The latest value; None where nothing is to be answered.
        either: Whether a value of the same day among `others` may be the answer as well.
        others: Other values that are to be listed, the newest first.
        may: Values that may be listed or not.
    """

    day: str
    latest: Value | None
    either: bool = False
    others: tuple[Value, ...] = ()
    may: tuple[Value, ...] = ()

    @property
    def quiet(self) -> bool:
        """Whether there is an answer and nothing else to be said."""
        return self.latest is not None and not self.others


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands on its own, and what is to be said on some days."""

    text: str
    expected: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation, and the ways in which its answer may be written."""

    text: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that lean on one another, and the day as of which they are asked."""

    day: str
    turns: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a file on a day: another version, or nothing where it is withdrawn."""

    day: str
    file: str
    becomes: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """The articles of one event.

    Attributes:
        name: Of its folder.
        folder: Where its articles are.
        first: The file of each article as it came out, by name, in order of publication.
        later: What became of them, in order.
        reprints: Groups of articles that are copies of one report.
    """

    name: str
    folder: Path
    first: Mapping[str, Path]
    later: tuple[Change, ...]
    reprints: tuple[tuple[str, ...], ...]
    questions: tuple[Question, ...]
    conversations: tuple[Conversation, ...]

    @property
    def days(self) -> list[str]:
        """The days on which something comes, changes or goes."""
        came = {published(article_of(file)) for file in self.first.values()}
        return sorted(came | {change.day for change in self.later})

    def standing(self, day: str) -> dict[str, Path]:
        """The files as they stand at the end of a day, by name."""
        known = {
            name: file for name, file in self.first.items() if published(article_of(file)) <= day
        }
        for change in self.later:
            if change.day <= day and change.becomes:
                known[change.file] = self.folder / change.becomes
            elif change.day <= day:
                known.pop(change.file)
        return known

    def sources(self, names: Iterable[str]) -> int:
        """How many independent sources some articles are; copies of one report are one."""
        groups = {name: group[0] for group in self.reprints for name in group}
        return len({groups.get(name, name) for name in names})

    def newest(self, names: Iterable[str], day: str) -> str:
        """The date of the newest of some articles as they stand on a day."""
        standing = self.standing(day)
        return max(published(article_of(standing[name])) for name in names)


@cache
def article_of(file: Path) -> Article:
    """The article that a file holds, as an index would read it."""
    return parse_article(file.read_bytes(), file.name)


def published(article: Article) -> str:
    """The day on which an article came out; a corpus without it is broken."""
    if article.published is None:
        raise ValueError(f"{article.path!r} has no date")
    return article.published[:10]


@cache
def clusters(half: str) -> tuple[Cluster, ...]:
    """All clusters of a half, `DEVELOPMENT` or `HELD_OUT`, by name."""
    return tuple(map(_cluster, sorted(file.parent for file in (HERE / half).glob("*/*.yaml"))))


def _cluster(folder: Path) -> Cluster:
    told = yaml.safe_load((folder / EXPECTED_FILE).read_text(encoding="utf-8"))
    files = [file for file in folder.iterdir() if file.suffix in (".md", ".txt")]
    files.sort(key=lambda file: (published(article_of(file)), file.name))
    return Cluster(
        folder.name,
        folder,
        {file.name: file for file in files},
        tuple(
            Change(_day(one["day"]), one["file"], one.get("becomes"))
            for one in told.get("later", ())
        ),
        tuple(map(tuple, told["reprints"])),
        tuple(
            Question(one["ask"], tuple(map(_expectation, one["expect"])))
            for one in told["questions"]
        ),
        tuple(
            Conversation(
                _day(one["day"]),
                tuple(Said(turn["ask"], tuple(turn["says"])) for turn in one["turns"]),
            )
            for one in told.get("conversations", ())
        ),
    )


def _expectation(told: Mapping[str, Any]) -> Expectation:
    return Expectation(
        _day(told["day"]),
        None if told.get("silent") else _value(told),
        told.get("either", False),
        _values(told.get("others", ())),
        _values(told.get("may", ())),
    )


def _values(told: Sequence[Mapping[str, Any]]) -> tuple[Value, ...]:
    return tuple(map(_value, told))


def _value(told: Mapping[str, Any]) -> Value:
    relations = told.get("relation", [])
    return Value(
        tuple(told["says"]),
        tuple(told["in"]),
        tuple(told.get("also", ())),
        tuple(map(Relation, [relations] if isinstance(relations, str) else relations)),
    )


def _day(told: date) -> str:
    return told.isoformat()
