"""Pairs of articles that look alike but are no copies: notices, follow-ups, forms.

All wording here is invented; the articles come from the caller.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from tests.benchmarks.copies import NOTICES, framed

Pair = tuple[str, str]

_TOWNS = "Velmora Tarsk Brenno Ostrava-Dal Kirrin Sallow Marden Pellin Quay Ruddle".split()


def other_articles(words: int) -> Callable[[Sequence[str], random.Random], Iterator[Pair]]:
    """Two articles cut to so many words, between the same date line and notices."""

    def pairs(texts: Sequence[str], rng: random.Random) -> Iterator[Pair]:
        for one, other in pairwise(texts):
            cut = (" ".join(text.split()[:words]) for text in (one, other))
            first, second = (framed(NOTICES)(text, rng, texts) for text in cut)
            yield first, second

    return pairs


def follow_ups(share: float) -> Callable[[Sequence[str], random.Random], Iterator[Pair]]:
    """An article, and one that has so much of its text from there and the rest of its own."""

    def pairs(texts: Sequence[str], rng: random.Random) -> Iterator[Pair]:
        for one, other in pairwise(texts):
            words = one.split()
            background = words[len(words) // 3 :][: int(share * len(words))]
            own = other.split() * 9
            new = int(len(background) * (1 - share) / share)
            yield one, " ".join(own[:new] + background)

    return pairs


def forecasts(texts: Sequence[str], rng: random.Random) -> Iterator[Pair]:
    """The weather of two days, one form filled in."""

    def day() -> str:
        towns = rng.sample(_TOWNS, 6)
        lines = [
            f"In {town} expect {rng.choice(['sun', 'rain', 'cloud', 'showers'])} with a high of "
            f"{rng.randint(-5, 35)} degrees and a low of {rng.randint(-15, 20)}, winds of up to "
            f"{rng.randint(5, 90)} km/h and a {rng.randint(0, 100)} per cent chance of rain."
            for town in towns
        ]
        return "Your weather for the day from our forecast desk.\n" + "\n".join(lines)

    for _ in texts:
        yield day(), day()


def tables(texts: Sequence[str], rng: random.Random) -> Iterator[Pair]:
    """The table of a league after two match days."""

    def table() -> str:
        rows = (
            f"{place} | {town} | {rng.randint(20, 30)} | {rng.randint(0, 20)} | "
            f"{rng.randint(0, 20)} | {rng.randint(0, 20)} | {rng.randint(0, 70)}"
            for place, town in enumerate(rng.sample(_TOWNS, 10), start=1)
        )
        return "Club | played | won | drawn | lost | points\n" + "\n".join(rows)

    for _ in texts:
        yield table(), table()


NEGATIVES: dict[str, Callable[[Sequence[str], random.Random], Iterator[Pair]]] = {
    "others, 100 words and notices": other_articles(100),
    "others, 300 words and notices": other_articles(300),
    "others, whole and notices": other_articles(9999),
    "follow-up, a quarter from there": follow_ups(0.25),
    "follow-up, half from there": follow_ups(0.5),
    "follow-up, two thirds from there": follow_ups(0.67),
    "weather of two days": forecasts,
    "league table of two days": tables,
}
