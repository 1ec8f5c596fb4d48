"""Dateline says who it is, and how to reach whoever runs it."""

import re
from importlib.metadata import PackageNotFoundError

import pytest

from index.errors import UsageError
from index.web.identity import user_agent


def test_name_version_and_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version as far as it is known, the contact if there is one."""
    monkeypatch.setattr("index.web.identity.version", lambda name: "1.2")
    assert user_agent() == "Dateline/1.2"
    assert user_agent("https://x.example/bot") == "Dateline/1.2 (+https://x.example/bot)"

    def unknown(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("index.web.identity.version", unknown)
    assert user_agent() == "Dateline"


def test_the_version_is_that_of_the_installation() -> None:
    """Or none, in a checkout that is not installed."""
    assert re.fullmatch(r"Dateline(/\d[\w.+]*)?", user_agent())


@pytest.mark.parametrize("contact", ["a\r\nX: y", "é", "a) (b"])
def test_a_contact_that_cannot_be_sent_is_refused(contact: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match="cannot be sent as a contact"):
        user_agent(contact)
