"""Tell the language of an article: as it is stated, or from its words.

Knows nothing of formats.
"""

import re
from collections.abc import Callable
from functools import cache

MIN_CHARS, READ_CHARS = 60, 1000  # of a text; more than a thousand changes no verdict
MIN_PROBABILITY = 0.9

_TAG = re.compile(r"([a-z]{2})(?:[-_][a-z0-9_.@-]*)?", re.IGNORECASE)
_RENAMED = {"iw": "he", "in": "id", "ji": "yi"}  # ISO 639 gave these up, some software did not


def iso_language(value: object) -> str | None:
    """The ISO 639-1 code of a language tag such as "en-GB" or "de_DE"; None for anything else."""
    tag = _TAG.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 40 else None
    code = tag[1].lower() if tag else None
    return _RENAMED.get(code, code) if code else None


def detect_language(text: str) -> str | None:
    """The language that a canonical text is written in; None where that is not sure.

    Source: langid.py (Lui and Baldwin 2012), a naive Bayes classifier over byte n-grams.
    """
    head = text[:READ_CHARS]
    if sum(character.isalpha() for character in head) < MIN_CHARS:
        return None
    code, probability = _classifier()(head)
    return iso_language(code) if probability >= MIN_PROBABILITY else None


@cache
def _classifier() -> Callable[[str], tuple[str, float]]:
    """The likeliest language of a text and its probability."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.5 s with its model

    classify: Callable[[str], tuple[str, float]] = LanguageIdentifier.from_model_file(
        MODEL_FILE, norm_probs=True
    ).classify
    return classify
