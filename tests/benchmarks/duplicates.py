"""Finding copies: how many of each kind, what is taken for one wrongly, at which threshold.

`python -m tests.benchmarks.duplicates FILE [ARTICLES]`. FILE has one JSON object with a "text" a
line (.gz), ARTICLES of them are copied (default 300). Copies are made with a fixed seed. Next to
the shares of `index.stories.fingerprints` stands what the overlap of five-word phrases gives, as
MinHash estimates it: of the union (Jaccard) and of the smaller article (containment).
"""

import gzip
import json
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.sql import SqliteConnection
from index.stories.fingerprints import (
    MIN_SHARED_KEYS,
    SAME_SHARE,
    Fingerprint,
    Likeness,
    compare,
    fingerprint,
)
from index.stories.grouping import SCHEMA, Stories
from tests.benchmarks.copies import BRIEF, COPIES, EMBEDDED
from tests.benchmarks.lookalikes import NEGATIVES, Pair

SEED = 7
THRESHOLDS = (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


def read_articles(file: Path) -> list[str]:
    """The texts of all articles of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def overlap(one: Fingerprint, other: Fingerprint) -> tuple[float, float]:
    """Jaccard similarity and containment of the five-word phrases, exact."""
    sets = [
        {signature[at : at + 10] for at in range(0, len(signature) - 8, 2)}
        for signature in (one.signature, other.signature)
    ]
    shared = len(sets[0] & sets[1])
    return shared / len(sets[0] | sets[1]), shared / min(map(len, sets))


def passes(pair: Likeness, threshold: float) -> bool:
    """Whether a pair is one copy, were `SAME_SHARE` this threshold."""
    high = max(pair.share, pair.share_other) >= threshold
    return high and Likeness(1, 1, pair.phrases, pair.figures, pair.changed).same_copy


def print_kinds(kinds: Mapping[str, Sequence[Pair]]) -> None:
    """One line for each kind of pair: the share of pairs that are taken for copies."""
    heads = [f"≥{threshold}" for threshold in THRESHOLDS]
    print(f"{'':<34}{'pairs':>6}{'keys':>7}", *(f"{head:>6}" for head in heads), "  J≥.5  C≥.5")
    for kind, texts in kinds.items():
        taken = [(fingerprint(one), fingerprint(other)) for one, other in texts]
        likenesses = [compare(one.signature, other.signature) for one, other in taken]
        overlaps = np.array([overlap(one, other) for one, other in taken])
        met = [len({*a.keys} & {*b.keys}) >= min(MIN_SHARED_KEYS, len(a.keys)) for a, b in taken]
        shares = [np.mean([passes(one, limit) for one in likenesses]) for limit in THRESHOLDS]
        numbers = [np.mean(met), *shares, *(overlaps >= 0.5).mean(axis=0)]
        print(f"{kind:<34}{len(texts):>6}", *(f"{number:>6.3f}" for number in numbers))


def print_groups(groups: Sequence[Sequence[str]], rng: random.Random) -> None:
    """Group originals and all their copies, added in any order; precision and recall of pairs."""
    stories = open_stories()
    texts = {
        f"{n:05}-{place}": text for n, each in enumerate(groups) for place, text in enumerate(each)
    }
    for article_id in rng.sample(sorted(texts), len(texts)):
        stories.add(article_id, texts[article_id])
    found = {article_id: str(stories.story(article_id)) for article_id in sorted(texts)}
    wanted = list(same_group(list(found)))
    right = sum(found[one] == found[other] for one, other in wanted)
    sizes = Counter(found.values())
    grouped = sum(size * (size - 1) // 2 for size in sizes.values())
    mixed = sum(len({one[:5] for one in stories.members(story)}) > 1 for story in sizes)
    print(
        f"{len(texts)} articles of {len(groups)} originals make {len(sizes)} stories, {mixed} mixed"
    )
    print(f"precision of pairs {right / grouped:.4f}, recall {right / len(wanted):.4f}")


def same_group(ids: list[str]) -> Iterator[tuple[str, str]]:
    """All pairs of articles made from one original; ids are in order."""
    for place, one in enumerate(ids):
        for other in ids[place + 1 :]:
            if one[:5] != other[:5]:
                break
            yield one, other


def open_stories() -> Stories:
    """Empty stories in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=SqliteConnection)
    connection.executescript(SCHEMA)
    return Stories(connection)


def main(file: Path, articles: int = 300) -> None:
    """Print the share of copies found, of others taken for copies, and the speed."""
    rng = random.Random(SEED)
    texts = read_articles(file)
    usable = [text for text in print_natural(texts) if 150 <= len(text.split()) <= 3000]
    rng.shuffle(usable)
    originals, others = usable[:articles], usable[articles:]
    kinds = {
        kind: [(text, copy(text, rng, others)) for text in originals]
        for kind, copy in COPIES.items()
    }
    briefs = [BRIEF(text, rng, others) for text in originals]
    for kind, copy in EMBEDDED.items():
        kinds[kind] = [(text, copy(text, rng, others)) for text in briefs]
    print(
        f"Copies of {len(originals)} articles: that share keys, and taken for copies at each share"
    )
    print_kinds(kinds)
    print(f"\nNot copies, likewise (SAME_SHARE is {SAME_SHARE})")
    print_kinds({kind: list(make(originals, rng)) for kind, make in NEGATIVES.items()})
    print("\nAs stories, but for those inside other articles")
    print_groups(
        [[text, *(kinds[kind][n][1] for kind in COPIES)] for n, text in enumerate(originals)], rng
    )


def print_natural(texts: Sequence[str]) -> list[str]:
    """Speed over all articles as they are, and their stories; returns those without a copy."""
    began = time.process_time()
    taken = [fingerprint(text) for text in texts]
    spent = (time.process_time() - began) / len(texts)
    size = sum(len(one.signature) for one in taken) / len(taken)
    print(
        f"{len(texts)} articles as they are: {spent * 1e3:.2f} ms a fingerprint, {size:.0f} bytes"
    )
    stories = open_stories()
    began = time.process_time()
    for number, text in enumerate(texts):
        stories.add(f"{number:05}", text)
    spent = (time.process_time() - began) / len(texts)
    sizes = Counter(stories.story(f"{number:05}") for number in range(len(texts)))
    several = sorted((size for size in sizes.values() if size > 1), reverse=True)
    print(f"{spent * 1e3:.2f} ms to add one; {len(sizes)} stories, sizes above one: {several}")
    return [text for n, text in enumerate(texts) if sizes[stories.story(f"{n:05}")] == 1]


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
