"""Checks of what cannot be derived, and of the columns that only repeat it."""

from collections.abc import Iterator

from index.articles import article_id, identified
from index.checks.checked import Check, Checked
from index.embedded import EmbeddedStore
from index.golden import GoldenQuestions
from index.intake import Progress


def _database(checked: Checked) -> Iterator[str]:
    for (said,) in checked.store.rows("PRAGMA integrity_check"):
        if said != "ok":
            yield str(said)


def _references(checked: Checked) -> Iterator[str]:
    for table in ("versions", "chunks", "past_chunks"):
        for _, row, parent, _ in checked.store.rows(f"PRAGMA foreign_key_check({table})"):
            yield f"row {row} of {table} names something in {parent} that is not there"


def _articles(checked: Checked) -> Iterator[str]:
    for article, _, _ in checked.articles():
        if identified(article).id != article.id:
            yield f"article {article.id} ({article.path}) is not what it was when it came in"


def _text_hashes(checked: Checked) -> Iterator[str]:
    for article, text_id, _ in checked.articles():
        if article_id(article.text) != text_id:
            yield f"the hash of the text of article {article.id} is {text_id}"


def _mend_text_hashes(checked: Checked, progress: Progress) -> None:
    for article, _, _ in checked.articles():
        checked.store.connection.execute(
            "UPDATE articles SET text_id = ? WHERE id = ?", (article_id(article.text), article.id)
        )


def _versions(checked: Checked) -> Iterator[str]:
    rows = checked.store.rows(
        "SELECT a.id, a.live, a.path, min(v.path) FROM articles a LEFT JOIN versions v "
        "ON v.article_id = a.id AND v.until IS NULL GROUP BY a.id, a.live, a.path "
        "HAVING a.live != (min(v.path) IS NOT NULL) OR a.path != min(v.path)"
    )
    for identity, live, path, first in rows:
        state = "live" if live else "not live"
        yield f"article {identity} is {state} as {path!r}, and its current path is {first!r}"


def _mend_versions(checked: Checked, progress: Progress) -> None:
    current = "(SELECT min(path) FROM versions WHERE article_id = articles.id AND until IS NULL)"
    run = checked.store.connection.execute
    run(f"UPDATE articles SET live = {current} IS NOT NULL")  # noqa: S608 - own names
    run(f"UPDATE articles SET path = {current} WHERE live")  # noqa: S608 - own names


def _files(checked: Checked) -> Iterator[str]:
    rows = checked.store.rows(
        "SELECT path, file FROM versions WHERE until IS NULL "
        "AND file NOT IN (SELECT path FROM files)"
    )
    for path, file in rows:
        yield f"{path!r} is from {file!r}, of which nothing is known"


def _mend_files(checked: Checked, progress: Progress) -> None:
    """Its articles stay until somebody withdraws them, or a folder has the file again."""
    checked.store.connection.execute(
        "INSERT INTO files SELECT DISTINCT file, 'added', '', '' FROM versions "
        "WHERE until IS NULL AND file NOT IN (SELECT path FROM files)"
    )


def _golden(checked: Checked) -> Iterator[str]:
    GoldenQuestions(checked.location).all()
    yield from ()


DATABASE = Check("the database file", _database, of=EmbeddedStore)
CHECKS = (
    DATABASE,
    Check("the references", _references, of=EmbeddedStore),
    Check("the articles", _articles),
    Check("the hashes of texts", _text_hashes, _mend_text_hashes),
    Check("the versions", _versions, _mend_versions),
    Check("the files", _files, _mend_files),
    Check("the golden questions", _golden),
)
