"""Tell what the properties of a file say from what programs write there by themselves."""

import re

from index.metadata import Metadata

_NO_TITLE = re.compile(
    r"(?:microsoft|untitled|document|layout|print|slide|powerpoint)\b.*|\S*"
    r"|.*\.(?:docx?|pdf|indd|qxp|qxd|pages|odt|rtf|html?|pptx?|xlsx?)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"(?:user|admin|administrator|owner|author|unknown|root|pc|calibre|python-docx"
    r"|\(?anonymous\)?)\W*\d*",
    re.IGNORECASE,
)


def file_properties(title: object, author: object, language: object = None) -> Metadata:
    """What the properties of a file say, without what programs write there by themselves.

    A title of one word is taken for the name of a file.
    """

    def value(given: object, none: re.Pattern[str]) -> str | None:
        said = " ".join(given.split()) if isinstance(given, str) else ""
        return None if none.fullmatch(said) else said or None

    code = language if isinstance(language, str) else None
    return Metadata(title=value(title, _NO_TITLE), author=value(author, _NO_AUTHOR), language=code)
