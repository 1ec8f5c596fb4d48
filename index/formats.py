"""Read one file as an article: decode it, strip its format, collect what it says of itself.

One function per format, chosen by the file's suffix; more formats come in through `_READERS`.
Knows nothing of chunks or databases.
"""

import codecs
import html
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from index.articles import Article, article_id, canonical_text
from index.errors import ArticleError
from index.metadata import Metadata, iso_date, metadata_from_text

MAX_BYTES = 10_000_000
MAX_CONTROL_SHARE = 0.01
MAX_HIGH_BYTES, MIN_BLANKS_SHARE = 12, 0.05  # of UTF-16 text without a mark

_BOMS = (  # longest first: the UTF-32 mark begins with the UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)
_FRONT_MATTER_KEYS = {
    "title": ("title", "headline"),
    "source": ("source", "publisher", "site_name", "agency"),
    "author": ("author", "authors", "byline"),
    "published": ("published", "date", "date_published", "pubdate"),
    "url": ("url", "link", "canonical_url"),
}
_PLAIN = (str, int, float, date)  # YAML has references: a nested value may be endless


def read_file(file: Path) -> bytes:
    """Read a file that may hold an article.

    Raises:
        ArticleError: It is too large, or cannot be read.
    """
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise ArticleError(
                f"has {size / 1e6:.0f} MB, more than the {MAX_BYTES / 1e6:.0f} MB of an article"
            )
        return file.read_bytes()
    except OSError as exc:
        raise ArticleError(f"cannot be read: {exc.strerror}") from exc


def parse_article(raw: bytes, path: str) -> Article:
    """Turn the bytes of a file into an article; `path` names the format and the article.

    Raises:
        ArticleError: It is no text, holds none, or has broken front matter.
    """
    read = _READERS[Path(path).suffix.lower()]
    body, stated = _split_front_matter(decode(raw))
    text, told = read(body)
    text = canonical_text(text)
    if not text.strip():
        raise ArticleError("holds no text")
    from_text = metadata_from_text(text, Path(path).name)
    known = stated.filled_from(told).filled_from(from_text)
    return Article(
        article_id(text),
        text,
        path,
        known.title,
        known.source or _host(known.url),
        known.author,
        known.published,
        known.url,
    )


def _host(url: str | None) -> str | None:
    """The host of an article's address, which names its publisher where nothing else does."""
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def decode(raw: bytes) -> str:
    """Decode bytes whose encoding nobody states.

    Raises:
        ArticleError: The bytes are not text.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            try:
                return _checked(raw.decode(encoding))
            except UnicodeDecodeError as exc:
                raise ArticleError(f"starts as {encoding} but does not go on so") from exc
    if b"\0" in raw:
        return _checked(_decode_without_mark(raw))
    try:
        return _checked(raw.decode())
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes  # only copy that is not UTF-8 needs it

    best = from_bytes(
        raw,
        cp_isolation=[
            "cp1252",
            "cp1251",
            "cp1256",
            "cp1254",
            "cp1250",
            "koi8_r",
            "gb18030",
            "shift_jis",
            "euc_jp",
            "euc_kr",
            "big5",
        ],
    ).best()
    if best is None:
        raise ArticleError("is not text (no known encoding fits)")
    return _checked(str(best))


def _decode_without_mark(raw: bytes) -> str:
    """Decode UTF-32 or UTF-16 without a mark; any other text with zero bytes is none."""
    candidates = ["utf-32-le", "utf-32-be"]  # strict enough to refuse everything else
    for high_bytes, encoding in ((raw[1::2], "utf-16-le"), (raw[0::2], "utf-16-be")):
        # Those of one script are few, and those of its blanks are zero.
        few = len(set(high_bytes)) <= min(MAX_HIGH_BYTES, 1 + len(high_bytes) // 8)
        if few and high_bytes.count(0) > MIN_BLANKS_SHARE * len(high_bytes):
            candidates.append(encoding)
    for encoding in candidates:
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise ArticleError("is a binary file (it has zero bytes)")


def _checked(text: str) -> str:
    """Refuse text that is mostly control characters, as decoded binary files are."""
    control = sum(character < " " and character not in "\t\n\v\f\r" for character in text)
    if control > MAX_CONTROL_SHARE * len(text):
        raise ArticleError("is a binary file (it has control characters)")
    return text


def _split_front_matter(text: str) -> tuple[str, Metadata]:
    """Take YAML front matter off; text that merely starts with a rule stays whole."""
    if not text.startswith("---"):
        return text, Metadata()
    import frontmatter  # 0.05 s, and few articles have front matter
    import yaml

    try:
        stated, body = frontmatter.parse(text)
    except yaml.YAMLError as exc:
        line = getattr(getattr(exc, "problem_mark", None), "line", 0) + 1
        raise ArticleError(f"its front matter is not valid YAML near line {line}") from exc
    except (ValueError, ArithmeticError, AttributeError, RecursionError) as exc:
        # PyYAML lets these through, for 2024-02-30, `!!int x`, `!!timestamp x` and "[" * 9999.
        raise ArticleError(f"its front matter has an impossible value ({exc})") from exc
    if not stated:
        return text, Metadata()
    found: dict[str, str] = {}
    lowered = {str(key).lower(): value for key, value in stated.items()}
    for name, keys in _FRONT_MATTER_KEYS.items():
        value = next((lowered[key] for key in keys if lowered.get(key)), None)
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value if isinstance(item, _PLAIN))
        if not isinstance(value, _PLAIN):
            continue
        told = iso_date(value) if name == "published" else canonical_text(str(value)).strip()
        if told:
            found[name] = told.replace("\n", " ")
    return body, Metadata(**found)


def _read_plain(text: str) -> tuple[str, Metadata]:
    return text, Metadata()


def _read_markdown(text: str) -> tuple[str, Metadata]:
    """Render Markdown as plain text, one block a paragraph; its first heading is the title."""
    from markdown_it import MarkdownIt  # 0.05 s, and only Markdown needs it

    blocks: list[str] = []
    title = None
    tag = ""
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        if token.type.endswith("_open"):
            tag = token.tag
        elif token.type == "inline":
            words = "".join(
                _inline_text(child.type, child.content) for child in token.children or ()
            )
            if tag in ("td", "th") and blocks:
                blocks[-1] = f"{blocks[-1]} | {words}" if blocks[-1] else words
            else:
                blocks.append(words)
            if title is None and tag in ("h1", "h2"):
                title = canonical_text(words).replace("\n", " ").strip() or None
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.strip("\n"))
        elif token.type == "html_block":
            blocks.append(html.unescape(_MARKUP.sub("", token.content)).strip("\n"))
        if token.type == "tr_open":
            blocks.append("")
    return "\n\n".join(block for block in blocks if block.strip()), Metadata(title=title)


def _inline_text(kind: str, content: str) -> str:
    """Text of one inline token: line ends stay, markup vanishes."""
    if kind in ("softbreak", "hardbreak"):
        return "\n"
    return content if kind in ("text", "code_inline", "text_special", "image") else ""


_READERS: dict[str, Callable[[str], tuple[str, Metadata]]] = {
    ".txt": _read_plain,
    ".text": _read_plain,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
}
SUFFIXES = tuple(_READERS)
