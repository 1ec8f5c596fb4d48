"""Whether JSON data have the shape of a dataclass: every field, of its type, and no other.

The dataclasses themselves are the contract, so that a field which is added to one is asked for
here, too. Knows nothing of what the fields mean.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

MAX_SHOWN = 60  # characters of a value in a message
_HALF = re.compile("[\ud800-\udfff]")
_NAMES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def misshapen(value: object, kind: Any, name: str) -> str | None:  # noqa: ANN401 - any type hint
    """What is wrong with the shape of a value, in one sentence; None where nothing is.

    Args:
        value: As `json.loads` gives it.
        kind: A dataclass, or what a field of one may be annotated with: `str`, `bool`, `int`,
            `float`, None, a `StrEnum`, `tuple[X, ...]`, `dict[str, X]`, a union of them.
        name: What to call the value.
    """
    if kind in _NAMES:
        return _misshapen_plain(value, kind, name)
    origin = get_origin(kind)
    if origin in (UnionType, Union):
        return _misshapen_choice(value, get_args(kind), name)
    if origin is tuple:
        return _misshapen_list(value, get_args(kind)[0], name)
    if origin is dict:
        keys = value if isinstance(value, dict) else ()
        return _misshapen_object(value, dict.fromkeys(keys, get_args(kind)[1]), name)
    if isinstance(kind, type) and is_dataclass(kind):
        return _misshapen_object(value, hints(kind), name)
    known = [str(member) for member in kind]
    return None if value in known else f"{name} is {_shown(value)}, none of {', '.join(known)}"


@cache
def hints(kind: type) -> Mapping[str, Any]:
    """The fields of a dataclass with their types, in order."""
    told = get_type_hints(kind)
    return {field.name: told[field.name] for field in fields(kind)}


def _misshapen_object(value: object, wanted: Mapping[str, Any], name: str) -> str | None:
    if not isinstance(value, dict):
        return f"{name} is {_shown(value)}, not an object"
    for key in wanted:
        if key not in value:
            return f"{name} has no field {key!r}"
    for key in value:
        if key not in wanted:
            return f"{name} has a field {_shown(key)} that does not belong there"
    return _first(
        misshapen(value[key], kind, f"{name}.{key if key.isidentifier() else _shown(key)}")
        for key, kind in wanted.items()
    )


def _misshapen_list(value: object, kind: Any, name: str) -> str | None:  # noqa: ANN401
    if not isinstance(value, list):
        return f"{name} is {_shown(value)}, not a list"
    return _first(misshapen(one, kind, f"{name}[{at}]") for at, one in enumerate(value))


def _misshapen_choice(value: object, kinds: tuple[Any, ...], name: str) -> str | None:
    """What is wrong with a value that may be one kind or null."""
    if value is None and NoneType in kinds:
        return None
    (kind,) = [kind for kind in kinds if kind is not NoneType]
    return misshapen(value, kind, name)


def _misshapen_plain(value: object, kind: type, name: str) -> str | None:
    """What is wrong with a text or number; `true` is no number, and 1 will do for 1.0."""
    if kind is not bool and isinstance(value, bool):
        fits = False
    elif kind is float:
        fits = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    else:
        fits = isinstance(value, kind)
    if not fits:
        return f"{name} is {_shown(value)}, not {_NAMES[kind]}"
    if isinstance(value, str) and _HALF.search(value):
        return f"{name} holds half a character"
    return None


def _first(complaints: Iterable[str | None]) -> str | None:
    return next((complaint for complaint in complaints if complaint), None)


def _shown(value: object) -> str:
    """A value, short and on one line, as JSON would name it."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    told = ascii(value)
    return told if len(told) <= MAX_SHOWN else told[:MAX_SHOWN] + "..."
