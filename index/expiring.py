"""Forget what was published before some month, for good: text, versions, chunks, stories.

What is withdrawn or superseded stays to be looked up; what has expired is not there any more. A
file of a mirrored folder that has expired comes back only if it changes.
"""

import re

from index.adding import WAIT_S
from index.errors import UsageError
from index.intake import BuildReport
from index.stories.grouping import Stories
from index.writer import IndexWriter

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def expire(writer: IndexWriter, month: str) -> BuildReport:
    """Forget all articles of the months before one; those without a date stay.

    Args:
        writer: The index.
        month: YYYY-MM, the first that stays.

    Raises:
        UsageError: It is no month.
        IndexFolderError: The index cannot be used.
    """
    if not _MONTH.fullmatch(month):
        raise UsageError(f"{month!r} is no month; write it as 2004-06.")
    with writer.changing(wait_s=WAIT_S) as intake:
        store = intake.store
        articles = store.published_before(month)
        stories = Stories(store.connection)
        for identity, path, live in articles:
            if live:
                stories.remove(identity)
            intake.report.removed.append(path)
        store.forget_articles([identity for identity, _, _ in articles])
    return intake.report
