"""Which articles stood on a day: what a reader of that day would have found published.

Index time is not publication time. A folder of old articles that is indexed today comes into the
index today, and still its articles stood ever since they were published. So, for each path:

- Its first version stands from the day of its publication, however late it came into the index;
  without a date, from the day it came.
- A later version stands from its own publication date if that is later than the one of the version
  before it, for then the publisher says when the words changed; else from the day it came into the
  index, for then nobody knows better. A version that follows a withdrawal is such a later version:
  what returns with its old date did not stand in between.
- No version stands before its publication date: nothing that was published later is seen.
- A version stands until a later version of its path does, or until its path is withdrawn; what
  happened on a day is in force on that day.

So on any day a path has the last of its versions that has begun, unless that was withdrawn by then.
An article stands if it is such a version of any path. Days are those of the publisher where an
article states its date, and of UTC where the index has to tell.

Knows SQL; knows nothing of chunks.
"""

from index.sql import Database

_STANDING = """
WITH told AS (
    SELECT v.number, v.path, v.article_id, substr(v.since, 1, 10) AS came,
        CASE v.ended WHEN 'withdrawn' THEN substr(v.until, 1, 10) END AS withdrawn,
        substr(a.published, 1, 10) AS published,
        row_number() OVER earlier = 1 AS is_first,
        lag(substr(a.published, 1, 10)) OVER earlier AS published_before
    FROM versions v JOIN articles a ON a.id = v.article_id
    WINDOW earlier AS (PARTITION BY v.path ORDER BY v.number)
), begun AS (
    SELECT path, number, article_id, withdrawn, CASE
        WHEN published IS NOT NULL AND (is_first OR published > published_before) THEN published
        WHEN published > came THEN published ELSE came END AS begins
    FROM told
), latest AS (
    SELECT article_id, withdrawn,
        row_number() OVER (PARTITION BY path ORDER BY number DESC) = 1 AS is_last
    FROM begun WHERE begins <= ?1
)
SELECT DISTINCT article_id FROM latest
WHERE is_last AND (withdrawn IS NULL OR withdrawn > ?1)
"""


def standing(database: Database, day: str) -> frozenset[str]:
    """Ids of the articles that stood on a day.

    Args:
        database: Database of an index.
        day: YYYY-MM-DD; all that happened on it has happened.
    """
    return frozenset(str(row[0]) for row in database.rows(_STANDING, (day,)))
