"""Tell whether two articles are the same copy: wire reports reprinted, trimmed, edited, embedded.

Each word becomes a 16-bit code, and the codes in order are the signature. Articles that may be the
same copy are found by shared keys (a sample of their five-word phrases) and then compared word by
word: a word is *carried* if in the sixteen phrases of three words around it enough are also in the
other article. Light edits leave every passage recognisable; a follow-up has whole passages of its
own. The overlap of the word sets, which MinHash and its kin estimate, cannot tell these apart.

Two articles are the same copy if at least `SAME_SHARE` of one is carried by the other: so a
reprint of the first paragraphs counts, and one inside a longer article. What this says of numbers:

- A changed number ("3,000" → "4,000") costs three phrases, so a correction is still the same copy:
  it is no second source. `Likeness.changed` counts such numbers, and `index.stories.revisions`
  finds them.
- Where most numbers differ the text is a form filled in anew (weather, results, prices), and the
  two are different reports, however alike their words.

Stable by definition, on every platform and version: NFKD, case folding, CRC-32, little-endian, and
the constants below. Who changes one of them raises `SCHEME`; an index that was made with another
`SCHEME` has to take its fingerprints anew.

Chosen on 2,500 real articles and 400 of them copied (`tests/benchmarks/duplicates.py`), where at a
`SAME_SHARE` of 0.70, 0.75 and 0.80 were taken for copies: of those with a fifth of the words
replaced 1.00, 1.00, 0.99, with three tenths 0.71, 0.61, 0.35; of first paragraphs edited by a fifth
0.98, 0.96, 0.92; of follow-ups with half of their text from the first 0.01, 0.01, 0.00, with two
thirds 0.25, 0.03, 0.01. No overlap of five-word phrases does that: containment of a half finds 0.00
of the copies with a fifth replaced, and takes 0.62 of the follow-ups with half of the text.

Source: windows of phrases as in Schleimer, Wilkerson and Aiken, "Winnowing" (2003); keys as the
smallest hashes of a set, Broder, "On the resemblance and containment of documents" (1997).
"""

import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.stories.wording import words

SCHEME = 1

MIN_WORDS = 30  # shorter texts are the same copy only if their words are equal
MAX_WORDS, MAX_CHARACTERS = 20_000, 400_000  # are looked at: all of any but the longest live page
# Of an article a tenth as long as the other, 99 in 100 share two of 64 keys (of 48 keys, 97).
KEYS, MIN_SHARED_KEYS = 64, 2
KEY_WORDS = 5  # with four, a stock phrase makes twice as many candidates
PHRASE_WORDS = 3  # with two, long articles on one subject share windows by chance
WINDOW = 16  # phrases: about a sentence, so that a new sentence shows
WINDOW_SHARE = 0.25  # of them must be shared; one word in five replaced leaves half of them
SAME_SHARE = 0.75  # see above
SAME_PHRASES = 0.35  # a brief reworded from a long page on its subject has about 0.3
BOTH_SHARE = 0.6  # above one half, so that two copies of one article share a part of it
MIN_FIGURES, MAX_CHANGED_FIGURES = 6, 0.5  # fewer numbers may all be corrected

_FIGURE, _WORD_BITS = 0x8000, 0x7FFF
_MULTIPLIER, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)

Codes = NDArray[np.uint16]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of an article to find its copies.

    Attributes:
        signature: Two bytes for each word, little-endian: 15 bits of its CRC-32, and the highest
            bit for a word with a digit.
        keys: 48-bit numbers; articles that share none are not compared.
    """

    signature: bytes
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two articles carry of each other.

    Attributes:
        share: Part of the one that the other carries, 0 to 1.
        share_other: Part of the other that the one carries.
        phrases: Part of the phrases of the article of which more is carried that are shared.
        figures: Numbers in the carried words of the article of which more is carried.
        changed: Those of them that the other article does not have in that place.
    """

    share: float
    share_other: float
    phrases: float = 0.0
    figures: int = 0
    changed: int = 0

    @property
    def same_copy(self) -> bool:
        """Whether the two are one source, and not two fillings of one form."""
        form = self.figures >= MIN_FIGURES and self.changed > MAX_CHANGED_FIGURES * self.figures
        enough = max(self.share, self.share_other) >= SAME_SHARE and self.phrases >= SAME_PHRASES
        return enough and not form

    @property
    def embedded(self) -> bool:
        """Whether one is a part of the other only: trimmed, or inside a longer article."""
        return min(self.share, self.share_other) < BOTH_SHARE


