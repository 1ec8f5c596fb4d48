"""Stories: the articles that are copies of one report, grouped as they come and go.

Ten outlets that reprint one wire report are one source. Who counts agreement counts stories, not
articles; who cites a story cites the earliest of its `members` that carries the words
(`index.stories.revisions.carries`), for members may differ: a correction is in the story of what it
corrects, and neither confirms nor hides it. Texts with fewer than `MIN_WORDS` words are copies only
of their equals; a text without words is a story by itself.

The stories depend on the articles alone, not on the order in which they came, as long as no phrase
is in more than `MAX_HOLDERS` of them and none has more than `MAX_CANDIDATES` candidates. Beyond
that an article is compared with those that share its rarest phrases: copies still find each other,
since a story needs no more than one way to each member.

Everything is in tables of its own in a database that the caller opens. Knows nothing of outlets and
dates, and turns no error of the engine into Dateline's: its database does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from index.sql import Connection, Rows
from index.stories.fingerprints import (
    MIN_SHARED_KEYS,
    Fingerprint,
    Likeness,
    compare,
    fingerprint,
    keys,
)
from index.stories.groups import joined, only_adds, stories_around

MAX_HOLDERS, MAX_CANDIDATES = 1000, 64

SCHEMA = """
CREATE TABLE story_articles (
    id INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE, story_id TEXT NOT NULL
);
CREATE INDEX story_articles_by_story ON story_articles (story_id);
CREATE TABLE story_signatures (
    id INTEGER PRIMARY KEY REFERENCES story_articles (id), signature BLOB NOT NULL
);
CREATE TABLE story_keys (
    key INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, id)
) WITHOUT ROWID;
CREATE TABLE story_pairs (
    id INTEGER NOT NULL, other INTEGER NOT NULL,
    share REAL NOT NULL, share_other REAL NOT NULL, phrases REAL NOT NULL,
    figures INTEGER NOT NULL, changed INTEGER NOT NULL, PRIMARY KEY (id, other)
) WITHOUT ROWID;
"""


class Stories:
    """The stories of one database; make one whenever it is needed, it holds nothing itself."""

    def __init__(self, connection: Connection) -> None:
        """Use a database in which `SCHEMA` was executed."""
        self._connection = connection

    def add(self, article_id: str, text: str) -> str:
        """Add an article, or give a known one another text; returns the id of its story.

        A story's id is the smallest of its members' ids, so it changes with them. All is written
        or nothing, inside the caller's transaction or outside any.
        """
        taken = fingerprint(text)
        with self._whole():
            held = self._row(article_id)
            if held is not None:
                number, story_id = held
                if self._signature(number) == taken.signature:
                    return story_id
                self.remove(article_id)
            number = self._insert(article_id, taken)
            if not self._compare(number, taken.signature, self._candidates(number, taken.keys)):
                return article_id
            return self._place(article_id)

    def remove(self, article_id: str) -> None:
        """Take an article out; one that is not there is passed over."""
        with self._whole():
            if (held := self._row(article_id)) is None:
                return
            number = held[0]
            left = self._around({article_id, *self.copies(article_id)}) - {article_id}
            marks = [(key, number) for key in keys(self._signature(number))]
            self._connection.executemany("DELETE FROM story_keys WHERE key = ? AND id = ?", marks)
            others = "(SELECT other FROM story_pairs WHERE id = ?1)"
            self._run(f"DELETE FROM story_pairs WHERE id IN {others} AND other = ?1", number)  # noqa: S608
            self._run("DELETE FROM story_pairs WHERE id = ?", number)
            self._run("DELETE FROM story_signatures WHERE id = ?", number)
            self._run("DELETE FROM story_articles WHERE id = ?", number)
            self._regroup(left)

    def story(self, article_id: str) -> str | None:
        """The id of the story of an article, None if the article is not there."""
        held = self._row(article_id)
        return held[1] if held else None

    def members(self, story_id: str) -> tuple[str, ...]:
        """The articles of a story, by id; none if there is no such story."""
        sql = "SELECT article_id FROM story_articles WHERE story_id = ? ORDER BY article_id"
        return tuple(row[0] for row in self._run(sql, story_id))

    def copies(self, article_id: str) -> dict[str, Likeness]:
        """The articles that were found to carry much of this one, or it of them.

        Those outside its story share a part with it only: it is a digest, or they are.
        """
        sql = """SELECT o.article_id, p.share, p.share_other, p.phrases, p.figures, p.changed
            FROM story_articles a JOIN story_pairs p ON p.id = a.id
            JOIN story_articles o ON o.id = p.other WHERE a.article_id = ?"""
        return {row[0]: Likeness(*row[1:]) for row in self._run(sql, article_id)}

    def resembling(self, taken: Fingerprint) -> dict[str, Likeness]:
        """The articles that carry much of a text that is not among them, or it of them."""
        wanted = self._connection.listed(self._candidates(0, taken.keys))
        sql = f"SELECT id, article_id FROM story_articles WHERE id {self._connection.among}"  # noqa: S608 - own words
        rows = self._run(sql, wanted).fetchall()
        compared = {
            article: compare(taken.signature, self._signature(number)) for number, article in rows
        }
        return {article: pair for article, pair in compared.items() if pair.same_copy}

    def _candidates(self, number: int, wanted: tuple[int, ...]) -> list[int]:
        """Articles that share enough keys, those with the rarest keys first."""
        shared: Counter[int] = Counter()
        rarity: dict[int, float] = defaultdict(float)
        sql = "SELECT key, id FROM story_keys WHERE key = ? AND id != ? ORDER BY id LIMIT ?"
        held: dict[int, list[int]] = defaultdict(list)
        asked = [(key, number, MAX_HOLDERS) for key in wanted]
        for key, holder in self._connection.fetch_each(sql, asked):
            held[key].append(holder)
        for holders in held.values():
            shared.update(holders)
            for holder in holders:
                rarity[holder] += 1 / len(holders)
        enough = min(MIN_SHARED_KEYS, len(wanted))
        found = [holder for holder, count in shared.items() if count >= enough]
        return sorted(found, key=lambda holder: (-rarity[holder], holder))[:MAX_CANDIDATES]

    def _insert(self, article_id: str, taken: Fingerprint) -> int:
        sql = "INSERT INTO story_articles (article_id, story_id) VALUES (?, ?) RETURNING id"
        number: int = self._run(sql, article_id, article_id).fetchall()[0][0]
        self._run("INSERT INTO story_signatures VALUES (?, ?)", number, taken.signature)
        marks = [(key, number) for key in taken.keys]
        self._connection.executemany("INSERT INTO story_keys VALUES (?, ?)", marks)
        return number

    def _compare(self, number: int, signature: bytes, candidates: list[int]) -> bool:
        """Compare an article with its candidates and keep the copies, seen from either end."""
        rows: list[tuple[float, ...]] = []
        for other in candidates:
            pair = compare(signature, self._signature(other))
            if pair.same_copy:
                rest = pair.phrases, pair.figures, pair.changed
                rows.append((number, other, pair.share, pair.share_other, *rest))
                rows.append((other, number, pair.share_other, pair.share, *rest))
        sql = "INSERT INTO story_pairs VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._connection.executemany(sql, rows)
        return bool(rows)

    def _place(self, article_id: str) -> str:
        """Join a new article to the stories of its copies."""
        pairs = cache(self.copies)
        if not only_adds(article_id, pairs):
            self._regroup(self._around({article_id, *pairs(article_id)}))
            return self._story(article_id)
        stories = {self._story(one) for one in {article_id, *joined(article_id, pairs)}}
        first = min(stories)
        sql = "UPDATE story_articles SET story_id = ? WHERE story_id = ?"
        self._connection.executemany(sql, [(first, old) for old in stories - {first}])
        return first

    def _regroup(self, articles: set[str]) -> None:
        """Find the stories of some articles anew."""
        for story in stories_around(sorted(articles), cache(self.copies)):
            sql = "UPDATE story_articles SET story_id = ?1 WHERE article_id = ? AND story_id != ?1"
            self._connection.executemany(sql, [(min(story), one) for one in story])

    def _around(self, articles: Iterable[str]) -> set[str]:
        """All members of the stories of some articles."""
        stories = {self._story(one) for one in articles}
        return {member for story_id in stories for member in self.members(story_id)}

    def _row(self, article_id: str) -> tuple[int, str] | None:
        sql = "SELECT id, story_id FROM story_articles WHERE article_id = ?"
        row: tuple[int, str] | None = self._run(sql, article_id).fetchone()
        return row

    def _story(self, article_id: str) -> str:
        row = self._row(article_id)
        assert row is not None, article_id
        return row[1]

    def _signature(self, number: int) -> bytes:
        row = self._run("SELECT signature FROM story_signatures WHERE id = ?", number).fetchone()
        signature: bytes = row[0]
        return signature

    def _run(self, sql: str, *values: object) -> Rows:
        return self._connection.execute(sql, values)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What is written inside is written whole or not at all; may be nested."""
        self._run("SAVEPOINT stories")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk ends the whole transaction
                self._run("ROLLBACK TO stories")
                self._run("RELEASE stories")
            raise
        self._run("RELEASE stories")
