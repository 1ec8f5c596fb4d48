"""Which articles the answers in chats rest on, so that those whose article ends are found.

Functions over a connection of `bot.state.database`; those that write belong into a transaction.
Knows ids; knows nothing of what articles say or what became of them.
"""

from collections.abc import Iterable

from index.sql import Connection

_FEW = 1000


def rest_on(connection: Connection, answer_id: int, articles: Iterable[str]) -> None:
    """Note which articles an answer rests on, in the place of those before; none ends it."""
    connection.alone("cited")  # or a lower number might be seen after a higher one
    connection.execute("DELETE FROM cited WHERE answer_id = ?", (answer_id,))
    connection.executemany(
        "INSERT INTO cited (answer_id, article_id) VALUES (?, ?)",
        [(answer_id, article) for article in dict.fromkeys(articles)],
    )


def articles_of(connection: Connection, answer_id: int) -> list[str]:
    """The articles that an answer rests on; none once its chat was told that it does not hold."""
    sql = "SELECT article_id FROM cited WHERE answer_id = ? ORDER BY number"
    return [article for (article,) in connection.execute(sql, (answer_id,))]


def cited_after(connection: Connection, number: int) -> tuple[int, list[str]]:
    """The articles of all notes above a number, and the highest number there is."""
    (highest,) = connection.execute("SELECT coalesce(max(number), 0) FROM cited").fetchone()
    if highest <= number:
        return highest, []
    found = connection.execute("SELECT DISTINCT article_id FROM cited WHERE number > ?", (number,))
    return highest, [article for (article,) in found]


def resting_on(
    connection: Connection,
    articles: Iterable[str],
    given_since: float,
    above: int,
    limit: int,
) -> list[int]:
    """The ids of answers that rest on any of some articles, the lowest first.

    Not those of chats that have blocked the bot.

    Args:
        connection: Any.
        articles: Ids of articles.
        given_since: Only what was given since then, in seconds since 1970.
        above: Only answers with a higher id.
        limit: Most answers.
    """
    ended = list(articles)
    # Few articles are looked up one by one; where they are many, their answers are soon met.
    looked_up = "cited_article" if len(ended) <= _FEW else "cited_answer"
    found = connection.execute(
        f"SELECT DISTINCT c.answer_id FROM cited AS c {connection.indexed_by(looked_up)} "  # noqa: S608 - own words
        f"{connection.joined_next} answers AS a ON a.answer_id = c.answer_id "
        f"WHERE c.article_id {connection.among} "
        "AND c.answer_id > ? AND a.given >= ? AND NOT EXISTS "
        "(SELECT 1 FROM chats WHERE chats.chat_id = a.chat_id AND gone IS NOT NULL) "
        "ORDER BY c.answer_id LIMIT ?",
        (connection.listed(ended), above, given_since, limit),
    )
    return [answer_id for (answer_id,) in found]


def asked_alike(
    connection: Connection, chat_id: int, thread_id: int | None, question: str
) -> list[int]:
    """The ids of a chat's answers to a question, in any case, that still rest on articles."""
    found = connection.execute(
        "SELECT answer_id, question FROM answers "
        "WHERE chat_id = ? AND thread_id IS NOT DISTINCT FROM ? "
        "AND EXISTS (SELECT 1 FROM cited WHERE cited.answer_id = answers.answer_id) "
        "ORDER BY given DESC, answer_id",
        (chat_id, thread_id),
    )
    asked = question.casefold()  # of which SQLite knows the letters of English alone
    return [answer_id for answer_id, other in found if other.casefold() == asked]
