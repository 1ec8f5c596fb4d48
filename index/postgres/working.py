"""A worker: encodes what waits in the queue of a database, until it is told to stop.

Any number may run, on any machine that reaches the database. What goes wrong with the connection
is told, and tried again.
"""

from collections.abc import Callable
from pathlib import Path
from threading import Event

from index.chunking import ChunkSettings
from index.encoders import Encoder
from index.errors import ConnectionLostError
from index.generations import ENCODER_FOLDER
from index.location import Address
from index.postgres.generations import PostgresGeneration
from index.postgres.jobs import Worker
from index.postgres.places import IndexDatabase

LOOK_S = 0.5  # between two looks at a queue that was empty
RETRY_S = 2.0


class Workshop:
    """What a worker needs for the generations that have work; opened as they come."""

    def __init__(
        self, address: Address, threads: int, open_encoder: Callable[[Path, int], Encoder]
    ) -> None:
        """Nothing is connected before it is needed.

        Args:
            address: The database.
            threads: CPU threads for the encoder.
            open_encoder: Opens the folder of an encoder.
        """
        self._place = IndexDatabase(address, writing=True)
        self._threads, self._open_encoder = threads, open_encoder
        self._workers: dict[int, Worker] = {}

    def work(self) -> int:
        """Encode one batch.

        Returns:
            How many articles it had; 0 if nothing waits that nobody else has.
        """
        catalog = self._place.catalog
        if not catalog.exists():
            return 0
        rows = catalog.connection.execute("SELECT DISTINCT number FROM jobs ORDER BY number")
        return next((done for (number,) in rows if (done := self._worker(number).work())), 0)

    def _worker(self, number: int) -> Worker:
        if number not in self._workers:
            catalog = self._place.catalog
            generation = PostgresGeneration(catalog, number)
            encoder = self._open_encoder(generation.folder / ENCODER_FOLDER, self._threads)
            store = generation.store()
            chunking = ChunkSettings.of(store.meta())
            self._workers = {number: Worker(catalog, number, store, encoder, chunking)}
        return self._workers[number]


def work_until_stopped(
    workshop: Workshop,
    stop: Event,
    done: Callable[[int], None],
    failed: Callable[[str], None],
    *,
    until_empty: bool = False,
) -> None:
    """Encode what waits, and what will.

    Args:
        workshop: What is needed for it.
        stop: Ends the work after the batch that is under way.
        done: Told how many articles a batch had.
        failed: Told in one sentence that the database is away, once; it is tried again.
        until_empty: End as soon as nothing waits.
    """
    away = False
    while not stop.is_set():
        try:
            count = workshop.work()
        except ConnectionLostError as exc:
            if not away:
                failed(str(exc))
            away = True
            stop.wait(RETRY_S)
            continue
        away = False
        if count:
            done(count)
        elif until_empty:
            return
        else:
            stop.wait(LOOK_S)
