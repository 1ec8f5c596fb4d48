"""One place reads the environment: flag > environment > `.env` > default."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, env_example, load_settings
from index.errors import UsageError
from tests.retrieval_support import ROOT, run

TOKEN = "123456:a-secret-token"


def test_a_default_holds_where_nothing_is_said(elsewhere: Path) -> None:
    """And nothing counts as said on purpose."""
    assert not list(elsewhere.iterdir())
    settings = load_settings()
    assert settings.index == Path(".dateline")
    assert settings.telegram_bot_token is None
    assert settings.model_fields_set == set()


def test_each_place_wins_over_the_next(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag over environment over `.env` over default, setting by setting."""
    (elsewhere / ".env").write_text("DATELINE_INDEX=from-file\nDATELINE_THREADS=3\n")
    assert load_settings().index == Path("from-file")
    monkeypatch.setenv("DATELINE_INDEX", "from-environment")
    assert load_settings().index == Path("from-environment")
    settings = load_settings(Path("from-flag"))
    assert settings.index == Path("from-flag")
    assert (settings.threads, settings.chunk_tokens) == (3, 128)
    assert settings.model_fields_set == {"index", "threads"}


def test_the_command_line_follows_that_order(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--index` names another folder than the environment, which names another than `.env`."""
    (elsewhere / ".env").write_text("DATELINE_INDEX=from-file\n")
    assert "'from-file'" in run("index", "status").stderr
    monkeypatch.setenv("DATELINE_INDEX", "from-environment")
    assert "'from-environment'" in run("index", "status").stderr
    assert "'from-flag'" in run("index", "status", "--index", "from-flag").stderr


def test_an_empty_variable_says_nothing(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`DATELINE_THREADS=` is the default, as if it were not there."""
    (elsewhere / ".env").write_text("DATELINE_INDEX=\nTELEGRAM_BOT_TOKEN=\n")
    monkeypatch.setenv("DATELINE_THREADS", "")
    assert load_settings().model_fields_set == set()


def test_other_variables_are_none_of_our_business(elsewhere: Path) -> None:
    """A `.env` may serve several programs."""
    (elsewhere / ".env").write_text("SOMETHING=else\nDATELINE_UNKNOWN=1\n")
    assert load_settings().model_fields_set == set()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATELINE_THREADS", "0"),
        ("DATELINE_THREADS", "many"),
        ("DATELINE_CHUNK_TOKENS", "31"),
        ("DATELINE_CHUNK_TOKENS", "513"),
        ("DATELINE_CHUNK_OVERLAP_TOKENS", "-1"),
        ("DATELINE_RISK", "0"),
        ("DATELINE_RISK", "0.6"),
        ("DATELINE_LOG_LEVEL", "LOUD"),
        ("TELEGRAM_API_BASE_URL", "ftp://example.org"),
    ],
)
def test_a_bad_value_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """It names the variable; the command ends with status 2."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError, match=f"^{variable}: "):
        load_settings()
    result = run("index", "status")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"dateline: {variable}: ")
    assert result.stderr.count("\n") == 1


def test_a_bad_value_in_the_file_is_told_too(elsewhere: Path) -> None:
    """So is a file that is no text."""
    (elsewhere / ".env").write_text("DATELINE_THREADS=none\n")
    with pytest.raises(UsageError, match=r"^DATELINE_THREADS: "):
        load_settings()
    (elsewhere / ".env").write_bytes(b"DATELINE_INDEX=caf\xe9\n")
    with pytest.raises(UsageError, match=r"^\.env is not UTF-8"):
        load_settings()


def test_the_token_is_in_no_text(elsewhere: Path) -> None:
    """Neither in the settings as text nor in the message of a failure beside it."""
    (elsewhere / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\n")
    settings = load_settings()
    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert (
        TOKEN not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    )
    (elsewhere / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nDATELINE_THREADS={TOKEN}\n")
    with pytest.raises(UsageError) as told:
        load_settings()
    assert TOKEN not in str(told.value)


def test_settings_do_not_change(elsewhere: Path) -> None:
    """Whoever holds them can rely on them."""
    assert elsewhere.is_dir()
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().threads = 4  # type: ignore[misc]


def test_the_example_names_every_setting() -> None:
    """`.env.example` is what the fields say, each commented out with its default."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert text == env_example()
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"DATELINE_{name.upper()}"
        default = "" if field.default is None else field.default
        assert f"\n# {variable}={default}\n" in text
        assert field.description
    assert all(line.startswith("#") or not line for line in text.splitlines())


def test_the_example_can_be_used_as_it_is(elsewhere: Path) -> None:
    """With every line in force it says what the defaults say."""
    in_force = re.findall(r"^# ([A-Z_]+=.*)$", env_example(), re.MULTILINE)
    (elsewhere / ".env").write_text("\n".join(in_force))
    assert len(in_force) == len(Settings.model_fields)
    assert load_settings() == Settings(_env_file=None)


@pytest.mark.parametrize("variable", ["DATELINE_LOG_FORMAT", "DATELINE_WEBHOOK_URL"])
def test_a_value_that_fits_no_pattern_is_told_in_words(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the setting is for helps; the pattern that it must match does not."""
    monkeypatch.setenv(variable, "!")
    with pytest.raises(UsageError, match=variable) as told:
        load_settings()
    assert "pattern" not in str(told.value)
    assert str(told.value).endswith(".")
