"""The tree of errors is drawn as it is."""

import re

from index import errors


def test_the_drawn_tree_is_the_tree() -> None:
    """Each class stands in the module's drawing under the class that it derives from."""
    assert errors.__doc__ is not None
    drawn: dict[str, str] = {}
    path: list[str] = []
    for indent, name in re.findall(r"^    ([ │├└─]*)(\w+Error)\b", errors.__doc__, re.MULTILINE):
        depth = len(indent) // 4
        path = [*path[:depth], name]
        drawn[name] = path[-2] if depth else "Exception"
    actual = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    assert drawn == {name: kind.__mro__[1].__name__ for name, kind in actual.items()}


def test_each_error_says_what_it_means() -> None:
    """Every class has a docstring of its own."""
    for kind in vars(errors).values():
        if isinstance(kind, type):
            assert kind.__doc__
