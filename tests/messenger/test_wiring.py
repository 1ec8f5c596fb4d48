"""A bot is put together from its settings, or it is said what is wrong with them."""

import pytest

from bot.messenger.wiring import token_of
from bot.settings import Settings
from index.errors import ServiceError, UsageError
from tests.messenger.support import bot_settings
from tests.telegram_server import TOKEN


@pytest.mark.parametrize("token", ["", "nonsense", "7:with space", f"bot{TOKEN}"])
def test_what_cannot_be_a_token_is_refused_unshown(token: str) -> None:
    """A slip of the hand is noticed before anything is sent anywhere."""
    with pytest.raises(ServiceError, match="TELEGRAM_BOT_TOKEN is not a token") as caught:
        token_of(bot_settings("http://127.0.0.1:9", token))
    assert not token or token not in str(caught.value)


def test_a_missing_token_is_a_usage_error() -> None:
    """Without a token the message says where to get one."""
    with pytest.raises(UsageError, match="@BotFather"):
        token_of(Settings(TELEGRAM_BOT_TOKEN=None, _env_file=None))


def test_a_token_is_taken_as_it_is() -> None:
    """No part of it is lost."""
    assert token_of(bot_settings("http://127.0.0.1:9")) == TOKEN
