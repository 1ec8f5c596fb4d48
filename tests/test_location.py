"""Where an index or a state is: folders, and URLs whose passwords nobody sees."""

from pathlib import Path

import pytest

from bot.settings import Settings
from index.errors import UsageError
from index.location import Address, read_location


@pytest.mark.parametrize("text", [".dateline", "/a/b", "C:/x", "postgresql", "a b", "x:y"])
def test_what_is_no_url_is_a_folder(text: str) -> None:
    """As it is written."""
    assert read_location(text) == Path(text)


def test_a_url_is_taken_apart() -> None:
    """What is ours is not for the driver, and the password is for nobody else."""
    found = read_location(
        "postgres://ann:pa%20ss@one:1,two:2/news?schema=press&target_session_attrs=prefer-standby"
        "&sslmode=require"
    )
    assert isinstance(found, Address)
    assert found.url == "postgresql://ann:pa%20ss@one:1,two:2/news?sslmode=require"
    assert (found.schema, found.reads) == ("press", "prefer-standby")
    assert str(found) == "postgresql://one:1,two:2/news?schema=press"
    assert "pa%20ss" not in repr(found) + str(found)
    assert read_location(found) is found


@pytest.mark.parametrize("reads", ["primary", "read-write"])
def test_reading_where_is_written_needs_no_second_pool(reads: str) -> None:
    """The server that takes writes is asked anyhow."""
    found = read_location(f"postgresql://h/d?target_session_attrs={reads}")
    assert isinstance(found, Address)
    assert found.reads is None


@pytest.mark.parametrize(
    "text",
    [
        "mysql://h/d",
        "http://h/d",
        "postgresql://h/d?schema=A",
        "postgresql://h/d?schema=a;drop",
        "postgresql://h/d?target_session_attrs=fast",
        "postgresql://[h/d",
    ],
)
def test_what_cannot_be_is_refused(text: str) -> None:
    """In one sentence, without a password."""
    with pytest.raises(UsageError, match=r"\.$"):
        read_location(text.replace("://", "://ann:secret@") if "[" not in text else text)


def test_the_state_goes_with_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a folder, in the same database, or where it is said; no setting shows a password."""
    url = "postgresql://ann:hidden@h/d"
    for name in ("DATELINE_INDEX", "DATELINE_STATE"):
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=None).state_location == Path(".dateline-bot.sqlite3")
    monkeypatch.setenv("DATELINE_INDEX", url)
    settings = Settings(_env_file=None)
    assert settings.state_location == settings.index == read_location(url)
    assert "hidden" not in repr(settings)
    monkeypatch.setenv("DATELINE_STATE", "bot.sqlite3")
    assert Settings(_env_file=None).state_location == Path("bot.sqlite3")
