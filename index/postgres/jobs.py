"""The queue of articles that wait for their chunks: builds fill it, any number of workers empty it.

Who encodes an article holds its row of the queue until the chunks are committed; others pass over
it. A worker that is killed gives back what it held, and what it had not committed is encoded by
another. An article that waits is not live, and its chunks are past ones until the build that
brought it commits: so nobody finds half of it. What a build that was cut off has left in the queue
belongs to the build that makes those articles live; to all others it is of no concern.
"""

import time

from index.articles import Article
from index.chunking import ChunkSettings
from index.encoders import Encoder
from index.intake import LocalEncoding, Progress
from index.postgres.catalog import Catalog
from index.postgres.store import PostgresStore

BATCH = 16  # articles that a worker takes at a time: what its end costs
WINDOW = 1024  # articles that a build waits for at a time
WAIT_S = 0.1  # between two looks at what others still encode


class QueuedEncoding:
    """Gives chunks to articles by the queue; see `index.intake.Encoding`."""

    def __init__(
        self,
        catalog: Catalog,
        number: int,
        store: PostgresStore,
        encoder: Encoder,
        chunking: ChunkSettings,
    ) -> None:
        """Begin with nothing put, and know what others have left.

        Args:
            catalog: Has the queue.
            number: Of the generation.
            store: In the transaction of the build.
            encoder: Of the generation.
            chunking: How to cut chunks.
        """
        self.encoded = 0
        self._worker = Worker(catalog, number, store, encoder, chunking)
        self._catalog, self._store = catalog, store
        self._put: list[str] = []
        self._left = self._worker.queued()

    def announce(self, article: Article) -> None:
        """Have the article and its job committed before the build's transaction holds its row."""
        self._worker.bring(article)

    def put(self, article: Article) -> None:
        """It is in the queue, or is put there now."""
        if not self._store.chunks_of(article.id):
            self._worker.enqueue(article.id)
        self._put.append(article.id)

    def finish(self, progress: Progress) -> None:
        """Work the queue off, with all others who do, and take the chunks into the search."""
        mine = list(dict.fromkeys([*self._put, *self._store.live_among(self._left)]))
        self._put, self._left = [], [one for one in self._left if one not in set(mine)]
        if mine:
            progress.stage("Encoding articles", len(mine))
        for start in range(0, len(mine), WINDOW):
            self._work_off(mine[start : start + WINDOW], progress)
        for identity in mine:
            self.encoded += len(self._store.chunks_of(identity))
            if self._store.is_live(identity):
                self._store.take_into_search(identity)

    def _work_off(self, articles: list[str], progress: Progress) -> None:
        """Encode what nobody else does, until none of some articles waits."""
        waiting = len(articles)
        while waiting:
            left = self._worker.waiting(articles)
            progress.advance(waiting - left)
            waiting = left
            if waiting and not self._worker.work(articles):
                time.sleep(WAIT_S)  # others have the rest


class Worker:
    """Encodes what waits in the queue of one generation."""

    def __init__(
        self,
        catalog: Catalog,
        number: int,
        store: PostgresStore,
        encoder: Encoder,
        chunking: ChunkSettings,
    ) -> None:
        """As `QueuedEncoding`; transactions are its own, whatever the caller's thread is in."""
        self._catalog, self._number = catalog, number
        self._store = PostgresStore(store.engine, store.schema, writing=True)
        self._encoder, self._chunking = encoder, chunking
        self._jobs = f"{catalog.schema}.jobs"

    def bring(self, article: Article) -> None:
        """Store an article that is not there, and that it waits."""
        with self._store.transaction():
            self._store.put_article(article)
            self._insert_job(article.id)

    def enqueue(self, article_id: str) -> None:
        """Note that an article of the store waits."""
        with self._store.transaction():
            self._insert_job(article_id)

    def _insert_job(self, article_id: str) -> None:
        self._store.connection.execute(
            f"INSERT INTO {self._jobs} (number, article_id) VALUES (?, ?) "  # noqa: S608
            "ON CONFLICT (number, article_id) DO NOTHING",
            (self._number, article_id),
        )

    def queued(self) -> list[str]:
        """The articles that wait."""
        rows = self._catalog.connection.execute(
            "SELECT article_id FROM jobs WHERE number = ? ORDER BY id", (self._number,)
        )
        return [str(identity) for (identity,) in rows]

    def waiting(self, articles: list[str]) -> int:
        """How many of some articles wait."""
        rows = self._catalog.connection.execute(
            "SELECT count(*) FROM jobs WHERE number = ? AND article_id = ANY(?)",
            (self._number, articles),
        )
        ((count,),) = rows
        return int(count)

    def work(self, among: list[str] | None = None) -> int:
        """Encode one batch.

        Args:
            among: Of these articles only.

        Returns:
            How many articles it had; 0 if none waits that nobody else has.
        """
        with self._store.transaction():
            taken = self._store.connection.execute(
                f"SELECT id, article_id FROM {self._jobs} "  # noqa: S608 - own names
                "WHERE number = ?1 AND (CAST(?2 AS TEXT[]) IS NULL OR article_id = ANY(?2)) "
                f"ORDER BY id LIMIT {BATCH} FOR UPDATE SKIP LOCKED",
                (self._number, among),
            ).fetchall()
            encoding = LocalEncoding(self._store, self._encoder, self._chunking)
            for _, identity in taken:
                article = self._store.article(identity)
                if article is not None and not self._store.chunks_of(identity):
                    encoding.put(article)
            encoding.finish(Progress())
            self._store.connection.execute(
                f"DELETE FROM {self._jobs} WHERE id = ANY(?)",  # noqa: S608
                ([job for job, _ in taken],),
            )
        return len(taken)
