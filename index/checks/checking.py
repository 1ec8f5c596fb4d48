"""Run all checks over an index, and mend what they find.

The articles and their versions are the truth; chunks, vectors, full text, stories, the list of
changes and the snapshots can all be made anew from them.
"""

from dataclasses import dataclass

from index.checks import chunks, derived, truth
from index.checks.checked import Check, Checked
from index.embedded import EmbeddedStore
from index.errors import DatelineError, UsageError
from index.intake import Progress
from index.library import Library
from index.location import Location
from index.store import Store

SAMPLE = 64  # chunks that are encoded again, and asked of the codes
SHOWN = 3  # problems of a kind that are named
CHECKS = (*truth.CHECKS, *chunks.CHECKS, *derived.CHECKS)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: Of the check.
        problems: The first few, in words.
        count: How many there are.
        mendable: Whether `repair` puts them right.
    """

    name: str
    problems: tuple[str, ...]
    count: int
    mendable: bool


def checks_of(store: Store) -> list[Check]:
    """What is to be verified of a store of its kind."""
    if isinstance(store, EmbeddedStore):
        return [one for one in CHECKS if issubclass(EmbeddedStore, one.of)]
    from index.checks import served  # asyncpg: only where it is configured

    return [one for one in (*CHECKS, *served.CHECKS) if isinstance(store, one.of)]


def check(
    location: Location, library: Library, progress: Progress, sample: int = SAMPLE
) -> list[Finding]:
    """Verify everything that an open index holds; the caller keeps other writers out.

    Args:
        location: Where the index is.
        library: It, open.
        progress: Told what is going on.
        sample: How many chunks are encoded again; 0 encodes none.

    Returns:
        One finding for each check, with a count of 0 where all is well.
    """
    checked = Checked(location, library.generation, library.store, library.encoder, sample)
    findings = []
    for one in checks_of(library.store):
        progress.stage(f"Checking {one.name}")
        problems, count = [], 0
        try:
            for problem in one.find(checked):
                count += 1
                problems += [problem] * (count <= SHOWN)
        except DatelineError as exc:
            problems, count = [*problems, str(exc)], count + 1
        findings.append(Finding(one.name, tuple(problems), count, one.mend is not None))
    return findings


def repair(
    location: Location, library: Library, findings: list[Finding], progress: Progress
) -> None:
    """Mend what can be derived, in one transaction; the caller keeps other writers out.

    Raises:
        UsageError: The database file itself is damaged.
    """
    wrong = {finding.name for finding in findings if finding.count}
    if truth.DATABASE.name in wrong:
        raise UsageError(
            "the database file is damaged, and nothing in it can be trusted to mend the rest; make "
            "the index anew with `dateline index build FOLDER --rebuild`."
        )
    store = library.store
    checked = Checked(location, library.generation, store, library.encoder, 0)
    with store.transaction():
        for one in checks_of(store):
            if one.mend and one.name in wrong:
                progress.stage(f"Mending {one.name}")
                one.mend(checked, progress)
        store.set_meta({"revision": str(store.revision() + 1)})
    library.generation.settle(store, library.encoder.card.dimensions)
