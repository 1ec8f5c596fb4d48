"""Every setting, read from flag > environment > `.env` > default. Nothing else reads these.

The layers below never see this object; they take explicit arguments.
"""

import sys
import textwrap
from pathlib import Path
from typing import Annotated

from pydantic import Field, PlainValidator, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from index.errors import UsageError
from index.location import Address, Location, read_location

_Location = Annotated[Location, PlainValidator(read_location), NoDecode]


class Settings(BaseSettings):
    """Settings of one process; the description of a field is its line in `.env.example`."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="DATELINE_", extra="ignore", frozen=True, env_ignore_empty=True
    )

    index: _Location = Field(
        Path(".dateline"),
        description="Folder that holds the index, or a database with pgvector: "
        "postgresql://USER:PASSWORD@HOST/DATABASE. Several hosts, separated by commas, may be its "
        "nodes; ?target_session_attrs=prefer-standby sends questions to a replica, and "
        "?schema=NAME keeps several indexes apart.",
    )
    model: str = Field(
        "sentence-transformers/all-MiniLM-L6-v2",
        description="Embedding model for `dateline index build`: a name or folder that "
        "sentence-transformers can load. The default comes with the installation.",
    )
    reader: str | None = Field(
        None,
        description="Question-answering model for `dateline index build`: a name or folder that "
        "transformers can load. Unset, the reader that comes with Dateline is used. Another one "
        "needs `dateline calibrate` before its confidence means anything.",
    )
    chunk_tokens: int = Field(
        128, ge=32, le=512, description="Longest chunk, in cl100k tokens (32 to 512)."
    )
    chunk_overlap_tokens: int = Field(
        24, ge=0, le=128, description="How much of a chunk is repeated in the next (0 to 128)."
    )
    threads: int = Field(2, ge=1, le=64, description="CPU threads for the models (1 to 64).")
    risk: float = Field(
        0.3,
        gt=0,
        le=0.5,
        description="Largest share of given answers that may be wrong (above 0, up to 0.5): the "
        "lower, the more often Dateline keeps silent.",
    )
    watch: str = Field(
        "",
        description="Folders and feeds that `dateline bot` keeps the index in step with, separated "
        "by blanks; quote what holds blanks itself.",
    )
    feed_interval_s: float = Field(
        300, ge=10, description="Seconds between two looks at a feed that is watched (from 10)."
    )
    web_timeout_s: float = Field(
        30, ge=1, le=600, description="Longest time to fetch one page, in seconds (1 to 600)."
    )
    web_max_mb: int = Field(
        10, ge=1, le=200, description="Largest page that is fetched, in megabytes (1 to 200)."
    )
    web_delay_s: float = Field(
        1, ge=0, le=60, description="Seconds between two requests to one host (0 to 60)."
    )
    web_max_pages: int = Field(
        100, ge=1, description="Most pages that are fetched of a feed or sitemap at a time."
    )
    web_allow_private: bool = Field(
        False, description="Fetch from this machine and its own network, too."
    )
    web_contact: str = Field(
        "", description="A page or mailbox for the user agent, for sites that want to object."
    )
    telegram_bot_token: SecretStr | None = Field(
        None,
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="Token of the Telegram bot, from @BotFather. Only `dateline bot` needs it.",
    )
    telegram_api_base_url: str = Field(
        "https://api.telegram.org",
        validation_alias="TELEGRAM_API_BASE_URL",
        pattern=r"^https?://",
        description="Root of the Bot API server; change it for a self-hosted one.",
    )
    state: _Location | None = Field(
        None,
        description="File or database in which `dateline bot` keeps questions, conversations and "
        "watches. Unset, it lies beside the index, with its name and `-bot.sqlite3` behind, or in "
        "the database of the index.",
    )
    editors: str = Field(
        "",
        description="Ids of the Telegram users who may change the index through the bot, separated "
        "by blanks.",
    )
    allowed: str = Field(
        "",
        description="Ids of the Telegram users and chats that the bot answers, separated by "
        "blanks. Unset, it answers everybody.",
    )
    max_waiting_per_chat: int = Field(
        50, ge=1, le=1000, description="Most questions of one chat that may wait (1 to 1000)."
    )
    max_waiting_per_user: int = Field(
        50, ge=1, le=1000, description="Most questions of one user that may wait (1 to 1000)."
    )
    answers_at_once: int = Field(
        8, ge=1, le=64, description="Most questions that the bot works on at a time (1 to 64)."
    )
    webhook_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="Address at which Telegram reaches the bot, behind a proxy that speaks HTTPS. "
        "Unset, the bot asks Telegram for updates.",
    )
    webhook_listen: str = Field(
        "127.0.0.1:8080",
        description="Where the bot waits for what Telegram sends to the webhook; /healthz answers "
        "there, too.",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="Secret that Telegram shows with each update: 16 to 256 letters, digits, _ and "
        "-. A webhook needs one.",
    )
    metrics_listen: str = Field(
        "",
        description="Where Prometheus finds metrics, such as 127.0.0.1:9464, and /healthz the "
        "state of a bot that polls. Unset, there are none.",
    )
    keep_conversations_days: float = Field(
        365,
        gt=0,
        description="Days for which answers are kept for their buttons and for follow-ups.",
    )
    notice_days: float = Field(
        30,
        ge=0,
        description="Days after an answer for which its chat is told when an article that it "
        "quotes is edited or withdrawn. 0: never.",
    )
    keep_updates_days: float = Field(
        7, gt=0, description="Days for which the texts of messages that are done with are kept."
    )
    log_level: str = Field(
        "INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="How much `dateline bot` logs: DEBUG, INFO, WARNING or ERROR.",
    )
    log_format: str = Field(
        "text",
        pattern="^(text|json)$",
        description="Log lines of `dateline bot` as text, or as one JSON object each (json).",
    )
    log_texts: bool = Field(
        False, description="Log what people write and what they are answered, too."
    )

    @property
    def state_location(self) -> Location:
        """Where the bot's state is, whether it is set or not."""
        if self.state or isinstance(self.index, Address):
            return self.state or self.index
        return self.index.with_name(f"{self.index.name}-bot.sqlite3")


