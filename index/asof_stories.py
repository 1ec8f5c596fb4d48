"""The stories of a day that has passed: which articles were copies of one report, as they stood.

The stories that an index keeps are of the articles that are live. Of another day they are found
anew, around the articles that are asked for, by the same comparison (`index.stories.fingerprints`)
and the same grouping (`index.stories.groups`), among those that stood then. So a copy that came
later neither counts nor ties two others together, and one that is withdrawn counts as it did.

Whom to compare: live articles with one another were compared when they came; for a past one the
live ones are found by the keys that they left; past ones are found by their vectors, for copies
have passages that mean the same.
"""

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from index.asof import AsOf
from index.encoders import FloatArray
from index.store import Store
from index.stories.fingerprints import Fingerprint, Likeness, compare, fingerprint
from index.stories.grouping import Stories
from index.stories.groups import stories_around

MAX_PASSAGES = 8  # of an article are looked for among the past ones
MAX_COMPARED = 12  # past articles with the nearest passages; one way to each member is enough
LEAST_COSINE = (
    0.6  # of MiniLM, between the nearest passages; of 240 edited copies the least was 0.69
)


class StoriesAsOf:
    """The stories of one day, at one state of an index. Several threads may ask at once."""

    def __init__(self, store: Store, asof: AsOf) -> None:
        """Nothing is compared before it is needed.

        Args:
            store: Database.
            asof: All that stood on the day.
        """
        self._store, self._asof = store, asof
        self._of_article = np.array(asof.articles, dtype=np.str_)
        self._past = frozenset(asof.articles)
        self._pairs = cache(self._find_pairs)
        self._fingerprint = cache(self._take_fingerprint)

    def of(self, articles: Iterable[str]) -> dict[str, str]:
        """The story of each article that stood: the smallest id of its members."""
        asked = {one for one in articles if one in self._asof.standing}
        stories = stories_around(sorted(asked), self._pairs)
        return {one: min(story) for story in stories for one in story & asked}

    def members(self, article: str) -> frozenset[str]:
        """The articles of an article's story; none if it did not stand."""
        if article not in self._asof.standing:
            return frozenset()
        return frozenset(*stories_around([article], self._pairs))

    def _find_pairs(self, article: str) -> Mapping[str, Likeness]:
        """The articles that stood and are copies of one that did."""
        stories = Stories(self._store.connection)
        with self._store.translated():
            if article in self._past:
                live = stories.resembling(self._fingerprint(article))
            else:
                live = stories.copies(article)
        found = {other: pair for other, pair in live.items() if other in self._asof.standing}
        for other in self._near(article):
            signatures = self._fingerprint(article).signature, self._fingerprint(other).signature
            if (pair := compare(*signatures)).same_copy:
                found[other] = pair
        return found

    def _near(self, article: str) -> list[str]:
        """The past articles with passages nearest to an article's, the nearest first."""
        if not len(self._asof.ids):
            return []
        passages = self._vectors(article)[:MAX_PASSAGES]
        # Not `@`, as in `index.vectors`: BLAS takes ten times as long where others compute, too.
        cosines = np.einsum("ij,kj->ik", passages, self._asof.vectors).max(axis=0)
        order = np.argsort(-cosines, kind="stable")
        near = self._of_article[order[cosines[order] >= LEAST_COSINE]].tolist()
        return [one for one in dict.fromkeys(near) if one != article][:MAX_COMPARED]

    def _vectors(self, article: str) -> FloatArray:
        if article in self._past:
            return np.asarray(self._asof.vectors[self._of_article == article])
        rows = self._store.rows("SELECT vector FROM chunks WHERE article_id = ?", (article,))
        return self._store.as_vectors([row[0] for row in rows], self._asof.vectors.shape[1])

    def _take_fingerprint(self, article: str) -> Fingerprint:
        held = self._store.article(article)
        return fingerprint(held.text if held else "")
