"""Where an index or a state is: a folder or file, or a database by its URL.

Knows how URLs are written; opens nothing.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from index.errors import UsageError

SCHEMES = ("postgresql", "postgres")
READS = ("any", "primary", "read-write", "standby", "read-only", "prefer-standby")
DEFAULT_SCHEMA = "dateline"
_OTHER = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*://")
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,40}")


@dataclass(frozen=True, slots=True)
class Address:
    """A database, and what Dateline's tables are called in it.

    Attributes:
        url: For the driver, with its password; never shown.
        shown: The same without user and password, as its user wrote it.
        schema: Where the tables are; several indexes may share a database.
        reads: What `target_session_attrs` the server must have that questions are asked of, such
            as `prefer-standby`; None takes the one that is written to.
    """

    url: str = field(repr=False)
    shown: str
    schema: str = DEFAULT_SCHEMA
    reads: str | None = None

    def __str__(self) -> str:
        return self.shown


Location = Path | Address


def read_location(text: str | Path | Address) -> Location:
    """A folder or file, or what a URL names.

    Raises:
        UsageError: The URL cannot be one.
    """
    if not isinstance(text, str):
        return text
    if not text.lower().startswith(tuple(f"{scheme}:/" for scheme in SCHEMES)):
        if found := _OTHER.match(text):
            raise UsageError(
                f"an index cannot be in {found[0]!r}; name a folder, or postgresql://HOST/DATABASE."
            )
        return Path(text)
    try:
        parts = urlsplit(text)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as exc:
        raise UsageError(
            f"a database URL cannot be read ({exc}); write postgresql://USER@HOST/DATABASE."
        ) from exc
    place = parts.netloc.rpartition("@")[2]
    shown = f"postgresql://{place}{parts.path}"
    told = dict(query)
    schema = told.pop("schema", DEFAULT_SCHEMA)
    reads = told.pop("target_session_attrs", None)
    if "host" in told and not place:
        shown = f"postgresql://{told['host']}{parts.path}"
    if reads is not None and reads not in READS:
        raise UsageError(
            f"target_session_attrs {reads!r} of {shown!r} is none; use one of {', '.join(READS)}."
        )
    if not _SCHEMA.fullmatch(schema):
        raise UsageError(
            f"the schema {schema!r} of {shown!r} cannot be one; use up to 41 small letters, "
            "digits and underscores."
        )
    url = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(told), ""))
    return Address(
        url,
        shown + (f"?schema={schema}" if schema != DEFAULT_SCHEMA else ""),
        schema,
        reads if reads not in ("read-write", "primary") else None,
    )