def env_example() -> str:
    """The text of `.env.example`: every setting with its meaning and its default."""
    parts = ["# Copy to .env and change what you need. `make env-example` writes this file.\n"]
    for variable, field in _variables().items():
        default = "" if field.default is None else field.default
        about = "\n".join(
            textwrap.wrap(field.description or "", 98, initial_indent="# ", subsequent_indent="# ")
        )
        parts.append(f"{about}\n# {variable}={default}\n")
    return "\n".join(parts)


def _variables() -> dict[str, FieldInfo]:
    """Every setting by the name that it has in the environment, in order."""
    return {
        str(field.validation_alias or f"DATELINE_{name.upper()}"): field
        for name, field in Settings.model_fields.items()
    }


def load_settings(index: Location | None = None) -> Settings:
    """Read the settings; `index` overrides what environment and `.env` say.

    Raises:
        UsageError: A value is out of its range; the message names the variable.
    """
    try:
        settings = Settings()
    except UnicodeDecodeError as exc:
        raise UsageError(f".env is not UTF-8 ({exc.reason}); save it anew.") from exc
    except ValidationError as exc:
        first = exc.errors(include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        variable = name if name.isupper() else f"DATELINE_{name.upper()}"
        field = _variables().get(variable)
        if field and first["type"] == "string_pattern_mismatch":  # a pattern is no help
            raise UsageError(f"{variable}: this does not fit. {field.description}") from exc
        raise UsageError(f"{variable}: {first['msg']}. Correct it, or see .env.example.") from exc
    return settings if index is None else settings.model_copy(update={"index": index})


if __name__ == "__main__":
    sys.stdout.write(env_example())
