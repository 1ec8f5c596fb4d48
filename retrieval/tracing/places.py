"""Find where some words stand in the articles of an index, however they are typed there."""

import re
from dataclasses import dataclass

from index.articles import canonical_text
from index.errors import UsageError
from index.store import Store
from retrieval.questions import readable

MAX_CHARS = 5_000
_ALIKE = ("'’‘‛ʼ`´′", '"“”„‟«»″', "-‐‑‒–—―−")
_PIECE = re.compile(r"\s+|\.{3}|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of an article that has the words: `article.text[start:end]`.

    Attributes:
        article_id: The article.
        start: First character.
        end: Character after the last.
        exact: Whether it is the very same words; else case, blanks or typography differ.
    """

    article_id: str
    start: int
    end: int
    exact: bool


def expected_words(text: str) -> str:
    """Words that are to be found, as they would stand in an article.

    Raises:
        UsageError: There are none, or too many.
    """
    words = canonical_text(readable(text)).strip()
    if not words:
        raise UsageError("--expect is empty; give the words that the answer should quote.")
    if len(words) > MAX_CHARS:
        raise UsageError(
            f"--expect has {len(words):,} characters; give a sentence, {MAX_CHARS:,} at most."
        )
    return words


def find_words(store: Store, words: str) -> list[Place]:
    """Every place in any article, live or past; the exact ones first."""
    pattern = loose_pattern(words)
    found = [
        Place(identity, match.start(), match.end(), match.group() == words)
        for identity, text in store.texts()
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda place: not place.exact)


def loose_pattern(words: str) -> re.Pattern[str]:
    """Matches words in any case, with any blanks, quotation marks and dashes; numbers whole."""
    parts = [r"(?<!\d)(?<!\d[.,])"] if words[:1].isdecimal() else []
    for piece in _PIECE.findall(words):
        alike = next((signs for signs in _ALIKE if piece in signs), None)
        if piece.isspace():
            parts.append(r"\s+")
        elif piece in ("...", "…"):
            parts.append(r"(?:\.{3}|…)")
        else:
            parts.append(f"[{re.escape(alike)}]" if alike else re.escape(piece))
    if words[-1:].isdecimal():
        parts.append(r"(?![.,]?\d)")
    return re.compile("".join(parts), re.IGNORECASE)
