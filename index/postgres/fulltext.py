"""Words as PostgreSQL's full text has them: cut as FTS5 cuts, stemmed in the article's language."""

import re
import unicodedata

from index.articles import Article

_NO_WORD = re.compile(r"[\W_]+")
# PostgreSQL's dictionaries by the codes of languages; others are not stemmed.
CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "nb": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
UNSTEMMED = "simple"


def configuration_of(article: Article) -> str:
    """The text search configuration for an article; one without a language is taken for English."""
    return CONFIGURATIONS.get((article.language or "en")[:2].lower(), UNSTEMMED)


def plain_words(text: str) -> str:
    """A text's runs of letters and digits with blanks between, Latin letters without their marks.

    So the parser of PostgreSQL finds the words that FTS5 finds, and neither addresses nor signs.
    """
    if not text.isascii():
        text = "".join(map(_unmarked, unicodedata.normalize("NFC", text)))
    return _NO_WORD.sub(" ", text).strip()


def _unmarked(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter
