"""Checks of what an index in PostgreSQL derives: partitions, full text, vectors.

Imported only where there is one.
"""

from collections.abc import Iterator

from index.articles import Article
from index.checks.checked import Check, Checked
from index.history import ARTICLE_COLUMNS
from index.intake import Progress
from index.postgres.fulltext import configuration_of, plain_words
from index.postgres.store import PostgresStore

MOST_OFF_UNIT = 2e-3  # half precision
_TABLES = ("chunks", "past_chunks")


def _partitions(checked: Checked) -> Iterator[str]:
    rows = checked.store.rows(
        "SELECT a.id FROM articles a LEFT JOIN article_months m ON m.id = a.id "
        "WHERE a.month IS DISTINCT FROM m.month "
        "OR a.month <> coalesce(substr(a.published, 1, 7), '') ORDER BY a.id"
    )
    for (identity,) in rows:
        yield f"article {identity} is not in the partition of its month"
    for table in _TABLES:
        rows = checked.store.rows(
            f"SELECT DISTINCT c.article_id FROM {table} c LEFT JOIN articles a "  # noqa: S608
            "ON a.id = c.article_id AND a.month = c.month WHERE a.id IS NULL"
        )
        for (identity,) in rows:
            yield f"chunks of article {identity} are in another partition, or it is gone"


def _vectors(checked: Checked) -> Iterator[str]:
    for table in _TABLES:
        rows = checked.store.rows(
            f"SELECT id, article_id FROM {table} "  # noqa: S608 - own names
            "WHERE abs(l2_norm(vector) - 1) > ? ORDER BY id",
            (MOST_OFF_UNIT,),
        )
        for chunk, article in rows:
            yield f"the vector of chunk {chunk} of article {article} is no unit vector"


def _mend_vectors(checked: Checked, progress: Progress) -> None:
    for table in _TABLES:
        checked.store.connection.execute(
            f"DELETE FROM {table} WHERE article_id IN (SELECT article_id FROM {table} "  # noqa: S608
            "WHERE abs(l2_norm(vector) - 1) > ?)",
            (MOST_OFF_UNIT,),
        )
    checked.intake(progress).encode_missing()


def _words(checked: Checked) -> Iterator[str]:
    names = ", ".join(f"a.{column}" for column in ARTICLE_COLUMNS.split(", "))
    for table in _TABLES:
        last = 0
        sql = (
            f'SELECT c.id, c.start, c."end", c.words::text, {names} FROM {table} c '  # noqa: S608
            "JOIN articles a ON a.id = c.article_id AND a.month = c.month "
            "WHERE c.id > ? ORDER BY c.id LIMIT 256"
        )
        while rows := checked.store.rows(sql, (last,)):
            articles = [Article(*row[4:]) for row in rows]  # type: ignore[arg-type]
            spans = [(int(str(row[1])), int(str(row[2]))) for row in rows]
            texts = [
                plain_words(article.text[start:end])
                for article, (start, end) in zip(articles, spans, strict=True)
            ]
            made = checked.store.rows(
                "SELECT to_tsvector(CAST(t.config AS REGCONFIG), t.text)::text FROM unnest("
                "CAST(? AS TEXT[]), CAST(? AS TEXT[])) WITH ORDINALITY AS t (config, text, place) "
                "ORDER BY t.place",
                ([configuration_of(article) for article in articles], texts),
            )
            for row, (words,) in zip(rows, made, strict=True):
                if row[3] != words:
                    yield f"the words of chunk {row[0]} are not those of its text"
            last = int(str(rows[-1][0]))


def _mend_words(checked: Checked, progress: Progress) -> None:
    checked.store.rebuild_words()


CHECKS = (
    Check("the partitions", _partitions, of=PostgresStore),
    Check("the vectors", _vectors, _mend_vectors, PostgresStore),
    Check("the full text", _words, _mend_words, PostgresStore),
)