def fingerprint(text: str) -> Fingerprint:
    """Take the fingerprint of an article's text; any text has one, an empty text an empty one."""
    first = islice(words(text[:MAX_CHARACTERS]), MAX_WORDS)
    signature = np.fromiter(map(_code, first), dtype="<u2").tobytes()
    return Fingerprint(signature, keys(signature))


def keys(signature: bytes) -> tuple[int, ...]:
    """The keys of a signature: its smallest phrase hashes; of a short text one of the whole."""
    codes = _codes(signature)
    if len(codes) >= MIN_WORDS:
        ordered = np.sort(
            _runs(codes, KEY_WORDS) >> np.uint64(16)
        )  # np.unique takes 8 times as long
        smallest = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])][:KEYS]
        if len(smallest) >= MIN_SHARED_KEYS:
            return tuple(smallest.tolist())
    whole = hashlib.blake2b(signature, digest_size=6).digest()
    return (int.from_bytes(whole, "big"),) if signature else ()


def compare(one: bytes, other: bytes) -> Likeness:
    """Compare two signatures; where they have few phrases in common, the shares are left at 0."""
    if one == other:
        return Likeness(whole := float(bool(one)), whole, whole)
    if min(len(one), len(other)) < MIN_WORDS * 2:
        return Likeness(0.0, 0.0)
    phrases = [_phrases(each) for each in (one, other)]
    shared = _shared(*phrases), _shared(*reversed(phrases))
    if max(most := [float(each.mean()) for each in shared]) < SAME_PHRASES:
        return Likeness(0.0, 0.0, max(most))
    codes = _codes(one), _codes(other)
    sides = [_side(*side) for side in zip(codes, shared, strict=True)]
    return Likeness(sides[0][0], sides[1][0], *max(sides)[1:])


def _side(codes: Codes, shared: Flags) -> tuple[float, float, int, int]:
    """Shares of windows and of phrases; numbers in carried windows, and those in no shared phrase.

    A tuple, so that of two sides that carry as much the greater is the same in either order.
    """
    carried = _carried(shared)
    at = np.flatnonzero(codes & _FIGURE)
    at = at[carried[np.clip(at - WINDOW // 2, 0, len(carried) - 1)]]
    around = np.pad(shared, PHRASE_WORDS - 1)
    kept = np.any([around[at + step] for step in range(PHRASE_WORDS)], axis=0)
    return float(carried.mean()), float(shared.mean()), len(at), int(len(at) - kept.sum())


def _shared(phrases: tuple[Hashes, Hashes], others: tuple[Hashes, Hashes]) -> Flags:
    """Which of the phrases are among the others; four times as fast as np.isin."""
    ordered = others[1]
    at = np.searchsorted(ordered, phrases[0])
    found: Flags = np.equal(ordered[np.minimum(at, len(ordered) - 1)], phrases[0])
    return found


def _carried(shared: Flags) -> Flags:
    """For every window of phrases, whether enough of them are shared."""
    width = min(WINDOW, len(shared))
    sums = np.concatenate([[0], np.cumsum(shared)])
    enough: Flags = sums[width:] - sums[:-width] >= WINDOW_SHARE * width
    return enough


@lru_cache(maxsize=8)  # an article is compared with many, one after the other
def _phrases(signature: bytes) -> tuple[Hashes, Hashes]:
    """The hashes of all phrases, as they come and sorted."""
    hashes = _runs(_codes(signature), PHRASE_WORDS)
    return hashes, np.sort(hashes)


def _runs(codes: Codes, length: int) -> Hashes:
    """A 64-bit hash of every run of so many words."""
    hashes = np.zeros(len(codes) - length + 1, dtype=np.uint64)
    for start in range(length):
        hashes = hashes * _MULTIPLIER + codes[start : start + len(hashes)]
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _MIXER
    return hashes ^ (hashes >> np.uint64(32))


def _codes(signature: bytes) -> Codes:
    return np.frombuffer(signature, dtype="<u2")


@lru_cache(maxsize=100_000)
def _code(word: str) -> int:
    digits = any(character.isdigit() for character in word)
    return zlib.crc32(word.encode()) & _WORD_BITS | (_FIGURE if digits else 0)
