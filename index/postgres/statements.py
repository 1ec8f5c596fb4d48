"""SQL as it is written here, made PostgreSQL's: parameters become `$1`, `$2`.

Knows words and quotes; knows nothing of tables.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from index.sql import Parameters

_TOKENS = re.compile(
    r"""(?P<kept>'(?:[^']|'')*'|"[^"]*"|--[^\n]*|::)|\?(?P<number>\d*)|(?<!\w):(?P<name>[a-z_]\w*)"""
)


@lru_cache(1024)
def translated(sql: str) -> tuple[str, tuple[str, ...]]:
    """A statement with PostgreSQL's parameters, and the names of its own, in order.

    Returns:
        The statement; names, which are empty where parameters go by place.
    """
    names: list[str] = []
    places = 0

    def put(found: re.Match[str]) -> str:
        nonlocal places
        if found["kept"]:
            return found["kept"]
        if name := found["name"]:
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"
        # As in SQLite: a bare mark counts on from the highest number so far.
        number = int(found["number"] or places + 1)
        places = max(places, number)
        return f"${number}"

    return _TOKENS.sub(put, sql), tuple(names)


def arguments(names: Sequence[str], parameters: Parameters) -> list[Any]:
    """The values of a statement's parameters, in order."""
    if isinstance(parameters, Mapping):
        return [parameters[name] for name in names]
    return list(parameters)
