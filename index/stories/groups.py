"""Which articles are one story, by their verified pairs. Knows nothing of texts or databases.

Copies of about the same length are always one story: more than half of each is in the other, so
any two copies of one article share a part of it, and no chain of them leaves the subject.

An article that is only a part of another could tie unrelated ones together: a digest holds many
reports, and a publisher's standing notice is in all its articles. So each end follows the greatest
such neighbour and those of the others that are copies of that one, and both ends must agree. The
result depends on the pairs alone, not on the order in which they were found.
"""

from collections.abc import Callable, Iterable, Mapping

from index.stories.fingerprints import Likeness

Pairs = Callable[[str], Mapping[str, Likeness]]  # the verified neighbours of an article


def followed(article: str, pairs: Pairs, without: str | None = None) -> set[str]:
    """The neighbours of which the article is a part, or that are parts of it, that it holds to.

    Args:
        article: An article.
        pairs: The neighbours of any article.
        without: A neighbour that is to count as absent.
    """
    parts = {
        other: (min(pair.share, pair.share_other), max(pair.share, pair.share_other), other)
        for other, pair in pairs(article).items()
        if pair.embedded and other != without
    }
    if not parts:
        return set()
    greatest = max(parts, key=parts.__getitem__)
    return {other for other in parts if other == greatest or other in pairs(greatest)}


def joined(article: str, pairs: Pairs) -> set[str]:
    """The neighbours that are in one story with an article."""
    held = followed(article, pairs)
    return {
        other
        for other, pair in pairs(article).items()
        if not pair.embedded or (other in held and article in followed(other, pairs))
    }


def stories_around(articles: Iterable[str], pairs: Pairs) -> list[set[str]]:
    """The whole stories of some articles, each story once."""
    stories: list[set[str]] = []
    placed: set[str] = set()
    for article in articles:
        if article in placed:
            continue
        story, waiting = {article}, [article]
        while waiting:
            found = joined(waiting.pop(), pairs) - story
            story |= found
            waiting.extend(found)
        stories.append(story)
        placed |= story
    return stories


def only_adds(article: str, pairs: Pairs) -> bool:
    """Whether a new article leaves what its neighbours hold to as it was, but for itself."""
    return all(
        followed(other, pairs) - {article} == followed(other, pairs, without=article)
        for other, pair in pairs(article).items()
        if pair.embedded
    )
