"""Stories follow from the pairs alone, and no part ties unrelated articles together."""

from collections.abc import Mapping

from hypothesis import example, given
from hypothesis import strategies as st

from index.stories.fingerprints import Likeness
from index.stories.groups import Pairs, followed, joined, only_adds, stories_around

Graph = dict[str, dict[str, Likeness]]

COPY = (0.95, 0.9)  # shares of two copies of about the same length
PART = (1.0, 0.3)  # shares of a part and the whole that it is in


def graph(**pairs: tuple[float, float]) -> Graph:
    """Pairs by the two letters of their names, with what is carried of each."""
    found: Graph = {name: {} for letters in pairs for name in letters}
    for letters, (share, share_other) in pairs.items():
        found[letters[0]][letters[1]] = Likeness(share, share_other)
        found[letters[1]][letters[0]] = Likeness(share_other, share)
    return found


def stories(pairs: Mapping[str, Mapping[str, Likeness]]) -> set[frozenset[str]]:
    """All stories of a graph."""
    return {frozenset(story) for story in stories_around(sorted(pairs), pairs.__getitem__)}


def test_copies_of_copies_are_one_story() -> None:
    """Copies of about one length are joined along any way."""
    assert stories(graph(ab=COPY, bc=COPY, de=COPY)) == {frozenset("abc"), frozenset("de")}


def test_trimmed_copies_join_their_whole_and_each_other() -> None:
    """Trimmed reprints of a report, one inside the other, are one story with its copies."""
    pairs = graph(xw=(1.0, 0.2), yw=(1.0, 0.4), xy=(1.0, 0.5), wv=COPY, xv=(1.0, 0.2))
    assert stories(pairs) == {frozenset("vwxy")}


def test_a_digest_does_not_join_its_parts() -> None:
    """A page with three reports is in the story of the longest; the other two stay apart."""
    pairs = graph(ad=(1.0, 0.4), bd=(1.0, 0.35), cd=(1.0, 0.25))
    assert stories(pairs) == {frozenset("ad"), frozenset("b"), frozenset("c")}


def test_a_notice_does_not_join_the_articles_that_carry_it() -> None:
    """A page that failed to load leaves the standing notice, which is a part of every article."""
    pairs = graph(na=(1.0, 0.1), nb=(1.0, 0.3), nc=(1.0, 0.2))
    assert stories(pairs) == {frozenset("nb"), frozenset("a"), frozenset("c")}


def test_articles_that_are_alone_are_stories() -> None:
    """An article without copies is one source."""
    assert stories({"a": {}, "b": {}}) == {frozenset("a"), frozenset("b")}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any pairs among a few articles."""
    names = "abcdefg"[: draw(st.integers(2, 7))]
    share = st.sampled_from([0.1, 0.2, 0.5, 0.6, 0.75, 0.9, 1.0])
    pairs = {
        one + other: (draw(share), draw(share))
        for n, one in enumerate(names)
        for other in names[n + 1 :]
        if draw(st.booleans())
    }
    return {name: {} for name in names} | graph(**pairs)


def absent(article: str, pairs: Graph) -> Graph:
    """The graph as it was before an article came."""
    return {
        name: {other: pair for other, pair in near.items() if other != article}
        for name, near in pairs.items()
        if name != article
    }


@given(graphs())
def test_stories_do_not_depend_on_where_one_begins(pairs: Graph) -> None:
    """Every story is the same from each of its members, and each article is in one."""
    for article in pairs:
        (story,) = stories_around([article], pairs.__getitem__)
        assert frozenset(story) in stories(pairs)
    assert sorted("".join("".join(story) for story in stories(pairs))) == sorted(pairs)


@given(graphs())
def test_being_joined_is_mutual(pairs: Graph) -> None:
    """Both ends of a pair say the same of it."""
    get: Pairs = pairs.__getitem__
    for one in pairs:
        assert followed(one, get) <= set(pairs[one])
        assert all(one in joined(other, get) for other in joined(one, get))


@given(graphs())
@example(graph(ab=(0.2, 1.0), ac=(0.8, 0.4), ad=(0.9, 0.4), bc=(0.1, 1.0), bd=(0.9, 0.2)))
def test_where_an_article_only_adds_its_stories_are_merged(pairs: Graph) -> None:
    """The short way of adding gives what grouping everything anew gives."""
    get: Pairs = pairs.__getitem__
    for article in pairs:
        if only_adds(article, get):
            reached = {article, *joined(article, get)}
            before = stories(absent(article, pairs))
            merged = frozenset.union(
                frozenset(article), *(story for story in before if story & reached)
            )
            rest = {story for story in before if not story & reached}
            assert stories(pairs) == {merged, *rest}
