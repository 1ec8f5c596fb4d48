"""Read plain text and Markdown, with YAML front matter if there is some."""

import html
import re

from index.articles import canonical_text
from index.errors import ArticleError
from index.formats.decoding import decode
from index.formats.drafts import Draft, stated_metadata
from index.metadata import Metadata

_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)


def read_plain(raw: bytes) -> Draft:
    """Read plain text.

    Raises:
        ArticleError: It is no text, or has broken front matter.
    """
    return Draft(*_split_front_matter(decode(raw)))


def read_markdown(raw: bytes) -> Draft:
    """Read Markdown as plain text, one block a paragraph; its first heading is the title.

    Raises:
        ArticleError: It is no text, or has broken front matter.
    """
    body, stated = _split_front_matter(decode(raw))
    text, title = _render(body)
    return Draft(text, stated.filled_from(Metadata(title=title)))


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
    return (body, stated_metadata(stated)) if stated else (text, Metadata())


def _render(text: str) -> tuple[str, str | None]:
    """The text of Markdown, one block a paragraph, and its first heading."""
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
                title = canonical_text(words).strip() or None
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.strip("\n"))
        elif token.type == "html_block":
            blocks.append(html.unescape(_MARKUP.sub("", token.content)).strip("\n"))
        if token.type == "tr_open":
            blocks.append("")
    return "\n\n".join(block for block in blocks if block.strip()), title


def _inline_text(kind: str, content: str) -> str:
    """Text of one inline token: line ends stay, markup vanishes."""
    if kind in ("softbreak", "hardbreak"):
        return "\n"
    return content if kind in ("text", "code_inline", "text_special", "image") else ""
