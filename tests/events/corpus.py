"""The corpus of events: clusters of invented articles, as they came out, changed and went.

README.md tells what is in it. Knows nothing of indexes and answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from index.articles import Article
from index.formats.files import parse_article
from tests.events.expectations import (
    Conversation,
    Question,
    read_conversations,
    read_day,
    read_questions,
)

HERE = Path(__file__).parent
DEVELOPMENT, HELD_OUT = "development", "held-out"
EXPECTED_FILE = "expected.yaml"


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
            Change(read_day(one["day"]), one["file"], one.get("becomes"))
            for one in told.get("later", ())
        ),
        tuple(map(tuple, told["reprints"])),
        read_questions(told["questions"]),
        read_conversations(told.get("conversations", ())),
    )
