"""Move an index from one place to another, whichever engines they are; nothing is encoded again.

The copy is a new generation of its place and goes live when it is whole. Half precision is what
PostgreSQL keeps of vectors, so on the way there they are rounded.
"""

import shutil

from index.errors import UsageError
from index.intake import Progress
from index.library import Expected, Status, open_store, read_status
from index.location import Location
from index.places import open_place
from index.store import Store
from index.stories.grouping import Stories


def copy_index(source: Location, target: Location, progress: Progress) -> Status:
    """Make the live generation of one place the live generation of another.

    Args:
        source: Where the index is.
        target: Where it goes; what is live there stays as its generation before.
        progress: Told what is going on.

    Returns:
        What the copy holds.

    Raises:
        UsageError: Both are the same place.
        DatelineError: One of them cannot be used.
    """
    if source == target:
        raise UsageError(f"{str(source)!r} is both places; name another one to copy to.")
    here, there = open_place(source, writing=True), open_place(target, writing=True)
    live = here.current()
    held = open_store(live, Expected())
    with there.locked():
        generation = there.new_generation()
        try:
            for folder in (entry for entry in live.folder.iterdir() if entry.is_dir()):
                shutil.copytree(folder, generation.folder / folder.name, dirs_exist_ok=True)
            meta, dimensions = held.meta(), live.dimensions
            generation.create(meta, dimensions)
            store = generation.store()
            with held.snapshot(), store.transaction():
                _copy_rows(held, store, dimensions, progress)
                store.set_meta(meta)
            generation.settle(store, dimensions)
            generation.keep_folder()
            there.publish(generation)
            there.put_golden_lines(here.golden_lines())
            return read_status(store)
        finally:
            there.discard_unpublished()


def _copy_rows(held: Store, store: Store, dimensions: int, progress: Progress) -> None:
    """Copy files, versions and articles with their chunks, in the order in which they came."""
    for file in held.files().values():
        store.put_file(file)
    rows = held.rows("SELECT article_id FROM versions GROUP BY article_id ORDER BY min(number)")
    articles = dict.fromkeys(str(identity) for (identity,) in rows)
    progress.stage("Copying articles", len(articles))
    for identity in articles:
        article = held.article(identity)
        assert article is not None
        store.put_article(article)
    for version in held.all_versions():
        store.put_version(version)
    for identity in dict.fromkeys([*held.in_order_of_chunks(), *articles]):
        article = held.article(identity)
        assert article is not None
        if held.is_live(identity):
            store.set_live(identity)
            Stories(store.connection).add(identity, article.text)
        if encoded := held.encoded(identity, dimensions):
            store.put_chunks(article, *encoded)
        progress.advance(1)
